//! Packages of Debian and its kin that images made by Chisel are cut from, by `var/lib/chisel/manifest.wall`.
//!
//! Such an image has slices of packages and no database of dpkg. Its manifest names the packages, and the slice that
//! each file came with. It does not name source packages.

use std::collections::BTreeMap;

use sekisho_contents::{Evidence, Hash, Package};
use sekisho_oci::budget::Budget;
use sekisho_oci::layer::{Expected, read_document};
use sekisho_oci::stream::{Measured, Unpacked};
use serde::Deserialize;

use super::prelude::*;
use crate::path_hash;

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "chisel",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Path("var/lib/chisel/manifest.wall")],
    access: Access::Whole(16 << 20),
    read,
    join: None,
};

const FORMAT: &str = "manifest of Chisel";
/// What a manifest may come to when it is unpacked.
const UNPACKED: u64 = 64 << 20;

/// A line: the first bears the version of the format, each other what kind of thing it is about.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Line {
    jsonwall: Option<String>,
    kind: String,
    name: String,
    version: String,
    sha256: String,
    arch: String,
    slice: String,
    path: String,
}

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    let malformed = |reason: &dyn std::fmt::Display| ReadError::malformed(FORMAT, reason);
    // The layer that holds the file may look far back already.
    let budget = Budget { window_bytes: 8 << 20, ..Budget::default() };
    let packed = Measured::new(file.bytes(), None, None);
    let unpacked = Unpacked::new(packed, budget).map_err(|error| malformed(&error))?;
    let bytes = read_document(unpacked, &Expected::default(), UNPACKED).map_err(|error| malformed(&error))?;
    let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let head = lines.next().and_then(|line| serde_json::from_slice::<Line>(line).ok());
    if head.is_none_or(|head| head.jsonwall.is_none()) {
        return Err(malformed(&"its first line does not say so"));
    }
    let mut contents: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for line in lines {
        // Kinds that are not known may have other fields.
        let Ok(line) = serde_json::from_slice::<Line>(line) else { continue };
        match line.kind.as_str() {
            "package" if !line.name.is_empty() && !line.version.is_empty() => report.found(package(&line)?),
            "content" => {
                // `package_slice`: names of packages have no underscore.
                let owner = line.slice.split('_').next().unwrap_or_default();
                contents.entry(owner.to_owned()).or_default().push(path_hash(&line.path));
            }
            _ => {}
        }
    }
    for (owner, files) in contents {
        report.owns(&owner, files);
    }
    Ok(())
}

fn package(line: &Line) -> Result<Found, ReadError> {
    let url = package_url("deb", None, &line.name, Some(&line.version), &[("arch", Some(&line.arch))])?;
    let mut package = Package::new(url, Evidence::Installed);
    if !line.sha256.is_empty() {
        package.hashes.insert(Hash { algorithm: "sha256".into(), value: line.sha256.to_lowercase().into() });
    }
    Ok(Found { package, provides: Vec::new(), requires: Vec::new() })
}
