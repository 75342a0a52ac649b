//! Gradle: version catalogues, `*.versions.toml`, and `verification-metadata.xml`.

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::markup::xml;
use crate::sheet::Sheet;
use crate::tree::toml;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "gradle-catalog",
    version: 1,
    evidence: Evidence::Declared,
    selects: &[Select::Suffix(".versions.toml"), Select::Tail("gradle/verification-metadata.xml")],
    access: WHOLE,
    read: |file, report| listed(file, report, "list of packages for Gradle", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    if sheet.file_name() == "verification-metadata.xml" {
        verified(sheet, listing);
    } else {
        catalogue(sheet, listing);
    }
}

fn catalogue(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = toml(sheet, listing) else { return };
    for entry in root.get("libraries").map_or(&[][..], Node::entries) {
        let (node, span) = (&entry.node, sheet.place(entry.key_span));
        let text = sheet.scalar(node);
        let (group, artifact, version) = if text.is_empty() {
            let (group, artifact) = match sheet.field(node, "module").split_once(':') {
                Some(pair) => pair,
                None => (sheet.field(node, "group"), sheet.field(node, "name")),
            };
            (group, artifact, version(sheet, &root, node))
        } else {
            let mut parts = text.split(':');
            (
                parts.next().unwrap_or_default(),
                parts.next().unwrap_or_default(),
                parts.next().unwrap_or_default(),
            )
        };
        add(group, artifact, version, span, false, listing);
    }
    for entry in root.get("plugins").map_or(&[][..], Node::entries) {
        let (node, span) = (&entry.node, sheet.place(entry.key_span));
        let text = sheet.scalar(node);
        let (id, version) = match text.split_once(':') {
            Some(pair) => pair,
            None => (sheet.field(node, "id"), version(sheet, &root, node)),
        };
        // A plugin is found by its marker, a package of this name.
        add(id, &format!("{id}.gradle.plugin"), version, span, true, listing);
    }
}

fn add(
    group: &str,
    artifact: &str,
    version: &str,
    span: std::ops::Range<u32>,
    is_development: bool,
    listing: &mut Listing,
) {
    if !group.is_empty() && !artifact.is_empty() {
        let version = if version.contains(['+', '[', '(', ']', ',', ')']) { "" } else { version };
        let package = Listed::maven(group, artifact, version, span);
        listing.add(Listed { relation: Relation::Direct, is_development, ..package });
    }
}

/// A version, a reference to one, or a rich one, of which the strictest part counts.
fn version<'n>(sheet: &'n Sheet<'_>, root: &'n Node, node: &'n Node) -> &'n str {
    let Some(value) = node.get("version") else { return "" };
    let reference = sheet.field(value, "ref");
    let value = match root.get("versions").and_then(|versions| versions.get(reference)) {
        Some(named) if !reference.is_empty() => named,
        _ => value,
    };
    match sheet.scalar(value) {
        "" => ["strictly", "require", "prefer"]
            .iter()
            .map(|key| sheet.field(value, key))
            .find(|text| !text.is_empty())
            .unwrap_or_default(),
        text => text,
    }
}

fn verified(sheet: &Sheet<'_>, listing: &mut Listing) {
    let root = xml(sheet, listing);
    let Some(components) = root.at(&["verification-metadata", "components"]) else { return };
    for component in components.all("component") {
        let (group, name, version) =
            (component.attribute("group"), component.attribute("name"), component.attribute("version"));
        let mut package = Listed::maven(group, name, version, component.span.clone());
        let archive = component
            .all("artifact")
            .find(|artifact| artifact.attribute("name") == format!("{name}-{version}.jar"));
        for digest in archive
            .iter()
            .flat_map(|archive| &archive.children)
            .filter(|digest| digest.name.starts_with("sha"))
        {
            package.digests.push((digest.name.clone(), digest.attribute("value").to_owned()));
        }
        listing.add(package);
    }
}
