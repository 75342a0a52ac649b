//! Plain modules of Rego at the command line.

use serde_json::Value;

use crate::command::Workbench;

const DENY: &str = r#"# METADATA
# title: Use a version
package main

deny_latest contains {"msg": msg, "path": path} if {
	some place, container in input.spec.containers
	endswith(container.image, ":latest")
	path := ["spec", "containers", place, "image"]
	msg := sprintf("container `%s` has no version", [container.name])
}

deny_latest contains "a second reason" if input.metadata.name in data.names.refused

warn contains "the host's network" if input.spec.hostNetwork
"#;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostNetwork: true\n  containers:\n  - name: a\n    image: a:latest\n";

fn folder(files: &[(&str, &str)]) -> Workbench {
    let bench = Workbench::new();
    for (name, text) in files {
        bench.file(name, text);
    }
    bench
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn check_applies_modules_and_names_both_places() {
    let folder = folder(&[("policy/deny.rego", DENY), ("pod.yaml", POD)]);
    let ran = folder.run(&["policy", "check", "-p", "policy", "-r", "pod.yaml"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert_eq!(
        ran.out,
        "FAIL   Rego/main deny_latest  Pod default/web\n       container `a` has no version\n       \
         pod.yaml:8:5, policy policy/deny.rego:5:1\n\
         WARN   Rego/main warn  Pod default/web\n       the host's network\n       \
         pod.yaml:3:12, policy policy/deny.rego:14:1\n\n\
         pass: 0, fail: 1, warn: 1, error: 0, skip: 0\n"
    );
}

#[test]
fn data_is_of_files_and_of_folders_by_their_names() {
    let files = [("deny.rego", DENY), ("pod.yaml", POD), ("data/names/list.yaml", "refused: [web]\n")];
    let folder = folder(&files);
    let with = |data: &str| {
        folder.run(&["policy", "check", "-p", "deny.rego", "-r", "pod.yaml", "-d", data, "--format", "json"])
    };
    assert_eq!(
        json(&with("data").out)["results"][0]["message"],
        "a second reason\ncontainer `a` has no version"
    );
    // A file alone stands below `data` itself.
    assert_eq!(
        json(&with("data/names/list.yaml").out)["results"][0]["message"],
        "container `a` has no version"
    );
    let none = with("nothing.json");
    assert_eq!(none.status, 2);
    assert!(none.err.contains("nothing.json"), "{}", none.err);
}

#[test]
fn packages_are_chosen() {
    let other = "package team.web\ndeny contains \"team\" if true\n";
    let folder = folder(&[("p/a.rego", DENY), ("p/b.rego", other), ("q/b.rego", other), ("pod.yaml", POD)]);
    let run = |arguments: &[&str]| {
        let mut all = vec!["policy", "check", "-r", "pod.yaml"];
        all.extend(arguments);
        folder.run(&all)
    };
    assert!(!run(&["-p", "p"]).out.contains("team"));
    assert!(run(&["-p", "p", "--all-packages"]).out.contains("Rego/team.web deny"));
    assert!(run(&["-p", "p", "--package", "team.*"]).out.contains("Rego/team.web deny"));
    let none = run(&["-p", "q"]);
    assert_eq!(none.status, 3, "{}", none.out);
    assert!(none.out.contains("`--all-packages`"), "{}", none.out);
}

#[test]
fn a_module_that_does_not_compile_is_named_with_its_place() {
    let folder = folder(&[("p/a.rego", "package main\n\ndeny contains x if true\n"), ("pod.yaml", POD)]);
    let ran = folder.run(&["policy", "check", "-p", "p", "-r", "pod.yaml"]);
    assert_eq!(ran.status, 4);
    assert!(ran.out.starts_with("p/a.rego:3:1: rego_unsafe_var_error: "), "{}", ran.out);
}

#[test]
fn scan_applies_modules() {
    let folder = folder(&[("deny.rego", DENY), ("pod.yaml", POD)]);
    let ran = folder.run(&["scan", "pod.yaml", "--policy", "deny.rego", "--format", "json"]);
    let report = json(&ran.out);
    let findings = report["findings"].as_array().expect("findings");
    let found = findings.iter().find(|one| one["rule"] == "main/deny_latest").expect("a finding");
    assert_eq!(found["location"]["startLine"], 8, "{found}");
    assert!(ran.out.contains("Use a version"), "{}", ran.out);
}

#[test]
fn tests_find_the_data_of_their_folders_and_say_where_and_why_they_fail() {
    let tests = "package team\nimport data.limits\n\ntest_data if limits.most == 3\n\ntest_wrong if {\n\ttrace(\"a note\")\n\tprint(\"seen\", limits.most)\n\tlimits.most == 4\n}\n";
    let folder = folder(&[
        ("p/team_test.rego", tests),
        ("p/limits/data.json", "{\"most\": 3}"),
        ("more.yaml", "limits: {least: 1}\n"),
    ]);
    let ran = folder.run(&["policy", "test", "p", "--data", "more.yaml"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert_eq!(
        ran.out,
        "p/team_test.rego\n  FAIL  data.team.test_wrong  p/team_test.rego:6:1\n        the rule does not hold\n        \
         p/team_test.rego:7: a note\n        p/team_test.rego:8: seen 3\npass: 1, fail: 1, skip: 0\n"
    );
    let report = json(&folder.run(&["policy", "test", "p", "--format", "json"]).out);
    assert_eq!(report["results"][1]["line"], 6);
}

const RAW: &str = r#"package armo_builtins

import rego.v1

deny contains alert if {
	pod := input[_]
	pod.metadata.name in data.postureControlInputs.names
	alert := {
		"alertMessage": "the name is refused",
		"reviewPaths": ["metadata.name"],
		"alertObject": {"k8sApiObjects": [pod]},
	}
}
"#;

const METADATA: &str =
    r#"{"name": "names", "match": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["Pod"]}]}"#;

const EXPECTED: &str = r#"[{"alertMessage": "the name is refused", "reviewPaths": ["metadata.name"],
    "alertObject": {"k8sApiObjects": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}]}}]"#;

/// A library of Kubescape's: one rule in one control, which one of two frameworks names.
fn library() -> Workbench {
    folder(&[
        ("lib/rules/names/raw.rego", RAW),
        ("lib/rules/names/rule.metadata.json", METADATA),
        (
            "lib/rules/names/test/refused/input/pod.json",
            r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}"#,
        ),
        ("lib/rules/names/test/refused/expected.json", EXPECTED),
        (
            "lib/controls/C-1.json",
            r#"{"controlID": "C-1", "name": "Names", "baseScore": 5, "rulesNames": ["names"]}"#,
        ),
        ("lib/frameworks/some.json", r#"{"name": "some", "activeControls": [{"controlID": "C-1"}]}"#),
        ("lib/frameworks/none.json", r#"{"name": "none", "activeControls": [{"controlID": "C-2"}]}"#),
        ("lib/default-config-inputs.json", r#"{"settings": {"postureControlInputs": {"names": ["web"]}}}"#),
        ("own.json", r#"{"postureControlInputs": {"names": []}}"#),
        ("pod.yaml", POD),
    ])
}

#[test]
fn rules_of_kubescape_are_policies() {
    let folder = library();
    let run = |policy: &str, more: &[&str]| {
        let mut all = vec!["policy", "check", "-p", policy, "-r", "pod.yaml"];
        all.extend(more);
        folder.run(&all)
    };
    let all = run("lib", &[]);
    assert_eq!(all.status, 1, "{}", all.out);
    assert!(
        all.out.starts_with(
            "FAIL   Kubescape/C-1 names  Pod default/web\n       the name is refused\n       pod.yaml:3:12,"
        ),
        "{}",
        all.out
    );
    assert_eq!(run("lib/frameworks/some.json", &[]).status, 1);
    assert_eq!(run("lib/frameworks/none.json", &[]).status, 2);
    assert_eq!(run("lib/controls/C-1.json", &[]).status, 1);
    assert!(run("lib/rules/names", &[]).out.contains("Kubescape/names  Pod"));
    assert_eq!(run("lib", &["--data", "own.json"]).status, 0);
    let scan = folder.run(&["scan", "pod.yaml", "--policy", "lib", "--format", "json"]);
    assert!(scan.out.contains("\"C-1/names\""), "{}", scan.out);
}

#[test]
fn tests_of_kubescape_are_run() {
    let folder = library();
    let ran = folder.run(&["policy", "test", "lib", "--all"]);
    assert!(ran.out.ends_with("  pass  names refused\npass: 1, fail: 0, skip: 0\n"), "{}", ran.out);
    folder.file("lib/rules/names/test/refused/data.json", r#"{"postureControlInputs": {"names": []}}"#);
    let ran = folder.run(&["policy", "test", "lib"]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("0 answers, not 1"), "{}", ran.out);
    let lint = folder.run(&["policy", "lint", "lib"]);
    assert_eq!(lint.status, 0, "{}", lint.out);
}

#[test]
fn lint_says_what_is_wrong_with_modules_that_compile() {
    let module = r#"package main
import data.nothing

helper(x) := x + 1

deny_a contains "a" if {
	input.kind == "Pod"
	input.kind == "Service"
}

deny_b contains "b" if { unused := 1; input.x }

deny_c contains "c" if input.y

deny_c contains  "c" if   input.y
"#;
    let test = "package main_test\nimport data.main\ntest_a if count(main.deny_a) == 0\n";
    let template = "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {name: x}\nspec:\n  \
        crd: {spec: {names: {kind: X}}}\n  targets:\n  - target: admission.k8s.gatekeeper.sh\n    rego: |\n      package x\n      \
        violation[{\"msg\": \"m\"}] { 1 == 2 }\n      other { true }\n";
    let broken = template.replace("1 == 2", "y").replace("name: x", "name: z").replace("kind: X", "kind: Z");
    let folder = folder(&[
        ("p/main.rego", module),
        ("p/main_test.rego", test),
        ("p/template.yaml", template),
        ("p/broken.yaml", &broken),
    ]);
    let ran = folder.run(&["policy", "lint", "p"]);
    let wanted = "\
p/broken.yaml:10:33  error  unable to compile modules: template:2: rego_unsafe_var_error: var y is unsafe
p/broken.yaml:11:7  unused  nothing uses the rule `other`
p/main.rego:2:1  unused  import data.nothing unused
p/main.rego:4:1  unused  nothing uses the function `helper`
p/main.rego:8:2  never-matches  `input.kind` cannot be \"Pod\" and \"Service\" at once: the body never holds
p/main.rego:11:1  untested  no test asks `main.deny_b`
p/main.rego:11:26  unused  assigned var unused unused
p/main.rego:13:1  untested  no test asks `main.deny_c`
p/main.rego:15:1  shadowed  this definition of `deny_c` says the same as the one in line 13
p/template.yaml:10:33  never-matches  this condition never holds
p/template.yaml:11:7  unused  nothing uses the rule `other`
";
    assert_eq!(ran.out.split("\n\n").next().unwrap_or_default().to_owned() + "\n", wanted);
    assert_eq!(ran.status, 4);
}
