//! What the tests share: the rendering of a set of templates over values as a chart has them.

use std::collections::BTreeMap;

use sekisho_chart::functions::State;
use sekisho_chart::template::{Budget, Rendered, TemplateError, TemplateSet, on_deep_stack};
use sekisho_chart::value::{Map, Type, Value, ValueKey};
use sekisho_manifest::{Budget as LoadBudget, SourceId, load_one};

/// The source of the values; templates have the sources from 0 on.
pub(crate) const VALUES: SourceId = SourceId(1_000);

/// Renders the template `render` of a set.
///
/// # Panics
/// Where the values are no YAML.
pub(crate) fn render(
    templates: &BTreeMap<String, String>,
    values: &str,
    render: &str,
) -> Result<String, TemplateError> {
    on_deep_stack(|| render_here(templates, values, render, Budget::default()).map(|rendered| rendered.text))
        .unwrap()
}

/// Renders on this thread's stack; the result holds origins.
pub(crate) fn render_here(
    templates: &BTreeMap<String, String>,
    values: &str,
    render: &str,
    budget: Budget,
) -> Result<Rendered, TemplateError> {
    let mut set = TemplateSet::new();
    for (index, (name, text)) in templates.iter().enumerate() {
        set.add(name, SourceId(u32::try_from(index).unwrap()), text.as_str())?;
    }
    set.rendering(budget, State::default()).render(render, &root(values, render))
}

/// What a chart's templates see as `.`.
fn root(values: &str, template: &str) -> Value {
    let loaded = load_one(VALUES, values, &LoadBudget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    let key = ValueKey::root(None);
    let values = match loaded.documents.first() {
        Some(document) => Value::from_node(&document.root, &key),
        None => Value::NIL,
    };
    let values = values.as_map().map(|map| map.entries().clone()).unwrap_or_default();
    let release = [
        ("Name", "release".into()),
        ("Namespace", "space".into()),
        ("Revision", Value::int(1)),
        ("IsInstall", true.into()),
        ("IsUpgrade", false.into()),
        ("Service", "Helm".into()),
    ];
    let chart = [("Name", "chart".into()), ("Version", "1.2.3".into()), ("AppVersion", "4.5.6".into())];
    let place = [("Name", template.into()), ("BasePath", "chart/templates".into())];
    let root = [
        ("Values", Map::of(Type::Values, values).into()),
        ("Release", map(release)),
        ("Chart", map(chart)),
        ("Template", Map::of(Type::Values, entries(place)).into()),
    ];
    Map::of(Type::Values, entries(root)).into()
}

fn map<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Map::of(Type::MAP, entries(pairs)).into()
}

fn entries<const N: usize>(pairs: [(&str, Value); N]) -> BTreeMap<smol_str::SmolStr, Value> {
    pairs.into_iter().map(|(key, value)| (key.into(), value)).collect()
}
