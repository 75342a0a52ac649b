//! Folders, root file systems and lock files → the packages and the credentials in them. A folder was walked for its
//! manifests already; its files are read by several threads, and what is found stands in the order of their paths.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sekisho_contents::{Contents, Unread};
use sekisho_package::{Budget, Layer, Observer, merge};
use sekisho_registry::{Limits, Passed, pass_folder, pass_paths};

use crate::credentials;

use super::Selection;
use super::image::{Sighted, Sought};
use super::listing::Walked;

/// The packages of one target.
#[derive(Debug)]
pub(crate) struct Packed {
    /// The target as the user named it; the paths of places count from here.
    pub(crate) root: PathBuf,
    /// What is in it.
    pub(crate) contents: Contents,
    /// What else was sighted in its files.
    pub(crate) sighted: Sighted,
}

/// What a root file system has and a folder of source has not.
const MARKS: [&str; 5] =
    ["etc/os-release", "usr/lib/os-release", "var/lib/dpkg/status", "lib/apk/db/installed", "var/lib/rpm"];

/// The fewest and the most files that a thread takes at once.
const AT_ONCE: (usize, usize) = (64, 4_096);

/// Reads the packages, and with a detector the credentials, of the targets that lie on this machine; standard input
/// and what is not there are left to others.
pub(crate) fn read(selection: &Selection, walked: &[Walked], sought: Sought<'_>) -> Vec<Packed> {
    let mut found = Vec::new();
    for target in &selection.targets {
        let of_target = walked.iter().find(|walked| walked.folder == *target);
        if let Some(walked) = of_target {
            let is_root = MARKS.iter().any(|mark| target.join(mark).exists());
            let mut parts = if is_root {
                // All of it, also what git ignores.
                let limits = Limits::default();
                vec![part(sought, |observers| pass_folder(target, &limits, observers))]
            } else {
                files(target, &walked.files, sought)
            };
            if let Some((layer, _)) = parts.first_mut() {
                layer.unread.extend(walked.unread.iter().filter(|_| !is_root).cloned());
            }
            found.push(packed(target.clone(), parts));
        } else if target.is_file() && target != Path::new("-") {
            let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
            let root = parent.unwrap_or(Path::new(".")).to_owned();
            let parts = files(&root, std::slice::from_ref(target), sought);
            found.push(packed(root, parts));
        }
    }
    found
}

/// What was found in a part of a target.
type Part = (Layer, Sighted);

/// Passes files of a folder of source, several threads at once.
fn files(root: &Path, paths: &[PathBuf], sought: Sought<'_>) -> Vec<Part> {
    let (fewest, most) = AT_ONCE;
    let at_once = (paths.len() / (rayon::current_num_threads() * 8)).clamp(fewest, most);
    // What may be noted of a folder is shared by those who are at work on it.
    let whole = Budget::default();
    let share = Budget { packages: whole.packages / 4, noted: whole.noted / 4, ..whole };
    let limits = Limits { scan: share, ..Limits::default() };
    let pass = |paths| part(sought, |observers| pass_paths(root, paths, &limits, observers));
    if paths.is_empty() { vec![pass(paths)] } else { paths.par_chunks(at_once).map(pass).collect() }
}

fn part(sought: Sought<'_>, pass: impl FnOnce(&mut [&mut dyn Observer]) -> Passed) -> Part {
    let (Passed { mut layer, fault, .. }, sighted) = sought.watched(pass);
    layer.unread.extend(fault.map(|fault| Unread {
        path: "".into(),
        layer: None,
        reason: fault.to_string(),
    }));
    (layer, sighted)
}

fn packed(root: PathBuf, parts: Vec<Part>) -> Packed {
    let (mut layers, mut all) = (Vec::new(), Sighted::default());
    for (layer, mut sighted) in parts {
        layers.push(layer);
        all.credentials.append(&mut sighted.credentials);
        all.large.append(&mut sighted.large);
        all.denied.append(&mut sighted.denied);
    }
    let layer = Layer::joined(layers);
    credentials::name_owners(&[&layer], all.credentials.iter_mut().map(|record| (0, record)));
    Packed { root, contents: merge(&[&layer]).contents, sighted: all }
}
