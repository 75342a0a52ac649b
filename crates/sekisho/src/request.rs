//! What a run is asked for, joined with the configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use sekisho_finding::Persona;
use sekisho_policy::pod_security::Preset;

use crate::config::Config;
use crate::credentials::Asked;
use crate::inventories::whole::Whole;
use crate::live::Live;
use crate::policy;

use crate::release::Releases;
use crate::route::Tried;
use crate::target::image::{self, Named};
use crate::vulnerable::Wanted;

/// What a command asks for; it wins over the configuration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// The targets as the user named them.
    pub(crate) targets: Vec<PathBuf>,
    /// What standard input held, where it was read already.
    pub(crate) input: Option<Vec<u8>>,
    /// Texts that stand for files of these names, as they would be after a change.
    pub(crate) overlay: BTreeMap<PathBuf, String>,
    /// The configuration file, where it is not to be looked for.
    pub(crate) config: Option<PathBuf>,
    /// The persona.
    pub(crate) persona: Option<Persona>,
    /// Only these checks, by slug; empty: all of the persona.
    pub(crate) only: Vec<String>,
    /// Not these checks, by slug.
    pub(crate) without: Vec<String>,
    /// The file of known findings.
    pub(crate) baseline: Option<PathBuf>,
    /// Whether known findings count like all others, as when a baseline is written.
    pub(crate) without_baseline: bool,
    /// The namespace of objects that name none.
    pub(crate) namespace: Option<String>,
    /// The Kubernetes version that the manifests are meant for.
    pub(crate) kubernetes_version: Option<String>,
    /// The routes of fixes that did not lead to their findings.
    pub(crate) tried: Tried,
    /// How charts are rendered, as far as the command line says it.
    pub(crate) releases: Releases,
    /// Whether files that git ignores are read too.
    pub(crate) no_ignore: bool,
    /// Whether to show progress.
    pub(crate) progress: bool,
    /// Files and folders of policies that are applied beside the checks.
    pub(crate) policies: Vec<PathBuf>,
    /// Levels of Pod Security that are asked for beside them.
    pub(crate) pod_security: Preset,
    /// What modules of Rego among them are given.
    pub(crate) modules: policy::modules::Settings,
    /// What is asked about the vulnerabilities of packages; none: nothing.
    pub(crate) vulnerabilities: Option<Wanted>,
    /// What is asked about credentials; none: nothing.
    pub(crate) credentials: Option<Asked>,
    /// How images among the targets are read; none: images are no targets.
    pub(crate) images: Option<image::Settings>,
    /// Images beside those among the targets.
    pub(crate) named: Vec<Named>,
    /// Images that were read before, and are not read again.
    pub(crate) kept: Vec<Arc<Whole>>,
    /// Which cluster is meant by the target `cluster`, and as whom it is read.
    pub(crate) live: Live,
    /// Today as days since 1970-01-01.
    pub(crate) today: i64,
}

impl Request {
    /// Whom the findings are for.
    pub(crate) fn persona(&self, config: &Config) -> Persona {
        self.persona.or(config.document.scan.persona.map(|word| word.0)).unwrap_or(Persona::Default)
    }

    /// Whether a rule that is no check runs.
    pub(crate) fn wants(&self, config: &Config, slug: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|given| given == slug);
        !named(&self.without)
            && !named(&config.document.checks.disable)
            && (self.only.is_empty() || named(&self.only))
    }

    /// The namespace of objects that name none.
    pub(crate) fn namespace(&self, config: &Config) -> String {
        let named = self.namespace.clone().or_else(|| config.document.scan.namespace.clone());
        named.unwrap_or_else(|| "default".to_owned())
    }
}
