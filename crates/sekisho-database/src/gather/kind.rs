//! What a file is, by its name and its first bytes, and what is read out of it.

use sekisho_advisory::exploitation::{Exploited, Probability, read_epss, read_kev};
use sekisho_advisory::{Advisory, AdvisoryError, Budget, format};
use sekisho_vulnerability::Origin;

use super::origin;

/// What was read out of one file.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// Advisories, each with its publisher.
    pub(super) advisories: Vec<(Origin, Advisory)>,
    pub(super) exploited: Vec<Exploited>,
    pub(super) probabilities: Vec<Probability>,
    /// Publishers of the two.
    pub(super) origins: Vec<Origin>,
    /// Whether it is nothing that advisories come in.
    pub(super) is_other: bool,
}

/// Whether files of this name can hold records.
pub(super) fn is_meant(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let kinds = [".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".md", ".csv"];
    !is_hidden(path) && kinds.iter().any(|kind| name.len() > kind.len() && name.ends_with(kind))
}

/// Whether a path within what is read is hidden, as the workflows of a repository are.
pub(super) fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.') && part.len() > 2)
}

/// Reads a file of any format.
pub(super) fn parse(path: &str, bytes: Vec<u8>, budget: &Budget) -> Result<Parsed, String> {
    let text = String::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let parsed = match path.rsplit('.').next() {
        Some("json") => json(text, budget),
        Some("jsonl" | "ndjson") => lines(text, budget),
        Some("yaml" | "yml") => yaml(path, text, budget),
        Some("md") => markdown(text, budget),
        Some("csv") => csv(text, budget),
        _ => Ok(other()),
    };
    parsed.map_err(|error| error.to_string())
}

fn other() -> Parsed {
    Parsed { is_other: true, ..Parsed::default() }
}

fn records(advisories: Vec<Advisory>) -> Parsed {
    let advisories = advisories.into_iter().map(|advisory| (origin::of(&advisory), advisory)).collect();
    Parsed { advisories, ..Parsed::default() }
}

fn json(text: &str, budget: &Budget) -> Result<Parsed, AdvisoryError> {
    /// The fields that tell records from other files of a repository.
    #[derive(serde::Deserialize)]
    struct Marks {
        id: Option<serde::de::IgnoredAny>,
        affected: Option<serde::de::IgnoredAny>,
        modified: Option<serde::de::IgnoredAny>,
        vulnerabilities: Option<serde::de::IgnoredAny>,
        #[serde(rename = "catalogVersion")]
        catalogue: Option<serde::de::IgnoredAny>,
        #[serde(rename = "$schema")]
        schema: Option<serde::de::IgnoredAny>,
    }
    if !text.trim_start().starts_with('[') {
        let marks: Marks = serde_json::from_str(text)?;
        if marks.catalogue.is_some() && marks.vulnerabilities.is_some() {
            let exploited = read_kev(text, budget)?;
            let date = exploited.iter().map(|entry| entry.added.clone()).max().unwrap_or_default();
            return Ok(Parsed { exploited, origins: vec![origin::exploited(date)], ..Parsed::default() });
        }
        if marks.id.is_none()
            || marks.schema.is_some()
            || (marks.affected.is_none() && marks.modified.is_none())
        {
            return Ok(other());
        }
    }
    let mut found = Vec::new();
    format::read_each_osv(text, budget, |advisory| found.push(advisory))?;
    Ok(records(found))
}

fn lines(text: &str, budget: &Budget) -> Result<Parsed, AdvisoryError> {
    let found: Result<Vec<Advisory>, AdvisoryError> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| format::read_osv(line, budget))
        .collect();
    Ok(records(found?))
}

fn yaml(path: &str, text: &str, budget: &Budget) -> Result<Parsed, AdvisoryError> {
    let begins = |key: &str| text.lines().any(|line| line.starts_with(key));
    if begins("reference:") && begins("branches:") {
        // Vendor, package and file: where the repository lies is nobody's name.
        let mut parts: Vec<&str> = path.rsplit('/').take(3).collect();
        parts.reverse();
        let advisory = format::read_friends_of_php(text, &parts.join("/"), budget)?;
        return Ok(Parsed { advisories: vec![(origin::friends_of_php(), advisory)], ..Parsed::default() });
    }
    if !begins("id:") || !(begins("affected:") || begins("modified:")) {
        return Ok(other());
    }
    Ok(records(vec![format::read_osv_yaml(text, budget)?]))
}

fn markdown(text: &str, budget: &Budget) -> Result<Parsed, AdvisoryError> {
    if !text.trim_start().starts_with("```toml") {
        return Ok(other());
    }
    // Records about the language itself have identifiers of others.
    let advisories = format::read_rustsec(text, budget)?.into_iter();
    let advisories = advisories.map(|advisory| (origin::named("rustsec/advisory-db"), advisory)).collect();
    Ok(Parsed { advisories, ..Parsed::default() })
}

fn csv(text: &str, budget: &Budget) -> Result<Parsed, AdvisoryError> {
    let mut heads = text.lines().take(2);
    if !heads.any(|line| line.starts_with("cve,epss") || line.contains("score_date:")) {
        return Ok(other());
    }
    let date = text.lines().next().and_then(|line| line.split("score_date:").nth(1));
    let date = date.and_then(|date| date.get(..10)).unwrap_or_default().to_owned();
    let probabilities = read_epss(text, budget)?.collect::<Result<_, _>>()?;
    Ok(Parsed { probabilities, origins: vec![origin::probabilities(date)], ..Parsed::default() })
}
