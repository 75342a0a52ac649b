//! PHP: packages that are installed, by Composer's `installed.json`.

use std::collections::HashSet;

use sekisho_contents::Evidence;

use super::composer::package;
use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{json, words};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "composer-installed",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Tail("composer/installed.json")],
    access: WHOLE,
    read: |file, report| listed(file, report, "list of packages of Composer", read),
    join: None,
};

/// Reads the list: itself an array up to Composer 1.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    let development: HashSet<&str> = words(&root, "dev-package-names").into_iter().collect();
    for node in root.get("packages").unwrap_or(&root).items() {
        let mut package = package(sheet, node);
        package.is_development = development.contains(sheet.field(node, "name"));
        listing.add(package);
    }
}
