//! Bills of materials: made of folders, images and one another, and as targets of a scan.

use serde_json::Value;

use crate::command::{Ran, Workbench};
use crate::images::{django, saved};

const LOCK: &str = "version = 3\n\n[[package]]\nname = \"smallvec\"\nversion = \"1.6.0\"\n\
    source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n[[package]]\nname = \"serde\"\n\
    version = \"1.0.200\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
const FORMATS: [&str; 5] = ["cyclonedx", "cyclonedx-xml", "spdx", "spdx-tag-value", "spdx-3"];

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", ran.err, ran.out))
}

/// The names of the vulnerabilities that a scan tells.
fn names(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().filter_map(|finding| finding["names"][0].as_str()).collect()
}

fn scan(bench: &Workbench, target: &str) -> Value {
    json(&bench.run(&[
        "scan",
        "--format",
        "json",
        "--fail-on",
        "none",
        "--no-cache",
        "--only",
        "vulnerability",
        target,
    ]))
}

fn skipped(report: &Value) -> Vec<&str> {
    let list = report["coverage"]["skipped"].as_array().expect("a list");
    list.iter().filter_map(|skip| skip["message"].as_str()).collect()
}

#[test]
fn a_bill_of_a_folder_is_judged_as_the_folder_is() {
    let bench = Workbench::new();
    bench.file("src/Cargo.lock", LOCK);
    let report = scan(&bench, "src");
    let wanted = names(&report);
    assert!(!wanted.is_empty());
    for format in FORMATS {
        let ran = bench.run(&["sbom", "src", "--format", format, "--output", format]);
        assert_eq!((ran.status, ran.out.as_str()), (0, ""), "{}", ran.err);
        let report = scan(&bench, format);
        assert_eq!(names(&report), wanted, "{format}");
        assert_eq!(report["coverage"]["packages"], 2, "{format}");
        assert_eq!(report["findings"][0]["location"]["file"], format!("{format}!/Cargo.lock"));
        let again = bench.run(&["sbom", "src", "--format", format]);
        assert_eq!(again.out, bench.read(format), "the same input is the same bytes");
    }
}

#[test]
fn a_bill_of_an_image_says_its_layers() {
    let bench = Workbench::new();
    bench.file("image.tar", saved(&[django()]));
    let ran = bench.run(&["sbom", "image.tar", "--no-cache", "--format-version", "1.5", "-o", "bill.json"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let bill: Value = serde_json::from_str(&bench.read("bill.json")).expect("JSON");
    assert_eq!(bill["specVersion"], "1.5");
    assert_eq!(bill["metadata"]["component"]["type"], "container");
    assert_eq!(bill["components"][0]["purl"], "pkg:pypi/django@3.2.0");
    assert!(bill["metadata"].get("timestamp").is_none());
    assert_eq!(names(&scan(&bench, "bill.json")), names(&scan(&bench, "image.tar")));
    let found = scan(&bench, "bill.json");
    assert!(found["findings"][0]["message"].as_str().is_some_and(|text| text.contains("layer 0")));
}

#[test]
fn standard_input_is_told_by_what_is_in_it() {
    let bench = Workbench::new();
    bench.file("src/Cargo.lock", LOCK);
    let bill = bench.run(&["sbom", "src", "--format", "spdx"]).out;
    let arguments = ["scan", "--format", "json", "--fail-on", "none", "-"];
    let report = json(&bench.run_with(&arguments, bill.as_bytes()));
    assert_eq!(report["coverage"]["packages"], 2);
    let manifest = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n";
    let report = json(&bench.run_with(&arguments, manifest.as_bytes()));
    assert_eq!(report["coverage"]["objects"], 1);
    let converted = bench.run_with(&["sbom", "-", "--format", "spdx-tag-value"], bill.as_bytes());
    assert!(converted.out.starts_with("SPDXVersion: SPDX-2.3\n"), "{}", converted.err);
}

#[test]
fn what_cannot_be_matched_is_said() {
    let bench = Workbench::new();
    bench.file(
        "bill.json",
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
            {"type": "library", "name": "mystery", "version": "1"},
            {"type": "library", "name": "broken", "version": "1", "purl": "broken@1"},
            {"type": "library", "name": "repository", "purl": "pkg:github/a/b@1"},
            {"type": "library", "name": "libc6", "purl": "pkg:deb/ubuntu/libc6@2.36"},
            {"type": "library", "name": "smallvec", "purl": "pkg:cargo/smallvec@1.6.0"}]}"#,
    );
    let report = scan(&bench, "bill.json");
    assert!(!names(&report).is_empty());
    let skipped = skipped(&report);
    assert!(skipped.contains(&"2 components not judged: without a package URL"), "{skipped:?}");
    assert!(skipped.contains(&"1 package not judged: of no ecosystem that has advisories"), "{skipped:?}");
    assert!(skipped.iter().any(|text| text.contains("`broken@1` is no package URL")), "{skipped:?}");
    assert!(skipped.iter().any(|text| text.starts_with("1 package of Ubuntu not judged")), "{skipped:?}");
}

#[test]
fn a_broken_bill_is_told_and_a_manifest_that_holds_one_is_a_manifest() {
    let bench = Workbench::new();
    bench.file("bill.json", r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": ["#);
    let ran = bench.run(&["scan", "bill.json"]);
    assert_eq!(ran.status, 4, "{}", ran.out);
    assert!(ran.out.contains("the file is no valid JSON: line 1"), "{}", ran.out);
    let ran = bench.run(&["sbom", "bill.json"]);
    assert_eq!(ran.status, 2, "{}", ran.out);
    bench.file(
        "map.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  bill: '{\"bomFormat\": \"CycloneDX\"}'\n",
    );
    assert_eq!(scan(&bench, "map.yaml")["coverage"]["documents"], 1);
}

#[test]
fn vulnerabilities_are_said_where_they_are_asked_for() {
    let bench = Workbench::new();
    bench.file("src/Cargo.lock", LOCK);
    let bill = json(&bench.run(&["sbom", "src", "--with-vulnerabilities", "--format-version", "1.4"]));
    let flaw = &bill["vulnerabilities"][0];
    assert_eq!(flaw["affects"][0]["ref"], "pkg:cargo/smallvec@1.6.0");
    assert!(flaw["recommendation"].as_str().is_some_and(|text| text.starts_with("upgrade `smallvec` to ")));
    let ran = bench.run(&["sbom", "src", "--with-vulnerabilities", "--format", "spdx"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("SPDX has no place for them"), "{}", ran.err);
}

#[test]
fn bills_are_merged_and_compared() {
    let bench = Workbench::new();
    bench.file("old/Cargo.lock", LOCK);
    bench.file("new/Cargo.lock", LOCK.replace("1.6.0", "1.13.2").replace("serde", "serde_json"));
    bench.run(&["sbom", "old", "-o", "old.json"]);
    let ran = bench.run(&["sbom", "diff", "old.json", "new"]);
    assert_eq!(
        ran.out,
        "removed     cargo/serde 1.0.200\nadded       cargo/serde_json 1.0.200\nupgraded    cargo/smallvec 1.6.0 -> 1.13.2\n\
         1 added, 1 removed, 1 changed, 0 the same\n"
    );
    let difference = json(&bench.run(&["sbom", "diff", "old.json", "new", "--format", "json"]));
    assert_eq!(difference["changed"][0]["way"], "upgraded");
    let merged = json(&bench.run(&[
        "sbom",
        "merge",
        "old.json",
        "new",
        "--name",
        "all",
        "--created",
        "2026-01-02T03:04:05Z",
    ]));
    assert_eq!(merged["components"].as_array().map(Vec::len), Some(4));
    assert_eq!(merged["metadata"]["component"]["name"], "all");
    assert_eq!(merged["metadata"]["timestamp"], "2026-01-02T03:04:05Z");
    let ran = bench.run(&["sbom", "old.json", "--format-version", "9"]);
    assert!(
        ran.err.contains("version `9` of CycloneDX is not known: use 1.4, 1.5, 1.6 or 1.7"),
        "{}",
        ran.err
    );
}
