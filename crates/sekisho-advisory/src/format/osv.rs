//! The OSV schema, in JSON and YAML. See ossf.github.io/osv-schema.

use std::fmt;

use sekisho_manifest::{Budget as LoadBudget, SourceId, load_one};
use sekisho_version::{Ecosystem, PackageUrl};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};

use crate::advisory::{Advisory, Affected, Event, Range, RangeKind, Rating, Status};
use crate::budget::{AdvisoryError, Budget, list};
use crate::severity::Severity;

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    id: String,
    #[serde(default, deserialize_with = "list")]
    aliases: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    upstream: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    related: Vec<String>,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    published: Option<String>,
    #[serde(default)]
    modified: Option<String>,
    #[serde(default)]
    withdrawn: Option<String>,
    #[serde(default, deserialize_with = "list")]
    severity: Vec<Score>,
    #[serde(default, deserialize_with = "list")]
    affected: Vec<Package>,
    #[serde(default)]
    database_specific: Option<Specific>,
}

#[derive(Deserialize)]
struct Score {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    score: String,
}

#[derive(Deserialize)]
#[allow(clippy::struct_field_names, reason = "the names of the format")]
struct Package {
    #[serde(default)]
    package: Option<Name>,
    #[serde(default, deserialize_with = "list")]
    severity: Vec<Score>,
    #[serde(default, deserialize_with = "list")]
    ranges: Vec<Line>,
    #[serde(default, deserialize_with = "list")]
    versions: Vec<String>,
    #[serde(default)]
    ecosystem_specific: Option<Specific>,
    #[serde(default)]
    database_specific: Option<Specific>,
}

#[derive(Deserialize, Default)]
#[allow(clippy::struct_field_names, reason = "the names of the format")]
struct Name {
    #[serde(default)]
    ecosystem: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    purl: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    repo: Option<String>,
    #[serde(default, deserialize_with = "list")]
    events: Vec<Point>,
}

#[derive(Deserialize)]
struct Point {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
    limit: Option<String>,
}

/// What databases and ecosystems add. They are free to write what they like, so nothing else is read, and what has
/// another shape counts for nothing.
#[derive(Default)]
struct Specific {
    severity: Option<String>,
    urgency: Option<String>,
    status: Option<String>,
    last_known_affected: Option<String>,
    parts: Vec<String>,
}

impl<'de> Deserialize<'de> for Specific {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let text = |key: &str| value.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
        let imports = value.get("imports").and_then(serde_json::Value::as_array).into_iter().flatten();
        let path = |import: &serde_json::Value| import.get("path")?.as_str().map(str::to_owned);
        Ok(Self {
            severity: text("severity").or_else(|| text("ubuntu_priority")),
            urgency: text("urgency"),
            status: text("status").or_else(|| text("fix_state")),
            last_known_affected: text("last_known_affected_version_range"),
            parts: imports.filter_map(path).collect(),
        })
    }
}

/// Reads one record in JSON.
pub fn read(text: &str, budget: &Budget) -> Result<Advisory, AdvisoryError> {
    budget.admit(text)?;
    advisory(serde_json::from_str(text)?)
}

/// Reads one record in YAML.
pub fn read_yaml(text: &str, budget: &Budget) -> Result<Advisory, AdvisoryError> {
    budget.admit(text)?;
    let loaded = load_one(SourceId::default(), text, &LoadBudget::default());
    if let Some(error) = loaded.errors.first() {
        return Err(AdvisoryError::Yaml(error.to_string()));
    }
    let document = loaded.documents.first().ok_or(AdvisoryError::Missing("id"))?;
    advisory(serde_json::from_str(&document.root.to_json().to_string())?)
}

/// Reads a list of records in JSON, or one alone, handing each on before the next is read.
pub fn read_each(text: &str, budget: &Budget, mut each: impl FnMut(Advisory)) -> Result<(), AdvisoryError> {
    budget.admit(text)?;
    if !text.trim_start().starts_with('[') {
        each(read(text, budget)?);
        return Ok(());
    }
    let mut failure = None;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let records = Records { limit: budget.records, each: &mut each, failure: &mut failure };
    records.deserialize(&mut deserializer)?;
    deserializer.end()?;
    failure.map_or(Ok(()), Err)
}

/// Hands records on while the list is read.
struct Records<'f, F> {
    limit: usize,
    each: &'f mut F,
    failure: &'f mut Option<AdvisoryError>,
}

impl<'de, F: FnMut(Advisory)> DeserializeSeed<'de> for Records<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(Advisory)> Visitor<'de> for Records<'_, F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut count = 0;
        while let Some(record) = items.next_element::<Record>()? {
            count += 1;
            if count > self.limit {
                *self.failure = Some(AdvisoryError::Records(self.limit));
                continue;
            }
            match advisory(record) {
                Ok(advisory) => (self.each)(advisory),
                Err(error) => *self.failure = Some(error),
            }
        }
        Ok(())
    }
}

fn advisory(record: Record) -> Result<Advisory, AdvisoryError> {
    if record.id.is_empty() {
        return Err(AdvisoryError::Missing("id"));
    }
    let mut ratings = ratings(&record.severity);
    let word = record.database_specific.and_then(|specific| specific.severity);
    if ratings.is_empty() {
        ratings.extend(word.as_deref().and_then(Severity::named).map(Rating::Word));
    }
    let affected: Vec<Affected> = record.affected.into_iter().map(affected).collect();
    let is_of_distribution = !affected.is_empty()
        && affected.iter().all(|one| one.ecosystem.is_some_and(|ecosystem| ecosystem.namespace().is_some()));
    let mut upstream = record.upstream;
    if is_of_distribution {
        // Errata name what they mend as related, and how severe it is in front of their title.
        if upstream.is_empty() && record.aliases.is_empty() {
            upstream.extend(record.related.into_iter().filter(|related| related.starts_with("CVE-")));
        }
        let word = record.summary.as_deref().and_then(|summary| summary.split_once(": "));
        if ratings.is_empty() && affected.iter().all(|one| one.ratings.is_empty()) {
            ratings.extend(word.and_then(|(word, _)| Severity::named(word)).map(Rating::Word));
        }
    }
    Ok(Advisory {
        id: record.id,
        aliases: record.aliases,
        upstream,
        summary: record.summary.unwrap_or_default(),
        published: record.published,
        modified: record.modified,
        withdrawn: record.withdrawn,
        ratings,
        affected,
    })
}

/// Vectors that cannot be read count for nothing.
fn ratings(scores: &[Score]) -> Vec<Rating> {
    let rating = |score: &Score| match score.kind.as_str() {
        "CVSS_V2" | "CVSS_V3" | "CVSS_V4" => score.score.parse().ok().map(Rating::Vector),
        _ => Severity::named(&score.score).map(Rating::Word),
    };
    scores.iter().filter_map(rating).collect()
}

fn affected(package: Package) -> Affected {
    let Package { package: name, severity, ranges, versions, ecosystem_specific, database_specific } =
        package;
    let name = name.unwrap_or_default();
    let url = name.purl.as_deref().and_then(|purl| PackageUrl::parse(purl).ok());
    let (_, release) = Ecosystem::split(&name.ecosystem);
    let ecosystem = Ecosystem::named(&name.ecosystem)
        .or_else(|| url.as_ref().filter(|_| name.ecosystem.is_empty()).and_then(PackageUrl::ecosystem));
    let specifics = [ecosystem_specific.unwrap_or_default(), database_specific.unwrap_or_default()];
    let mut ratings = ratings(&severity);
    let words = specifics.iter().flat_map(|specific| [&specific.severity, &specific.urgency]).flatten();
    if ratings.is_empty() {
        ratings.extend(words.clone().find_map(|word| Severity::named(word)).map(Rating::Word));
    }
    let mut statuses = specifics.iter().filter_map(|specific| specific.status.as_ref()).chain(words);
    let status = statuses.find_map(|word| Status::named(word));
    // GitHub says here up to which version it knows of, where nothing is fixed.
    let last = specifics.iter().find_map(|specific| specific.last_known_affected.as_deref());
    Affected {
        ecosystem,
        release: release.map(str::to_owned),
        name: if name.name.is_empty() {
            url.map(|url| url.package_name()).unwrap_or_default()
        } else {
            name.name
        },
        ratings,
        ranges: ranges.into_iter().filter_map(|line| range(line, last)).collect(),
        versions,
        within: Vec::new(),
        not_within: Vec::new(),
        fixes: Vec::new(),
        status,
        parts: specifics.iter().flat_map(|specific| specific.parts.iter().cloned()).collect(),
    }
}

fn range(line: Line, last: Option<&str>) -> Option<Range> {
    let kind = match line.kind.as_str() {
        "SEMVER" => RangeKind::Semver,
        "ECOSYSTEM" => RangeKind::Ecosystem,
        "GIT" => RangeKind::Git,
        _ => return None,
    };
    let mut events = Vec::with_capacity(line.events.len());
    for point in line.events {
        events.extend(point.introduced.map(Event::Introduced));
        events.extend(point.fixed.map(Event::Fixed));
        events.extend(point.last_affected.map(Event::LastAffected));
        events.extend(point.limit.map(Event::Limit));
    }
    let is_open = !events.iter().any(|event| matches!(event, Event::Fixed(_) | Event::LastAffected(_)));
    if let Some(last) = last.filter(|_| is_open && kind != RangeKind::Git) {
        if let Some(version) = last.strip_prefix("<=") {
            events.push(Event::LastAffected(version.trim().to_owned()));
        } else if let Some(version) = last.strip_prefix('<') {
            events.push(Event::Fixed(version.trim().to_owned()));
        }
    }
    Some(Range { kind, repository: line.repo, events })
}
