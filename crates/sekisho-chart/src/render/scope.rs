//! What templates see as `.`: one object for each chart.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_manifest::SourceId;
use smol_str::{SmolStr, format_smolstr};

use super::{Options, Texts, is_partial};
use crate::chart::files::Files;
use crate::chart::{Dependency, ImportValues, Metadata};
use crate::value::{List, Map, Type, Value};
use crate::values::Unit;

/// The templates of a chart and those in it, and what each of them sees.
pub(super) struct Scopes {
    templates: BTreeMap<SmolStr, Template>,
}

/// A template in its place.
#[derive(Debug, Clone)]
pub(super) struct Template {
    /// Its path from the outermost chart, which it begins with.
    pub(super) path: SmolStr,
    pub(super) source: SourceId,
    pub(super) text: Arc<str>,
    /// The path of the folder of templates that it lies in.
    base: SmolStr,
    /// What it sees; one object for all templates of a chart.
    scope: Map,
}

impl Scopes {
    pub(super) fn new(unit: &Unit<'_>, values: Map, options: &Options<'_>) -> Self {
        let release = &options.release;
        let release: Map = [
            ("Name", release.name.clone().into()),
            ("Namespace", release.namespace.clone().into()),
            ("IsUpgrade", release.is_upgrade.into()),
            ("IsInstall", (!release.is_upgrade).into()),
            ("Revision", Value::int(1)),
            ("Service", "Helm".into()),
        ]
        .map(|(name, value)| (name.into(), value))
        .into_iter()
        .collect();
        let mut scopes = Self { templates: BTreeMap::new() };
        let shared = [("Release", release.into()), ("Capabilities", options.capabilities.to_value())];
        scopes.enter(unit, unit.name(), Some(values), &shared);
        scopes
    }

    /// Enters the templates of a chart, whose path is given, and of those below it; yields what they see.
    fn enter(
        &mut self,
        unit: &Unit<'_>,
        path: &str,
        values: Option<Map>,
        shared: &[(&'static str, Value)],
    ) -> Map {
        let is_root = path == unit.name().as_str();
        let values = values.unwrap_or_default().viewed_as(Type::Values);
        let subcharts = Map::new();
        let mut entries: BTreeMap<SmolStr, Value> =
            shared.iter().map(|(name, value)| (SmolStr::new_static(name), value.clone())).collect();
        entries.extend([
            ("Chart".into(), chart(&unit.metadata, is_root).into()),
            ("Files".into(), Value::host(Files::of(unit.chart))),
            ("Values".into(), Value::from(values.clone()).with_key(&unit.key)),
            ("Subcharts".into(), subcharts.clone().into()),
        ]);
        let scope = Map::of(Type::Values, entries);
        for below in &unit.below {
            // A name is looked up as a dotted key, so that one with a dot finds nothing.
            let own = below
                .name()
                .split('.')
                .try_fold(values.clone(), |map, part| map.get(part)?.as_map().cloned());
            let path = format!("{path}/charts/{}", below.name());
            let seen = self.enter(below, &path, own, shared);
            let written = subcharts.set(below.name().clone(), seen.viewed_as(Type::MAP).into());
            debug_assert!(written.is_ok(), "the map is not nil");
        }
        let base = format_smolstr!("{path}/templates");
        for file in &unit.chart.templates {
            if unit.metadata.is_library() && !is_partial(&file.path) {
                continue;
            }
            let template = Template {
                path: format_smolstr!("{path}/{}", file.path),
                source: file.source,
                text: Arc::clone(&file.text),
                base: base.clone(),
                scope: scope.clone(),
            };
            self.templates.insert(template.path.clone(), template);
        }
        scope
    }

    /// The templates in the order in which Helm reads and renders them: those of charts below first, so that
    /// definitions of the outer chart replace theirs.
    pub(super) fn templates(&self) -> Vec<Template> {
        let mut templates: Vec<_> = self.templates.values().cloned().collect();
        templates
            .sort_by_key(|template| Reverse((template.path.matches('/').count(), template.path.clone())));
        templates
    }

    /// The texts of the templates by source.
    pub(super) fn texts(&self) -> Texts {
        self.templates.values().map(|template| (template.source, Arc::clone(&template.text))).collect()
    }
}

impl Template {
    /// What the template sees; its own name and folder stand there until another one of its chart is asked.
    pub(super) fn data(&self) -> Value {
        let own = [("Name", self.path.clone()), ("BasePath", self.base.clone())];
        let own = own.map(|(name, value)| (SmolStr::new_static(name), value.into()));
        let own = Map::of(Type::Values, own.into_iter().collect());
        let written = self.scope.set("Template", own.into());
        debug_assert!(written.is_ok(), "the map is not nil");
        self.scope.clone().into()
    }
}

/// `.Chart`
fn chart(metadata: &Metadata, is_root: bool) -> Map {
    let list = |texts: &[SmolStr]| Value::from(List::new(texts.iter().cloned().map(Value::from).collect()));
    let maintainers = metadata.maintainers.iter().map(|maintainer| {
        object([
            ("Name", maintainer.name.clone().into()),
            ("Email", maintainer.email.clone().into()),
            ("URL", maintainer.url.clone().into()),
        ])
    });
    let string_map = Type::Map(&Type::String);
    let annotations = match &metadata.annotations {
        None => Map::nil(string_map),
        Some(entries) => Map::of(
            string_map,
            entries.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect(),
        ),
    };
    let dependencies = metadata.dependencies.iter().flatten().map(dependency);
    let value = object([
        ("Name", metadata.name.clone().into()),
        ("Home", metadata.home.clone().into()),
        ("Sources", list(&metadata.sources)),
        ("Version", metadata.version.clone().into()),
        ("Description", metadata.description.clone().into()),
        ("Keywords", list(&metadata.keywords)),
        ("Maintainers", List::new(maintainers.collect()).into()),
        ("Icon", metadata.icon.clone().into()),
        ("APIVersion", metadata.api_version.clone().into()),
        ("Condition", metadata.condition.clone().into()),
        ("Tags", metadata.tags.clone().into()),
        ("AppVersion", metadata.app_version.clone().into()),
        ("Deprecated", metadata.deprecated.into()),
        ("Annotations", annotations.into()),
        ("KubeVersion", metadata.kube_version.clone().into()),
        ("Dependencies", List::new(dependencies.collect()).into()),
        ("Type", metadata.kind.clone().into()),
        ("IsRoot", is_root.into()),
    ]);
    value.as_map().cloned().unwrap_or_default()
}

fn dependency(dependency: &Dependency) -> Value {
    let imports = dependency.import_values.iter().filter_map(|import| {
        let (child, parent) = match import {
            ImportValues::Export(name) => (format_smolstr!("exports.{name}"), SmolStr::new_static(".")),
            ImportValues::Table { child, parent } => (child.clone(), parent.clone()),
            ImportValues::Other => return None,
        };
        let entries = [("child", child), ("parent", parent)];
        let entries = entries.map(|(name, value)| (SmolStr::new_static(name), Value::from(value)));
        Some(Value::from(Map::of(Type::Map(&Type::String), entries.into_iter().collect())))
    });
    object([
        ("Name", dependency.name.clone().into()),
        ("Version", dependency.version.clone().into()),
        ("Repository", dependency.repository.clone().into()),
        ("Condition", dependency.condition.clone().into()),
        ("Tags", List::new(dependency.tags.iter().cloned().map(Value::from).collect()).into()),
        ("Enabled", dependency.enabled.into()),
        ("ImportValues", List::new(imports.collect()).into()),
        ("Alias", dependency.alias.clone().into()),
    ])
}

fn object<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    let entries = fields.map(|(name, value)| (SmolStr::new_static(name), value));
    Value::from(entries.into_iter().collect::<Map>())
}
