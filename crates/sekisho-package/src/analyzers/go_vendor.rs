//! Go: `vendor/modules.txt`, the modules whose source lies in the folder.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "go-vendor",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Tail("vendor/modules.txt")],
    access: WHOLE,
    read: |file, report| listed(file, report, "list of vendored modules of Go", read),
    join: None,
};

/// `# path version`, or `# path [version] => path version`; below it what is explicit, and the packages that are used.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let mut is_module = false;
    for line in sheet.lines() {
        if let Some(marks) = line.text.strip_prefix("## ") {
            if marks.split(';').any(|mark| mark.trim() == "explicit")
                && let Some(package) = listing.packages.last_mut().filter(|_| is_module)
            {
                package.relation = Relation::Direct;
            }
            continue;
        }
        let Some(text) = line.text.strip_prefix("# ") else { continue };
        let text = text.split_once(" => ").map_or(text, |(_, new)| new);
        let mut words = text.split_whitespace();
        is_module = false;
        if let (Some(name), Some(version), None) = (words.next(), words.next(), words.next())
            && version.starts_with('v')
        {
            is_module = true;
            listing.add(Listed::scoped("golang", name, version, sheet.line_span(&line)));
        }
    }
}
