//! RustSec: TOML in front of Markdown. See github.com/RustSec/advisory-db.

use sekisho_version::Ecosystem;
use serde::Deserialize;

use crate::advisory::{Advisory, Affected, Rating};
use crate::budget::{AdvisoryError, Budget};

#[derive(Deserialize)]
struct Record {
    advisory: Head,
    #[serde(default)]
    versions: Versions,
}

#[derive(Deserialize)]
struct Head {
    id: String,
    package: String,
    date: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    cvss: Option<String>,
    withdrawn: Option<String>,
    informational: Option<String>,
}

#[derive(Deserialize, Default)]
struct Versions {
    #[serde(default)]
    patched: Vec<String>,
    #[serde(default)]
    unaffected: Vec<String>,
}

/// Reads one record; none where it only informs, as that a crate is no longer kept.
pub fn read(text: &str, budget: &Budget) -> Result<Option<Advisory>, AdvisoryError> {
    budget.admit(text)?;
    let text = text.trim_start();
    let fenced = text.strip_prefix("```toml").ok_or(AdvisoryError::Missing("```toml"))?;
    let (head, body) = fenced.split_once("\n```").ok_or(AdvisoryError::Missing("```"))?;
    let record: Record =
        toml::from_str(head).map_err(|error| AdvisoryError::Toml(error.message().to_owned()))?;
    let Record { advisory, versions } = record;
    // `unsound` is about what a crate lets its user do wrong; the others are no vulnerabilities at all.
    if advisory.informational.is_some_and(|kind| kind != "unsound") {
        return Ok(None);
    }
    let title = body.lines().find_map(|line| line.strip_prefix("# "));
    let rating = advisory.cvss.and_then(|vector| vector.parse().ok()).map(Rating::Vector);
    let affected = Affected {
        ecosystem: Ecosystem::named("crates.io"),
        name: advisory.package,
        within: vec![String::from("*")],
        not_within: versions.patched.into_iter().chain(versions.unaffected).collect(),
        ..Affected::default()
    };
    Ok(Some(Advisory {
        id: advisory.id,
        aliases: advisory.aliases,
        summary: title.unwrap_or_default().trim().to_owned(),
        published: advisory.date,
        withdrawn: advisory.withdrawn,
        ratings: rating.into_iter().collect(),
        affected: vec![affected],
        ..Advisory::default()
    }))
}
