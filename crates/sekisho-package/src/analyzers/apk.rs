//! Packages of Alpine, Wolfi and their kin, from the database of apk.
//!
//! Versions 2 and 3 of apk keep the same text in `lib/apk/db/installed` or `usr/lib/apk/db/installed`. The origin,
//! which advisories speak of, is said where it differs from the package.

use sekisho_contents::{Evidence, Hash, Package, SourcePackage};
use smol_str::SmolStr;

use super::prelude::*;
use crate::path_hash;

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "apk",
    version: 2,
    evidence: Evidence::Installed,
    selects: &[Select::Path("lib/apk/db/installed"), Select::Path("usr/lib/apk/db/installed")],
    access: Access::Whole(64 << 20),
    read,
    join: None,
};

/// The lines of one package.
#[derive(Default)]
struct Record<'t> {
    name: &'t str,
    version: &'t str,
    architecture: Option<&'t str>,
    origin: Option<&'t str>,
    license: Option<&'t str>,
    maintainer: Option<&'t str>,
    checksum: Option<&'t str>,
    depends: Vec<SmolStr>,
    provides: Vec<SmolStr>,
    folder: &'t str,
    files: Vec<u64>,
    sums: Vec<(u64, Hash)>,
}

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    let text = file.text();
    let mut record = Record::default();
    for line in text.lines().chain([""]) {
        if line.is_empty() {
            let record = std::mem::take(&mut record);
            if !record.name.is_empty() && !record.version.is_empty() {
                enter(record, report)?;
            }
            continue;
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        match key {
            "P" => record.name = value,
            "V" => record.version = value,
            "A" => record.architecture = Some(value),
            "o" => record.origin = Some(value),
            "L" => record.license = Some(value),
            "m" => record.maintainer = Some(value),
            "C" => record.checksum = Some(value),
            "D" => record.depends = value.split_whitespace().filter_map(name).collect(),
            "p" => record.provides = value.split_whitespace().filter_map(name).collect(),
            "F" => record.folder = value,
            "R" if record.folder.is_empty() => record.files.push(path_hash(value)),
            "R" => record.files.push(path_hash(&format!("{}/{value}", record.folder))),
            "Z" => record.sums.extend(record.files.last().copied().zip(checksum(value))),
            _ => {}
        }
    }
    Ok(())
}

/// The name in a relation such as `so:libc.musl-x86_64.so.1=1`; none for what must not be there.
fn name(relation: &str) -> Option<SmolStr> {
    if relation.starts_with('!') {
        return None;
    }
    relation.split(['=', '<', '>', '~']).next().filter(|name| !name.is_empty()).map(Into::into)
}

fn enter(record: Record<'_>, report: &mut Report) -> Result<(), ReadError> {
    let url = package_url("apk", None, record.name, Some(record.version), &[("arch", record.architecture)])?;
    let mut package = Package::new(url, Evidence::Installed);
    package.source = record
        .origin
        .filter(|origin| !origin.is_empty() && *origin != record.name)
        .map(|origin| SourcePackage { name: origin.into(), version: None });
    package.licenses.extend(record.license.filter(|text| !text.is_empty()).map(crate::license));
    package.supplier = record.maintainer.map(str::to_owned);
    package.hashes.extend(record.checksum.and_then(checksum));
    report.owns(record.name, record.files);
    report.holds(record.name, record.sums.iter().map(|(path, sum)| (*path, sum.value.as_str())));
    report.found(Found { package, provides: record.provides, requires: record.depends });
    Ok(())
}

/// `Q1` stands in front of a SHA-1, `Q2` of a SHA-256, both in base64.
fn checksum(text: &str) -> Option<Hash> {
    let (algorithm, length, text) = match text.split_at_checked(2)? {
        ("Q1", rest) => ("sha1", 20, rest),
        ("Q2", rest) => ("sha256", 32, rest),
        _ => return None,
    };
    let bytes = data_encoding::BASE64.decode(text.as_bytes()).ok().filter(|bytes| bytes.len() == length)?;
    Some(Hash { algorithm: algorithm.into(), value: data_encoding::HEXLOWER.encode(&bytes).into() })
}
