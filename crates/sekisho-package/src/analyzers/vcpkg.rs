//! C and C++: packages that vcpkg installed, by `vcpkg/status`, and versions that `vcpkg.json` overrides.

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::convention::headers::paragraphs;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::json;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "vcpkg",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Tail("vcpkg/status"), Select::Name("vcpkg.json")],
    access: WHOLE,
    read: |file, report| listed(file, report, "list of packages of vcpkg", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    if sheet.file_name() == "vcpkg.json" {
        return overridden(sheet, listing);
    }
    // Each change of a package adds a paragraph; the last holds.
    for headers in paragraphs(sheet) {
        let field = |key: &str| headers.iter().find(|header| header.key == key);
        let text = |key: &str| field(key).map_or("", |header| header.value.as_str());
        let Some(name) = field("package").filter(|_| field("feature").is_none()) else { continue };
        let id = format!("{}:{}", name.value, text("architecture"));
        listing.packages.retain(|known| known.id != id);
        if text("status") != "install ok installed" {
            continue;
        }
        let mut package = Listed::new("vcpkg", &name.value, text("version"), name.span.clone())
            .qualified("port_version", text("port-version"))
            .qualified("triplet", text("architecture"));
        let needs = text("depends")
            .split(',')
            .map(|need| need.trim().split([':', '[', ' ']).next().unwrap_or_default());
        package.needs = needs.map(|need| format!("{need}:{}", text("architecture"))).collect();
        listing.add(package.known_as(id));
    }
}

fn overridden(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    for node in root.get("overrides").map_or(&[][..], Node::items) {
        let keys = ["version", "version-semver", "version-date", "version-string"];
        let version =
            keys.iter().map(|key| sheet.field(node, key)).find(|text| !text.is_empty()).unwrap_or_default();
        let (version, port) = version.split_once('#').unwrap_or((version, sheet.field(node, "port-version")));
        let span = node.get("name").map_or(0..0, |name| sheet.place(name.span));
        let package = Listed::new("vcpkg", sheet.field(node, "name"), version, span);
        listing.add(Listed { relation: Relation::Direct, ..package.qualified("port_version", port) });
    }
}
