//! Where a chart lies, and how it is read from there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sekisho_chart::chart::{Chart, ChartBudget, ChartError};
use sekisho_finding::SkipReason;
use smol_str::{SmolStr, format_smolstr};

use super::chart_archive;
use super::chart_fault::shortened;
use super::chart_folder::{self, FolderError};
use super::disk::{Disk, shown};
use super::part::Part;

/// The most bytes of an archive; unpacked it has a limit of its own.
const LARGEST_ARCHIVE: usize = 100 << 20;

/// Where a chart lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ChartPlace {
    /// In a folder.
    Folder(PathBuf),
    /// In an archive; the user named it, or it was found in a folder.
    Archive {
        /// The archive.
        path: PathBuf,
        /// Whether the user named it.
        named: bool,
    },
}

/// A chart that was read.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) chart: Chart,
    /// What the names of its files begin with.
    prefix: String,
}

impl ChartPlace {
    /// How the chart is called: its folder or archive.
    pub(crate) fn name(&self) -> SmolStr {
        shown(self.path())
    }

    /// The path of the folder or archive.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Folder(path) | Self::Archive { path, .. } => path,
        }
    }

    /// What the names of the chart's files begin with: `deploy/shop/`, `shop.tgz!`.
    fn prefix(&self) -> String {
        match self {
            Self::Folder(path) if path == Path::new(".") => String::new(),
            Self::Folder(path) => format!("{}/", shown(path)),
            Self::Archive { path, .. } => format!("{}!", shown(path)),
        }
    }
}

/// Reads a chart; where it cannot be read the part says why.
pub(super) fn open(place: &ChartPlace, disk: &Disk<'_>, part: &mut Part) -> Option<Opened> {
    let chart = match place {
        ChartPlace::Folder(folder) => open_folder(folder, place, disk, part),
        ChartPlace::Archive { path, named } => open_archive(path, *named, place, disk, part),
    };
    Some(Opened { chart: chart?, prefix: place.prefix() })
}

fn open_folder(folder: &Path, place: &ChartPlace, disk: &Disk<'_>, part: &mut Part) -> Option<Chart> {
    let prefix = place.prefix();
    let listed = match chart_folder::list(folder, disk) {
        Ok(listed) => listed,
        Err(FolderError::Leaves(path)) => {
            let message = "a symbolic link that leaves the chart's folder: put the file itself in its place";
            part.fail(None, &file_name(&prefix, &path), message);
            return None;
        }
        Err(FolderError::Unlisted(message)) => {
            part.fail(None, &place.name(), &message);
            return None;
        }
    };
    for path in &listed.links {
        part.skip(file_name(&prefix, path), None, SkipReason::Link);
    }
    let budget = ChartBudget::default();
    let limit = usize::try_from(budget.file_bytes).unwrap_or(usize::MAX).saturating_add(1);
    let mut read = |path: &str| disk.read(&folder.join(path), limit).map_err(|error| error.to_string());
    let mut sources = |path: &str, text: &Arc<str>| part.add_text(file_name(&prefix, path), text);
    let chart = Chart::from_folder(&listed.paths, &mut read, &mut sources, &budget);
    chart.map_err(|error| unreadable(&error, &prefix, part)).ok()
}

fn open_archive(
    path: &Path,
    named: bool,
    place: &ChartPlace,
    disk: &Disk<'_>,
    part: &mut Part,
) -> Option<Chart> {
    let prefix = place.prefix();
    let bytes = disk.read(path, LARGEST_ARCHIVE);
    let bytes = bytes.map_err(|error| part.fail(None, &place.name(), &error.to_string())).ok()?;
    let mut sources = |path: &str, text: &Arc<str>| part.add_text(file_name(&prefix, path), text);
    match Chart::from_archive(&bytes, &mut sources, &ChartBudget::default()) {
        Ok(chart) => return Some(chart),
        Err(error) if !named && chart_archive::is_no_chart(&bytes, &error) => {
            part.skip(place.name(), None, SkipReason::NotKubernetes);
        }
        Err(error @ (ChartError::Archive(_) | ChartError::Limit(_) | ChartError::NoMetadata)) => {
            part.fail(None, &place.name(), &error.to_string());
        }
        Err(error) => unreadable(&error, &prefix, part),
    }
    None
}

/// Says why a chart is none, in the file that is to be mended.
fn unreadable(error: &ChartError, prefix: &str, part: &mut Part) {
    let mut innermost = error;
    while let ChartError::Within { error, .. } = innermost {
        innermost = error;
    }
    let (path, span) = match innermost {
        ChartError::Yaml { path, error } => (path.as_str(), Some(error.span)),
        ChartError::Unreadable { path, .. }
        | ChartError::Metadata { path, .. }
        | ChartError::Values { path } => (path.as_str(), None),
        ChartError::Ignore(_) => (".helmignore", None),
        _ => ("Chart.yaml", None),
    };
    let file = file_name(prefix, path);
    // A text that was not entered as a source has no number of its own.
    let span = span.filter(|span| part.source(span.source).is_some_and(|source| source.name == file));
    part.fail(span, &file, &shortened(&error.to_string()));
}

/// The name of a file of a chart: a path that goes through an archive has `!` behind it.
fn file_name(prefix: &str, path: &str) -> SmolStr {
    let path = path.replace(".tgz/", ".tgz!").replace(".tar.gz/", ".tar.gz!");
    format_smolstr!("{prefix}{path}")
}

impl Opened {
    /// The name of a file of the chart.
    pub(super) fn file(&self, path: &str) -> SmolStr {
        file_name(&self.prefix, path)
    }

    /// The file of a template by its path from the outermost chart, which begins with the chart's name.
    pub(super) fn template(&self, path: &str) -> SmolStr {
        self.file(path.split_once('/').map_or(path, |(_, rest)| rest))
    }
}
