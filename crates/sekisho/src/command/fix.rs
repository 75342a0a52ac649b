//! `sekisho fix`: mend what can be mended, look again, and go on until nothing is left to mend.

use std::path::Path;

use anyhow::{Result, bail};
use sekisho_report::Catalogue;

use crate::arguments::FixArguments;
use crate::live;
use crate::mending::{Mending, place};
use crate::request::Request;
use crate::run::Outcome;
use crate::terminal::{Status, Terminal};

pub(crate) fn run(arguments: FixArguments, terminal: &Terminal) -> Result<Status> {
    let FixArguments { targets, write, risky, .. } = arguments;
    let request: Request = targets.request(terminal);
    if request.targets.iter().any(|target| target == Path::new("-")) {
        bail!("standard input cannot be mended: name a file or a folder");
    }
    if live::is_meant(&request.targets)? {
        bail!("a cluster is not changed: mend the files that its objects are applied from");
    }
    let (mending, outcome) = Mending::of(request, risky)?;
    let catalogue = terminal.catalogue(outcome.config.document.language.as_deref())?;
    if write {
        mending.write(|path| terminal.note(catalogue.fill("mend.file", &[("path", &path.display())])))?;
    } else {
        mending.show()?;
    }
    for line in summary(&mending, &outcome, write, risky, &catalogue) {
        terminal.note(line);
    }
    Ok(if outcome.coverage.failures().next().is_some() || !mending.refused.is_empty() {
        Status::Incomplete
    } else if outcome.coverage.objects == 0 {
        Status::Nothing
    } else {
        Status::Clean
    })
}

/// What was mended and what is left, a line each.
fn summary(
    mending: &Mending,
    outcome: &Outcome,
    write: bool,
    risky: bool,
    catalogue: &Catalogue,
) -> Vec<String> {
    let changes = catalogue.count("changes", mending.fixes);
    let files = catalogue.count("files", mending.files.len());
    let what = if write { "mend.made" } else { "mend.planned" };
    let mut lines = vec![catalogue.fill(what, &[("changes", &changes), ("files", &files)])];
    for (place, why) in &mending.refused {
        lines.push(catalogue.fill("mend.refused", &[("place", place), ("why", why)]));
    }
    lines.extend(by_hand(outcome, risky, catalogue));
    lines.push(catalogue.count("mend.left", outcome.counted().count()));
    let left = outcome.counted().filter_map(|finding| finding.fix.as_ref());
    let mendable = left.filter(|fix| !fix.by_hand).count();
    if mendable > 0 && !risky {
        lines.push(catalogue.count("mend.risky", mendable));
    }
    if !write && !mending.files.is_empty() {
        lines.push(catalogue.ui("mend.unwritten").to_owned());
    }
    lines
}

/// What a person must do in templates, each once.
fn by_hand(outcome: &Outcome, risky: bool, catalogue: &Catalogue) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in outcome.counted() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.by_hand && fix.is_wanted(risky)) else {
            continue;
        };
        let description = catalogue.fix(&fix.description);
        let field = finding.location.field.to_string();
        let what: [(&str, &dyn std::fmt::Display); 3] =
            [("place", &place(finding)), ("description", &description), ("field", &field)];
        let line = catalogue.fill("mend.by-hand", &what);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}
