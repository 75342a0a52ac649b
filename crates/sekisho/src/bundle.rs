//! Bundles of policies: how their sources are read here, and what is demanded of them before they are used.

mod each;
mod material;
mod registry;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use sekisho_policy::{Bundle, BundleOptions, Material};
use sekisho_source::{
    Account, AllowedSigners, Cache, Charter, Follower, GitOptions, Location, Reader, without_credentials,
};

use crate::arguments::bundle::{ArtifactArguments, SourceArguments};
use crate::live::Live;
use crate::policy::testing::{self, TestResult, TestRow};

use self::each::Each;
use self::material::material;
pub(crate) use self::material::material_of;
pub(crate) use self::registry::registry;

/// The variable that holds the token for repositories.
const TOKEN: &str = "SEKISHO_GIT_TOKEN";

/// The variable that holds the name that goes with the token.
const USER: &str = "SEKISHO_GIT_USER";

/// How a source is read.
#[derive(Debug, Clone, Default)]
pub(crate) struct SourceSettings {
    /// The file of allowed signers; none: signatures are not asked for.
    pub(crate) allowed_signers: Option<PathBuf>,
    /// Whether a rewritten history is taken over.
    pub(crate) allow_rewrite: bool,
    /// Where copies of repositories and the last good bundle are kept.
    pub(crate) cache: Option<PathBuf>,
    /// Whose artifacts count, where policies lie in a registry.
    pub(crate) artifacts: ArtifactArguments,
    /// How a cluster is reached, where policies stand in one.
    pub(crate) live: Live,
}

/// A bundle that is compiled, and how its tests went.
#[derive(Debug)]
pub(crate) struct Proven {
    /// The policies.
    pub(crate) policies: Arc<Bundle>,
    /// How many tests hold.
    pub(crate) tests: usize,
    /// What of it does not count, and why.
    pub(crate) left: Vec<String>,
}

/// What reads a source.
pub(crate) fn reader(source: &str, settings: &SourceSettings) -> Result<Reader> {
    let location = Location::read(source)?;
    if settings.live.offline && Location::is_remote(source) && !source.starts_with("git+file:") {
        bail!("`--offline` forbids the connection that `{}` needs", without_credentials(source));
    }
    let allowed = match &settings.allowed_signers {
        None => None,
        Some(path) => {
            let text =
                fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
            Some(AllowedSigners::read(&text).with_context(|| format!("`{}`", path.display()))?)
        }
    };
    let password = env::var(TOKEN).ok().filter(|token| !token.is_empty());
    let account = password.map(|password| Account {
        user: env::var(USER).ok().filter(|user| !user.is_empty()).unwrap_or_else(|| "git".to_owned()),
        password,
    });
    let connection = match &location {
        Location::Cluster(_) => Some(Arc::new(settings.live.connect()?.1)),
        Location::Folder(_) | Location::Git(_) | Location::Artifact(_) => None,
    };
    let registry = match &location {
        Location::Artifact(_) => Some(registry(&settings.artifacts, settings.live.offline)?),
        Location::Folder(_) | Location::Git(_) | Location::Cluster(_) => None,
    };
    let options =
        GitOptions { allowed, allow_rewrite: settings.allow_rewrite, account, ..GitOptions::default() };
    Ok(Reader { location, options, copies: settings.folder()?.join("repositories"), registry, connection })
}

/// Follows a source; a bundle is used when all of it works and its tests hold. Of the options those count first that
/// are for bundles which say nothing of Pod Security.
pub(crate) fn follower(
    source: &str,
    settings: &SourceSettings,
    options: [BundleOptions; 2],
    with_tests: bool,
) -> Result<Follower<Proven>> {
    let reader = reader(source, settings)?;
    let cache = Cache::new(&settings.folder()?.join("bundles"), &reader.location.to_string());
    let each =
        matches!(&reader.location, Location::Cluster(cluster) if cluster.resources).then(Each::default);
    let proof = move |bundle: &sekisho_source::Bundle, charter: &Charter, files: &Path, day: i64| {
        if let Some(each) = &each {
            let (compiled, left) = each.compile(bundle.texts(), &options)?;
            let proven = finish(compiled, charter, files, day, with_tests);
            return proven.map(|proven| Proven { left, ..proven });
        }
        let material = material(bundle, charter, files)?;
        let options = options_for(&material, &options);
        prove_material(material, charter, files, day, options, with_tests)
    };
    Ok(Follower::new(reader, cache, Box::new(proof)))
}

/// Of the options the first where nothing is said of Pod Security.
fn options_for<'o>(material: &Material, options: &'o [BundleOptions; 2]) -> &'o BundleOptions {
    &options[usize::from(material.objects.iter().any(sekisho_policy::pod_security::is_policy))]
}

/// Compiles a bundle and runs its tests; the first thing that is wrong refuses it.
pub(crate) fn prove(
    bundle: &sekisho_source::Bundle,
    charter: &Charter,
    files: &Path,
    day: i64,
    options: &BundleOptions,
    with_tests: bool,
) -> Result<Proven, String> {
    prove_material(material(bundle, charter, files)?, charter, files, day, options, with_tests)
}

fn prove_material(
    material: Material,
    charter: &Charter,
    files: &Path,
    day: i64,
    options: &BundleOptions,
    with_tests: bool,
) -> Result<Proven, String> {
    let compiled = Bundle::compile(material, options);
    if let Some((path, reason)) = compiled.unread.first() {
        return Err(format!("`{path}` {reason}"));
    }
    if let Some(problem) = compiled.errors().next() {
        let source = compiled.sources.get(problem.span.source.0 as usize);
        let place = source.map(|source| format!("`{}:{}`: ", source.name, source.range(problem.span).0.line));
        return Err(format!("{}{problem}", place.unwrap_or_default()));
    }
    if compiled.count() == 0 && compiled.loaded.cleanups.is_empty() {
        return Err("there is no policy in it".to_owned());
    }
    finish(compiled, charter, files, day, with_tests)
}

/// Runs the tests of what is compiled, and lets policies count from their days on.
fn finish(
    mut compiled: Bundle,
    charter: &Charter,
    files: &Path,
    day: i64,
    with_tests: bool,
) -> Result<Proven, String> {
    let mut tests = 0;
    if with_tests {
        let rows = testing::run(&[files.to_owned()], &[]).map_err(|error| format!("{error:#}"))?;
        if let Some(failed) = rows.iter().find(|row| row.result == TestResult::Fail) {
            let fails = rows.iter().filter(|row| row.result == TestResult::Fail).count();
            return Err(format!("{fails} of {} tests fail: {}", rows.len(), told(failed, files)));
        }
        tests = rows.iter().filter(|row| row.result == TestResult::Pass).count();
    }
    compiled.stage(&charter.rollout, day);
    Ok(Proven { policies: Arc::new(compiled), tests, left: Vec::new() })
}

/// A test that fails, in one line, with its file as the bundle has it.
fn told(row: &TestRow, files: &Path) -> String {
    let file = Path::new(&row.file).strip_prefix(files).unwrap_or(Path::new(&row.file));
    let message: Vec<&str> = row.message.split_whitespace().collect();
    format!("`{}` {}: {}", file.display(), row.test, message.join(" "))
}

/// Writes the files of a bundle to a folder.
pub(crate) fn write_files(bundle: &sekisho_source::Bundle, folder: &Path) -> Result<()> {
    for file in bundle.files() {
        let path = folder.join(file.path.as_str());
        let named = || format!("cannot write `{}`", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(named)?;
        }
        fs::write(&path, &file.bytes).with_context(named)?;
    }
    Ok(())
}

impl SourceSettings {
    /// How options have a source read.
    pub(crate) fn of(options: SourceArguments, offline: bool) -> Self {
        let SourceArguments { allowed_signers, cache, artifacts, live } = options;
        Self { allowed_signers, allow_rewrite: false, cache, artifacts, live: live.live(offline) }
    }

    /// The folder of what is kept.
    fn folder(&self) -> Result<PathBuf> {
        if let Some(folder) = &self.cache {
            return Ok(folder.clone());
        }
        let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let base = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
        let base = base.context("there is no home folder to keep policies in: name one with `--cache`")?;
        Ok(base.join("sekisho"))
    }
}
