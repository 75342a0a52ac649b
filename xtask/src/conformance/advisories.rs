//! The records of `advisories`: each must be read, the versions that it lists must lie in the ranges that it gives, and
//! at a version that it calls fixed it must not hold.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use sekisho_advisory::{Advisory, AdvisoryError, Affected, Budget, Event, RangeKind, format};
use sekisho_version::{PackageUrl, Version};
use sekisho_vulnerability::{Component, Database};

use super::Outcome;

/// The archives, the kind of file in each that is a record, and a part of its name.
const ARCHIVES: [(&str, &str, &str); 6] = [
    ("alma", ".json", "advisories/"),
    ("bitnami", ".json", "data/"),
    ("go", ".json", "data/osv/"),
    ("php", ".yaml", "/"),
    ("pypi", ".yaml", "vulns/"),
    ("rustsec", ".md", "/RUSTSEC-"),
];

pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for (name, kind, part) in ARCHIVES {
        let path = data.join(format!("{name}.tar.zst"));
        let file = File::open(&path).with_context(|| format!("cannot open `{}`", path.display()))?;
        let unpacked = ruzstd::decoding::StreamingDecoder::new(file).map_err(|error| anyhow!("{error}"))?;
        let mut texts = BTreeMap::new();
        for entry in tar::Archive::new(unpacked).entries()? {
            let mut entry = entry?;
            let path = entry.path()?.to_string_lossy().into_owned();
            if path.ends_with(kind) && path.contains(part) {
                let mut text = String::new();
                entry.read_to_string(&mut text).with_context(|| format!("cannot read `{path}`"))?;
                texts.insert(path, text);
            }
        }
        // By name, since an archive's own order is nobody's promise.
        for (place, (path, text)) in texts.iter().enumerate() {
            let miss = match read(name, path, text) {
                Ok(Some(advisory)) => miss(&advisory),
                Ok(None) => None,
                Err(error) => Some(error.to_string()),
            };
            let miss = miss.map(|why| format!("{path}: {why}"));
            outcomes.push(Outcome { id: format!("{name}:{}", place + 1), miss });
        }
    }
    Ok(outcomes)
}

fn read(archive: &str, path: &str, text: &str) -> Result<Option<Advisory>, AdvisoryError> {
    let budget = Budget::default();
    match archive {
        "php" => format::read_friends_of_php(text, path, &budget).map(Some),
        "pypi" => format::read_osv_yaml(text, &budget).map(Some),
        "rustsec" => format::read_rustsec(text, &budget),
        _ => format::read_osv(text, &budget).map(Some),
    }
}

/// Why a record contradicts itself as we understand it.
fn miss(advisory: &Advisory) -> Option<String> {
    if advisory.withdrawn.is_some() {
        return None;
    }
    for affected in &advisory.affected {
        let Some(ecosystem) = affected.ecosystem else {
            return Some(format!("the ecosystem of `{}` is unknown", affected.name));
        };
        let is_ranged = affected.ranges.iter().any(|range| range.kind != RangeKind::Git);
        let alone = Affected { versions: Vec::new(), ..affected.clone() };
        let built = Database::build([Advisory { affected: vec![alone], ..advisory.clone() }]);
        let Ok(database) = built else { return Some("no database is made of it".to_owned()) };
        let holds = |version: &str| {
            let (kind, namespace) = (ecosystem.package_url_type(), ecosystem.namespace());
            let url =
                PackageUrl::build(kind, namespace, &affected.name, Some(version), BTreeMap::new(), None)
                    .ok()?;
            let component = Component { release: affected.release.clone(), ..Component::from_url(url) };
            database.matches(&component).ok().map(|matches| !matches.is_empty())
        };
        // What is against PEP 440 lies in no range by our own rule.
        let is_regular = |version: &&String| {
            Version::parse(ecosystem.scheme(), version).is_ok_and(|version| version.is_regular())
        };
        let mut listed = affected.versions.iter().filter(|_| is_ranged).filter(is_regular);
        let outside = listed.find(|version| holds(version) != Some(true));
        if let Some(version) = outside {
            return Some(format!("lists `{version}`, which lies in none of its ranges"));
        }
        let ranges = affected.ranges.iter().filter(|range| range.kind != RangeKind::Git);
        for event in ranges.flat_map(|range| &range.events) {
            if let Event::Fixed(version) = event
                && holds(version) != Some(false)
            {
                return Some(format!("holds at `{version}`, which it calls fixed"));
            }
        }
    }
    None
}
