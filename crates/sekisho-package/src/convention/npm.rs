//! npm: where packages come from, their checksums and their licences.

use std::ops::Range;

use sekisho_manifest::Node;

use crate::listing::Listed;
use crate::sheet::Sheet;

/// A package by what stands for its version: a version, an alias, the address of an archive or a repository; none
/// where that is a folder beside.
pub(crate) fn sourced(name: &str, version: &str, span: Range<u32>) -> Option<Listed> {
    let is_local =
        |text: &str| ["file:", "link:", "workspace:", "portal:"].iter().any(|kind| text.starts_with(kind));
    if let Some(alias) = version.strip_prefix("npm:") {
        let at = alias.rfind('@').filter(|at| *at > 0)?;
        return Some(Listed::scoped("npm", alias.get(..at)?, alias.get(at + 1..)?, span));
    }
    if is_local(version) {
        return None;
    }
    let hosts = [("github:", "github.com"), ("gitlab:", "gitlab.com"), ("bitbucket:", "bitbucket.org")];
    let short = hosts
        .iter()
        .find_map(|(kind, host)| Some(format!("git+https://{host}/{}", version.strip_prefix(kind)?)));
    let source = short.as_deref().unwrap_or(version);
    let is_repository = source.starts_with("git")
        || source.starts_with("ssh:")
        || source.contains(".git#")
        || source.contains("codeload.github.com/");
    if is_repository {
        let parts = source.rsplit_once('#').or_else(|| source.rsplit_once("/tar.gz/"));
        let (address, commit) = parts.unwrap_or((source, ""));
        let address = address.replacen("https://codeload.github.com/", "git+https://github.com/", 1);
        let address = if address.starts_with("git") { address } else { format!("git+{address}") };
        let whole = if commit.is_empty() { address } else { format!("{address}@{commit}") };
        return Some(Listed::scoped("npm", name, commit, span).qualified("vcs_url", &whole));
    }
    if version.contains("://") {
        return Some(Listed::scoped("npm", name, "", span).qualified("download_url", version));
    }
    Some(Listed::scoped("npm", name, version, span))
}

/// Checksums as browsers write them: `sha512-…`, several between spaces.
pub(crate) fn integrity(text: &str) -> Vec<(String, String)> {
    let pairs = text.split_whitespace().filter_map(|one| one.split_once('-'));
    pairs.map(|(algorithm, value)| (algorithm.to_owned(), value.to_owned())).collect()
}

/// The licences of a package: a text, an object with a type, or a list of either.
pub(crate) fn licenses(sheet: &Sheet<'_>, node: &Node) -> Vec<String> {
    let mut found = Vec::new();
    for value in ["license", "licenses"].iter().filter_map(|key| node.get(key)) {
        let many = std::slice::from_ref(value);
        for one in if value.items().is_empty() { many } else { value.items() } {
            let text = one.as_str().unwrap_or_else(|| {
                let kind = sheet.field(one, "type");
                if kind.is_empty() { sheet.field(one, "name") } else { kind }
            });
            if !text.is_empty() {
                found.push(text.to_owned());
            }
        }
    }
    found
}
