//! What an analyzer is: which files it asks for, how it reads them, what it says once all layers are merged.

use sekisho_contents::Evidence;

use crate::{File, Joining, Report};

/// An analyzer: one file of `src/analyzers/`, one value.
#[derive(Debug)]
pub struct Analyzer {
    /// The slug, also the name of the file: `dpkg`, `npm-lock`.
    pub name: &'static str,
    /// Raised whenever the same file may give another result, so that kept results are not used again.
    pub version: u32,
    /// How strongly its files show that a package is there; the evidence of packages that say no other. Only those
    /// that find what is installed look at images.
    pub evidence: Evidence,
    /// The files it asks for: any of these.
    pub selects: &'static [Select],
    /// How it reads them.
    pub access: Access,
    /// Reads one file. What was reported before an error is kept.
    pub read: fn(&File<'_>, &mut Report) -> Result<(), ReadError>,
    /// Runs once all layers are merged, over what the files that are still there gave.
    pub join: Option<fn(&mut Joining<'_>)>,
}

/// Which files an analyzer asks for. Names have case.
#[derive(Debug, Clone, Copy)]
pub enum Select {
    /// The file at this path from the root.
    Path(&'static str),
    /// Files in this folder (with the slash at its end) or below, whose names end like this.
    Under(&'static str, &'static str),
    /// Files of this name anywhere.
    Name(&'static str),
    /// Files whose names end like this, anywhere: `.gemspec`. The first character must be a dot.
    Suffix(&'static str),
    /// Files whose last folder and name are these: `META-INF/MANIFEST.MF`.
    Tail(&'static str),
    /// Files that could be programs or libraries: an executable bit, or a name like one of a library. What
    /// [`File::random`] begins with must still be looked at.
    Program,
    /// Files that the function takes, by their path and size; it is asked about every file that nothing above
    /// takes, so it must be quick.
    Custom(fn(path: &str, size: u64) -> bool),
}

/// How an analyzer reads a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// All bytes in memory, of files up to so many bytes; a larger file is reported as unread.
    Whole(u64),
    /// The first so many bytes.
    Head(u64),
    /// At any place: small files lie in memory, larger ones are read where they are.
    Random,
}

/// What is scanned, which decides who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// An image or a root file system: what is installed counts, lock files in it do not.
    Image,
    /// A folder of source: lock files and manifests count as well.
    Folder,
}

/// Why a file could not be read as what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is not of its format.
    #[error("is no {format}: {reason}")]
    Malformed {
        /// The format, such as `database of rpm`.
        format: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// It is of its format, but not all of it could be read.
    #[error("could not be read whole as {format}: {reason}")]
    Partial {
        /// The format.
        format: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// More than a budget allows.
    #[error("has more than {limit} {what}, the limit")]
    Limit {
        /// What was counted: `bytes`, `packages`, `levels of nesting`.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// The bytes could not be had.
    #[error("cannot be read: {0}")]
    Input(String),
}

impl ReadError {
    /// The file is not of its format.
    pub fn malformed(format: &'static str, reason: impl ToString) -> Self {
        Self::Malformed { format, reason: reason.to_string() }
    }
}

impl From<std::io::Error> for ReadError {
    fn from(error: std::io::Error) -> Self {
        Self::Input(error.to_string())
    }
}

impl Purpose {
    /// Whether an analyzer looks at all.
    pub fn takes(self, analyzer: &Analyzer) -> bool {
        self == Self::Folder || analyzer.evidence == Evidence::Installed
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Folder => "folder",
        }
    }
}
