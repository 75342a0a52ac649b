//! GitHub: actions and reusable workflows that workflows and actions use.

use std::ops::Range;

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::path::{base_name, ends};
use crate::sheet::Sheet;
use crate::tree::yaml;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "github-actions",
    version: 1,
    evidence: Evidence::Declared,
    selects: &[Select::Custom(|path, _| is_workflow(path))],
    access: WHOLE,
    read: |file, report| listed(file, report, "workflow of GitHub", read),
    join: None,
};

fn is_workflow(path: &str) -> bool {
    let is_yaml = ends(path, &[".yml", ".yaml"]);
    let is_in = |folder: &str| path.starts_with(folder) || path.contains(&format!("/{folder}"));
    is_yaml
        && (matches!(base_name(path), "action.yml" | "action.yaml")
            || is_in(".github/workflows/")
            || is_in(".github/actions/"))
}

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    for root in yaml(sheet, listing) {
        let jobs = root.get("jobs").map_or(&[][..], Node::entries).iter().map(|job| &job.node);
        for holder in jobs.chain(root.get("runs")) {
            let steps = holder.get("steps").map_or(&[][..], Node::items);
            for node in steps.iter().chain([holder]).filter_map(|step| step.get("uses")) {
                if let Some(package) = used(sheet.scalar(node), sheet.place(node.span)) {
                    listing.add(Listed { relation: Relation::Direct, ..package });
                }
            }
        }
    }
}

/// `owner/repository/path@reference`; what lies in the same repository, and images, are no actions of others.
fn used(text: &str, span: Range<u32>) -> Option<Listed> {
    if text.starts_with('.') || text.contains("://") || text.contains("${{") {
        return None;
    }
    let (path, reference) = text.split_once('@')?;
    let mut parts = path.splitn(3, '/');
    let (owner, repository) = (parts.next()?, parts.next()?);
    let mut package = Listed::new("githubactions", repository, reference, span).known_as(text);
    package.namespace = Some(owner.to_owned());
    package.subpath = parts.next().map(str::to_owned);
    Some(package)
}
