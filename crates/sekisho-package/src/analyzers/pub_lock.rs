//! Dart: `pubspec.lock`.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::yaml_one;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "pub-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("pubspec.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Dart", read),
    join: None,
};

/// Reads a lock file. Packages of the SDK and of folders beside have no version of their own.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = yaml_one(sheet, listing) else { return };
    let Some(packages) = root.get("packages") else {
        listing.fault(Fault::Missing("packages"));
        return;
    };
    for entry in packages.entries() {
        let node = &entry.node;
        let source = sheet.field(node, "source");
        if matches!(source, "sdk" | "path") {
            continue;
        }
        let mut package =
            Listed::new("pub", &entry.key, sheet.field(node, "version"), sheet.place(entry.key_span));
        if let Some(description) = node.get("description") {
            let address = sheet.field(description, "url");
            if source == "git" {
                package = package.qualified(
                    "vcs_url",
                    &format!("git+{address}@{}", sheet.field(description, "resolved-ref")),
                );
            } else if !matches!(address.trim_end_matches('/'), "https://pub.dev" | "https://pub.dartlang.org")
            {
                package = package.qualified("repository_url", address);
            }
            let sum = sheet.field(description, "sha256");
            if !sum.is_empty() {
                package.digests.push((String::from("sha256"), sum.to_owned()));
            }
        }
        let dependency = sheet.field(node, "dependency");
        package.relation =
            if dependency.starts_with("direct") { Relation::Direct } else { Relation::Transitive };
        package.is_development = dependency == "direct dev";
        listing.add(package);
    }
}
