//! Terraform and OpenTofu: providers of `.terraform.lock.hcl`.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "terraform-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name(".terraform.lock.hcl")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Terraform", read),
    join: None,
};

/// Blocks `provider "registry.terraform.io/hashicorp/aws" { version = "5.0.0" … }`.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let mut open: Option<Listed> = None;
    for line in sheet.lines() {
        let text = line.text.trim();
        let quoted = || text.split('"').nth(1).unwrap_or_default();
        if text.starts_with("provider ") {
            if open.is_some() {
                let message = String::from("the block of a provider begins within another");
                listing.fault(Fault::Syntax { line: line.number, message });
            }
            let package = Listed::scoped("terraform", quoted(), "", sheet.line_span(&line));
            open = Some(Listed { relation: Relation::Direct, ..package });
        } else if let Some(package) = &mut open {
            if text.split('=').next().is_some_and(|key| key.trim() == "version") {
                package.version = Some(quoted().to_owned());
            } else if text == "}" {
                listing.add_all(open.take());
            }
        }
    }
    if open.is_some() {
        listing.add_all(open);
        listing.fault(Fault::Missing("}"));
    }
}
