//! GitLab's Code Quality report (`artifacts:reports:codequality`), which every tier of GitLab shows in the
//! merge request and beside its lines.
//!
//! GitLab keeps one issue of each fingerprint, so findings that share theirs get one of their own.
//! Suppressed findings are left out.

use std::collections::HashMap;
use std::io::{self, Write};

use sekisho_finding::{Fingerprint, Severity};
use serde::Serialize;

use super::json_text;
use crate::{Options, Report};

#[derive(Serialize)]
struct Issue<'a> {
    r#type: &'static str,
    check_name: &'a str,
    description: String,
    categories: [&'static str; 1],
    severity: &'static str,
    fingerprint: String,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes the report.
pub fn write(report: &Report<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let issues: Vec<Issue<'_>> = report
        .active()
        .map(|finding| Issue {
            r#type: "issue",
            check_name: &finding.rule,
            description: super::message_with_value(report, finding),
            categories: ["Security"],
            severity: match finding.severity {
                Severity::Critical => "blocker",
                Severity::High => "critical",
                Severity::Medium => "major",
                Severity::Low => "minor",
                Severity::Info => "info",
            },
            fingerprint: fingerprints.unique(finding.fingerprint),
            location: Location {
                path: finding.location.file.strip_prefix("./").unwrap_or(&finding.location.file),
                lines: Lines { begin: finding.location.start.line, end: finding.location.end.line },
            },
        })
        .collect();
    json_text::pretty(&issues, out)
}

/// Fingerprints of which each is given once.
#[derive(Default)]
pub(crate) struct Fingerprints {
    seen: HashMap<Fingerprint, usize>,
}

impl Fingerprints {
    /// The fingerprint, or one made of it and of how often it came before.
    pub(crate) fn unique(&mut self, fingerprint: Fingerprint) -> String {
        let before = self.seen.entry(fingerprint).or_default();
        *before += 1;
        match *before {
            1 => fingerprint.to_string(),
            count => Fingerprint::of([fingerprint.to_string().as_str(), &count.to_string()]).to_string(),
        }
    }
}
