//! The entries of a kustomization that inflate charts.

use sekisho_manifest::{Node, Span};

use crate::decode::{Fields, Text};
use crate::error::{BuildErrorKind, Result};

/// What holds for all charts of a kustomization.
#[derive(Debug, Clone, Default)]
pub(crate) struct HelmGlobals {
    pub(crate) chart_home: Text,
}

impl HelmGlobals {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let globals = Self { chart_home: fields.text("chartHome")? };
        fields.text("configHome")?;
        fields.finish()?;
        Ok(globals)
    }
}

/// How inline values and those of a file come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ValuesMerge {
    /// Those of the file win.
    Merge,
    /// The inline ones win.
    #[default]
    Override,
    /// There are only the inline ones.
    Replace,
}

/// An entry of `helmCharts`.
#[derive(Debug, Clone)]
pub(crate) struct HelmChart {
    pub(crate) name: Text,
    pub(crate) version: Text,
    pub(crate) repository: Text,
    pub(crate) release: Text,
    pub(crate) name_template: Text,
    pub(crate) namespace: Text,
    pub(crate) values_file: Text,
    pub(crate) more_values: Vec<Text>,
    pub(crate) values: Option<Node>,
    pub(crate) values_merge: ValuesMerge,
    pub(crate) include_crds: bool,
    pub(crate) skip_hooks: bool,
    pub(crate) skip_tests: bool,
    pub(crate) api_versions: Vec<Text>,
    pub(crate) kube_version: Text,
    pub(crate) span: Span,
}

impl HelmChart {
    pub(crate) fn read(mut fields: Fields<'_>) -> Result<Self> {
        let chart = Self {
            name: fields.text("name")?,
            version: fields.text("version")?,
            repository: fields.text("repo")?,
            release: fields.text("releaseName")?,
            name_template: fields.text("nameTemplate")?,
            namespace: fields.text("namespace")?,
            values_file: fields.text("valuesFile")?,
            more_values: fields.texts("additionalValuesFiles")?,
            values: fields.node("valuesInline").cloned(),
            values_merge: values_merge(&mut fields)?,
            include_crds: fields.flag("includeCRDs")?,
            skip_hooks: fields.flag("skipHooks")?,
            skip_tests: fields.flag("skipTests")?,
            api_versions: fields.texts("apiVersions")?,
            kube_version: fields.text("kubeVersion")?,
            span: fields.span(),
        };
        fields.flag("debug")?;
        fields.flag("devel")?;
        fields.finish()?;
        Ok(chart)
    }
}

/// Reads an entry of the older `helmChartInflationGenerator`.
pub(super) fn read_old(mut fields: Fields<'_>) -> Result<(HelmChart, Option<HelmGlobals>)> {
    let chart = HelmChart {
        name: fields.text("chartName")?,
        version: fields.text("chartVersion")?,
        repository: fields.text("chartRepoUrl")?,
        release: fields.text("releaseName")?,
        name_template: Text::default(),
        namespace: Text::default(),
        values_file: fields.text("values")?,
        more_values: Vec::new(),
        values: fields.node("valuesLocal").cloned(),
        values_merge: values_merge(&mut fields)?,
        include_crds: false,
        skip_hooks: false,
        skip_tests: false,
        api_versions: Vec::new(),
        kube_version: Text::default(),
        span: fields.span(),
    };
    let chart_home = fields.text("chartHome")?;
    for unused in ["chartRepoName", "helmBin", "helmHome", "releaseNamespace"] {
        fields.text(unused)?;
    }
    fields.texts("extraArgs")?;
    fields.finish()?;
    let globals = (!chart_home.is_empty()).then_some(HelmGlobals { chart_home });
    Ok((chart, globals))
}

fn values_merge(fields: &mut Fields<'_>) -> Result<ValuesMerge> {
    let written = fields.text("valuesMerge")?;
    match &*written {
        "" | "override" => Ok(ValuesMerge::Override),
        "merge" => Ok(ValuesMerge::Merge),
        "replace" => Ok(ValuesMerge::Replace),
        _ => {
            let (value, expected) = (written.value.clone(), "`merge`, `override` or `replace`");
            Err(BuildErrorKind::FieldValue { field: "valuesMerge", value, expected }.at(written.span))
        }
    }
}
