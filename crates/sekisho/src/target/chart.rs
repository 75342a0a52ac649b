//! Charts: a folder or an archive → the objects that Helm would apply, with each set of values.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sekisho_chart::chart::{Chart, ChartBudget, ChartError};
use sekisho_chart::render::{Manifest, Options, RenderError, Rendering, Role, Warning, render};
use sekisho_chart::values::{Given, ValuesFile};
use sekisho_finding::SkipReason;
use sekisho_manifest::{Budget, Document, Format, Object, Origins, Source, SourceId, Span, load};
use smol_str::{SmolStr, format_smolstr};

use super::chart_archive;
use super::chart_folder::{self, FolderError};
use super::disk::{Disk, shown};
use super::drawn;
use super::part::Part;
use crate::release::{GivenValues, Plan, Releases};

/// The most bytes of an archive; unpacked it has a limit of its own.
const LARGEST_ARCHIVE: usize = 100 << 20;
/// Bytes of a message: templates that call each other deep make long ones.
const LONGEST_MESSAGE: usize = 1_000;

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

/// What is wanted of a rendering.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted {
    /// The files in `crds/` too.
    pub(super) definitions: bool,
    /// The seed of what templates draw at random.
    pub(super) seed: u64,
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

/// Reads a chart and renders it as planned.
pub(super) fn read(place: &ChartPlace, disk: &Disk<'_>, releases: &Releases) -> Part {
    let mut part = Part::default();
    let Some(opened) = open(place, disk, &mut part) else { return part };
    part.files = part.sources.len();
    if opened.chart.metadata.is_library() {
        let head = opened.file("Chart.yaml");
        part.skip(head, None, SkipReason::NotRendered("a library chart"));
        return part;
    }
    match releases.plan(&place.name()) {
        Ok(plan) => {
            for (set, given) in &plan.renderings {
                opened.examine(set.as_ref(), given, &plan, disk, releases, &mut part);
            }
        }
        Err(error) => part.fail(None, &opened.file("Chart.yaml"), &format!("{error:#}")),
    }
    part
}

/// Reads a chart; where it cannot be read the part says why.
pub(super) fn open(place: &ChartPlace, disk: &Disk<'_>, part: &mut Part) -> Option<Opened> {
    let prefix = place.prefix();
    match place {
        ChartPlace::Folder(folder) => {
            let listed = match chart_folder::list(folder, disk) {
                Ok(listed) => listed,
                Err(FolderError::Leaves(path)) => {
                    let message =
                        "a symbolic link that leaves the chart's folder: put the file itself in its place";
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
            let mut read =
                |path: &str| disk.read(&folder.join(path), limit).map_err(|error| error.to_string());
            let mut sources = |path: &str, text: &Arc<str>| part.add_text(file_name(&prefix, path), text);
            match Chart::from_folder(&listed.paths, &mut read, &mut sources, &budget) {
                Ok(chart) => Some(Opened { chart, prefix }),
                Err(error) => {
                    unreadable(&error, &prefix, part);
                    None
                }
            }
        }
        ChartPlace::Archive { path, named } => {
            let bytes = match disk.read(path, LARGEST_ARCHIVE) {
                Ok(bytes) => bytes,
                Err(error) => {
                    part.fail(None, &place.name(), &error.to_string());
                    return None;
                }
            };
            let mut sources = |path: &str, text: &Arc<str>| part.add_text(file_name(&prefix, path), text);
            match Chart::from_archive(&bytes, &mut sources, &ChartBudget::default()) {
                Ok(chart) => Some(Opened { chart, prefix }),
                Err(error) if !named && chart_archive::is_no_chart(&bytes, &error) => {
                    part.skip(place.name(), None, SkipReason::NotKubernetes);
                    None
                }
                Err(error @ (ChartError::Archive(_) | ChartError::Limit(_) | ChartError::NoMetadata)) => {
                    part.fail(None, &place.name(), &error.to_string());
                    None
                }
                Err(error) => {
                    unreadable(&error, &prefix, part);
                    None
                }
            }
        }
    }
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
        let again = drawn::may_hold_credentials(&rendering)
            .then(|| self.render(given, plan, Wanted { seed: 1, ..wanted }, disk, part).ok())
            .flatten();
        let mut again = again.iter().flat_map(|rendering| &rendering.manifests);
        for manifest in rendering.manifests {
            let again = again.next();
            if !manifest.is_test {
                let mut of_manifest = self.objects(manifest, part);
                drawn::empty(&mut of_manifest, again);
                objects.append(&mut of_manifest);
            }
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

    /// That dependencies are missing, where what is there was rendered without them.
    pub(super) fn missing(&self, rendering: &Rendering) -> Option<Fault> {
        let missing = rendering.warnings.iter().filter_map(|warning| match warning {
            Warning::MissingDependency(name) => Some(name.clone()),
            _ => None,
        });
        let missing: Vec<SmolStr> = missing.collect();
        (!missing.is_empty()).then(|| self.fault(&RenderError::MissingDependencies(missing)))
    }

    /// A reason why the chart is not rendered, in the file that is to be mended.
    fn fault(&self, error: &RenderError) -> Fault {
        let file = match error {
            RenderError::Template { template, .. } | RenderError::Yaml { template, .. } => {
                self.template(template)
            }
            _ => self.file("Chart.yaml"),
        };
        let message = match error {
            RenderError::Template { value: Some(value), .. } => format!("{error} (values: {value})"),
            _ => error.to_string(),
        };
        Fault { span: error.span(), file, message: shortened(&message) }
    }

    /// The file of a template by its path from the outermost chart, which begins with the chart's name.
    fn template(&self, path: &str) -> SmolStr {
        self.file(path.split_once('/').map_or(path, |(_, rest)| rest))
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

/// Why a chart is not examined.
#[derive(Debug)]
pub(super) struct Fault {
    /// Where the reason lies.
    pub(super) span: Option<Span>,
    /// The file, where it lies in none of the sources.
    pub(super) file: SmolStr,
    pub(super) message: String,
}

impl Fault {
    /// Notes the fault, with the name of the set of values that it comes about with.
    pub(super) fn enter(self, set: Option<&SmolStr>, part: &mut Part) {
        let message = match set {
            Some(set) => format!("with the values `{set}`: {}", self.message),
            None => self.message,
        };
        part.fail(self.span, &self.file, &message);
    }
}

/// A message of bearable length. The cause stands at its end.
fn shortened(message: &str) -> String {
    let excess = message.len().saturating_sub(LONGEST_MESSAGE);
    match message.char_indices().map(|(at, _)| at).find(|at| *at >= excess) {
        Some(at) if excess > 0 => format!("… {}", message.get(at..).unwrap_or("")),
        _ => message.to_owned(),
    }
}
