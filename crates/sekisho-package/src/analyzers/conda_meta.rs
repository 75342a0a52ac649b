//! conda: packages that are installed, by the files of `conda-meta`.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::convention::conda::conda;
use crate::fault::Fault;
use crate::listing::{Listing, WHOLE, listed};
use crate::path::ends;
use crate::sheet::Sheet;
use crate::tree::{json, words};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "conda-meta",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Custom(|path, _| {
        ends(path, &[".json"]) && (path.contains("/conda-meta/") || path.starts_with("conda-meta/"))
    })],
    access: WHOLE,
    read: |file, report| listed(file, report, "record of conda", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    if sheet.folders().next() != Some("conda-meta") {
        return;
    }
    let Some(root) = json(sheet, listing) else { return };
    let (name, version) = (sheet.field(&root, "name"), sheet.field(&root, "version"));
    if name.is_empty() || version.is_empty() {
        listing.fault(Fault::Missing(if name.is_empty() { "name" } else { "version" }));
        return;
    }
    let span = root.get("name").map_or(0..0, |node| sheet.place(node.span));
    let mut package = conda(
        name,
        version,
        sheet.field(&root, "build"),
        sheet.field(&root, "channel"),
        sheet.field(&root, "subdir"),
        span,
    );
    for algorithm in ["md5", "sha256"] {
        let value = sheet.field(&root, algorithm);
        if !value.is_empty() {
            package.digests.push((algorithm.to_owned(), value.to_owned()));
        }
    }
    let license = sheet.field(&root, "license");
    package.licenses = Some(license.to_owned()).filter(|license| !license.is_empty()).into_iter().collect();
    let needs = words(&root, "depends").into_iter().filter_map(|need| need.split_whitespace().next());
    package.needs = needs.map(str::to_owned).collect();
    listing.add(package);
}
