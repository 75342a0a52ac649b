//! Pipenv: `Pipfile.lock`.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::convention::python_name::normal;
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{json, words};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "pipenv-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("Pipfile.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Pipenv", read),
    join: None,
};

/// Reads a lock file: categories of packages, `default` the one that is always installed.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    if root.get("default").is_none() && root.get("develop").is_none() {
        listing.fault(Fault::Missing("default"));
    }
    for category in root.entries().iter().filter(|entry| entry.key != "_meta") {
        for entry in category.node.entries() {
            let node = &entry.node;
            let version = sheet.field(node, "version").trim_start_matches('=');
            let mut package = Listed::new("pypi", &entry.key, version, sheet.place(entry.key_span));
            if let Some(address) = node.get("git").map(|address| sheet.scalar(address)) {
                let commit = sheet.field(node, "ref");
                package.version = Some(commit.to_owned()).filter(|commit| !commit.is_empty());
                package = package
                    .qualified("vcs_url", &format!("git+{}@{commit}", address.trim_start_matches("git+")));
            } else if node.get("path").is_some() || node.get("editable").is_some() {
                continue;
            }
            package.is_development = category.key != "default";
            for hash in words(node, "hashes") {
                if let Some((algorithm, value)) = hash.split_once(':') {
                    package.digests.push((algorithm.to_owned(), value.to_owned()));
                }
            }
            listing.add(package.known_as(normal(&entry.key)));
        }
    }
}
