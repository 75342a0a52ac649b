//! OCaml: files of opam, those of installed packages and locked ones of projects.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "opam",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Name("opam"), Select::Suffix(".opam"), Select::Suffix(".opam.locked")],
    access: WHOLE,
    read: |file, report| listed(file, report, "file of opam", read),
    join: None,
};

/// `name: "x"`, `version: "1"`, `depends: ["y" {= "2"}]`.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    if sheet.file_name().ends_with(".locked") {
        return locked(sheet, listing);
    }
    let Some(package) = installed(sheet) else { return };
    listing.add(package);
}

/// An installed package lies in `packages/NAME.VERSION/opam`, here or with a folder of the name between.
fn installed(sheet: &Sheet<'_>) -> Option<Listed> {
    let field = |key: &str| {
        sheet
            .lines()
            .find_map(|line| Some((line.text.strip_prefix(key)?.strip_prefix(':')?.trim().to_owned(), line)))
    };
    let folder = sheet.folders().next().unwrap_or_default();
    let (folder_name, folder_version) = folder.split_once('.').unwrap_or((folder, ""));
    let is_installed = sheet.file_name() == "opam" && !folder_version.is_empty();
    let name = field("name").map(|(text, _)| text.trim_matches('"').to_owned());
    let version =
        field("version").map(|(text, line)| (text.trim_matches('"').to_owned(), sheet.line_span(&line)));
    let stem = sheet.file_name().strip_suffix(".opam").unwrap_or(folder_name);
    let name = name.unwrap_or_else(|| if is_installed { folder_name.to_owned() } else { stem.to_owned() });
    let (version, span) = version.unwrap_or_else(|| (folder_version.to_owned(), 0..0));
    if version.is_empty() || name.is_empty() {
        return None;
    }
    let mut package = Listed::new("opam", &name, &version, span);
    if !is_installed {
        package.relation = Relation::Own;
    }
    if let Some((license, _)) = field("license") {
        package.licenses = license.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    }
    package.needs = depends(sheet).map(|(name, _, _)| name).collect();
    Some(package)
}

fn locked(sheet: &Sheet<'_>, listing: &mut Listing) {
    for (name, constraint, span) in depends(sheet).collect::<Vec<_>>() {
        let version =
            constraint.split_once('=').and_then(|(_, rest)| rest.split('"').nth(1)).unwrap_or_default();
        let is_exact = !constraint.contains(['<', '>', '!']);
        if is_exact && !version.is_empty() {
            let mut package = Listed::new("opam", &name, version, span);
            package.is_development = constraint.contains("with-test")
                || constraint.contains("with-doc")
                || constraint.contains("with-dev-setup");
            listing.add(package);
        }
    }
}

/// The names in `depends`, each with the constraint behind it and its place.
fn depends<'s>(
    sheet: &'s Sheet<'_>,
) -> impl Iterator<Item = (String, String, std::ops::Range<u32>)> + use<'s> {
    let start = sheet
        .lines()
        .find(|line| line.text.starts_with("depends:"))
        .map(|line| line.start + "depends:".len());
    let mut at = start.unwrap_or(sheet.text.len());
    let mut is_list = false;
    std::iter::from_fn(move || {
        loop {
            let rest = sheet.text.get(at..)?;
            let blank = rest.len() - rest.trim_start().len();
            at += blank;
            let rest = rest.get(blank..)?;
            match rest.chars().next()? {
                '[' if !is_list => {
                    is_list = true;
                    at += 1;
                }
                '"' => {
                    let length = rest.get(1..)?.find('"')?;
                    let name = rest.get(1..=length)?.to_owned();
                    let span = sheet.span(at + 1..at + 1 + length);
                    at += length + 2;
                    let behind = rest.get(length + 2..)?;
                    let trimmed = behind.trim_start();
                    let mut constraint = String::new();
                    if let Some(inner) = trimmed.strip_prefix('{') {
                        let end = inner.find('}')?;
                        constraint.push_str(inner.get(..end)?);
                        at += behind.len() - trimmed.len() + end + 2;
                    }
                    if !is_list {
                        at = sheet.text.len();
                    }
                    return Some((name, constraint, span));
                }
                '(' | ')' | '|' | '&' => at += 1,
                '#' => at += rest.find('\n')?,
                _ => return None,
            }
        }
    })
}
