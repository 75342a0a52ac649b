//! Poetry: `poetry.lock`, of all versions.

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::convention::python_name::normal;
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{keys, toml, words};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "poetry-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("poetry.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Poetry", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = toml(sheet, listing) else { return };
    let Some(packages) = root.get("package") else {
        // A project without dependencies has the metadata alone.
        if root.get("metadata").is_none() {
            listing.fault(Fault::Missing("package"));
        }
        return;
    };
    for node in packages.items() {
        let source = node.get("source");
        let kind = source.map_or("", |source| sheet.field(source, "type"));
        if kind == "directory" {
            continue;
        }
        let name = sheet.field(node, "name");
        let mut package = Listed::new("pypi", name, sheet.field(node, "version"), place(sheet, node));
        if let (Some(source), true) = (source, kind == "git") {
            let commit = match sheet.field(source, "resolved_reference") {
                "" => sheet.field(source, "reference"),
                commit => commit,
            };
            package = package.qualified("vcs_url", &format!("git+{}@{commit}", sheet.field(source, "url")));
        } else if let (Some(source), true) = (source, kind == "url") {
            package = package.qualified("download_url", sheet.field(source, "url"));
        }
        let groups = words(node, "groups");
        package.is_development = if groups.is_empty() {
            !matches!(sheet.field(node, "category"), "main" | "")
        } else {
            !groups.contains(&"main")
        };
        package.is_optional = node.is_true("optional");
        package.needs = keys(node, "dependencies").map(normal).collect();
        listing.add(package.known_as(normal(name)));
    }
}

/// Where a table of a list of packages names its package.
pub(super) fn place(sheet: &Sheet<'_>, node: &Node) -> std::ops::Range<u32> {
    node.get("name").map_or(0..0, |name| sheet.place(name.span))
}
