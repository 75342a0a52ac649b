//! A framework report for a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use sekisho_framework::{ControlResult, ControlState};

use super::FrameworkReport;
use crate::format::examined;
use crate::text::{grouped, width, wrap};
use crate::{Options, escape};

/// Writes the report.
pub(super) fn write(report: &FrameworkReport<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let (words, catalogue) = (report.words(), report.report.catalogue);
    let paint = |style: Style, text: &str| {
        if options.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    };
    let columns = options.width.clamp(40, 160);
    let number = report.results.iter().map(|result| width(result.control.number)).max().unwrap_or(0);
    let widest = ControlState::ALL.iter().map(|state| width(words.state(*state))).max().unwrap_or(0);
    let indent = number + widest + 6;
    writeln!(out, "{}", paint(Style::new().bold(), &report.name()))?;
    writeln!(out, "{}", about(report))?;
    for (section, results) in report.sections() {
        if results.is_empty() {
            continue;
        }
        writeln!(out, "\n{}", paint(Style::new().bold().underline(), words.section(section)))?;
        for result in results {
            let word = words.state(result.state);
            let lead = format!(
                "  {}{}  {}{}  ",
                result.control.number,
                " ".repeat(number.saturating_sub(width(result.control.number))),
                paint(style(result.state), word),
                " ".repeat(widest.saturating_sub(width(word)))
            );
            let mut lines = wrap(words.title(result.control), columns.saturating_sub(indent)).into_iter();
            writeln!(out, "{lead}{}", lines.next().unwrap_or_default())?;
            for line in lines {
                writeln!(out, "{}{line}", " ".repeat(indent))?;
            }
            for note in notes(report, result) {
                for line in wrap(&note, columns.saturating_sub(indent)) {
                    writeln!(out, "{}{}", " ".repeat(indent), paint(Style::new().dimmed(), &line))?;
                }
            }
        }
    }
    writeln!(out)?;
    for state in ControlState::ALL.into_iter().filter(|state| report.count(*state) > 0) {
        let word = words.state(state);
        let count = grouped(report.count(state));
        let label = paint(style(state), word);
        let about = catalogue.ui(super::about_key(state));
        let pad = " ".repeat(widest.saturating_sub(width(word)) + 2);
        for (index, line) in
            wrap(about, columns.saturating_sub(width(word) + pad.len() + 7)).iter().enumerate()
        {
            if index == 0 {
                writeln!(out, "{count:>5}  {label}{pad}{line}")?;
            } else {
                writeln!(out, "{}{line}", " ".repeat(7 + width(word) + pad.len()))?;
            }
        }
    }
    writeln!(out, "\n{}", examined(&report.report))?;
    let unread: Vec<_> = report.report.coverage.failures().collect();
    if !unread.is_empty() {
        writeln!(
            out,
            "{}",
            paint(style(ControlState::Failed), &catalogue.count("coverage.unreadable", unread.len()))
        )?;
        for skip in unread {
            writeln!(out, "  {}: {}", escape::line(&skip.path), escape::line(&catalogue.skip(&skip.reason)))?;
        }
    }
    Ok(())
}

/// Who made it, of what, and when.
pub(super) fn about(report: &FrameworkReport<'_>) -> String {
    let targets = report.report.targets.join(", ");
    escape::line(&report.report.catalogue.fill(
        "framework.made",
        &[("publisher", &report.framework.publisher), ("targets", &targets), ("date", &report.date)],
    ))
    .into_owned()
}

/// The rules that decided, and what is missing.
fn notes(report: &FrameworkReport<'_>, result: &ControlResult<'_>) -> Vec<String> {
    let words = report.words();
    let mut notes = Vec::new();
    let decided: Vec<String> = super::telling(result)
        .iter()
        .map(|rule| format!("{}: {}", escape::line(rule.rule), words.outcome(rule)))
        .collect();
    if !decided.is_empty() {
        notes.push(decided.join(report.report.catalogue.ui("join")));
    }
    let missing = words.missing(result);
    if !missing.is_empty() {
        notes.push(missing);
    }
    notes
}

fn style(state: ControlState) -> Style {
    match state {
        ControlState::Failed => AnsiColor::BrightRed.on_default().bold(),
        ControlState::Excepted => AnsiColor::Yellow.on_default().bold(),
        ControlState::PartlyExamined => AnsiColor::Cyan.on_default().bold(),
        ControlState::Passed => AnsiColor::Green.on_default().bold(),
        ControlState::NotApplicable
        | ControlState::NotExamined
        | ControlState::NotAutomated
        | ControlState::Manual => Style::new().dimmed(),
    }
}
