//! `sekisho explain`: the page of a check or of a control; without an argument, the list of checks.

use std::io::{self, Write};

use anyhow::{Result, bail};
use sekisho_finding::{Persona, Rule};
use sekisho_report::Catalogue;

use crate::arguments::ExplainArguments;
use crate::config::unknown_slug;
use crate::terminal::{Status, Terminal};

pub(crate) fn run(arguments: &ExplainArguments, terminal: &Terminal) -> Result<Status> {
    let catalogue = terminal.catalogue(None)?;
    let Some(id) = &arguments.id else {
        terminal.write(None, |out| list(&catalogue, out))?;
        return Ok(Status::Clean);
    };
    if let Some(check) = sekisho_posture::check(id) {
        terminal.write(None, |out| page(&check.rule(), &catalogue, out))?;
        return Ok(Status::Clean);
    }
    bail!("{}", unknown_slug(id));
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
    writeln!(
        out,
        "severity {} · confidence {} · persona {} · {} × {} · {}",
        rule.severity,
        rule.confidence,
        rule.persona,
        rule.cell.layer.as_str(),
        rule.cell.phase.as_str(),
        rule.cell.mode.as_str(),
    )?;
    writeln!(out, "{}", rule.controls.join(" "))?;
    writeln!(out, "\n{}.\n", catalogue.remedy(rule).trim_end_matches('.'))?;
    let manual = rule.manual.split_once("\n\n").map_or(rule.manual.as_ref(), |(_, body)| body);
    writeln!(out, "{}", manual.trim_end())
}
