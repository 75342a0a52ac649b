//! The findings of the page: by rule, each with its lines, and how to mend it.

use std::collections::HashMap;
use std::io::{self, Write};

use sekisho_finding::{Finding, Severity, SuppressionKind};

use super::Page;
use crate::escape::{html, html_prose};
use crate::format::{fix_key, object, place};
use crate::text::grouped;

/// Findings up to which every group is open.
const OPEN: usize = 12;

impl Page<'_, '_> {
    /// The findings that count, by rule; rules in the order of their worst finding.
    pub(super) fn findings(&self, out: &mut dyn Write) -> io::Result<()> {
        let catalogue = self.report.catalogue;
        let mut groups: Vec<(&str, Vec<&Finding>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for finding in self.report.active() {
            let place = *places.entry(finding.rule.as_ref()).or_insert_with(|| {
                groups.push((finding.rule.as_ref(), Vec::new()));
                groups.len() - 1
            });
            if let Some((_, group)) = groups.get_mut(place) {
                group.push(finding);
            }
        }
        let total: usize = groups.iter().map(|(_, group)| group.len()).sum();
        writeln!(out, "<section id=\"findings\">\n<h2>{}</h2>", html(catalogue.ui("html.findings")))?;
        if total == 0 {
            return writeln!(out, "<p>{}</p>\n</section>", html(catalogue.ui("outcome.passed-clean")));
        }
        self.filter(total, out)?;
        for (index, (id, group)) in groups.iter().enumerate() {
            self.group(id, group, index == 0 || total <= OPEN, out)?;
        }
        writeln!(out, "</section>")
    }

    /// The filter, which only the script shows.
    fn filter(&self, total: usize, out: &mut dyn Write) -> io::Result<()> {
        let catalogue = self.report.catalogue;
        let counts = self.report.counts();
        writeln!(
            out,
            "<form class=\"filter\" hidden>\n<fieldset><legend>{}</legend>",
            html(catalogue.ui("html.by-severity"))
        )?;
        for severity in Severity::ALL.iter().rev().filter(|severity| counts.of(**severity) > 0) {
            writeln!(
                out,
                "<label class=\"chip {severity}\"><input type=\"checkbox\" value=\"{severity}\" checked>\
                 <span>{} <b>{}</b></span></label>",
                html(catalogue.severity(*severity)),
                grouped(counts.of(*severity))
            )?;
        }
        writeln!(
            out,
            "</fieldset>\n<label class=\"search\"><span>{}</span><input type=\"search\" autocomplete=\"off\" \
             spellcheck=\"false\"></label>\n<p class=\"shown\" aria-live=\"polite\" data-template=\"{}\">{}</p>\n</form>",
            html(catalogue.ui("html.by-text")),
            html(catalogue.ui("html.shown")),
            html(&catalogue.count("findings", total))
        )
    }

    fn group(&self, id: &str, group: &[&Finding], open: bool, out: &mut dyn Write) -> io::Result<()> {
        let catalogue = self.report.catalogue;
        let rule = self.report.rule(id);
        let worst = group.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Info);
        let title = rule.map_or(id, |rule| catalogue.title(rule));
        writeln!(
            out,
            "<details class=\"rule {worst}\"{}>\n<summary>{}<h3>{}</h3><span class=\"number\">{}</span></summary>\n\
             <div class=\"about-rule\">",
            if open { " open" } else { "" },
            self.tag(worst),
            html_prose(title),
            html(&catalogue.count("findings", group.len()))
        )?;
        if let Some(rule) = rule {
            writeln!(
                out,
                "<p class=\"mend\"><b>{}</b> {}</p>",
                html(catalogue.ui("finding.mend")),
                html_prose(catalogue.remedy(rule))
            )?;
        }
        write!(out, "<p class=\"tags\">{}", self.slug(id))?;
        for control in rule.map_or(&[][..], |rule| &rule.controls) {
            let title = catalogue
                .control(control)
                .map_or_else(String::new, |name| format!(" title=\"{}\"", html(name)));
            write!(out, " <span class=\"control\"{title}>{}</span>", html(control))?;
        }
        writeln!(out, "</p>\n</div>")?;
        for finding in group {
            self.finding(finding, worst, out)?;
        }
        writeln!(out, "</details>")
    }

    fn finding(&self, finding: &Finding, worst: Severity, out: &mut dyn Write) -> io::Result<()> {
        let catalogue = self.report.catalogue;
        let tag = if finding.severity == worst { String::new() } else { self.tag(finding.severity) };
        let field = finding.location.field.to_string();
        writeln!(
            out,
            "<article class=\"finding\" data-severity=\"{}\">\n<h4>{}{}</h4>\n<p class=\"where\"><span>{}</span> <code>{}</code></p>",
            finding.severity,
            tag,
            html_prose(&catalogue.message(&finding.message)),
            html(&object(&finding.subject)),
            // A long path is broken behind its dots.
            html(&field).replace('.', ".<wbr>")
        )?;
        self.code(finding, out)?;
        if let Some(place) = finding.location.value.as_ref().and_then(|value| value.place.as_deref()) {
            writeln!(
                out,
                "<p class=\"note\"><b>{}</b> <code>{}</code></p>",
                html(catalogue.ui("finding.values")),
                html(&self::place(place))
            )?;
        }
        if !finding.value_sets.is_empty() {
            writeln!(
                out,
                "<p class=\"note\"><b>{}</b> {}</p>",
                html(catalogue.ui("finding.value-sets")),
                html(&finding.value_sets.join(catalogue.ui("list")))
            )?;
        }
        for related in &finding.related {
            writeln!(
                out,
                "<p class=\"note\"><b>{}</b> <code>{}</code> {}</p>",
                html(catalogue.ui("finding.related")),
                html(&place(&related.location)),
                html_prose(&catalogue.message(&related.message))
            )?;
        }
        if let Some(fix) = &finding.fix {
            let key = fix_key(fix);
            let text = catalogue.fill(key, &[("description", &catalogue.fix(&fix.description))]);
            writeln!(
                out,
                "<p class=\"note\"><b>{}</b> {}</p>",
                html(catalogue.ui("finding.fix")),
                html_prose(&text)
            )?;
        }
        writeln!(out, "</article>")
    }

    /// The lines of a finding under the name of their file.
    fn code(&self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let snippet = self.snippets.of(&finding.location);
        write!(out, "<figure><figcaption>{}</figcaption>", html(&place(&finding.location)))?;
        if !snippet.lines.is_empty() {
            write!(out, "<pre>")?;
            let indent = snippet.indent();
            for line in &snippet.lines {
                let (before, marked) = line.dedented(indent);
                write!(
                    out,
                    "<span class=\"line\"><span class=\"at\">{}</span><code>{}<mark>{}</mark>{}</code></span>",
                    line.number,
                    source(before),
                    source(marked),
                    source(&line.after)
                )?;
            }
            if snippet.more {
                write!(out, "<span class=\"line\"><span class=\"at\"></span><code>&#8230;</code></span>")?;
            }
            write!(out, "</pre>")?;
        }
        writeln!(out, "</figure>")
    }

    /// The findings that do not count, and why.
    pub(super) fn suppressed(&self, out: &mut dyn Write) -> io::Result<()> {
        let catalogue = self.report.catalogue;
        let count = self.report.suppressed().count();
        if count == 0 {
            return Ok(());
        }
        writeln!(
            out,
            "<section>\n<details class=\"plain\"><summary><h2>{}</h2></summary>\n<ul class=\"suppressed\">",
            html(&catalogue.count("suppressed", count))
        )?;
        for finding in self.report.suppressed() {
            let Some(suppression) = &finding.suppressed else { continue };
            let how = catalogue.ui(match suppression.kind {
                SuppressionKind::Inline => "suppression.inline",
                SuppressionKind::Exception => "suppression.exception",
                SuppressionKind::Baseline => "suppression.baseline",
            });
            writeln!(
                out,
                "<li>{} {} {} <code>{}</code><br><span class=\"muted\">{}{}</span></li>",
                self.tag(finding.severity),
                self.slug(&finding.rule),
                html_prose(&catalogue.message(&finding.message)),
                html(&place(&finding.location)),
                html(how),
                if suppression.reason.is_empty() {
                    String::new()
                } else {
                    format!(": {}", html(&suppression.reason))
                }
            )?;
        }
        writeln!(out, "</ul></details>\n</section>")
    }

    fn tag(&self, severity: Severity) -> String {
        format!("<span class=\"tag {severity}\">{}</span>", html(self.report.catalogue.severity(severity)))
    }
}

/// Source text, its tabs as spaces.
fn source(text: &str) -> String {
    html(&text.replace('\t', "    "))
}
