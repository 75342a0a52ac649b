//! Packages of OpenWrt and other small systems, from the database of opkg.

use sekisho_contents::Evidence;

use super::dpkg::package;
use super::prelude::*;
use crate::paragraphs::paragraphs;
use crate::path_hash;

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "opkg",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[
        Select::Path("usr/lib/opkg/status"),
        Select::Path("var/lib/opkg/status"),
        Select::Under("usr/lib/opkg/info/", ".list"),
        Select::Under("var/lib/opkg/info/", ".list"),
        Select::Under("usr/lib/opkg/info/", ".control"),
        Select::Under("var/lib/opkg/info/", ".control"),
    ],
    access: Access::Whole(16 << 20),
    read,
    join: Some(join),
};

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    let text = file.text();
    if let Some(owner) = file.name().strip_suffix(".list") {
        report.owns(owner, text.lines().map(path_hash));
        return Ok(());
    }
    for paragraph in paragraphs(&text) {
        if let Some(found) = package("opkg", &paragraph)? {
            report.found(found);
        }
    }
    Ok(())
}

/// The control files say more than the database of what is installed, but only the database says what is.
fn join(joining: &mut Joining<'_>) {
    let is_database = |path: &str| path.ends_with("/status");
    let installed: std::collections::HashSet<String> = joining
        .of("opkg")
        .filter(|seen| is_database(&seen.report.path))
        .flat_map(|seen| &seen.report.found)
        .map(|found| found.package.url.name().to_owned())
        .collect();
    if installed.is_empty() {
        return;
    }
    for seen in joining.of_mut("opkg").filter(|seen| !is_database(&seen.report.path)) {
        seen.report.found.retain(|found| installed.contains(found.package.url.name()));
    }
}
