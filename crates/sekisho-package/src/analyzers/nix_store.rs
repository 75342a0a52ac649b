//! Nix: what lies in the store, by the names of its folders.

use std::collections::HashSet;
use std::ops::Range;

use sekisho_contents::Evidence;

use crate::Joining;
use crate::analyzer::{Access, Analyzer, Select};
use crate::listing::{Listed, Listing, listed};
use crate::path::ends;
use crate::sheet::Sheet;

/// The analyzer. The store has no file that names its packages; their paths do.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "nix-store",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Under(STORE, "")],
    access: Access::Head(0),
    read: |file, report| listed(file, report, "path of Nix's store", read),
    join: Some(once),
};

const NAME: &str = "nix-store";
const STORE: &str = "nix/store/";

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    if let Some(package) = stored(sheet.path, 0..0) {
        listing.add(package);
    }
}

/// `nix/store/HASH-name-1.2.3-output/…`: the version begins at the first part that begins with a digit.
fn stored(path: &str, span: Range<u32>) -> Option<Listed> {
    const HASH: usize = 32;
    let folder = path.strip_prefix(STORE)?.split('/').next()?;
    let (hash, rest) = folder.split_once('-')?;
    if hash.len() != HASH || ends(rest, &[".drv", ".patch"]) {
        return None;
    }
    let starts = |at: usize| {
        rest.get(at + 1..).is_some_and(|text| text.starts_with(|first: char| first.is_ascii_digit()))
    };
    let at = rest.match_indices('-').map(|(at, _)| at).find(|at| starts(*at))?;
    let (name, version) = (rest.get(..at)?, rest.get(at + 1..)?);
    let known = [
        "bin", "dev", "lib", "man", "doc", "info", "out", "data", "static", "devdoc", "dist", "modules",
        "terminfo",
    ];
    let (version, output) = match version.rsplit_once('-') {
        Some((version, output)) if known.contains(&output) => (version, output),
        _ => (version, ""),
    };
    let archive = [".tar.gz", ".tar.xz", ".tar.bz2", ".zip", ".tgz", ".gem"];
    if archive.iter().any(|ending| version.ends_with(ending)) {
        return None;
    }
    Some(
        Listed::new("nix", name, version, span)
            .qualified("output", if output == "out" { "" } else { output })
            .qualified("outputhash", hash),
    )
}

/// A folder of the store has many files; its package is told once.
fn once(joining: &mut Joining<'_>) {
    let mut told: HashSet<String> = HashSet::new();
    for seen in joining.of_mut(NAME) {
        seen.report.found.retain(|found| told.insert(found.package.url.to_string()));
    }
}
