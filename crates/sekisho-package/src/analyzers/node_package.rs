//! npm: the `package.json` of an installed package, or of a project.

use crate::analyzer::{Analyzer, Select};
use crate::convention::npm::licenses;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{json, keys};
use sekisho_contents::Evidence;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "node-package",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Name("package.json")],
    access: WHOLE,
    read: |file, report| listed(file, report, "description of a package of npm", read),
    join: None,
};

/// Reads the description of a package. Those without name or version are no packages but settings of a folder.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    let (name, version) = (sheet.field(&root, "name"), sheet.field(&root, "version"));
    let is_name = !name.is_empty() && !name.contains(['{', '$', ' ', '%']);
    if !is_name || version.is_empty() || version.contains(['{', '$', ' ']) {
        return;
    }
    let span = root.get("name").map_or(0..0, |node| sheet.place(node.span));
    let mut listed = Listed::scoped("npm", name, version, span);
    // Debian installs packages of npm to `usr/share/nodejs`.
    if !sheet.folders().any(|folder| matches!(folder, "node_modules" | "nodejs")) {
        listed.relation = Relation::Own;
    }
    listed.licenses = licenses(sheet, &root);
    let needs = ["dependencies", "optionalDependencies"].iter().flat_map(|kind| keys(&root, kind));
    listed.needs = needs.map(str::to_owned).collect();
    listing.add(listed);
}
