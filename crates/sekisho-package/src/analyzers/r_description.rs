//! R: packages that are installed, by their `DESCRIPTION`.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::convention::headers::headers;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "r-description",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Name("DESCRIPTION")],
    access: WHOLE,
    read: |file, report| listed(file, report, "description of an R package", read),
    join: None,
};

/// Reads a description. One that was not built, does not come from a repository and lies in no library is that of a
/// project.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let headers = headers(sheet);
    let field = |key: &str| headers.iter().find(|header| header.key == key);
    let text = |key: &str| field(key).map_or("", |header| header.value.as_str());
    let Some(name) = field("package") else { return };
    if text("version").is_empty() {
        return;
    }
    let kind = if text("biocviews").is_empty() { "cran" } else { "bioconductor" };
    let mut package = Listed::new(kind, &name.value, text("version"), name.span.clone());
    let is_library = sheet.folders().any(|folder| matches!(folder, "library" | "site-library"));
    if text("built").is_empty() && text("repository").is_empty() && !is_library {
        package.relation = Relation::Own;
    }
    package.licenses =
        Some(text("license").to_owned()).filter(|license| !license.is_empty()).into_iter().collect();
    let needs = ["depends", "imports", "linkingto"].iter().flat_map(|key| text(key).split(','));
    let names = needs.map(|need| need.split('(').next().unwrap_or_default().trim());
    package.needs = names.filter(|name| !name.is_empty() && *name != "R").map(str::to_owned).collect();
    listing.add(package);
}
