//! Bun: `bun.lock`, the text form.

use std::collections::{HashMap, HashSet};

use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::convention::npm::{integrity, sourced};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{json, keys};
use sekisho_contents::Evidence;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "bun-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("bun.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Bun", read),
    join: None,
};

/// Reads a lock file.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    let Some(packages) = root.get("packages") else {
        listing.fault(Fault::Missing("packages"));
        return;
    };
    let known: HashSet<&str> = packages.entries().iter().map(|entry| entry.key.as_str()).collect();
    let mut ids: HashMap<&str, String> = HashMap::new();
    let mut seen: HashSet<String> = HashSet::new();
    let mut members = Vec::new();
    for entry in packages.entries() {
        let Some(first) = entry.node.items().first() else { continue };
        let identity = sheet.scalar(first);
        let Some(at) = identity.get(1..).and_then(|rest| rest.find('@')).map(|at| at + 1) else { continue };
        let (name, reference) =
            (identity.get(..at).unwrap_or_default(), identity.get(at + 1..).unwrap_or_default());
        if reference.starts_with("workspace:") || reference.starts_with("root:") {
            members.push(entry.key.as_str());
            continue;
        }
        ids.insert(&entry.key, identity.to_owned());
        if !seen.insert(identity.to_owned()) {
            continue;
        }
        let Some(mut listed) = sourced(name, reference, sheet.place(entry.key_span)) else { continue };
        let texts = entry.node.items().iter().skip(1).filter_map(Node::as_str);
        listed.digests = texts.filter(|text| text.starts_with("sha")).flat_map(integrity).collect();
        listing.add(Listed { needs: vec![entry.key.to_string()], ..listed }.known_as(identity));
    }
    let details: HashMap<&str, &Node> = packages
        .entries()
        .iter()
        .filter_map(|entry| {
            Some((entry.key.as_str(), entry.node.items().iter().find(|item| item.as_mapping().is_some())?))
        })
        .collect();
    let find =
        |from: &str, name: &str| found(from, name, &known).and_then(|key| ids.get(key.as_str()).cloned());
    for package in &mut listing.packages {
        let Some(key) = package.needs.pop() else { continue };
        let Some(detail) = details.get(key.as_str()) else { continue };
        let names = ["dependencies", "optionalDependencies", "peerDependencies"]
            .iter()
            .flat_map(|kind| keys(detail, kind));
        package.needs = names.filter_map(|name| find(&key, name)).collect();
    }
    let (mut runtime, mut development) = (Vec::new(), Vec::new());
    for workspace in root.get("workspaces").map_or(&[][..], Node::entries) {
        // A member's own versions lie below its name.
        let folder = if workspace.key.is_empty() { "" } else { sheet.field(&workspace.node, "name") };
        for kind in ["dependencies", "optionalDependencies", "peerDependencies"] {
            runtime.extend(keys(&workspace.node, kind).filter_map(|name| find(folder, name)));
        }
        development.extend(keys(&workspace.node, "devDependencies").filter_map(|name| find(folder, name)));
    }
    listing.rooted(runtime.iter().map(String::as_str), development.iter().map(String::as_str));
}

/// The key under which a name is found from a package: below that package, or below one above it.
fn found(from: &str, name: &str, known: &HashSet<&str>) -> Option<String> {
    let mut folder = from;
    loop {
        let key = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        if known.contains(key.as_str()) {
            return Some(key);
        }
        if folder.is_empty() {
            return None;
        }
        // The last name may have a scope, which is one part with it.
        folder = match folder.rsplit_once('/') {
            Some((before, _)) => {
                let scope = before.rsplit('/').next().unwrap_or_default();
                if scope.starts_with('@') {
                    before.strip_suffix(scope).unwrap_or_default().trim_end_matches('/')
                } else {
                    before
                }
            }
            None => "",
        };
    }
}
