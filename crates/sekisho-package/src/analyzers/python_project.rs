//! Python: what a project declares in `pyproject.toml`, `setup.cfg` and `setup.py`, where one version only will do.

use std::ops::Range;

use sekisho_contents::Evidence;
use sekisho_manifest::{Entry, Node};

use crate::analyzer::{Analyzer, Select};
use crate::convention::python::{Requirement, pinned};
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::toml;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "python-project",
    version: 1,
    evidence: Evidence::Declared,
    selects: &[Select::Name("pyproject.toml"), Select::Name("setup.cfg"), Select::Name("setup.py")],
    access: WHOLE,
    read: |file, report| listed(file, report, "description of a Python project", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    match sheet.file_name() {
        "pyproject.toml" => project(sheet, listing),
        "setup.cfg" => configuration(sheet, listing),
        _ => script(sheet, listing),
    }
}

fn declared(text: &str, span: Range<u32>, is_development: bool, listing: &mut Listing) {
    let Some(requirement) = Requirement::parse(text) else { return };
    if requirement.version().is_some() {
        let package = pinned(&requirement, span);
        listing.add(Listed { relation: Relation::Direct, is_development, ..package });
    }
}

fn project(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = toml(sheet, listing) else { return };
    let project = root.get("project");
    let list = |node: Option<&Node>, is_development: bool, listing: &mut Listing| {
        for item in node.map_or(&[][..], Node::items) {
            declared(sheet.scalar(item), sheet.place(item.span), is_development, listing);
        }
    };
    list(project.and_then(|project| project.get("dependencies")), false, listing);
    for group in entries(project.and_then(|project| project.get("optional-dependencies"))) {
        let from = listing.packages.len();
        list(Some(&group.node), false, listing);
        listing.packages.iter_mut().skip(from).for_each(|package| package.is_optional = true);
    }
    for group in entries(root.get("dependency-groups")) {
        list(Some(&group.node), true, listing);
    }
    let poetry = root.at(&["tool", "poetry"]);
    for (key, is_development) in [("dependencies", false), ("dev-dependencies", true)] {
        for entry in entries(poetry.and_then(|poetry| poetry.get(key))) {
            of_poetry(sheet, entry, is_development, listing);
        }
    }
    for group in entries(poetry.and_then(|poetry| poetry.get("group"))) {
        for entry in entries(group.node.get("dependencies")) {
            of_poetry(sheet, entry, group.key != "main", listing);
        }
    }
}

fn entries(node: Option<&Node>) -> &[Entry] {
    node.map_or(&[], Node::entries)
}

/// `name = "1.2.3"` is this version alone; most are ranges.
fn of_poetry(sheet: &Sheet<'_>, entry: &Entry, is_development: bool, listing: &mut Listing) {
    let version = match sheet.scalar(&entry.node) {
        "" => sheet.field(&entry.node, "version"),
        text => text,
    };
    let exact = version.trim_start_matches('=').trim();
    let is_exact = exact.starts_with(|first: char| first.is_ascii_digit())
        && !exact.contains(['*', ',', '<', '>', '|', ' ']);
    if entry.key != "python" && is_exact {
        let package = Listed::new("pypi", &entry.key, exact, sheet.place(entry.key_span));
        listing.add(Listed { relation: Relation::Direct, is_development, ..package });
    }
}

/// The lists of requirements of `setup.cfg`, an INI file.
fn configuration(sheet: &Sheet<'_>, listing: &mut Listing) {
    let (mut section, mut key) = (String::new(), String::new());
    for line in sheet.lines() {
        let text = line.text.trim();
        if text.is_empty() || text.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = text.strip_prefix('[').filter(|_| line.indent() == 0) {
            name.trim_end_matches(']').trim().clone_into(&mut section);
            key.clear();
            continue;
        }
        let mut value = text;
        if line.indent() == 0 {
            let Some((name, rest)) = text.split_once('=') else { continue };
            name.trim().clone_into(&mut key);
            value = rest.trim();
        }
        let is_development = match (section.as_str(), key.as_str()) {
            ("options", "install_requires" | "requires") => false,
            ("options", "tests_require" | "setup_requires") => true,
            ("options.extras_require", extra) => {
                matches!(extra, "dev" | "test" | "tests" | "testing" | "docs")
            }
            _ => continue,
        };
        declared(
            value.split(" #").next().unwrap_or_default(),
            sheet.line_span(&line),
            is_development,
            listing,
        );
    }
}

/// The texts in quotes of a program that are requirements with a version. What the program computes is not known.
fn script(sheet: &Sheet<'_>, listing: &mut Listing) {
    for line in sheet.lines() {
        let code = line.text;
        if code.trim_start().starts_with('#') || !code.contains("==") {
            continue;
        }
        let mut rest = code;
        while let Some(quote) = rest.find(['"', '\'']).and_then(|at| rest.get(at..)) {
            let mark = quote.get(..1).unwrap_or_default();
            let Some((text, behind)) = quote.get(1..).and_then(|inner| inner.split_once(mark)) else { break };
            if text.contains("==") && !text.contains(['%', '{']) {
                declared(text, sheet.line_span(&line), false, listing);
            }
            rest = behind;
        }
    }
}
