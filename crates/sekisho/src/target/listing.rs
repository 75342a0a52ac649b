//! Targets → what is to be read: folders are walked, ignore files honoured, links not followed; each file is
//! part of one thing only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use rayon::slice::ParallelSliceMut as _;
use sekisho_contents::Unread;
use sekisho_finding::{Skip, SkipReason};
use sekisho_kustomize::is_kustomization;

use super::Selection;
use super::chart_archive;
use super::disk::shown;
use super::dockerfile;

/// What the targets hold, each in order and once.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Files that may hold manifests; `-` is standard input.
    pub(super) files: BTreeSet<PathBuf>,
    /// Dockerfiles.
    pub(super) dockerfiles: BTreeSet<PathBuf>,
    /// Folders of charts.
    pub(super) charts: BTreeSet<PathBuf>,
    /// Archives that may hold a chart, and whether the user named them.
    pub(super) archives: BTreeMap<PathBuf, bool>,
    /// Folders of kustomizations.
    pub(super) kustomizations: BTreeSet<PathBuf>,
    /// Files that belong to charts.
    pub(super) parts_of_charts: BTreeSet<PathBuf>,
    pub(super) skipped: Vec<Skip>,
    /// All files of the folders among the targets, where they are asked for.
    pub(super) walked: Vec<Walked>,
}

/// The files of a folder, whatever they hold.
#[derive(Debug)]
pub(crate) struct Walked {
    /// The folder, as the user named it.
    pub(crate) folder: PathBuf,
    /// All that is no folder, in the order of the paths.
    pub(crate) files: Vec<PathBuf>,
    /// What could not be read.
    pub(crate) unread: Vec<Unread>,
}

/// The file that makes a folder a chart.
const CHART: &str = "Chart.yaml";

/// Lists what the targets hold.
pub(super) fn list(selection: &Selection) -> Result<Listing> {
    let mut listing = Listing::default();
    for target in &selection.targets {
        if target == Path::new("-") {
            listing.files.insert(target.clone());
        } else if target.is_file() {
            if !listing.enter(target) {
                if chart_archive::is_gzip(target) {
                    listing.archives.insert(target.clone(), true);
                } else {
                    listing.files.insert(target.clone());
                }
            }
        } else if target.is_dir() {
            listing.walk(target, selection)?;
        } else {
            bail!("`{}` is no file and no folder", target.display());
        }
    }
    listing.leave_out_parts_of_charts();
    Ok(listing)
}

impl Listing {
    /// Enters the folder of a file that makes it a chart or a kustomization.
    fn enter(&mut self, path: &Path) -> bool {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
        let folder = || match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        if name == CHART {
            self.charts.insert(folder())
        } else if is_kustomization(name) {
            self.kustomizations.insert(folder());
            // Other programs have files of this name too, with manifests of their own.
            self.files.insert(path.to_owned())
        } else if dockerfile::is_name(name) {
            self.dockerfiles.insert(path.to_owned())
        } else {
            return false;
        };
        true
    }

    fn walk(&mut self, folder: &Path, selection: &Selection) -> Result<()> {
        let (mut files, mut unread) = (Vec::new(), Vec::new());
        for entry in selection.walker(folder)?.build() {
            match entry {
                Err(error) => {
                    let reason = error.to_string();
                    let path = folder.to_string_lossy().as_ref().into();
                    unread.push(Unread { path, layer: None, reason: reason.clone() });
                    let reason = SkipReason::Unreadable(reason);
                    self.skipped.push(Skip { path: shown(folder), line: None, reason });
                }
                Ok(entry) => {
                    let path = entry.path();
                    if selection.all_files && !entry.file_type().is_some_and(|kind| kind.is_dir()) {
                        files.push(path.to_owned());
                    }
                    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                    if entry.path_is_symlink() {
                        if is_manifest_name(path) || chart_archive::is_name(path) {
                            let reason = SkipReason::Link;
                            self.skipped.push(Skip { path: shown(path), line: None, reason });
                        }
                    } else if is_file && !self.enter(path) {
                        if chart_archive::is_name(path) {
                            self.archives.entry(path.to_owned()).or_insert(false);
                        } else if is_manifest_name(path) && entry.file_name() != crate::config::FILE_NAME {
                            self.files.insert(path.to_owned());
                        }
                    }
                }
            }
        }
        if selection.all_files {
            files.par_sort_unstable();
            self.walked.push(Walked { folder: folder.to_owned(), files, unread });
        }
        Ok(())
    }

    /// What lies in a chart and belongs to it is no target of its own: sub-charts, templates, values.
    fn leave_out_parts_of_charts(&mut self) {
        let charts = self.charts.clone();
        let belongs = |path: &Path| belongs_to_chart(path, &charts);
        self.charts.retain(|folder| !belongs(&folder.join(CHART)));
        self.archives.retain(|path, _| !belongs(path));
        self.kustomizations.retain(|folder| !belongs(&folder.join("kustomization.yaml")));
        self.parts_of_charts = self.files.extract_if(.., |path| belongs(path)).collect();
        self.skipped.retain(|skip| {
            !matches!(skip.reason, SkipReason::Link) || !belongs(Path::new(skip.path.as_str()))
        });
    }
}

/// Whether a file belongs to one of the charts: what Helm reads of a folder, and the values that lie beside.
/// Other files in the folder of a chart stand for themselves.
fn belongs_to_chart(path: &Path, charts: &BTreeSet<PathBuf>) -> bool {
    const FOLDERS: [&str; 4] = ["templates", "crds", "charts", "ci"];
    path.ancestors().skip(1).any(|folder| {
        let chart = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        if !charts.contains(chart) {
            return false;
        }
        let Ok(rest) = path.strip_prefix(folder) else { return false };
        let mut parts = rest.components().filter_map(|part| part.as_os_str().to_str());
        match (parts.next(), parts.next()) {
            (Some(name), None) => {
                name.starts_with("values") || name.starts_with("requirements.") || name == "Chart.lock"
            }
            (Some(first), Some(_)) => FOLDERS.contains(&first),
            _ => false,
        }
    })
}

/// Whether a file of a folder is read at all, by its name.
fn is_manifest_name(path: &Path) -> bool {
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
}
