//! `sekisho policy test`: runs the tests of policies.

use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;

use crate::arguments::policy::TestArguments;
use crate::arguments::rows::RowFormat;
use crate::policy::testing::{self, TestResult, TestRow};
use crate::terminal::{self, Status, Terminal};

/// All tests, and how many of each result.
#[derive(Serialize)]
struct Report<'a> {
    results: &'a [TestRow],
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    pass: usize,
    fail: usize,
    skip: usize,
}

pub(crate) fn run(arguments: &TestArguments, terminal: &Terminal) -> Result<Status> {
    let rows = testing::run(&arguments.paths, &arguments.data)?;
    let count = |wanted: TestResult| rows.iter().filter(|row| row.result == wanted).count();
    let summary = Summary {
        pass: count(TestResult::Pass),
        fail: count(TestResult::Fail),
        skip: count(TestResult::Skip),
    };
    let status = match summary {
        Summary { fail: 1.., .. } => Status::Findings,
        Summary { pass: 0, skip: 0, .. } => Status::Nothing,
        Summary { .. } => Status::Clean,
    };
    let report = Report { results: &rows, summary };
    let color = arguments.output.is_none() && terminal.color();
    terminal::write(arguments.output.as_deref(), |out| match arguments.format {
        RowFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)
        }
        RowFormat::Table => table(&report, arguments.all, color, out),
    })?;
    Ok(status)
}

fn table(report: &Report<'_>, all: bool, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut file = "";
    for row in report.results.iter().filter(|row| all || row.result == TestResult::Fail) {
        if row.file != file {
            writeln!(out, "{}", row.file)?;
            file = &row.file;
        }
        let (word, code) = match row.result {
            TestResult::Pass => ("pass", "32"),
            TestResult::Fail => ("FAIL", "31"),
            TestResult::Skip => ("skip", "2"),
        };
        let word = if color { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() };
        let place = match (row.line, row.column) {
            (Some(line), Some(column)) => format!("  {}:{line}:{column}", row.file),
            _ => String::new(),
        };
        writeln!(out, "  {word}  {}{place}", row.test)?;
        for line in row.message.lines() {
            writeln!(out, "        {line}")?;
        }
    }
    let Summary { pass, fail, skip } = report.summary;
    writeln!(out, "pass: {pass}, fail: {fail}, skip: {skip}")
}
