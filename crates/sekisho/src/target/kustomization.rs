//! Kustomizations: each that no other one takes in is built → the objects that `kubectl apply -k` would apply.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sekisho_finding::{Skip, SkipReason};
use sekisho_kustomize::{BuildErrorKind, Built, Files, Options, build};
use sekisho_manifest::{Budget, Document, Format, Node, Origins, Renumbering, SourceId, load};
use smol_str::SmolStr;

use super::chart::rendered_source;
use super::disk::{Disk, shown};
use super::inflate::{FIRST_SOURCE, Inflater};
use super::part::Part;
use crate::release::Releases;

/// The names of the file that makes a folder a kustomization.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What all kustomizations give.
#[derive(Debug, Default)]
pub(super) struct Kustomized {
    pub(super) parts: Vec<Part>,
    /// The files that they are made of, from the root: they are no manifests of their own.
    pub(super) files: HashSet<PathBuf>,
    /// The folders of the charts that they inflate, from the root.
    pub(super) charts: HashSet<PathBuf>,
    pub(super) skipped: Vec<Skip>,
}

/// Builds the kustomizations in these folders, and none that is a part of another.
pub(super) fn read(folders: &BTreeSet<PathBuf>, disk: &Disk<'_>, releases: &Releases) -> Kustomized {
    let mut kustomized = Kustomized::default();
    let known: Vec<Known> = folders.iter().filter_map(|folder| Known::read(folder, disk)).collect();
    for known in &known {
        kustomized.files.insert(known.file.clone());
        for patch in &known.patches {
            if kustomized.files.insert(patch.clone()) && patch.is_file() {
                let path = shown(&named_like(&known.folder, patch, disk));
                let reason = SkipReason::NotRendered("a kustomize patch");
                kustomized.skipped.push(Skip { path, line: None, reason });
            }
        }
    }
    let named: HashSet<&PathBuf> = known.iter().flat_map(|known| &known.folders).collect();
    let (components, roots): (Vec<_>, Vec<_>) = known.iter().partition(|known| known.is_component);
    let (inner, outer): (Vec<&Known>, Vec<&Known>) =
        roots.into_iter().partition(|known| named.contains(&known.root));
    let mut done = Done::default();
    done.build(&outer, disk, releases);
    // Those that others name stand for themselves only where the others cannot be built.
    let left: Vec<&Known> = inner.into_iter().filter(|known| !done.taken.contains(&known.root)).collect();
    done.build(&left, disk, releases);
    for (root, target) in done.targets {
        let is_part = done.taken.contains(&root);
        kustomized.files.extend(target.files);
        if !is_part {
            kustomized.charts.extend(target.charts);
            kustomized.parts.push(target.part);
        }
    }
    for component in components.iter().filter(|component| !done.taken.contains(&component.root)) {
        let reason = SkipReason::NotRendered("a kustomize component");
        kustomized.skipped.push(Skip { path: shown(&component.folder), line: None, reason });
    }
    // What was taken into a build is examined as a part of that.
    let built: HashSet<SmolStr> = kustomized
        .parts
        .iter()
        .flat_map(|part| &part.sources)
        .filter(|source| source.origins().is_none())
        .map(|source| source.name.clone())
        .collect();
    kustomized.skipped.retain(|skip| !built.contains(&skip.path));
    kustomized
}

/// What a kustomization says of the files around it, before it is built.
#[derive(Debug)]
struct Known {
    /// The folder, as the user would name it.
    folder: PathBuf,
    /// The folder from the root.
    root: PathBuf,
    /// The file, from the root.
    file: PathBuf,
    is_component: bool,
    /// The folders that it takes in, from the root.
    folders: Vec<PathBuf>,
    /// The files that are patches and the like: half an object, that means nothing by itself.
    patches: Vec<PathBuf>,
}

impl Known {
    /// Reads the kustomization of a folder; none where the file is something else of the same name.
    fn read(folder: &Path, disk: &Disk<'_>) -> Option<Self> {
        let root = disk.absolute(folder);
        let name = NAMES.into_iter().find(|name| folder.join(name).is_file())?;
        let mut known = Self {
            folder: folder.to_owned(),
            file: root.join(name),
            root,
            is_component: false,
            folders: Vec::new(),
            patches: Vec::new(),
        };
        // What cannot be read here is told when it is built.
        let bytes = disk.read(&folder.join(name), disk.selection().budget.bytes).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let loaded = load(SourceId(0), &text, Format::Yaml, &Budget::default());
        let Some(document) = loaded.documents.first() else { return Some(known) };
        let version = document.root.str("apiVersion");
        if !version.is_empty() && !version.starts_with("kustomize.config.k8s.io/") {
            return None;
        }
        known.is_component = document.root.str("kind") == "Component";
        known.folders = paths(&document.root, &["resources", "bases", "components"], &known.root, disk);
        known.folders.retain(|path| path.is_dir());
        let plain = ["patchesStrategicMerge", "transformers", "validators", "generators", "configurations"];
        known.patches = paths(&document.root, &plain, &known.root, disk);
        let with_path = ["patches", "patchesJson6902"]
            .into_iter()
            .flat_map(|list| document.root.get(list).map_or(&[][..], Node::items))
            .map(|patch| patch.str("path"))
            .filter(|path| !path.is_empty());
        known.patches.extend(with_path.map(|path| disk.absolute(&known.root.join(path))));
        Some(known)
    }
}

/// The paths that these lists name, from the root.
fn paths(root: &Node, lists: &[&str], folder: &Path, disk: &Disk<'_>) -> Vec<PathBuf> {
    let named = lists.iter().flat_map(|list| root.strings(list));
    named.filter(|path| !path.is_empty()).map(|path| disk.absolute(&folder.join(path))).collect()
}

/// A path from the root as the user would name it beside a folder.
fn named_like(folder: &Path, path: &Path, disk: &Disk<'_>) -> PathBuf {
    if folder.is_absolute() { path.to_owned() } else { disk.relative(path) }
}

/// What was built so far.
#[derive(Debug, Default)]
struct Done {
    /// What each gave, by its folder from the root.
    targets: Vec<(PathBuf, Target)>,
    /// The folders that were parts of others.
    taken: HashSet<PathBuf>,
}

impl Done {
    fn build(&mut self, known: &[&Known], disk: &Disk<'_>, releases: &Releases) {
        let built: Vec<Target> =
            known.par_iter().map(|known| Target::read(&known.folder, disk, releases)).collect();
        for (known, target) in known.iter().zip(built) {
            self.taken.extend(target.folders.iter().skip(1).cloned());
            self.targets.push((known.root.clone(), target));
        }
    }
}

/// What one kustomization gives.
#[derive(Debug, Default)]
struct Target {
    part: Part,
    /// The folders of all that took part, from the root, its own first.
    folders: Vec<PathBuf>,
    /// The files that were read, from the root.
    files: Vec<PathBuf>,
    /// The folders of charts that were inflated, from the root.
    charts: Vec<PathBuf>,
}

impl Target {
    fn read(folder: &Path, disk: &Disk<'_>, releases: &Releases) -> Self {
        let (outcome, mut target) = built(folder, disk, releases);
        match outcome {
            Ok(built) => target.enter(folder, built),
            Err(skip) => {
                // What it would have been made of is examined for itself.
                (target.folders, target.files, target.charts) = Default::default();
                target.part = Part::default();
                target.part.skipped.push(skip);
            }
        }
        target
    }

    /// Enters the objects of a build behind its sources, those of charts last.
    fn enter(&mut self, folder: &Path, built: Built) {
        let Built { objects, mut sources, .. } = built;
        let inflated = std::mem::take(&mut self.part);
        let own = u32::try_from(sources.len()).unwrap_or(u32::MAX);
        let number = |source: SourceId| match source.0.checked_sub(FIRST_SOURCE.0) {
            Some(index) => SourceId(own.saturating_add(index)),
            None => source,
        };
        sources.extend(inflated.sources.into_iter().map(|mut source| {
            source.renumber(&number);
            source
        }));
        let mut part = Part::default();
        part.files = sources.len();
        part.sources = sources;
        let document = part.add(rendered_source(shown(folder), Origins::default()));
        let mut renumbering = Renumbering::new(&number);
        for (index, mut root) in (0..).zip(objects) {
            renumbering.node(&mut root);
            let objects = Document { index, root }.objects();
            part.objects.extend(objects.into_iter().map(|mut object| {
                object.source = document;
                object
            }));
            part.documents += 1;
        }
        self.part = part;
    }
}

/// Builds a kustomization; what is wrong with it is an input that is not examined.
fn built(folder: &Path, disk: &Disk<'_>, releases: &Releases) -> (Result<Built, Skip>, Target) {
    let tree = Tree::new(disk, folder.is_absolute());
    let inflater = Inflater::new(&tree, releases);
    let outcome = build(&Tree::inner(&disk.absolute(folder)), &tree, Some(&inflater), &Options::default());
    let (part, charts) = inflater.into_parts();
    let files = tree.read.into_inner();
    let mut target = Target { part, files, charts, ..Target::default() };
    let outcome = match outcome {
        Ok(built) => {
            target.folders = built.folders.iter().map(|folder| Path::new("/").join(folder)).collect();
            Ok(built)
        }
        Err(error) => {
            let nowhere = matches!(*error.kind, BuildErrorKind::NoKustomization);
            let path = if nowhere { shown(folder) } else { error.file };
            let line = error.position.map(|position| position.line);
            Err(Skip { path, line, reason: SkipReason::Unreadable(error.kind.to_string()) })
        }
    };
    (outcome, target)
}

/// What one kustomization builds to, or why it does not.
pub(super) fn build_one(folder: &Path, disk: &Disk<'_>) -> Result<Built, Skip> {
    built(folder, disk, &disk.selection().releases).0
}

/// Whether a folder has a kustomization.
pub(super) fn is_in(folder: &Path) -> bool {
    NAMES.iter().any(|name| folder.join(name).is_file())
}

/// The files of a machine as a build sees them: paths count from the root, no link leaves the folder of the
/// kustomization that it lies in.
#[derive(Debug)]
pub(super) struct Tree<'d> {
    disk: &'d Disk<'d>,
    /// Whether the user names files from the root.
    is_absolute: bool,
    /// The files that were read.
    read: RefCell<Vec<PathBuf>>,
    /// The folders without links in their paths.
    whole: RefCell<HashMap<PathBuf, Option<PathBuf>>>,
}

impl<'d> Tree<'d> {
    fn new(disk: &'d Disk<'d>, is_absolute: bool) -> Self {
        Self { disk, is_absolute, read: RefCell::default(), whole: RefCell::default() }
    }

    pub(super) fn disk(&self) -> &'d Disk<'d> {
        self.disk
    }

    /// The path of a file or folder as the user would name it.
    pub(super) fn named(&self, path: &str) -> PathBuf {
        let whole = Path::new("/").join(path);
        if !self.is_absolute {
            let relative = self.disk.relative(&whole);
            return if relative.as_os_str().is_empty() { PathBuf::from(".") } else { relative };
        }
        whole
    }

    /// The path of a file or folder as builds have it.
    fn inner(path: &Path) -> String {
        path.to_string_lossy().trim_start_matches('/').to_owned()
    }

    /// Whether a file, links followed, lies in the folder of its kustomization.
    fn stays(&self, path: &Path) -> bool {
        let Ok(whole) = fs::canonicalize(path) else { return false };
        if whole == path {
            return true;
        }
        let folder = path.ancestors().skip(1).find(|folder| is_in(folder)).or(path.parent());
        let Some(folder) = folder else { return false };
        let mut known = self.whole.borrow_mut();
        let folder = known.entry(folder.to_owned()).or_insert_with(|| fs::canonicalize(folder).ok());
        folder.as_ref().is_some_and(|folder| whole.starts_with(folder))
    }
}

impl Files for Tree<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let whole = Path::new("/").join(path);
        if !whole.is_file() {
            return Ok(None);
        }
        if !self.stays(&whole) {
            return Err("a symbolic link that leaves the folder of the kustomization: put the file itself in its place"
                .to_owned());
        }
        let limit = self.disk.selection().budget.bytes;
        let bytes = self.disk.read(&self.named(path), limit).map_err(|error| error.to_string())?;
        self.read.borrow_mut().push(whole);
        Ok(Some(bytes))
    }

    fn is_folder(&self, path: &str) -> bool {
        Path::new("/").join(path).is_dir()
    }

    fn name(&self, path: &str) -> SmolStr {
        shown(&self.named(path))
    }
}
