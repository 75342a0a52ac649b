//! .NET: programs that are installed, by their `*.deps.json`.

use sekisho_contents::Evidence;

use super::nuget_lock::libraries;
use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::json;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "dotnet-deps",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Suffix(".deps.json")],
    access: WHOLE,
    read: |file, report| listed(file, report, "list of libraries of a .NET program", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = json(sheet, listing) else { return };
    libraries(sheet, &root, listing);
}
