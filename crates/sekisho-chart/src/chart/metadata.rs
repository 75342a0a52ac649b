//! `Chart.yaml`: what a chart says of itself, and the charts that it depends on.

use std::collections::BTreeMap;

use sekisho_manifest::Node;
use smol_str::SmolStr;

use super::decode::{self, FieldError};
use crate::semver::Version;
use sekisho_go::quote::is_printable;

/// What `Chart.yaml` says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// The version of the format: `v1` or `v2`.
    pub api_version: SmolStr,
    /// The name.
    pub name: SmolStr,
    /// The chart's own version.
    pub version: SmolStr,
    /// The version of what it installs.
    pub app_version: SmolStr,
    /// `application`, `library`, or nothing.
    pub kind: SmolStr,
    /// The Kubernetes versions that it can be installed on, as a constraint.
    pub kube_version: SmolStr,
    /// One sentence.
    pub description: SmolStr,
    /// The project's page.
    pub home: SmolStr,
    /// The address of an icon.
    pub icon: SmolStr,
    /// A key of the values that switches the chart on.
    pub condition: SmolStr,
    /// Tags of the chart itself.
    pub tags: SmolStr,
    /// Whether it should no longer be used.
    pub deprecated: bool,
    /// Addresses of sources.
    pub sources: Vec<SmolStr>,
    /// Keywords.
    pub keywords: Vec<SmolStr>,
    /// Who keeps it.
    pub maintainers: Vec<Maintainer>,
    /// Annotations; none where the field is not there.
    pub annotations: Option<BTreeMap<SmolStr, SmolStr>>,
    /// The charts that it depends on; none where the field is not there, which is not the same to Helm as an
    /// empty list.
    pub dependencies: Option<Vec<Dependency>>,
}

/// Who keeps a chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Maintainer {
    /// A name.
    pub name: SmolStr,
    /// An address for letters.
    pub email: SmolStr,
    /// An address of a page.
    pub url: SmolStr,
}

/// A chart that another one depends on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dependency {
    /// The name of the chart.
    pub name: SmolStr,
    /// The versions that will do, as a constraint.
    pub version: SmolStr,
    /// Where it is found.
    pub repository: SmolStr,
    /// Keys of the values that switch it on, parted by commas; the first that is there decides.
    pub condition: SmolStr,
    /// Tags that switch it on.
    pub tags: Vec<SmolStr>,
    /// What `Chart.yaml` has as `enabled`, which has no effect.
    pub enabled: bool,
    /// Values that are taken over from it.
    pub import_values: Vec<ImportValues>,
    /// The name that it bears here instead of its own.
    pub alias: SmolStr,
}

/// Values that a chart takes over from one that it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportValues {
    /// What stands below `exports.<name>` there goes to the root here.
    Export(SmolStr),
    /// What stands below one key there goes below a key here.
    Table {
        /// The key there.
        child: SmolStr,
        /// The key here; `.` is the root.
        parent: SmolStr,
    },
    /// Neither: Helm passes over it.
    Other,
}

/// What is wrong with `Chart.yaml` or `requirements.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// A field has the wrong type.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A field must be there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// The format is of a version that charts to be installed do not have.
    #[error("`apiVersion` is `{0}`; charts have `v1` or `v2`")]
    ApiVersion(SmolStr),
    /// The name is a path.
    #[error("`name` is `{0}`; a name has no `/`")]
    Name(SmolStr),
    /// The version is none.
    #[error("`version` is `{0}`; write a semantic version such as 1.2.3")]
    Version(SmolStr),
    /// The type is unknown.
    #[error("`type` is `{0}`; it is `application` or `library`")]
    Kind(SmolStr),
    /// An item of a list is null.
    #[error("`{0}` has an item that is null; remove it")]
    NullItem(&'static str),
    /// Two dependencies bear one name.
    #[error("more than one dependency has the name or alias `{0}`; give one an `alias`")]
    DuplicateDependency(SmolStr),
    /// An alias has other characters than letters, digits, `_` and `-`.
    #[error("the alias `{0}` has other characters than letters, digits, `_` and `-`")]
    Alias(SmolStr),
}

impl Metadata {
    /// Takes over what a document says; fields that it does not name stay as they are.
    pub(super) fn read(&mut self, root: &Node) -> Result<(), MetadataError> {
        for (key, node) in decode::fields(root, "Chart.yaml")? {
            let field = key.as_str();
            match key.to_ascii_lowercase().as_str() {
                "apiversion" => self.api_version = decode::text(node, field)?,
                "name" => self.name = decode::text(node, field)?,
                "version" => self.version = decode::text(node, field)?,
                "appversion" => self.app_version = decode::text(node, field)?,
                "type" => self.kind = decode::text(node, field)?,
                "kubeversion" => self.kube_version = decode::text(node, field)?,
                "description" => self.description = decode::text(node, field)?,
                "home" => self.home = decode::text(node, field)?,
                "icon" => self.icon = decode::text(node, field)?,
                "condition" => self.condition = decode::text(node, field)?,
                "tags" => self.tags = decode::text(node, field)?,
                "deprecated" => self.deprecated = decode::truth(node, field)?,
                "sources" => self.sources = decode::texts(node, field)?,
                "keywords" => self.keywords = decode::texts(node, field)?,
                "maintainers" => self.maintainers = maintainers(node)?,
                "annotations" => {
                    self.annotations = Some(decode::text_map(node, field)?.into_iter().collect());
                }
                "dependencies" => self.dependencies = Some(dependencies(node)?),
                _ => {}
            }
        }
        Ok(())
    }

    /// Cleans the texts as Helm does, and looks whether everything that must be there is.
    pub(super) fn validate(&mut self) -> Result<(), MetadataError> {
        let own = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        let people = self
            .maintainers
            .iter_mut()
            .flat_map(|maintainer| [&mut maintainer.name, &mut maintainer.email, &mut maintainer.url]);
        let charts = self.dependencies.iter_mut().flatten().flat_map(|dependency| {
            let Dependency { name, version, repository, condition, tags, .. } = dependency;
            [name, version, repository, condition].into_iter().chain(tags)
        });
        own.into_iter()
            .chain(&mut self.sources)
            .chain(&mut self.keywords)
            .chain(people)
            .chain(charts)
            .for_each(clean);
        if !matches!(self.api_version.as_str(), "v1" | "v2") {
            return Err(MetadataError::ApiVersion(self.api_version.clone()));
        }
        if self.name.is_empty() {
            return Err(MetadataError::Missing("name"));
        }
        if self.name.contains('/') || matches!(self.name.as_str(), "." | "..") {
            return Err(MetadataError::Name(self.name.clone()));
        }
        if self.version.is_empty() {
            return Err(MetadataError::Missing("version"));
        }
        if Version::parse(&self.version).is_err() {
            return Err(MetadataError::Version(self.version.clone()));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return Err(MetadataError::Kind(self.kind.clone()));
        }
        self.validate_dependencies()
    }

    fn validate_dependencies(&self) -> Result<(), MetadataError> {
        let mut seen = Vec::new();
        for dependency in self.dependencies.iter().flatten() {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            if !dependency.alias.bytes().all(fits) {
                return Err(MetadataError::Alias(dependency.alias.clone()));
            }
            let name = dependency.local_name();
            if seen.contains(&name) {
                return Err(MetadataError::DuplicateDependency(name.clone()));
            }
            seen.push(name);
        }
        Ok(())
    }

    /// Whether the chart only lends its definitions to others.
    pub fn is_library(&self) -> bool {
        self.kind == "library"
    }
}

impl Dependency {
    /// The name that the chart bears in the one that depends on it.
    pub fn local_name(&self) -> &SmolStr {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }
}

fn maintainers(node: &Node) -> Result<Vec<Maintainer>, MetadataError> {
    let mut maintainers = Vec::new();
    for (path, item) in decode::items(node, "maintainers")? {
        if item.is_null() {
            return Err(MetadataError::NullItem("maintainers"));
        }
        let mut maintainer = Maintainer::default();
        for (key, node) in decode::fields(item, &path)? {
            let path = format!("{path}.{key}");
            match key.to_ascii_lowercase().as_str() {
                "name" => maintainer.name = decode::text(node, &path)?,
                "email" => maintainer.email = decode::text(node, &path)?,
                "url" => maintainer.url = decode::text(node, &path)?,
                _ => {}
            }
        }
        maintainers.push(maintainer);
    }
    Ok(maintainers)
}

fn dependencies(node: &Node) -> Result<Vec<Dependency>, MetadataError> {
    let mut dependencies = Vec::new();
    for (path, item) in decode::items(node, "dependencies")? {
        if item.is_null() {
            return Err(MetadataError::NullItem("dependencies"));
        }
        let mut dependency = Dependency::default();
        for (key, node) in decode::fields(item, &path)? {
            let path = format!("{path}.{key}");
            match key.to_ascii_lowercase().as_str() {
                "name" => dependency.name = decode::text(node, &path)?,
                "version" => dependency.version = decode::text(node, &path)?,
                "repository" => dependency.repository = decode::text(node, &path)?,
                "condition" => dependency.condition = decode::text(node, &path)?,
                "tags" => dependency.tags = decode::texts(node, &path)?,
                "enabled" => dependency.enabled = decode::truth(node, &path)?,
                "import-values" => {
                    let items = decode::items(node, &path)?;
                    dependency.import_values = items.iter().map(|(_, item)| import(item)).collect();
                }
                "alias" => dependency.alias = decode::text(node, &path)?,
                _ => {}
            }
        }
        dependencies.push(dependency);
    }
    Ok(dependencies)
}

fn import(node: &Node) -> ImportValues {
    if let Some(name) = node.as_str() {
        return ImportValues::Export(name.into());
    }
    if node.as_mapping().is_none() {
        return ImportValues::Other;
    }
    // Go prints whatever stands there, also nothing.
    let printed = |key: &str| match node.get(key) {
        None => "<nil>".into(),
        Some(value) => decode::text(value, key).unwrap_or_default(),
    };
    ImportValues::Table { child: printed("child"), parent: printed("parent") }
}

/// Makes every kind of space a plain one, and takes out what cannot be printed.
fn clean(text: &mut SmolStr) {
    if text.chars().all(is_printable) {
        return;
    }
    *text = text
        .chars()
        .filter_map(|character| {
            if character.is_whitespace() { Some(' ') } else { is_printable(character).then_some(character) }
        })
        .collect();
}
