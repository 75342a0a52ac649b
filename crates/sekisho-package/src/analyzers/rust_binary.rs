//! Crates that programs were built of, from the section that `cargo auditable` leaves in them.
//!
//! Crates that only the build used are for development. Those of a folder or the project itself keep the type
//! `cargo`; advisories speak of the ones of crates.io.

use std::io::Read;

use flate2::read::ZlibDecoder;
use sekisho_contents::{Evidence, Package, Scope};
use serde::Deserialize;
use smol_str::ToSmolStr;

use super::prelude::*;
use crate::program::{Program, read_range};

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "rust-binary",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Program],
    access: Access::Random,
    read,
    join: None,
};

/// The largest section, and the longest list once it is unpacked.
const LARGEST: u64 = 8 << 20;

#[derive(Deserialize)]
struct Listing {
    packages: Vec<Crate>,
}

#[derive(Deserialize)]
struct Crate {
    name: String,
    version: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    dependencies: Vec<usize>,
    #[serde(default)]
    root: bool,
}

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    const FORMAT: &str = "list of crates";
    for program in Program::read(file.random())? {
        let Some(section) = program.section(".dep-v0") else { continue };
        let packed = read_range(file.random(), section.offset, section.size.min(LARGEST))?;
        let mut text = Vec::new();
        let unpacked = ZlibDecoder::new(packed.as_slice()).take(LARGEST + 1).read_to_end(&mut text);
        unpacked.map_err(|error| ReadError::malformed(FORMAT, error))?;
        if text.len() as u64 > LARGEST {
            return Err(ReadError::Limit { what: "bytes", limit: LARGEST });
        }
        let listing: Listing =
            serde_json::from_slice(&text).map_err(|error| ReadError::malformed(FORMAT, error))?;
        enter(&listing, report)?;
    }
    Ok(())
}

fn enter(listing: &Listing, report: &mut Report) -> Result<(), ReadError> {
    let mut packages = Vec::with_capacity(listing.packages.len());
    for one in &listing.packages {
        let url = package_url("cargo", None, &one.name, Some(&one.version), &[])?;
        let mut package = Package::new(url, Evidence::Installed);
        if one.kind == "build" {
            package.scope = Scope::Development;
        }
        package.direct = one.root.then_some(true);
        packages.push(package);
    }
    let urls: Vec<_> = packages.iter().map(|package| package.url.to_smolstr()).collect();
    for (mut package, one) in packages.into_iter().zip(&listing.packages) {
        package.dependencies.extend(one.dependencies.iter().filter_map(|index| urls.get(*index).cloned()));
        report.package(package);
    }
    Ok(())
}
