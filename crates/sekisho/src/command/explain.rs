//! `sekisho explain`: the page of a check or of a control; without an argument, the list of checks.

use std::fmt::Display;
use std::io::{self, Write};

use anyhow::{Result, bail};
use sekisho_finding::{Persona, Rule};
use sekisho_framework::{Control, Framework};
use sekisho_report::{Catalogue, Language};

use crate::arguments::ExplainArguments;
use crate::config::unknown_slug;
use crate::terminal::{self, Status, Terminal};

pub(crate) fn run(arguments: &ExplainArguments, terminal: &Terminal) -> Result<Status> {
    let catalogue = terminal.catalogue(None)?;
    let Some(id) = &arguments.id else {
        terminal::write(None, |out| list(&catalogue, out))?;
        return Ok(Status::Clean);
    };
    if let Some(check) = sekisho_posture::check(id) {
        terminal::write(None, |out| page(&check.rule(), &catalogue, out))?;
        return Ok(Status::Clean);
    }
    let controls = controls(id);
    if controls.is_empty() {
        bail!("{}", unknown_slug(id));
    }
    terminal::write(None, |out| {
        controls.iter().try_for_each(|(framework, control)| control_page(framework, control, &catalogue, out))
    })?;
    Ok(Status::Clean)
}

/// The controls with this id (`owasp-2025/K01`) or this number (`K01:2025`, `5.2.2`), in every framework.
fn controls(id: &str) -> Vec<(&'static Framework, &'static Control)> {
    sekisho_framework::frameworks()
        .flat_map(|framework| framework.controls().map(move |control| (framework, control)))
        .filter(|(framework, control)| {
            control.number == id || id.split_once('/') == Some((framework.id, control.id))
        })
        .collect()
}

fn list(catalogue: &Catalogue, out: &mut dyn Write) -> io::Result<()> {
    let width = sekisho_posture::checks().map(|check| check.id.len()).max().unwrap_or(0);
    for check in sekisho_posture::checks() {
        let rule = check.rule();
        let pedantic = if check.persona == Persona::Pedantic { " (pedantic)" } else { "" };
        writeln!(out, "{:width$}  {:8}  {}{pedantic}", check.id, check.severity, catalogue.title(&rule))?;
    }
    Ok(())
}

fn page(rule: &Rule, catalogue: &Catalogue, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}  ({})\n", catalogue.title(rule), rule.id)?;
    let word = |group: &str, name: &str| catalogue.ui(&format!("{group}.{name}")).to_owned();
    let standing: [(&str, &dyn Display); 6] = [
        ("severity", &catalogue.severity(rule.severity)),
        ("confidence", &word("severity", rule.confidence.as_str())),
        ("persona", &word("explain", rule.persona.as_str())),
        ("layer", &word("layer", rule.cell.layer.as_str())),
        ("phase", &word("phase", rule.cell.phase.as_str())),
        ("mode", &word("mode", rule.cell.mode.as_str())),
    ];
    writeln!(out, "{}", catalogue.fill("explain.standing", &standing))?;
    for id in &rule.controls {
        let Some((framework, control)) = sekisho_framework::control(id) else { continue };
        let title = catalogue.control(id).unwrap_or(control.title);
        writeln!(out, "  {} {} {}: {title}", framework.name, framework.version, control.number)?;
    }
    let remedy = catalogue.remedy(rule).trim_end_matches('.');
    writeln!(out, "\n{}\n", catalogue.fill("explain.remedy", &[("remedy", &remedy)]))?;
    if catalogue.language() != Language::English {
        writeln!(out, "{}\n", catalogue.ui("explain.manual"))?;
    }
    let manual = rule.manual.split_once("\n\n").map_or(rule.manual.as_ref(), |(_, body)| body);
    writeln!(out, "{}", manual.trim_end())
}

fn control_page(
    framework: &Framework,
    control: &Control,
    catalogue: &Catalogue,
    out: &mut dyn Write,
) -> io::Result<()> {
    let id = format!("{}/{}", framework.id, control.id);
    let title = catalogue.control_title(framework, control);
    let description = catalogue.control_description(framework, control);
    let Framework { name, version, .. } = framework;
    writeln!(out, "{name} {version} {}: {title}\n\n{description}\n", control.number)?;
    let checks: Vec<_> =
        sekisho_posture::checks().filter(|check| check.controls.contains(&id.as_str())).collect();
    for check in checks {
        writeln!(out, "  {}  {}", check.id, catalogue.title(&check.rule()))?;
    }
    writeln!(out)
}
