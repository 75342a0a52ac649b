//! R: `renv.lock`.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::{json, words};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "renv-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("renv.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of renv", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    let Some(packages) = root.get("Packages") else {
        listing.fault(Fault::Missing("Packages"));
        return;
    };
    for entry in packages.entries() {
        let node = &entry.node;
        let name = match sheet.field(node, "Package") {
            "" => entry.key.as_str(),
            name => name,
        };
        let source = sheet.field(node, "Source");
        let kind = if source == "Bioconductor" { "bioconductor" } else { "cran" };
        let mut package = Listed::new(kind, name, sheet.field(node, "Version"), sheet.place(entry.key_span));
        let commit = sheet.field(node, "RemoteSha");
        if !commit.is_empty() && source.starts_with("Git") {
            let host = match sheet.field(node, "RemoteHost") {
                "api.github.com" | "" if source == "GitHub" => "github.com",
                host => host,
            };
            let (owner, repository) = (sheet.field(node, "RemoteUsername"), sheet.field(node, "RemoteRepo"));
            package =
                package.qualified("vcs_url", &format!("git+https://{host}/{owner}/{repository}@{commit}"));
        }
        // Newer files hold what `DESCRIPTION` says in place of the requirements.
        let lists = ["Requirements", "Depends", "Imports", "LinkingTo"];
        let names = lists
            .iter()
            .flat_map(|key| words(node, key))
            .map(|need| need.split('(').next().unwrap_or_default().trim());
        package.needs = names.filter(|name| *name != "R").map(str::to_owned).collect();
        let license = sheet.field(node, "License");
        package.licenses =
            Some(license.to_owned()).filter(|license| !license.is_empty()).into_iter().collect();
        listing.add(package);
    }
}
