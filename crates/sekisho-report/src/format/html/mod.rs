//! One HTML file that needs nothing else: no network, no font, no script to be read. A small script filters.
//!
//! The page's policy (CSP) allows exactly the style and the script that stand in it, by their hashes, so
//! that a name that got through as markup could still do nothing.

mod finding;
mod integrity;
mod overview;

use std::io::{self, Write};

use crate::escape::html;
use crate::snippet::Snippets;
use crate::{Options, Report, Verdict};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Writes the report.
pub fn write(report: &Report<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let page = Page::new(report);
    let title = format!("Sekisho: {}", report.catalogue.ui(report.verdict().key()));
    head(report.catalogue.language().as_str(), &title, report.catalogue.ui("html.skip"), out)?;
    page.header(out)?;
    writeln!(out, "<main id=\"content\">")?;
    page.actions(out)?;
    page.findings(out)?;
    page.matrix(out)?;
    page.coverage(out)?;
    page.suppressed(out)?;
    page.quiet_rules(out)?;
    writeln!(out, "</main>")?;
    foot(report, out)
}

/// A report on its way to a page.
pub(crate) struct Page<'r, 'a> {
    report: &'r Report<'a>,
    snippets: Snippets<'a>,
}

impl<'r, 'a> Page<'r, 'a> {
    /// Prepares a report for a page.
    pub(crate) fn new(report: &'r Report<'a>) -> Self {
        Self { report, snippets: Snippets::new(report) }
    }
}

/// Everything before the content of a page.
pub(crate) fn head(language: &str, title: &str, skip: &str, out: &mut dyn Write) -> io::Result<()> {
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        integrity::sha256(STYLE),
        integrity::sha256(SCRIPT)
    );
    write!(
        out,
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">{}</a>\n",
        html(title),
        html(skip)
    )
}

/// Everything behind it.
pub(crate) fn foot(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let made = report.catalogue.fill("html.made-by", &[("version", &report.version)]);
    write!(out, "<footer>{}</footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n", html(&made))
}

/// The gate that stands for the project.
pub(crate) const MARK: &str = "<svg class=\"mark\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">\
     <path d=\"M2 5.5h20M4.5 10h15M7 5.5V21M17 5.5V21\" fill=\"none\" stroke=\"currentColor\" \
     stroke-width=\"2.2\" stroke-linecap=\"round\"/></svg>";

/// The class of a verdict.
fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "good",
        Verdict::Failed => "bad",
        Verdict::Incomplete | Verdict::Nothing | Verdict::Unjudged => "open",
    }
}
