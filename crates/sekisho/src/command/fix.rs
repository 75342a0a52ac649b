//! `sekisho fix`: mend what can be mended, look again, and go on until nothing is left to mend.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use sekisho_finding::{Finding, Safety};
use sekisho_manifest::SourceId;
use sekisho_manifest::edit::{self, Change};
use sekisho_report::Catalogue;

use crate::arguments::FixArguments;
use crate::run::{self, Outcome, Request};
use crate::terminal::{self, Status, Terminal, write_atomically};

/// Rounds of looking and mending: a fix can make room for another, but never for many.
const MOST_ROUNDS: usize = 5;

pub(crate) fn run(arguments: FixArguments, terminal: &Terminal) -> Result<Status> {
    let FixArguments { targets, write, risky, .. } = arguments;
    let request = targets.request(terminal);
    if request.targets.iter().any(|target| target == Path::new("-")) {
        bail!("standard input cannot be mended: name a file or a folder");
    }
    let mut mended = Mended::default();
    let mut outcome = run::run(&request)?;
    for _ in 0..MOST_ROUNDS {
        let changed = mended.round(&outcome, risky);
        if changed == 0 {
            break;
        }
        outcome = run::run(&Request { overlay: mended.texts(), ..request.clone() })?;
    }
    let catalogue = terminal.catalogue(outcome.config.document.language.as_deref())?;
    if write {
        mended.write(&catalogue, terminal)?;
    } else {
        mended.show()?;
    }
    for line in summary(&mended, &outcome, write, risky, &catalogue) {
        terminal.note(line);
    }
    Ok(if outcome.coverage.failures().next().is_some() || !mended.refused.is_empty() {
        Status::Incomplete
    } else if outcome.coverage.objects == 0 {
        Status::Nothing
    } else {
        Status::Clean
    })
}

/// The files that were mended so far.
#[derive(Default)]
struct Mended {
    /// The old and the new text of each, by its path.
    files: BTreeMap<PathBuf, (String, String)>,
    /// Fixes that were made.
    fixes: usize,
    /// Fixes that could not be made, each once: where and why.
    refused: BTreeMap<String, String>,
}

impl Mended {
    /// Makes the fixes of a run and says how many.
    fn round(&mut self, outcome: &Outcome, risky: bool) -> usize {
        let mut by_source: BTreeMap<SourceId, Vec<&Finding>> = BTreeMap::new();
        for finding in outcome.counted() {
            if finding.fix.as_ref().is_some_and(|fix| risky || fix.safety == Safety::Safe) {
                by_source.entry(finding.location.source).or_default().push(finding);
            }
        }
        let mut made = 0;
        for (id, findings) in by_source {
            let Some(source) = outcome.inventory.source(id) else { continue };
            let groups: Vec<Vec<Change>> = findings.iter().map(|finding| changes(finding, id)).collect();
            let edited = edit::edit_groups(&source.text, &groups);
            let text = edited.text;
            for (place, error) in &edited.refused {
                let Some(finding) = findings.get(*place) else { continue };
                let place = format!("{}:{}", source.name, finding.location.start.line);
                self.refused.insert(format!("{place}: {}", finding.rule), error.to_string());
            }
            if text != *source.text {
                made += groups.len() - edited.refused.len();
                let path = PathBuf::from(source.name.as_str());
                let entry =
                    self.files.entry(path).or_insert_with(|| (source.text.to_string(), String::new()));
                entry.1 = text;
            }
        }
        self.fixes += made;
        made
    }

    /// The new texts by path, for looking again.
    fn texts(&self) -> BTreeMap<PathBuf, String> {
        self.files.iter().map(|(path, (_, new))| (path.clone(), new.clone())).collect()
    }

    fn show(&self) -> Result<()> {
        terminal::write(None, |out| {
            self.files.iter().try_for_each(|(path, (old, new))| {
                write!(out, "{}", edit::diff(old, new, &path.display().to_string()))
            })
        })
    }

    /// Writes the files; one that changed on disk since it was read is left alone.
    fn write(&self, catalogue: &Catalogue, terminal: &Terminal) -> Result<()> {
        for (path, (old, new)) in &self.files {
            if fs::read(path).ok().as_deref() != Some(old.as_bytes()) {
                bail!(
                    "`{}` changed while it was examined, or is not UTF-8: nothing more is written",
                    path.display()
                );
            }
            write_atomically(path, new.as_bytes())?;
            terminal.note(catalogue.fill("mend.file", &[("path", &path.display())]));
        }
        Ok(())
    }
}

/// What a finding's fix changes in one source.
fn changes(finding: &Finding, source: SourceId) -> Vec<Change> {
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
    edits.filter(|edit| edit.source == source).map(|edit| edit.change.clone()).collect()
}

/// What was mended and what is left, a line each.
fn summary(
    mended: &Mended,
    outcome: &Outcome,
    write: bool,
    risky: bool,
    catalogue: &Catalogue,
) -> Vec<String> {
    let changes = catalogue.count("changes", mended.fixes);
    let files = catalogue.count("files", mended.files.len());
    let what = if write { "mend.made" } else { "mend.planned" };
    let mut lines = vec![catalogue.fill(what, &[("changes", &changes), ("files", &files)])];
    for (place, why) in &mended.refused {
        lines.push(catalogue.fill("mend.refused", &[("place", place), ("why", why)]));
    }
    lines.push(catalogue.count("mend.left", outcome.counted().count()));
    let mendable = outcome.counted().filter(|finding| finding.fix.is_some()).count();
    if mendable > 0 && !risky {
        lines.push(catalogue.count("mend.risky", mendable));
    }
    if !write && !mended.files.is_empty() {
        lines.push(catalogue.ui("mend.unwritten").to_owned());
    }
    lines
}
