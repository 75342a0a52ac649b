//! Images, packages and bills of materials that mean harm, numbers 1 to 26 of the catalogue of bad inputs, as the command
//! meets them: it ends, within its limits, and says what it did not examine. What one crate alone decides is tested there:
//!
//! | numbers | tests |
//! | --- | --- |
//! | 1, 2 | `bombs_end_at_the_limit_that_they_pass` of sekisho-oci, `bombs_stay_within_the_memory` here |
//! | 3 | `archives_that_unpack_to_more_than_the_budget_or_never_end_are_named` of sekisho-package |
//! | 4 | `archive_traps_are_named` of `bad_charts` |
//! | 12 | `lies_about_sparse_files_are_errors`, `sizes_that_lie_are_errors` of sekisho-oci |
//! | 13 | `more_entries_than_the_budget_end_the_scan_and_name_it` of sekisho-package |
//! | 15 | `other_bytes_than_announced_are_refused` of sekisho-registry |
//! | 16 | `indexes_that_lie_in_each_other_have_an_end` of sekisho-registry |
//! | 17 | `liars` of sekisho-registry |
//! | 18 | `a_foreign_layer_is_not_fetched_and_told` of `images` |
//! | 25 | also `long_and_empty_texts_are_refused` of sekisho-version |

use serde_json::Value;

use crate::command::{Ran, Workbench};
use crate::images::{METADATA, archive, digest, saved, saved_as};

/// A package with known vulnerabilities, which is found whatever lies beside it.
const GOOD: &[u8] = b"Metadata-Version: 2.1\nName: Django\nVersion: 3.2.0\n";

/// Scans an image of these layers beside one with the good package.
fn scan(layers: &[Vec<u8>]) -> (Ran, Value) {
    let bench = Workbench::new();
    let layers = [&[archive(&[(METADATA, GOOD)])], layers].concat();
    bench.file("image.tar", saved(&layers));
    let ran = bench.run(&["scan", "--format", "json", "--no-cache", "image.tar"]);
    let report = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err));
    assert!(ran.has("vulnerability"), "the good package is found: {}", ran.out);
    (ran, report)
}

/// What was skipped.
fn skipped(report: &Value) -> String {
    report["coverage"]["skipped"].to_string()
}

/// A layer with entries that the common writer refuses to write.
fn raw(entries: &[(&str, tar::EntryType, &str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (path, kind, link, content) in entries {
        let mut header = tar::Header::new_ustar();
        let fields = header.as_mut_bytes();
        fields[..path.len()].copy_from_slice(path.as_bytes());
        fields[157..157 + link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        header.set_cksum();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

const FILE: tar::EntryType = tar::EntryType::Regular;

#[test]
fn numbers_5_and_6_paths_that_leave_the_image() {
    let status = b"Package: openssl\nStatus: install ok installed\nVersion: 1.0\nArchitecture: amd64\n";
    let (_, report) = scan(&[raw(&[
        ("../../var/lib/dpkg/status", FILE, "", status),
        ("/var/lib/../../../etc/shadow", FILE, "", b"x"),
        ("/opt/tool", FILE, "", b"x"),
    ])]);
    assert!(skipped(&report).contains("its path leaves the root"), "{report:#}");
    assert_eq!(report["coverage"]["packages"], 1);
}

#[test]
fn numbers_7_and_8_links_lead_nowhere_outside() {
    let bench = Workbench::new();
    bench.file(
        "outside/status",
        "Package: evil\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n",
    );
    let outside = bench.path().join("outside").display().to_string();
    let (_, report) = scan(&[raw(&[
        ("var/lib/dpkg", tar::EntryType::Symlink, &outside, b""),
        ("usr/lib/link", tar::EntryType::Link, "../../../etc/shadow", b""),
    ])]);
    assert!(skipped(&report).contains("a hard link that leads out of the root"), "{report:#}");
    assert_eq!(report["coverage"]["packages"], 1, "nothing outside is read");
    // The same as a root file system on this disk.
    #[cfg(unix)]
    {
        bench.file(&format!("root/{METADATA}"), GOOD);
        std::fs::create_dir_all(bench.path().join("root/var/lib")).expect("a folder");
        std::os::unix::fs::symlink(&outside, bench.path().join("root/var/lib/dpkg")).expect("a link");
        let ran = bench.run(&["scan", "--format", "json", "dir:root"]);
        let report: Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!(report["coverage"]["packages"], 1, "{report:#}");
    }
}

#[test]
fn numbers_9_and_10_whiteouts_of_nothing_and_in_any_order() {
    let below = archive(&[("app/old.txt", b"x"), ("app/lib/x.py", b"x")]);
    let (_, report) = scan(&[
        below,
        raw(&[
            ("app/.wh..", FILE, "", b""),
            ("app/.wh...", FILE, "", b""),
            ("app/.wh.", FILE, "", b""),
            ("app/new.txt", FILE, "", b"x"),
            ("app/.wh..wh..opq", FILE, "", b""),
        ]),
    ]);
    assert_eq!(skipped(&report).matches("it is a whiteout of no file").count(), 3, "{report:#}");
}

#[test]
#[cfg(unix)]
fn number_11_devices_and_pipes_are_not_opened() {
    let (_, report) = scan(&[raw(&[
        ("var/lib/dpkg/status", tar::EntryType::Char, "", b""),
        ("etc/os-release", tar::EntryType::Fifo, "", b""),
    ])]);
    assert_eq!(report["coverage"]["layers"], 2);
    let bench = Workbench::new();
    bench.file(&format!("root/{METADATA}"), GOOD);
    bench.file("root/etc/hostname", "x");
    let pipe = bench.path().join("root/etc/os-release");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let ran = bench.run(&["scan", "--format", "json", "dir:root"]);
    assert!(ran.has("vulnerability"), "{}", ran.err);
}

#[test]
fn number_14_another_layer_than_the_configuration_says() {
    let bench = Workbench::new();
    let layers = [archive(&[(METADATA, GOOD)]), archive(&[("x", b"x")])];
    let diff_ids = [&layers[0], &layers[0]].map(|layer| format!("\"{}\"", digest(layer)));
    bench.file("image.tar", saved_as(&layers, &diff_ids));
    let ran = bench.run(&["scan", "--format", "json", "--no-cache", "image.tar"]);
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(ran.has("vulnerability"), "what is true counts: {}", ran.out);
}

#[test]
fn number_19_databases_of_packages_that_are_none() {
    let noise: Vec<u8> =
        (0_u32..65_536).map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
    let sqlite = [b"SQLite format 3\0\x10\0\x01\x01", &noise[..]].concat();
    let berkeley = [&[0; 12][..], &[0x61, 0x15, 0x06, 0x00], &noise].concat();
    let ndb = [b"RpmP", &noise[..]].concat();
    let (ran, report) = scan(&[archive(&[
        ("var/lib/rpm/rpmdb.sqlite", &sqlite),
        ("var/lib/rpm/Packages", &berkeley),
        ("var/lib/rpm/Packages.db", &ndb),
        ("lib/apk/db/installed", &noise),
        ("var/lib/dpkg/status", &noise),
    ])]);
    assert_eq!(ran.status, 4, "{}", ran.err);
    for name in ["rpmdb.sqlite", "rpm/Packages\"", "Packages.db"] {
        assert!(skipped(&report).contains(name), "{name}: {}", skipped(&report));
    }
}

#[test]
fn number_20_programs_with_sizes_that_lie() {
    let mut elf = vec![0xff; 4096];
    elf[..20].copy_from_slice(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0");
    let mut mach = vec![0xff; 4096];
    mach[..8].copy_from_slice(b"\xcf\xfa\xed\xfe\x07\0\0\x01");
    let mut windows = vec![0xff; 4096];
    windows[..2].copy_from_slice(b"MZ");
    windows[60..64].copy_from_slice(&64_u32.to_le_bytes());
    windows[64..68].copy_from_slice(b"PE\0\0");
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in [("bin/a", &elf), ("bin/b", &mach), ("bin/c.exe", &windows)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o755);
        builder.append_data(&mut header, path, content.as_slice()).expect("an entry");
    }
    let (_, report) = scan(&[builder.into_inner().expect("a layer")]);
    assert_eq!(report["coverage"]["layers"], 2);
}

#[test]
fn number_21_names_that_would_be_another_package() {
    let status = "Package: a@2?arch=x#y/../b\nStatus: install ok installed\nVersion: 1.0@evil?distro=z\nArchitecture: all\n\n\
        Package: cpe:2.3:a:vendor\nStatus: install ok installed\nVersion: 1:1%2f2\nArchitecture: all\n";
    let release = "ID=debian\nVERSION_ID=12\n";
    let bench = Workbench::new();
    bench.file(
        "image.tar",
        saved(&[archive(&[
            ("var/lib/dpkg/status", status.as_bytes()),
            ("etc/os-release", release.as_bytes()),
        ])]),
    );
    let database = "db.db";
    let record = serde_json::json!({"id": "CVE-2026-2", "modified": "2026-01-01T00:00:00Z", "affected": [{
        "package": {"ecosystem": "Debian:12", "name": "a"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]});
    bench.file("records/a.json", record.to_string());
    assert_eq!(bench.run(&["db", "build", "records", "-o", database]).status, 0);
    let ran = bench.run(&["scan", "--format", "json", "--no-cache", "--database", database, "image.tar"]);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(report["coverage"]["packages"], 2, "{report:#}");
    assert!(!ran.has("vulnerability"), "neither is the package `a`: {report:#}");
}

#[test]
fn number_22_a_bill_of_materials_that_leaves_packages_out() {
    let bill = br#"{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[]}"#;
    let (_, report) = scan(&[archive(&[("sbom.cdx.json", bill), ("usr/share/sbom/app.cdx.json", bill)])]);
    assert_eq!(report["coverage"]["packages"], 1, "what is there counts, whatever is said of it");
}

#[test]
fn number_23_a_model_that_is_its_own_parent() {
    let model = "<project><modelVersion>4.0.0</modelVersion><parent><groupId>g</groupId><artifactId>a</artifactId>\
        <version>1</version><relativePath>pom.xml</relativePath></parent><artifactId>a</artifactId></project>";
    let bench = Workbench::new();
    bench.file("app/pom.xml", model);
    bench.file("a/pom.xml", model.replace(">pom.xml<", ">../b/pom.xml<"));
    bench.file("b/pom.xml", model.replace(">pom.xml<", ">../a/pom.xml<"));
    bench.file("requirements.txt", "django==3.2.0\n");
    let ran = bench.run(&["scan", "--format", "json", "."]);
    assert!(ran.has("vulnerability"), "{}", ran.err);
}

#[test]
fn number_24_what_apk_packs_is_not_unpacked() {
    use std::io::Write as _;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..64 {
        packer.write_all(&vec![0; 1 << 20]).expect("packed");
    }
    let bomb = packer.finish().expect("packed");
    let installed = b"P:musl\nV:1.2.4-r0\nA:x86_64\n\n";
    let (_, report) = scan(&[archive(&[
        ("lib/apk/db/installed", installed),
        ("lib/apk/db/scripts.tar.gz", &bomb),
        ("var/cache/apk/musl-1.2.4-r0.apk", &bomb),
    ])]);
    assert_eq!(report["coverage"]["layers"], 2);
}

#[test]
fn number_25_a_version_of_a_megabyte() {
    let long = format!(
        "Package: long\nStatus: install ok installed\nVersion: 99999999999999999999:{}\nArchitecture: all\n",
        "1.".repeat(1 << 19)
    );
    let release = b"ID=debian\nVERSION_ID=12\n";
    let (ran, _) = scan(&[archive(&[("var/lib/dpkg/status", long.as_bytes()), ("etc/os-release", release)])]);
    assert!(ran.out.len() < 200_000, "it is not printed");
}

#[test]
fn number_26_names_that_play_with_terminals_and_browsers() {
    let bench = Workbench::new();
    let metadata = "Metadata-Version: 2.1\nName: Django\nVersion: 3.2.0\nSummary: \u{1b}[2J\n";
    let path =
        "usr/lib/\u{1b}[31m\u{202e}<script>alert(1)</script>/dist-packages/Django-3.2.0.dist-info/METADATA";
    bench.file("image.tar", saved(&[archive(&[(path, metadata.as_bytes())])]));
    for format in ["table", "html", "markdown", "junit", "csv", "github"] {
        let ran = bench.run(&["scan", "--all", "--format", format, "--no-cache", "image.tar"]);
        assert!(ran.out.contains("CVE-"), "{format}: {} {}", ran.out, ran.err);
        assert!(!ran.out.contains(['\u{1b}', '\u{202e}']), "{format}: {:?}", ran.out);
        if format == "html" {
            assert!(!ran.out.contains("<script>alert"), "{format}");
        }
    }
}
