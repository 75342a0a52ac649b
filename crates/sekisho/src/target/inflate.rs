//! Charts that a kustomization inflates.

use std::cell::RefCell;
use std::path::PathBuf;

use sekisho_chart::capabilities::Capabilities;
use sekisho_chart::functions::State;
use sekisho_chart::render::{Options, Release};
use sekisho_chart::template::{Budget as TemplateBudget, TemplateSet};
use sekisho_chart::value::{Map, Value};
use sekisho_chart::values::Given;
use sekisho_kustomize::{Chart, Charts};
use sekisho_manifest::{Node, SourceId};
use smol_str::SmolStr;

use super::chart;
use super::chart_place::{self, ChartPlace};
use super::kustomization::Tree;
use super::part::Part;
use crate::release::Releases;

/// The number of the first source of a chart: far behind those that a kustomization numbers itself.
pub(super) const FIRST_SOURCE: SourceId = SourceId(1 << 31);

/// Renders the charts of one kustomization.
pub(super) struct Inflater<'t> {
    tree: &'t Tree<'t>,
    releases: &'t Releases,
    part: RefCell<Part>,
    /// The folders of the charts, from the root.
    charts: RefCell<Vec<PathBuf>>,
}

impl<'t> Inflater<'t> {
    pub(super) fn new(tree: &'t Tree<'t>, releases: &'t Releases) -> Self {
        let part = RefCell::new(Part::starting_at(FIRST_SOURCE));
        Self { tree, releases, part, charts: RefCell::default() }
    }

    /// The sources of the charts, and their folders from the root.
    pub(super) fn into_parts(self) -> (Part, Vec<PathBuf>) {
        (self.part.into_inner(), self.charts.into_inner())
    }
}

impl Charts for Inflater<'_> {
    fn render(&self, chart: &Chart) -> Result<Vec<Node>, String> {
        let disk = self.tree.disk();
        let folder = self.tree.named(&chart.folder);
        if !folder.is_dir() {
            return Err(format!(
                "`{}` is no folder, and charts are not fetched: run `helm pull --untar` there",
                folder.display()
            ));
        }
        let mut part = self.part.borrow_mut();
        let place = ChartPlace::Folder(folder.clone());
        let Some(mut opened) = chart_place::open(&place, disk, &mut part) else {
            return Err(last_failure(&mut part));
        };
        self.charts.borrow_mut().push(disk.absolute(&folder));
        // As if they were given in a file, over those of the chart.
        opened.chart.values.extend(chart.values.clone());
        let mut files = Vec::new();
        for path in &chart.more_values {
            let file = chart::values_file(&self.tree.named(path), disk, &mut part);
            files.push(file.map_err(|fault| fault.message)?);
        }
        let version = chart.kube_version.as_deref().or(self.releases.kubernetes_version.as_deref());
        let versions = chart.api_versions.iter().map(AsRef::as_ref);
        let versions = versions.chain(self.releases.api_versions.iter().map(String::as_str));
        let default = Release::default();
        let options = Options {
            release: Release {
                name: release_name(chart)?.unwrap_or(default.name),
                namespace: chart.namespace.clone().unwrap_or(default.namespace),
                is_upgrade: false,
            },
            given: Given { files, ..Given::default() },
            capabilities: Capabilities::new(version, versions).map_err(|error| error.to_string())?,
            include_definitions: chart.include_crds,
            ..Options::default()
        };
        let rendering = match opened.rendered(&options) {
            Ok(rendering) => rendering,
            Err(faults) => {
                for fault in faults {
                    fault.enter(None, &mut part);
                }
                return Err(last_failure(&mut part));
            }
        };
        if let Some(missing) = opened.missing(&rendering) {
            missing.enter(None, &mut part);
            return Err(last_failure(&mut part));
        }
        let wanted = rendering.manifests.into_iter().filter(|manifest| {
            !(chart.skip_tests && manifest.is_test || chart.skip_hooks && manifest.hook().is_some())
        });
        Ok(wanted
            .flat_map(|manifest| opened.objects(manifest, &mut part))
            .map(|object| object.root)
            .collect())
    }
}

/// The name of the release: what its template gives counts before what stands there.
fn release_name(chart: &Chart) -> Result<Option<SmolStr>, String> {
    let Some(text) = &chart.name_template else { return Ok(chart.release.clone()) };
    let fail = |reason: String| format!("`nameTemplate` gives no name: {reason}");
    let mut set = TemplateSet::new();
    set.add("nameTemplate", SourceId::default(), text.as_str()).map_err(|error| fail(error.to_string()))?;
    let mut rendering = set.rendering(TemplateBudget::default(), State::default());
    let rendered = rendering.render("nameTemplate", &Value::from(Map::new()));
    Ok(Some(rendered.map_err(|error| fail(error.to_string()))?.text.into()))
}

/// What was said last, as a reason in one line.
fn last_failure(part: &mut Part) -> String {
    let Some(skip) = part.skipped.pop() else { return "it cannot be rendered".to_owned() };
    match skip.line {
        Some(line) => format!("{}:{line}: {}", skip.path, skip.reason),
        None => format!("{}: {}", skip.path, skip.reason),
    }
}
