//! Bills of materials that lie in images and folders: CycloneDX and SPDX, as makers of images leave them.
//!
//! Reads files that are named as bills are (`*.spdx.json`, `*.cdx.json`, `*.spdx`, `bom.json`, Bitnami's
//! `.spdx-redis.spdx`). What another analyzer finds as well, by type, name and version, is left to that one, and so is
//! what has no package URL. The place of a package is the bill.

use std::collections::HashSet;

use sekisho_contents::Evidence;
use sekisho_sbom::{Budget, SbomError, contents_only, looks_like_bill, read as read_bill};
use sekisho_version::PackageUrl;

use super::prelude::*;
use crate::path::{base_name, ends};
use crate::settle::KINDS;

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "sbom",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[
        Select::Suffix(".spdx"),
        Select::Custom(|path, _| {
            let name = base_name(path);
            ends(path, &[".spdx.json", ".cdx.json", ".cdx.xml", ".cyclonedx.json"])
                // As PEP 770 has it.
                || (path.contains(".dist-info/sboms/") && ends(path, &[".json"]))
                || matches!(name, "bom.json" | "bom.xml" | "sbom.json" | "sbom.xml")
        }),
    ],
    access: Access::Whole(LARGEST),
    read,
    join: Some(join),
};

/// The largest bill that is read.
const LARGEST: u64 = 32 << 20;
/// What one may cost.
const BUDGET: Budget = Budget { bytes: 32 << 20, depth: 100, nodes: 1_000_000, packages: 100_000 };

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    let text = file.text();
    if !looks_like_bill(text.as_bytes()) {
        return Ok(());
    }
    let bill = match read_bill(text.as_bytes(), &BUDGET) {
        Ok(bill) => bill,
        Err(SbomError::Unrecognized | SbomError::Predicate(_)) => return Ok(()),
        Err(error) => return Err(ReadError::malformed("bill of materials", error)),
    };
    for mut package in contents_only(bill).packages {
        // What is only named, such as a source repository, is nothing that is there.
        if package.url.ecosystem().is_none() && !KINDS.contains(&package.url.kind()) {
            continue;
        }
        package.evidence = Evidence::Installed;
        package.places.clear();
        package.direct = None;
        report.package(package);
    }
    Ok(())
}

/// Leaves to others what they found as well.
fn join(joining: &mut Joining<'_>) {
    let found = joining.files.iter().filter(|seen| seen.report.analyzer != ANALYZER.name);
    let known: HashSet<(String, String, String)> =
        found.flat_map(|seen| &seen.report.found).map(|found| identity(&found.package.url)).collect();
    for seen in joining.of_mut(ANALYZER.name) {
        seen.report.found.retain(|found| !known.contains(&identity(&found.package.url)));
    }
}

/// What tells packages apart however they were found; distributions are called differently.
fn identity(url: &PackageUrl) -> (String, String, String) {
    (url.kind().to_owned(), url.package_name(), url.version().unwrap_or_default().to_owned())
}
