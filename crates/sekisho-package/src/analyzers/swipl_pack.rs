//! SWI-Prolog: installed packs, by their `pack.pl`.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "swipl-pack",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Name("pack.pl")],
    access: WHOLE,
    read: |file, report| listed(file, report, "description of a pack of SWI-Prolog", read),
    join: None,
};

/// Facts such as `name(list_util).` and `version('0.13.0').`.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let (mut name, mut version, mut span) = ("", "", 0..0);
    let mut needs = Vec::new();
    for line in sheet.lines() {
        let text = line.text.split('%').next().unwrap_or_default().trim().trim_end_matches('.');
        let Some((fact, value)) = text.split_once('(') else { continue };
        let value = value.trim_end_matches(')').trim().trim_matches(['\'', '"']);
        match fact.trim() {
            "name" => (name, span) = (value, sheet.line_span(&line)),
            "version" => version = value,
            "requires" if value != "prolog" => needs.push(value.to_owned()),
            _ => {}
        }
    }
    if !version.is_empty() {
        let package = Listed::new("swiplpack", name, version, span);
        listing.add(Listed { needs, ..package });
    }
}
