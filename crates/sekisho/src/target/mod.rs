//! What the user named → objects. The only place of the command that reads manifests.
//!
//! [`listing`] finds what there is; each kind of target has a file of its own and gives a [`Part`](part::Part).

pub(crate) mod bill;
mod chart;
mod chart_archive;
mod chart_fault;
mod chart_folder;
mod chart_place;
mod disk;
mod dockerfile;
mod drawn;
pub(crate) mod image;
pub(crate) mod image_object;
mod inflate;
mod kustomization;
mod listing;
mod manifest_file;
pub(crate) mod packages;
mod part;
mod print;
mod progress;

use std::collections::{BTreeMap, HashSet};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;
use rayon::prelude::*;
use sekisho_finding::{Coverage, Skip, SkipReason};
use sekisho_manifest::{Budget, LoadError, Object, Source, SourceId};
use smol_str::SmolStr;

use self::chart_place::ChartPlace;
use self::disk::Disk;
pub(crate) use self::disk::normal;
use self::listing::{Listing, Walked};
use self::part::{Numbered, Numbering, Part};
pub(crate) use self::print::{Extent, Printed, print};
use self::progress::Progress;
use crate::release::Releases;

/// What to read and within which limits.
#[derive(Debug)]
pub(crate) struct Selection {
    /// The targets as the user named them; `-` is standard input.
    pub(crate) targets: Vec<PathBuf>,
    /// `.gitignore` patterns of paths to leave out, and the folder they are relative to.
    pub(crate) exclude: Vec<String>,
    /// The folder that the patterns are relative to.
    pub(crate) exclude_root: PathBuf,
    /// What standard input held, where it was read already.
    pub(crate) input: Option<Vec<u8>>,
    /// Texts that stand for the files of these names.
    pub(crate) overlay: BTreeMap<PathBuf, String>,
    /// Whether `.gitignore` files are followed.
    pub(crate) git_ignore: bool,
    /// Limits on each file.
    pub(crate) budget: Budget,
    /// Whether all files of folders are told, for those who look for packages and credentials in them.
    pub(crate) all_files: bool,
    /// How charts are rendered.
    pub(crate) releases: Releases,
    /// Whether to say on standard error how far it is.
    pub(crate) progress: bool,
}

impl Selection {
    /// Goes over a folder of source: what git ignores and what the configuration excludes is left out, links are not
    /// followed.
    fn walker(&self, folder: &Path) -> Result<WalkBuilder> {
        let mut exclude = OverrideBuilder::new(&self.exclude_root);
        exclude.add("!.git/")?;
        for pattern in &self.exclude {
            exclude
                .add(&format!("!{pattern}"))
                .with_context(|| format!("`scan.exclude`: `{pattern}` is no valid pattern"))?;
        }
        let mut builder = WalkBuilder::new(folder);
        builder
            .hidden(false)
            .follow_links(false)
            .require_git(false)
            .overrides(exclude.build()?)
            .git_ignore(self.git_ignore)
            .git_global(self.git_ignore)
            .git_exclude(self.git_ignore)
            .ignore(self.git_ignore)
            .parents(self.git_ignore);
        Ok(builder)
    }
}

/// What the targets hold.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// Every file that was opened, and what was rendered of them, in the order of the objects' source ids.
    pub(crate) sources: Vec<Source>,
    /// What is odd about the texts that hold objects, though they could be read.
    pub(crate) warnings: Vec<LoadError>,
    /// The objects that are there whatever values charts are given.
    pub(crate) objects: Vec<Object>,
    /// The objects that are there with a set of values, by its name.
    pub(crate) in_sets: Vec<(SmolStr, Vec<Object>)>,
    /// All files of the folders among the targets, where they are asked for.
    pub(crate) walked: Vec<Walked>,
    /// What was read and what was not.
    pub(crate) coverage: Coverage,
}

/// The folders among what the selection names, with their files.
pub(crate) fn walked(selection: &Selection) -> Result<Vec<Walked>> {
    Ok(listing::list(selection)?.walked)
}

/// Reads everything that the selection names.
pub(crate) fn read(selection: &Selection) -> Result<Loaded> {
    Ok(read_listing(selection, listing::list(selection)?)?.0)
}

/// What the charts and kustomizations of the selection render to, and the files from the root that belong to them. Other
/// files are left alone.
pub(crate) fn rendered(selection: &Selection) -> Result<(Loaded, HashSet<PathBuf>)> {
    let mut listing = listing::list(selection)?;
    listing.files.clear();
    listing.dockerfiles.clear();
    let disk = Disk::new(selection).context("the current folder cannot be found")?;
    let of_charts: Vec<PathBuf> = listing.parts_of_charts.iter().map(|path| disk.absolute(path)).collect();
    let (loaded, mut parts) = read_listing(selection, listing)?;
    parts.extend(of_charts);
    Ok((loaded, parts))
}

/// The objects of a listing, and the files that kustomizations are made of.
fn read_listing(selection: &Selection, mut listing: Listing) -> Result<(Loaded, HashSet<PathBuf>)> {
    let disk = Disk::new(selection).context("the current folder cannot be found")?;
    let releases = &selection.releases;
    let mut loaded = Loaded::default();

    let kustomized = kustomization::read(&listing.kustomizations, &disk, releases);
    loaded.coverage.skipped.extend(kustomized.skipped);
    loaded.coverage.skipped.append(&mut listing.skipped);
    loaded.walked = std::mem::take(&mut listing.walked);
    let charts: Vec<ChartPlace> =
        charts(&listing).filter(|place| !kustomized.charts.contains(&disk.absolute(place.path()))).collect();
    let rendered: Vec<Part> = charts.par_iter().map(|place| chart::read(place, &disk, releases)).collect();
    let files: Vec<&PathBuf> = listing
        .files
        .iter()
        .filter(|path| kustomized.files.is_empty() || !kustomized.files.contains(&disk.absolute(path)))
        .collect();

    let Ok(_) = u32::try_from(files.len()) else {
        bail!("the targets hold more files than can be numbered: name fewer");
    };
    let progress = Progress::new(selection.progress && io::stderr().is_terminal(), files.len());
    let plain: Vec<Part> = (0u32..)
        .zip(files)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(id, path)| {
            let part = manifest_file::read(SourceId(id), path, &disk);
            progress.advance();
            part
        })
        .collect();
    progress.clear();

    // Plain files are numbered as they are read, so that the many need not be gone through again.
    let mut numbering = Numbering::behind(plain.len());
    let dockerfiles = listing.dockerfiles.iter().map(|path| dockerfile::read(path, &disk));
    let parts = kustomized.parts.into_iter().chain(rendered).chain(dockerfiles);
    let mut parts: Vec<Numbered> = parts.map(|part| numbering.number(part)).collect();
    parts.par_iter_mut().for_each(Numbered::renumber);
    for part in plain {
        part.join(&mut loaded);
    }
    for part in parts {
        part.into_part().join(&mut loaded);
    }
    settle(&mut loaded.coverage);
    Ok((loaded, kustomized.files))
}

/// Puts what was skipped in order and says each thing once: a file may be read by itself and as a part of
/// several builds.
fn settle(coverage: &mut Coverage) {
    let unreadable: HashSet<SmolStr> = coverage.failures().map(|skip| skip.path.clone()).collect();
    let is_told =
        |skip: &Skip| matches!(skip.reason, SkipReason::NotRendered(_)) && unreadable.contains(&skip.path);
    coverage.skipped.retain(|skip| !is_told(skip));
    coverage.skipped.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    coverage.skipped.dedup();
}

/// The charts of a listing, in the order of their paths.
fn charts(listing: &Listing) -> impl Iterator<Item = ChartPlace> {
    let folders = listing.charts.iter().cloned().map(ChartPlace::Folder);
    let archives = listing.archives.iter();
    folders.chain(archives.map(|(path, named)| ChartPlace::Archive { path: path.clone(), named: *named }))
}
