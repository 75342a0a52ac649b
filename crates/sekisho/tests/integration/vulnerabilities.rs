//! Lock files and the database in the program: what is found in which line, what mends it, what is said of the rest.
//! The matches were compared by hand with the records of the publishers.

use std::fs;

use serde_json::Value;

use crate::command::Workbench;

const CARGO: &str = "version = 3\n\n[[package]]\nname = \"time\"\nversion = \"0.1.43\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n\
    [[package]]\nname = \"smallvec\"\nversion = \"1.6.1\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n\
    [[package]]\nname = \"serde\"\nversion = \"1.0.200\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
const GO: &str = "module example.com/x\n\ngo 1.21\n\nrequire (\n\tgolang.org/x/text v0.3.0\n\tgithub.com/gin-gonic/gin v1.7.0\n)\n";
const PYTHON: &str = "django==2.2.27\nrequests==2.19.1\nidna==3.7\n";
const PHP: &str = r#"{"packages": [{"name": "symfony/http-kernel", "version": "v4.4.0", "type": "library"},
    {"name": "monolog/monolog", "version": "3.0.0", "type": "library"}], "packages-dev": []}"#;

fn bench() -> Workbench {
    let bench = Workbench::new();
    bench.file("rust/Cargo.lock", CARGO);
    bench.file("go/go.mod", GO);
    bench.file("python/requirements.txt", PYTHON);
    bench.file("php/composer.lock", PHP);
    bench
}

fn report(bench: &Workbench, arguments: &[&str]) -> Value {
    let ran = bench.run(&[&["scan", "--format", "json"], arguments].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err))
}

/// `file:line name fix`, of the findings that count.
fn told(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let mut told: Vec<String> = findings
        .iter()
        .filter(|finding| finding.get("suppressed").is_none())
        .map(|finding| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let place = &finding["location"];
            let message = text(&finding["message"]);
            let fix = message
                .split("fixed in ")
                .nth(1)
                .map_or("-", |rest| rest.split(';').next().unwrap_or_default());
            format!("{}:{} {} {fix}", text(&place["file"]), place["startLine"], text(&finding["names"][0]))
        })
        .collect();
    told.sort();
    told
}

#[test]
fn lock_files_are_judged_by_the_database_in_the_program() {
    let bench = bench();
    let report = report(&bench, &["."]);
    let told = told(&report);
    let wanted = [
        // GO-2020-0015, GO-2021-0113, GO-2022-1059, GO-2026-5970; GO-2021-0052 and GO-2023-1737 of gin.
        "go/go.mod:6 CVE-2020-14040 0.3.3",
        "go/go.mod:6 CVE-2021-38561 0.3.7",
        "go/go.mod:6 CVE-2022-32149 0.3.8",
        "go/go.mod:6 CVE-2026-56852 0.39.0",
        "go/go.mod:7 CVE-2020-28483 1.7.7",
        "go/go.mod:7 CVE-2023-29401 1.9.1",
        "php/composer.lock:1 CVE-2020-15094 4.4.13",
        "php/composer.lock:1 CVE-2022-24894 4.4.50",
        "python/requirements.txt:1 CVE-2022-28346 2.2.28",
        "python/requirements.txt:1 CVE-2022-28347 2.2.28",
        "python/requirements.txt:2 CVE-2018-18074 2.20.0",
        "python/requirements.txt:2 CVE-2023-32681 2.31.0",
        // RUSTSEC-2020-0071: patched from 0.2.23 on, though single versions before were not affected.
        "rust/Cargo.lock:4 CVE-2020-26235 0.2.23",
    ];
    assert_eq!(told, wanted);
    // CVE-2021-25900 ended with 1.6.1, and nothing is known of these.
    let names = ["smallvec", "serde", "idna", "monolog"];
    let messages: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["message"].as_str().unwrap())
        .collect();
    assert!(!messages.iter().any(|message| names.iter().any(|name| message.contains(name))), "{messages:#?}");
    assert!(messages.iter().any(|message| message.contains("symfony/http-kernel")), "{messages:#?}");
    assert_eq!(report["coverage"]["packages"], 10);
    // One upgrade clears all there is about a package.
    let actions: Vec<&str> = report["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action["description"].as_str().unwrap())
        .collect();
    let upgrades = actions.iter().filter(|action| action.contains("`golang.org/x/text`")).count();
    assert_eq!(upgrades, 1, "{actions:#?}");
}

#[test]
fn the_database_and_its_age_are_named() {
    let bench = bench();
    let ran = bench.run(&["scan", "."]);
    assert!(ran.err.contains("the starter database in this program"), "{}", ran.err);
    assert!(ran.err.contains("records up to 20"), "{}", ran.err);
    assert!(ran.out.contains("10 packages"), "{}", ran.out);
}

#[test]
fn what_the_database_does_not_know_is_said() {
    let bench = Workbench::new();
    let lock = r#"{"name": "x", "lockfileVersion": 3, "packages": {"": {"name": "x"},
        "node_modules/lodash": {"version": "4.17.20", "resolved": "https://registry.npmjs.org/lodash/-/lodash-4.17.20.tgz"}}}"#;
    bench.file("package-lock.json", lock);
    let report = report(&bench, &["."]);
    let skipped = report["coverage"]["skipped"].as_array().unwrap();
    let reason = skipped.iter().find(|skip| skip["reason"] == "unjudged").unwrap();
    assert!(reason["message"].as_str().unwrap().contains("1 package of npm not judged"), "{reason}");
    assert!(told(&report).is_empty());
}

#[test]
fn identifiers_and_aliases_silence_findings() {
    let bench = bench();
    bench.file(
        "sekisho.yaml",
        "exceptions:\n- checks: [RUSTSEC-2020-0071]\n  owner: me\n  reason: no local time is read\n",
    );
    bench.file(
        "python/requirements.txt",
        "requests==2.19.1  # sekisho: ignore[CVE-2018-18074]: no redirects\n",
    );
    let report = report(&bench, &["rust", "python"]);
    let lines = told(&report);
    assert!(
        !lines.iter().any(|line| line.contains("CVE-2020-26235") || line.contains("CVE-2018-18074")),
        "{lines:#?}"
    );
    let ran = bench.run(&["scan", "rust", "--without", "vulnerability", "--format", "json"]);
    assert!(!ran.out.contains("CVE-2020-26235"), "{}", ran.out);
}

#[test]
fn statements_of_suppliers_silence_findings() {
    let bench = bench();
    bench.file(
        "vex.json",
        r#"{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "Acme", "timestamp": "2026-01-01T00:00:00Z",
        "version": 1, "statements": [{"vulnerability": {"name": "CVE-2018-18074"},
        "products": [{"@id": "pkg:pypi/requests"}], "status": "not_affected",
        "justification": "vulnerable_code_not_in_execute_path"}]}"#,
    );
    let report = report(&bench, &["python", "--vex", "vex.json"]);
    let findings = report["findings"].as_array().unwrap();
    let silenced = findings.iter().find(|finding| finding["names"][0] == "CVE-2018-18074").unwrap();
    assert_eq!(silenced["suppressed"]["reason"], "VEX: vulnerable code not in execute path (Acme)");
    let ran = bench.run(&["scan", "python", "--vex", "absent.json"]);
    assert_eq!(ran.status, 2, "{}", ran.err);
}

#[test]
fn databases_are_built_kept_updated_and_shown() {
    let bench = bench();
    let osv = |id: &str, fixed: &str| {
        format!(
            r#"{{"id": "{id}", "modified": "2024-05-06T00:00:00Z", "summary": "it is wrong", "affected": [{{"package":
            {{"ecosystem": "npm", "name": "a"}}, "ranges": [{{"type": "SEMVER", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
        )
    };
    bench.file("records/one.json", osv("GHSA-1", "2.0.0"));
    let build = |out: &str| bench.run(&["db", "build", "records", "-o", out]);
    assert_eq!(build("one.db").status, 0);
    bench.file("records/two.json", osv("GHSA-2", "3.0.0"));
    let ran = bench.run(&["db", "build", "records", "-o", "two.db", "--delta-from", "one.db"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let ran = bench.run(&["db", "import", "one.db", "--database", "place.db"]);
    assert!(ran.err.contains("1 advisories about 1 packages"), "{}", ran.err);
    let delta = fs::read_dir(bench.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .find(|name| name.rsplit('.').next() == Some("delta"))
        .unwrap();
    let ran = bench.run(&["db", "update", &delta, "--database", "place.db"]);
    assert!(ran.err.contains("2 advisories"), "{}", ran.err);
    assert_eq!(
        fs::read(bench.path().join("place.db")).unwrap(),
        fs::read(bench.path().join("two.db")).unwrap()
    );
    let ran = bench.run(&["db", "status", "--database", "place.db", "--verify", "--format", "json"]);
    let status: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&status["advisories"], &status["verified"]), (&Value::from(2), &Value::from(true)));
    let ran = bench.run(&["db", "show", "GHSA-2", "--database", "place.db"]);
    assert!(ran.out.contains("it is wrong") && ran.out.contains("npm a <3.0.0"), "{}", ran.out);
    assert_eq!(bench.run(&["db", "show", "CVE-1999-0000", "--database", "place.db"]).status, 2);
    let ran = bench.run(&["db", "export", "-o", "copy.db", "--database", "place.db"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    // Half of one, an older one and a lost file change nothing.
    let whole = fs::read(bench.path().join("two.db")).unwrap();
    bench.file("half.db", &whole[..whole.len() / 2]);
    let ran = bench.run(&["db", "update", "half.db", "--database", "place.db"]);
    assert!(ran.status == 2 && ran.err.contains("cut off"), "{}", ran.err);
    for source in ["absent.db", "ftp://a.example/db", "http://a.example/db"] {
        assert_eq!(bench.run(&["db", "update", source, "--database", "place.db"]).status, 2, "{source}");
    }
    let ran = bench.run(&["--offline", "db", "update", "https://a.example/db", "--database", "place.db"]);
    assert!(ran.err.contains("`--offline`"), "{}", ran.err);
    assert_eq!(fs::read(bench.path().join("place.db")).unwrap(), whole);
    // Records that are none are named, and the others count.
    bench.file("records/broken.json", "{\"id\": \"X\", \"affected\": [");
    let ran = build("three.db");
    assert!(ran.status == 4 && ran.err.contains("broken.json"), "{}", ran.err);
    assert_eq!(bench.run(&["scan", "python", "--database", "half.db"]).status, 2);
}

#[test]
fn packages_that_are_malicious_themselves_are_told_as_such() {
    let bench = Workbench::new();
    bench.file(
        "records/mal.json",
        r#"{"id": "MAL-2024-1", "modified": "2024-05-06T00:00:00Z", "summary": "it sends what it finds elsewhere",
        "affected": [{"package": {"ecosystem": "npm", "name": "evil-colors"}, "versions": ["1.0.1"]}]}"#,
    );
    assert_eq!(bench.run(&["db", "build", "records", "-o", "mal.db"]).status, 0);
    let lock = |version: &str| {
        format!(
            r#"{{"name": "shop", "lockfileVersion": 3, "packages": {{"": {{}}, "node_modules/evil-colors": {{"version": "{version}"}}}}}}"#
        )
    };
    bench.file("shop/package-lock.json", lock("1.0.1"));
    let report = report(&bench, &["--database", "mal.db", "shop"]);
    let [finding] = &report["findings"].as_array().unwrap()[..] else { panic!("{report:#}") };
    assert_eq!(finding["rule"], "malicious-package");
    assert_eq!(finding["severity"], "critical");
    assert!(finding["message"].as_str().unwrap().starts_with("MAL-2024-1: evil-colors 1.0.1"), "{finding:#}");
    bench.file("shop/package-lock.json", lock("1.0.0"));
    let ran = bench.run(&["scan", "--format", "json", "--database", "mal.db", "shop"]);
    assert_eq!(ran.findings().len(), 0, "{}", ran.out);
}
