//! Which files are templates or patches: half an object, that means nothing before it is rendered.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use sekisho_manifest::{Budget, Format, Node, SourceId, load};

const CHART: &str = "a Helm template";
const PATCH: &str = "a kustomize patch";

/// The templates and patches among the files, and what each is.
pub(super) fn find<'p>(files: &[&'p Path]) -> HashMap<&'p Path, &'static str> {
    let charts: HashSet<&Path> = files
        .iter()
        .filter(|path| path.file_name().is_some_and(|name| name == "Chart.yaml"))
        .filter_map(|path| path.parent())
        .collect();
    let patches: HashSet<PathBuf> =
        files.iter().filter(|path| is_kustomization(path)).flat_map(|path| patches_of(path)).collect();
    files
        .iter()
        .filter_map(|path| {
            let templated = path.ancestors().skip(1).any(|folder| {
                folder.file_name().is_some_and(|name| name == "templates")
                    && folder.parent().is_some_and(|chart| charts.contains(chart))
            });
            let what = if templated {
                CHART
            } else if patches.contains(&normal(path)) {
                PATCH
            } else {
                return None;
            };
            Some((*path, what))
        })
        .collect()
}

/// Whether a text that does not load is a template of some kind.
pub(super) fn is_template_text(text: &str) -> bool {
    text.lines().any(|line| {
        line.find("{{").is_some_and(|start| line.get(start..).is_some_and(|rest| rest.contains("}}")))
    })
}

fn is_kustomization(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        ["kustomization.yaml", "kustomization.yml", "Kustomization"].iter().any(|known| name == *known)
    })
}

/// The files that a kustomization names as patches.
fn patches_of(kustomization: &Path) -> Vec<PathBuf> {
    let Ok(text) = fs::read_to_string(kustomization) else {
        return Vec::new();
    };
    let folder = kustomization.parent().unwrap_or_else(|| Path::new(""));
    let loaded = load(SourceId(0), &text, Format::Yaml, &Budget::default());
    let named = |root: &Node| {
        let with_path = ["patches", "patchesJson6902"]
            .into_iter()
            .flat_map(|list| root.get(list).map_or(&[][..], Node::items))
            .map(|patch| patch.str("path").to_owned());
        let plain = ["patchesStrategicMerge", "transformers", "configurations"]
            .into_iter()
            .flat_map(|list| root.strings(list))
            .map(str::to_owned);
        with_path.chain(plain).filter(|path| !path.is_empty()).collect::<Vec<_>>()
    };
    loaded
        .documents
        .iter()
        .flat_map(|document| named(&document.root))
        .map(|path| normal(&folder.join(path)))
        .collect()
}

/// The path with `.` and `..` worked out by name.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    out.push("..");
                }
            }
            other => out.push(other),
        }
    }
    out
}
