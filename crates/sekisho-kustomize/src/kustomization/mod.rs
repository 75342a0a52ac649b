//! A kustomization as its file says it.

mod entry;
mod helm;

pub(crate) use self::entry::{
    FieldOptions, GeneratorEntry, GeneratorOptions, Image, LabelEntry, PatchEntry, Replacement,
    ReplacementEntry, Replica, SortOrder, SourceSelector, TargetSelector, VariableEntry,
};
pub(crate) use self::helm::{HelmChart, HelmGlobals, ValuesMerge};

use sekisho_manifest::{Node, SourceId};
use smol_str::SmolStr;

use crate::decode::{Fields, Mode, Pair, Text};
use crate::error::{BuildErrorKind, Result};

/// Whether a folder stands for itself or is mixed into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Kustomization,
    Component,
}

/// What a build can note on its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the options are independent of each other")]
pub(crate) struct BuildMetadata {
    /// Whether anything is noted at all.
    pub(crate) any: bool,
    pub(crate) origins: bool,
    pub(crate) transformers: bool,
    pub(crate) managed_by: bool,
}

/// The schema that a kustomization names.
#[derive(Debug, Clone)]
pub(crate) struct OpenApi {
    pub(crate) version: Option<Text>,
    /// A file.
    pub(crate) path: Option<Text>,
}

impl OpenApi {
    fn read(mut fields: Fields<'_>) -> Result<Self> {
        Ok(Self { version: fields.optional_text("version")?, path: fields.optional_text("path")? })
    }

    /// Checks that only what kustomize has is asked for.
    pub(crate) fn check(&self) -> Result<()> {
        if let (Some(_), Some(path)) = (&self.version, &self.path) {
            return Err(BuildErrorKind::Entry("`openapi` takes `path` or `version`, not both").at(path.span));
        }
        match self.version.as_ref().filter(|version| !version.is_empty() && ***version != *"v1.21.2") {
            Some(version) => {
                let (field, value) = ("openapi.version", version.value.clone());
                Err(BuildErrorKind::FieldValue { field, value, expected: "`v1.21.2`" }.at(version.span))
            }
            None => Ok(()),
        }
    }
}

/// The fields of a kustomization.
#[derive(Debug)]
pub(crate) struct Kustomization {
    /// The name of its file in its folder.
    pub(crate) file_name: &'static str,
    pub(crate) source: SourceId,
    pub(crate) kind: Kind,
    pub(crate) resources: Vec<Text>,
    pub(crate) components: Vec<Text>,
    pub(crate) crds: Vec<Text>,
    pub(crate) configurations: Vec<Text>,
    pub(crate) generators: Vec<Text>,
    pub(crate) transformers: Vec<Text>,
    pub(crate) validators: Vec<Text>,
    pub(crate) name_prefix: Text,
    pub(crate) name_suffix: Text,
    pub(crate) namespace: Text,
    pub(crate) labels: Vec<LabelEntry>,
    pub(crate) common_labels: Vec<Pair>,
    pub(crate) common_annotations: Vec<Pair>,
    pub(crate) patches: Vec<PatchEntry>,
    pub(crate) patches_strategic_merge: Vec<Text>,
    pub(crate) patches_json: Vec<PatchEntry>,
    pub(crate) images: Vec<Image>,
    pub(crate) replicas: Vec<Replica>,
    pub(crate) replacements: Vec<ReplacementEntry>,
    pub(crate) variables: Vec<VariableEntry>,
    pub(crate) config_maps: Vec<GeneratorEntry>,
    pub(crate) secrets: Vec<GeneratorEntry>,
    pub(crate) generator_options: Option<GeneratorOptions>,
    pub(crate) helm_globals: Option<HelmGlobals>,
    pub(crate) helm_charts: Vec<HelmChart>,
    pub(crate) sort_order: Option<SortOrder>,
    pub(crate) build_metadata: BuildMetadata,
    pub(crate) open_api: Option<OpenApi>,
}

impl Kustomization {
    /// Reads the document of a kustomization.
    pub(crate) fn read(root: &Node, file_name: &'static str, source: SourceId) -> Result<Self> {
        if root.as_mapping().is_none() && !root.is_null() {
            let message = "a kustomization is a mapping of fields such as `resources`: correct the file";
            return Err(BuildErrorKind::Entry(message).at(root.span));
        }
        let mut fields = Fields::new(root, Mode::Strict)?;
        let kind = read_kind(&mut fields)?;
        let idle = |entry: &sekisho_manifest::Entry| {
            let named = ["kind", "apiversion"].contains(&entry.key.to_ascii_lowercase().as_str());
            named || entry.node.is_null() || entry.node.as_str() == Some("")
        };
        if root.entries().iter().all(idle) {
            return Err(BuildErrorKind::EmptyKustomization.at(root.span));
        }
        fields.part("metadata", read_metadata)?;
        let mut resources = fields.texts("resources")?;
        resources.extend(fields.texts("bases")?);
        let mut images = fields.list("images", Image::read)?;
        images.extend(fields.list("imageTags", Image::read)?);
        let mut helm_globals = fields.part("helmGlobals", HelmGlobals::read)?;
        let mut helm_charts = fields.list("helmCharts", HelmChart::read)?;
        for (chart, globals) in fields.list("helmChartInflationGenerator", helm::read_old)? {
            helm_charts.push(chart);
            helm_globals = helm_globals.or(globals);
        }
        let kustomization = Self {
            file_name,
            source,
            kind,
            resources,
            images,
            helm_globals,
            helm_charts,
            components: fields.texts("components")?,
            crds: fields.texts("crds")?,
            configurations: fields.texts("configurations")?,
            generators: fields.texts("generators")?,
            transformers: fields.texts("transformers")?,
            validators: fields.texts("validators")?,
            name_prefix: fields.text("namePrefix")?,
            name_suffix: fields.text("nameSuffix")?,
            namespace: fields.text("namespace")?,
            labels: fields.list("labels", LabelEntry::read)?,
            common_labels: fields.pairs("commonLabels")?,
            common_annotations: fields.pairs("commonAnnotations")?,
            patches: fields.list("patches", PatchEntry::read)?,
            patches_strategic_merge: fields.texts("patchesStrategicMerge")?,
            patches_json: fields.list("patchesJson6902", PatchEntry::read)?,
            replicas: fields.list("replicas", Replica::read)?,
            replacements: fields.list("replacements", ReplacementEntry::read)?,
            variables: fields.list("vars", VariableEntry::read)?,
            config_maps: fields.list("configMapGenerator", GeneratorEntry::read_config_map)?,
            secrets: fields.list("secretGenerator", GeneratorEntry::read_secret)?,
            generator_options: fields.part("generatorOptions", GeneratorOptions::read)?,
            sort_order: fields.part("sortOptions", SortOrder::read)?,
            build_metadata: read_build_metadata(&mut fields)?,
            open_api: fields.part("openapi", OpenApi::read)?,
        };
        fields.finish()?;
        Ok(kustomization)
    }
}

fn read_kind(fields: &mut Fields<'_>) -> Result<Kind> {
    let (written, version) = (fields.text("kind")?, fields.text("apiVersion")?);
    let (kind, wanted) = match written.as_ref() {
        "" | "Kustomization" => (Kind::Kustomization, "kustomize.config.k8s.io/v1beta1"),
        "Component" => (Kind::Component, "kustomize.config.k8s.io/v1alpha1"),
        _ => {
            let expected = "`Kustomization` or `Component`";
            let value = written.value.clone();
            return Err(BuildErrorKind::FieldValue { field: "kind", value, expected }.at(written.span));
        }
    };
    if !version.is_empty() && *version != *wanted {
        let value = version.value.clone();
        return Err(
            BuildErrorKind::FieldValue { field: "apiVersion", value, expected: wanted }.at(version.span)
        );
    }
    Ok(kind)
}

fn read_metadata(mut fields: Fields<'_>) -> Result<()> {
    fields.text("name")?;
    fields.text("namespace")?;
    fields.pairs("labels")?;
    fields.pairs("annotations")?;
    fields.finish()
}

fn read_build_metadata(fields: &mut Fields<'_>) -> Result<BuildMetadata> {
    let mut metadata = BuildMetadata::default();
    for option in fields.texts("buildMetadata")? {
        metadata.any = true;
        match &*option {
            "originAnnotations" => metadata.origins = true,
            "transformerAnnotations" => metadata.transformers = true,
            "managedByLabel" => metadata.managed_by = true,
            _ => {}
        }
    }
    Ok(metadata)
}

/// Whether a text is the name of a value that is not set.
pub(crate) fn some(text: Text) -> Option<SmolStr> {
    Some(text.value).filter(|text| !text.is_empty())
}
