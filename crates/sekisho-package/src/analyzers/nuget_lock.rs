//! .NET: `packages.lock.json` and `project.assets.json`.

use std::collections::{HashMap, HashSet};

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{json, keys};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "nuget-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("packages.lock.json"), Select::Name("project.assets.json")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of NuGet", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    if sheet.file_name() == "project.assets.json" {
        assets(sheet, &root, listing);
    } else {
        locked(sheet, &root, listing);
    }
}

/// Packages of each target framework; a package stands once for each.
fn locked(sheet: &Sheet<'_>, root: &Node, listing: &mut Listing) {
    let Some(frameworks) = root.get("dependencies") else {
        listing.fault(Fault::Missing("dependencies"));
        return;
    };
    for framework in frameworks.entries() {
        let versions: HashMap<String, &str> = framework
            .node
            .entries()
            .iter()
            .map(|entry| (entry.key.to_lowercase(), sheet.field(&entry.node, "resolved")))
            .collect();
        for entry in framework.node.entries() {
            let node = &entry.node;
            let kind = sheet.field(node, "type");
            let version = sheet.field(node, "resolved");
            if kind.eq_ignore_ascii_case("project") || version.is_empty() {
                continue;
            }
            let mut package = nuget(&entry.key, version, sheet.place(entry.key_span));
            package.relation = if kind == "Direct" { Relation::Direct } else { Relation::Transitive };
            let needs = keys(node, "dependencies").map(str::to_lowercase);
            package.needs =
                needs.filter_map(|need| Some(format!("{need}/{}", versions.get(&need)?))).collect();
            let hash = sheet.field(node, "contentHash");
            if !hash.is_empty() {
                package.digests.push((String::from("sha512"), hash.to_owned()));
            }
            listing.add(package);
        }
    }
}

/// A package of NuGet; names have no case, and the edges of its files name the version.
pub(super) fn nuget(name: &str, version: &str, span: std::ops::Range<u32>) -> Listed {
    Listed::new("nuget", name, version, span).known_as(format!("{}/{version}", name.to_lowercase()))
}

fn assets(sheet: &Sheet<'_>, root: &Node, listing: &mut Listing) {
    let frameworks = root.at(&["project", "frameworks"]).map_or(&[][..], Node::entries);
    let asked: HashSet<String> = frameworks
        .iter()
        .flat_map(|framework| keys(&framework.node, "dependencies"))
        .map(str::to_lowercase)
        .collect();
    libraries(sheet, root, listing);
    for package in &mut listing.packages {
        let is_asked = asked.contains(&package.name.to_lowercase());
        package.relation = if is_asked { Relation::Direct } else { Relation::Transitive };
    }
}

/// The packages among the libraries, with the edges of all targets.
pub(super) fn libraries(sheet: &Sheet<'_>, root: &Node, listing: &mut Listing) {
    let Some(libraries) = root.get("libraries") else {
        listing.fault(Fault::Missing("libraries"));
        return;
    };
    let mut versions: HashMap<String, &str> = HashMap::new();
    for entry in libraries.entries() {
        if let Some((name, version)) = entry.key.split_once('/') {
            versions.insert(name.to_lowercase(), version);
        }
    }
    let mut needs: HashMap<&str, Vec<String>> = HashMap::new();
    for target in root.get("targets").map_or(&[][..], Node::entries) {
        for entry in target.node.entries() {
            let names = keys(&entry.node, "dependencies").map(str::to_lowercase);
            let found = names.filter_map(|name| Some(format!("{name}/{}", versions.get(&name)?)));
            needs.entry(&entry.key).or_default().extend(found);
        }
    }
    for entry in libraries.entries() {
        let Some((name, version)) = entry.key.split_once('/') else { continue };
        let kind = sheet.field(&entry.node, "type");
        // What a runtime brings is the runtime's own package, named `runtimepack.NAME`.
        let name = name.strip_prefix("runtimepack.").unwrap_or(name);
        if !matches!(kind, "package" | "runtimepack") {
            continue;
        }
        let mut package = nuget(name, version, sheet.place(entry.key_span));
        package.needs = needs.remove(entry.key.as_str()).unwrap_or_default();
        package.needs.sort();
        package.needs.dedup();
        let hash = sheet.field(&entry.node, "sha512");
        let hash = hash.strip_prefix("sha512-").unwrap_or(hash);
        if !hash.is_empty() {
            package.digests.push((String::from("sha512"), hash.to_owned()));
        }
        listing.add(package);
    }
}
