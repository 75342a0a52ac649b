//! Yarn: `yarn.lock` of version 1, and of version 2 and later, which is YAML.

use std::collections::{HashMap, HashSet};

use sekisho_manifest::{Entry, Node};

use crate::analyzer::{Analyzer, Select};
use crate::convention::npm::{integrity, sourced};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::{Line, Sheet};
use crate::tree::yaml_one;
use sekisho_contents::Evidence;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "yarn-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("yarn.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Yarn", read),
    join: None,
};

/// Reads a lock file.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    if sheet.lines().any(|line| line.text.starts_with("__metadata:")) {
        berry(sheet, listing);
    } else {
        classic(sheet, listing);
    }
}

/// What stands between the lines that are not indented.
#[derive(Default)]
struct Block {
    /// `name@range`, each of them.
    descriptors: Vec<String>,
    span: std::ops::Range<u32>,
    version: String,
    resolved: String,
    integrity: String,
    /// Descriptors of what it needs.
    needs: Vec<String>,
    is_in_needs: bool,
}

fn classic(sheet: &Sheet<'_>, listing: &mut Listing) {
    let mut blocks: Vec<Block> = Vec::new();
    for line in sheet.lines() {
        let text = line.text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if line.indent() == 0 {
            if !text.ends_with(':') {
                let message = String::from("an entry ends with `:`, which is not here");
                listing.fault(Fault::Syntax { line: line.number, message });
                continue;
            }
            if blocks.len() >= Listing::MOST {
                listing.fill();
                break;
            }
            blocks.push(opened(sheet, &line));
        } else if let Some(block) = blocks.last_mut() {
            fill(block, &line, text);
        }
    }
    let ids: HashMap<String, String> = blocks
        .iter()
        .filter_map(|block| Some((block, block.descriptors.first()?)))
        .flat_map(|(block, first)| block.descriptors.iter().map(move |one| (one.clone(), first.clone())))
        .collect();
    for block in blocks {
        let Some(id) = block.descriptors.first() else { continue };
        let (name, range) = split(id).unwrap_or((id, ""));
        let (version, span) = (&block.version, block.span.clone());
        let registered = archived(&block.resolved);
        let is_elsewhere = range.contains("://") || range.starts_with("git") || range.contains('/');
        let listed = if let Some(alias) = range.strip_prefix("npm:") {
            let alias = split(alias).map_or(alias, |(alias, _)| alias);
            Some(Listed::scoped("npm", registered.unwrap_or(alias), version, span))
        } else if is_elsewhere && !block.resolved.is_empty() {
            sourced(name, &block.resolved, span)
                .map(|listed| Listed { version: Some(version.clone()), ..listed })
        } else {
            let name = registered.unwrap_or(name);
            sourced(name, range, span.clone()).map(|_| Listed::scoped("npm", name, version, span))
        };
        let Some(mut listed) = listed else { continue };
        listed.needs = block.needs.iter().filter_map(|need| ids.get(need)).cloned().collect();
        listed.digests = integrity(&block.integrity);
        listing.add(listed.known_as(id.as_str()));
    }
}

/// The name in the address of a registry's archive, `…/@scope/name/-/name-1.0.0.tgz`: what is installed, whatever the
/// entry calls it.
fn archived(address: &str) -> Option<&str> {
    let (path, _) = address.split_once("/-/")?;
    let (before, name) = path.rsplit_once('/')?;
    match before.rsplit('/').next().filter(|scope| scope.starts_with('@')) {
        Some(scope) => path.get(before.len() - scope.len()..),
        None => Some(name).filter(|name| !name.is_empty() && !name.contains('%')),
    }
}

fn opened(sheet: &Sheet<'_>, line: &Line<'_>) -> Block {
    let text = line.text.trim().trim_end_matches(':');
    let descriptors = text.split(',').map(|one| bare(one).to_owned()).filter(|one| !one.is_empty());
    Block { descriptors: descriptors.collect(), span: sheet.line_span(line), ..Block::default() }
}

fn fill(block: &mut Block, line: &Line<'_>, text: &str) {
    if line.indent() >= 4 && block.is_in_needs {
        let (name, range) = text.split_once(' ').unwrap_or((text, ""));
        block.needs.push(format!("{}@{}", bare(name), bare(range)));
        return;
    }
    let (key, value) = text.split_once(' ').unwrap_or((text, ""));
    let value = bare(value).to_owned();
    // Some versions quote the keys too.
    let key = bare(key.trim_end_matches(':'));
    block.is_in_needs = matches!(key, "dependencies" | "optionalDependencies");
    match key {
        "version" => block.version = value,
        "resolved" => block.resolved = value,
        "integrity" => block.integrity = value,
        _ => {}
    }
}

fn bare(text: &str) -> &str {
    text.trim().trim_matches('"')
}

/// A descriptor as name and range: `@scope/name@^1.0.0`.
fn split(descriptor: &str) -> Option<(&str, &str)> {
    let at = descriptor.get(1..)?.find('@')? + 1;
    Some((descriptor.get(..at)?, descriptor.get(at + 1..)?))
}

fn berry(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = yaml_one(sheet, listing) else { return };
    let mut ids: HashMap<&str, &str> = HashMap::new();
    for entry in root.entries() {
        let resolution = sheet.field(&entry.node, "resolution");
        for descriptor in entry.key.split(',').map(str::trim) {
            ids.insert(descriptor, resolution);
        }
    }
    let mut direct: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    for entry in root.entries().iter().filter(|entry| entry.key != "__metadata") {
        let resolution = sheet.field(&entry.node, "resolution");
        let Some((name, reference)) = split(resolution) else { continue };
        let needs = needs(sheet, &entry.node, &ids);
        if reference.starts_with("workspace:") {
            direct.extend(needs);
            continue;
        }
        let version = sheet.field(&entry.node, "version");
        // What is patched stands beside what it was made of.
        if !seen.insert((name, version)) {
            continue;
        }
        let Some(mut listed) = resolved(sheet, entry, name, version, reference) else { continue };
        listed.needs = needs;
        listing.add(listed.known_as(resolution));
    }
    listing.rooted(direct.iter().map(String::as_str), []);
    for package in &mut listing.packages {
        if package.relation == Relation::Unknown && !direct.is_empty() {
            package.relation = Relation::Transitive;
        }
    }
}

fn resolved(sheet: &Sheet<'_>, entry: &Entry, name: &str, version: &str, reference: &str) -> Option<Listed> {
    let span = sheet.place(entry.key_span);
    let is_registry = reference.starts_with("npm:") || reference.starts_with("patch:");
    let source = reference.replacen("#commit=", "#", 1);
    let mut listed = if is_registry {
        Listed::scoped("npm", name, version, span)
    } else {
        let found = sourced(name, &source, span)?;
        Listed {
            version: Some(version.to_owned()).filter(|text| !text.is_empty()).or(found.version.clone()),
            ..found
        }
    };
    let checksum = sheet.field(&entry.node, "checksum");
    let checksum = checksum.rsplit('/').next().unwrap_or_default();
    if !checksum.is_empty() {
        listed.digests.push((String::from("sha512"), checksum.to_owned()));
    }
    Some(listed)
}

fn needs(sheet: &Sheet<'_>, node: &Node, ids: &HashMap<&str, &str>) -> Vec<String> {
    let dependencies = node.get("dependencies").map_or(&[][..], Node::entries);
    let found = dependencies.iter().filter_map(|entry| {
        let range = sheet.scalar(&entry.node);
        let plain = format!("{}@{range}", entry.key);
        let tagged = format!("{}@npm:{range}", entry.key);
        ids.get(plain.as_str()).or_else(|| ids.get(tagged.as_str())).map(|id| (*id).to_owned())
    });
    found.collect()
}
