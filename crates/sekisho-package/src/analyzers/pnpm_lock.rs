//! pnpm: `pnpm-lock.yaml` of the versions 3 to 9.

use std::collections::HashMap;

use sekisho_manifest::{Entry, Node};

use crate::analyzer::{Analyzer, Select};
use crate::convention::npm::{integrity, sourced};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::yaml;
use sekisho_contents::Evidence;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "pnpm-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("pnpm-lock.yaml")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of pnpm", read),
    join: None,
};

/// Reads a lock file. Where it holds several documents, the first are those of pnpm itself and of its settings.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let documents = yaml(sheet, listing);
    if documents.is_empty() && listing.faults.is_empty() {
        listing.fault(Fault::Missing("lockfileVersion"));
    }
    for root in documents {
        document(sheet, &root, listing);
    }
}

fn document(sheet: &Sheet<'_>, root: &Node, listing: &mut Listing) {
    let version = sheet.field(root, "lockfileVersion");
    let major: u32 = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or_default();
    if !(3..=9).contains(&major) {
        listing.fault(Fault::Format(version.chars().take(40).collect()));
        return;
    }
    let mut snapshots: HashMap<String, Vec<&Node>> = HashMap::new();
    for entry in root.get("snapshots").map_or(&[][..], Node::entries) {
        snapshots.entry(without_peers(&entry.key).to_owned()).or_default().push(&entry.node);
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for entry in root.get("packages").map_or(&[][..], Node::entries) {
        let Some(mut listed) = package(sheet, entry, major) else { continue };
        let needs = snapshots.get(entry.key.as_str());
        let nodes = needs.map_or_else(|| vec![&entry.node], Clone::clone);
        for node in nodes {
            listed.needs.extend(needed(sheet, node, major));
        }
        // The same package stands there once for each set of peers.
        if let Some(known) = seen.get(&listed.id).and_then(|place| listing.packages.get_mut(*place)) {
            known.is_development &= listed.is_development;
            known.is_optional &= listed.is_optional;
            known.needs.extend(listed.needs);
            continue;
        }
        seen.insert(listed.id.clone(), listing.packages.len());
        listing.add(listed);
    }
    let flagged: Vec<bool> = listing.packages.iter().map(|package| package.is_development).collect();
    let (mut runtime, mut development) = (Vec::new(), Vec::new());
    let importers = root.get("importers").map_or(&[][..], Node::entries).iter().map(|entry| &entry.node);
    for importer in importers.chain([root]) {
        for kind in ["dependencies", "optionalDependencies"] {
            runtime.extend(asked(sheet, importer, kind, major));
        }
        development.extend(asked(sheet, importer, "devDependencies", major));
    }
    for package in &mut listing.packages {
        package.needs.sort();
        package.needs.dedup();
    }
    listing.rooted(runtime.iter().map(String::as_str), development.iter().map(String::as_str));
    if major < 9 {
        for (package, flag) in listing.packages.iter_mut().zip(flagged) {
            package.is_development = flag;
        }
    }
}

/// What stands for peers behind a version: `(react@18.0.0)`, and `_react@18.0.0` up to version 5.
fn without_peers(key: &str) -> &str {
    key.split_once('(').map_or(key, |(before, _)| before)
}

fn package(sheet: &Sheet<'_>, entry: &Entry, major: u32) -> Option<Listed> {
    let node = &entry.node;
    let span = sheet.place(entry.key_span);
    let (name, reference) = named(&entry.key, major)?;
    let (said, version) = (sheet.field(node, "name"), sheet.field(node, "version"));
    let name = if said.is_empty() { name } else { said };
    let mut listed = if reference.contains(['/', ':']) {
        let archive = node.get("resolution").map_or("", |resolution| sheet.field(resolution, "tarball"));
        let repository =
            reference.rsplit_once('/').map(|(path, commit)| format!("git+https://{path}#{commit}"));
        let source = match repository {
            _ if reference.contains(':') => reference.to_owned(),
            Some(repository) if archive.is_empty() => repository,
            _ => archive.to_owned(),
        };
        sourced(name, &source, span)?
    } else {
        Listed::scoped("npm", name, reference, span)
    };
    if !version.is_empty() {
        listed.version = Some(version.to_owned());
    }
    listed.is_development = node.is_true("dev");
    listed.is_optional = node.is_true("optional");
    listed.digests =
        node.get("resolution").map_or(Vec::new(), |node| integrity(sheet.field(node, "integrity")));
    Some(listed.known_as(id(&entry.key, major)))
}

/// The id of a package by its key, whichever way it is written.
fn id(key: &str, major: u32) -> String {
    match named(key, major) {
        Some((name, reference)) => format!("{name}@{reference}"),
        None => key.to_owned(),
    }
}

/// Name and version of a key: `/name/1.0.0_peers`, `/name@1.0.0(peers)`, `name@1.0.0`; of other sources what follows
/// the name, or all of it.
fn named(key: &str, major: u32) -> Option<(&str, &str)> {
    let path = without_peers(key);
    let local = path.strip_prefix('/');
    if major < 6 {
        let path = match local {
            Some(path) => path,
            None => match of_registry(path) {
                Some(path) => path,
                None => return Some((path.rsplit('/').nth(1)?, path)),
            },
        };
        let (name, version) = path.rsplit_once('/')?;
        let version = version.split_once('_').map_or(version, |(version, _)| version);
        return Some((name, version));
    }
    let path = match local {
        Some(path) => path,
        None if major < 9 && !path.get(1..)?.contains('@') => return Some((path.rsplit('/').nth(1)?, path)),
        None => path,
    };
    let at = path.get(1..)?.find('@')? + 1;
    Some((path.get(..at)?, path.get(at + 1..)?))
}

/// What follows the host of another registry: a name, perhaps with a scope, and a version. A repository has an owner and
/// a name.
fn of_registry(path: &str) -> Option<&str> {
    let (_, rest) = path.split_once('/')?;
    let parts: Vec<&str> = rest.split('/').collect();
    let has_version =
        parts.last().is_some_and(|version| version.starts_with(|first: char| first.is_ascii_digit()));
    let is_named = match parts.as_slice() {
        [_, _] => true,
        [scope, _, _] => scope.starts_with('@'),
        _ => false,
    };
    (has_version && is_named).then_some(rest)
}

/// The id of what a name and a version in a list of dependencies stand for; none for a folder beside.
fn pointed(name: &str, reference: &str, major: u32) -> Option<String> {
    let plain = without_peers(reference);
    if ["link:", "file:", "workspace:"].iter().any(|kind| plain.starts_with(kind)) {
        return None;
    }
    let is_key = plain.starts_with('/')
        || plain.get(1..).is_some_and(|rest| rest.contains('@') && !rest.contains("://"));
    if is_key && (major >= 6 || plain.starts_with('/')) || plain.contains('/') && !plain.contains("://") {
        return Some(id(reference, major));
    }
    let version = if major < 6 { plain.split_once('_').map_or(plain, |(version, _)| version) } else { plain };
    Some(format!("{name}@{version}"))
}

fn needed(sheet: &Sheet<'_>, node: &Node, major: u32) -> Vec<String> {
    let kinds = ["dependencies", "optionalDependencies"].iter().filter_map(|kind| node.get(kind));
    let entries = kinds.flat_map(Node::entries);
    entries.filter_map(|entry| pointed(&entry.key, sheet.scalar(&entry.node), major)).collect()
}

fn asked(sheet: &Sheet<'_>, importer: &Node, kind: &str, major: u32) -> Vec<String> {
    let entries = importer.get(kind).map_or(&[][..], Node::entries).iter();
    let found = entries.filter_map(|entry| {
        let reference = match sheet.scalar(&entry.node) {
            "" => sheet.field(&entry.node, "version"),
            text => text,
        };
        pointed(&entry.key, reference, major)
    });
    found.collect()
}
