//! Deno: `deno.lock` of the versions 2 to 5.

use std::collections::{BTreeSet, HashMap};

use sekisho_manifest::{Entry, Node};

use crate::analyzer::{Analyzer, Select};
use crate::convention::npm::integrity;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{json, words};
use sekisho_contents::Evidence;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "deno-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("deno.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Deno", read),
    join: None,
};

/// Reads a lock file: packages of npm and of JSR, and modules that were loaded from an address with a version.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    let inner = root.get("packages").unwrap_or(&root);
    let npm = inner.get("npm").map(|npm| npm.get("packages").unwrap_or(npm));
    for (kind, packages) in [("npm", npm), ("jsr", inner.get("jsr"))] {
        for entry in packages.map_or(&[][..], Node::entries) {
            package(sheet, kind, entry, listing);
        }
    }
    complete(listing);
    remote(sheet, &root, listing);
    let specifiers = [inner.get("specifiers"), inner.at(&["npm", "specifiers"])];
    let mut direct = Vec::new();
    for entry in specifiers.into_iter().flatten().flat_map(Node::entries) {
        // `"npm:chalk@5": "npm:chalk@5.3.0"`, or the version alone.
        let asked = entry.key.as_str();
        let version = sheet.scalar(&entry.node);
        let whole = match version.get(1..).and_then(|rest| rest.find('@')) {
            Some(_) if version.contains(':') => version.to_owned(),
            Some(_) if !version.contains('_') => format!("npm:{version}"),
            _ => match asked.rfind('@').filter(|at| *at > 5) {
                Some(at) => format!("{}@{version}", asked.get(..at).unwrap_or_default()),
                None => format!("{asked}@{version}"),
            },
        };
        direct.push(without_peers(&whole).to_owned());
    }
    listing.rooted(direct.iter().map(String::as_str), []);
}

fn package(sheet: &Sheet<'_>, kind: &'static str, entry: &Entry, listing: &mut Listing) {
    let key = without_peers(&entry.key);
    let Some(at) = key.rfind('@').filter(|at| *at > 0) else { return };
    let (name, version) = (key.get(..at).unwrap_or_default(), key.get(at + 1..).unwrap_or_default());
    let mut listed = Listed::scoped(kind, name, version, sheet.place(entry.key_span));
    listed.digests = integrity(sheet.field(&entry.node, "integrity"));
    let dependencies = entry.node.get("dependencies");
    let named = dependencies.map_or(&[][..], Node::entries).iter().map(|entry| sheet.scalar(&entry.node));
    listed.needs = words(&entry.node, "dependencies")
        .into_iter()
        .chain(named)
        .map(|need| without_peers(need).to_owned())
        .map(|need| if need.contains(':') { need } else { format!("{kind}:{need}") })
        .collect();
    let id = format!("{kind}:{key}");
    if !listing.packages.iter().rev().take(20).any(|known| known.id == id) {
        listing.add(listed.known_as(id));
    }
}

/// Gives needs the version that they leave out where only one is locked.
fn complete(listing: &mut Listing) {
    let mut ids: HashMap<String, String> = HashMap::new();
    for package in &listing.packages {
        let name = package.id.rsplit_once('@').map_or(package.id.as_str(), |(name, _)| name);
        ids.insert(name.to_owned(), package.id.clone());
    }
    for need in listing.packages.iter_mut().flat_map(|package| &mut package.needs) {
        if let Some(id) = ids.get(need.as_str()) {
            need.clone_from(id);
        }
    }
}

/// `name@1.0.0_peer@2.0.0` without its peers; a name may have underscores.
fn without_peers(key: &str) -> &str {
    let at = key.get(1..).and_then(|rest| rest.find('@')).map_or(0, |at| at + 1);
    match key.get(at..).and_then(|version| version.find('_')) {
        Some(end) if at > 0 => key.get(..at + end).unwrap_or(key),
        _ => key,
    }
}

/// `https://deno.land/std@0.224.0/path/mod.ts`: one package for all its modules.
fn remote(sheet: &Sheet<'_>, root: &Node, listing: &mut Listing) {
    let mut seen = BTreeSet::new();
    for entry in root.get("remote").map_or(&[][..], Node::entries) {
        let Some((host, path)) = entry.key.strip_prefix("https://").and_then(|rest| rest.split_once('/'))
        else {
            continue;
        };
        let path = path.strip_prefix("x/").unwrap_or(path);
        let Some((name, version)) = path.split('/').find_map(|part| part.rsplit_once('@')) else { continue };
        if name.is_empty() || host != "deno.land" || !seen.insert((name.to_owned(), version.to_owned())) {
            continue;
        }
        let listed =
            Listed::new("generic", name, version.trim_start_matches('v'), sheet.place(entry.key_span));
        listing.add(listed.qualified("repository_url", "https://deno.land").known_as(entry.key.as_str()));
    }
}
