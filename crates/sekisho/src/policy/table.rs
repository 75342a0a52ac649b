//! Rows as a person reads them.

use std::io::{self, Write};

use super::row::Summary;
use super::{Origin, Report, ResultWord, Row};

/// Which rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Those that say that something is wrong.
    Wrong,
    /// All.
    All,
}

/// Writes rows, one resource and rule after the other, and how many there are of each result.
pub(crate) fn write_table(rows: &[Row], shown: Shown, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let wrong = |row: &&Row| shown == Shown::All || row.result >= ResultWord::Warn;
    for row in rows.iter().filter(wrong) {
        writeln!(out, "{}  {}", word(row.result, color), row.title())?;
        for line in row.message.lines() {
            writeln!(out, "       {line}")?;
        }
        let places: Vec<String> = [("", &row.location), ("policy ", &row.policy_location)]
            .into_iter()
            .filter_map(|(name, origin)| Some(format!("{name}{}", place(origin.as_ref()?))))
            .collect();
        if !places.is_empty() {
            writeln!(out, "       {}", places.join(", "))?;
        }
        if !row.other_locations.is_empty() {
            let mut others: Vec<String> = row.other_locations.iter().map(place).collect();
            others.dedup();
            writeln!(out, "       also {}", others.join(", "))?;
        }
    }
    if rows.iter().any(|row| wrong(&row)) {
        writeln!(out)?;
    }
    writeln!(out, "{}", summary(&Summary::of(rows)))
}

/// Says what is wrong with policies, and what could not be read.
pub(crate) fn write_problems(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for problem in &report.problems {
        let mut place = problem.file.clone();
        for number in [problem.line, problem.column].into_iter().flatten() {
            place = format!("{place}:{number}");
        }
        writeln!(out, "{place}: {}", problem.message)?;
    }
    Ok(())
}

impl Row {
    /// The rule and the resource.
    pub(crate) fn title(&self) -> String {
        let rule = match self.rule.as_str() {
            "" => format!("{}/{}", self.policy_kind, self.policy),
            rule => format!("{}/{} {rule}", self.policy_kind, self.policy),
        };
        let namespace = match self.resource.namespace.as_str() {
            "" => String::new(),
            namespace => format!("{namespace}/"),
        };
        format!("{rule}  {} {namespace}{}", self.resource.kind, self.resource.name)
    }
}

fn place(origin: &Origin) -> String {
    let value = origin.value.as_ref().map(|key| format!(" (values: {key})")).unwrap_or_default();
    format!("{}:{}:{}{value}", origin.file, origin.line, origin.column)
}

fn word(result: ResultWord, color: bool) -> String {
    let text = format!("{:5}", result.as_str().to_uppercase());
    let code = match result {
        ResultWord::Skip => "2",
        ResultWord::Pass => "32",
        ResultWord::Warn => "33",
        ResultWord::Fail | ResultWord::Error => "31",
    };
    if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text }
}

/// How many rows of each result, in one line.
fn summary(summary: &Summary) -> String {
    let Summary { pass, fail, warn, error, skip } = summary;
    format!("pass: {pass}, fail: {fail}, warn: {warn}, error: {error}, skip: {skip}")
}
