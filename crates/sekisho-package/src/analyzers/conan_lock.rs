//! C and C++: `conan.lock` of Conan 1 and 2, and `conanfile.txt`.

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::convention::conan::reference_of;
use crate::fault::Fault;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{json, words};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "conan-lock",
    version: 2,
    evidence: Evidence::Locked,
    selects: &[Select::Name("conan.lock"), Select::Name("conanfile.txt")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Conan", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    if sheet.file_name() == "conanfile.txt" {
        return asked(sheet, listing);
    }
    let Some(root) = json(sheet, listing) else { return };
    if let Some(nodes) = root.at(&["graph_lock", "nodes"]) {
        graph(sheet, nodes, listing);
        return;
    }
    let mut is_known = false;
    for key in ["requires", "build_requires", "python_requires"] {
        let Some(list) = root.get(key) else { continue };
        is_known = true;
        for item in list.items() {
            // An entry may be a list that begins with the reference.
            let reference = item.items().first().unwrap_or(item);
            if let Some(package) = reference_of(sheet.scalar(reference), sheet.place(reference.span)) {
                listing.add(Listed { is_development: key != "requires", ..package });
            }
        }
    }
    if !is_known {
        listing.fault(Fault::Missing("requires"));
    }
}

/// Conan 1: nodes by number; the project itself has none or the first. Before Conan 1.27 a node names the package that
/// was built of its reference, and what it needs by reference.
fn graph(sheet: &Sheet<'_>, nodes: &Node, listing: &mut Listing) {
    let mut direct = Vec::new();
    for entry in nodes.entries() {
        let node = &entry.node;
        let mut needs: Vec<String> = words(node, "requires").into_iter().map(str::to_owned).collect();
        let named = node.get("requires").map_or(&[][..], Node::entries);
        needs.extend(named.iter().map(|entry| sheet.scalar(&entry.node).to_owned()));
        let reference = node.get("ref").or_else(|| node.get("pref")).filter(|_| node.get("path").is_none());
        let found = reference.and_then(|reference| {
            let text = sheet.scalar(reference).split(':').next()?;
            reference_of(text, sheet.place(reference.span))
        });
        match found {
            Some(mut package) => {
                package.needs = needs;
                package.is_development = sheet.field(node, "context") == "build";
                listing.add(package.known_as(entry.key.as_str()));
            }
            None => direct.extend(needs),
        }
    }
    let flags: Vec<bool> = listing.packages.iter().map(|package| package.is_development).collect();
    listing.rooted(direct.iter().map(String::as_str), []);
    for (package, flag) in listing.packages.iter_mut().zip(flags) {
        package.is_development = flag;
    }
}

/// The sections `requires`, `build_requires`, `tool_requires` and `test_requires`.
fn asked(sheet: &Sheet<'_>, listing: &mut Listing) {
    let mut section = "";
    for line in sheet.lines() {
        let text = line.text.split(" #").next().unwrap_or_default().trim();
        if let Some(name) = text.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if section.ends_with("requires")
            && !text.starts_with('#')
            && let Some(package) = reference_of(text, sheet.line_span(&line))
        {
            let is_development = section != "requires";
            listing.add(Listed { relation: Relation::Direct, is_development, ..package });
        }
    }
}
