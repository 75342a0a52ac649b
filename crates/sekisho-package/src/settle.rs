//! What packages of a distribution can only know from the distribution: the namespace of their URLs, their release.

use std::collections::BTreeMap;

use sekisho_contents::{Distribution, Package};
use sekisho_version::PackageUrl;
use smol_str::SmolStr;

use crate::joining::{Joining, Seen};
use crate::report::Fact;

/// The types of package URLs that distributions have.
pub(crate) const KINDS: [&str; 6] = ["deb", "rpm", "apk", "alpm", "ebuild", "opkg"];

/// The distribution that the files name: `etc/os-release` before others, a higher layer before a lower one.
pub(crate) fn distribution(files: &[Seen]) -> Option<Distribution> {
    const ORDER: [&str; 3] = ["etc/os-release", "usr/lib/os-release", "etc/lsb-release"];
    let rank = |path: &str| ORDER.iter().position(|known| *known == path).unwrap_or(ORDER.len());
    files
        .iter()
        .rev()
        .flat_map(|seen| seen.report.facts.iter().map(move |fact| (&seen.report.path, fact)))
        .filter_map(|(path, fact)| match fact {
            Fact::Distribution(distribution) => Some((rank(path), distribution)),
            _ => None,
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, distribution)| distribution.clone())
}

/// Gives packages of the distribution its namespace, the qualifier `distro`, and its release.
pub(crate) fn name_by_distribution(joining: &mut Joining<'_>) {
    let Some(distribution) = joining.distribution.clone() else { return };
    for found in joining.files.iter_mut().flat_map(|seen| &mut seen.report.found) {
        if KINDS.contains(&found.package.url.kind()) {
            settle(&mut found.package, &distribution);
        }
    }
}

fn settle(package: &mut Package, distribution: &Distribution) {
    let url = &package.url;
    let mut qualifiers: BTreeMap<String, String> =
        url.qualifiers().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    qualifiers.entry("distro".to_owned()).or_insert_with(|| distribution.qualifier());
    let namespace = url.namespace().unwrap_or_else(|| namespace(&distribution.id)).to_owned();
    let built =
        PackageUrl::build(url.kind(), Some(&namespace), url.name(), url.version(), qualifiers, url.subpath());
    if let Ok(url) = built {
        package.url = url;
    }
    package.release = package.release.take().or_else(|| distribution.release.clone());
}

/// The namespace of package URLs for the identifier of a distribution, where they differ.
fn namespace(id: &SmolStr) -> &str {
    match id.as_str() {
        "rhel" => "redhat",
        "opensuse-leap" | "opensuse-tumbleweed" | "opensuse-microos" => "opensuse",
        "sles" | "sled" | "sles_sap" | "sle-micro" | "sl-micro" => "suse",
        "mariner" => "azurelinux",
        id => id,
    }
}
