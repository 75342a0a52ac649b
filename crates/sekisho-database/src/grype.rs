//! Grype's database, schema 6, into contents. CPEs in it are not read: names of products are no names of packages.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};
use sekisho_advisory::exploitation::{Exploited, Probability};
use sekisho_advisory::{Advisory, Affected, Event, Range, RangeKind, Rating, Severity, Status};
use sekisho_version::Ecosystem;
use sekisho_vulnerability::{Contents, Origin};
use serde::Deserialize;
use serde_json::Value;

use crate::foreign_error::{ForeignError, Taken};

const SCHEMA: i64 = 6;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Head {
    aliases: Vec<String>,
    severities: Vec<Said>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    value: Value,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct About {
    cves: Vec<String>,
    qualifiers: Option<Qualifiers>,
    ranges: Vec<Line>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Qualifiers {
    rpm_modularity: Option<String>,
    platform_cpes: Option<Vec<String>>,
    go_imports: Vec<Import>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Import {
    path: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Line {
    version: Constraint,
    fix: Option<Fix>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Constraint {
    constraint: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Fix {
    version: String,
    state: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Catalogued {
    date_added: String,
    due_date: Option<String>,
    known_ransomware_campaign_use: String,
}

/// A vulnerability as its table holds it.
struct Vulnerability {
    origin: u32,
    /// The advisory without packages; none where it was withdrawn or refused.
    advisory: Option<Advisory>,
}

/// Reads Grype's `vulnerability.db`.
pub(crate) fn read(path: &Path, contents: &mut Contents) -> Result<Taken, ForeignError> {
    let wrong = |source| ForeignError::Sqlite { path: path.to_owned(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(wrong)?;
    // The schema is a stranger's: it must not call anything.
    connection
        .execute_batch("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA cell_size_check = ON;")
        .map_err(wrong)?;
    let schema =
        connection.query_row("SELECT model FROM db_metadata LIMIT 1", [], |row| row.get(0)).map_err(wrong)?;
    if schema != SCHEMA {
        return Err(ForeignError::Schema { path: path.to_owned(), found: schema });
    }
    let mut taken = Taken::default();
    packages(&connection, contents, &mut taken).map_err(wrong)?;
    attacks(&connection, contents).map_err(wrong)?;
    Ok(taken)
}

fn packages(connection: &Connection, contents: &mut Contents, taken: &mut Taken) -> rusqlite::Result<()> {
    let mut heads = connection.prepare(
        "SELECT h.name, h.status, h.published_date, h.modified_date, h.withdrawn_date, h.provider_id, b.value, p.date_captured
         FROM vulnerability_handles h LEFT JOIN blobs b ON b.id = h.blob_id LEFT JOIN providers p ON p.id = h.provider_id
         WHERE h.id = ?1",
    )?;
    let mut rows = connection.prepare(
        "SELECT a.vulnerability_id, p.ecosystem, p.name, b.value, o.release_id, o.major_version, o.minor_version, o.label_version
         FROM affected_package_handles a JOIN packages p ON p.id = a.package_id JOIN blobs b ON b.id = a.blob_id
         LEFT JOIN operating_systems o ON o.id = a.operating_system_id",
    )?;
    let mut known: HashMap<i64, Vulnerability> = HashMap::new();
    let mut found = rows.query([])?;
    while let Some(row) = found.next()? {
        let id: i64 = row.get(0)?;
        if known.len() > 50_000 {
            known.clear();
        }
        if let std::collections::hash_map::Entry::Vacant(entry) = known.entry(id) {
            let head = heads.query_row([id], |head| vulnerability(head, contents)).optional()?;
            entry.insert(head.unwrap_or(Vulnerability { origin: 0, advisory: None }));
        }
        let Some(Vulnerability { origin, advisory: Some(advisory) }) = known.get(&id) else { continue };
        let text: String = row.get(3)?;
        let Ok(about) = serde_json::from_str::<About>(&text) else {
            taken.malformed += 1;
            continue;
        };
        let Some(affected) = affected(row, &about)? else {
            taken.strange += 1;
            continue;
        };
        taken.records += 1;
        let cves = about.cves.iter().filter(|cve| **cve != advisory.id && !advisory.aliases.contains(cve));
        let piece =
            Advisory { upstream: cves.cloned().collect(), affected: vec![affected], ..advisory.clone() };
        contents.add_piece(*origin, &piece);
    }
    Ok(())
}

fn vulnerability(head: &Row<'_>, contents: &mut Contents) -> rusqlite::Result<Vulnerability> {
    let text = |place: usize| head.get::<_, Option<String>>(place).map(Option::unwrap_or_default);
    let (status, withdrawn) = (text(1)?, text(4)?);
    let provider = text(5)?;
    let origin = contents.origin(Origin {
        name: format!("{provider} (by way of Grype)"),
        licence: "NOASSERTION".to_owned(),
        date: text(7)?.get(..10).unwrap_or_default().to_owned(),
        attribution: String::new(),
    });
    if status == "rejected" || !withdrawn.is_empty() {
        return Ok(Vulnerability { origin, advisory: None });
    }
    let said: Head = serde_json::from_str(&text(6)?).unwrap_or_default();
    let ratings = said.severities.iter().filter_map(|said| {
        if let Some(word) = said.value.as_str() {
            return Severity::named(word).map(Rating::Word);
        }
        said.value.get("vector")?.as_str()?.parse().ok().map(Rating::Vector)
    });
    let time = |text: String| Some(text.replacen(' ', "T", 1)).filter(|text| !text.is_empty());
    let advisory = Advisory {
        id: text(0)?,
        aliases: said.aliases,
        published: time(text(2)?),
        modified: time(text(3)?),
        ratings: ratings.take(1).collect(),
        ..Advisory::default()
    };
    Ok(Vulnerability { origin, advisory: Some(advisory) })
}

/// What is said of a package; none where its ecosystem is not known, or it is said of a module alone.
fn affected(row: &Row<'_>, about: &About) -> rusqlite::Result<Option<Affected>> {
    let text = |place: usize| row.get::<_, Option<String>>(place).map(Option::unwrap_or_default);
    let (kind, system) = (text(1)?, text(4)?);
    let qualifiers = about.qualifiers.as_ref();
    let is_of_module =
        qualifiers.and_then(|one| one.rpm_modularity.as_deref()).is_some_and(|module| !module.is_empty());
    let is_of_platform =
        qualifiers.and_then(|one| one.platform_cpes.as_ref()).is_some_and(|list| !list.is_empty());
    let ecosystem = if system.is_empty() { language(&kind) } else { distribution(&system) };
    let Some(ecosystem) = ecosystem.filter(|_| !is_of_module && !is_of_platform) else { return Ok(None) };
    let (major, minor, label) = (text(5)?, text(6)?, text(7)?);
    let release = match (major.as_str(), minor.as_str()) {
        ("", _) => label,
        (major, "") => major.to_owned(),
        (major, minor) => format!("{major}.{minor}"),
    };
    let mut affected = Affected {
        ecosystem: Some(ecosystem),
        release: Some(release).filter(|release| !release.is_empty() && !system.is_empty()),
        name: text(2)?,
        parts: qualifiers
            .map(|one| one.go_imports.iter().map(|import| import.path.clone()).collect())
            .unwrap_or_default(),
        ..Affected::default()
    };
    for line in &about.ranges {
        let constraint = line.version.constraint.trim();
        if constraint.is_empty() || constraint.eq_ignore_ascii_case("none") {
            let events = vec![Event::Introduced("0".to_owned())];
            affected.ranges.push(Range { kind: RangeKind::Ecosystem, repository: None, events });
        } else {
            affected.within.push(constraint.to_owned());
        }
        let fixed = line.fix.iter().map(|fix| fix.version.trim()).filter(|version| !version.is_empty());
        affected.fixes.extend(fixed.map(str::to_owned));
        affected.status = match line.fix.as_ref().map_or("", |fix| fix.state.as_str()) {
            "wont-fix" => Some(Status::WillNotFix),
            "not-affected" => Some(Status::NotAffected),
            _ => affected.status,
        };
    }
    Ok(Some(affected))
}

/// The ecosystem of a type of packages.
fn language(kind: &str) -> Option<Ecosystem> {
    Ecosystem::named(match kind {
        "npm" => "npm",
        "python" => "PyPI",
        "gem" => "RubyGems",
        "go-module" => "Go",
        "java-archive" | "jenkins-plugin" => "Maven",
        "rust-crate" => "crates.io",
        "php-composer" => "Packagist",
        "dotnet" => "NuGet",
        "hex" => "Hex",
        "dart-pub" => "Pub",
        "swift" => "SwiftURL",
        "github-action" => "GitHub Actions",
        "R-package" => "CRAN",
        "hackage" => "Hackage",
        "conan" => "ConanCenter",
        "pod" => "CocoaPods",
        "bitnami" => "Bitnami",
        _ => return None,
    })
}

/// The ecosystem of a distribution, by the identifier of its `os-release`.
fn distribution(id: &str) -> Option<Ecosystem> {
    let kinds = ["deb", "rpm", "apk", "alpm"];
    kinds.iter().find_map(|kind| {
        Ecosystem::of_package_url(kind, Some(id)).filter(|ecosystem| ecosystem.namespace().is_some())
    })
}

/// The catalogues of attacks, where they are there.
fn attacks(connection: &Connection, contents: &mut Contents) -> rusqlite::Result<()> {
    if has_table(connection, "known_exploited_vulnerability_handles")? {
        let mut rows = connection.prepare(
            "SELECT k.cve, b.value FROM known_exploited_vulnerability_handles k JOIN blobs b ON b.id = k.blob_id",
        )?;
        let entries = rows.query_map([], |row| {
            let said: Catalogued = serde_json::from_str(&row.get::<_, String>(1)?).unwrap_or_default();
            Ok(Exploited {
                cve: row.get(0)?,
                added: said.date_added,
                due: said.due_date,
                is_used_for_ransom: said.known_ransomware_campaign_use.eq_ignore_ascii_case("known"),
            })
        })?;
        contents.add_exploited(entries.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    if has_table(connection, "epss_handles")? {
        let mut rows = connection.prepare("SELECT cve, epss, percentile FROM epss_handles")?;
        let entries = rows.query_map([], |row| {
            let share = |place: usize| row.get::<_, f64>(place).map(|share| share.clamp(0.0, 1.0));
            #[allow(clippy::cast_possible_truncation, reason = "shares have five digits")]
            Ok(Probability { cve: row.get(0)?, probability: share(1)? as f32, percentile: share(2)? as f32 })
        })?;
        contents.add_probabilities(entries.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    Ok(())
}

fn has_table(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1",
        [name],
        |row| row.get(0),
    )
}
