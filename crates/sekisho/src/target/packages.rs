//! Folders, root file systems and lock files → the packages and the credentials in them. A folder was walked for its
//! manifests already; its files are read by several threads, and what is found stands in the order of their paths.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sekisho_contents::Contents;
use sekisho_leak::Detector;
use sekisho_package::{Budget, Layer, Observer, merge};
use sekisho_registry::{Limits, Passed, pass_folder, pass_paths};

use super::Selection;
use super::listing::Walked;
use crate::credentials::{Record, Watcher};

/// The packages of one target.
#[derive(Debug)]
pub(crate) struct Packed {
    /// The target as the user named it; the paths of places count from here.
    pub(crate) root: PathBuf,
    /// What is in it.
    pub(crate) contents: Contents,
    /// The credentials in its files.
    pub(crate) credentials: Vec<Record>,
    /// The files that were too large to look for credentials in.
    pub(crate) large: Vec<String>,
}

/// What a root file system has and a folder of source has not.
const MARKS: [&str; 5] =
    ["etc/os-release", "usr/lib/os-release", "var/lib/dpkg/status", "lib/apk/db/installed", "var/lib/rpm"];

/// The fewest and the most files that a thread takes at once.
const AT_ONCE: (usize, usize) = (64, 4_096);

/// Reads the packages, and with a detector the credentials, of the targets that lie on this machine; standard input
/// and what is not there are left to others.
pub(crate) fn read(selection: &Selection, walked: &[Walked], detector: Option<&Detector<'_>>) -> Vec<Packed> {
    let mut found = Vec::new();
    for target in &selection.targets {
        let of_target = walked.iter().find(|walked| walked.folder == *target);
        if let Some(walked) = of_target {
            let is_root = MARKS.iter().any(|mark| target.join(mark).exists());
            let mut parts = if is_root {
                // All of it, also what git ignores.
                let limits = Limits::default();
                vec![part(detector, |observers| pass_folder(target, &limits, observers))]
            } else {
                files(target, &walked.files, detector)
            };
            if let Some((layer, ..)) = parts.first_mut() {
                layer.unread.extend(walked.unread.iter().filter(|_| !is_root).cloned());
            }
            found.push(packed(target.clone(), parts));
        } else if target.is_file() && target != Path::new("-") {
            let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
            let root = parent.unwrap_or(Path::new(".")).to_owned();
            let parts = files(&root, std::slice::from_ref(target), detector);
            found.push(packed(root, parts));
        }
    }
    found
}

/// What was found in a part of a target: packages, credentials, files that were too large to look for them in.
type Part = (Layer, Vec<Record>, Vec<String>);

/// Passes files of a folder of source, several threads at once.
fn files(root: &Path, paths: &[PathBuf], detector: Option<&Detector<'_>>) -> Vec<Part> {
    let (fewest, most) = AT_ONCE;
    let at_once = (paths.len() / (rayon::current_num_threads() * 8)).clamp(fewest, most);
    // What may be noted of a folder is shared by those who are at work on it.
    let whole = Budget::default();
    let share = Budget { packages: whole.packages / 4, noted: whole.noted / 4, ..whole };
    let limits = Limits { scan: share, ..Limits::default() };
    let pass = |paths| part(detector, |observers| pass_paths(root, paths, &limits, observers));
    if paths.is_empty() { vec![pass(paths)] } else { paths.par_chunks(at_once).map(pass).collect() }
}

fn part(detector: Option<&Detector<'_>>, pass: impl FnOnce(&mut [&mut dyn Observer]) -> Passed) -> Part {
    let mut watcher = detector.map(Watcher::new);
    let mut observers: Vec<&mut dyn Observer> = Vec::new();
    observers.extend(watcher.as_mut().map(|watcher| watcher as &mut dyn Observer));
    let Passed { mut layer, fault, .. } = pass(&mut observers);
    layer.unread.extend(fault.map(|fault| sekisho_contents::Unread {
        path: "".into(),
        layer: None,
        reason: fault.to_string(),
    }));
    let (credentials, large) = watcher.map(Watcher::finish).unwrap_or_default();
    (layer, credentials, large)
}

fn packed(root: PathBuf, parts: Vec<Part>) -> Packed {
    let (mut layers, mut credentials, mut large) = (Vec::new(), Vec::new(), Vec::new());
    for (layer, mut records, mut names) in parts {
        layers.push(layer);
        credentials.append(&mut records);
        large.append(&mut names);
    }
    let layer = Layer::joined(layers);
    Packed { root, contents: merge(&[&layer]).contents, credentials, large }
}
