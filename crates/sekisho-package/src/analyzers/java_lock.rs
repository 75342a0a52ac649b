//! Java: the lock file of sbt, `ivy.xml`, and `maven_install.json` of Bazel.

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::markup::xml;
use crate::sheet::Sheet;
use crate::tree::{json, words};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "java-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("build.sbt.lock"), Select::Name("ivy.xml"), Select::Suffix("_install.json")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of sbt, Ivy or Bazel", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    match sheet.file_name() {
        "build.sbt.lock" => sbt(sheet, listing),
        "ivy.xml" => ivy(sheet, listing),
        _ => bazel(sheet, listing),
    }
}

fn sbt(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    for node in root.get("dependencies").map_or(&[][..], Node::items) {
        let span = node.get("name").map_or(0..0, |name| sheet.place(name.span));
        let mut package = Listed::maven(
            sheet.field(node, "org"),
            sheet.field(node, "name"),
            sheet.field(node, "version"),
            span,
        );
        let configurations = words(node, "configurations");
        let is_test =
            |name: &&str| name.starts_with("test") || name.starts_with("it") || **name == *"scala-tool";
        package.is_development = !configurations.is_empty() && configurations.iter().all(is_test);
        listing.add(package);
    }
}

fn ivy(sheet: &Sheet<'_>, listing: &mut Listing) {
    let root = xml(sheet, listing);
    let Some(dependencies) = root.at(&["ivy-module", "dependencies"]) else { return };
    for dependency in dependencies.all("dependency") {
        let revision = dependency.attribute("rev");
        let is_exact = !revision.contains(['[', '(', ']', '+', '$']) && !revision.starts_with("latest.");
        let organisation = match dependency.attribute("org") {
            "" => root.at(&["ivy-module", "info"]).map_or("", |info| info.attribute("organisation")),
            organisation => organisation,
        };
        let version = if is_exact { revision } else { "" };
        let mut package =
            Listed::maven(organisation, dependency.attribute("name"), version, dependency.span.clone());
        package.is_development = dependency.attribute("conf").starts_with("test");
        listing.add(package);
    }
}

/// Version 2 has a mapping of `group:artifact` to versions, the first version a list of coordinates.
fn bazel(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    for entry in root.get("artifacts").map_or(&[][..], Node::entries) {
        let mut parts = entry.key.split(':');
        let (Some(group), Some(artifact)) = (parts.next(), parts.next()) else { continue };
        let mut package =
            Listed::maven(group, artifact, sheet.field(&entry.node, "version"), sheet.place(entry.key_span));
        let archive = entry.node.get("shasums").map_or("", |sums| sheet.field(sums, "jar"));
        if !archive.is_empty() {
            package.digests.push((String::from("sha256"), archive.to_owned()));
        }
        package.needs = root
            .get("dependencies")
            .map_or(Vec::new(), |all| words(all, &entry.key))
            .into_iter()
            .map(str::to_owned)
            .collect();
        listing.add(package);
    }
    for node in root.at(&["dependency_tree", "dependencies"]).map_or(&[][..], Node::items) {
        let parts: Vec<&str> = sheet.field(node, "coord").split(':').collect();
        if let [group, artifact, .., version] = parts.as_slice()
            && parts.len() >= 3
            && !parts.contains(&"sources")
        {
            let span = node.get("coord").map_or(0..0, |coordinates| sheet.place(coordinates.span));
            listing.add(Listed::maven(group, artifact, version, span));
        }
    }
}
