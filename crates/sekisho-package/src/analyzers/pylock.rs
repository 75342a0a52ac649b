//! Python: `pylock.toml` and `pylock.NAME.toml`. See PEP 751.

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use super::poetry_lock::place;
use crate::analyzer::{Analyzer, Select};
use crate::convention::python_name::normal;
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::path::{base_name, ends};
use crate::sheet::Sheet;
use crate::tree::toml;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "pylock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Custom(|path, _| {
        let name = base_name(path);
        name == "pylock.toml" || name.starts_with("pylock.") && ends(name, &[".toml"])
    })],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Python", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = toml(sheet, listing) else { return };
    let version = sheet.field(&root, "lock-version");
    if version.is_empty() {
        listing.fault(Fault::Missing("lock-version"));
    } else if !version.starts_with("1.") {
        listing.fault(Fault::Format(version.chars().take(40).collect()));
    }
    for node in root.get("packages").map_or(&[][..], Node::items) {
        if node.get("directory").is_some() {
            continue;
        }
        let name = sheet.field(node, "name");
        let mut package = Listed::new("pypi", name, sheet.field(node, "version"), place(sheet, node));
        if let Some(vcs) = node.get("vcs") {
            let commit = sheet.field(vcs, "commit-id");
            let address = format!("{}+{}@{commit}", sheet.field(vcs, "type"), sheet.field(vcs, "url"));
            package = package.qualified("vcs_url", &address);
            package.version =
                package.version.or_else(|| Some(commit.to_owned())).filter(|text| !text.is_empty());
        }
        if let Some(archive) = node.get("archive") {
            package = package.qualified("download_url", sheet.field(archive, "url"));
        }
        // A package that only groups for development bring has this in its marker.
        let marker = sheet.field(node, "marker");
        package.is_development = marker.contains("dependency_groups") && marker.contains("dev");
        let hashes = node.get("sdist").or(node.get("archive")).and_then(|archive| archive.get("hashes"));
        for hash in hashes.map_or(&[][..], Node::entries) {
            package.digests.push((hash.key.to_string(), sheet.scalar(&hash.node).to_owned()));
        }
        let needs = node.get("dependencies").map_or(&[][..], Node::items).iter();
        package.needs = needs.map(|need| normal(sheet.field(need, "name"))).collect();
        listing.add(package.known_as(normal(name)));
    }
}
