//! C and C++: packages in Conan's cache, by their `conaninfo.txt`.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::convention::conan::reference_of;
use crate::listing::{Listing, WHOLE, listed};
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "conan-info",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Name("conaninfo.txt")],
    access: WHOLE,
    read: |file, report| listed(file, report, "description of a package of Conan", read),
    join: None,
};

/// Reads what the package was built with, `[full_requires]`; itself it is named by the folders above:
/// `name/version/user/channel/package/id`.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let folders: Vec<&str> = sheet.folders().collect();
    if let [_, "package", channel, user, version, name, ..] = folders.as_slice() {
        let reference = format!("{name}/{version}@{user}/{channel}");
        listing.add_all(reference_of(&reference, 0..0));
    }
    let mut is_within = false;
    for line in sheet.lines() {
        let text = line.text.trim();
        if text.starts_with('[') {
            is_within = text == "[full_requires]";
        } else if is_within {
            // Behind the reference stands the id of the package.
            let reference = text.split_once(':').map_or(text, |(reference, _)| reference);
            if let Some(package) = reference_of(reference, sheet.line_span(&line)) {
                listing.add(package);
            }
        }
    }
}
