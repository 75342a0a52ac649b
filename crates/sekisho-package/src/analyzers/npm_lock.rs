//! npm: `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3.

use std::collections::HashSet;

use sekisho_manifest::{Entry, Node};

use crate::analyzer::{Analyzer, Select};
use crate::convention::npm::{integrity, licenses, sourced};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{json, keys};
use sekisho_contents::Evidence;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "npm-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("package-lock.json"), Select::Name("npm-shrinkwrap.json")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of npm", read),
    join: None,
};

/// Reads a lock file.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    if root.get("packages").is_some_and(|packages| !packages.entries().is_empty()) {
        places(sheet, &root, listing);
    } else if let Some(dependencies) = root.get("dependencies") {
        own(sheet, &root, listing);
        let mut open = vec![(String::new(), dependencies)];
        while let Some((folder, dependencies)) = open.pop() {
            for entry in dependencies.entries() {
                let id = below(&folder, &entry.key);
                nested(sheet, entry, &id, listing);
                open.extend(entry.node.get("dependencies").map(|deeper| (id, deeper)));
            }
        }
        resolve(listing);
    } else if root.get("lockfileVersion").is_none() {
        listing.fault(Fault::Missing("lockfileVersion"));
    }
}

fn own(sheet: &Sheet<'_>, root: &Node, listing: &mut Listing) {
    let (name, version) = (sheet.field(root, "name"), sheet.field(root, "version"));
    if let (false, Some(node)) = (version.is_empty(), root.get("name")) {
        let mut listed = Listed::scoped("npm", name, version, sheet.place(node.span)).known_as("");
        listed.relation = Relation::Own;
        listing.add(listed);
    }
}

/// The path of a package that is installed below another.
fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() { format!("node_modules/{name}") } else { format!("{folder}/node_modules/{name}") }
}

/// An entry of version 1.
fn nested(sheet: &Sheet<'_>, entry: &Entry, id: &str, listing: &mut Listing) {
    let (node, span) = (&entry.node, sheet.place(entry.key_span));
    let name = entry.key.strip_prefix("node_modules/").unwrap_or(&entry.key);
    let Some(mut listed) = sourced(name, sheet.field(node, "version"), span) else { return };
    listed.needs = keys(node, "requires").map(str::to_owned).collect();
    marked(sheet, node, &mut listed);
    listing.add(listed.known_as(id));
}

/// Versions 2 and 3: packages by the folders that they are installed in.
fn places(sheet: &Sheet<'_>, root: &Node, listing: &mut Listing) {
    let mut direct = HashSet::new();
    let packages = root.get("packages").map_or(&[][..], Node::entries);
    for entry in packages {
        let node = &entry.node;
        let is_member = !entry.key.contains("node_modules/");
        let needs = || ["dependencies", "optionalDependencies"].iter().flat_map(|kind| keys(node, kind));
        if is_member {
            let asked = ["devDependencies", "peerDependencies"].iter().flat_map(|kind| keys(node, kind));
            direct.extend(needs().chain(asked).map(|name| resolved_from(&entry.key, name)));
        }
        if node.is_true("link") {
            continue;
        }
        let installed = entry.key.rsplit("node_modules/").next().unwrap_or_default();
        let installed = if is_member { "" } else { installed };
        let name = if node.get("name").is_some() { sheet.field(node, "name") } else { installed };
        let version = sheet.field(node, "version");
        if is_member && version.is_empty() {
            continue;
        }
        let source = sheet.field(node, "resolved");
        let span = sheet.place(entry.key_span);
        let repository = Some(source).filter(|source| source.starts_with("git"));
        let mut listed = Listed::scoped("npm", name, version, span);
        if let Some((address, commit)) = repository.and_then(|source| source.rsplit_once('#')) {
            listed = listed.qualified("vcs_url", &format!("{address}@{commit}"));
        }
        listed.needs = needs().chain(keys(node, "peerDependencies")).map(str::to_owned).collect();
        marked(sheet, node, &mut listed);
        if is_member {
            listed.relation = Relation::Own;
        }
        listing.add(listed.known_as(entry.key.as_str()));
    }
    resolve(listing);
    let asked = asked(&direct, listing);
    for package in &mut listing.packages {
        if package.relation != Relation::Own {
            package.relation =
                if asked.contains(&package.id) { Relation::Direct } else { Relation::Transitive };
        }
    }
}

/// The folder of whoever asks, and the name: what a project asks for before it is known where that lies.
fn resolved_from(folder: &str, name: &str) -> (String, String) {
    (folder.to_owned(), name.to_owned())
}

fn asked(direct: &HashSet<(String, String)>, listing: &Listing) -> HashSet<String> {
    let known: HashSet<&str> = listing.packages.iter().map(|package| package.id.as_str()).collect();
    direct.iter().filter_map(|(folder, name)| installed(folder, name, &known)).collect()
}

fn marked(sheet: &Sheet<'_>, node: &Node, listed: &mut Listed) {
    listed.is_development = node.is_true("dev");
    listed.is_optional = node.is_true("optional") || node.is_true("devOptional");
    listed.licenses = licenses(sheet, node);
    listed.digests = integrity(sheet.field(node, "integrity"));
}

/// Turns the names that packages need into the folders in which Node would find them.
fn resolve(listing: &mut Listing) {
    let known: HashSet<String> = listing.packages.iter().map(|package| package.id.clone()).collect();
    let known: HashSet<&str> = known.iter().map(String::as_str).collect();
    for package in &mut listing.packages {
        let (id, names) = (&package.id, std::mem::take(&mut package.needs));
        package.needs = names.iter().filter_map(|name| installed(id, name, &known)).collect();
    }
}

/// Where a name is found from a folder: in its `node_modules`, or in that of a folder above.
fn installed(from: &str, name: &str, known: &HashSet<&str>) -> Option<String> {
    let mut folder = from;
    loop {
        let id = below(folder, name);
        if known.contains(id.as_str()) {
            return Some(id);
        }
        if folder.is_empty() {
            return None;
        }
        folder = match folder.rfind("/node_modules/") {
            Some(at) => folder.get(..at)?,
            None => "",
        };
    }
}
