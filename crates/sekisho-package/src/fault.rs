//! What can be wrong with a file that lists packages.

/// Something that is wrong with a file. What could be read of it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Fault {
    /// Larger than the budget.
    #[error("the file has {size} bytes, above the limit of {limit}: it was not read")]
    Large {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// More packages than the budget.
    #[error("the file lists more than {0} packages: those behind them were not read")]
    Many(usize),
    /// Bytes that are no text.
    #[error("byte {0} is no UTF-8: save the file as UTF-8")]
    Encoding(usize),
    /// An unresolved merge.
    #[error("line {0} begins an unresolved merge: the first side was read; resolve it")]
    Conflict(usize),
    /// Not of the form that it should have.
    #[error("line {line}: {message}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A version of the format that is not known.
    #[error("`{0}` is no version of this format that is known: update the program, or write the file anew")]
    Format(String),
    /// A part of the file that should be there.
    #[error("the file has no `{0}`: write it anew with its tool")]
    Missing(&'static str),
    /// A package whose name or version cannot be that of a package.
    #[error("line {line}: `{name}` cannot be the name of a package of type `{kind}`: correct it")]
    Name {
        /// The line, from 1.
        line: usize,
        /// The name.
        name: String,
        /// The type.
        kind: &'static str,
    },
}
