//! The release of the operating system, from `os-release`.
//!
//! `etc/os-release` holds before `usr/lib/os-release`, as the manual of systemd has it.

use sekisho_contents::{Distribution, Evidence};
use smol_str::SmolStr;

use super::prelude::*;

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "os-release",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Path("etc/os-release"), Select::Path("usr/lib/os-release")],
    access: Access::Whole(64 << 10),
    read,
    join: None,
};

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    let mut distribution = Distribution::default();
    for line in file.text().lines() {
        let Some((key, value)) = line.split_once('=') else { continue };
        let value = unquoted(value.trim());
        let filled = || Some(SmolStr::from(value.as_str())).filter(|value| !value.is_empty());
        match key.trim() {
            "ID" => distribution.id = value.to_lowercase().into(),
            "ID_LIKE" => distribution.like = value.split_whitespace().map(SmolStr::from).collect(),
            "VERSION_ID" => distribution.release = filled(),
            "VERSION_CODENAME" => distribution.codename = filled(),
            "PRETTY_NAME" => distribution.title = filled(),
            "VARIANT_ID" => distribution.variant = filled(),
            _ => {}
        }
    }
    if !distribution.id.is_empty() {
        report.fact(Fact::Distribution(distribution));
    }
    Ok(())
}

/// The value as a shell would have it: without its quotes and the backslashes in front of special characters.
fn unquoted(value: &str) -> String {
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
    let inner = match quote {
        Some(quote) => value.trim_start_matches(quote).trim_end_matches(quote),
        None => value,
    };
    if quote == Some('\'') || !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        text.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    text
}
