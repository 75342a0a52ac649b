//! What is kept of images: who has a vulnerability, what a newer database says of them, and statements about it.

use serde_json::{Value, json};

use crate::command::Workbench;
use crate::images::{django, saved};

const ARCHIVE: &str = "image.tar";

/// A database in which nothing is known but one fault of Django, or none.
fn database(bench: &Workbench, name: &str, has_fault: bool) {
    let other = json!({
        "id": "PYSEC-1", "modified": "2026-01-01T00:00:00Z", "affected": [{
            "package": {"ecosystem": "PyPI", "name": "other"}, "versions": ["1.0"]}]});
    bench.file(&format!("{name}/other.json"), other.to_string());
    if has_fault {
        let fault = json!({
            "id": "CVE-2026-1", "aliases": ["GHSA-aaaa-bbbb-cccc"], "modified": "2026-02-01T00:00:00Z", "affected": [{
                "package": {"ecosystem": "PyPI", "name": "django"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.2.1"}]}]}]});
        bench.file(&format!("{name}/fault.json"), fault.to_string());
    }
    let built = [("SOURCE_DATE_EPOCH", if has_fault { "1770000000" } else { "1760000000" })];
    let file = format!("{name}.db");
    let ran = bench.run_in(&["db", "build", name, "-o", &file], b"", &built);
    assert_eq!(ran.status, 0, "{}", ran.err);
}

fn bench() -> Workbench {
    let bench = Workbench::new();
    bench.file(ARCHIVE, saved(&[django()]));
    database(&bench, "old", false);
    database(&bench, "new", true);
    bench
}

#[test]
fn what_was_scanned_is_asked_again_without_being_looked_at() {
    let bench = bench();
    let scanned = bench.run(&["scan", "--inventories", "kept.db", "--database", "old.db", ARCHIVE]);
    assert_eq!(scanned.status, 0, "{}{}", scanned.out, scanned.err);
    std::fs::remove_file(bench.path().join(ARCHIVE)).expect("it is removed");
    let asked = ["db", "affected", "--inventories", "kept.db", "--database", "new.db"];
    for id in ["CVE-2026-1", "GHSA-aaaa-bbbb-cccc"] {
        let ran = bench.run(&[&asked[..], &[id]].concat());
        assert_eq!(ran.status, 1, "{}", ran.err);
        for words in ["image.tar:shop:1", "pkg:pypi/django@3.2.0", "fixed in 3.2.1", "1 of 1 images"] {
            assert!(ran.out.contains(words), "{words}: {}", ran.out);
        }
    }
    let ran = bench.run(&[&asked[..], &["CVE-2026-1", "--format", "json"]].concat());
    let value: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(value["images"][0]["vulnerabilities"][0]["fix"], "3.2.1");
    assert_eq!(value["inventories"], 1);
    assert_eq!(bench.run(&[&asked[..], &["PYSEC-1"]].concat()).status, 0);
    assert_eq!(bench.run(&[&asked[..], &["CVE-1999-1"]].concat()).status, 2);
}

#[test]
fn a_newer_database_says_what_is_new() {
    let bench = bench();
    bench.run(&["scan", "--inventories", "kept.db", "--database", "old.db", ARCHIVE]);
    let update = |source: &str| {
        bench.run(&["db", "update", source, "--database", "place.db", "--inventories", "kept.db"])
    };
    assert_eq!(update("old.db").status, 0);
    let ran = update("new.db");
    assert!(ran.out.contains("new: CVE-2026-1"), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("1 new vulnerabilities in 1 of 1 images"), "{}", ran.out);
    // It is there already.
    assert!(!update("new.db").out.contains("new:"));
}

#[test]
fn nothing_is_kept_where_nothing_may_be() {
    let bench = bench();
    let kept = bench.path().join("cache");
    let cache = [("SEKISHO_CACHE", kept.to_str().expect("a path"))];
    bench.run_in(&["scan", "--no-cache", ARCHIVE], b"", &cache);
    assert!(!kept.exists());
    let ran = bench.run_in(&["db", "affected", "CVE-2022-28346"], b"", &cache);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("no inventories are kept"), "{}", ran.err);
    bench.run_in(&["scan", ARCHIVE], b"", &cache);
    let ran = bench.run_in(&["db", "affected", "CVE-2022-28346"], b"", &cache);
    assert!(ran.out.contains("1 of 1 images"), "{}{}", ran.out, ran.err);
}

#[test]
fn an_image_that_is_not_whole_is_not_kept() {
    let bench = bench();
    let wrong = ["\"sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"".to_owned()];
    bench.file("broken.tar", crate::images::saved_as(&[django()], &wrong));
    let ran = bench.run(&["scan", "--inventories", "kept.db", "broken.tar"]);
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(!bench.path().join("kept.db").exists());
}

fn statements(bench: &Workbench, arguments: &[&str]) -> Value {
    let common = ["vex", "--author", "Shop", "--database", "new.db", "--no-cache", ARCHIVE];
    let ran = bench.run_in(&[&common[..], arguments].concat(), b"", &[("SOURCE_DATE_EPOCH", "1770000000")]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out))
}

#[test]
fn what_is_found_and_decided_is_said_to_others() {
    let bench = bench();
    let found = statements(&bench, &[]);
    assert_eq!(found["statements"][0]["status"], "affected");
    assert_eq!(found["statements"][0]["action_statement"], "upgrade `django` to 3.2.1");
    assert_eq!(found["timestamp"], "2026-02-02T02:40:00Z");
    assert_eq!(found, statements(&bench, &[]), "the same bytes");
    let exception = "exceptions:\n- checks: [CVE-2026-1]\n  owner: web\n  reason: no forms\n";
    bench.file("sekisho.yaml", exception);
    let accepted = statements(&bench, &[]);
    assert_eq!(accepted["statements"][0]["action_statement"], "accepted by web: no forms");
    bench.file("sekisho.yaml", format!("{exception}  justification: vulnerable_code_not_in_execute_path\n"));
    for (format, place) in
        [("openvex", "/statements/0/justification"), ("csaf", "/vulnerabilities/0/flags/0/label")]
    {
        let said = statements(&bench, &["--format", format]);
        assert_eq!(said.pointer(place), Some(&json!("vulnerable_code_not_in_execute_path")), "{said:#}");
    }
    let cyclonedx = statements(&bench, &["--format", "cyclonedx"]);
    assert_eq!(cyclonedx["vulnerabilities"][0]["analysis"]["justification"], "code_not_reachable");
    // What was written silences the finding elsewhere.
    bench.file("vex.json", statements(&bench, &[]).to_string());
    std::fs::remove_file(bench.path().join("sekisho.yaml")).expect("it is removed");
    let ran = bench.run(&["scan", "--no-cache", "--database", "new.db", "--vex", "vex.json", ARCHIVE]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    bench.file("sekisho.yaml", format!("{exception}  justification: because\n"));
    let ran = bench.run(&["scan", "--no-cache", ARCHIVE]);
    assert!(ran.err.contains("is no justification"), "{}", ran.err);
}
