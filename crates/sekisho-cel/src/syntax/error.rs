//! Why a text is no expression.

use smol_str::SmolStr;

use super::ast::Span;

/// What is wrong, and where.
pub(crate) type Fault = (Span, ParseError);

/// What is wrong with the text of an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The text is too long.
    #[error("the expression is longer than {limit} characters: split it")]
    TooLong {
        /// The longest text.
        limit: usize,
    },
    /// Brackets, operators or macros within each other, too many.
    #[error("the expression is nested deeper than {limit} levels: split it")]
    TooDeep {
        /// The most levels.
        limit: usize,
    },
    /// A character that begins no token.
    #[error("unexpected character `{0}`: remove it or quote the text")]
    Character(char),
    /// A text without its closing quote.
    #[error("a quoted text has no end: close it with {0}")]
    Unclosed(&'static str),
    /// An escape that means nothing.
    #[error("`{0}` is no escape: write `\\\\` for a backslash")]
    Escape(String),
    /// A number that does not fit, or is none.
    #[error("`{0}` is no number that CEL can hold: use a smaller one")]
    Number(String),
    /// Another token than the grammar allows there.
    #[error("found {found} where {expected} should stand")]
    Unexpected {
        /// What stands there.
        found: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// A word that the language keeps for itself.
    #[error("`{0}` is a reserved word: use another name")]
    Reserved(SmolStr),
    /// A macro with arguments that it cannot expand.
    #[error("`{name}` needs {needs}")]
    Macro {
        /// The name of the macro.
        name: SmolStr,
        /// What it needs.
        needs: &'static str,
    },
}
