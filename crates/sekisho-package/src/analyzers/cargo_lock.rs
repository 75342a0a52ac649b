//! Rust: `Cargo.lock`, of all versions.

use std::collections::{BTreeSet, HashMap};

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{toml, words};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "cargo-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("Cargo.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Cargo", read),
    join: None,
};

/// Reads a lock file. A package without a source lies in the workspace. Which needs are for development only, the file
/// does not say.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = toml(sheet, listing) else { return };
    let packages = root.get("package").map_or(&[][..], Node::items);
    if packages.is_empty() && root.get("version").is_none() && root.get("root").is_none() {
        listing.fault(Fault::Missing("package"));
    }
    let mut named: HashMap<&str, Vec<String>> = HashMap::new();
    for node in packages.iter().chain(root.get("root")) {
        named.entry(sheet.field(node, "name")).or_default().push(id(sheet, node));
    }
    let mut direct = BTreeSet::new();
    for node in packages.iter().chain(root.get("root")) {
        let (name, version, source) =
            (sheet.field(node, "name"), sheet.field(node, "version"), sheet.field(node, "source"));
        let span = node.get("name").map_or(0..0, |name| sheet.place(name.span));
        let mut package = Listed::new("cargo", name, version, span);
        for need in words(node, "dependencies") {
            // `name`, `name version`, `name version (source)`.
            let mut parts = need.split(' ');
            match (parts.next(), parts.next()) {
                (Some(name), Some(version)) => package.needs.push(format!("{name}@{version}")),
                (Some(name), None) => package.needs.extend(named.get(name).into_iter().flatten().cloned()),
                _ => {}
            }
        }
        if let Some(address) = source.strip_prefix("git+") {
            let (address, commit) = address.split_once('#').unwrap_or((address, ""));
            let address = address.split('?').next().unwrap_or_default();
            package = package.qualified("vcs_url", &format!("git+{address}@{commit}"));
        } else if let Some(index) =
            source.strip_prefix("registry+").or_else(|| source.strip_prefix("sparse+"))
        {
            let is_usual = index.contains("github.com/rust-lang/crates.io-index")
                || index.starts_with("https://index.crates.io");
            package = package.qualified("repository_url", if is_usual { "" } else { index });
        } else if source.is_empty() {
            package.relation = Relation::Own;
            direct.extend(package.needs.iter().cloned());
        }
        let checksum = match sheet.field(node, "checksum") {
            "" => old_checksum(sheet, &root, name, version, source),
            checksum => checksum,
        };
        if !checksum.is_empty() && checksum != "<none>" {
            package.digests.push((String::from("sha256"), checksum.to_owned()));
        }
        listing.add(package.known_as(id(sheet, node)));
    }
    listing.rooted(direct.iter().map(String::as_str), []);
}

fn id(sheet: &Sheet<'_>, node: &Node) -> String {
    format!("{}@{}", sheet.field(node, "name"), sheet.field(node, "version"))
}

/// In version 1 checksums stand in a table of their own.
fn old_checksum<'n>(
    sheet: &'n Sheet<'_>,
    root: &'n Node,
    name: &str,
    version: &str,
    source: &str,
) -> &'n str {
    let metadata = root.get("metadata");
    metadata.map_or("", |metadata| sheet.field(metadata, &format!("checksum {name} {version} ({source})")))
}
