//! Which commit each line came with.

use std::collections::BTreeMap;

use gix::ObjectId;
use smol_str::{SmolStr, format_smolstr};

use super::fetch::bytes;
use super::history::History;
use super::tree::Gathered;
use super::{GitError, broken};
use crate::bundle::{Bundle, Commit, Lines};
use crate::location::GitLocation;

/// Larger files are not traced: nobody writes policies of that size by hand.
const LARGEST: usize = 1 << 20;

/// How many commits are looked at for all files together.
const MOST_COMMITS: usize = 2_000_000;

/// Finds the commits of the lines of manifests and modules. What was traced before and has not changed is taken over.
pub(super) fn trace(
    history: &mut History<'_>,
    commit: ObjectId,
    location: &GitLocation,
    before: Option<&Bundle>,
    gathered: &mut Gathered,
) -> Result<BTreeMap<SmolStr, Commit>, GitError> {
    let mut commits: BTreeMap<SmolStr, Commit> = BTreeMap::new();
    let (mut traversed, mut untraced): (usize, usize) = (0, 0);
    for (path, content, origin) in gathered.origins() {
        let is_text = [".yaml", ".yml", ".json", ".rego", ".toml"].iter().any(|end| path.ends_with(end));
        if !is_text || content.len() > LARGEST || content.is_empty() {
            continue;
        }
        let known = before.and_then(|bundle| {
            let file = bundle.file(path).filter(|file| file.origin.blob == origin.blob)?;
            let known = |lines: &Lines| bundle.provenance.commits.contains_key(&lines.commit);
            file.origin.lines.iter().all(known).then(|| (file.origin.lines.clone(), bundle))
        });
        if let Some((lines, bundle)) = known.filter(|(lines, _)| !lines.is_empty()) {
            for lines in &lines {
                if let Some((id, commit)) = bundle.provenance.commits.get_key_value(&lines.commit) {
                    commits.insert(id.clone(), commit.clone());
                }
            }
            origin.lines = lines;
            continue;
        }
        let whole = match location.folder.as_str() {
            "" => path.to_string(),
            folder => format!("{folder}/{path}"),
        };
        if traversed > MOST_COMMITS {
            untraced += 1;
            continue;
        }
        let options = gix::repository::blame_file::Options::default();
        let blame = history.repository.blame_file(bytes(&whole).as_ref(), commit, options).map_err(broken)?;
        traversed += blame.statistics.commits_traversed;
        for entry in blame.entries {
            let id = format_smolstr!("{}", entry.commit_id);
            if !commits.contains_key(&id) {
                commits.insert(id.clone(), history.kept(entry.commit_id)?);
            }
            origin.lines.push(Lines {
                first: entry.start_in_blamed_file.saturating_add(1),
                count: entry.len.get(),
                commit: id,
            });
        }
        origin.lines.sort_by_key(|lines| lines.first);
    }
    if untraced > 0 {
        gathered
            .left_out
            .push(format!("the commits of the lines of {untraced} files: the history is too long"));
    }
    Ok(commits)
}
