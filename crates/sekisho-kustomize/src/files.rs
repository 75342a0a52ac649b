//! The caller's files: the trait through which they come in, and paths within them.

use smol_str::{SmolStr, format_smolstr};

/// The names of kustomizations.
pub(crate) const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Whether a file of this name is a kustomization.
pub fn is_kustomization(name: &str) -> bool {
    NAMES.contains(&name)
}

/// The files that a build may read.
///
/// Paths are relative to a root of the caller's choice, with `/` between their parts and without `.` and
/// `..`; the root itself is the empty path. Nothing outside the root is asked for. Symbolic links are the
/// implementation's matter: it should not follow one out of the root.
pub trait Files {
    /// The bytes of a file; none where there is no such file.
    ///
    /// # Errors
    ///
    /// The reason why a file that is there cannot be read, such as its size.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String>;

    /// Whether there is a folder with this path.
    fn is_folder(&self, path: &str) -> bool;

    /// How a file is called in messages.
    fn name(&self, path: &str) -> SmolStr {
        path.into()
    }

    /// The folder in which a remote base lies already; none where it was not downloaded.
    fn remote(&self, url: &str) -> Option<String> {
        let _ = url;
        None
    }
}

/// A path from a folder, worked out by name; none where it leaves the root or is absolute.
pub(crate) fn join(folder: &str, path: &str) -> Option<SmolStr> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/").into())
}

/// Whether a path is the folder or lies below it.
pub(crate) fn is_within(folder: &str, path: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A folder as it is shown: the root is `.`.
pub(crate) fn shown(folder: &str) -> SmolStr {
    if folder.is_empty() { SmolStr::new_static(".") } else { folder.into() }
}

/// A file in a folder.
pub(crate) fn within(folder: &str, name: &str) -> SmolStr {
    if folder.is_empty() { name.into() } else { format_smolstr!("{folder}/{name}") }
}

/// Whether kustomize would fetch a file of this path over HTTP.
pub(crate) fn is_url(path: &str) -> bool {
    let lower = path.get(..8).unwrap_or(path).to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://") || lower.starts_with("http:")
}

/// Whether kustomize would clone a base of this path with git.
pub(crate) fn is_repository(path: &str) -> bool {
    if path.starts_with('/') {
        return false;
    }
    let path = path.split('?').next().unwrap_or(path);
    let lower = path.to_ascii_lowercase();
    let rest = lower.strip_prefix("git::").unwrap_or(&lower);
    let scheme =
        ["ssh://", "https://", "http://", "file://"].into_iter().find(|known| rest.starts_with(known));
    if let Some(scheme) = scheme {
        return has_repository(rest.get(scheme.len()..).unwrap_or(""));
    }
    if let Some((user, host)) = rest.split_once('@')
        && user.starts_with(|first: char| first.is_ascii_alphabetic())
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return has_repository(host);
    }
    let github = rest.strip_prefix("github.com").filter(|rest| rest.starts_with(['/', ':']));
    github.is_some_and(|rest| has_path(rest.get(1..).unwrap_or("")))
}

/// Whether a repository stands behind a host.
fn has_repository(rest: &str) -> bool {
    rest.find(['/', ':']).is_some_and(|at| has_path(rest.get(at + 1..).unwrap_or("")))
}

/// Whether a path behind a host can name a repository: by a mark of its end, or as owner and name.
fn has_path(path: &str) -> bool {
    path.contains("_git/") || path.contains("//") || path.contains(".git") || path.contains('/')
}
