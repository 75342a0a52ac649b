//! Other scanners' databases. Those of Trivy were written by bbolt's own library.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use sekisho_advisory::{Rating, Severity, Status};
use sekisho_database::{Foreign, Limits, read_sources};
use sekisho_version::PackageUrl;
use sekisho_vulnerability::{Component, Contents};
use tempfile::TempDir;

use crate::{database, ids};

fn trivy(name: &str) -> Vec<u8> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(format!("trivy-{name}.db.zst"));
    let mut bytes = Vec::new();
    let packed = fs::read(path).unwrap();
    ruzstd::decoding::StreamingDecoder::new(&packed[..]).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn read(path: &Path) -> Contents {
    let mut contents = Contents::new(true);
    let gathered = read_sources(&[path.to_owned()], &mut contents, Limits::default()).unwrap();
    assert_eq!(gathered.failed, 0);
    contents
}

#[test]
fn trivys_records_match_as_they_do_there() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("trivy.db");
    fs::write(&path, trivy("small")).unwrap();
    assert_eq!(Foreign::of(&path), Some(Foreign::Trivy));
    let database = database(&read(&path));
    let openssl = "pkg:deb/debian/libssl3@3.0.11-1~deb12u1?upstream=openssl&distro=debian-12.5";
    // What is said to be not affected is no match.
    assert_eq!(ids(&database, openssl), ["CVE-2023-0001", "CVE-2023-0002"]);
    let component = Component::from_url(PackageUrl::parse(openssl).unwrap());
    let found = database.matches(&component).unwrap();
    assert_eq!(found[0].fix.as_ref().map(sekisho_version::Version::text), Some("3.0.11-1~deb12u2"));
    // Debian's own word is above the national database's vector.
    assert_eq!(found[0].severity, Some(Severity::Medium));
    assert_eq!(found[0].advisory.summary, "openssl: something");
    assert_eq!((found[1].status, found[1].severity), (Some(Status::WillNotFix), Some(Severity::Low)));
    assert_eq!(ids(&database, "pkg:npm/lodash@4.17.20"), ["CVE-2021-23337"]);
    assert!(ids(&database, "pkg:npm/lodash@4.17.21").is_empty());
    let place = database.named("GHSA-35jh-r3h4-6jhm")[0];
    assert!(matches!(database.advisory(place).unwrap().ratings[..], [Rating::Word(Severity::High)]));
    assert_eq!(ids(&database, "pkg:cargo/time@0.2.1"), ["CVE-2020-26235"]);
    assert!(ids(&database, "pkg:cargo/time@0.2.0").is_empty());
    assert_eq!(ids(&database, "pkg:rpm/redhat/curl@7.76.1-25.el9?distro=rhel-9.4"), ["CVE-2023-0009"]);
    assert!(ids(&database, "pkg:rpm/redhat/curl@7.76.1-25.el8?distro=rhel-8.4").is_empty());
    assert!(
        database.origins().iter().any(|origin| origin.name == "Debian Security Tracker (by way of Trivy)")
    );
}

#[test]
fn trees_of_many_pages_are_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("trivy.db");
    fs::write(&path, trivy("big")).unwrap();
    let database = database(&read(&path));
    for number in [0, 1, 1499, 2999] {
        let url = format!("pkg:apk/alpine/package-{number:04}@1.0-r0?distro=alpine-3.20.1");
        let wanted: &[String] = if number == 0 { &[] } else { &[format!("CVE-2024-{number:04}")] };
        assert_eq!(ids(&database, &url), wanted, "{url}");
        if number > 0 {
            let place = database.named(&format!("CVE-2024-{number:04}"))[0];
            assert_eq!(database.advisory(place).unwrap().summary, format!("title {number}"));
        }
    }
    // A value of several pages.
    let place = database.named("CVE-2024-9999")[0];
    assert_eq!(database.advisory(place).unwrap().summary.len(), 20_000);
}

#[test]
fn damaged_files_of_bbolt_end_in_errors() {
    let bytes = trivy("small");
    let read = |bytes: &[u8]| {
        let mut count = 0;
        sekisho_advisory::trivy::read(bytes, &mut |_| count += 1).map(|_| count)
    };
    let whole = read(&bytes).unwrap();
    assert!(whole > 5);
    for length in (0..bytes.len()).step_by(97) {
        // Behind the pages in use the file has room that nothing needs.
        assert!(read(&bytes[..length]).is_err() || length > 40_000, "{length}");
    }
    for at in 0..bytes.len() {
        for other in [0, 0xff] {
            let mut wrong = bytes.clone();
            if wrong[at] != other && wrong[at] != 0 {
                wrong[at] = other;
                let _ = read(&wrong);
            }
        }
    }
}

/// The tables of schema 6 that are read, with their columns.
const GRYPE: &str = r#"
CREATE TABLE db_metadata (build_timestamp datetime, model integer, revision integer, addition integer);
CREATE TABLE providers (id text PRIMARY KEY, version text, processor text, date_captured datetime, input_digest text);
CREATE TABLE blobs (id integer PRIMARY KEY, value text NOT NULL);
CREATE TABLE vulnerability_handles (id integer PRIMARY KEY, name text, status text, published_date datetime,
    modified_date datetime, withdrawn_date datetime, provider_id text, blob_id integer);
CREATE TABLE packages (id integer PRIMARY KEY, ecosystem text, name text);
CREATE TABLE operating_systems (id integer PRIMARY KEY, name text, release_id text, major_version text,
    minor_version text, label_version text, codename text, channel text);
CREATE TABLE affected_package_handles (id integer PRIMARY KEY, vulnerability_id integer, operating_system_id integer,
    package_id integer, blob_id integer);
CREATE TABLE known_exploited_vulnerability_handles (id integer PRIMARY KEY, cve text, blob_id integer);
CREATE TABLE epss_handles (id integer PRIMARY KEY, cve text, epss real, percentile real);
INSERT INTO db_metadata VALUES ('2025-01-01 00:00:00+00:00', 6, 0, 2);
INSERT INTO providers VALUES ('debian', '1', 'vunnel', '2025-01-01 00:00:00+00:00', ''), ('github', '1', 'vunnel', '2025-01-02 00:00:00+00:00', '');
INSERT INTO blobs VALUES
    (1, '{"id": "CVE-2023-0001", "severities": [{"scheme": "CHMLN", "value": "low", "rank": 1}]}'),
    (2, '{"id": "GHSA-aaaa", "aliases": ["CVE-2023-0002"], "severities": [{"scheme": "CVSS", "value": {"vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "version": "3.1"}, "rank": 1}]}'),
    (3, '{"cves": ["CVE-2023-0001"], "ranges": [{"version": {"type": "dpkg", "constraint": "< 3.0.11-1~deb12u2"}, "fix": {"version": "3.0.11-1~deb12u2", "state": "fixed"}}]}'),
    (4, '{"ranges": [{"version": {"type": "semver", "constraint": ">=1.0.0,<1.2.0 || >=2.0.0,<2.1.0"}, "fix": {"version": "1.2.0", "state": "fixed"}}]}'),
    (5, '{"cve": "CVE-2023-0002", "date_added": "2024-01-02T00:00:00Z", "known_ransomware_campaign_use": "Unknown"}'),
    (6, '{"ranges": [{"version": {"type": "dpkg", "constraint": ""}, "fix": {"state": "wont-fix"}}]}'),
    (7, '{"qualifiers": {"rpm_modularity": "nodejs:14"}, "ranges": []}'),
    (8, '{"ranges": [{"version": {"type": "semver", "constraint": "<=1.4.9"}, "fix": {"version": "1.5.0", "state": "fixed"}}]}');
INSERT INTO vulnerability_handles VALUES
    (1, 'CVE-2023-0001', 'active', '2023-01-02 03:04:05+00:00', NULL, NULL, 'debian', 1),
    (2, 'GHSA-aaaa', 'active', NULL, NULL, NULL, 'github', 2),
    (3, 'CVE-2023-0003', 'rejected', NULL, NULL, NULL, 'debian', 1),
    (4, 'CVE-2023-0004', 'active', NULL, NULL, NULL, 'debian', 1);
INSERT INTO packages VALUES (1, 'deb', 'openssl'), (2, 'npm', 'a'), (3, 'rpm', 'nodejs'), (4, 'npm', 'b');
INSERT INTO operating_systems VALUES (1, 'debian', 'debian', '12', '', '', 'bookworm', ''), (2, 'rhel', 'rhel', '8', '', '', '', '');
INSERT INTO affected_package_handles VALUES (1, 1, 1, 1, 3), (2, 2, NULL, 2, 4), (3, 3, 1, 1, 3), (4, 4, 1, 1, 6), (5, 4, 2, 3, 7),
    (6, 2, NULL, 4, 8);
INSERT INTO known_exploited_vulnerability_handles VALUES (1, 'CVE-2023-0002', 5);
INSERT INTO epss_handles VALUES (1, 'CVE-2023-0002', 0.25, 0.75);
"#;

fn grype(folder: &Path, more: &str) -> PathBuf {
    let path = folder.join("vulnerability.db");
    let _ = fs::remove_file(&path);
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(GRYPE).unwrap();
    connection.execute_batch(more).unwrap();
    path
}

#[test]
fn grypes_records_match_as_they_do_there() {
    let folder = TempDir::new().unwrap();
    let path = grype(folder.path(), "");
    assert_eq!(Foreign::of(&path), Some(Foreign::Grype));
    let database = database(&read(&path));
    let openssl = "pkg:deb/debian/libssl3@3.0.11-1~deb12u1?upstream=openssl&distro=debian-12";
    assert_eq!(ids(&database, openssl), ["CVE-2023-0001", "CVE-2023-0004"]);
    let component = Component::from_url(PackageUrl::parse(openssl).unwrap());
    let found = database.matches(&component).unwrap();
    assert_eq!(found[0].fix.as_ref().map(sekisho_version::Version::text), Some("3.0.11-1~deb12u2"));
    assert_eq!(found[0].severity, Some(Severity::Low));
    assert_eq!(found[0].advisory.published.as_deref(), Some("2023-01-02T03:04:05Z"));
    assert_eq!(found[1].status, Some(Status::WillNotFix));
    assert_eq!(ids(&database, "pkg:npm/a@2.0.5"), ["GHSA-aaaa"]);
    assert!(ids(&database, "pkg:npm/a@1.2.0").is_empty());
    // The range ends with what is affected; what mends it is told beside.
    assert_eq!(ids(&database, "pkg:npm/b@1.4.9"), ["GHSA-aaaa"]);
    assert!(ids(&database, "pkg:npm/b@1.4.10").is_empty());
    let component = Component::from_url(PackageUrl::parse("pkg:npm/b@1.4.0").unwrap());
    let found = database.matches(&component).unwrap();
    assert_eq!(found[0].fix.as_ref().map(sekisho_version::Version::text), Some("1.5.0"));
    assert_eq!(database.exploited("CVE-2023-0002").unwrap().added, "2024-01-02");
    assert!((database.probability("CVE-2023-0002").unwrap().probability - 0.25).abs() < 1e-6);
}

#[test]
fn other_schemas_and_damaged_files_are_refused() {
    let folder = TempDir::new().unwrap();
    let refuse = |path: &Path| {
        read_sources(&[path.to_owned()], &mut Contents::new(true), Limits::default()).unwrap_err().to_string()
    };
    let path = grype(folder.path(), "UPDATE db_metadata SET model = 5");
    assert!(refuse(&path).contains("schema 5"));
    let path = grype(folder.path(), "DROP TABLE packages");
    assert!(refuse(&path).contains("no database of Grype"));
    let path = grype(folder.path(), "");
    let bytes = fs::read(&path).unwrap();
    for length in (20..bytes.len()).step_by(4001) {
        fs::write(&path, &bytes[..length]).unwrap();
        let _ = read_sources(std::slice::from_ref(&path), &mut Contents::new(true), Limits::default());
    }
    for at in (0..bytes.len()).step_by(311) {
        let mut wrong = bytes.clone();
        wrong[at] ^= 0xff;
        fs::write(&path, &wrong).unwrap();
        let _ = read_sources(std::slice::from_ref(&path), &mut Contents::new(true), Limits::default());
    }
}
