//! Charts: a folder or an archive → the objects that Helm would apply, with each set of values.

use std::path::Path;
use std::sync::Arc;

use sekisho_chart::render::{Manifest, Options, RenderError, Rendering, Role, Warning, render};
use sekisho_chart::values::{Given, ValuesFile};
use sekisho_finding::SkipReason;
use sekisho_manifest::{Budget, Document, Format, Object, Origins, Source, SourceId, Span, load};
use smol_str::SmolStr;

use super::chart_fault::Fault;
use super::chart_place::{ChartPlace, Opened, open};
use super::disk::{Disk, shown};
use super::drawn;
use super::part::Part;
use crate::release::{GivenValues, Plan, Releases};

/// What is wanted of a rendering.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted {
    /// The files in `crds/` too.
    pub(super) definitions: bool,
    /// The seed of what templates draw at random.
    pub(super) seed: u64,
}

/// Reads a chart and renders it as planned.
pub(super) fn read(place: &ChartPlace, disk: &Disk<'_>, releases: &Releases) -> Part {
    let mut part = Part::default();
    let Some(opened) = open(place, disk, &mut part) else { return part };
    part.files = part.sources.len();
    if opened.chart.metadata.is_library() {
        // It makes no object by itself; what other charts make of it is examined there.
        part.skip(opened.file("Chart.yaml"), None, SkipReason::NotKubernetes);
        return part;
    }
    match releases.plan(place.path()) {
        Ok(plan) => {
            for (set, given) in &plan.renderings {
                opened.examine(set.as_ref(), given, &plan, disk, releases, &mut part);
            }
        }
        Err(error) => part.fail(None, &opened.file("Chart.yaml"), &format!("{error:#}")),
    }
    // Fixes are looked for in the values of the chart, whether anything came of them or not.
    let values = opened.file("values.yaml");
    part.forget_texts(|name| name == values);
    part
}

impl Opened {
    /// Renders the chart with values, and enters the objects or why there are none.
    fn examine(
        &self,
        set: Option<&SmolStr>,
        given: &GivenValues,
        plan: &Plan,
        disk: &Disk<'_>,
        releases: &Releases,
        part: &mut Part,
    ) {
        let wanted = Wanted { definitions: true, seed: 0 };
        let rendering = match self.render(given, plan, wanted, disk, part) {
            Ok(rendering) => rendering,
            Err(faults) => {
                for fault in faults {
                    fault.enter(set, part);
                }
                return;
            }
        };
        for warning in &rendering.warnings {
            if let Warning::UnknownHook { path, .. } = warning {
                let reason = SkipReason::NotRendered("a hook for an event that Helm does not know");
                part.skip(self.template(path), None, reason);
            }
        }
        if let Some(missing) = self.missing(&rendering) {
            missing.enter(set, part);
        }
        let mut objects = Vec::new();
        for manifest in rendering.manifests.into_iter().filter(|manifest| !manifest.is_test) {
            objects.extend(self.objects(manifest, part));
        }
        drawn::empty(&mut objects, &rendering.drawn);
        if rendering.drawn.in_pieces()
            && let Ok(again) = self.render(given, plan, Wanted { seed: 1, ..wanted }, disk, part)
        {
            let mut scratch = Part::default();
            let manifests = again.manifests.into_iter().filter(|manifest| !manifest.is_test);
            let others: Vec<Object> =
                manifests.flat_map(|manifest| self.objects(manifest, &mut scratch)).collect();
            drawn::empty_where_other(&mut objects, &others);
        }
        if plan.release.namespace != releases.default_namespace.as_str() {
            for object in objects.iter_mut().filter(|object| object.is_namespaced() == Some(true)) {
                object.namespace.get_or_insert_with(|| plan.release.namespace.clone());
            }
        }
        match set {
            Some(name) => part.in_sets.push((name.clone(), objects)),
            None => part.objects.append(&mut objects),
        }
    }

    /// What the chart renders to, or everything that is wrong.
    pub(super) fn render(
        &self,
        given: &GivenValues,
        plan: &Plan,
        wanted: Wanted,
        disk: &Disk<'_>,
        part: &mut Part,
    ) -> Result<Rendering, Vec<Fault>> {
        let mut files = Vec::new();
        for path in &given.files {
            files.push(values_file(path, disk, part).map_err(|fault| vec![fault])?);
        }
        let limit = disk.selection().budget.bytes;
        let read = |path: &str| disk.read(Path::new(path), limit).map_err(|error| error.to_string());
        let options = Options {
            release: plan.release.clone(),
            given: Given {
                files,
                json: given.json.clone(),
                set: given.set.clone(),
                strings: given.strings.clone(),
                from_files: given.from_files.clone(),
                literals: given.literals.clone(),
                read: Some(&read),
            },
            capabilities: plan.capabilities.clone(),
            include_definitions: wanted.definitions,
            seed: wanted.seed,
            ..Options::default()
        };
        self.rendered(&options)
    }

    /// What the chart renders to with these options, or everything that is wrong.
    ///
    /// Helm renders nothing where dependencies are missing. What is there is looked at all the same, if it can
    /// be rendered by itself; that something is missing is said by a warning.
    pub(super) fn rendered(&self, options: &Options<'_>) -> Result<Rendering, Vec<Fault>> {
        match render(&self.chart, options) {
            Ok(rendering) => Ok(rendering),
            Err(error @ RenderError::MissingDependencies(_)) => {
                let options = Options { allow_missing_dependencies: true, ..options.clone() };
                render(&self.chart, &options).map_err(|_| vec![self.fault(&error)])
            }
            Err(RenderError::Schema(errors)) => Err(errors
                .iter()
                .map(|error| Fault {
                    span: error.span,
                    file: self.file("values.schema.json"),
                    message: format!("values do not fit their schema: {error}"),
                })
                .collect()),
            Err(error) => Err(vec![self.fault(&error)]),
        }
    }

    /// The objects of a manifest, whose places go back to its template.
    pub(super) fn objects(&self, manifest: Manifest, part: &mut Part) -> Vec<Object> {
        let Manifest { path, text, origins, role, .. } = manifest;
        let definition = match role {
            // A definition is no template: its objects stand in the file itself.
            Role::Definition => origins.trace(Span::default()).map(|traced| traced.span.source),
            _ => None,
        };
        let source = definition.unwrap_or_else(|| part.add(rendered_source(self.template(&path), origins)));
        let loaded = load(source, &text, Format::Yaml, &Budget::default());
        part.documents += loaded.documents.len();
        for error in &loaded.errors {
            let span = traced(error.span, part);
            part.fail(span, &self.template(&path), &error.to_string());
        }
        part.warnings.extend(loaded.warnings);
        loaded.documents.iter().flat_map(Document::objects).collect()
    }
}

/// A source whose text is not kept: all places in it go back to what it was rendered of.
pub(super) fn rendered_source(name: SmolStr, origins: Origins) -> Source {
    Source::rendered(name, "", origins)
}

/// The place that a span of a rendered text goes back to.
fn traced(span: Span, part: &Part) -> Option<Span> {
    match part.source(span.source)?.origins() {
        Some(origins) => origins.trace(span).map(|traced| traced.span),
        None => Some(span),
    }
}

/// A file of values, entered as a source.
pub(super) fn values_file(path: &Path, disk: &Disk<'_>, part: &mut Part) -> Result<ValuesFile, Fault> {
    let name = shown(path);
    let fail = |message: String| Fault { span: None, file: name.clone(), message };
    let bytes = disk.read(path, disk.selection().budget.bytes).map_err(|error| fail(error.to_string()))?;
    let text =
        sekisho_manifest::decode(SourceId::default(), &bytes).map_err(|error| fail(error.to_string()))?;
    let text: Arc<str> = text.into();
    let known = part.sources.iter().position(|source| source.name == name && source.text == text);
    let source = match known {
        Some(index) => part.id(index),
        None => part.add_text(name.clone(), &text),
    };
    Ok(ValuesFile { name, text, source })
}
