//! OSV in JSON and YAML, RustSec, FriendsOfPHP, KEV, EPSS.

use sekisho_advisory::exploitation::{read_epss, read_kev};
use sekisho_advisory::format::{read_each_osv, read_friends_of_php, read_osv, read_osv_yaml, read_rustsec};
use sekisho_advisory::{AdvisoryError, Budget, Event, RangeKind, Severity, Status};
use sekisho_version::Ecosystem;

const OSV: &str = r#"{
  "id": "GHSA-1", "aliases": ["CVE-2024-1"], "withdrawn": null, "summary": "a",
  "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
  "affected": [
    {"package": {"ecosystem": "npm", "name": "@a/b", "purl": "pkg:npm/%40a/b"},
     "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.3"}]},
                {"type": "GIT", "repo": "https://x", "events": [{"introduced": "0"}, {"limit": "abc"}]}],
     "versions": ["1.0.0"], "database_specific": {"source": 5}},
    {"package": {"ecosystem": "Debian:12", "name": "b"}, "ecosystem_specific": {"urgency": "end-of-life"}},
    {"package": {"ecosystem": "Nowhere", "name": "c"}, "severity": [{"type": "Ubuntu", "score": "negligible"}],
     "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1"}]}],
     "database_specific": {"last_known_affected_version_range": "<= 1.5"}}
  ],
  "database_specific": {"severity": "MODERATE"}
}"#;

#[test]
fn osv_gives_ranges_versions_ratings_and_status() {
    let advisory = read_osv(OSV, &Budget::default()).unwrap();
    assert_eq!(advisory.names().collect::<Vec<_>>(), ["GHSA-1", "CVE-2024-1"]);
    let [npm, debian, other] = &advisory.affected[..] else { panic!("three packages") };
    assert_eq!(npm.ecosystem.map(Ecosystem::name), Some("npm"));
    assert_eq!(npm.ranges[0].events, [Event::Introduced("0".into()), Event::Fixed("1.2.3".into())]);
    assert_eq!(npm.ranges[1].kind, RangeKind::Git);
    assert_eq!(advisory.severity(npm), Some(Severity::Critical));
    assert_eq!((debian.release.as_deref(), debian.status), (Some("12"), Some(Status::EndOfLife)));
    assert_eq!((other.ecosystem, advisory.severity(other)), (None, Some(Severity::Low)));
    assert_eq!(other.ranges[0].events[1], Event::LastAffected("1.5".into()));
}

#[test]
fn lists_of_records_are_handed_on_one_by_one() {
    let mut ids = Vec::new();
    let list = format!("[{OSV}, {{\"id\": \"B\"}}]");
    read_each_osv(&list, &Budget::default(), |advisory| ids.push(advisory.id)).unwrap();
    assert_eq!(ids, ["GHSA-1", "B"]);
    let budget = Budget { records: 1, ..Budget::default() };
    let mut count = 0;
    let error = read_each_osv(&list, &budget, |_| count += 1).unwrap_err();
    assert!(matches!(error, AdvisoryError::Records(1)));
    assert_eq!(count, 1);
}

#[test]
fn yaml_is_read_as_json_is() {
    let text = "id: PYSEC-1\naffected:\n- package: {name: a, ecosystem: PyPI}\n  ranges:\n  - type: ECOSYSTEM\n    \
                events:\n    - introduced: \"0\"\n    - fixed: 1.0.0a12\n";
    let advisory = read_osv_yaml(text, &Budget::default()).unwrap();
    assert_eq!(advisory.affected[0].ranges[0].events[1], Event::Fixed("1.0.0a12".into()));
}

#[test]
fn what_is_no_record_is_an_error() {
    let budget = Budget { bytes: 64, ..Budget::default() };
    assert!(matches!(read_osv(OSV, &budget), Err(AdvisoryError::Long { .. })));
    for text in ["", "{", "[]", "{}", "null", "{\"id\": 1}", "{\"id\": \"a\", \"affected\": 5}"] {
        assert!(read_osv(text, &budget).is_err(), "{text}");
    }
    let deep = "[".repeat(100_000);
    assert!(read_osv(&deep, &Budget::default()).is_err());
    assert!(read_osv(&format!("{{\"id\": \"a\", \"x\": {deep}"), &Budget::default()).is_err());
    assert!(read_osv_yaml("a: &a [*a]", &Budget::default()).is_err());
}

#[test]
fn rustsec_names_what_is_not_affected() {
    let text = "```toml\n[advisory]\nid = \"RUSTSEC-2021-1\"\npackage = \"mdbook\"\ndate = \"2021-01-04\"\n\
                aliases = [\"CVE-2020-1\"]\n[versions]\npatched = [\">= 0.4.5\"]\nunaffected = [\"<= 0.1.3\"]\n```\n\n\
                # A title\n";
    let advisory = read_rustsec(text, &Budget::default()).unwrap().unwrap();
    assert_eq!(advisory.summary, "A title");
    assert_eq!(advisory.affected[0].not_within, [">= 0.4.5", "<= 0.1.3"]);
    let informs = text.replace("date =", "informational = \"unmaintained\"\ndate =");
    assert!(read_rustsec(&informs, &Budget::default()).unwrap().is_none());
    assert!(read_rustsec("# no front matter", &Budget::default()).is_err());
}

#[test]
fn friends_of_php_has_a_constraint_a_branch() {
    let text = "title: A title\ncve: CVE-2020-1\nreference: composer://a/b\nbranches:\n  7.x:\n    time: 2020-03-03\n    \
                versions: ['>=7.0', '<7.5']\n  6.x:\n    time: 2020-02-20\n    versions: ['<6.2']\n";
    let advisory = read_friends_of_php(text, "a/b/x.yaml", &Budget::default()).unwrap();
    assert_eq!((advisory.id.as_str(), advisory.affected[0].name.as_str()), ("CVE-2020-1", "a/b"));
    assert_eq!(advisory.affected[0].within, [">=7.0, <7.5", "<6.2"]);
    let unnamed = read_friends_of_php(&text.replace("CVE-2020-1", "~"), "a/b/x.yaml", &Budget::default());
    assert_eq!(unnamed.unwrap().id, "a/b/x");
}

#[test]
fn what_is_known_of_attacks_is_read() {
    let kev = r#"{"title": "x", "vulnerabilities": [{"cveID": "CVE-1", "dateAdded": "2025-08-25",
        "dueDate": "", "knownRansomwareCampaignUse": "Known", "notes": "y"}]}"#;
    let entries = read_kev(kev, &Budget::default()).unwrap();
    assert_eq!((entries[0].cve.as_str(), entries[0].due.as_deref()), ("CVE-1", None));
    assert!(entries[0].is_used_for_ransom);

    let epss =
        "#model_version:v2025,score_date:2025-08-25\ncve,epss,percentile\nCVE-1,0.5,0.97\nCVE-2,2,0.1\n";
    let budget = Budget::default();
    let rows: Vec<_> = read_epss(epss, &budget).unwrap().collect();
    assert!((rows[0].as_ref().unwrap().percentile - 0.97).abs() < 1e-6);
    assert!(rows[1].is_err());
}
