//! Advisories out of folders and archives of every kind, broken ones among them.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::write::{DeflateEncoder, GzEncoder};
use sekisho_database::{Gathered, Limits, read_sources};
use sekisho_vulnerability::Contents;
use tempfile::TempDir;

use crate::{database, ids};

const OSV: &str = r#"{"id": "GHSA-1", "modified": "2024-05-06T00:00:00Z", "affected": [{"package": {"ecosystem": "npm",
"name": "a"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}]}]}"#;
const RUSTSEC: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2024-0001\"\npackage = \"b\"\ndate = \"2024-01-02\"\n\
                       [versions]\npatched = [\">= 1.2.3\"]\n```\n# B\n";
const PHP: &str = "title: C\nreference: composer://c/d\nbranches: {x: {versions: ['>=1.0', '<1.5']}}\n";
const PYSEC: &str = "id: PYSEC-2024-1\nmodified: '2024-01-01T00:00:00Z'\naffected:\n- package: {ecosystem: PyPI, name: e}\n  \
                     versions: ['1.0']\n";
const KEV: &str = r#"{"catalogVersion": "1", "vulnerabilities": [{"cveID": "CVE-2024-0001", "dateAdded": "2024-02-03",
"knownRansomwareCampaignUse": "Known"}]}"#;
const EPSS: &str =
    "#model_version:v1,score_date:2024-03-04T00:00:00Z\ncve,epss,percentile\nCVE-2024-0001,0.5,0.9\n";

fn read(path: &Path) -> (Contents, Gathered) {
    let mut contents = Contents::new(true);
    let gathered = read_sources(&[path.to_owned()], &mut contents, Limits::default()).unwrap();
    (contents, gathered)
}

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let files = [
        ("osv/GHSA-1.json", OSV),
        ("rust/crates/b/RUSTSEC-2024-0001.md", RUSTSEC),
        ("php/c/d/2024-01-01.yaml", PHP),
        ("py/PYSEC-2024-1.yaml", PYSEC),
        ("kev.json", KEV),
        ("epss.csv", EPSS),
        ("README.md", "# Nothing\n"),
        ("schema.json", r#"{"$schema": "x", "id": "y", "affected": []}"#),
        (".github/workflow.yaml", "id: x\naffected: y\n"),
    ];
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn every_format_is_known_by_its_content() {
    let folder = folder();
    let (contents, gathered) = read(folder.path());
    assert_eq!((gathered.files, gathered.advisories, gathered.failed), (6, 4, 0), "{:?}", gathered.failures);
    let database = database(&contents);
    assert_eq!(ids(&database, "pkg:npm/a@1.0.0"), ["GHSA-1"]);
    assert_eq!(ids(&database, "pkg:cargo/b@1.0.0"), ["RUSTSEC-2024-0001"]);
    // Where the repository lies is no part of the name.
    assert_eq!(ids(&database, "pkg:composer/c/d@1.2"), ["c/d/2024-01-01"]);
    assert_eq!(ids(&database, "pkg:pypi/e@1.0"), ["PYSEC-2024-1"]);
    assert!(database.exploited("CVE-2024-0001").unwrap().is_used_for_ransom);
    let named = |name: &str| database.origins().iter().find(|origin| origin.name == name).unwrap().clone();
    assert_eq!(named("github/advisory-database").date, "2024-05-06");
    assert_eq!(named("CISA known exploited vulnerabilities").date, "2024-02-03");
    assert_eq!(named("FIRST EPSS").date, "2024-03-04");
    // No record is about the vulnerability that the probability is of.
    assert_eq!(database.intelligence(), (1, 0));
}

fn tar(folder: &Path) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_dir_all("records", folder).unwrap();
    archive.into_inner().unwrap()
}

/// A ZIP archive of one stored and one deflated entry.
fn zip(entries: &[(&str, &str, bool)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, text, is_packed) in entries {
        let mut packed = text.as_bytes().to_vec();
        if *is_packed {
            let mut encoder = DeflateEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(text.as_bytes()).unwrap();
            packed = encoder.finish().unwrap();
        }
        let method = if *is_packed { 8_u16 } else { 0 };
        let start = u32::try_from(out.len()).unwrap();
        let sizes = [u32::try_from(packed.len()).unwrap(), u32::try_from(text.len()).unwrap()];
        let name_length = u16::try_from(name.len()).unwrap();
        let middle = |bytes: &mut Vec<u8>| {
            bytes.extend([20, 0, 0, 0]);
            bytes.extend(method.to_le_bytes());
            bytes.extend([0; 8]);
            for size in sizes {
                bytes.extend(size.to_le_bytes());
            }
            bytes.extend(name_length.to_le_bytes());
            bytes.extend([0, 0]);
        };
        out.extend(0x0403_4b50_u32.to_le_bytes());
        middle(&mut out);
        out.extend(name.as_bytes());
        out.extend(&packed);
        directory.extend(0x0201_4b50_u32.to_le_bytes());
        directory.extend([20, 0]);
        middle(&mut directory);
        directory.extend([0; 10]);
        directory.extend(start.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = u32::try_from(out.len()).unwrap();
    out.extend(&directory);
    out.extend(0x0605_4b50_u32.to_le_bytes());
    out.extend([0; 4]);
    let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
    out.extend(count);
    out.extend(count);
    out.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

#[test]
fn archives_hold_what_folders_hold() {
    let source = folder();
    let (contents, _) = read(source.path());
    let whole = contents.encode(0).unwrap();
    let packed = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = packed.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let plain = tar(source.path());
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(&plain[..], ruzstd::encoding::CompressionLevel::Fastest);
    for path in [write("a.tar", &plain), write("a.tgz", &gzip.finish().unwrap()), write("a.tar.zst", &zstd)] {
        let (contents, gathered) = read(&path);
        assert_eq!(gathered.failed, 0, "{}: {:?}", path.display(), gathered.failures);
        assert_eq!(contents.encode(0).unwrap(), whole, "{}", path.display());
    }
    let zipped = write("all.zip", &zip(&[("GHSA-1.json", OSV, true), ("PYSEC-2024-1.yaml", PYSEC, false)]));
    let (contents, gathered) = read(&zipped);
    assert_eq!((gathered.advisories, gathered.failed), (2, 0), "{:?}", gathered.failures);
    assert_eq!(ids(&database(&contents), "pkg:npm/a@1.0.0"), ["GHSA-1"]);
    // All of them beside one another are the same records.
    let (contents, _) = read(packed.path());
    assert_eq!(contents.encode(0).unwrap(), whole);
}

#[test]
fn broken_files_are_named_and_the_others_count() {
    let folder = folder();
    for (name, bytes) in [
        ("broken.json", &b"{\"id\": \"X\", \"affected\": ["[..]),
        ("broken.yaml", b"id: X\naffected: [\n"),
        ("broken.md", b"```toml\n[advisory\n```\n"),
        ("broken-epss.csv", b"cve,epss,percentile\nCVE-2024-1,much,more\n"),
        ("broken-kev.json", b"{\"catalogVersion\": 1, \"vulnerabilities\": {}}"),
        ("latin.json", b"{\"id\": \"\xff\", \"affected\": []}"),
        ("broken.zip", b"PK\x03\x04 nothing"),
        ("broken.tar.zst", b"\x28\xb5\x2f\xfd nothing"),
        ("broken.json.gz", b"\x1f\x8b\x08 nothing"),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let (contents, gathered) = read(folder.path());
    assert_eq!((gathered.failed, gathered.advisories), (9, 4), "{:?}", gathered.failures);
    assert!(gathered.failures.iter().any(|failure| failure.path.ends_with("broken.zip")));
    assert_eq!(ids(&database(&contents), "pkg:npm/a@1.0.0"), ["GHSA-1"]);
}

#[test]
fn archives_end_where_they_break_and_keep_what_came_before() {
    let source = folder();
    let plain = tar(source.path());
    let packed = TempDir::new().unwrap();
    for length in (0..plain.len()).step_by(509) {
        let path = packed.path().join("cut.tar");
        fs::write(&path, &plain[..length]).unwrap();
        let mut contents = Contents::new(true);
        // Named by the user it is an error, beside others a failure; neither is a crash.
        let _ = read_sources(&[path], &mut contents, Limits::default());
        let _ = read_sources(&[packed.path().to_owned()], &mut contents, Limits::default()).unwrap();
    }
}

#[test]
fn limits_are_named() {
    let folder = folder();
    let read = |limits| {
        read_sources(&[folder.path().to_owned()], &mut Contents::new(true), limits)
            .map(|gathered| gathered.failed)
    };
    let error = read(Limits { files: 3, ..Limits::default() }).unwrap_err().to_string();
    assert!(error.contains("more than 3 files"), "{error}");
    let error = read(Limits { total: 100, ..Limits::default() }).unwrap_err().to_string();
    assert!(error.contains("more than 100 bytes"), "{error}");
    assert!(read(Limits { file: 100, ..Limits::default() }).unwrap() > 0);
    let error = read(Limits { depth: 1, ..Limits::default() }).unwrap_err().to_string();
    assert!(error.contains("folders"), "{error}");
}

#[test]
fn errata_that_mend_no_vulnerability_are_none() {
    let folder = TempDir::new().unwrap();
    let erratum = |id: &str, related: &str| {
        format!(
            r#"{{"id": "{id}", "summary": "Important: x", "related": [{related}], "modified": "2024-01-01T00:00:00Z",
            "affected": [{{"package": {{"ecosystem": "AlmaLinux:9", "name": "x"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "2-1.el9"}}]}}]}}]}}"#
        )
    };
    fs::write(folder.path().join("1.json"), erratum("ALBA-1", "")).unwrap();
    fs::write(folder.path().join("2.json"), erratum("ALSA-2", r#""CVE-2024-0001", "CVE-2024-0002""#))
        .unwrap();
    fs::write(folder.path().join("3.json"), erratum("ALBA-3", r#""CVE-2024-0003""#)).unwrap();
    let (contents, _) = read(folder.path());
    let database = database(&contents);
    assert_eq!(ids(&database, "pkg:rpm/almalinux/x@1-1.el9?distro=almalinux-9.4"), ["ALBA-3", "ALSA-2"]);
    let advisory = database.advisory(database.named("CVE-2024-0002")[0]).unwrap();
    assert_eq!((advisory.id.as_str(), advisory.ratings.len()), ("ALSA-2", 1));
}
