//! Findings → one file per output format, in English or Japanese.
//!
//! A [`Report`] holds what a run found and what it examined; [`Format::write`] turns it into text. Each
//! format is one file under `format/`. Nothing here prints, reads a clock or touches a file: the caller
//! hands in the writer, and time is an argument.

mod catalogue;
mod escape;
pub mod format;
pub mod framework_report;
mod replacement;
mod report;
mod snippet;
mod text;

pub use catalogue::{Catalogue, Language, ParseLanguageError};
pub use format::{Format, ParseFormatError};
pub use framework_report::{FrameworkReport, NoFrameworkFormatError};
pub use report::{Counts, Detail, Options, Report, Verdict};
