//! Policies of files and folders that are followed: looked at every few seconds, compiled when they have changed.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use data_encoding::HEXLOWER;
use sekisho_policy::pod_security::{Level, LevelVersion, Preset};
use sekisho_policy::{Bundle, BundleOptions, Configuration, Material, Options};
use sekisho_signature::root::TrustedRoot;
use sekisho_webhook::Revision;
use sha2::{Digest as _, Sha256};

use crate::config::FILE_NAME;
use crate::policy::{self, modules};

/// Files of policies, and how they are used.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) options: Options,
    pub(crate) settings: modules::Settings,
    /// Whether the labels of namespaces count where nothing else says anything of Pod Security.
    pub(crate) labels_count: bool,
    /// A configuration whose policies of trust in images count too.
    pub(crate) configuration: Option<Configuration>,
    /// The root of trust of sigstore's public instance.
    pub(crate) public_good: Option<Arc<TrustedRoot>>,
}

/// How deep folders are looked through.
const DEEPEST: usize = 64;

impl Files {
    /// What tells that something has changed: names, sizes and times.
    pub(crate) fn state(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for path in self.paths.iter().chain(&self.settings.data) {
            enter(path, DEEPEST, &mut hasher);
        }
        hasher.finish()
    }

    /// How policies are compiled; `says` is whether they say something of Pod Security.
    pub(crate) fn bundle_options(&self, says: bool) -> BundleOptions {
        let mut options = self.options.clone();
        if self.labels_count && !says && options.pod_security.is_empty() {
            let level = LevelVersion::latest(Level::Privileged);
            options.pod_security = Preset { enforce: Some(level), audit: Some(level), warn: Some(level) };
        }
        BundleOptions {
            configuration: self.configuration.clone(),
            public_good: self.public_good.clone(),
            ..self.settings.bundle_options(&options)
        }
    }

    /// Whether a configuration is that of one of these files and folders.
    pub(crate) fn names(&self, configuration: &str) -> bool {
        let same = |path: &Path| matches!((path.canonicalize(), Path::new(configuration).canonicalize()), (Ok(one), Ok(other)) if one == other);
        self.paths.iter().any(|path| same(path) || same(&path.join(FILE_NAME)))
    }

    /// Reads and compiles them. What cannot be used is an error with every reason.
    pub(crate) fn load(&self) -> Result<(Arc<Bundle>, Revision)> {
        let mut material = if self.paths.is_empty() {
            Material::default()
        } else {
            policy::material(&self.paths, &self.settings)?
        };
        material.provenance.clear();
        let says = material.objects.iter().any(sekisho_policy::pod_security::is_policy);
        let digest = digest(&material);
        let bundle = Bundle::compile(material, &self.bundle_options(says));
        if !bundle.is_whole() {
            bail!("the policies cannot be used: {}", reasons(&bundle).join("; "));
        }
        let source: Vec<String> = self.paths.iter().map(|path| path.display().to_string()).collect();
        let revision = Revision { source: source.join(" "), digest, commit: String::new() };
        Ok((Arc::new(bundle), revision))
    }
}

/// Why policies cannot be used, each with its place.
fn reasons(bundle: &Bundle) -> Vec<String> {
    let unread = bundle.unread.iter().map(|(place, why)| format!("{place}: {why}"));
    let errors = bundle.errors().map(|problem| {
        let source = usize::try_from(problem.span.source.0).ok().and_then(|place| bundle.sources.get(place));
        match source {
            Some(source) => {
                format!("{}:{}: {}", source.name, source.position(problem.span.start).line, problem.message)
            }
            None => problem.message.clone(),
        }
    });
    unread.chain(errors).collect()
}

/// The digest of everything that was read.
fn digest(material: &Material) -> String {
    let mut hasher = Sha256::new();
    let modules = material.modules.iter().map(|module| (module.file.as_str(), module.text.as_str()));
    let sources = material.sources.iter().map(|source| (source.name.as_str(), &*source.text));
    let trusted = material.trust.iter().flat_map(|text| &text.files);
    let trusted = trusted.map(|(path, text)| (path.as_str(), text.as_str()));
    for (name, text) in sources.chain(modules).chain(trusted) {
        for part in [name, text] {
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part);
        }
    }
    format!("sha256:{}", HEXLOWER.encode(&hasher.finalize()))
}

fn enter(path: &Path, depth: usize, hasher: &mut DefaultHasher) {
    path.hash(hasher);
    let (Some(depth), Ok(metadata)) = (depth.checked_sub(1), fs::metadata(path)) else { return };
    if metadata.is_dir() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in entries {
            enter(&entry, depth, hasher);
        }
    } else {
        metadata.len().hash(hasher);
        metadata.modified().ok().hash(hasher);
    }
}
