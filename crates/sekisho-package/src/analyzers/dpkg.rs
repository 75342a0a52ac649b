//! Packages of Debian and its kin, from the database of dpkg.
//!
//! Reads `var/lib/dpkg/status`, the single files of `var/lib/dpkg/status.d` in images without a package manager, and
//! the lists of files and of their checksums beside them, which say who owns what. Packages that were removed and left their configuration
//! are not there. The source package and its version are said where they differ.

use sekisho_contents::{Evidence, Hash, Package, SourcePackage};

use super::prelude::*;
use crate::paragraphs::{Paragraph, paragraphs, relations};
use crate::path_hash;

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "dpkg",
    version: 2,
    evidence: Evidence::Installed,
    selects: &[
        Select::Path("var/lib/dpkg/status"),
        Select::Under("var/lib/dpkg/status.d/", ""),
        Select::Under("usr/lib/dpkg/status.d/", ""),
        Select::Under("var/lib/dpkg/info/", ".list"),
        Select::Under("var/lib/dpkg/info/", ".md5sums"),
    ],
    access: Access::Whole(64 << 20),
    read,
    join: None,
};

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    let text = file.text();
    let name = file.name();
    if let Some(owner) = name.strip_suffix(".list") {
        let owner = owner.split_once(':').map_or(owner, |(name, _)| name);
        report.owns(owner, text.lines().filter(|line| line.len() > 2).map(path_hash));
    } else if let Some(owner) = name.strip_suffix(".md5sums") {
        let owner = owner.split_once(':').map_or(owner, |(name, _)| name);
        let sums = text.lines().filter_map(|line| line.split_once("  "));
        report.holds(owner, sums.clone().map(|(sum, path)| (path_hash(path), sum)));
        // Beside the database a list of all files says the same.
        if !file.path.contains("/info/") {
            report.owns(owner, sums.map(|(_, path)| path_hash(path)));
        }
    } else {
        for paragraph in paragraphs(&text) {
            if let Some(found) = package("deb", &paragraph)? {
                report.found(found);
            }
        }
    }
    Ok(())
}

/// The package of one paragraph, if it is installed.
pub(super) fn package(kind: &str, paragraph: &Paragraph<'_>) -> Result<Option<Found>, ReadError> {
    let (Some(name), Some(version)) = (paragraph.get("Package"), paragraph.get("Version")) else {
        return Ok(None);
    };
    let state = paragraph.get("Status").and_then(|status| status.split_whitespace().nth(2));
    if matches!(state, Some("not-installed" | "config-files")) {
        return Ok(None);
    }
    let architecture = paragraph.get("Architecture");
    let url = package_url(kind, None, name, Some(version), &[("arch", architecture)])?;
    let mut package = Package::new(url, Evidence::Installed);
    if let Some(source) = paragraph.get("Source").filter(|source| !source.is_empty()) {
        let (source, source_version) = source.split_once('(').unwrap_or((source, ""));
        let source_version = source_version.trim().trim_end_matches(')').trim();
        package.source = Some(SourcePackage {
            name: source.trim().into(),
            version: Some(source_version).filter(|version| !version.is_empty()).map(Into::into),
        });
    }
    package.supplier = paragraph.get("Maintainer").map(str::to_owned);
    package.licenses.extend(paragraph.get("License").map(crate::license));
    package.hashes.extend(
        paragraph
            .get("SHA256sum")
            .map(|value| Hash { algorithm: "sha256".into(), value: value.to_lowercase().into() }),
    );
    let names = |field: &str| -> Vec<smol_str::SmolStr> {
        paragraph.get(field).into_iter().flat_map(relations).map(Into::into).collect()
    };
    let mut requires = names("Pre-Depends");
    requires.extend(names("Depends"));
    Ok(Some(Found { package, provides: names("Provides"), requires }))
}
