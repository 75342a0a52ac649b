//! Packages of Red Hat, SUSE, Amazon and their kin, from the database of rpm.
//!
//! All three forms are read without their libraries: Berkeley DB (`Packages`), NDB (`Packages.db`) and SQLite
//! (`rpmdb.sqlite`). What only stands in the log beside an SQLite database is not seen, and a log that is there is
//! said to be unread. Keys that rpm keeps as packages (`gpg-pubkey`) are none.

use sekisho_contents::{Evidence, Package, SourcePackage};
use smol_str::SmolStr;

use super::prelude::*;
use crate::path_hash;
use crate::rpm::{Header, headers};

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "rpm",
    version: 3,
    evidence: Evidence::Installed,
    selects: &[
        Select::Path("var/lib/rpm/Packages"),
        Select::Path("var/lib/rpm/Packages.db"),
        Select::Path("var/lib/rpm/rpmdb.sqlite"),
        Select::Path("var/lib/rpm/rpmdb.sqlite-wal"),
        Select::Path("usr/lib/sysimage/rpm/Packages"),
        Select::Path("usr/lib/sysimage/rpm/Packages.db"),
        Select::Path("usr/lib/sysimage/rpm/rpmdb.sqlite"),
        Select::Path("usr/lib/sysimage/rpm/rpmdb.sqlite-wal"),
        Select::Path("usr/share/rpm/Packages"),
        Select::Path("usr/share/rpm/Packages.db"),
        Select::Path("usr/share/rpm/rpmdb.sqlite"),
        Select::Path("usr/share/rpm/rpmdb.sqlite-wal"),
    ],
    access: Access::Random,
    read,
    join: None,
};

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    if file.name().ends_with("-wal") {
        return if file.size == 0 {
            Ok(())
        } else {
            Err(ReadError::malformed(
                "whole database",
                "what this log adds to the database beside it is not read",
            ))
        };
    }
    headers(file.random(), |header| enter(&header, report))
}

fn enter(header: &Header<'_>, report: &mut Report) -> Result<(), ReadError> {
    let (Some(name), Some(version)) = (header.text(Header::NAME), header.text(Header::VERSION)) else {
        return Ok(());
    };
    if name == "gpg-pubkey" {
        return Ok(());
    }
    let version = match header.text(Header::RELEASE) {
        Some(release) => format!("{version}-{release}"),
        None => version.to_owned(),
    };
    let epoch =
        header.numbers(Header::EPOCH).next().filter(|epoch| *epoch != 0).map(|epoch| epoch.to_string());
    let qualifiers = [
        ("arch", header.text(Header::ARCHITECTURE)),
        ("epoch", epoch.as_deref()),
        ("rpmmod", header.text(Header::MODULE)),
    ];
    let mut package =
        Package::new(package_url("rpm", None, name, Some(&version), &qualifiers)?, Evidence::Installed);
    package.source = header.text(Header::SOURCE).and_then(source);
    package.licenses.extend(header.text(Header::LICENSE).map(crate::license));
    package.supplier = header.text(Header::VENDOR).map(str::to_owned);
    let folders: Vec<&str> = header.texts(Header::FOLDERS).collect();
    let indexes = header.numbers(Header::FOLDER_INDEXES);
    let paths = header.texts(Header::BASE_NAMES).zip(indexes).map(|(base, index)| {
        let folder = folders.get(usize::try_from(index).ok()?)?;
        Some(path_hash(&format!("{folder}{base}")))
    });
    let paths: Vec<Option<u64>> = paths.collect();
    let digests = header.texts(Header::DIGESTS);
    report.holds(name, paths.iter().zip(digests).filter_map(|(path, digest)| Some(((*path)?, digest))));
    report.owns(name, paths.into_iter().flatten());
    let provides: Vec<SmolStr> = header.texts(Header::PROVIDES).map(SmolStr::from).collect();
    let needs = header.texts(Header::REQUIRES).filter(|need| !need.starts_with("rpmlib("));
    let requires: Vec<SmolStr> = needs.map(SmolStr::from).collect();
    report.found(Found { package, provides, requires });
    Ok(())
}

/// Name and version of `bash-5.1.8-9.el9.src.rpm`.
pub(super) fn source(file: &str) -> Option<SourcePackage> {
    let stem = file.strip_suffix(".rpm")?;
    let stem = stem.strip_suffix(".src").or_else(|| stem.strip_suffix(".nosrc"))?;
    let mut parts = stem.rsplitn(3, '-');
    let (release, version, name) = (parts.next()?, parts.next()?, parts.next()?);
    Some(SourcePackage { name: name.into(), version: Some(format!("{version}-{release}").into()) })
}
