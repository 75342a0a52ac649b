//! Where policies come from, as users write it.

use std::fmt;
use std::path::PathBuf;

use sekisho_manifest::ImageRef;

/// A place that policies come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder, which is read as it is.
    Folder(PathBuf),
    /// A repository of git.
    Git(GitLocation),
    /// An artifact of a registry.
    Artifact(ArtifactLocation),
    /// What stands in a cluster.
    Cluster(ClusterLocation),
}

/// A repository of git, the branch, tag or commit in it, and the folder of its policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitLocation {
    /// The address: `https://…`, `ssh://…`, or the path of a repository on this machine.
    pub address: String,
    /// What is asked for; none: the branch that the repository says.
    pub reference: Option<String>,
    /// The folder in the repository; empty: all of it.
    pub folder: String,
}

/// An artifact of a registry, and the folder of its policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactLocation {
    /// The repository, and the tag or the digest in it.
    pub reference: ImageRef,
    /// The folder in the artifact; empty: all of it.
    pub folder: String,
}

/// Policies in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClusterLocation {
    /// The namespace whose ConfigMaps are taken; none: no ConfigMaps.
    pub namespace: Option<String>,
    /// The labels of the ConfigMaps: `a=b,c`; empty: `sekisho/policies=true`.
    pub selector: String,
    /// Whether the resources of policies are taken too.
    pub resources: bool,
}

/// What is wrong with a location.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no source of policies: {problem}")]
pub struct LocationError {
    text: String,
    problem: &'static str,
}

/// The labels of ConfigMaps that hold policies.
const SELECTOR: &str = "sekisho/policies=true";

impl Location {
    /// Reads a location: a folder; `git+https://host/path.git@main#folder` with `https`, `ssh` or `file`;
    /// `oci://registry/repository:tag#folder` or with `@sha256:…`;
    /// `configmap://namespace`, `configmap://namespace?label=value`; `cluster://` for resources of policies.
    pub fn read(text: &str) -> Result<Self, LocationError> {
        let wrong = |problem| LocationError { text: without_credentials(text), problem };
        if let Some(rest) = text.strip_prefix("git+") {
            return git(rest).map(Self::Git).map_err(wrong);
        }
        if let Some(rest) = text.strip_prefix("oci://") {
            return artifact(rest).map(Self::Artifact).map_err(wrong);
        }
        if let Some(rest) = text.strip_prefix("configmap://") {
            let (namespace, selector) = rest.split_once('?').unwrap_or((rest, SELECTOR));
            if namespace.is_empty() || namespace.contains('/') {
                return Err(wrong("name a namespace, as in `configmap://policies`"));
            }
            return Ok(Self::Cluster(ClusterLocation {
                namespace: Some(namespace.to_owned()),
                selector: selector.to_owned(),
                resources: false,
            }));
        }
        if text == "cluster://" {
            return Ok(Self::Cluster(ClusterLocation { resources: true, ..ClusterLocation::default() }));
        }
        if text.contains("://") {
            return Err(wrong("write `git+https://…`, `oci://…`, `configmap://…`, `cluster://` or a folder"));
        }
        if text.is_empty() {
            return Err(wrong("name a folder or a repository"));
        }
        Ok(Self::Folder(PathBuf::from(text)))
    }

    /// Whether a text means something else than a path.
    pub fn is_remote(text: &str) -> bool {
        text.starts_with("git+") || text.contains("://")
    }
}

fn git(text: &str) -> Result<GitLocation, &'static str> {
    let (rest, folder) = text.split_once('#').unwrap_or((text, ""));
    let Some((scheme, behind)) = rest.split_once("://") else { return Err("write `git+https://…`") };
    if !matches!(scheme, "https" | "http" | "ssh" | "file") {
        return Err("repositories are read over https, ssh, http or from a path, `git+file:///…`");
    }
    // An `@` before the first slash parts a user from a host.
    let path = behind.find('/').ok_or("there is no path behind the host")?;
    let (host, path) = behind.split_at(path);
    let (path, reference) = match path.rsplit_once('@') {
        Some((path, reference)) => (path, Some(reference.to_owned())),
        None => (path, None),
    };
    if reference.as_ref().is_some_and(|reference| !is_reference(reference)) {
        return Err("what follows `@` is no name of a branch, a tag or a commit");
    }
    if folder.split('/').any(|part| matches!(part, ".." | ".")) {
        return Err("the folder behind `#` leaves the repository");
    }
    let address = match scheme {
        "file" => path.to_owned(),
        _ => format!("{scheme}://{host}{path}"),
    };
    Ok(GitLocation { address, reference, folder: folder.trim_matches('/').to_owned() })
}

fn artifact(text: &str) -> Result<ArtifactLocation, &'static str> {
    let (name, folder) = text.split_once('#').unwrap_or((text, ""));
    // Without a host it would be an image of the default registry, which nobody means here.
    if !name.contains('/') {
        return Err("name the registry and the repository, as in `oci://registry.example.com/policies:v1`");
    }
    let reference: ImageRef = name.parse().map_err(|_| "what follows `oci://` names no artifact")?;
    if folder.split('/').any(|part| matches!(part, ".." | ".")) {
        return Err("the folder behind `#` leaves the artifact");
    }
    Ok(ArtifactLocation { reference, folder: folder.trim_matches('/').to_owned() })
}

/// Whether a text can be the name of a branch, tag or commit.
fn is_reference(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && !text.starts_with(['-', '/', '.'])
        && !text.ends_with(['/', '.'])
        && !text.contains("..")
        && !text.contains("//")
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"~^:?*[\\@{".contains(&byte))
}

/// A location without the credentials that it may hold.
pub fn without_credentials(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest.get(..end).and_then(|host| host.rfind('@')) {
        // The user of ssh is part of the address, and no secret.
        Some(at) if !scheme.ends_with("ssh") || rest[..at].contains(':') => {
            format!("{scheme}://{}", &rest[at + 1..])
        }
        _ => text.to_owned(),
    }
}

impl fmt::Display for GitLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.address.contains("://") {
            write!(f, "git+{}", without_credentials(&self.address))?;
        } else {
            write!(f, "git+file://{}", self.address)?;
        }
        if let Some(reference) = &self.reference {
            write!(f, "@{reference}")?;
        }
        if !self.folder.is_empty() {
            write!(f, "#{}", self.folder)?;
        }
        Ok(())
    }
}

impl fmt::Display for ArtifactLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "oci://{}", self.reference)?;
        if self.folder.is_empty() { Ok(()) } else { write!(f, "#{}", self.folder) }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Git(git) => git.fmt(f),
            Self::Artifact(artifact) => artifact.fmt(f),
            Self::Cluster(cluster) => match &cluster.namespace {
                Some(namespace) if cluster.selector == SELECTOR => write!(f, "configmap://{namespace}"),
                Some(namespace) => write!(f, "configmap://{namespace}?{}", cluster.selector),
                None => f.write_str("cluster://"),
            },
        }
    }
}
