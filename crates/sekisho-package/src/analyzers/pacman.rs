//! Packages of Arch Linux and its kin, from the local database of pacman.

use sekisho_contents::{Evidence, Package, SourcePackage};
use smol_str::SmolStr;

use super::prelude::*;
use crate::path_hash;

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "pacman",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[
        Select::Under("var/lib/pacman/local/", "/desc"),
        Select::Under("var/lib/pacman/local/", "/files"),
    ],
    access: Access::Whole(16 << 20),
    read,
    join: None,
};

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    let text = file.text();
    let section = |name: &str| -> Vec<&str> {
        let mut lines = text.lines().skip_while(|line| line.trim() != name);
        lines.next();
        lines.take_while(|line| !line.trim().is_empty()).map(str::trim).collect()
    };
    if file.name() == "files" {
        // The folder is the name with version and release behind it.
        let folder = crate::path::base_name(file.folder());
        let owner = folder.rsplitn(3, '-').nth(2).unwrap_or(folder);
        let files = section("%FILES%");
        report.owns(owner, files.into_iter().filter(|path| !path.ends_with('/')).map(path_hash));
        return Ok(());
    }
    let one = |name: &str| section(name).first().copied().filter(|value| !value.is_empty());
    let (Some(name), Some(version)) = (one("%NAME%"), one("%VERSION%")) else { return Ok(()) };
    let url = package_url("alpm", None, name, Some(version), &[("arch", one("%ARCH%"))])?;
    let mut package = Package::new(url, Evidence::Installed);
    package.source = one("%BASE%")
        .filter(|base| *base != name)
        .map(|base| SourcePackage { name: base.into(), version: None });
    package.licenses.extend(section("%LICENSE%").into_iter().map(crate::license));
    package.supplier = one("%PACKAGER%").map(str::to_owned);
    let names = |field: &str| -> Vec<SmolStr> {
        let values = section(field).into_iter();
        values.filter_map(|value| value.split(['=', '<', '>']).next()).map(SmolStr::from).collect()
    };
    report.found(Found { package, provides: names("%PROVIDES%"), requires: names("%DEPENDS%") });
    Ok(())
}
