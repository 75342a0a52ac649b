//! Charts, which the caller renders.

use smol_str::format_smolstr;

use crate::builder::Builder;
use crate::charts::Chart;
use crate::decode::Text;
use crate::error::{BuildErrorKind, Result};
use crate::files::{is_within, join, within};
use crate::kustomization::{HelmChart, HelmGlobals, ValuesMerge, some};
use crate::merge::Merging;
use crate::read;
use crate::resource::{Maker, Resource};

/// Where charts lie unless a kustomization says otherwise.
const HOME: &str = "charts";

/// The objects of a chart.
pub(crate) fn generate(
    chart: &HelmChart,
    globals: Option<&HelmGlobals>,
    namespace: Option<&str>,
    folder: &str,
    builder: &mut Builder<'_>,
) -> Result<Vec<Resource>> {
    let fail = |reason: &str| {
        let (name, reason) = (chart.name.value.clone(), reason.to_owned());
        BuildErrorKind::Chart { name, reason }.at(chart.span)
    };
    if chart.name.is_empty() {
        return Err(BuildErrorKind::Entry("a chart needs `name`").at(chart.span));
    }
    let Some(charts) = builder.charts else {
        return Err(fail("helm charts are not rendered here"));
    };
    let home = globals.map_or("", |globals| &globals.chart_home);
    let home = join(folder, if home.is_empty() { HOME } else { home });
    let mut home = home.ok_or_else(|| BuildErrorKind::Leaves(HOME.into()).at(chart.span))?;
    if !chart.version.is_empty() && !chart.repository.is_empty() {
        let versioned = format_smolstr!("{}-{}", chart.name.value, chart.version.value);
        home = within(&home, &versioned);
    }
    let place = within(&home, &chart.name);
    let more_values = more_values(chart, folder, builder)?;
    let request = Chart {
        name: chart.name.value.clone(),
        values: values(chart, &place, folder, builder)?,
        folder: place,
        repository: some(chart.repository.clone()),
        version: some(chart.version.clone()),
        release: some(chart.release.clone()),
        name_template: some(chart.name_template.clone()),
        namespace: some(chart.namespace.clone()).or_else(|| namespace.map(Into::into)),
        more_values,
        include_crds: chart.include_crds,
        skip_hooks: chart.skip_hooks,
        skip_tests: chart.skip_tests,
        api_versions: chart.api_versions.iter().map(|version| version.value.clone()).collect(),
        kube_version: some(chart.kube_version.clone()),
        span: chart.span,
    };
    let objects = charts.render(&request).map_err(|reason| fail(&reason))?;
    Ok(objects
        .into_iter()
        .map(|root| {
            let mut resource = Resource::new(root);
            resource.maker = Maker::Chart;
            resource
        })
        .collect())
}

fn more_values(chart: &HelmChart, folder: &str, builder: &mut Builder<'_>) -> Result<Vec<smol_str::SmolStr>> {
    let mut paths = Vec::new();
    for path in &chart.more_values {
        builder.load_bytes(folder, path)?;
        paths.extend(join(folder, path));
    }
    Ok(paths)
}

/// The values that go over those of the chart.
fn values(
    chart: &HelmChart,
    place: &str,
    folder: &str,
    builder: &mut Builder<'_>,
) -> Result<Option<sekisho_manifest::Node>> {
    let inline = chart.values.as_ref().filter(|values| !values.entries().is_empty());
    let (replace, file) = (chart.values_merge == ValuesMerge::Replace, &chart.values_file);
    let is_there = builder.files.is_folder(place);
    // Kustomize reads the file itself where it has something to merge, else Helm does.
    let merges = inline.is_some();
    let mut load = |path: &Text| {
        if !merges {
            return builder.load_document(folder, path);
        }
        let (source, text) = builder.load_text(folder, path)?;
        read::core_document(&text, source, &builder.budget.file)
    };
    let of_file = if inline.is_some() && replace {
        None
    } else if file.is_empty() {
        let own = within(place, "values.yaml");
        let relative = own.strip_prefix(folder).unwrap_or(&own).trim_start_matches('/');
        let path = Text { value: relative.into(), span: chart.span };
        // A chart that is not on disk may still be known to the caller.
        if is_within(folder, &own) && is_there { Some(load(&path)?) } else { None }
    } else {
        Some(load(file)?)
    };
    let merging = Merging { texts: &builder.texts, schemas: &builder.schemas };
    match (inline, of_file) {
        (Some(inline), None) => Ok(Some(inline.clone())),
        (Some(inline), Some(file)) if chart.values_merge == ValuesMerge::Merge => {
            merging.values(inline, &file).map(Some)
        }
        (Some(inline), Some(file)) => merging.values(&file, inline).map(Some),
        (None, file) => Ok(file),
    }
}
