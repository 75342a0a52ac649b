//! `sekisho policy lint`, `test` and `diff` over rules for events.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sekisho_runtime::Scenario;
use serde_json::Value;

use crate::command::Workbench;

const RULES: &str = "- rule: Shadow\n  desc: d\n  condition: evt.type = openat and fd.name = /etc/shadow\n  \
                     output: '%proc.name opened %fd.name'\n  priority: WARNING\n";
const SCENARIO: &str = "process 5 cat\n5 openat fd=3 dirfd=AT_FDCWD name=/etc/shadow flags=O_RDONLY\n";

fn own_rules() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules").display().to_string()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

/// Each rule that we bring fires where it must and is quiet where it must, and nothing is said against any.
#[test]
fn our_own_rules_are_tested_and_without_remark() {
    let bench = Workbench::new();
    let ran = bench.run(&["policy", "test", &own_rules(), "--all", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let rows = json(&ran.out);
    let tests: BTreeSet<&str> =
        rows["results"].as_array().expect("rows").iter().filter_map(|row| row["test"].as_str()).collect();
    let lint = bench.run(&["policy", "lint", &own_rules(), "--format", "json"]);
    assert_eq!(lint.status, 0, "{}{}", lint.out, lint.err);
    let count = json(&lint.out)["rules"].as_u64().expect("a number");
    assert!(count >= 110, "{count}");
    // Every rule has its two cases: no untested one is told, and none stands alone.
    assert_eq!(tests.len() as u64, 2 * count);
}

#[test]
fn a_log_that_a_rule_is_named_in_must_fire_in_every_event() {
    let bench = Workbench::new();
    let log = fs::read_to_string(Path::new(&own_rules()).join("audit/tests/namespace-removed.fires.log"))
        .expect("a log");
    let quiet =
        fs::read_to_string(Path::new(&own_rules()).join("audit/tests/command-in-a-container.fires.log"))
            .expect("a log");
    bench.file("rules/a.yaml", "- rule: Removed!\n  desc: d\n  condition: ka.verb = delete and ka.target.resource = namespaces\n  output: o\n  priority: INFO\n  source: k8s_audit\n");
    bench.file("rules/tests/removed.fires.log", &log);
    let ran = bench.run(&["policy", "test", "rules"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    bench.file("rules/tests/removed.fires.log", format!("{log}{quiet}"));
    let ran = bench.run(&["policy", "test", "rules"]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(ran.out.contains("does not fire in event"), "{}", ran.out);
    bench.file("rules/tests/nobody.quiet.log", &log);
    let ran = bench.run(&["policy", "test", "rules"]);
    assert!(ran.out.contains("no rule in `rules` has the name `nobody`"), "{}", ran.out);
}

#[test]
fn documents_with_cases() {
    let bench = Workbench::new();
    bench.file("shadow.yaml", RULES);
    let test = |case: &str| {
        let head = "apiVersion: sekisho/v1\nkind: RuleTest\nrules: [../shadow.yaml]\ncases:\n- name: c\n";
        let scenario = "  scenario: |\n    process 5 cat\n    5 openat fd=3 dirfd=AT_FDCWD name=/etc/shadow flags=O_RDONLY\n";
        bench.file("tests/shadow_test.yaml", format!("{head}{scenario}{case}"));
        let ran = bench.run(&["policy", "test", "."]);
        (ran.status, ran.out)
    };
    let (status, out) = test(
        "  expect: [{rule: Shadow, count: 1, fields: {proc.name: cat}, output: opened}]\n  exact: true\n",
    );
    assert_eq!(status, 0, "{out}");
    for (case, said) in [
        ("  expect: [{rule: Shadow, count: 2}]\n", "`Shadow`: 2 expected, 1 came"),
        ("  expect: [{rule: Shadow, fields: {proc.name: dog}}]\n", "`proc.name` is `cat`, not `dog`"),
        ("  expect: [{rule: Shadow, fields: {user.name: dog}}]\n", "`user.name` is `not in the output`"),
        ("  silent: [Shadow]\n", "`Shadow` fires in event"),
        ("  silent: [Nobody]\n", "there is no rule `Nobody`"),
        ("  exact: true\n", "not expected: `Shadow`"),
        ("  expect: [{role: Shadow}]\n", "has no `role`"),
        ("", "it expects nothing"),
    ] {
        let (status, out) = test(case);
        assert!(status == 1 && out.contains(said), "{case}: {out}");
    }
    test("  silent: [Shadow]\n");
    let lint = bench.run(&["policy", "lint", "."]);
    assert!(!lint.out.contains("no test asks it"), "{}", lint.out);
}

#[test]
fn cases_of_audit_events() {
    let bench = Workbench::new();
    bench.file("rules.yml", "title: Exec\nid: one\nlogsource: {product: kubernetes, service: audit}\ndetection:\n  s: {verb: create, objectRef.subresource: exec}\n  condition: s\n");
    bench.file(
        "t.yaml",
        "apiVersion: sekisho/v1\nkind: RuleTest\nrules: [rules.yml]\ncases:\n- name: c\n  events:\n  - {kind: Event, apiVersion: audit.k8s.io/v1, stage: ResponseComplete, stageTimestamp: '2026-01-02T03:04:05.000006Z', verb: create, objectRef: {resource: pods, subresource: exec}}\n  expect: [Exec (one)]\n",
    );
    let ran = bench.run(&["policy", "test", "t.yaml"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn what_lint_says_has_a_code_and_a_place() {
    let bench = Workbench::new();
    bench.file("a.yaml", format!("- list: nobody\n  items: [a]\n{RULES}"));
    bench.file("b.yaml", "- rule: Twice\n  desc: d\n  condition: evt.type = openat and fd.name = /etc/shadow and proc.name = cat\n  output: o\n  priority: INFO\n  tags: [owasp-2025/K77]\n");
    bench.file("c.yaml", "- rule: Never\n  desc: d\n  condition: evt.type = execve and fd.name = a\n  output: o\n  priority: INFO\n");
    let ran = bench.run(&["policy", "lint", "."]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    for said in [
        "a.yaml:1:3  unused  LOAD_UNUSED_LIST  list `nobody`",
        "a.yaml:3:3  untested  RULE_UNTESTED  rule `Shadow`",
        "b.yaml:1:3  shadowed  RULE_SILENCED  rule `Twice`: `Shadow` before it",
        "b.yaml:1:3  warning  RULE_TAG_UNKNOWN  rule `Twice`: the tag `owasp-2025/K77`",
        "c.yaml:1:3  never-matches  RULE_NEVER_FIRES  rule `Never`: no event can meet the condition: no event of the type `execve`",
        "rules: 3, remarks: 7",
    ] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    bench.file("c.yaml", "- rule: Wrong\n  condition: nope = a\n");
    let ran = bench.run(&["policy", "lint", "."]);
    assert_eq!(ran.status, 4, "{}", ran.out);
    assert!(ran.out.contains("c.yaml:1:3  error  LOAD_ERR_"), "{}", ran.out);
}

#[test]
fn which_alerts_change() {
    let bench = Workbench::new();
    let scenario = Scenario::parse(SCENARIO).expect("a scenario");
    fs::write(bench.path().join("one.scap"), scenario.capture().expect("a capture")).expect("a file");
    bench.file("old.yaml", RULES);
    bench.file("new.yaml", RULES.replace("WARNING", "ERROR"));
    bench.file("other.yaml", RULES.replace("Shadow", "Other"));
    let same = bench.run(&["policy", "diff", "old.yaml", "old.yaml", "--capture", "one.scap"]);
    assert_eq!((same.status, same.out.as_str()), (0, "alerts that come: 0, go: 0, change: 0, stay: 1\n"));
    let changed = bench.run(&["policy", "diff", "old.yaml", "new.yaml", "--capture", "one.scap"]);
    assert_eq!(changed.status, 1, "{}", changed.err);
    assert!(changed.out.contains("Shadow: 1 change"), "{}", changed.out);
    assert!(changed.out.contains("Error cat opened /etc/shadow"), "{}", changed.out);
    let other =
        bench.run(&["policy", "diff", "old.yaml", "other.yaml", "--capture", "one.scap", "--format", "json"]);
    let report = json(&other.out);
    assert_eq!(report["changes"].as_array().expect("changes").len(), 2, "{}", other.out);
    assert_eq!((&report["rules"][0]["rule"], &report["rules"][0]["added"]), (&"Other".into(), &1.into()));
    let without = bench.run(&["policy", "diff", "old.yaml", "other.yaml"]);
    assert_eq!(without.status, 2);
    assert!(without.err.contains("name a capture with --capture"), "{}", without.err);
}

#[test]
fn correlations_are_tested_like_rules() {
    let bench = Workbench::new();
    let rule = "title: Secret read\nname: read\nlogsource: {product: kubernetes, service: audit}\ndetection:\n  s: {verb: get, objectRef.resource: secrets}\n  condition: s\n";
    let correlation = "title: Many secrets\nid: many\nlevel: high\ncorrelation:\n  type: value_count\n  rules: read\n  group-by: [user.username]\n  timespan: 5m\n  condition: {field: objectRef.name, gte: 3}\n";
    bench.file("rules/many.yml", format!("{rule}---\n{correlation}"));
    let event = |name: &str| {
        format!(
            "  - {{kind: Event, apiVersion: audit.k8s.io/v1, stage: ResponseComplete, stageTimestamp: '2026-01-02T03:04:05Z', verb: get, user: {{username: ada}}, objectRef: {{resource: secrets, name: {name}}}}}\n"
        )
    };
    let events: String = ["a", "b", "a", "c"].map(event).concat();
    let expect = "  expect: [{rule: Many secrets (many), count: 1, fields: {user.username: ada, count: '3'}}]\n  silent: [Secret read]\n  exact: true\n";
    bench.file("t.yaml", format!("apiVersion: sekisho/v1\nkind: RuleTest\nrules: [rules]\ncases:\n- name: c\n  events:\n{events}{expect}"));
    let ran = bench.run(&["policy", "test", "t.yaml"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    bench
        .file("rules/many.yml", format!("{rule}---\n{}", correlation.replace("rules: read", "rules: other")));
    let ran = bench.run(&["policy", "lint", "rules"]);
    assert_eq!(ran.status, 4, "{}", ran.out);
    assert!(
        ran.out.contains("many.yml:8:1  error  SIGMA  the correlation names the rule `other`"),
        "{}",
        ran.out
    );
}

#[test]
fn filters_stand_for_rules_of_other_files_and_rules_about_other_events_are_left_out() {
    let bench = Workbench::new();
    let head = "logsource: {product: kubernetes, service: audit}\n";
    bench.file(
        "rules/b.yml",
        format!("title: Read\nid: one\n{head}detection: {{s: {{verb: get}}, condition: s}}\n"),
    );
    bench.file(
        "rules/a.yml",
        format!(
            "title: Ours\n{head}filter: {{rules: [one], us: {{user.username: ada}}, condition: not us}}\n"
        ),
    );
    bench.file(
        "rules/windows.yml",
        "title: W\nlogsource: {product: windows}\ndetection: {s: {Image: x}, condition: s}\n",
    );
    let event = |user: &str| {
        format!(
            "{{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"stageTimestamp\":\"2026-01-02T03:04:05Z\",\"verb\":\"get\",\"user\":{{\"username\":\"{user}\"}}}}\n"
        )
    };
    bench.file("audit.log", ["ada", "bob"].map(event).concat());
    let ran = bench.run(&["watch", "--audit-log", "audit.log", "--rules", "rules", "-f", "json"]);
    assert_eq!((ran.status, ran.out.lines().count()), (1, 1), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("Read (one)") && ran.out.contains("user=bob"), "{}", ran.out);
    assert!(ran.err.contains("1 rule of Sigma is about other events"), "{}", ran.err);
    let ran = bench.run(&["policy", "lint", "rules"]);
    assert!(ran.out.contains("windows.yml:2:12  unused  SIGMA_ELSEWHERE"), "{}", ran.out);
}
