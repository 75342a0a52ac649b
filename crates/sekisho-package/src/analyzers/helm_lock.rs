//! Helm: charts that a chart depends on, by `Chart.lock`, `requirements.lock` and what `Chart.yaml` pins.

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::yaml_one;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "helm-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("Chart.lock"), Select::Name("requirements.lock"), Select::Name("Chart.yaml")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Helm", read),
    join: None,
};

/// Reads the dependencies. A chart in a folder beside is the project's own, and a range is no version.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = yaml_one(sheet, listing) else { return };
    for node in root.get("dependencies").map_or(&[][..], Node::items) {
        let (version, repository) = (sheet.field(node, "version"), sheet.field(node, "repository"));
        let is_exact = version.trim_start_matches('v').starts_with(|first: char| first.is_ascii_digit())
            && !version.contains(['x', '*', ' ', '|', ',', '<', '>']);
        if repository.starts_with("file:") || !is_exact {
            continue;
        }
        let span = node.get("name").map_or(0..0, |name| sheet.place(name.span));
        let package = Listed::new("helm", sheet.field(node, "name"), version, span);
        let repository = if repository.starts_with(['@', ':']) || repository.starts_with("alias:") {
            ""
        } else {
            repository
        };
        let package = package.qualified("repository_url", repository.trim_end_matches('/'));
        listing.add(Listed { relation: Relation::Direct, ..package });
    }
}
