//! Separation of duties: who changed a file must not be who approved the change.
//!
//! What counts is what commits of the branch itself bring in (those that follow on each other by their first parents).
//! Who signed such a commit approves what it brings. Of a merge, those who changed a file are the authors and
//! signers of the commits that it merges; of another commit, its author.

use std::collections::BTreeSet;

use gix::ObjectId;

use super::history::History;
use super::tree::Gathered;
use super::{GitError, broken, short};
use crate::charter::{CHARTER, Charter, allows, holds_exceptions};

/// Checks every change since the last commit in use; without one, the latest change of each file.
pub(super) fn check(
    history: &mut History<'_>,
    commit: ObjectId,
    last: Option<ObjectId>,
    folder: &str,
    demands: &[&Charter],
    gathered: &Gathered,
) -> Result<(), GitError> {
    if !demands.iter().any(|charter| charter.demands()) {
        return Ok(());
    }
    let exceptions: BTreeSet<String> = if demands.iter().any(|charter| charter.exceptions.is_some()) {
        let held = gathered.texts().filter(|(path, bytes)| holds_exceptions(path, bytes));
        held.map(|(path, _)| path.to_owned()).collect()
    } else {
        BTreeSet::new()
    };
    let demanded = |path: &str| -> Vec<Demand<'_>> {
        let mut found = Vec::new();
        for charter in demands {
            found.extend(
                charter.separated(path).into_iter().map(|approvers| Demand { approvers, separate: true }),
            );
            if let Some(approvers) = &charter.exceptions
                && (exceptions.contains(path) || path == CHARTER)
            {
                found.push(Demand { approvers, separate: false });
            }
        }
        found
    };
    let paths = gathered.texts().map(|(path, _)| path.to_owned());
    let mut pending: BTreeSet<String> = paths.filter(|path| !demanded(path).is_empty()).collect();
    let within: BTreeSet<ObjectId> = match last {
        None => BTreeSet::new(),
        Some(last) => history.between(commit, last)?,
    };
    let mut next = Some(commit);
    let mut count = 0;
    while let Some(commit) = next {
        let in_range = last.is_none() || within.contains(&commit);
        if !in_range || (last.is_none() && pending.is_empty()) {
            break;
        }
        count += 1;
        if count > history.options.budget.commits {
            return Err(GitError::Commits(history.options.budget.commits));
        }
        let parent = history.parents(commit)?.first().copied();
        for path in history.changed(commit, parent, folder)? {
            let demands = demanded(&path);
            if demands.is_empty() || (last.is_none() && !pending.remove(&path)) {
                continue;
            }
            approved(history, commit, parent, folder, &path, &demands)?;
        }
        next = parent;
    }
    Ok(())
}

/// What is demanded of a change.
struct Demand<'a> {
    approvers: &'a [String],
    /// Whether who approves must be somebody else than who changed.
    separate: bool,
}

fn approved(
    history: &mut History<'_>,
    commit: ObjectId,
    parent: Option<ObjectId>,
    folder: &str,
    path: &str,
    demands: &[Demand<'_>],
) -> Result<(), GitError> {
    let authors = authors(history, commit, parent, folder, path)?;
    let refused = |problem: String| GitError::Separation {
        path: path.to_owned(),
        commit: short(commit),
        author: authors.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        problem,
    };
    let approver = match history.signature(commit)? {
        Ok(approver) => approver,
        Err(_) if history.options.allowed.is_none() => {
            return Err(refused("no allowed signers are given, so that nobody can approve".to_owned()));
        }
        Err(error) => return Err(refused(error.to_string())),
    };
    for demand in demands {
        if demand.separate
            && let Some(author) = authors.iter().find(|author| allows(&[(*author).clone()], &approver))
        {
            return Err(refused(format!("{author} signed it as well")));
        }
        if !demand.approvers.is_empty() && !allows(demand.approvers, &approver) {
            return Err(refused(format!("{approver} signed it, who may not approve it")));
        }
    }
    Ok(())
}

/// Who changed a file in what a commit brings in.
fn authors(
    history: &mut History<'_>,
    commit: ObjectId,
    parent: Option<ObjectId>,
    folder: &str,
    path: &str,
) -> Result<BTreeSet<String>, GitError> {
    let mut authors = BTreeSet::new();
    let parents = history.parents(commit)?;
    let (Some(parent), true) = (parent, parents.len() > 1) else {
        authors.insert(history.author(commit)?);
        return Ok(authors);
    };
    // What no parent has was written while merging.
    let here = history.blob(commit, folder, path)?;
    let mut own = true;
    for parent in &parents {
        own &= history.blob(*parent, folder, path)? != here;
    }
    if own {
        authors.insert(history.author(commit)?);
    }
    for merged in history.between(commit, parent)? {
        if merged == commit {
            continue;
        }
        let before = history.parents(merged)?;
        let mut changes = true;
        let here = history.blob(merged, folder, path)?;
        for parent in &before {
            changes &= history.blob(*parent, folder, path)? != here;
        }
        if before.is_empty() {
            changes = here.is_some();
        }
        if changes {
            authors.insert(history.author(merged)?);
            if let Ok(signer) = history.signature(merged)? {
                authors.extend(signer.split(',').map(str::to_owned));
            }
        }
    }
    Ok(authors)
}

impl History<'_> {
    pub(super) fn parents(&self, commit: ObjectId) -> Result<Vec<ObjectId>, GitError> {
        let object = self.repository.find_commit(commit).map_err(broken)?;
        Ok(object.parent_ids().map(gix::Id::detach).collect())
    }

    /// The commits that a commit has behind it, itself included, and another has not.
    fn between(&self, commit: ObjectId, other: ObjectId) -> Result<BTreeSet<ObjectId>, GitError> {
        let walk = self.repository.rev_walk([commit]).with_hidden([other]).all().map_err(broken)?;
        let mut found = BTreeSet::new();
        for info in walk {
            if found.len() >= self.options.budget.commits {
                return Err(GitError::Commits(self.options.budget.commits));
            }
            found.insert(info.map_err(broken)?.id);
        }
        Ok(found)
    }

    /// The content of a file in a commit.
    fn blob(&self, commit: ObjectId, folder: &str, path: &str) -> Result<Option<ObjectId>, GitError> {
        let whole = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        let tree = self.repository.find_commit(commit).and_then(|commit| commit.tree()).map_err(broken)?;
        let entry = tree.lookup_entry_by_path(whole).map_err(broken)?;
        Ok(entry.map(|entry| entry.object_id()))
    }

    /// The files of a folder that differ between a commit and the one before it.
    fn changed(
        &self,
        commit: ObjectId,
        before: Option<ObjectId>,
        folder: &str,
    ) -> Result<Vec<String>, GitError> {
        let tree = |commit: ObjectId| -> Result<Option<ObjectId>, GitError> {
            let tree =
                self.repository.find_commit(commit).and_then(|commit| commit.tree()).map_err(broken)?;
            if folder.is_empty() {
                return Ok(Some(tree.id));
            }
            let entry = tree.lookup_entry_by_path(folder).map_err(broken)?;
            Ok(entry.filter(|entry| entry.mode().is_tree()).map(|entry| entry.object_id()))
        };
        let now = tree(commit)?;
        let then = before.map(tree).transpose()?.flatten();
        let mut found = Vec::new();
        self.differ(now, then, "", 0, &mut found)?;
        Ok(found)
    }

    fn differ(
        &self,
        now: Option<ObjectId>,
        then: Option<ObjectId>,
        within: &str,
        depth: usize,
        found: &mut Vec<String>,
    ) -> Result<(), GitError> {
        if now == then || depth > self.options.budget.depth {
            return Ok(());
        }
        let entries = |tree: Option<ObjectId>| -> Result<Vec<(String, bool, ObjectId)>, GitError> {
            let Some(tree) = tree else { return Ok(Vec::new()) };
            let tree = self.repository.find_tree(tree).map_err(broken)?;
            let entry = |entry: gix::object::tree::EntryRef<'_, '_>| {
                (entry.filename().to_string(), entry.mode().is_tree(), entry.object_id())
            };
            tree.iter().map(|one| one.map(entry).map_err(broken)).collect()
        };
        let (now, then) = (entries(now)?, entries(then)?);
        let names: BTreeSet<&String> = now.iter().chain(&then).map(|(name, _, _)| name).collect();
        for name in names {
            let of = |list: &[(String, bool, ObjectId)], tree: bool| {
                list.iter()
                    .find(|(known, is_tree, _)| known == name && *is_tree == tree)
                    .map(|(_, _, id)| *id)
            };
            let path = if within.is_empty() { name.clone() } else { format!("{within}/{name}") };
            if of(&now, false) != of(&then, false) {
                if found.len() >= self.options.budget.files.saturating_mul(4) {
                    return Err(GitError::Bundle(crate::bundle::BundleError::Files(
                        self.options.budget.files,
                    )));
                }
                found.push(path.clone());
            }
            self.differ(of(&now, true), of(&then, true), &path, depth + 1, found)?;
        }
        Ok(())
    }
}
