//! A framework report as one HTML file, to be kept and printed.

use std::collections::HashMap;
use std::io::{self, Write};

use sekisho_finding::Finding;
use sekisho_framework::{ControlResult, ControlState, Outcome, RuleRun};

use super::{FrameworkReport, about_key};
use crate::Options;
use crate::escape::{html, html_prose};
use crate::format::html::{MARK, Page, foot, head};
use crate::format::{object, place};
use crate::text::grouped;

/// Places of findings that are listed under one rule.
const PLACES: usize = 25;

/// Writes the report.
pub(super) fn write(report: &FrameworkReport<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let (words, catalogue) = (report.words(), report.report.catalogue);
    let title = format!("{} {}", report.name(), report.date);
    head(catalogue.language().as_str(), &title, catalogue.ui("html.skip"), out)?;
    writeln!(
        out,
        "<header class=\"top\">\n<div class=\"brand\">{MARK}<span>Sekisho</span></div>\n<h1>{}</h1>\n\
         <p class=\"about\">{}</p>\n<dl class=\"counts states\">",
        html(&report.name()),
        html(&super::text::about(report))
    )?;
    for state in ControlState::ALL {
        let count = report.count(state);
        writeln!(
            out,
            "<div class=\"count {}{}\"><dt>{}</dt><dd>{}</dd></div>",
            state.as_str(),
            if count == 0 { " none" } else { "" },
            html(words.state(state)),
            grouped(count)
        )?;
    }
    writeln!(out, "</dl>\n</header>\n<main id=\"content\">")?;
    let evidence = EvidenceList::new(report);
    for (section, results) in report.sections() {
        if results.is_empty() {
            continue;
        }
        writeln!(out, "<section>\n<h2>{}</h2>", html_prose(words.section(section)))?;
        for result in results {
            evidence.control(result, out)?;
        }
        writeln!(out, "</section>")?;
    }
    writeln!(out, "<section>\n<h2>{}</h2>\n<dl class=\"legend\">", html(catalogue.ui("framework.legend")))?;
    for state in ControlState::ALL {
        writeln!(
            out,
            "<dt><span class=\"tag {}\">{}</span></dt><dd>{}</dd>",
            state.as_str(),
            html(words.state(state)),
            html_prose(catalogue.ui(about_key(state)))
        )?;
    }
    writeln!(
        out,
        "</dl>\n<p class=\"muted\">{}</p>\n</section>",
        html_prose(catalogue.ui("framework.about"))
    )?;
    evidence.page.coverage(out)?;
    writeln!(out, "</main>")?;
    foot(&report.report, out)
}

/// The controls of a report, with what rules saw.
struct EvidenceList<'r, 'a> {
    report: &'r FrameworkReport<'a>,
    page: Page<'r, 'a>,
    findings: HashMap<&'a str, Vec<&'a Finding>>,
}

impl<'r, 'a> EvidenceList<'r, 'a> {
    fn new(report: &'r FrameworkReport<'a>) -> Self {
        let mut findings: HashMap<&str, Vec<&Finding>> = HashMap::new();
        for finding in report.report.findings {
            findings.entry(finding.rule.as_ref()).or_default().push(finding);
        }
        Self { report, page: Page::new(&report.report), findings }
    }

    fn control(&self, result: &ControlResult<'_>, out: &mut dyn Write) -> io::Result<()> {
        let words = self.report.words();
        let state = result.state.as_str();
        writeln!(
            out,
            "<details class=\"rule control-of {state}\"{}>\n<summary><span class=\"id\">{}</span><h3>{}</h3>\
             <span class=\"tag {state}\">{}</span></summary>\n<div class=\"about-rule\">\n<p>{}</p>",
            if result.state == ControlState::Failed { " open" } else { "" },
            html(result.control.number),
            html_prose(words.title(result.control)),
            html(words.state(result.state)),
            html_prose(words.description(result.control))
        )?;
        let missing = words.missing(result);
        if !missing.is_empty() {
            writeln!(out, "<p class=\"note muted\">{}</p>", html(&missing))?;
        }
        if !result.rules.is_empty() {
            writeln!(out, "<ul class=\"evidence\">")?;
            for rule in &result.rules {
                self.rule(rule, out)?;
            }
            writeln!(out, "</ul>")?;
        }
        writeln!(out, "</div>\n</details>")
    }

    /// What one rule saw, and where.
    fn rule(&self, rule: &RuleRun<'_>, out: &mut dyn Write) -> io::Result<()> {
        let report = &self.report.report;
        let catalogue = report.catalogue;
        let class = match &rule.outcome {
            Outcome::Ran { findings, .. } if *findings > 0 => "found",
            Outcome::Ran { .. } => "ran",
            Outcome::NotRun => "not-run",
        };
        writeln!(
            out,
            "<li class=\"{class}\">{} {}: <b>{}</b>",
            self.page.slug(rule.rule),
            report.rule(rule.rule).map_or_else(String::new, |known| html_prose(catalogue.title(known))),
            html(&self.report.words().outcome(rule))
        )?;
        if let Some(findings) = self.findings.get(rule.rule).filter(|_| class != "not-run") {
            self.places(findings, out)?;
        }
        writeln!(out, "</li>")
    }

    fn places(&self, findings: &[&Finding], out: &mut dyn Write) -> io::Result<()> {
        let catalogue = self.report.report.catalogue;
        writeln!(out, "<ul class=\"places\">")?;
        for finding in findings.iter().take(PLACES) {
            let suppressed = finding.suppressed.as_ref().map_or_else(String::new, |suppression| {
                format!(
                    " <span class=\"muted\">{}: {}</span>",
                    html(catalogue.ui("finding.suppressed")),
                    html(&suppression.reason)
                )
            });
            writeln!(
                out,
                "<li><code>{}</code> {}{suppressed}</li>",
                html(&place(&finding.location)),
                html(&object(&finding.subject))
            )?;
        }
        if findings.len() > PLACES {
            let more = catalogue.count("coverage.more", findings.len() - PLACES);
            writeln!(out, "<li class=\"muted\">{}</li>", html(&more))?;
        }
        writeln!(out, "</ul>")
    }
}
