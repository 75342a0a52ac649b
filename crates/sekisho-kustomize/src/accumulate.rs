//! From a kustomization to its objects: bases, files, generators, components, transformations.

use std::sync::Arc;

use sekisho_manifest::{Node, SourceId};
use smol_str::{SmolStr, format_smolstr};

use crate::builder::Builder;
use crate::config::{Config, of_resource_definitions};
use crate::decode::{Fields, Mode, Text};
use crate::embedded::Embedded;
use crate::error::{BuildErrorKind, Fault, Result};
use crate::field_spec::{FieldSpec, merge};
use crate::files::{NAMES, is_repository, is_url, is_within, join, within};
use crate::generate::{chart, data};
use crate::id::Gvk;
use crate::json_patch::{self, Operation};
use crate::kustomization::{Kind, Kustomization, PatchEntry, Replacement, ReplacementEntry};
use crate::merge::Merging;
use crate::origin::Origin;
use crate::plugin::Plugin;
use crate::read;
use crate::resource::Resource;
use crate::resource_set::ResourceSet;
use crate::transform::namespace::{Namespace, Subjects};
use crate::transform::patch::{LoadedPatch, Patch};
use crate::transform::{image, map, name, patch, replacement, replica};
use crate::variable::Variables;

/// What was collected so far: objects, and the rules that hold for them.
#[derive(Debug, Default)]
pub(crate) struct Accumulator {
    pub(crate) resources: ResourceSet,
    pub(crate) config: Config,
    pub(crate) variables: Variables,
}

/// A kustomization that is being worked on.
pub(crate) struct Target<'t> {
    pub(crate) folder: SmolStr,
    pub(crate) kustomization: &'t Kustomization,
    /// The path of the folder from where the build began, where origins are noted.
    origin: Option<String>,
    /// The namespace that the kustomization above gives to charts.
    chart_namespace: Option<SmolStr>,
    /// The folders of the kustomizations above.
    above: Vec<SmolStr>,
}

impl Target<'_> {
    /// What a field of the kustomization is as an origin.
    fn built_in(&self, kind: &'static str) -> Option<Origin> {
        let folder = self.origin.as_ref()?;
        Some(Origin::built_in(clean(folder, self.kustomization.file_name), kind))
    }
}

/// A path behind another, worked out by name; what leads out stays in front.
fn clean(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl Builder<'_> {
    /// Reads the kustomization of a folder. `reference` is the entry that names it.
    pub(crate) fn load_kustomization(
        &mut self,
        folder: &str,
        reference: Option<&Text>,
    ) -> Result<Kustomization> {
        self.kustomizations += 1;
        let limit = self.budget.kustomizations;
        if self.kustomizations > limit {
            return Err(BuildErrorKind::Budget { what: "kustomizations", limit }.into());
        }
        let at = |kind: BuildErrorKind| match reference {
            Some(reference) => kind.at(reference.span),
            None => kind.into(),
        };
        let mut found: Option<(&'static str, SourceId, Arc<[u8]>)> = None;
        for name in NAMES {
            if let Some((source, bytes)) = self.read(&within(folder, name))? {
                if let Some((first, ..)) = &found {
                    return Err(at(BuildErrorKind::TwoKustomizations(first, name)));
                }
                found = Some((name, source, bytes));
            }
        }
        let Some((name, source, bytes)) = found else { return Err(at(BuildErrorKind::NoKustomization)) };
        if !self.folders.iter().any(|known| known == folder) {
            self.folders.push(folder.into());
        }
        let whole = self.texts.whole(source);
        let text = read::text(source, bytes.to_vec()).map_err(|fault| fault.or_at(whole))?;
        let root = read::document(&text, source, &self.budget.file)?;
        Kustomization::read(&root, name, source)
    }

    /// Collects everything from the kustomization where the build begins.
    pub(crate) fn accumulate_root(
        &mut self,
        folder: &SmolStr,
        kustomization: &Kustomization,
    ) -> Result<Accumulator> {
        self.load_schema(folder, kustomization)?;
        let target = Target {
            folder: folder.clone(),
            kustomization,
            origin: kustomization.build_metadata.any.then(String::new),
            chart_namespace: None,
            above: Vec::new(),
        };
        self.accumulate(&target, Accumulator::default())
    }

    /// Loads the schema of a kustomization, unless one above it chose one.
    fn load_schema(&mut self, folder: &str, kustomization: &Kustomization) -> Result<()> {
        let Some(chosen) = &kustomization.open_api else { return Ok(()) };
        let schema = match &chosen.path {
            Some(path) => Some(self.load_document(folder, path)?),
            None => None,
        };
        if self.schemas.is_chosen() {
            return Ok(());
        }
        chosen.check()?;
        if schema.is_some() || chosen.version.as_ref().is_some_and(|version| !version.is_empty()) {
            self.schemas.choose(schema.as_ref())?;
        }
        Ok(())
    }

    fn accumulate(&mut self, target: &Target<'_>, mut all: Accumulator) -> Result<Accumulator> {
        let kustomization = target.kustomization;
        self.add_resources(target, &kustomization.resources, &mut all)?;
        self.add_config(target, &mut all)?;
        self.generate(target, &mut all)?;
        for path in &kustomization.components {
            all = self.add_folder(target, path, all, Kind::Component)?;
        }
        self.transform(target, &mut all)?;
        self.validate(target, &all)?;
        all.variables.add(&kustomization.variables, &mut all.resources)?;
        self.check_count(&all.resources)?;
        Ok(all)
    }

    /// Adds the objects of files and bases.
    fn add_resources(&mut self, target: &Target<'_>, paths: &[Text], all: &mut Accumulator) -> Result<()> {
        for path in paths {
            if self.is_base(target, path) {
                let before = std::mem::take(all);
                *all = self.add_folder(target, path, before, Kind::Kustomization)?;
                continue;
            }
            let (source, text) = self.load_text(&target.folder, path).map_err(|fault| match fault.kind {
                BuildErrorKind::NoFile(path) => Fault { kind: BuildErrorKind::NotFound(path), ..fault },
                _ => fault,
            })?;
            let objects = read::objects(&text, source, &self.budget.file)?;
            let origin = target.origin.as_ref().map(|folder| Origin::file(clean(folder, path)));
            let resources = self.resources(objects, origin.as_ref());
            all.resources.append(resources)?;
            self.check_count(&all.resources)?;
        }
        Ok(())
    }

    /// Objects that were read, ready to be changed.
    pub(crate) fn resources(&mut self, objects: Vec<Node>, origin: Option<&Origin>) -> Vec<Resource> {
        let resources = objects.into_iter().map(|root| {
            let mut resource = Resource::new(root);
            let (api_version, kind) = (resource.api_version(), resource.kind());
            self.schemas.meet(&api_version, &kind);
            resource.cluster_scoped = self.schemas.is_cluster_scoped(&api_version, &kind);
            resource.origin = origin.cloned();
            resource
        });
        resources.collect()
    }

    /// Whether an entry names a folder or something on another machine, not a file.
    fn is_base(&self, target: &Target<'_>, path: &Text) -> bool {
        is_repository(path)
            || is_url(path)
            || join(&target.folder, path).is_some_and(|whole| self.files.is_folder(&whole))
    }

    /// The folder that an entry names.
    fn folder_of(&self, target: &Target<'_>, path: &Text) -> Result<SmolStr> {
        if path.is_empty() {
            return Err(BuildErrorKind::Entry("an entry is empty: name a file or a folder").at(path.span));
        }
        if is_repository(path) || is_url(path) {
            return match self.files.remote(path) {
                Some(folder) => {
                    join("", &folder).ok_or_else(|| BuildErrorKind::Leaves(folder.into()).at(path.span))
                }
                None => Err(BuildErrorKind::Remote(path.value.clone()).at(path.span)),
            };
        }
        let folder = join(&target.folder, path)
            .ok_or_else(|| BuildErrorKind::Leaves(path.value.clone()).at(path.span))?;
        if !self.files.is_folder(&folder) {
            return Err(BuildErrorKind::NotFound(path.value.clone()).at(path.span));
        }
        let cycle = target.above.iter().chain([&target.folder]).any(|above| is_within(&folder, above));
        if cycle {
            return Err(BuildErrorKind::Cycle(self.folder_name(&folder)).at(path.span));
        }
        Ok(folder)
    }

    /// Adds what a folder builds to. A component works on what was collected before it, a base by itself.
    fn add_folder(
        &mut self,
        target: &Target<'_>,
        path: &Text,
        mut all: Accumulator,
        wanted: Kind,
    ) -> Result<Accumulator> {
        let folder = self.folder_of(target, path)?;
        let limit = self.budget.depth;
        if target.above.len() >= limit {
            return Err(BuildErrorKind::Budget { what: "bases above each other", limit }.at(path.span));
        }
        let kustomization = self.load_kustomization(&folder, Some(path))?;
        self.load_schema(&folder, &kustomization)?;
        if kustomization.kind != wanted {
            let (found, field) = match wanted {
                Kind::Component => ("kustomization", "resources"),
                Kind::Kustomization => ("component", "components"),
            };
            return Err(BuildErrorKind::WrongKind { path: path.value.clone(), found, field }.at(path.span));
        }
        let own = Some(&target.kustomization.namespace).filter(|namespace| !namespace.is_empty());
        let mut above = target.above.clone();
        above.push(target.folder.clone());
        let below = Target {
            folder,
            kustomization: &kustomization,
            origin: target.origin.as_ref().map(|origin| clean(origin, path)),
            chart_namespace: own.map(|own| own.value.clone()).or_else(|| target.chart_namespace.clone()),
            above,
        };
        if wanted == Kind::Component {
            let mut all = self.accumulate(&below, all)?;
            all.resources.check_unique()?;
            let mut config = Config::default();
            config.merge(&all.config)?;
            all.config = config;
            return Ok(all);
        }
        let added = self.accumulate(&below, Accumulator::default())?;
        all.resources.append(added.resources.resources).map_err(|fault| fault.or_at(path.span))?;
        all.config.merge(&added.config)?;
        all.variables.merge(added.variables)?;
        Ok(all)
    }

    fn add_config(&mut self, target: &Target<'_>, all: &mut Accumulator) -> Result<()> {
        let kustomization = target.kustomization;
        let mut config = Config::standard();
        if !kustomization.configurations.is_empty() {
            let mut own = Config::default();
            for path in &kustomization.configurations {
                let root = self.load_document(&target.folder, path)?;
                own.merge(&Config::read(&root)?)?;
            }
            config.merge(&own)?;
        }
        all.config.merge(&config)?;
        for path in &kustomization.crds {
            let root = self.load_document(&target.folder, path)?;
            all.config.merge(&of_resource_definitions(&root)?)?;
        }
        Ok(())
    }

    fn generate(&mut self, target: &Target<'_>, all: &mut Accumulator) -> Result<()> {
        let kustomization = target.kustomization;
        let global = kustomization.generator_options.as_ref();
        let entries = kustomization.config_maps.iter().map(|entry| (entry, "ConfigMapGenerator"));
        let secrets = kustomization.secrets.iter().map(|entry| (entry, "SecretGenerator"));
        for (entry, kind) in entries.chain(secrets) {
            let mut resource = data::generate(entry, global, &target.folder, self)?;
            resource.origin = target.built_in(kind);
            all.resources.absorb(vec![resource], &self.texts)?;
        }
        let namespace = Some(&kustomization.namespace.value).filter(|namespace| !namespace.is_empty());
        let namespace = namespace.or(target.chart_namespace.as_ref());
        for entry in &kustomization.helm_charts {
            let globals = kustomization.helm_globals.as_ref();
            let namespace = namespace.map(SmolStr::as_str);
            let mut resources = chart::generate(entry, globals, namespace, &target.folder, self)?;
            for resource in &mut resources {
                resource.origin = target.built_in("HelmChartInflationGenerator");
            }
            all.resources.absorb(resources, &self.texts)?;
        }
        for plugin in self.plugins(target, &kustomization.generators)? {
            let resources = plugin.generate(&target.folder, self)?;
            all.resources.absorb(resources, &self.texts)?;
        }
        Ok(())
    }

    /// The generators or transformers that have files of their own, or stand inline.
    fn plugins(&mut self, target: &Target<'_>, entries: &[Text]) -> Result<Vec<Plugin>> {
        let mut all = Accumulator::default();
        let mut paths = Vec::new();
        for entry in entries {
            let embedded = Embedded::new(entry, &mut self.texts);
            match read::embedded_objects(&embedded, &self.budget.file) {
                Ok(objects) => {
                    let file_name = target.kustomization.file_name;
                    let origin = target.origin.as_ref().map(|folder| Origin::file(clean(folder, file_name)));
                    let resources = self.resources(objects, origin.as_ref());
                    all.resources.append(resources)?;
                }
                Err(fault) if entry.contains('\n') => return Err(fault),
                Err(_) => paths.push(entry.clone()),
            }
        }
        self.add_resources(target, &paths, &mut all)?;
        all.resources
            .resources
            .into_iter()
            .map(|resource| Plugin::read(resource, &target.folder, self))
            .collect()
    }

    /// Runs a transformation and notes it.
    fn step(
        target: &Target<'_>,
        all: &mut Accumulator,
        kind: &'static str,
        run: impl FnOnce(&mut ResourceSet, &Config) -> Result<()>,
    ) -> Result<()> {
        run(&mut all.resources, &all.config)?;
        note(&mut all.resources, target.built_in(kind).as_ref());
        all.resources.drop_empty();
        Ok(())
    }

    fn transform(&mut self, target: &Target<'_>, all: &mut Accumulator) -> Result<()> {
        let steps = self.load_steps(target)?;
        if steps.has_merges() {
            self.schemas.collect();
        }
        let kustomization = target.kustomization;
        let merging = Merging { texts: &self.texts, schemas: &self.schemas };
        if !steps.strategic.is_empty() {
            Self::step(target, all, "PatchStrategicMergeTransformer", |set, _| {
                patch::strategic(set, &steps.strategic, &merging)
            })?;
        }
        for loaded in &steps.patches {
            Self::step(target, all, "PatchTransformer", |set, _| loaded.apply(set, &merging))?;
        }
        if !kustomization.namespace.is_empty() {
            Self::step(target, all, "NamespaceTransformer", |set, config| {
                let name = &kustomization.namespace;
                let specs = &config.namespace;
                Namespace { name, specs, subjects: Subjects::Default, unset_only: false }
                    .apply(set, &self.texts)
            })?;
        }
        if !kustomization.name_prefix.is_empty() {
            Self::step(target, all, "PrefixTransformer", |set, config| {
                name::add(set, &kustomization.name_prefix, name::End::Front, &config.name_prefix, &self.texts)
            })?;
        }
        if !kustomization.name_suffix.is_empty() {
            Self::step(target, all, "SuffixTransformer", |set, config| {
                name::add(set, &kustomization.name_suffix, name::End::Back, &config.name_suffix, &self.texts)
            })?;
        }
        Self::labels(target, all)?;
        if !kustomization.common_annotations.is_empty() {
            Self::step(target, all, "AnnotationsTransformer", |set, config| {
                map::add(set, &kustomization.common_annotations, &config.common_annotations)
            })?;
        }
        for (entry, operations) in &steps.json {
            Self::step(target, all, "PatchJson6902Transformer", |set, _| match &entry.target {
                Some(target) => patch::json(set, operations, target, &self.texts),
                None => Ok(()),
            })?;
        }
        for entry in &kustomization.replicas {
            Self::step(target, all, "ReplicaCountTransformer", |set, config| {
                replica::set(set, entry, &config.replicas, &self.texts)
            })?;
        }
        for entry in &kustomization.images {
            Self::step(target, all, "ImageTagTransformer", |set, config| {
                image::replace(set, entry, &config.images, &self.texts)
            })?;
        }
        if !steps.replacements.is_empty() {
            Self::step(target, all, "ReplacementTransformer", |set, _| {
                steps.replacements.iter().try_for_each(|entry| replacement::apply(set, entry, &self.texts))
            })?;
        }
        for plugin in &steps.plugins {
            plugin.transform(&mut all.resources, &merging)?;
            note(&mut all.resources, plugin.origin().as_ref());
            all.resources.drop_empty();
        }
        Ok(())
    }

    fn labels(target: &Target<'_>, all: &mut Accumulator) -> Result<()> {
        let kustomization = target.kustomization;
        if kustomization.labels.is_empty() && kustomization.common_labels.is_empty() {
            return Ok(());
        }
        for entry in &kustomization.labels {
            Self::step(target, all, "LabelTransformer", |set, config| {
                let mut specs = entry.fields.clone();
                merge(&mut specs, &config.labels)?;
                if entry.include_selectors {
                    merge(&mut specs, &config.common_labels)?;
                } else {
                    if entry.include_templates {
                        merge(&mut specs, &config.template_labels)?;
                    }
                    merge(&mut specs, &[FieldSpec::new(Gvk::default(), "metadata/labels", true)])?;
                }
                map::add(set, &entry.pairs, &specs)
            })?;
        }
        Self::step(target, all, "LabelTransformer", |set, config| {
            map::add(set, &kustomization.common_labels, &config.common_labels)
        })
    }

    /// Runs the validators, which may not change anything.
    fn validate(&mut self, target: &Target<'_>, all: &Accumulator) -> Result<()> {
        for plugin in self.plugins(target, &target.kustomization.validators)? {
            let mut set = all.resources.clone();
            let merging = Merging { texts: &self.texts, schemas: &self.schemas };
            plugin.transform(&mut set, &merging)?;
            let same = set.resources.len() == all.resources.resources.len()
                && set
                    .resources
                    .iter()
                    .zip(&all.resources.resources)
                    .all(|(one, other)| one.root == other.root);
            if !same {
                return Err(BuildErrorKind::Entry("a validator may not change objects").at(plugin.span()));
            }
        }
        Ok(())
    }

    /// Reads everything that the transformations of a kustomization need.
    fn load_steps(&mut self, target: &Target<'_>) -> Result<Steps> {
        let kustomization = target.kustomization;
        let mut steps = Steps {
            strategic: self.strategic(&target.folder, &kustomization.patches_strategic_merge)?,
            ..Steps::default()
        };
        for entry in &kustomization.patches {
            steps.patches.push(self.patch(&target.folder, entry)?);
        }
        for entry in &kustomization.patches_json {
            steps.json.push((entry.clone(), self.json_patch(&target.folder, entry)?));
        }
        steps.replacements = self.replacements(&target.folder, &kustomization.replacements)?;
        steps.plugins = self.plugins(target, &kustomization.transformers)?;
        Ok(steps)
    }

    /// The patches of `patchesStrategicMerge`, each inline or in a file.
    pub(crate) fn strategic(&mut self, folder: &str, entries: &[Text]) -> Result<Vec<Node>> {
        let mut patches = Vec::new();
        for entry in entries {
            let embedded = Embedded::new(entry, &mut self.texts);
            match read::embedded_objects(&embedded, &self.budget.file) {
                Ok(objects) => patches.extend(objects),
                Err(fault) if entry.contains('\n') => return Err(fault),
                Err(_) => {
                    let (source, text) = self.load_text(folder, entry)?;
                    patches.extend(read::objects(&text, source, &self.budget.file)?);
                }
            }
        }
        if let Some(entry) = entries.first().filter(|_| patches.is_empty()) {
            return Err(BuildErrorKind::Entry("the patch is empty").at(entry.span));
        }
        Ok(patches)
    }

    /// A patch of `patches`.
    pub(crate) fn patch(&mut self, folder: &str, entry: &PatchEntry) -> Result<LoadedPatch> {
        let options = (entry.allow_name_change, entry.allow_kind_change);
        let inline = !entry.patch.trim().is_empty();
        let patch = match (inline, entry.path.is_empty()) {
            (false, true) => {
                return Err(BuildErrorKind::Entry("a patch needs `path` or `patch`").at(entry.span));
            }
            (true, false) => {
                return Err(BuildErrorKind::Entry("a patch has `path` or `patch`, not both").at(entry.span));
            }
            (true, true) => {
                let embedded = Embedded::trimmed(&entry.patch, &mut self.texts);
                let objects = read::embedded_objects(&embedded, &self.budget.file);
                let json = self.embedded_json(&embedded);
                Patch::of(objects, json, options, entry.patch.span)?
            }
            (false, false) => {
                let (source, text) = self.load_text(folder, &entry.path)?;
                let objects = read::objects(&text, source, &self.budget.file);
                let json = read::json_or_yaml(&text, source, &self.budget.file);
                Patch::of(objects, json, options, entry.path.span)?
            }
        };
        Ok(LoadedPatch { patch, target: entry.target.clone(), span: entry.span })
    }

    fn embedded_json(&self, embedded: &Embedded<'_>) -> Result<Node> {
        let root =
            read::json_or_yaml(embedded.text, sekisho_manifest::SourceId::default(), &self.budget.file);
        match root {
            Ok(root) => Ok(embedded.relocate(&root)),
            Err(fault) => Err(embedded.fault(fault)),
        }
    }

    /// A patch of `patchesJson6902`.
    pub(crate) fn json_patch(&mut self, folder: &str, entry: &PatchEntry) -> Result<Vec<Operation>> {
        let fail = |message| Err(BuildErrorKind::Entry(message).at(entry.span));
        if entry.target.as_ref().is_none_or(|target| target.name.is_empty()) {
            return fail("a patch of `patchesJson6902` needs a target with `name`");
        }
        let root = match (entry.patch.is_empty(), entry.path.is_empty()) {
            (true, true) => return fail("a patch needs `path` or `patch`"),
            (false, false) => return fail("a patch has `path` or `patch`, not both"),
            (false, true) => {
                let embedded = Embedded::new(&entry.patch, &mut self.texts);
                self.embedded_json(&embedded)?
            }
            (true, false) => {
                let (source, text) = self.load_text(folder, &entry.path)?;
                read::json_or_yaml(&text, source, &self.budget.file)?
            }
        };
        let operations = json_patch::read(&root)?;
        if operations.is_empty() {
            return fail("the patch is empty");
        }
        Ok(operations)
    }

    /// The replacements of a kustomization, those in files included.
    pub(crate) fn replacements(
        &mut self,
        folder: &str,
        entries: &[ReplacementEntry],
    ) -> Result<Vec<Replacement>> {
        let mut replacements = Vec::new();
        for entry in entries {
            let path = match entry {
                ReplacementEntry::Inline(replacement) => {
                    replacements.push(replacement.as_ref().clone());
                    continue;
                }
                ReplacementEntry::File(path) => path,
            };
            let root = self.load_document(folder, path)?;
            let items = if root.as_mapping().is_some() { std::slice::from_ref(&root) } else { root.items() };
            if items.is_empty()
                && root.items().is_empty()
                && !matches!(root.value, sekisho_manifest::Value::Sequence(_))
            {
                let field = format_smolstr!("{}", path.value);
                let expected = "a replacement or a list of them";
                return Err(BuildErrorKind::Type { field, expected }.at(root.span));
            }
            for item in items {
                replacements.push(Replacement::read(Fields::new(item, Mode::Lenient)?)?);
            }
        }
        Ok(replacements)
    }
}

/// What the transformations of a kustomization need, read beforehand.
#[derive(Default)]
struct Steps {
    strategic: Vec<Node>,
    patches: Vec<LoadedPatch>,
    json: Vec<(PatchEntry, Vec<Operation>)>,
    replacements: Vec<Replacement>,
    plugins: Vec<Plugin>,
}

impl Steps {
    /// Whether any object is merged by a schema.
    fn has_merges(&self) -> bool {
        let merges = |loaded: &LoadedPatch| matches!(loaded.patch, Patch::Strategic(_));
        !self.strategic.is_empty()
            || self.patches.iter().any(merges)
            || self.plugins.iter().any(Plugin::has_merges)
    }
}

/// Notes on all objects what changed them.
fn note(set: &mut ResourceSet, origin: Option<&Origin>) {
    let Some(origin) = origin else { return };
    for resource in &mut set.resources {
        if resource.origin.is_some() {
            resource.transformations.push(origin.clone());
        } else {
            resource.origin = Some(origin.clone());
        }
    }
}
