//! What charts are rendered as: the release, the values given, and the sets of values that a run looks at.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sekisho_chart::capabilities::Capabilities;
use sekisho_chart::render::Release;
use sekisho_finding::suppress::glob;
use smol_str::SmolStr;

use crate::target::normal;

/// Values as Helm's options give them.
#[derive(Debug, Clone, Default)]
pub(crate) struct GivenValues {
    /// Files, each over those before it.
    pub(crate) files: Vec<PathBuf>,
    /// `--set-json`
    pub(crate) json: Vec<String>,
    /// `--set`
    pub(crate) set: Vec<String>,
    /// `--set-string`
    pub(crate) strings: Vec<String>,
    /// `--set-file`, whose paths count from the folder below.
    pub(crate) from_files: Vec<String>,
    /// `--set-literal`
    pub(crate) literals: Vec<String>,
}

/// A set of values that charts are rendered with beside others.
#[derive(Debug, Clone, Default)]
pub(crate) struct ValueSet {
    /// Its name, as findings bear it.
    pub(crate) name: SmolStr,
    /// The values.
    pub(crate) given: GivenValues,
}

/// A set that the command line asks for.
#[derive(Debug, Clone)]
pub(crate) enum ChosenSet {
    /// One of the configuration, by its name.
    Named(SmolStr),
    /// One of these files.
    Files(ValueSet),
}

/// What the configuration says of charts.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConfiguredChart {
    /// Which charts are meant: their folder or archive from the root, with `*` and `?`.
    pub(crate) path: String,
    /// The name of the release.
    pub(crate) release: Option<String>,
    /// The namespace of the release.
    pub(crate) namespace: Option<String>,
    /// API versions that templates find beside those of Kubernetes.
    pub(crate) api_versions: Vec<String>,
    /// What is given in every set.
    pub(crate) given: GivenValues,
    /// The sets; without any the chart is rendered once.
    pub(crate) sets: Vec<ValueSet>,
}

/// How the charts of a run are rendered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Releases {
    /// What the command line gives to every chart.
    pub(crate) given: GivenValues,
    /// The name of the release.
    pub(crate) release: Option<String>,
    /// The namespace of the command line.
    pub(crate) namespace: Option<String>,
    /// The namespace of objects that name none.
    pub(crate) default_namespace: String,
    /// The Kubernetes version that charts are rendered for.
    pub(crate) kubernetes_version: Option<String>,
    /// API versions that templates find beside those of Kubernetes.
    pub(crate) api_versions: Vec<String>,
    /// The sets that the command line asks for; empty: those of the configuration.
    pub(crate) sets: Vec<ChosenSet>,
    /// What the configuration says, the first that fits a chart counts.
    pub(crate) configured: Vec<ConfiguredChart>,
}

/// How one chart is rendered.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The release.
    pub(crate) release: Release,
    /// The Kubernetes that it is rendered for.
    pub(crate) capabilities: Capabilities,
    /// The values of each rendering, by the name of their set if there are sets.
    pub(crate) renderings: Vec<(Option<SmolStr>, GivenValues)>,
}

impl GivenValues {
    /// The values with others over them.
    fn with(&self, other: &Self) -> Self {
        let joined = |one: &[String], other: &[String]| [one, other].concat();
        Self {
            files: [&self.files[..], &other.files[..]].concat(),
            json: joined(&self.json, &other.json),
            set: joined(&self.set, &other.set),
            strings: joined(&self.strings, &other.strings),
            from_files: joined(&self.from_files, &other.from_files),
            literals: joined(&self.literals, &other.literals),
        }
    }
}

impl ChosenSet {
    /// Reads `NAME`, one of the configuration, or `NAME=FILE,FILE`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (name, files) = match text.split_once('=') {
            Some((name, files)) => (name, Some(files)),
            None => (text, None),
        };
        if name.trim().is_empty() {
            return Err("a set needs a name: write NAME or NAME=FILE".to_owned());
        }
        let Some(files) = files else { return Ok(Self::Named(name.into())) };
        let files = files.split(',').filter(|file| !file.is_empty()).map(PathBuf::from).collect();
        let given = GivenValues { files, ..GivenValues::default() };
        Ok(Self::Files(ValueSet { name: name.into(), given }))
    }
}

impl Releases {
    /// Refuses what cannot be followed for any chart: files that are not there, sets that are nowhere defined.
    pub(crate) fn check(&self) -> Result<()> {
        self.capabilities(&[])?;
        let mut files: Vec<&PathBuf> = self.given.files.iter().collect();
        for set in &self.sets {
            match set {
                ChosenSet::Files(set) => files.extend(&set.given.files),
                ChosenSet::Named(name) => {
                    let mut known: Vec<&str> = Vec::new();
                    known.extend(
                        self.configured.iter().flat_map(|chart| &chart.sets).map(|set| set.name.as_str()),
                    );
                    if !known.contains(&name.as_str()) {
                        known.dedup();
                        bail!(
                            "the configuration has no value set `{name}`: {}",
                            if known.is_empty() {
                                "write NAME=FILE, or define it under `charts`".to_owned()
                            } else {
                                format!("use one of {}", known.join(", "))
                            }
                        );
                    }
                }
            }
        }
        for file in files {
            if !file.is_file() {
                bail!("`{}` is no file of values: correct the path", file.display());
            }
        }
        Ok(())
    }

    fn capabilities(&self, more: &[String]) -> Result<Capabilities> {
        let versions = self.api_versions.iter().chain(more).map(String::as_str);
        Capabilities::new(self.kubernetes_version.as_deref(), versions).context("charts cannot be rendered")
    }

    /// How a chart is rendered, by its folder or archive.
    pub(crate) fn plan(&self, chart: &Path) -> Result<Plan> {
        let none = ConfiguredChart::default();
        let whole = fs::canonicalize(chart).unwrap_or_else(|_| chart.to_owned());
        let whole = whole.to_string_lossy();
        let configured = self.configured.iter().find(|entry| glob(&entry.path, &whole)).unwrap_or(&none);
        let namespace = self.namespace.as_ref().or(configured.namespace.as_ref());
        let name = self.release.as_ref().or(configured.release.as_ref());
        Ok(Plan {
            release: Release {
                name: name.map_or_else(|| Release::default().name, SmolStr::from),
                namespace: namespace.unwrap_or(&self.default_namespace).into(),
                is_upgrade: false,
            },
            capabilities: self.capabilities(&configured.api_versions)?,
            renderings: self.renderings(configured),
        })
    }

    fn renderings(&self, configured: &ConfiguredChart) -> Vec<(Option<SmolStr>, GivenValues)> {
        let common = &configured.given;
        let of = |set: &ValueSet| (Some(set.name.clone()), common.with(&set.given).with(&self.given));
        let once = || vec![(None, common.with(&self.given))];
        if self.sets.is_empty() {
            return if configured.sets.is_empty() {
                once()
            } else {
                configured.sets.iter().map(of).collect()
            };
        }
        let chosen: Vec<_> = self
            .sets
            .iter()
            .filter_map(|set| match set {
                ChosenSet::Named(name) => configured.sets.iter().find(|set| set.name == *name).map(of),
                // The files of a set are more special than those for all of them.
                ChosenSet::Files(set) => {
                    let files = GivenValues { files: self.given.files.clone(), ..GivenValues::default() };
                    let rest = GivenValues { files: Vec::new(), ..self.given.clone() };
                    Some((Some(set.name.clone()), common.with(&files).with(&set.given).with(&rest)))
                }
            })
            .collect();
        // A chart without the sets that are asked for is the same in all of them.
        if chosen.is_empty() && configured.sets.is_empty() { once() } else { chosen }
    }
}

/// A pattern of paths in the configuration, from the root.
pub(crate) fn pattern_from_root(folder: &Path, pattern: &str) -> String {
    let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    normal(&whole.join(pattern)).to_string_lossy().into_owned()
}

/// A path of the configuration as seen from where the command runs.
pub(crate) fn from_folder(folder: &Path, path: &str) -> PathBuf {
    let joined = folder.join(path);
    joined.strip_prefix("./").map(Path::to_owned).unwrap_or(joined)
}

/// A line of `--set-file` whose paths count from a folder.
pub(crate) fn with_paths_from(folder: &Path, line: &str) -> String {
    let parts = line.split(',').map(|part| match part.split_once('=') {
        Some((key, path)) => format!("{key}={}", from_folder(folder, path).display()),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(",")
}
