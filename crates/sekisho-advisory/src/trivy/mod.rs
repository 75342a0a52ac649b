//! Trivy's database, schema 2: buckets a source, in each packages, in each of these vulnerabilities.

mod bolt;

use std::collections::{BTreeMap, HashMap};

use sekisho_version::Ecosystem;
use serde::Deserialize;

use self::bolt::{Bolt, Bucket, Item};
pub use self::bolt::{BoltError, is_bolt, value_at};
use crate::advisory::{Advisory, Affected, Event, Range, RangeKind, Rating, Status};
use crate::budget::list;
use crate::cvss::Vector;
use crate::severity::Severity;

/// What is read in one step: one package of one advisory. Several of one identifier and source belong together.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The name of the source, as Trivy has it.
    pub source: String,
    /// The advisory with one package.
    pub advisory: Advisory,
}

/// What reading gave up on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Left {
    /// Records of sources that are of no ecosystem that is known.
    pub strange: usize,
    /// Records that are none.
    pub malformed: usize,
}

/// The most records that are read.
const MOST: usize = 20_000_000;

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Said {
    fixed_version: String,
    affected_version: String,
    #[serde(deserialize_with = "list")]
    vulnerable_versions: Vec<String>,
    #[serde(deserialize_with = "list")]
    patched_versions: Vec<String>,
    #[serde(deserialize_with = "list")]
    unaffected_versions: Vec<String>,
    status: i64,
    severity: i64,
    #[serde(rename = "VendorIDs", deserialize_with = "list")]
    vendor_ids: Vec<String>,
    #[serde(deserialize_with = "list")]
    entries: Vec<Entry>,
}

/// What Red Hat says of one product line, or a distribution of one architecture.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Entry {
    fixed_version: String,
    #[serde(deserialize_with = "list")]
    cves: Vec<Cve>,
    #[serde(deserialize_with = "list")]
    affected: Vec<usize>,
    status: i64,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Cve {
    #[serde(rename = "ID")]
    id: String,
    severity: i64,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Detail {
    title: String,
    severity: String,
    vendor_severity: BTreeMap<String, i64>,
    #[serde(rename = "CVSS")]
    cvss: BTreeMap<String, Scores>,
    published_date: Option<String>,
    last_modified_date: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Scores {
    #[serde(rename = "V40Vector")]
    v40: String,
    #[serde(rename = "V3Vector")]
    v3: String,
    #[serde(rename = "V2Vector")]
    v2: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Source {
    #[serde(rename = "ID")]
    id: String,
    name: String,
}

/// A bucket of a source: whose packages, of which release, and whose it is.
struct Place {
    ecosystem: Ecosystem,
    release: Option<String>,
    source: Source,
    /// The words by which `VendorSeverity` may know the source.
    is_language: bool,
}

struct Reader<'b, 'f> {
    bolt: Bolt<'b>,
    details: Option<Bucket<'b>>,
    known: HashMap<&'b [u8], Detail>,
    products: HashMap<usize, String>,
    each: &'f mut dyn FnMut(Piece),
    left: Left,
    count: usize,
}

/// Reads a database, handing on one package of one advisory after the other.
pub fn read(bytes: &[u8], each: &mut dyn FnMut(Piece)) -> Result<Left, BoltError> {
    let bolt = Bolt::open(bytes)?;
    let bucket = |name: &str| match bolt.get(bolt.root(), name.as_bytes())? {
        Some(Item::Bucket(bucket)) => Ok(Some(bucket)),
        _ => Ok::<_, BoltError>(None),
    };
    let details = bucket("vulnerability")?;
    let sources = bucket("data-source")?;
    let mut products = HashMap::new();
    if let Some(cpes) = bucket("Red Hat CPE")?
        && let Some(Item::Bucket(cpes)) = bolt.get(cpes, b"cpe")?
    {
        bolt.each::<BoltError>(cpes, &mut |key, item| {
            let index = std::str::from_utf8(key).ok().and_then(|key| key.parse().ok());
            let cpe = item.value().and_then(|value| serde_json::from_slice::<String>(value).ok());
            products.extend(index.zip(cpe));
            Ok(())
        })?;
    }
    let mut places = Vec::new();
    bolt.each::<BoltError>(bolt.root(), &mut |key, item| {
        let name = String::from_utf8_lossy(key).into_owned();
        if let Item::Bucket(bucket) = item {
            places.push((name, bucket));
        }
        Ok(())
    })?;
    let mut reader =
        Reader { bolt, details, known: HashMap::new(), products, each, left: Left::default(), count: 0 };
    for (name, bucket) in places {
        if matches!(
            name.as_str(),
            "vulnerability" | "data-source" | "Red Hat CPE" | "trivy" | "advisory-detail"
        ) {
            continue;
        }
        let said = match sources {
            Some(sources) => reader.bolt.get(sources, name.as_bytes())?,
            None => None,
        };
        let source = said.and_then(|said| serde_json::from_slice::<Source>(said.value()?).ok());
        let Some(place) = place(&name, source.unwrap_or_default()) else {
            reader.left.strange += 1;
            continue;
        };
        reader.source(&place, bucket)?;
    }
    Ok(reader.left)
}

impl<'b> Reader<'b, '_> {
    fn source(&mut self, place: &Place, bucket: Bucket<'b>) -> Result<(), BoltError> {
        let mut packages = Vec::new();
        self.bolt.each::<BoltError>(bucket, &mut |name, item| {
            if let Item::Bucket(bucket) = item {
                packages.push((name, bucket));
            }
            Ok(())
        })?;
        for (name, bucket) in packages {
            let name = String::from_utf8_lossy(name).into_owned();
            let mut records = Vec::new();
            self.bolt.each::<BoltError>(bucket, &mut |id, item| {
                if let Item::Value(value) = item {
                    records.push((id, value));
                }
                Ok(())
            })?;
            for (id, value) in records {
                self.count += 1;
                if self.count > MOST {
                    return Err(BoltError::Circle);
                }
                match serde_json::from_slice::<Said>(value) {
                    Ok(said) => self.record(place, &name, id, said)?,
                    Err(_) => self.left.malformed += 1,
                }
            }
        }
        Ok(())
    }

    fn record(&mut self, place: &Place, name: &str, id: &'b [u8], said: Said) -> Result<(), BoltError> {
        if place.ecosystem.name() == "Red Hat" {
            return self.red_hat(place, name, id, said);
        }
        let id_text = String::from_utf8_lossy(id).into_owned();
        let mut affected = Affected {
            ecosystem: Some(place.ecosystem),
            release: place.release.clone(),
            name: name.to_owned(),
            ratings: rating(said.severity).into_iter().collect(),
            ..Affected::default()
        };
        if place.is_language {
            ranges(&mut affected, &said);
        } else {
            // Several entries are of several architectures: what is fixed in the newest is fixed in all.
            let fixed = said.entries.iter().map(|entry| entry.fixed_version.as_str());
            let fixed =
                Some(said.fixed_version.as_str()).filter(|fixed| !fixed.is_empty()).into_iter().chain(fixed);
            distribution(
                &mut affected,
                fixed.last().unwrap_or_default(),
                &said.affected_version,
                said.status,
            );
        }
        self.hand_on(place, id, id_text, affected, said.vendor_ids)
    }

    fn red_hat(&mut self, place: &Place, name: &str, id: &'b [u8], said: Said) -> Result<(), BoltError> {
        let id_text = String::from_utf8_lossy(id).into_owned();
        for entry in said.entries {
            // Products other than the distribution itself have releases of their own.
            let releases: Vec<String> = entry
                .affected
                .iter()
                .filter_map(|index| self.products.get(index))
                .filter_map(|cpe| cpe.split("enterprise_linux:").nth(1))
                .filter_map(|rest| rest.split(':').next())
                .filter(|release| !release.is_empty())
                .map(|release| format!("enterprise_linux:{release}"))
                .collect();
            let releases: std::collections::BTreeSet<String> = releases.into_iter().collect();
            for release in releases {
                let cves: Vec<&Cve> = entry.cves.iter().filter(|cve| !cve.id.is_empty()).collect();
                let mut affected = Affected {
                    ecosystem: Some(place.ecosystem),
                    release: Some(release.clone()),
                    name: name.to_owned(),
                    ..Affected::default()
                };
                distribution(&mut affected, &entry.fixed_version, "", entry.status);
                if cves.is_empty() {
                    affected.ratings =
                        entry.cves.first().and_then(|cve| rating(cve.severity)).into_iter().collect();
                    self.hand_on(place, id, id_text.clone(), affected, Vec::new())?;
                    continue;
                }
                for cve in cves {
                    let affected =
                        Affected { ratings: rating(cve.severity).into_iter().collect(), ..affected.clone() };
                    self.hand_on(place, b"", cve.id.clone(), affected, vec![id_text.clone()])?;
                }
            }
        }
        Ok(())
    }

    fn hand_on(
        &mut self,
        place: &Place,
        key: &'b [u8],
        id: String,
        affected: Affected,
        vendor_ids: Vec<String>,
    ) -> Result<(), BoltError> {
        let detail = self.detail(key)?;
        let (summary, ratings, published, modified) = match detail {
            Some(detail) => (
                detail.title.clone(),
                ratings(detail, &place.source.id),
                detail.published_date.clone(),
                detail.last_modified_date.clone(),
            ),
            None => Default::default(),
        };
        let source =
            if place.source.name.is_empty() { "Trivy".to_owned() } else { place.source.name.clone() };
        let advisory = Advisory {
            id,
            // Errata that mend it, which is all that they have to do with it.
            aliases: if place.is_language { vendor_ids } else { Vec::new() },
            summary,
            published,
            modified,
            ratings,
            affected: vec![affected],
            ..Advisory::default()
        };
        (self.each)(Piece { source, advisory });
        Ok(())
    }

    fn detail(&mut self, key: &'b [u8]) -> Result<Option<&Detail>, BoltError> {
        let Some(details) = self.details.filter(|_| !key.is_empty()) else { return Ok(None) };
        if !self.known.contains_key(key) {
            // Neighbours ask for the same ones; the table need not hold all there are.
            if self.known.len() > 20_000 {
                self.known.clear();
            }
            let said = self.bolt.get(details, key)?;
            let detail = said.and_then(|said| serde_json::from_slice(said.value()?).ok()).unwrap_or_default();
            self.known.insert(key, detail);
        }
        Ok(self.known.get(key))
    }
}

/// What the names of distributions' buckets begin with; of a longer one first.
const BEGINNINGS: [(&str, &str); 21] = [
    ("alma", "AlmaLinux"),
    ("alpine", "Alpine"),
    ("amazon linux", "Amazon Linux"),
    ("archlinux", "Arch Linux"),
    ("azure linux", "Azure Linux"),
    ("cbl-mariner", "Azure Linux"),
    ("chainguard", "Chainguard"),
    ("debian", "Debian"),
    ("echo", "Echo"),
    ("fedora", "Fedora"),
    ("minimos", "MinimOS"),
    ("opensuse leap", "openSUSE"),
    ("opensuse tumbleweed", "openSUSE"),
    ("oracle linux", "Oracle Linux"),
    ("photon os", "Photon OS"),
    ("red hat", "Red Hat"),
    ("rocky", "Rocky Linux"),
    ("suse linux enterprise micro", ""),
    ("suse linux enterprise", "SUSE"),
    ("ubuntu", "Ubuntu"),
    ("wolfi", "Wolfi"),
];

/// What a bucket is about, by its name: `debian 12`, `npm::GitHub Security Advisory npm`.
fn place(name: &str, source: Source) -> Option<Place> {
    if let Some((kind, _)) = name.split_once("::") {
        let ecosystem = match kind {
            "npm" | "node" => "npm",
            "pip" => "PyPI",
            "go" => "Go",
            "cargo" => "crates.io",
            "composer" => "Packagist",
            "maven" => "Maven",
            "nuget" => "NuGet",
            "rubygems" => "RubyGems",
            "erlang" => "Hex",
            "pub" => "Pub",
            "swift" => "SwiftURL",
            "conan" => "ConanCenter",
            "cocoapods" => "CocoaPods",
            "bitnami" => "Bitnami",
            "k8s" => "Kubernetes",
            "julia" => "Julia",
            _ => return None,
        };
        return Some(Place {
            ecosystem: Ecosystem::named(ecosystem)?,
            release: None,
            source,
            is_language: true,
        });
    }
    let lower = name.to_ascii_lowercase();
    let (begin, ecosystem) = BEGINNINGS.iter().find(|(begin, _)| lower.starts_with(begin))?;
    let release = lower.get(begin.len()..).unwrap_or_default().trim();
    Some(Place {
        ecosystem: Ecosystem::named(ecosystem)?,
        release: Some(release.to_owned()).filter(|release| !release.is_empty()),
        source,
        is_language: false,
    })
}

/// What a language's advisory says: either the vulnerable versions, or those that are not.
fn ranges(affected: &mut Affected, said: &Said) {
    let joined =
        |list: &[String]| list.iter().filter(|text| !text.trim().is_empty()).cloned().collect::<Vec<_>>();
    let vulnerable = joined(&said.vulnerable_versions);
    if vulnerable.is_empty() {
        affected.within = vec!["*".to_owned()];
        affected.not_within = joined(&said.patched_versions);
        affected.not_within.extend(joined(&said.unaffected_versions));
        // Nothing is said of any version.
        if affected.not_within.is_empty() {
            affected.within.clear();
        }
    } else {
        affected.within = vulnerable;
        affected.fixes = joined(&said.patched_versions);
    }
}

/// What a distribution's advisory says: fixed from a version on, or not at all, and then why.
fn distribution(affected: &mut Affected, fixed: &str, from: &str, status: i64) {
    affected.status = match status {
        1 => Some(Status::NotAffected),
        4 => Some(Status::UnderInvestigation),
        5 => Some(Status::WillNotFix),
        6 => Some(Status::Deferred),
        7 => Some(Status::EndOfLife),
        _ => None,
    };
    let begin = if from.is_empty() { "0" } else { from };
    let mut events = vec![Event::Introduced(begin.to_owned())];
    if !fixed.is_empty() {
        events.push(Event::Fixed(fixed.to_owned()));
        affected.status = None;
    }
    affected.ranges = vec![Range { kind: RangeKind::Ecosystem, repository: None, events }];
}

fn severity(number: i64) -> Option<Severity> {
    Some(match number {
        1 => Severity::Low,
        2 => Severity::Medium,
        3 => Severity::High,
        4 => Severity::Critical,
        _ => return None,
    })
}

fn rating(number: i64) -> Option<Rating> {
    severity(number).map(Rating::Word)
}

/// The ratings that count: the source's own, else those of the national database, else the word that Trivy chose.
fn ratings(detail: &Detail, source: &str) -> Vec<Rating> {
    for by in [source, "ghsa", "nvd"] {
        if let Some(scores) = detail.cvss.get(by) {
            let vectors = [&scores.v40, &scores.v3, &scores.v2];
            let vector = vectors.iter().find_map(|vector| vector.parse::<Vector>().ok());
            if let Some(vector) = vector {
                return vec![Rating::Vector(vector)];
            }
        }
        if let Some(word) = detail.vendor_severity.get(by).and_then(|number| rating(*number)) {
            return vec![word];
        }
    }
    Severity::named(&detail.severity).map(Rating::Word).into_iter().collect()
}
