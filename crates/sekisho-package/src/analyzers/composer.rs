//! PHP: `composer.lock`, and `installed.json` of installed packages.

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{json, keys, words};

/// The analyzer of lock files.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "composer",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("composer.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Composer", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    if root.get("packages").is_none() && root.get("packages-dev").is_none() {
        listing.fault(Fault::Missing("packages"));
    }
    for (key, is_development) in [("packages", false), ("packages-dev", true)] {
        for node in root.get(key).map_or(&[][..], Node::items) {
            let package = package(sheet, node);
            listing.add(Listed { is_development, ..package });
        }
    }
}

/// A package as Composer describes it in both files.
pub(super) fn package(sheet: &Sheet<'_>, node: &Node) -> Listed {
    let name = sheet.field(node, "name");
    let span = node.get("name").map_or(0..0, |name| sheet.place(name.span));
    let mut package = Listed::scoped("composer", name, sheet.field(node, "version"), span);
    package.licenses = words(node, "license").into_iter().map(str::to_owned).collect();
    package.needs = keys(node, "require").filter(|need| need.contains('/')).map(str::to_lowercase).collect();
    let sum = node.get("dist").map_or("", |archive| sheet.field(archive, "shasum"));
    if !sum.is_empty() {
        package.digests.push((String::from("sha1"), sum.to_owned()));
    }
    package.known_as(name.to_lowercase())
}
