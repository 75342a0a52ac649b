//! Policies and what they are applied to: files → policies, resources → requests → rows.

mod contradiction;
pub(crate) mod findings;
pub(crate) mod given;
pub(crate) mod library;
mod lint;
pub(crate) mod modules;
pub(crate) mod pod_security;
mod row;
pub(crate) mod runtime;
mod table;
pub(crate) mod testing;
pub(crate) mod trusted;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use rayon::prelude::*;
use sekisho_manifest::{Budget, Object, Source};
use sekisho_policy::{Bundle, Kinds, Material, Options, Request, Snapshot, User, kyverno};
use sekisho_source::{Location, Update};

pub(crate) use self::lint::{Lint, LintKind, lint, sorted};
pub(crate) use self::row::{Origin, Report, Resource, ResultWord, Row};
pub(crate) use self::table::{Shown, write_problems, write_table};
use crate::bundle::SourceSettings;
use crate::live::Live;
use crate::release::Releases;
use crate::target::{self, Selection};

/// What policies are applied to.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    /// The texts that hold them.
    pub(crate) sources: Vec<Source>,
    /// The objects.
    pub(crate) objects: Vec<Object>,
    /// What could not be read, and why.
    pub(crate) unread: Vec<(String, String)>,
}

/// Reads policies of files and folders, and compiles them.
pub(crate) fn bundle(paths: &[PathBuf], options: &Options) -> Result<Bundle> {
    bundle_with(paths, options, &modules::Settings::default())
}

/// The same, with what modules of Rego are given.
pub(crate) fn bundle_with(
    paths: &[PathBuf],
    options: &Options,
    settings: &modules::Settings,
) -> Result<Bundle> {
    let bundle = bundle_or_nothing(paths, options, settings)?;
    let has_other = bundle.count() > 0 || paths.is_empty() || !bundle.is_whole();
    if !has_other && !bundle.objects.iter().any(sekisho_policy::is_policy) && !bundle.has_modules() {
        bail!("no policy was found in {}", named(paths));
    }
    Ok(bundle)
}

/// The same, though there may be no policy at all.
pub(crate) fn bundle_or_nothing(
    paths: &[PathBuf],
    options: &Options,
    settings: &modules::Settings,
) -> Result<Bundle> {
    Ok(Bundle::compile(material(paths, settings)?, &settings.bundle_options(options)))
}

/// Reads what policies of files and folders are made of; charts and kustomizations are rendered.
pub(crate) fn material(paths: &[PathBuf], settings: &modules::Settings) -> Result<Material> {
    let is_elsewhere = |path: &PathBuf| path.to_str().is_some_and(Location::is_remote);
    if paths.iter().any(is_elsewhere) {
        return elsewhere(paths, settings);
    }
    let library = library::find(paths)?;
    let is_else = |path: &Path| modules::is_module(path) || library.names(path);
    let others: Vec<PathBuf> = paths.iter().filter(|path| !is_else(path)).cloned().collect();
    let exclude = if library.rules.is_empty() { Vec::new() } else { library::NO_MANIFESTS.to_vec() };
    let read = if others.is_empty() { Resources::default() } else { read_without(&others, &exclude)? };
    let mut found = modules::find(paths)?;
    found.retain(|path| !library.has(path));
    let (modules, unread) = modules::read(&found);
    let mut material = Material {
        sources: read.sources,
        objects: read.objects,
        unread: read.unread,
        modules,
        ..Material::default()
    };
    material.unread.extend(unread);
    if !material.modules.is_empty() {
        material.data = modules::data(&settings.data)?;
    }
    library.read(&mut material, &settings.data)?;
    trusted::add(paths, &mut material)?;
    Ok(material)
}

/// Reads policies of sources that are no files.
fn elsewhere(paths: &[PathBuf], settings: &modules::Settings) -> Result<Material> {
    let [path] = paths else {
        bail!("a bundle stands alone: name one source, or files and folders");
    };
    let settings = SourceSettings {
        live: Live { offline: settings.offline, ..Live::default() },
        ..SourceSettings::default()
    };
    let reader = crate::bundle::reader(&path.to_string_lossy(), &settings)?;
    match reader.read(None)? {
        Update::New(bundle) => crate::bundle::material_of(&bundle),
        Update::Same => Ok(Material::default()),
    }
}

impl Resources {
    /// Reads resources of files and folders; charts and kustomizations are rendered.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Self> {
        let read = read(paths)?;
        if read.objects.is_empty() && read.unread.is_empty() {
            bail!("no resource was found in {}", named(paths));
        }
        Ok(read)
    }
}

fn named(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    paths.join(", ")
}

fn read(paths: &[PathBuf]) -> Result<Resources> {
    read_without(paths, &[])
}

/// Reads files and folders, without what fits these patterns.
fn read_without(paths: &[PathBuf], exclude: &[&str]) -> Result<Resources> {
    let loaded = target::read(&Selection {
        targets: paths.to_vec(),
        exclude: exclude.iter().map(ToString::to_string).collect(),
        exclude_root: PathBuf::from("."),
        overlay: std::collections::BTreeMap::new(),
        input: None,
        git_ignore: true,
        budget: Budget::default(),
        releases: Releases { default_namespace: "default".to_owned(), ..Releases::default() },
        progress: false,
        all_files: false,
    })?;
    let unread = loaded.coverage.failures().map(|skip| {
        let place = match skip.line {
            Some(line) => format!("{}:{line}", skip.path),
            None => skip.path.to_string(),
        };
        (place, skip.reason.to_string())
    });
    let unread = unread.collect();
    let mut objects = loaded.objects;
    objects.retain(|object| object.api_version != sekisho_dockerfile::API_VERSION);
    Ok(Resources { unread, sources: loaded.sources, objects })
}

/// Applies policies to resources, each as if it were created in a cluster that holds them all, and where what
/// is given for Kyverno's policies holds.
pub(crate) fn check(
    bundle: &Bundle,
    resources: &Resources,
    namespace: &str,
    sender: &User,
    given: &kyverno::Options,
) -> Vec<Row> {
    let kinds = Kinds::new(&resources.objects);
    let namespaces = given.namespaces();
    let facts = Snapshot::new(namespaces.iter().chain(&resources.objects), namespace);
    let facts = facts.with_answers(&bundle.objects);
    let rows: Vec<Vec<Row>> = resources
        .objects
        .par_iter()
        .map(|object| {
            let created = Request::admitted(object, &kinds, namespace);
            let mut request = Request { user: sender.clone(), ..created };
            given.apply(&mut request, &kinds);
            let mut review = bundle.loaded.policies.review(&request, &facts);
            bundle.locate(&mut review.verdicts, object);
            row::rows(&review.verdicts, object, &request, resources, bundle)
        })
        .collect();
    rows.into_iter().flatten().collect()
}

/// The present time in nanoseconds since 1970.
pub(crate) fn now() -> i128 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i128::try_from(since.as_nanos()).unwrap_or(0))
}
