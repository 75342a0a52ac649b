//! For people, on a terminal: the worst findings with their lines, what to do first, what was examined, and
//! the verdict at the very end, where the eye rests.
//!
//! A short run is shown whole. A long one is told by rule: the worst finding of each in full, the others as
//! places, and how to see everything.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use sekisho_finding::{Finding, Rule, Severity, Skip, SkipReason};

use super::{object, place};
use crate::escape;
use crate::snippet::{SnippetLine, Snippets};
use crate::text::{grouped, percent, width, wrap};
use crate::{Detail, Options, Report, Verdict};

/// Places of the same rule that follow its worst finding.
const PLACES: usize = 4;
/// Actions at the end.
const ACTIONS: usize = 5;
/// Inputs that could not be examined.
const UNREADABLE: usize = 20;
/// Other places that a finding points at.
const RELATED: usize = 3;

/// Writes the report.
pub fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut table =
        Table { report, options, snippets: Snippets::new(report), width: options.width.clamp(40, 160), out };
    let shown: Vec<&Finding> =
        report.findings.iter().filter(|finding| options.suppressed || finding.suppressed.is_none()).collect();
    match options.detail {
        Detail::Compact => table.compact(&shown)?,
        Detail::Summary if shown.len() > options.limit => table.summary(&shown)?,
        Detail::Summary | Detail::Full => {
            for finding in &shown {
                table.finding(finding, &[])?;
            }
        }
    }
    table.actions()?;
    table.coverage()?;
    table.verdict()
}

struct Table<'r, 'a> {
    report: &'r Report<'a>,
    options: &'r Options,
    snippets: Snippets<'a>,
    width: usize,
    out: &'r mut dyn Write,
}

impl Table<'_, '_> {
    /// `file:line:column: severity[slug] message`, as compilers and `grep -n` write it.
    fn compact(&mut self, findings: &[&Finding]) -> io::Result<()> {
        for finding in findings {
            let place = self.paint(Style::new().bold(), &place(&finding.location));
            let word = self.severity(finding.severity);
            let message = self.message(finding);
            let slug = escape::line(&finding.rule);
            let suppressed = match &finding.suppressed {
                Some(_) => format!(" ({})", self.report.catalogue.ui("finding.suppressed")),
                None => String::new(),
            };
            writeln!(self.out, "{place}: {word}[{slug}] {message}{suppressed}")?;
        }
        if findings.is_empty() { Ok(()) } else { writeln!(self.out) }
    }

    /// The worst finding of each rule in full, the rules beyond the limit in one line each.
    fn summary(&mut self, findings: &[&Finding]) -> io::Result<()> {
        let mut groups: Vec<Vec<&Finding>> = Vec::new();
        let mut by_rule = std::collections::HashMap::new();
        for finding in findings {
            let index = *by_rule.entry(finding.rule.as_ref()).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(index) {
                group.push(finding);
            }
        }
        let limit = self.options.limit.min(groups.len());
        let (full, rest) = groups.split_at(limit);
        for group in full {
            if let Some((worst, others)) = group.split_first() {
                self.finding(worst, others)?;
            }
        }
        if !rest.is_empty() {
            let catalogue = self.report.catalogue;
            let heading = catalogue.count("more.rules", rest.len());
            self.heading(&heading)?;
            let column = |of: fn(&Self, &Finding) -> usize| {
                rest.iter().flatten().map(|finding| of(self, finding)).max().unwrap_or(0)
            };
            let severities =
                column(|table, finding| width(table.report.catalogue.severity(finding.severity)));
            let slugs = column(|_, finding| width(&escape::line(&finding.rule))).min(self.width * 2 / 5);
            for group in rest {
                let Some(worst) = group.first() else { continue };
                let title = match self.report.rule(&worst.rule) {
                    Some(rule) => escape::line(catalogue.title(rule)).into_owned(),
                    None => self.message(worst),
                };
                let count = grouped(group.len());
                let word = self.severity(worst.severity);
                let behind_word = severities.saturating_sub(width(catalogue.severity(worst.severity)));
                let slug = escape::line(&worst.rule);
                let behind_slug = slugs.saturating_sub(width(&slug));
                let slug = self.paint(Style::new().bold(), &slug);
                writeln!(
                    self.out,
                    "{count:>6}  {word}{:behind_word$}  {slug}{:behind_slug$}  {title}",
                    "", ""
                )?;
            }
            writeln!(self.out)?;
        }
        let hint = self.dim(self.report.catalogue.ui("more.hint"));
        writeln!(self.out, "{hint}\n")
    }

    /// One finding in full, and the places of others of its rule.
    fn finding(&mut self, finding: &Finding, others: &[&Finding]) -> io::Result<()> {
        let catalogue = self.report.catalogue;
        let word = catalogue.severity(finding.severity);
        let slug = escape::line(&finding.rule);
        let head = format!("{word}[{slug}]");
        let message = self.message(finding);
        let style = severity_style(finding.severity);
        let painted = self.paint(style, &head);
        let mut lines = wrap(&format!("{head}: {message}"), self.width).into_iter();
        let first = lines.next().unwrap_or_default();
        let bold = Style::new().bold();
        match first.strip_prefix(head.as_str()) {
            Some(rest) => writeln!(self.out, "{painted}{}", self.paint(bold, rest))?,
            None => writeln!(self.out, "{}", self.paint(style, &first))?,
        }
        for line in lines {
            writeln!(self.out, "{}", self.paint(bold, &line))?;
        }
        self.place(finding)?;
        let rule = self.report.rule(&finding.rule);
        if let Some(suppression) = &finding.suppressed {
            let how = catalogue.ui(suppression_key(suppression.kind));
            let reason = escape::line(&suppression.reason);
            let text = if reason.is_empty() { how.to_owned() } else { format!("{how}: {reason}") };
            self.note(catalogue.ui("finding.suppressed"), &text)?;
        }
        if let Some(place) = finding.location.value.as_ref().and_then(|value| value.place.as_deref()) {
            self.note(catalogue.ui("finding.values"), &self::place(place))?;
        }
        if !finding.value_sets.is_empty() {
            let sets = finding.value_sets.join(catalogue.ui("list"));
            self.note(catalogue.ui("finding.value-sets"), &escape::line(&sets))?;
        }
        for related in finding.related.iter().take(RELATED) {
            let message = catalogue.message(&related.message);
            self.note(
                catalogue.ui("finding.related"),
                &format!("{}: {}", place(&related.location), escape::line(&message)),
            )?;
        }
        if finding.related.len() > RELATED {
            let more = catalogue.count("coverage.more", finding.related.len() - RELATED);
            self.note(catalogue.ui("finding.related"), &more)?;
        }
        self.remedy(finding, rule)?;
        self.others(others)?;
        writeln!(self.out)
    }

    /// Where it is: the file, the object and field, and the line itself.
    fn place(&mut self, finding: &Finding) -> io::Result<()> {
        let snippet = self.snippets.of(&finding.location);
        let last = snippet.lines.last().map_or(finding.location.start.line, |line| line.number);
        let gutter = last.to_string().len().max(2);
        let blank = " ".repeat(gutter);
        let arrow = self.mark("-->");
        let bar = self.mark("|");
        writeln!(self.out, "{blank}{arrow} {}", place(&finding.location))?;
        let field = finding.location.field.to_string();
        let object = object(&finding.subject);
        let about = if field.is_empty() { object } else { format!("{object}, {}", escape::line(&field)) };
        for line in wrap(&about, self.width.saturating_sub(gutter + 4)) {
            writeln!(self.out, "{blank}     {}", self.dim(&line))?;
        }
        if snippet.lines.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "{blank} {bar}")?;
        let room = self.width.saturating_sub(gutter + 3);
        for line in &snippet.lines {
            let (text, start, length) = fit(line, room);
            let number = self.mark(&format!("{:>gutter$}", line.number));
            writeln!(self.out, "{number} {bar} {text}")?;
            if length > 0 {
                let underline = self.paint(severity_style(finding.severity), &"^".repeat(length));
                writeln!(self.out, "{blank} {bar} {}{underline}", " ".repeat(start))?;
            }
        }
        if snippet.more {
            writeln!(self.out, "{blank} {bar} ...")?;
        }
        Ok(())
    }

    fn remedy(&mut self, finding: &Finding, rule: Option<&Rule>) -> io::Result<()> {
        let catalogue = self.report.catalogue;
        if let Some(remedy) = rule.map(|rule| catalogue.remedy(rule)).filter(|remedy| !remedy.is_empty()) {
            let remedy = escape::line(remedy).into_owned();
            self.note(catalogue.ui("finding.mend"), &remedy)?;
        }
        if let Some(fix) = &finding.fix {
            let key = super::fix_key(fix);
            let description = escape::line(&catalogue.fix(&fix.description)).into_owned();
            let text = catalogue.fill(key, &[("description", &description)]);
            self.note(catalogue.ui("finding.fix"), &text)?;
        }
        Ok(())
    }

    fn others(&mut self, others: &[&Finding]) -> io::Result<()> {
        if others.is_empty() {
            return Ok(());
        }
        let catalogue = self.report.catalogue;
        let heading = catalogue.count("more.findings", others.len());
        self.note(catalogue.ui("more.elsewhere"), &heading)?;
        let shown = if others.len() == PLACES + 1 { others.len() } else { others.len().min(PLACES) };
        for finding in others.iter().take(shown) {
            let container = finding.subject.container.as_deref().unwrap_or("");
            let container =
                if container.is_empty() { String::new() } else { format!(" {}", escape::line(container)) };
            let about = self.dim(&format!("{}{container}", object(&finding.subject)));
            writeln!(self.out, "       {}  {about}", place(&finding.location))?;
        }
        if others.len() > shown {
            let more = self.dim(&catalogue.count("more.places", others.len() - shown));
            writeln!(self.out, "       {more}")?;
        }
        Ok(())
    }

    fn actions(&mut self) -> io::Result<()> {
        let report = self.report;
        let catalogue = report.catalogue;
        if report.actions.is_empty() {
            return Ok(());
        }
        self.heading(catalogue.ui("actions.title"))?;
        for action in report.actions.iter().take(ACTIONS) {
            let findings = catalogue.count("findings", action.findings);
            let objects = catalogue.count("objects", action.objects);
            let clears = catalogue.fill("actions.clears", &[("findings", &findings), ("objects", &objects)]);
            let share = self.paint(Style::new().bold(), &format!("{:>6}", percent(action.share)));
            let text = escape::line(&catalogue.action(action, report.rules)).into_owned();
            for (index, line) in wrap(&text, self.width.saturating_sub(8)).iter().enumerate() {
                let lead = if index == 0 { share.as_str() } else { "      " };
                writeln!(self.out, "{lead}  {line}")?;
            }
            writeln!(self.out, "        {}", self.dim(&clears))?;
            if let Some(command) = &action.command {
                let command = self.paint(AnsiColor::Cyan.on_default(), &escape::line(command));
                writeln!(self.out, "        $ {command}")?;
            }
        }
        writeln!(self.out)
    }

    fn coverage(&mut self) -> io::Result<()> {
        let report = self.report;
        let coverage = report.coverage;
        let (failed, skipped): (Vec<&Skip>, Vec<&Skip>) =
            coverage.skipped.iter().partition(|skip| matches!(skip.reason, SkipReason::Unreadable(_)));
        writeln!(self.out, "{}", super::examined(report))?;
        self.skipped(&skipped)?;
        self.unreadable(&failed)
    }

    /// Inputs that were left out: by reason, or each by itself where everything is asked for.
    fn skipped(&mut self, skips: &[&Skip]) -> io::Result<()> {
        if skips.is_empty() {
            return Ok(());
        }
        let catalogue = self.report.catalogue;
        writeln!(self.out, "{}", self.dim(&catalogue.count("coverage.skipped", skips.len())))?;
        if self.options.detail == Detail::Full {
            return skips.iter().try_for_each(|skip| self.skip(skip));
        }
        let mut reasons: Vec<(String, Vec<&Skip>)> = Vec::new();
        for skip in skips {
            let reason = catalogue.skip(&skip.reason);
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, of_reason)) => of_reason.push(skip),
                None => reasons.push((reason, vec![skip])),
            }
        }
        for (reason, of_reason) in &reasons {
            match of_reason.as_slice() {
                [skip] => self.skip(skip)?,
                [first, rest @ ..] => {
                    let reason = escape::line(reason);
                    let more = catalogue.count("coverage.more", rest.len());
                    writeln!(self.out, "  {}: {reason}, {more}", escape::line(&first.path))?;
                }
                [] => {}
            }
        }
        Ok(())
    }

    fn unreadable(&mut self, skips: &[&Skip]) -> io::Result<()> {
        if skips.is_empty() {
            return Ok(());
        }
        let catalogue = self.report.catalogue;
        let heading = catalogue.count("coverage.unreadable", skips.len());
        writeln!(self.out, "{}", self.paint(severity_style(Severity::High), &heading))?;
        let shown = if self.options.detail == Detail::Full { skips.len() } else { UNREADABLE };
        skips.iter().take(shown).try_for_each(|skip| self.skip(skip))?;
        if skips.len() > shown {
            writeln!(self.out, "  {}", catalogue.count("coverage.more", skips.len() - shown))?;
        }
        Ok(())
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        let path = escape::line(&skip.path);
        let place = skip.line.map_or_else(|| path.to_string(), |line| format!("{path}:{line}"));
        let reason = self.report.catalogue.skip(&skip.reason);
        writeln!(self.out, "  {place}: {}", escape::line(&reason))
    }

    fn verdict(&mut self) -> io::Result<()> {
        let report = self.report;
        let style = match report.verdict() {
            Verdict::Passed => AnsiColor::Green.on_default().bold(),
            Verdict::Failed => severity_style(Severity::Critical),
            Verdict::Incomplete | Verdict::Nothing | Verdict::Unjudged => {
                AnsiColor::Yellow.on_default().bold()
            }
        };
        let word = self.paint(style, report.catalogue.ui(report.verdict().key()));
        writeln!(self.out, "{word}: {}", super::outcome(report))
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", self.paint(Style::new().bold().underline(), text))
    }

    /// `= label: text`, wrapped under itself.
    fn note(&mut self, label: &str, text: &str) -> io::Result<()> {
        let lead = width(label) + 7;
        let equals = self.mark("=");
        for (index, line) in wrap(text, self.width.saturating_sub(lead)).iter().enumerate() {
            if index == 0 {
                writeln!(self.out, "   {equals} {}: {line}", self.paint(Style::new().bold(), label))?;
            } else {
                writeln!(self.out, "{}{line}", " ".repeat(lead))?;
            }
        }
        Ok(())
    }

    fn message(&self, finding: &Finding) -> String {
        escape::line(&self.report.catalogue.message(&finding.message)).into_owned()
    }

    fn severity(&self, severity: Severity) -> String {
        self.paint(severity_style(severity), self.report.catalogue.severity(severity))
    }

    fn dim(&self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    fn mark(&self, text: &str) -> String {
        self.paint(AnsiColor::BrightBlue.on_default().bold(), text)
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.options.color && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::BrightRed.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default().bold(),
        Severity::Medium => AnsiColor::Yellow.on_default().bold(),
        Severity::Low => AnsiColor::Cyan.on_default().bold(),
        Severity::Info => AnsiColor::BrightBlue.on_default(),
    }
}

fn suppression_key(kind: sekisho_finding::SuppressionKind) -> &'static str {
    use sekisho_finding::SuppressionKind::{Baseline, Exception, Inline};
    match kind {
        Inline => "suppression.inline",
        Exception => "suppression.exception",
        Baseline => "suppression.baseline",
    }
}

/// A line cut to the room there is, around its span: the text, the columns before the span, and the columns
/// of the span.
fn fit(line: &SnippetLine, room: usize) -> (String, usize, usize) {
    let (before, marked, after) = (shown(&line.before), shown(&line.marked), shown(&line.after));
    let marked_trimmed = marked.trim_end();
    let marked_width = width(marked_trimmed);
    let before_width = width(&before);
    let mut text = String::new();
    let start = if before_width + marked_width.min(room / 2) <= room {
        text.push_str(&before);
        before_width
    } else {
        let keep = room / 3;
        let kept = last_columns(&before, keep);
        text.push_str("...");
        text.push_str(&kept);
        3 + width(&kept)
    };
    let left = room.saturating_sub(start);
    if marked_width > left {
        let cut = first_columns(marked_trimmed, left.saturating_sub(3));
        let length = width(&cut) + 3;
        text.push_str(&cut);
        text.push_str("...");
        return (text, start, length);
    }
    text.push_str(&marked);
    let after = after.trim_end();
    let left = room.saturating_sub(width(&text));
    if width(after) <= left {
        text.push_str(after);
    } else if left > 3 {
        text.push_str(&first_columns(after, left - 3));
        text.push_str("...");
    }
    (text.trim_end().to_owned(), start, marked_width)
}

/// Source text on a terminal: tabs as four spaces, everything else that is not seen spelled out.
fn shown(text: &str) -> String {
    escape::line(&text.replace('\t', "    ")).into_owned()
}

fn first_columns(text: &str, columns: usize) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        out.push(letter);
        if width(&out) > columns {
            out.pop();
            break;
        }
    }
    out
}

fn last_columns(text: &str, columns: usize) -> String {
    let mut kept = text;
    while width(kept) > columns {
        let mut letters = kept.chars();
        if letters.next().is_none() {
            break;
        }
        kept = letters.as_str();
    }
    kept.to_owned()
}
