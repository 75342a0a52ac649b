//! PDM: `pdm.lock`.

use sekisho_contents::Evidence;

use super::poetry_lock::place;
use crate::analyzer::{Analyzer, Select};
use crate::convention::python::Requirement;
use crate::convention::python_name::normal;
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{toml, words};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "pdm-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("pdm.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of PDM", read),
    join: None,
};

/// Reads a lock file. A package with extras stands there once more, with what the extras need.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = toml(sheet, listing) else { return };
    let Some(packages) = root.get("package") else {
        if root.get("metadata").is_none() {
            listing.fault(Fault::Missing("package"));
        }
        return;
    };
    for node in packages.items() {
        if node.get("path").is_some() && node.get("git").is_none() {
            continue;
        }
        let (name, version) = (sheet.field(node, "name"), sheet.field(node, "version"));
        let mut package = Listed::new("pypi", name, version, place(sheet, node));
        if node.get("git").is_some() {
            let commit = sheet.field(node, "revision");
            package = package.qualified("vcs_url", &format!("git+{}@{commit}", sheet.field(node, "git")));
        }
        package = package.qualified("download_url", sheet.field(node, "url"));
        let groups = words(node, "groups");
        package.is_development = !groups.is_empty()
            && groups.iter().all(|group| {
                *group == "dev"
                    || group.starts_with("dev-")
                    || *group == "test"
                    || *group == "lint"
                    || *group == "doc"
            });
        package.is_optional = !groups.is_empty() && !package.is_development && !groups.contains(&"default");
        let needs = words(node, "dependencies").into_iter().filter_map(Requirement::parse);
        package.needs = needs.map(|need| normal(need.name)).collect();
        let id = normal(name);
        let known =
            listing.packages.iter_mut().find(|known| known.id == id && known.version == package.version);
        if let Some(known) = known {
            known.needs.append(&mut package.needs);
            known.is_development &= package.is_development;
            known.is_optional &= package.is_optional;
        } else {
            listing.add(package.known_as(id));
        }
    }
}
