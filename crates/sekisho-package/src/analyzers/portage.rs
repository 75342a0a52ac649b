//! Packages of Gentoo, from the database of Portage, `var/db/pkg`.
//!
//! The name of a package holds its category, `app-misc/jq`, as Gentoo's advisories write it.

use sekisho_contents::{Evidence, Package};

use super::prelude::*;
use crate::path::{base_name, folder};
use crate::path_hash;

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "portage",
    version: 2,
    evidence: Evidence::Installed,
    selects: &[Select::Under("var/db/pkg/", "/CONTENTS"), Select::Under("var/db/pkg/", "/LICENSE")],
    access: Access::Whole(32 << 20),
    read,
    join: None,
};

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    let category = base_name(folder(file.folder()));
    let Some((name, version)) = split(base_name(file.folder())) else { return Ok(()) };
    let name = format!("{category}/{name}");
    let text = file.text();
    if file.name() == "LICENSE" {
        let licenses = vec![crate::license(text.trim())];
        report.fact(Fact::Licenses { package: name.into(), licenses });
        return Ok(());
    }
    // `obj PATH MD5 TIME`, `sym PATH -> TARGET TIME`, `dir PATH`.
    let files = text.lines().filter_map(|line| {
        let mut words = line.strip_prefix("obj ")?.rsplitn(3, ' ').skip(1);
        let sum = words.next()?;
        Some((path_hash(words.next()?), sum))
    });
    report.holds(&name, files.clone());
    report.owns(&name, files.map(|(path, _)| path));
    report
        .package(Package::new(package_url("ebuild", None, &name, Some(version), &[])?, Evidence::Installed));
    Ok(())
}

/// Name and version, which begins after the first hyphen that a digit follows and only versions follow: `gtk+-2.24.33-r3`.
fn split(text: &str) -> Option<(&str, &str)> {
    let is_version = |part: &str| {
        let first = part.split('-').next().unwrap_or_default();
        first.starts_with(|character: char| character.is_ascii_digit())
            && part.split('-').skip(1).all(|rest| {
                rest.strip_prefix('r').is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
            })
    };
    text.match_indices('-')
        .map(|(at, _)| (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()))
        .find(|(_, version)| is_version(version))
}
