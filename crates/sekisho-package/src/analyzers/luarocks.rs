//! Lua: rockspecs of installed rocks.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "luarocks",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Suffix(".rockspec")],
    access: WHOLE,
    read: |file, report| listed(file, report, "specification of a rock", read),
    join: None,
};

/// Reads the assignments of texts: `package = "name"`, `version = "1.0-1"`, and what stands in `dependencies`.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let (mut name, mut version, mut license, mut span) = ("", "", "", 0..0);
    let mut needs = Vec::new();
    let mut is_in_needs = false;
    for line in sheet.lines() {
        let text = line.text.split("--").next().unwrap_or_default().trim();
        let value = |text: &'_ str| -> Option<(usize, usize)> {
            let start = text.find(['"', '\''])?;
            let quote = text.get(start..=start)?;
            let length = text.get(start + 1..)?.find(quote)?;
            Some((start + 1, start + 1 + length))
        };
        if let Some((key, rest)) = text.split_once('=').filter(|_| !is_in_needs) {
            let found = value(rest).and_then(|(start, end)| rest.get(start..end)).unwrap_or_default();
            match key.trim() {
                "package" => (name, span) = (found, sheet.line_span(&line)),
                "version" => version = found,
                "license" => license = found,
                "dependencies" => is_in_needs = true,
                _ => {}
            }
        }
        if is_in_needs {
            let mut rest = text.split_once('{').map_or(text, |(_, rest)| rest);
            while let Some((start, end)) = value(rest) {
                let need = rest.get(start..end).unwrap_or_default();
                needs.extend(
                    need.split([' ', '>', '<', '=', '~'])
                        .next()
                        .filter(|name| *name != "lua")
                        .map(str::to_owned),
                );
                rest = rest.get(end + 1..).unwrap_or_default();
            }
            is_in_needs = !text.contains('}');
        }
    }
    if name.is_empty() || version.is_empty() {
        return;
    }
    let mut package = Listed::new("luarocks", name, version, span);
    // Rocks lie in `rocks/NAME/VERSION/`; others are those of a project.
    let folder = sheet.folders().next().unwrap_or_default();
    package.relation = if folder == version { Relation::Unknown } else { Relation::Own };
    package.licenses = Some(license.to_owned()).filter(|license| !license.is_empty()).into_iter().collect();
    package.needs = needs;
    listing.add(package);
}
