//! What each commit of a repository added, text by text: what was once there and is gone again is still in the
//! history.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use gix::ObjectId;
use gix::diff::blob::{Algorithm, Diff, InternedInput};
use gix::object::tree::diff::ChangeDetached;

/// Lines that a commit added to a file, one after the other.
#[derive(Debug)]
pub struct Addition<'t> {
    /// The commit.
    pub commit: &'t str,
    /// Its author: `name <address>`.
    pub author: &'t str,
    /// When it was written, as seconds since 1970.
    pub time: i64,
    /// The path of the file in the repository.
    pub path: &'t str,
    /// The number of the first line in the file as the commit left it.
    pub line: u32,
    /// The lines.
    pub text: &'t [u8],
}

/// What of a history was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walked {
    /// How many commits.
    pub commits: usize,
    /// Whether there are more than were allowed.
    pub is_cut: bool,
    /// Whether the repository is a shallow copy, whose older commits are not here.
    pub is_shallow: bool,
    /// Files that were left out because they are too large, and in which commit.
    pub large: Vec<(String, String)>,
}

/// What a walk may cost.
#[derive(Debug, Clone, Copy)]
pub struct HistoryBudget {
    /// How many commits.
    pub commits: usize,
    /// How many bytes a file may have.
    pub bytes: usize,
}

impl Default for HistoryBudget {
    fn default() -> Self {
        Self { commits: 1_000_000, bytes: 16 << 20 }
    }
}

/// Why a history cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the history of `{path}`: {reason}")]
pub struct HistoryError {
    path: String,
    reason: String,
}

/// Goes over the commits that any reference of the repository around a folder leads to, newest first, and hands over
/// what each added. Merges are left out, as what they bring in came with its own commits.
///
/// # Errors
/// Where there is no repository, or objects of it are missing.
pub fn additions(
    folder: &Path,
    budget: HistoryBudget,
    visit: &mut dyn FnMut(&Addition<'_>) -> ControlFlow<()>,
) -> Result<Walked, HistoryError> {
    let failed = |reason: String| HistoryError { path: folder.display().to_string(), reason };
    let (place, _) = gix::discover::upwards(folder).map_err(|error| failed(error.to_string()))?;
    let place = place.into_repository_and_work_tree_directories().0;
    // What the configuration of the repository says is of no use here, and may be hostile.
    let repository = gix::open_opts(place, gix::open::Options::isolated());
    let repository = repository.map_err(|error| failed(error.to_string()))?;
    let mut walk = Walk { repository, budget, walked: Walked::default(), seen: HashSet::new() };
    walk.run(visit).map_err(|error| failed(error.to_string()))?;
    Ok(walk.walked)
}

struct Walk {
    repository: gix::Repository,
    budget: HistoryBudget,
    walked: Walked,
    /// Files that were handed over as a whole: the same content at the same path says nothing new.
    seen: HashSet<(String, ObjectId)>,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Walk {
    fn run(&mut self, visit: &mut dyn FnMut(&Addition<'_>) -> ControlFlow<()>) -> Result<(), Failure> {
        self.walked.is_shallow = self.repository.is_shallow()?;
        let mut tips: Vec<ObjectId> = Vec::new();
        for reference in self.repository.references()?.all()? {
            let Ok(mut reference) = reference else { continue };
            let Ok(id) = reference.peel_to_id() else { continue };
            if id.object().is_ok_and(|object| object.kind == gix::object::Kind::Commit) {
                tips.push(id.detach());
            }
        }
        tips.extend(self.repository.head_id().ok().map(gix::Id::detach));
        tips.sort_unstable();
        tips.dedup();
        let commits: Vec<ObjectId> = {
            let walk = self.repository.rev_walk(tips).all()?;
            let found = walk.take(self.budget.commits.saturating_add(1)).map(|info| info.map(|info| info.id));
            found.collect::<Result<_, _>>()?
        };
        self.walked.is_cut = commits.len() > self.budget.commits;
        for commit in commits.into_iter().take(self.budget.commits) {
            self.walked.commits += 1;
            if self.commit(commit, visit)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn commit(
        &mut self,
        id: ObjectId,
        visit: &mut dyn FnMut(&Addition<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Failure> {
        let commit = self.repository.find_commit(id)?;
        let parents: Vec<ObjectId> = commit.parent_ids().map(gix::Id::detach).collect();
        if parents.len() > 1 {
            return Ok(ControlFlow::Continue(()));
        }
        let author = commit.author()?;
        let signature = format!("{} <{}>", author.name, author.email);
        let time = author.time().map_or(0, |time| time.seconds);
        let now = commit.tree()?;
        // The parent of the last commit of a shallow copy is not here.
        let before = parents.first().and_then(|parent| self.repository.find_commit(*parent).ok());
        let before = before.map(|parent| parent.tree()).transpose()?;
        let mut options = gix::diff::Options::default();
        options.track_path().track_rewrites(None);
        let changes = self.repository.diff_tree_to_tree(before.as_ref(), &now, options)?;
        let (name, repository) = (id.to_string(), self.repository.clone());
        for change in changes {
            let (path, old, new) = match change {
                ChangeDetached::Addition { location, entry_mode, id, .. } if entry_mode.is_blob() => {
                    (location, None, id)
                }
                ChangeDetached::Modification {
                    location,
                    previous_entry_mode,
                    previous_id,
                    entry_mode,
                    id,
                    ..
                } if entry_mode.is_blob() => {
                    (location, previous_entry_mode.is_blob().then_some(previous_id), id)
                }
                _ => continue,
            };
            let path = path.to_string();
            if old.is_none() && !self.seen.insert((path.clone(), new)) {
                continue;
            }
            let size = usize::try_from(repository.find_header(new)?.size()).unwrap_or(usize::MAX);
            if size > self.budget.bytes {
                self.walked.large.push((path, name.clone()));
                continue;
            }
            let new = repository.find_blob(new)?;
            let old = old.map(|old| repository.find_blob(old)).transpose()?;
            let mut hand = |line: u32, text: &[u8]| {
                visit(&Addition { commit: &name, author: &signature, time, path: &path, line, text })
            };
            if added(old.as_ref().map_or(&b""[..], |old| &old.data), &new.data, &mut hand).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Hands over the runs of lines that are new. What is no text is handed over not at all.
fn added(old: &[u8], new: &[u8], hand: &mut dyn FnMut(u32, &[u8]) -> ControlFlow<()>) -> ControlFlow<()> {
    let head = new.get(..8_192).unwrap_or(new);
    if new.is_empty() || head.contains(&0) {
        return ControlFlow::Continue(());
    }
    if old.is_empty() || old.contains(&0) {
        return hand(1, new);
    }
    let input = InternedInput::new(old, new);
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let mut ends = Vec::with_capacity(input.after.len());
    let mut end = 0;
    for line in new.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        ends.push(end);
    }
    let end_of = |lines: u32| {
        let before = usize::try_from(lines).ok().and_then(|lines| lines.checked_sub(1));
        before.map_or(0, |at| ends.get(at).copied().unwrap_or(new.len()))
    };
    for hunk in diff.hunks().filter(|hunk| !hunk.is_pure_removal()) {
        let text = new.get(end_of(hunk.after.start)..end_of(hunk.after.end)).unwrap_or_default();
        hand(hunk.after.start.saturating_add(1), text)?;
    }
    ControlFlow::Continue(())
}
