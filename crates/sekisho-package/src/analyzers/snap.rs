//! Snaps that are installed or unpacked, by `meta/snap.yaml`.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::yaml_one;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "snap",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Tail("meta/snap.yaml")],
    access: WHOLE,
    read: |file, report| listed(file, report, "description of a snap", read),
    join: None,
};

/// Reads a description. A snap without a version is none that was built.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = yaml_one(sheet, listing) else { return };
    let (name, version) = (sheet.field(&root, "name"), sheet.field(&root, "version"));
    if name.is_empty() || version.is_empty() {
        return;
    }
    let place = root.get("name").map_or(0..0, |node| sheet.place(node.span));
    let mut package = Listed::new("snap", name, version, place);
    package.licenses =
        Some(sheet.field(&root, "license").to_owned()).filter(|one| !one.is_empty()).into_iter().collect();
    listing.add(package);
}
