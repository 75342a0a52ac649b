//! Erlang: applications that are installed, by their `.app` files.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::term::{Term, terms};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "erlang-application",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Suffix(".app")],
    access: WHOLE,
    read: |file, report| listed(file, report, "description of an application of Erlang", read),
    join: None,
};

/// `{application, name, [{vsn, "1.0"}, {applications, [kernel, stdlib]}]}.` Other systems have files of this name too.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let (found, _) = terms(&sheet.text);
    let Some([head, name, properties]) = found.first().map(Term::items) else { return };
    let property = |key: &str| {
        let pairs = properties.items().iter().map(Term::items);
        pairs
            .filter_map(|pair| pair.split_first())
            .find(|(first, _)| first.text() == key)
            .and_then(|(_, rest)| rest.first())
    };
    let version = property("vsn").map_or("", Term::text);
    if head.text() != "application" || version.is_empty() || version.contains(['%', '{', '@']) {
        return;
    }
    let mut package = Listed::new("otp", name.text(), version, sheet.span(name.span.clone()));
    let needs = property("applications").map_or(&[][..], Term::items);
    package.needs = needs.iter().map(|need| need.text().to_owned()).collect();
    listing.add(package);
}
