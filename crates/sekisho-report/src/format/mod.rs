//! The output formats, one file each.

pub mod csv;
pub mod github;
pub mod gitlab;
pub mod gitlab_sast;
pub mod html;
pub mod json;
pub(crate) mod json_text;
pub mod junit;
pub mod markdown;
pub mod ndjson;
pub mod sarif;
pub mod table;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use sekisho_finding::{Finding, Fix, Location, Safety, Severity, Subject};

use crate::escape;
use crate::text::grouped;
use crate::{Options, Report, Verdict};

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[expect(missing_docs, reason = "`Format::summary` says what each is for")]
pub enum Format {
    #[default]
    Table,
    Json,
    Ndjson,
    Sarif,
    Junit,
    Html,
    Markdown,
    Csv,
    Github,
    Gitlab,
    GitlabSast,
}

type Writer = fn(&Report<'_>, &Options, &mut dyn Write) -> io::Result<()>;

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Table,
        Self::Json,
        Self::Ndjson,
        Self::Sarif,
        Self::Junit,
        Self::Html,
        Self::Markdown,
        Self::Csv,
        Self::Github,
        Self::Gitlab,
        Self::GitlabSast,
    ];

    /// The name on the command line, what it is for, and what writes it.
    const fn entry(self) -> (&'static str, &'static str, Writer) {
        match self {
            Self::Table => ("table", "for people, on a terminal", table::write),
            Self::Json => ("json", "one JSON document with a published schema", json::write),
            Self::Ndjson => ("ndjson", "one JSON value a line, findings first", ndjson::write),
            Self::Sarif => ("sarif", "SARIF 2.1.0, for code scanning", sarif::write),
            Self::Junit => ("junit", "JUnit XML, for the test results of a CI system", junit::write),
            Self::Html => ("html", "one HTML file for people, which needs nothing else", html::write),
            Self::Markdown => ("markdown", "Markdown, for the comment of a pull request", markdown::write),
            Self::Csv => ("csv", "comma-separated values, for spreadsheets", csv::write),
            Self::Github => ("github", "annotations of GitHub Actions", github::write),
            Self::Gitlab => ("gitlab", "GitLab Code Quality report", gitlab::write),
            Self::GitlabSast => ("gitlab-sast", "GitLab SAST report", gitlab_sast::write),
        }
    }

    /// The name on the command line.
    pub const fn as_str(self) -> &'static str {
        self.entry().0
    }

    /// What it is for, in one line for the command line's help.
    pub const fn summary(self) -> &'static str {
        self.entry().1
    }

    /// Writes a report.
    pub fn write(self, report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
        self.entry().2(report, options, out)
    }
}

/// A format that is none of the known words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{given}`: use one of {}", names())]
pub struct ParseFormatError {
    given: String,
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

fn names() -> String {
    Format::ALL.iter().map(|format| format!("`{format}`")).collect::<Vec<_>>().join(", ")
}

/// Why the verdict is what it is, and how many findings there are, in one sentence.
pub(crate) fn outcome(report: &Report<'_>) -> String {
    let (catalogue, counts) = (report.catalogue, report.counts());
    let threshold = report.fail_on.unwrap_or(Severity::Info);
    let unread = report.coverage.failures().count();
    let severity = catalogue.severity(threshold);
    let mut parts = Vec::new();
    if unread > 0 {
        parts.push(catalogue.count("outcome.incomplete", unread));
    }
    match report.verdict() {
        Verdict::Failed | Verdict::Incomplete if counts.failing > 0 => {
            let form = if counts.failing == 1 { "outcome.failed.one" } else { "outcome.failed.other" };
            let count = grouped(counts.failing);
            parts.push(catalogue.fill(form, &[("count", &count), ("severity", &severity)]));
        }
        Verdict::Nothing => parts.push(catalogue.ui("outcome.nothing-examined").to_owned()),
        Verdict::Passed if counts.total() == 0 => parts.push(catalogue.ui("outcome.passed-clean").to_owned()),
        Verdict::Unjudged => parts.push(catalogue.ui("outcome.unjudged").to_owned()),
        Verdict::Passed => parts.push(catalogue.fill("outcome.passed", &[("severity", &severity)])),
        Verdict::Failed | Verdict::Incomplete => {}
    }
    if counts.total() > 0 {
        parts.push(tally(report));
    }
    if counts.suppressed > 0 {
        parts.push(catalogue.count("suppressed", counts.suppressed));
    }
    parts.join(catalogue.ui("sentences"))
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
        .join(catalogue.ui("list"));
    let findings = catalogue.count("findings", counts.total());
    catalogue.fill("with-detail", &[("what", &findings), ("detail", &by_severity)])
}

/// How much was examined, in one sentence.
pub(crate) fn examined(report: &Report<'_>) -> String {
    let (catalogue, coverage) = (report.catalogue, report.coverage);
    let mut objects = catalogue.count("objects", coverage.objects);
    if coverage.layers > 0 {
        objects.push_str(catalogue.ui("list"));
        objects.push_str(&catalogue.count("layers", coverage.layers));
    }
    if coverage.packages > 0 {
        objects.push_str(catalogue.ui("list"));
        objects.push_str(&catalogue.count("packages", coverage.packages));
    }
    catalogue.fill(
        "coverage.examined",
        &[
            ("files", &catalogue.count("files", coverage.files)),
            ("objects", &objects),
            ("rules", &catalogue.count("rules", coverage.rules)),
        ],
    )
}

/// `file:line:column`, which terminals and editors make a link of, and behind it the value that the field was
/// rendered of: `(values: image.tag)`.
pub(crate) fn place(location: &Location) -> String {
    let place = format!("{}:{}:{}", escape::line(&location.file), location.start.line, location.start.column);
    match &location.value {
        Some(value) => format!("{place} (values: {})", escape::line(&value.key)),
        None => place,
    }
}

/// What a finding says, and behind it the value that its field was rendered of, for formats whose places are no
/// text.
pub(crate) fn message_with_value(report: &Report<'_>, finding: &Finding) -> String {
    let message = report.catalogue.message(&finding.message);
    match &finding.location.value {
        Some(value) => format!("{message} (values: {})", value.key),
        None => message,
    }
}

/// The entry of the catalogue that says who can make a fix.
pub(crate) fn fix_key(fix: &Fix) -> &'static str {
    match fix.safety {
        _ if fix.by_hand => "finding.fix-by-hand",
        Safety::Safe => "finding.fix-safe",
        Safety::Unsafe => "finding.fix-unsafe",
    }
}

/// `Deployment shop/web`.
pub(crate) fn object(subject: &Subject) -> String {
    let object = &subject.object;
    let kind = escape::line(&object.kind);
    let name = escape::line(&object.name);
    match &object.namespace {
        Some(namespace) => format!("{kind} {}/{name}", escape::line(namespace)),
        None if name.is_empty() => kind.into_owned(),
        None => format!("{kind} {name}"),
    }
}
