//! Julia: `Manifest.toml`, versions 1 and 2.

use std::collections::HashMap;

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::path::{base_name, ends};
use crate::sheet::Sheet;
use crate::tree::toml;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "julia-manifest",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Custom(|path, _| {
        let name = base_name(path);
        matches!(name, "Manifest.toml" | "JuliaManifest.toml")
            || name.starts_with("Manifest-v") && ends(name, &[".toml"])
    })],
    access: WHOLE,
    read: |file, report| listed(file, report, "manifest of Julia", read),
    join: None,
};

/// Reads a manifest. A package without a version belongs to Julia itself.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = toml(sheet, listing) else { return };
    let julia = sheet.field(&root, "julia_version");
    let packages = root.get("deps").unwrap_or(&root);
    let mut ids: HashMap<&str, String> = HashMap::new();
    let all = || {
        packages.entries().iter().flat_map(|entry| entry.node.items().iter().map(move |node| (entry, node)))
    };
    for (entry, node) in all() {
        ids.entry(&entry.key).or_insert_with(|| sheet.field(node, "uuid").to_owned());
    }
    for (entry, node) in all() {
        let uuid = sheet.field(node, "uuid");
        if uuid.is_empty() || node.get("path").is_some() {
            continue;
        }
        let version = match sheet.field(node, "version") {
            "" => julia,
            version => version,
        };
        let span = sheet.head(node);
        let mut package =
            Listed::new("julia", &entry.key, version, span).qualified("uuid", uuid).known_as(uuid);
        let (address, revision) = (sheet.field(node, "repo-url"), sheet.field(node, "repo-rev"));
        if !address.is_empty() {
            package = package.qualified("vcs_url", &format!("git+{address}@{revision}"));
        }
        let needs = node.get("deps");
        // A list of names, or a table of names and identifiers where a name alone does not tell.
        let named =
            needs.map_or(&[][..], Node::items).iter().filter_map(|name| ids.get(sheet.scalar(name)).cloned());
        let keyed =
            needs.map_or(&[][..], Node::entries).iter().map(|need| sheet.scalar(&need.node).to_owned());
        package.needs = named.chain(keyed).collect();
        let sum = sheet.field(node, "git-tree-sha1");
        if !sum.is_empty() {
            package.digests.push((String::from("sha1"), sum.to_owned()));
        }
        listing.add(package);
    }
}
