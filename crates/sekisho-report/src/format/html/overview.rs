//! The parts of the page that are about the run as a whole.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

use sekisho_finding::{Rule, Severity, Skip, SkipReason};
use sekisho_framework::{Cell, Layer, Mode, Phase};

use super::{MARK, Page, verdict_class};
use crate::escape::{html, html_prose};
use crate::format::{examined, outcome};
use crate::text::{grouped, percent};

/// Actions that are shown.
const ACTIONS: usize = 5;

/// One cell of the matrix: its rules and what they found.
#[derive(Default)]
struct Square {
    rules: usize,
    modes: HashSet<Mode>,
    findings: [usize; Severity::ALL.len()],
}

impl Page<'_, '_> {
    /// Verdict, counts, and what the run was about.
    pub(super) fn header(&self, out: &mut dyn Write) -> io::Result<()> {
        let (report, catalogue) = (self.report, self.report.catalogue);
        let (verdict, counts) = (report.verdict(), report.counts());
        writeln!(out, "<header class=\"top\">\n<div class=\"brand\">{MARK}<span>Sekisho</span></div>")?;
        writeln!(
            out,
            "<h1><span class=\"verdict {}\">{}</span></h1>\n<p class=\"outcome\">{}</p>",
            verdict_class(verdict),
            html(catalogue.ui(verdict.key())),
            html_prose(&outcome(report))
        )?;
        let targets =
            report.targets.iter().map(|target| format!("<code>{}</code>", html(target))).collect::<Vec<_>>();
        write!(out, "<p class=\"about\">{}", targets.join(" "))?;
        if let Some(started) = report.started {
            write!(out, " <time datetime=\"{0}\">{0}</time>", html(started))?;
        }
        writeln!(out, "</p>\n<dl class=\"counts\">")?;
        for severity in Severity::ALL.iter().rev() {
            let count = counts.of(*severity);
            writeln!(
                out,
                "<div class=\"count {severity}{}\"><dt>{}</dt><dd>{}</dd></div>",
                if count == 0 { " none" } else { "" },
                html(catalogue.severity(*severity)),
                grouped(count)
            )?;
        }
        writeln!(out, "</dl>\n</header>")
    }

    /// What to do first.
    pub(super) fn actions(&self, out: &mut dyn Write) -> io::Result<()> {
        let catalogue = self.report.catalogue;
        if self.report.actions.is_empty() {
            return Ok(());
        }
        writeln!(out, "<section>\n<h2>{}</h2>\n<ol class=\"actions\">", html(catalogue.ui("actions.title")))?;
        for action in self.report.actions.iter().take(ACTIONS) {
            let findings = catalogue.count("findings", action.findings);
            let objects = catalogue.count("objects", action.objects);
            let clears = catalogue.fill("actions.clears", &[("findings", &findings), ("objects", &objects)]);
            let share = (action.share * 100.0).clamp(0.0, 100.0);
            writeln!(
                out,
                "<li><div class=\"share\"><b>{0}</b><svg class=\"bar\" viewBox=\"0 0 100 6\" \
                 preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"track\" width=\"100\" height=\"6\"/>\
                 <rect class=\"part\" width=\"{share:.1}\" height=\"6\"/></svg><span>{1}</span></div>\
                 <div class=\"what\"><p>{2}</p><p class=\"muted\">{3}</p>",
                percent(action.share),
                html(catalogue.ui("actions.of-risk")),
                html_prose(&catalogue.action(action, self.report.rules)),
                html(&clears)
            )?;
            if let Some(command) = &action.command {
                writeln!(out, "<pre class=\"command\"><code>{}</code></pre>", html(command))?;
            }
            writeln!(out, "</div></li>")?;
        }
        writeln!(out, "</ol>\n</section>")
    }

    /// Layers × phases: how many rules looked there and what they found.
    pub(super) fn matrix(&self, out: &mut dyn Write) -> io::Result<()> {
        let catalogue = self.report.catalogue;
        let squares = self.squares();
        let most = squares.values().flat_map(|square| square.findings).max().unwrap_or(0).max(1);
        writeln!(
            out,
            "<section>\n<h2>{0}</h2>\n<p class=\"muted\">{1}</p>\n<div class=\"scroll\" role=\"region\" aria-label=\"{0}\" tabindex=\"0\"><table class=\"matrix\">\n<thead><tr><td></td>",
            html(catalogue.ui("matrix.title")),
            html(catalogue.ui("matrix.about"))
        )?;
        for phase in Phase::ALL {
            let key = format!("phase.{}", phase.as_str());
            write!(out, "<th scope=\"col\">{}</th>", html(catalogue.ui(&key)))?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        for layer in Layer::ALL {
            let key = format!("layer.{}", layer.as_str());
            write!(out, "<tr><th scope=\"row\">{}</th>", html(catalogue.ui(&key)))?;
            for phase in Phase::ALL {
                match squares.get(&(layer, phase)) {
                    Some(square) => self.square(square, most, out)?,
                    None => write!(out, "<td class=\"empty\">{}</td>", html(catalogue.ui("matrix.empty")))?,
                }
            }
            writeln!(out, "</tr>")?;
        }
        writeln!(out, "</tbody></table></div>\n</section>")
    }

    fn squares(&self) -> BTreeMap<(Layer, Phase), Square> {
        let mut squares: BTreeMap<(Layer, Phase), Square> = BTreeMap::new();
        for rule in self.report.rules {
            let Cell { layer, phase, mode } = rule.cell;
            let square = squares.entry((layer, phase)).or_default();
            square.rules += 1;
            square.modes.insert(mode);
        }
        let rules = self.report.rules_by_id();
        for finding in self.report.active() {
            let Some(rule) = rules.get(finding.rule.as_ref()) else { continue };
            let square = squares.entry((rule.cell.layer, rule.cell.phase)).or_default();
            if let Some(count) = square.findings.get_mut(finding.severity as usize) {
                *count += 1;
            }
        }
        squares
    }

    fn square(&self, square: &Square, most: usize, out: &mut dyn Write) -> io::Result<()> {
        let catalogue = self.report.catalogue;
        let total: usize = square.findings.iter().sum();
        let findings = if total == 0 {
            catalogue.ui("outcome.passed-clean").to_owned()
        } else {
            catalogue.count("findings", total)
        };
        let modes = [Mode::Preventive, Mode::Detective, Mode::Responsive]
            .into_iter()
            .filter(|mode| square.modes.contains(mode))
            .map(|mode| html(catalogue.ui(&format!("mode.{}", mode.as_str()))))
            .collect::<Vec<_>>()
            .join(", ");
        write!(
            out,
            "<td><span class=\"total{}\">{}</span>",
            if total == 0 { " none" } else { "" },
            html(&findings)
        )?;
        write!(out, "<svg class=\"bars\" viewBox=\"0 0 60 24\" aria-hidden=\"true\">")?;
        for (place, severity) in Severity::ALL.iter().rev().enumerate() {
            let count = square.findings.get(*severity as usize).copied().unwrap_or(0);
            // A bar that is there at all can be seen.
            let height = if count == 0 { 1 } else { 3 + 21 * count / most };
            write!(
                out,
                "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"9\" height=\"{height}\"/>",
                if count == 0 { "zero" } else { severity.as_str() },
                place * 12,
                24 - height
            )?;
        }
        write!(
            out,
            "</svg><span class=\"muted\">{}<span class=\"modes\">{modes}</span></span></td>",
            html(&catalogue.count("rules", square.rules))
        )
    }

    /// What was examined and what was not.
    pub(crate) fn coverage(&self, out: &mut dyn Write) -> io::Result<()> {
        let (report, catalogue) = (self.report, self.report.catalogue);
        let (unread, skipped): (Vec<&Skip>, Vec<&Skip>) =
            report.coverage.skipped.iter().partition(|skip| matches!(skip.reason, SkipReason::Unreadable(_)));
        writeln!(
            out,
            "<section>\n<h2>{}</h2>\n<p>{}</p>",
            html(catalogue.ui("coverage.title")),
            html(&examined(report))
        )?;
        if unread.is_empty() && skipped.is_empty() {
            writeln!(out, "<p class=\"muted\">{}</p>", html(catalogue.ui("coverage.whole")))?;
        }
        self.skips("coverage.unreadable", "unread", &unread, true, out)?;
        self.skips("coverage.skipped", "", &skipped, skipped.len() <= 10, out)?;
        writeln!(out, "</section>")
    }

    fn skips(
        &self,
        key: &str,
        class: &str,
        skips: &[&Skip],
        open: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if skips.is_empty() {
            return Ok(());
        }
        let catalogue = self.report.catalogue;
        writeln!(
            out,
            "<details class=\"plain {class}\"{}><summary>{}</summary>\n<ul>",
            if open { " open" } else { "" },
            html(&catalogue.count(key, skips.len()))
        )?;
        for skip in skips {
            let place =
                skip.line.map_or_else(|| skip.path.to_string(), |line| format!("{}:{line}", skip.path));
            writeln!(
                out,
                "<li><code>{}</code> <span>{}</span></li>",
                html(&place),
                html_prose(&catalogue.skip(&skip.reason))
            )?;
        }
        writeln!(out, "</ul></details>")
    }

    /// The rules that were evaluated and found nothing.
    pub(super) fn quiet_rules(&self, out: &mut dyn Write) -> io::Result<()> {
        let catalogue = self.report.catalogue;
        let found: HashSet<&str> = self.report.findings.iter().map(|finding| finding.rule.as_ref()).collect();
        let quiet: Vec<&Rule> =
            self.report.rules.iter().filter(|rule| !found.contains(rule.id.as_ref())).collect();
        if quiet.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "<section>\n<details class=\"plain\"><summary><h2>{}</h2></summary>\n<ul class=\"rules\">",
            html(&catalogue.count("html.quiet", quiet.len()))
        )?;
        for rule in quiet {
            writeln!(
                out,
                "<li>{} <span>{}</span></li>",
                self.slug(&rule.id),
                html_prose(catalogue.title(rule))
            )?;
        }
        writeln!(out, "</ul></details>\n</section>")
    }

    /// A rule's slug, a link where its manual page is published.
    pub(crate) fn slug(&self, id: &str) -> String {
        let slug = format!("<code>{}</code>", html(id));
        match self.report.page(id) {
            Some(page) => format!("<a href=\"{}\" rel=\"noreferrer\">{slug}</a>", html(&page)),
            None => slug,
        }
    }
}
