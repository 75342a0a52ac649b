//! Packages of Azure Linux in images without a package manager, from `var/lib/rpmmanifest/container-manifest-2`.
//!
//! Each line is a package: name, version with release, two times, vendor, epoch, size, architecture, epoch as a
//! number, and the source's file, between tabs.

use sekisho_contents::{Evidence, Package};

use super::prelude::*;
use super::rpm::source;

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "rpm-manifest",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Path("var/lib/rpmmanifest/container-manifest-2")],
    access: Access::Whole(16 << 20),
    read,
    join: None,
};

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    for line in file.text().lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, version, _, _, vendor, _, _, architecture, epoch, source_file, ..] = fields.as_slice()
        else {
            continue;
        };
        let said = |value: &&'_ str| !matches!(*value, "" | "(none)" | "0");
        let qualifiers = [("arch", Some(*architecture).filter(said)), ("epoch", Some(*epoch).filter(said))];
        let url = package_url("rpm", None, name, Some(version), &qualifiers)?;
        let mut package = Package::new(url, Evidence::Installed);
        package.source = source(source_file);
        package.supplier = Some(*vendor).filter(said).map(str::to_owned);
        report.package(package);
    }
    Ok(())
}
