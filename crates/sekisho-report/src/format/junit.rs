//! JUnit's XML, for CI systems that show test results: one suite a file, one failed case a finding.
//!
//! A file without findings is one passed case. A suppressed finding is a skipped case; so is an input that
//! was left out, and one that could not be examined is an error. Every finding that counts is a failure,
//! whatever `--fail-on` says: that decides the exit status only.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

use sekisho_finding::{Finding, SkipReason};

use crate::escape::xml;
use crate::{Options, Report};

/// One suite, its cases already written.
#[derive(Default)]
struct Suite {
    cases: Vec<String>,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// Writes the report.
pub fn write(report: &Report<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let suites = suites(report);
    let sum = |part: fn(&Suite) -> usize| suites.values().map(part).sum::<usize>();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"sekisho\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
        sum(|suite| suite.cases.len()),
        sum(|suite| suite.failures),
        sum(|suite| suite.errors)
    )?;
    for (name, suite) in &suites {
        let started = report.started.map_or_else(String::new, |time| format!(" timestamp=\"{}\"", xml(time)));
        writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" file=\"{name}\"{started}>",
            suite.cases.len(),
            suite.failures,
            suite.errors,
            suite.skipped,
            name = xml(name),
        )?;
        for case in &suite.cases {
            out.write_all(case.as_bytes())?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn suites<'a>(report: &Report<'a>) -> BTreeMap<&'a str, Suite> {
    let mut suites: BTreeMap<&str, Suite> = BTreeMap::new();
    for finding in report.findings {
        suites.entry(finding.location.file.as_str()).or_default().finding(report, finding);
    }
    for skip in &report.coverage.skipped {
        let suite = suites.entry(skip.path.as_str()).or_default();
        let element = if matches!(skip.reason, SkipReason::Unreadable(_)) {
            suite.errors += 1;
            "error"
        } else {
            suite.skipped += 1;
            "skipped"
        };
        let place = skip.line.map_or_else(|| skip.path.to_string(), |line| format!("{}:{line}", skip.path));
        let reason = report.catalogue.skip(&skip.reason);
        suite.cases.push(format!(
            "    <testcase name=\"{}\" classname=\"sekisho\">\n      <{element} message=\"{}\"/>\n    </testcase>\n",
            xml(&place),
            xml(&reason)
        ));
    }
    let skipped: HashSet<&str> = report.coverage.skipped.iter().map(|skip| skip.path.as_str()).collect();
    // What was rendered is no file; its templates are.
    let files = report.sources.iter().filter(|source| source.origins().is_none());
    for source in files.filter(|source| !skipped.contains(source.name.as_str())) {
        let suite = suites.entry(source.name.as_str()).or_default();
        if suite.cases.is_empty() {
            let name = report.catalogue.ui("outcome.passed-clean");
            suite.cases.push(format!("    <testcase name=\"{}\" classname=\"sekisho\"/>\n", xml(name)));
        }
    }
    suites
}

impl Suite {
    fn finding(&mut self, report: &Report<'_>, finding: &Finding) {
        let (location, object) = (&finding.location, &finding.subject.object);
        let name = format!(
            "{} {} {}",
            object.kind,
            object
                .namespace
                .as_ref()
                .map_or_else(|| object.name.to_string(), |space| format!("{space}/{}", object.name)),
            location.field
        );
        let message = report.catalogue.message(&finding.message);
        let result = if let Some(suppression) = &finding.suppressed {
            self.skipped += 1;
            format!("<skipped message=\"{}\"/>", xml(&suppression.reason))
        } else {
            self.failures += 1;
            let mut text = format!("{}: {message}\n", super::place(location));
            if let Some(rule) = report.rule(&finding.rule) {
                let remedy = report.catalogue.remedy(rule);
                text.extend([report.catalogue.ui("finding.mend"), ": ", remedy, "\n"]);
            }
            format!(
                "<failure type=\"{}\" message=\"{}\">{}</failure>",
                finding.severity,
                xml(&message),
                xml(&text)
            )
        };
        self.cases.push(format!(
            "    <testcase name=\"{}\" classname=\"{}\">\n      {result}\n    </testcase>\n",
            xml(name.trim_end()),
            xml(&finding.rule)
        ));
    }
}
