//! One chart or kustomization → the text of what would be applied.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use sekisho_finding::{Skip, SkipReason};

use super::Selection;
use super::chart::Wanted;
use super::chart_archive;
use super::chart_place::{self, ChartPlace};
use super::disk::Disk;
use super::kustomization;
use super::part::Part;

/// What is left in or out of what charts render to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// Whether the files in `crds/` are printed too.
    pub(crate) include_definitions: bool,
    /// Whether tests are left out.
    pub(crate) skip_tests: bool,
}

/// What a target renders to.
#[derive(Debug)]
pub(crate) enum Printed {
    /// The manifests, in the order and the form of the tool that would apply them.
    Text(String),
    /// It is no chart and no kustomization, or a library.
    Nothing,
    /// It cannot be rendered.
    Failed(Vec<Skip>),
}

/// Renders the target of a selection.
pub(crate) fn print(path: &Path, selection: &Selection, extent: Extent) -> Result<Printed> {
    let disk = Disk::new(selection)?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
    let parent = || match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    if path.is_file() {
        return if name == "Chart.yaml" {
            print_chart(&ChartPlace::Folder(parent()), &disk, extent)
        } else if sekisho_kustomize::is_kustomization(name) {
            Ok(print_kustomization(&parent(), &disk))
        } else if chart_archive::is_gzip(path) {
            print_chart(&ChartPlace::Archive { path: path.to_owned(), named: true }, &disk, extent)
        } else {
            Ok(Printed::Nothing)
        };
    }
    if !path.is_dir() {
        bail!("`{}` is no file and no folder", path.display());
    }
    match (path.join("Chart.yaml").is_file(), kustomization::is_in(path)) {
        (true, true) => bail!(
            "`{}` is both a chart and a kustomization: name its `Chart.yaml` or its `kustomization.yaml`",
            path.display()
        ),
        (true, false) => print_chart(&ChartPlace::Folder(path.to_owned()), &disk, extent),
        (false, true) => Ok(print_kustomization(path, &disk)),
        (false, false) => Ok(Printed::Nothing),
    }
}

fn print_kustomization(folder: &Path, disk: &Disk<'_>) -> Printed {
    match kustomization::build_one(folder, disk) {
        Ok(built) => Printed::Text(built.to_yaml()),
        Err(skip) => Printed::Failed(vec![skip]),
    }
}

fn print_chart(place: &ChartPlace, disk: &Disk<'_>, extent: Extent) -> Result<Printed> {
    let mut part = Part::default();
    let failed = |part: Part| {
        let unread = part.skipped.into_iter();
        Printed::Failed(unread.filter(|skip| matches!(skip.reason, SkipReason::Unreadable(_))).collect())
    };
    let Some(opened) = chart_place::open(place, disk, &mut part) else { return Ok(failed(part)) };
    if opened.chart.metadata.is_library() {
        return Ok(Printed::Nothing);
    }
    let plan = disk.selection().releases.plan(place.path())?;
    let [(set, given)] = plan.renderings.as_slice() else {
        let names: Vec<&str> =
            plan.renderings.iter().filter_map(|(name, _)| name.as_ref()).map(AsRef::as_ref).collect();
        bail!("there are several sets of values: choose one by `--value-set`, of {}", names.join(", "));
    };
    let wanted = Wanted { definitions: extent.include_definitions, seed: 0 };
    match opened.render(given, &plan, wanted, disk, &mut part) {
        Ok(mut rendering) => {
            if let Some(missing) = opened.missing(&rendering) {
                missing.enter(set.as_ref(), &mut part);
                return Ok(failed(part));
            }
            rendering.manifests.retain(|manifest| !(extent.skip_tests && manifest.is_test));
            Ok(Printed::Text(rendering.to_text()))
        }
        Err(faults) => {
            for fault in faults {
                fault.enter(set.as_ref(), &mut part);
            }
            Ok(failed(part))
        }
    }
}
