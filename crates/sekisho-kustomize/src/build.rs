//! One build: from a folder to its objects, and what is done once at its end.

use sekisho_manifest::{Node, Source, SourceId, Span, to_yaml};
use smol_str::SmolStr;

use crate::accumulate::Accumulator;
use crate::builder::{Budget, Builder};
use crate::charts::Charts;
use crate::decode::{Pair, Text};
use crate::error::{BuildError, BuildErrorKind, Result};
use crate::field_spec::FieldSpec;
use crate::files::{Files, join};
use crate::generate::hash;
use crate::id::Gvk;
use crate::kustomization::Kustomization;
use crate::origin::{ORIGIN, TRANSFORMATIONS, list};
use crate::transform::{map, sort};
use crate::{name_reference, read, tree};

/// How to build.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The id of the first source that is read; the others follow.
    pub first_source: SourceId,
    /// The limits.
    pub budget: Budget,
}

/// What a kustomization builds to.
#[derive(Debug)]
pub struct Built {
    /// The objects in the order of kustomize. Their spans count in the sources.
    pub objects: Vec<Node>,
    /// Every file that was read, in the order of their ids.
    pub sources: Vec<Source>,
    /// The folders of all kustomizations that took part, the first one first.
    pub folders: Vec<SmolStr>,
}

impl Built {
    /// The objects as `kustomize build` prints them.
    pub fn to_yaml(&self) -> String {
        let documents: Vec<String> = self.objects.iter().map(|object| to_yaml(&object.to_json())).collect();
        documents.join("---\n")
    }
}

/// Builds the kustomization in a folder, as `kubectl kustomize` does.
///
/// # Errors
///
/// The first thing that is wrong, with its file and place. Charts are an error where `charts` is none.
pub fn build(
    folder: &str,
    files: &dyn Files,
    charts: Option<&dyn Charts>,
    options: &Options,
) -> Result<Built, BuildError> {
    let mut builder = Builder::new(files, charts, options.first_source, &options.budget);
    match run(&mut builder, folder) {
        Ok(objects) => Ok(Built { objects, sources: builder.texts.into_sources(), folders: builder.folders }),
        Err(fault) => {
            let mut error = builder.texts.error(fault);
            if error.file.is_empty() {
                error.file = builder.folder_name(folder);
            }
            Err(error)
        }
    }
}

fn run(builder: &mut Builder<'_>, folder: &str) -> Result<Vec<Node>> {
    let folder = join("", folder).ok_or_else(|| BuildErrorKind::Leaves(folder.into()))?;
    let kustomization = builder.load_kustomization(&folder, None)?;
    let mut accumulator = builder.accumulate_root(&folder, &kustomization)?;
    let set = &mut accumulator.resources;
    hash::add(set)?;
    name_reference::update(set, &accumulator.config.name_references, &builder.texts)?;
    accumulator.variables.resolve(set, &accumulator.config.variable_references, &builder.texts)?;
    finish(builder, accumulator, &kustomization)
}

/// Drops what is local, sorts, and takes away what only the build needs.
fn finish(
    builder: &Builder<'_>,
    accumulator: Accumulator,
    kustomization: &Kustomization,
) -> Result<Vec<Node>> {
    let mut set = accumulator.resources;
    set.resources.retain(|resource| {
        let local = resource.annotation("config.kubernetes.io/local-config");
        local.is_none_or(|local| local == "false")
    });
    sort::sort(&mut set, kustomization.sort_order.as_ref());
    let metadata = kustomization.build_metadata;
    if metadata.managed_by {
        let span = builder.texts.whole(kustomization.source);
        let span = Span { end: span.start, ..span };
        let pair = Pair {
            key: "app.kubernetes.io/managed-by".into(),
            key_span: span,
            value: Text { value: "kustomize-v5.8.1".into(), span },
        };
        let spec = FieldSpec::new(Gvk::default(), "metadata/labels", true);
        map::add(&mut set, &[pair], &[spec])?;
    }
    let mut nodes = 0_usize;
    for resource in &mut set.resources {
        read::complete(&resource.root)?;
        resource.normalize_map("annotations", &builder.texts, &is_internal);
        let span = resource.span();
        let origin = resource.origin.as_ref().filter(|_| metadata.origins).map(crate::origin::Origin::text);
        let changes =
            Some(list(&resource.transformations)).filter(|text| metadata.transformers && !text.is_empty());
        for (key, value) in [(ORIGIN, origin), (TRANSFORMATIONS, changes)] {
            if let Some(value) = value
                && let Some(metadata) = tree::mapping_at(&mut resource.root, "metadata", span)
                && let Some(annotations) = tree::mapping_at(metadata, "annotations", span)
            {
                tree::set(annotations, key, span, tree::text(value, span));
            }
        }
        builder.texts.surface(&mut resource.root);
        nodes = nodes.saturating_add(tree::size(&resource.root));
        let limit = builder.budget.nodes;
        if nodes > limit {
            return Err(BuildErrorKind::Budget { what: "values in all objects", limit }.into());
        }
    }
    Ok(set.resources.into_iter().map(|resource| resource.root).collect())
}

/// Whether an annotation is one by which kustomize talks to itself.
fn is_internal(key: &str) -> bool {
    const INTERNAL: [&str; 15] = [
        "previousKinds",
        "previousNames",
        "prefixes",
        "suffixes",
        "previousNamespaces",
        "allowNameChange",
        "allowKindChange",
        "refBy",
        "generatorBehavior",
        "needsHashSuffix",
        "path",
        "index",
        "seqindent",
        "id",
        "helm-generated",
    ];
    const OTHERS: [&str; 6] = [
        "internal.config.kubernetes.io/annotations-migration-resource-id",
        "config.kubernetes.io/path",
        "config.kubernetes.io/index",
        "config.k8s.io/id",
        ORIGIN,
        TRANSFORMATIONS,
    ];
    match key.strip_prefix("internal.config.kubernetes.io/") {
        Some(name) => INTERNAL.contains(&name) || OTHERS.contains(&key),
        None => OTHERS.contains(&key),
    }
}
