//! The output formats, one file each.

pub mod json;
pub mod ndjson;
pub mod table;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use sekisho_finding::Severity;

use crate::text::grouped;
use crate::{Options, Report, Verdict};

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Format {
    /// For people, on a terminal.
    #[default]
    Table,
    /// For programs: one JSON document with a published schema.
    Json,
    /// For programs: one JSON value a line, findings first.
    Ndjson,
}

/// A format that is none of the known words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseFormatError {
    given: String,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[Self::Table, Self::Json, Self::Ndjson];

    /// The name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    /// What it is for, in one line for the command line's help.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Table => "for people, on a terminal",
            Self::Json => "one JSON document with a published schema",
            Self::Ndjson => "one JSON value a line, findings first",
        }
    }

    /// Writes a report.
    pub fn write(self, report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Table => table::write(report, options, out),
            Self::Json => json::write(report, options, out),
            Self::Ndjson => ndjson::write(report, options, out),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = ParseFormatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| ParseFormatError { given: text.to_owned() })
    }
}

impl fmt::Display for ParseFormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Format::ALL.iter().map(|format| format!("`{format}`")).collect::<Vec<_>>().join(", ");
        write!(f, "unknown format `{}`: use one of {known}", self.given)
    }
}

impl std::error::Error for ParseFormatError {}

/// Why the verdict is what it is, and how many findings there are, in one sentence.
pub(crate) fn outcome(report: &Report<'_>) -> String {
    let (catalogue, counts) = (report.catalogue, report.counts());
    let threshold = report.fail_on.unwrap_or(Severity::Info);
    let unread = report.coverage.failures().count();
    let severity = catalogue.severity(threshold);
    let mut parts = Vec::new();
    match report.verdict() {
        Verdict::Failed => {
            let form = if counts.failing == 1 { "outcome.failed.one" } else { "outcome.failed.other" };
            let count = grouped(counts.failing);
            parts.push(catalogue.fill(form, &[("count", &count), ("severity", &severity)]));
        }
        Verdict::Nothing => parts.push(catalogue.ui("outcome.nothing-examined").to_owned()),
        Verdict::Passed if counts.total() == 0 => parts.push(catalogue.ui("outcome.passed-clean").to_owned()),
        Verdict::Passed if report.fail_on.is_none() => {
            parts.push(catalogue.ui("outcome.passed-any").to_owned());
        }
        Verdict::Passed => parts.push(catalogue.fill("outcome.passed", &[("severity", &severity)])),
        Verdict::Incomplete => {}
    }
    if unread > 0 {
        parts.push(catalogue.count("outcome.incomplete", unread));
    }
    if counts.total() > 0 {
        parts.push(tally(report));
    }
    if counts.suppressed > 0 {
        parts.push(catalogue.count("suppressed", counts.suppressed));
    }
    parts.join(catalogue.ui("join"))
}

/// `12 findings (3 critical, 9 low)`.
fn tally(report: &Report<'_>) -> String {
    let (catalogue, counts) = (report.catalogue, report.counts());
    let by_severity = Severity::ALL
        .iter()
        .rev()
        .filter(|severity| counts.of(**severity) > 0)
        .map(|severity| {
            let count = grouped(counts.of(*severity));
            catalogue.fill("tally", &[("count", &count), ("severity", &catalogue.severity(*severity))])
        })
        .collect::<Vec<_>>()
        .join(", ");
    format!("{} ({by_severity})", catalogue.count("findings", counts.total()))
}
