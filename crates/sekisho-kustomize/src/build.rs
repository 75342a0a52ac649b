//! One build: its limits, the files that it reads, and what is done once at its end.

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_manifest::{Node, Source, SourceId, Span, to_yaml};
use smol_str::{SmolStr, format_smolstr};

use crate::accumulate::Accumulator;
use crate::charts::Charts;
use crate::decode::{Pair, Text};
use crate::error::{BuildError, BuildErrorKind, Fault, Result};
use crate::field_spec::FieldSpec;
use crate::files::{Files, is_url, is_within, join, shown};
use crate::generate::hash;
use crate::id::Gvk;
use crate::kustomization::Kustomization;
use crate::origin::{ORIGIN, TRANSFORMATIONS, list};
use crate::resource_set::ResourceSet;
use crate::schema::Schemas;
use crate::texts::Texts;
use crate::transform::{map, sort};
use crate::{name_reference, read, tree};

/// What one build may cost; each limit that is passed is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Kustomizations that are read, each as often as it is referred to.
    pub kustomizations: usize,
    /// How many bases may lie one above the other.
    pub depth: usize,
    /// Bytes of all files together.
    pub bytes: usize,
    /// Objects at any time.
    pub objects: usize,
    /// Values in all objects together.
    pub nodes: usize,
    /// Limits on each file.
    pub file: sekisho_manifest::Budget,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            kustomizations: 5_000,
            depth: 60,
            bytes: 512 << 20,
            objects: 100_000,
            nodes: 20_000_000,
            file: sekisho_manifest::Budget::default(),
        }
    }
}

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
    let mut builder = Builder {
        files,
        charts,
        budget: &options.budget,
        texts: Texts::new(options.first_source),
        schemas: Schemas::default(),
        loaded: HashMap::new(),
        bytes: 0,
        kustomizations: 0,
        folders: Vec::new(),
    };
    match builder.run(folder) {
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

/// A build that is under way.
pub(crate) struct Builder<'b> {
    pub(crate) files: &'b dyn Files,
    pub(crate) charts: Option<&'b dyn Charts>,
    pub(crate) budget: &'b Budget,
    pub(crate) texts: Texts,
    pub(crate) schemas: Schemas,
    /// The files that were read, by path.
    loaded: HashMap<SmolStr, (SourceId, Arc<[u8]>)>,
    bytes: usize,
    pub(crate) kustomizations: usize,
    pub(crate) folders: Vec<SmolStr>,
}

impl Builder<'_> {
    fn run(&mut self, folder: &str) -> Result<Vec<Node>> {
        let folder = join("", folder).ok_or_else(|| BuildErrorKind::Leaves(folder.into()))?;
        let kustomization = self.load_kustomization(&folder, None)?;
        let mut accumulator = self.accumulate_root(&folder, &kustomization)?;
        let set = &mut accumulator.resources;
        add_hashes(set)?;
        name_reference::update(set, &accumulator.config.name_references, &self.texts)?;
        accumulator.variables.resolve(set, &accumulator.config.variable_references, &self.texts)?;
        self.finish(accumulator, &kustomization)
    }

    /// Drops what is local, sorts, and takes away what only the build needs.
    fn finish(&self, accumulator: Accumulator, kustomization: &Kustomization) -> Result<Vec<Node>> {
        let mut set = accumulator.resources;
        set.resources.retain(|resource| {
            let local = resource.annotation("config.kubernetes.io/local-config");
            local.is_none_or(|local| local == "false")
        });
        sort::sort(&mut set, kustomization.sort_order.as_ref());
        let metadata = kustomization.build_metadata;
        if metadata.managed_by {
            let span = self.texts.whole(kustomization.source);
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
            resource.normalize_map("annotations", &self.texts, &is_internal);
            let span = resource.span();
            let origin =
                resource.origin.as_ref().filter(|_| metadata.origins).map(crate::origin::Origin::text);
            let changes = Some(list(&resource.transformations))
                .filter(|text| metadata.transformers && !text.is_empty());
            for (key, value) in [(ORIGIN, origin), (TRANSFORMATIONS, changes)] {
                if let Some(value) = value
                    && let Some(metadata) = tree::mapping_at(&mut resource.root, "metadata", span)
                    && let Some(annotations) = tree::mapping_at(metadata, "annotations", span)
                {
                    tree::set(annotations, key, span, tree::text(value, span));
                }
            }
            self.texts.surface(&mut resource.root);
            nodes = nodes.saturating_add(tree::size(&resource.root));
            let limit = self.budget.nodes;
            if nodes > limit {
                return Err(BuildErrorKind::Budget { what: "values in all objects", limit }.into());
            }
        }
        Ok(set.resources.into_iter().map(|resource| resource.root).collect())
    }

    /// The bytes of a file in or below the folder of a kustomization.
    pub(crate) fn load_bytes(&mut self, folder: &str, path: &Text) -> Result<(SourceId, Arc<[u8]>)> {
        if is_url(path) {
            return Err(BuildErrorKind::Remote(path.value.clone()).at(path.span));
        }
        let whole = join(folder, path).filter(|whole| is_within(folder, whole));
        let Some(whole) = whole else {
            let (path_text, root) = (path.value.clone(), self.folder_name(folder));
            return Err(BuildErrorKind::OutsideRoot { path: path_text, root }.at(path.span));
        };
        match self.read(&whole) {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(BuildErrorKind::NoFile(path.value.clone()).at(path.span)),
            Err(fault) => Err(fault.or_at(path.span)),
        }
    }

    /// The text of a file in or below the folder of a kustomization.
    pub(crate) fn load_text(&mut self, folder: &str, path: &Text) -> Result<(SourceId, String)> {
        let (source, bytes) = self.load_bytes(folder, path)?;
        let whole = self.texts.whole(source);
        let text = read::text(source, bytes.to_vec()).map_err(|fault| fault.or_at(whole))?;
        Ok((source, text))
    }

    /// The one document of a file in or below the folder of a kustomization.
    pub(crate) fn load_document(&mut self, folder: &str, path: &Text) -> Result<Node> {
        let (source, text) = self.load_text(folder, path)?;
        read::document(&text, source, &self.budget.file)
    }

    /// A file by its path from the root; none where there is none.
    pub(crate) fn read(&mut self, path: &SmolStr) -> Result<Option<(SourceId, Arc<[u8]>)>> {
        if let Some(found) = self.loaded.get(path) {
            return Ok(Some(found.clone()));
        }
        let unreadable = |reason| {
            let path = self.files.name(path);
            Fault::from(BuildErrorKind::Unreadable { path, reason })
        };
        let Some(bytes) = self.files.read(path).map_err(unreadable)? else { return Ok(None) };
        self.bytes = self.bytes.saturating_add(bytes.len());
        let limit = self.budget.bytes;
        if self.bytes > limit {
            return Err(BuildErrorKind::Budget { what: "bytes in all files", limit }.into());
        }
        let source = self.texts.next();
        let text = sekisho_manifest::decode(source, &bytes).map(std::borrow::Cow::into_owned);
        self.texts.add(self.files.name(path), text.unwrap_or_default());
        let found = (source, Arc::from(bytes));
        self.loaded.insert(path.clone(), found.clone());
        Ok(Some(found))
    }

    /// A folder as the caller calls it.
    pub(crate) fn folder_name(&self, folder: &str) -> SmolStr {
        shown(&self.files.name(folder))
    }

    /// Checks that there are not too many objects.
    pub(crate) fn check_count(&self, set: &ResourceSet) -> Result<()> {
        let limit = self.budget.objects;
        if set.resources.len() > limit {
            return Err(BuildErrorKind::Budget { what: "objects", limit }.into());
        }
        Ok(())
    }
}

/// Puts hashes behind the names of generated objects.
pub(crate) fn add_hashes(set: &mut ResourceSet) -> Result<()> {
    for resource in set.resources.iter_mut().filter(|resource| resource.needs_hash) {
        let name = format_smolstr!("{}-{}", resource.name(), hash::of(resource));
        let span = resource.span();
        resource.remember();
        resource.set_name(&name, span)?;
    }
    Ok(())
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
