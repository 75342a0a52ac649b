//! pip: requirements files. See pip's "Requirements File Format".

use std::ops::Range;

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::convention::python::{Requirement, pinned};
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::path::base_name;
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "pip-requirements",
    version: 1,
    evidence: Evidence::Declared,
    selects: &[Select::Custom(|path, _| is_requirements(path))],
    access: WHOLE,
    read: |file, report| listed(file, report, "requirements file of pip", read),
    join: None,
};

/// `requirements.txt`, `requirements-dev.txt`, `dev-requirements.txt`, `requirements/base.txt`.
fn is_requirements(path: &str) -> bool {
    let Some(stem) = path.strip_suffix(".txt") else { return false };
    let name = base_name(stem);
    let is_word = |text: &str| text.split(['-', '_', '.']).any(|word| word == "requirements");
    is_word(name)
        || stem.len() > name.len()
            && base_name(stem.get(..stem.len() - name.len() - 1).unwrap_or_default()) == "requirements"
}

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let words: Vec<&str> = base_name(sheet.path).trim_end_matches(".txt").split(['-', '_', '.']).collect();
    let is_development = words.iter().any(|word| {
        ["dev", "develop", "development", "test", "tests", "testing", "lint", "docs", "doc", "ci"]
            .contains(word)
    });
    let mut lines = sheet.lines().peekable();
    let mut is_in_reasons = false;
    while let Some(line) = lines.next() {
        let trimmed = line.text.trim();
        if let Some(comment) = trimmed.strip_prefix('#') {
            // pip-compile and uv say below a requirement who asks for it.
            is_in_reasons = reason(comment.trim(), is_in_reasons, listing);
            continue;
        }
        is_in_reasons = false;
        let mut text = without_comment(line.text).to_owned();
        while text.ends_with('\\') {
            text.pop();
            let Some(next) = lines.next() else { break };
            text.push_str(without_comment(next.text));
        }
        let span = sheet.line_span(&line);
        if let Some(mut package) = requirement(text.trim(), span) {
            package.is_development = is_development;
            if let Some((_, comment)) = line.text.split_once(" #") {
                listing.add(package);
                is_in_reasons = reason(comment.trim(), false, listing);
                continue;
            }
            listing.add(package);
        }
    }
}

/// What follows `via`: a file asks, or packages do.
fn reason(comment: &str, is_within: bool, listing: &mut Listing) -> bool {
    let askers = match comment.strip_prefix("via") {
        Some(rest) if rest.is_empty() || rest.starts_with(' ') => rest.trim(),
        _ if is_within => comment,
        _ => return false,
    };
    let Some(package) = listing.packages.last_mut() else { return false };
    let is_file = askers.contains("-r ")
        || askers.contains("pyproject.toml")
        || askers.contains("setup.")
        || askers.contains("input");
    if is_file {
        package.relation = Relation::Direct;
    } else if !askers.is_empty() && package.relation == Relation::Unknown {
        package.relation = Relation::Transitive;
    }
    true
}

/// A line without a comment: one begins with `#` at the start or behind a blank.
fn without_comment(line: &str) -> &str {
    let end = line.match_indices('#').find(|(at, _)| {
        line.get(..*at).is_none_or(|before| before.is_empty() || before.ends_with([' ', '\t']))
    });
    end.map_or(line, |(at, _)| line.get(..at).unwrap_or_default()).trim_end()
}

/// A requirement; none where the line is an option, or names a folder.
fn requirement(text: &str, span: Range<u32>) -> Option<Listed> {
    let text = ["-e ", "--editable ", "--editable="]
        .iter()
        .find_map(|option| text.strip_prefix(option))
        .unwrap_or(text)
        .trim();
    if text.is_empty() || text.starts_with('-') {
        return None;
    }
    // Options of one requirement: `--hash=sha256:…`, `--config-settings …`.
    let (text, options) = match text.find(" -") {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    if let Some((_, fragment)) = text.split_once("#egg=") {
        let name = fragment.split(['&', '[', ';', ' ']).next().unwrap_or_default();
        let address = text.split('#').next().unwrap_or_default();
        return Some(Listed::new("pypi", name, "", span).qualified("vcs_url", address));
    }
    if text.contains("://") && !text.contains(" @ ") && !text.contains('@') || text.starts_with(['.', '/']) {
        return None;
    }
    let requirement = Requirement::parse(text)?;
    let mut listed = pinned(&requirement, span);
    for hash in options.split_whitespace().filter_map(|option| option.strip_prefix("--hash=")) {
        if let Some((algorithm, value)) = hash.split_once(':') {
            listed.digests.push((algorithm.to_owned(), value.to_owned()));
        }
    }
    Some(listed)
}
