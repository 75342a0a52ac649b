//! The whole: a chart, values and a release → manifests in the order in which Helm installs them, with the
//! place of every byte.
//!
//! What [`render`] yields is what `helm template` prints; [`Rendering::to_text`] prints it.

mod error;
mod head;
mod manifest;
mod order;
mod scope;
mod split;
mod trace;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sekisho_manifest::SourceId;
use smol_str::{SmolStr, format_smolstr};

use crate::capabilities::Capabilities;
use crate::chart::Chart;
use crate::functions::{Drawn, State};
use crate::schema;
use crate::semver::fits;
use crate::template::{Budget, Rendered, TemplateError, TemplateSet, on_deep_stack};
use crate::value::Map;
use crate::values::{Given, Unit, ValuesWarning};

pub use self::error::{RenderError, YamlFault};
pub use self::manifest::{Event, Hook, Manifest, Role};

use self::manifest::File;
use self::scope::Scopes;

/// A release: what a chart is rendered as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its name.
    pub name: SmolStr,
    /// The namespace that it goes to.
    pub namespace: SmolStr,
    /// Whether it replaces an earlier one.
    pub is_upgrade: bool,
}

impl Default for Release {
    /// What `helm template` assumes.
    fn default() -> Self {
        Self { name: "release-name".into(), namespace: "default".into(), is_upgrade: false }
    }
}

/// How a chart is rendered.
#[derive(Clone, Default)]
pub struct Options<'o> {
    /// The release.
    pub release: Release,
    /// What is given as values.
    pub given: Given<'o>,
    /// The Kubernetes that it is rendered for.
    pub capabilities: Capabilities,
    /// Whether `values.schema.json` is not looked at.
    pub skip_schema_validation: bool,
    /// Whether a chart is rendered although charts that it depends on do not lie in `charts/`, where Helm
    /// would refuse it. It is then told as a warning.
    pub allow_missing_dependencies: bool,
    /// Whether the manifests in `crds/` are part of the rendering.
    pub include_definitions: bool,
    /// What rendering the templates may cost.
    pub budget: Budget,
    /// The seed of everything random that templates ask for.
    pub seed: u64,
    /// What templates take for now, in seconds since 1970.
    pub now: i64,
}

/// What a chart renders to.
#[derive(Debug, Clone, Default)]
pub struct Rendering {
    /// The manifests in the order in which Helm prints them: definitions of `crds/`, resources in the order of
    /// their installation, hooks.
    pub manifests: Vec<Manifest>,
    /// What is strange, though it does not stop the rendering.
    pub warnings: Vec<Warning>,
    /// What templates drew at random.
    pub drawn: Drawn,
}

/// What is strange about a chart or its values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// About a file of the chart.
    #[error("{0}")]
    Chart(String),
    /// About values.
    #[error(transparent)]
    Values(#[from] ValuesWarning),
    /// A chart that it depends on is not there.
    #[error("the chart `{0}` is a dependency and does not lie in `charts/`")]
    MissingDependency(SmolStr),
    /// A schema refers to another one, which is not fetched, so that values were not compared with that.
    #[error("the schema of the values of the chart `{chart}` refers to `{address}`, which is not looked at")]
    SchemaNotFetched {
        /// The chart.
        chart: SmolStr,
        /// The address.
        address: String,
    },
    /// A manifest names an event for hooks that Helm does not know, and so is left out.
    #[error("a manifest of `{path}` is a hook for `{events}`, which Helm does not know, and is left out")]
    UnknownHook {
        /// The path of its template.
        path: SmolStr,
        /// What stands in its annotation.
        events: SmolStr,
    },
}

/// Renders a chart.
///
/// # Errors
/// Where Helm would refuse the chart or the values, a template fails, what it yields is no YAML, or a limit is
/// passed.
pub fn render(chart: &Chart, options: &Options<'_>) -> Result<Rendering, RenderError> {
    match on_deep_stack(|| render_here(chart, options)) {
        Ok(outcome) => outcome,
        Err(error) => Err(RenderError::Thread(error.to_string())),
    }
}

/// The values that the templates of a chart see as `.Values`: those given over those of the chart and the
/// charts in it that take part. Deep values need a deep stack; [`render`] takes one by itself.
///
/// # Errors
/// Where Helm would refuse the chart or the values.
pub fn values(chart: &Chart, options: &Options<'_>) -> Result<(Map, Vec<Warning>), RenderError> {
    let mut warnings = Vec::new();
    let (_, values) = prepare(chart, options, &mut warnings)?;
    Ok((values, warnings))
}

/// Decides which charts take part, and lays their values over each other.
fn prepare<'c>(
    chart: &'c Chart,
    options: &Options<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<(Unit<'c>, Map), RenderError> {
    warnings.extend(chart.warnings().map(|warning| Warning::Chart(warning.to_owned())));
    let given = options.given.merged()?;
    if chart.metadata.is_library() {
        return Err(RenderError::Library(chart.metadata.name.clone()));
    }
    let mut unit = Unit::outermost(chart);
    let missing = unit.missing();
    if options.allow_missing_dependencies {
        warnings.extend(missing.into_iter().map(Warning::MissingDependency));
    } else if !missing.is_empty() {
        return Err(RenderError::MissingDependencies(missing));
    }
    if !is_release_name(&options.release.name) {
        return Err(RenderError::ReleaseName(options.release.name.clone()));
    }
    let mut strange = Vec::new();
    unit.process_dependencies(&given, &mut strange)?;
    let values = unit.coalesce(&given, &mut strange)?;
    // The same is found strange in every round.
    for warning in strange.into_iter().map(Warning::Values) {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    if !options.skip_schema_validation {
        let mut verdict = schema::Verdict::default();
        schema::validate(&unit, &values, &mut verdict);
        let not_fetched = verdict.not_fetched.into_iter();
        warnings.extend(not_fetched.map(|(chart, address)| Warning::SchemaNotFetched { chart, address }));
        if !verdict.errors.is_empty() {
            return Err(RenderError::Schema(verdict.errors));
        }
    }
    Ok((unit, values))
}

fn render_here(chart: &Chart, options: &Options<'_>) -> Result<Rendering, RenderError> {
    let mut warnings = Vec::new();
    let (unit, values) = prepare(chart, options, &mut warnings)?;
    let required = &unit.metadata.kube_version;
    let version = options.capabilities.kube_version();
    if !required.is_empty() && !fits(required, version) {
        return Err(RenderError::KubeVersion { required: required.clone(), version: version.into() });
    }
    let scopes = Scopes::new(&unit, values, options);
    let texts = scopes.texts();
    let (rendered, drawn) = render_files(&scopes, options)?;
    let mut files: BTreeMap<SmolStr, File> = BTreeMap::new();
    for (path, rendered) in rendered {
        if !path.ends_with("NOTES.txt") {
            files.insert(path, trace::traced(rendered, &texts));
        }
    }
    let mut manifests = Vec::new();
    if options.include_definitions {
        definitions(&unit, unit.name(), &mut manifests);
    }
    let (resources, hooks) = manifest::manifests(&files, &mut warnings)?;
    manifests.extend(resources);
    manifests.extend(hooks);
    Ok(Rendering { manifests, warnings, drawn })
}

/// Renders every template but partials, in Helm's order.
fn render_files(
    scopes: &Scopes,
    options: &Options<'_>,
) -> Result<(Vec<(SmolStr, Rendered)>, Drawn), RenderError> {
    let failed = |path: &SmolStr, error: TemplateError| RenderError::template(path, error);
    let mut set = TemplateSet::new();
    let templates = scopes.templates();
    for template in &templates {
        set.add(&template.path, template.source, Arc::clone(&template.text))
            .map_err(|error| failed(&template.path, error))?;
    }
    let state = State::new(options.seed, options.now);
    let mut rendering = set.rendering(options.budget, state);
    let mut rendered = Vec::new();
    for template in templates.iter().filter(|template| !is_partial(&template.path)) {
        let text = rendering
            .render(&template.path, &template.data())
            .map_err(|error| failed(&template.path, error))?;
        rendered.push((template.path.clone(), text));
    }
    Ok((rendered, Drawn::of(rendering.into_state())))
}

/// Whether a file only holds definitions for others.
fn is_partial(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with('_'))
}

/// The manifests in `crds/` of a chart and those below it.
fn definitions(unit: &Unit<'_>, path: &str, manifests: &mut Vec<Manifest>) {
    manifests.extend(
        unit.chart.definitions.iter().map(|file| {
            Manifest::definition(format_smolstr!("{path}/{}", file.path), &file.text, file.source)
        }),
    );
    for below in &unit.below {
        definitions(below, &format!("{path}/charts/{}", below.name()), manifests);
    }
}

/// Whether a release can bear a name: small letters, digits, `-` and `.`, at most 53 of them.
fn is_release_name(name: &str) -> bool {
    /// The longest name that leaves room for what charts add to it.
    const LONGEST: usize = 53;
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    name.len() <= LONGEST && name.split('.').all(is_label)
}

impl Rendering {
    /// The manifests as `helm template` prints them.
    pub fn to_text(&self) -> String {
        let mut resources = String::new();
        let mut hooks = String::new();
        for manifest in &self.manifests {
            let out = if manifest.hook().is_some() { &mut hooks } else { &mut resources };
            out.push_str("---\n# Source: ");
            out.push_str(&manifest.path);
            out.push('\n');
            out.push_str(&manifest.text);
            out.push('\n');
        }
        format!("{}\n{hooks}", resources.trim())
    }
}

/// The texts of templates by source, for what needs more of them than an offset.
type Texts = HashMap<SourceId, Arc<str>>;
