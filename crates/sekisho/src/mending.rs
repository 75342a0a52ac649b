//! Fixes → new texts of files: made in rounds, each proved by looking again.
//!
//! A change of a plain manifest is proved by the editor. One that is to change what a chart or a kustomization
//! makes must also do so: where its finding is still there, another came, or something can no longer be rendered,
//! it is taken back, and the next route is tried.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use sekisho_finding::{Finding, Fingerprint};
use sekisho_manifest::SourceId;
use sekisho_manifest::edit::{self, Change};

use crate::request::Request;
use crate::run::{self, Outcome};
use crate::terminal::{self};
use crate::whole_file::write_atomically;

/// Rounds that are kept: a fix can make room for another, but never for many.
const MOST_ROUNDS: usize = 5;
/// Rounds that are taken back.
const MOST_TRIALS: usize = 60;

/// What was mended.
#[derive(Debug, Default)]
pub(crate) struct Mending {
    /// The old and the new text of each file, by its path.
    pub(crate) files: BTreeMap<PathBuf, (String, String)>,
    /// Fixes that were made.
    pub(crate) fixes: usize,
    /// Fixes that could not be made, each once: where and why.
    pub(crate) refused: BTreeMap<String, String>,
}

/// A finding whose fix goes by way of what is rendered, and what it changes in which file.
type Routed = (Fingerprint, (SourceId, Vec<Change>));

/// What one round does.
#[derive(Debug, Default)]
struct Round {
    /// The new text of each file, by its path.
    texts: BTreeMap<PathBuf, String>,
    /// The texts that they had before.
    before: BTreeMap<PathBuf, String>,
    fixes: usize,
    refused: BTreeMap<String, String>,
    routed: Vec<Routed>,
}

impl Mending {
    /// Mends what a request names, in memory; yields what there is afterwards too.
    pub(crate) fn of(mut request: Request, risky: bool) -> Result<(Self, Outcome)> {
        let mut mending = Self::default();
        let mut outcome = run::run(&request)?;
        let (mut rounds, mut trials) = (0, 0);
        // Where several changes together did harm, they are made one by one.
        let mut one_by_one = false;
        while rounds < MOST_ROUNDS + if one_by_one { MOST_TRIALS } else { 0 } && trials < MOST_TRIALS {
            let round = Round::of(&outcome, risky, one_by_one);
            if round.fixes == 0 {
                mending.refused.extend(round.refused);
                break;
            }
            let overlay = request.overlay.clone();
            request.overlay.extend(round.texts.clone());
            let next = run::run(&request)?;
            let blamed = round.blamed(&outcome, &next);
            if blamed.is_empty() {
                mending.keep(round);
                outcome = next;
                rounds += 1;
                continue;
            }
            trials += 1;
            request.overlay = overlay;
            let alone = round.changes() == 1;
            if alone || !round.is_general(&outcome, &next) {
                for fingerprint in blamed {
                    *request.tried.entry(fingerprint).or_default() += 1;
                }
                outcome = run::run(&request)?;
            } else {
                one_by_one = true;
            }
        }
        Ok((mending, outcome))
    }

    fn keep(&mut self, round: Round) {
        self.fixes += round.fixes;
        self.refused.extend(round.refused);
        for (path, new) in round.texts {
            let old = round.before.get(&path).cloned().unwrap_or_default();
            self.files.entry(path).or_insert_with(|| (old, String::new())).1 = new;
        }
    }

    /// Prints the changes.
    pub(crate) fn show(&self) -> Result<()> {
        terminal::write(None, |out| {
            self.files.iter().try_for_each(|(path, (old, new))| {
                write!(out, "{}", edit::diff(old, new, &path.display().to_string()))
            })
        })
    }

    /// Writes the files and tells of each; one that changed on disk since it was read is left alone.
    pub(crate) fn write(&self, tell: impl Fn(&Path)) -> Result<()> {
        for (path, (old, new)) in &self.files {
            if fs::read(path).ok().as_deref() != Some(old.as_bytes()) {
                bail!(
                    "`{}` changed while it was examined, or is not UTF-8: nothing more is written",
                    path.display()
                );
            }
            write_atomically(path, new.as_bytes())?;
            tell(path);
        }
        Ok(())
    }
}

impl Round {
    /// The fixes of a run: those of plain files, and when none of them is left, those that go by way of what is
    /// rendered; of these only the first, if they are to be made one by one.
    fn of(outcome: &Outcome, risky: bool, one_by_one: bool) -> Self {
        let wanted = outcome
            .counted()
            .filter(|finding| finding.fix.as_ref().is_some_and(|fix| !fix.by_hand && fix.is_wanted(risky)));
        let (routed, plain): (Vec<&Finding>, Vec<&Finding>) =
            wanted.partition(|finding| outcome.routed.contains(&finding.fingerprint));
        let mut round = Self::default();
        round.edit_all(&plain, outcome);
        if round.fixes > 0 {
            return round;
        }
        let mut chosen = Vec::new();
        for finding in routed {
            let Some(source) = first_source(finding) else { continue };
            let change = (source, changes(finding, source));
            let is_other = round.routed.first().is_some_and(|(_, known)| *known != change);
            if !(one_by_one && is_other) {
                round.routed.push((finding.fingerprint, change));
                chosen.push(finding);
            }
        }
        round.edit_all(&chosen, outcome);
        round
    }

    fn edit_all(&mut self, findings: &[&Finding], outcome: &Outcome) {
        let mut by_source: BTreeMap<SourceId, Vec<&Finding>> = BTreeMap::new();
        for finding in findings {
            if let Some(source) = first_source(finding) {
                by_source.entry(source).or_default().push(finding);
            }
        }
        for (id, findings) in by_source {
            self.edit(id, &findings, outcome);
        }
    }

    fn edit(&mut self, id: SourceId, findings: &[&Finding], outcome: &Outcome) {
        let Some(source) = outcome.inventory.source(id) else { return };
        let groups: Vec<Vec<Change>> = findings.iter().map(|finding| changes(finding, id)).collect();
        let edited = edit::edit_groups(&source.text, &groups);
        for (index, error) in &edited.refused {
            let Some(finding) = findings.get(*index) else { continue };
            self.refused.insert(format!("{}: {}", place(finding), finding.rule), error.to_string());
            self.routed.retain(|(fingerprint, _)| *fingerprint != finding.fingerprint);
        }
        if edited.text != *source.text {
            self.fixes += groups.len() - edited.refused.len();
            let path = PathBuf::from(source.name.as_str());
            self.before.insert(path.clone(), source.text.to_string());
            self.texts.insert(path, edited.text);
        }
    }

    /// How many different changes go by way of what is rendered.
    fn changes(&self) -> usize {
        let mut known: Vec<&(SourceId, Vec<Change>)> = Vec::new();
        for (_, change) in &self.routed {
            if !known.contains(&change) {
                known.push(change);
            }
        }
        known.len()
    }

    /// Whether something happened that none of the fixes can be blamed for alone.
    fn is_general(&self, before: &Outcome, after: &Outcome) -> bool {
        harm(before, after, &self.routed) || self.still_there(after).is_empty()
    }

    /// The findings whose fixes must be taken back.
    fn blamed(&self, before: &Outcome, after: &Outcome) -> BTreeSet<Fingerprint> {
        if self.routed.is_empty() {
            return BTreeSet::new();
        }
        let still_there = self.still_there(after);
        if harm(before, after, &self.routed) {
            self.routed.iter().map(|(fingerprint, _)| *fingerprint).collect()
        } else {
            still_there
        }
    }

    fn still_there(&self, after: &Outcome) -> BTreeSet<Fingerprint> {
        let left: HashSet<Fingerprint> = after.counted().map(|finding| finding.fingerprint).collect();
        let routed = self.routed.iter().map(|(fingerprint, _)| *fingerprint);
        routed.filter(|fingerprint| left.contains(fingerprint)).collect()
    }
}

/// Whether something came that was not there before: an input that can no longer be examined, or a finding, unless
/// one that was mended had only hidden it: a worse one of the same object.
fn harm(before: &Outcome, after: &Outcome, mended: &[Routed]) -> bool {
    if after.coverage.failures().count() > before.coverage.failures().count() {
        return true;
    }
    let mut known: HashMap<Fingerprint, usize> = HashMap::new();
    for finding in before.counted() {
        *known.entry(finding.fingerprint).or_default() += 1;
    }
    let mended: HashSet<Fingerprint> = mended.iter().map(|(fingerprint, _)| *fingerprint).collect();
    let mut new = after.counted().filter(|finding| match known.get_mut(&finding.fingerprint) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
    new.any(|new| {
        let hid = |old: &Finding| {
            mended.contains(&old.fingerprint)
                && old.subject.object == new.subject.object
                && old.severity > new.severity
        };
        !before.counted().any(hid)
    })
}

/// The source that a finding's fix changes.
fn first_source(finding: &Finding) -> Option<SourceId> {
    finding.fix.as_ref()?.edits.first().map(|edit| edit.source)
}

/// What a finding's fix changes in one source.
fn changes(finding: &Finding, source: SourceId) -> Vec<Change> {
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
    edits.filter(|edit| edit.source == source).map(|edit| edit.change.clone()).collect()
}

/// Where a finding is.
pub(crate) fn place(finding: &Finding) -> String {
    let location = &finding.location;
    format!("{}:{}", location.file, location.start.line)
}
