//! uv: `uv.lock`.

use std::collections::{BTreeSet, HashMap};

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use super::poetry_lock::place;
use crate::analyzer::{Analyzer, Select};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::toml;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "uv-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("uv.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of uv", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = toml(sheet, listing) else { return };
    let Some(packages) = root.get("package") else {
        if root.get("version").is_none() {
            listing.fault(Fault::Missing("package"));
        }
        return;
    };
    let mut ids: HashMap<&str, Vec<String>> = HashMap::new();
    for node in packages.items() {
        ids.entry(sheet.field(node, "name")).or_default().push(id(sheet, node));
    }
    let (mut runtime, mut development) = (BTreeSet::new(), BTreeSet::new());
    for node in packages.items() {
        let mut needs = BTreeSet::new();
        let groups = node.get("optional-dependencies").map_or(&[][..], Node::entries);
        let lists = node.get("dependencies").into_iter().chain(groups.iter().map(|group| &group.node));
        for need in lists.flat_map(Node::items) {
            needs.extend(needed(sheet, need, &ids));
        }
        let source = node.get("source");
        let is_source = |kind: &str| source.is_some_and(|source| source.get(kind).is_some());
        let is_own = ["virtual", "editable", "directory"].into_iter().any(is_source);
        if is_own {
            runtime.extend(needs.iter().cloned());
            let groups = ["dev-dependencies", "dependency-groups"].iter().filter_map(|key| node.get(key));
            for need in groups.flat_map(Node::entries).flat_map(|group| group.node.items()) {
                development.extend(needed(sheet, need, &ids));
            }
        }
        let mut package =
            Listed::new("pypi", sheet.field(node, "name"), sheet.field(node, "version"), place(sheet, node));
        if let Some(source) = source {
            let git = sheet.field(source, "git");
            if let Some((address, commit)) = git.rsplit_once('#') {
                let address = address.split('?').next().unwrap_or_default();
                package = package.qualified("vcs_url", &format!("git+{address}@{commit}"));
            }
            package = package.qualified("download_url", sheet.field(source, "url"));
        }
        if is_own {
            package.relation = Relation::Own;
        }
        let hash = node.get("sdist").map_or("", |archive| sheet.field(archive, "hash"));
        if let Some((algorithm, value)) = hash.split_once(':') {
            package.digests.push((algorithm.to_owned(), value.to_owned()));
        }
        package.needs = needs.into_iter().collect();
        listing.add(package.known_as(id(sheet, node)));
    }
    listing.rooted(runtime.iter().map(String::as_str), development.iter().map(String::as_str));
}

fn id(sheet: &Sheet<'_>, node: &Node) -> String {
    format!("{}@{}", sheet.field(node, "name"), sheet.field(node, "version"))
}

/// A need has a version where several are locked.
fn needed(sheet: &Sheet<'_>, need: &Node, ids: &HashMap<&str, Vec<String>>) -> Vec<String> {
    if need.get("version").is_some() {
        return vec![id(sheet, need)];
    }
    ids.get(sheet.field(need, "name")).cloned().unwrap_or_default()
}
