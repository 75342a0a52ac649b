//! What each type of package URL asks of its parts: case, spelling, presence.

use super::{PackageUrl, PackageUrlError};
use crate::key::is_number;

/// Types whose namespaces and names have no case.
const LOWERED: [&str; 17] = [
    "alpm",
    "apk",
    "bitbucket",
    "bitnami",
    "brew",
    "chrome-extension",
    "composer",
    "deb",
    "git",
    "github",
    "gitlab",
    "hex",
    "luarocks",
    "oci",
    "otp",
    "pypi",
    "vscode-extension",
];

/// Types whose names have case but whose namespaces have none.
const LOWERED_NAMESPACES: [&str; 3] = ["qpkg", "rpm", "yocto"];

/// Types whose packages belong to nothing.
const WITHOUT_NAMESPACE: [&str; 4] = ["chrome-extension", "julia", "otp", "vcpkg"];

/// Types whose packages belong to something.
const WITH_NAMESPACE: [&str; 2] = ["swift", "vscode-extension"];

/// Brings a URL to the normal form of its type, or says which rule it is against.
pub(super) fn normalize(url: &mut PackageUrl) -> Result<(), PackageUrlError> {
    let kind = url.kind.as_str();
    if LOWERED.contains(&kind) {
        url.name = url.name.to_lowercase();
    }
    if LOWERED.contains(&kind) || LOWERED_NAMESPACES.contains(&kind) {
        url.namespace = url.namespace.as_deref().map(str::to_lowercase);
    }
    let is_bound = url.namespace.is_some();
    let broken = match kind {
        _ if is_bound && WITHOUT_NAMESPACE.contains(&kind) => Some("has no namespace"),
        _ if !is_bound && WITH_NAMESPACE.contains(&kind) => Some("needs a namespace"),
        // The namespace is the host; what the host keeps repositories in belongs to the name.
        "git" => {
            if let Some((host, folders)) = url.namespace.as_deref().and_then(|path| path.split_once('/')) {
                url.name = format!("{folders}/{}", url.name);
                url.namespace = Some(host.to_owned());
            }
            None
        }
        "pypi" => {
            url.name = url.name.replace('_', "-");
            None
        }
        "pub" => {
            let is_kept = |character: char| character.is_ascii_alphanumeric() || character == '_';
            url.name = url.name.to_lowercase().replace(|character| !is_kept(character), "_");
            None
        }
        // Databricks has names without case, other trackers of models have not.
        "mlflow" => {
            if url.qualifier("repository_url").is_some_and(|address| address.contains("databricks")) {
                url.name = url.name.to_lowercase();
            }
            None
        }
        "huggingface" | "vscode-extension" | "oci" => {
            url.version = url.version.as_deref().map(str::to_lowercase);
            None
        }
        "cpan" if url.name.contains("::") => Some("names a distribution, with `-` for `::`"),
        "julia" if url.qualifier("uuid").is_none() => Some("needs the qualifier `uuid`"),
        "chrome-extension" if !is_extension(&url.name) => Some("has a name of 32 letters from a to p"),
        "chrome-extension" if !url.version.as_deref().is_none_or(is_dotted) => {
            Some("has a version of one to four numbers")
        }
        _ => None,
    };
    broken.map_or(Ok(()), |rule| Err(PackageUrlError::Rule { kind: url.kind.clone(), rule }))
}

fn is_extension(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| (b'a'..=b'p').contains(&byte))
}

fn is_dotted(version: &str) -> bool {
    version.split('.').count() <= 4 && version.split('.').all(is_number)
}
