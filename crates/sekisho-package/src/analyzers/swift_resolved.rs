//! Swift: `Package.resolved`, versions 1 to 3.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::json;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "swift-resolved",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("Package.resolved"), Select::Name(".package.resolved")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Swift", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    let Some(pins) = root.get("pins").or_else(|| root.at(&["object", "pins"])) else {
        listing.fault(Fault::Missing("pins"));
        return;
    };
    for pin in pins.items() {
        let location = pin.get("location").or_else(|| pin.get("repositoryURL"));
        let Some((location, node)) = location.map(|node| (sheet.scalar(node), node)) else { continue };
        let state = pin.get("state");
        let field = |key: &str| state.map_or("", |state| sheet.field(state, key));
        let version =
            ["version", "revision", "branch"].iter().map(|key| field(key)).find(|text| !text.is_empty());
        let path = address(location);
        listing.add(Listed::scoped("swift", &path, version.unwrap_or_default(), sheet.place(node.span)));
    }
}

/// Host and path of a repository: `https://host/owner/name.git`, `git@host:owner/name`.
fn address(location: &str) -> String {
    let path = location.split_once("://").map_or(location, |(_, path)| path);
    let path = path.split_once('@').map_or(path, |(_, path)| path);
    let path = path.trim_end_matches('/');
    path.strip_suffix(".git").unwrap_or(path).replacen(':', "/", 1)
}
