//! Ruby: gems that are installed, by the files of `specifications`.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "gemspec",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Suffix(".gemspec")],
    access: WHOLE,
    read: |file, report| listed(file, report, "specification of a gem", read),
    join: None,
};

/// Reads a specification as RubyGems writes it when it installs a gem; those of projects are programs.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    if !sheet.folders().take(2).any(|folder| folder == "specifications") {
        return;
    }
    let (mut name, mut version, mut platform, mut span) = ("", "", "", 0..0);
    let (mut licenses, mut needs) = (Vec::new(), Vec::new());
    for line in sheet.lines() {
        let text = line.text.trim();
        let Some((_, statement)) = text
            .split_once('.')
            .filter(|(object, _)| object.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
        else {
            continue;
        };
        if let Some(rest) = statement
            .strip_prefix("add_runtime_dependency")
            .or_else(|| statement.strip_prefix("add_dependency"))
        {
            needs.extend(quoted(rest).next().map(str::to_owned));
        }
        let Some((field, value)) = statement.split_once('=') else { continue };
        match field.trim() {
            "name" => (name, span) = (quoted(value).next().unwrap_or_default(), sheet.line_span(&line)),
            "version" => version = quoted(value).next().unwrap_or_default(),
            "platform" => platform = quoted(value).next().unwrap_or_default(),
            "licenses" | "license" => licenses.extend(quoted(value).map(str::to_owned)),
            _ => {}
        }
    }
    if !name.is_empty() && !version.is_empty() {
        let platform = if platform == "ruby" { "" } else { platform };
        let mut package = Listed::new("gem", name, version, span).qualified("platform", platform);
        (package.licenses, package.needs) = (licenses, needs);
        listing.add(package);
    }
}

/// The texts in quotes, in order. RubyGems also writes `%q<name>`.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let at = rest.find(['"', '\'', '<'])?;
        let end = match rest.as_bytes().get(at)? {
            b'<' => '>',
            byte => char::from(*byte),
        };
        let (value, after) = rest.get(at + 1..)?.split_once(end)?;
        rest = after;
        Some(value)
    })
}
