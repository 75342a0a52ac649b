//! `sekisho policy`: checking, testing, linting, comparing and exporting.

use serde_json::Value;

use crate::command::{Ran, Workbench};

const LABELS: &str = r#"
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: want-team}
spec:
  validationFailureAction: Enforce
  rules:
  - name: team
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate:
      message: "name the team"
      pattern: {metadata: {labels: {team: "?*"}}}
"#;

const LATEST: &str = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: no-latest}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  validations:
  - expression: object.spec.containers.all(container, !container.image.endsWith(":latest"))
    message: name a version
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: no-latest}
spec: {policyName: no-latest, validationActions: [Deny]}
"#;

const PODS: &str = r#"
apiVersion: v1
kind: Pod
metadata:
  name: good
  namespace: shop
  labels: {team: blue}
spec: {containers: [{name: web, image: "web:1"}]}
---
apiVersion: v1
kind: Pod
metadata:
  name: bad
  namespace: shop
spec: {containers: [{name: web, image: "web:latest"}]}
"#;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> Workbench {
    let bench = Workbench::new();
    for (name, text) in files {
        bench.file(name, text);
    }
    bench
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).expect("JSON")
}

#[test]
fn check_gives_one_row_for_each_policy_rule_and_resource() {
    let folder =
        folder(&[("policies/labels.yaml", LABELS), ("policies/latest.yaml", LATEST), ("pods.yaml", PODS)]);
    let ran = folder.run(&["policy", "check", "-p", "policies", "-r", "pods.yaml", "--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let report = json(&ran);
    let rows: Vec<String> = report["results"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap_or_default();
            let name = row["resource"]["name"].as_str().unwrap_or_default();
            format!("{} {} {name} {}: {}", text("policy"), text("rule"), text("result"), text("message"))
        })
        .collect();
    assert_eq!(
        rows,
        [
            "no-latest no-latest good pass: ",
            "want-team team good pass: validation rule 'team' passed.",
            "no-latest no-latest bad fail: name a version",
            "want-team team bad fail: validation error: name the team. rule team failed at path /metadata/labels/",
        ]
    );
    let bad = &report["results"][3];
    assert_eq!(
        (bad["location"]["file"].as_str(), bad["location"]["line"].as_u64()),
        (Some("pods.yaml"), Some(12))
    );
    assert_eq!(bad["policyLocation"]["file"], "policies/labels.yaml");
    assert_eq!(bad["policyLocation"]["line"], 8);
    assert_eq!(
        report["summary"],
        serde_json::json!({"pass": 2, "fail": 2, "warn": 0, "error": 0, "skip": 0})
    );
}

#[test]
fn check_shows_what_is_wrong_and_counts_all() {
    let folder = folder(&[("policies/labels.yaml", LABELS), ("pods.yaml", PODS)]);
    let ran = folder.run(&["policy", "check", "-p", "policies", "-r", "pods.yaml"]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.starts_with("FAIL   ClusterPolicy/want-team team  Pod shop/bad\n"), "{}", ran.out);
    assert!(ran.out.ends_with("pass: 1, fail: 1, warn: 0, error: 0, skip: 0\n"), "{}", ran.out);
}

#[test]
fn a_policy_that_cannot_be_used_is_named_and_the_others_are_applied() {
    let broken = LATEST.replace("container.image.endsWith", "container.image.ends");
    let folder =
        folder(&[("policies/labels.yaml", LABELS), ("policies/latest.yaml", &broken), ("pods.yaml", PODS)]);
    let ran = folder.run(&["policy", "check", "-p", "policies", "-r", "pods.yaml"]);
    assert_eq!(ran.status, 4);
    assert!(ran.out.contains("policies/latest.yaml:9:"), "{}", ran.out);
    assert!(ran.out.contains("FAIL   ClusterPolicy/want-team"), "{}", ran.out);
    let none = folder.run(&["policy", "check", "-p", "pods.yaml", "-r", "pods.yaml"]);
    assert_eq!(none.status, 2);
    assert!(none.err.contains("no policy was found in `pods.yaml`"), "{}", none.err);
}

#[test]
fn tests_of_every_format_are_found_and_run() {
    let kyverno = "apiVersion: cli.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: t}\n\
        policies: [../labels.yaml]\nresources: [pods.yaml]\nresults:\n\
        - {policy: want-team, rule: team, kind: Pod, resources: [good], result: pass}\n\
        - {policy: want-team, rule: team, kind: Pod, resources: [bad], result: pass}\n";
    let own = "apiVersion: sekisho/v1\nkind: PolicyTest\npolicies: [../latest.yaml]\ncases:\n\
        - {name: a version is named, expect: allow, resource: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: 'a:1'}]}}}\n";
    let rego = "package shop\nimport rego.v1\ntest_sum if 1 + 1 == 2\ntest_wrong if 1 == 2\ntodo_test_later if false\n";
    let folder = folder(&[
        ("labels.yaml", LABELS),
        ("latest.yaml", LATEST),
        (".kyverno-test/kyverno-test.yaml", kyverno),
        (".kyverno-test/pods.yaml", PODS),
        ("tests/latest_test.yaml", own),
        ("shop_test.rego", rego),
    ]);
    let ran = folder.run(&["policy", "test", ".", "--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let report = json(&ran);
    assert_eq!(report["summary"], serde_json::json!({"pass": 3, "fail": 2, "skip": 1}));
    let table = folder.run(&["policy", "test", "."]);
    assert!(table.out.contains("FAIL  want-team team"), "{}", table.out);
    assert!(
        table.out.contains("FAIL  data.shop.test_wrong  shop_test.rego:4:1\n        the rule does not hold"),
        "{}",
        table.out
    );
    let clean = folder.run(&["policy", "test", "tests"]);
    assert_eq!((clean.status, clean.out.as_str()), (0, "pass: 1, fail: 0, skip: 0\n"));
    let nothing = folder.run(&["policy", "test", "labels.yaml"]);
    assert_eq!(nothing.status, 3);
}

#[test]
fn lint_names_parts_that_contradict_each_other() {
    const NEVER: &str = r#"
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: k8sx}
spec:
  crd: {spec: {names: {kind: K8sX}}}
  targets: [{target: admission.k8s.gatekeeper.sh, rego: "package k8sx
violation[{"msg": "x"}] { false }"}]
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sX
metadata: {name: excluded}
spec: {match: {kinds: [{apiGroups: [""], kinds: [Pod]}], namespaces: [a], excludedNamespaces: [a]}}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sX
metadata: {name: labels}
spec: {match: {labelSelector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: DoesNotExist}]}}}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sX
metadata: {name: scope}
spec: {match: {scope: Namespaced, kinds: [{apiGroups: [""], kinds: [Node]}]}}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: rules}
spec:
  rules:
  - name: same
    match: {any: [{resources: {kinds: [Pod]}}]}
    exclude: {any: [{resources: {kinds: [Pod]}}]}
    validate: {deny: {}}
  - name: apart
    match: {any: [{resources: {kinds: [Pod]}}]}
    exclude: {any: [{resources: {kinds: [Pod], namespaces: [a]}}]}
    validate: {deny: {}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: condition}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  matchConditions: [{name: x, expression: "false"}]
  validations: [{expression: "object.metadata.name == 'x'"}]
"#;
    let ran = folder(&[("a.yaml", NEVER)]).run(&["policy", "lint", "."]);
    let found: Vec<&str> = ran.out.lines().filter(|line| line.contains("  never-matches  ")).collect();
    assert_eq!(
        found,
        [
            "a.yaml:13:75  never-matches  `excluded` can never match: all its namespaces are excluded",
            "a.yaml:18:16  never-matches  `labels` can never match: no labels are as this selector wants them",
            "a.yaml:23:16  never-matches  `scope` can never match: objects of its kinds have the other scope",
            "a.yaml:32:5  never-matches  `same` of `rules` can never match: what it matches is excluded",
            "a.yaml:44:31  never-matches  `condition` can never match: this condition never holds",
        ]
    );
}

#[test]
fn lint_names_what_can_never_match_what_says_the_same_and_what_nothing_tests() {
    let never = LATEST
        .replace("resources: [pods]", "resources: [podz]")
        .replace("    resourceRules", "    matchPolicy: Exact\n    resourceRules");
    let twice = LABELS.replace("want-team", "again");
    let folder = folder(&[("a.yaml", LABELS), ("b.yaml", &twice), ("c.yaml", &never), ("d.yaml", LABELS)]);
    let ran = folder.run(&["policy", "lint", ".", "--format", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let found: Vec<String> = json(&ran)["results"]
        .as_array()
        .expect("remarks")
        .iter()
        .map(|row| {
            format!(
                "{} {}",
                row["location"]["file"].as_str().unwrap_or_default(),
                row["kind"].as_str().unwrap_or_default()
            )
        })
        .collect();
    for wanted in ["b.yaml shadowed", "d.yaml duplicate-name", "a.yaml untested", "c.yaml never-matches"] {
        assert!(found.iter().any(|row| row == wanted), "{wanted}: {found:?}");
    }
}

#[test]
fn diff_says_which_verdicts_change() {
    let softer = LATEST.replace("[Deny]", "[Warn]");
    let folder = folder(&[("a.yaml", LATEST), ("b.yaml", &softer), ("c.yaml", LABELS), ("pods.yaml", PODS)]);
    let same = folder.run(&["policy", "diff", "a.yaml", "a.yaml", "--resources", "pods.yaml"]);
    assert_eq!((same.status, same.out.as_str()), (0, "changed: 0, unchanged: 2\n"));
    let softened = folder.run(&["policy", "diff", "a.yaml", "b.yaml", "--resources", "pods.yaml"]);
    assert_eq!(softened.status, 1);
    assert!(softened.out.contains("enforcement: deny → warn"), "{}", softened.out);
    let other = folder.run(&["policy", "diff", "a.yaml", "c.yaml", "--resources", "pods.yaml", "-f", "json"]);
    let kinds: Vec<Value> = json(&other)["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|change| change["kind"].clone())
        .collect();
    assert_eq!(kinds, ["added", "removed"]);
}

#[test]
fn exported_checks_are_policies_that_say_the_same() {
    let folder = folder(&[("pods.yaml", PODS)]);
    let exported =
        folder.run(&["policy", "export", "privileged-container", "--action", "warn", "-o", "vap.yaml"]);
    assert_eq!(exported.status, 0, "{}", exported.err);
    let text = folder.read("vap.yaml");
    assert!(text.contains("kind: ValidatingAdmissionPolicyBinding") && text.contains("- Warn"), "{text}");
    let checked = folder.run(&["policy", "check", "-p", "vap.yaml", "-r", "pods.yaml"]);
    assert_eq!((checked.status, checked.out.as_str()), (0, "pass: 2, fail: 0, warn: 0, error: 0, skip: 0\n"));
    let unknown = folder.run(&["policy", "export", "privileged-contaner"]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("privileged-container"), "{}", unknown.err);
}

#[test]
fn scan_applies_policies_beside_the_checks() {
    let folder =
        folder(&[("policies/labels.yaml", LABELS), ("policies/latest.yaml", LATEST), ("pods.yaml", PODS)]);
    let scan = |more: &[&str]| {
        let mut arguments =
            vec!["scan", "pods.yaml", "--only", "privileged-container", "--policy", "policies", "-f", "json"];
        arguments.extend(more);
        folder.run(&arguments)
    };
    let ran = scan(&[]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let report = json(&ran);
    let rules: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|finding| finding["rule"].as_str())
        .collect();
    assert_eq!(rules, ["no-latest", "want-team/team"]);
    assert_eq!(report["findings"][0]["message"], "name a version");
    assert_eq!(report["findings"][1]["severity"], "high");

    folder.file(
        "pods.yaml",
        PODS.replace(
            "metadata:\n  name: bad",
            "metadata: # sekisho: ignore[want-team/team]: nobody owns it\n  name: bad",
        ),
    );
    let report = json(&scan(&[]));
    assert_eq!(report["summary"]["suppressed"], 1, "{report}");

    folder.file("policies/latest.yaml", LATEST.replace("container.image.endsWith", "container.image.ends"));
    let broken = scan(&[]);
    assert_eq!(broken.status, 4);
    assert!(broken.out.contains("policies/latest.yaml"), "{}", broken.out);
}

const GIVEN: &str = r#"
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: given}
spec:
  background: false
  rules:
  - name: mode
    match: {any: [{resources: {kinds: [Pod]}}]}
    context: [{name: mode, configMap: {name: modes, namespace: default}}]
    validate:
      message: "the mode is {{ mode.data.kind }}"
      deny: {conditions: {any: [{key: "{{ mode.data.kind }}", operator: NotEquals, value: strict}]}}
  - name: team
    match: {any: [{resources: {kinds: [Pod]}}]}
    context: [{name: teams, configMap: {name: teams, namespace: default}}]
    validate:
      message: "of another team"
      pattern: {metadata: {name: "{{ teams.data.team }}-*"}}
  - name: namespace
    match: {any: [{resources: {kinds: [Pod], namespaceSelector: {matchLabels: {zone: inner}}}}]}
    validate: {message: refused, deny: {}}
  - name: role
    match: {any: [{resources: {kinds: [Pod]}, clusterRoles: [auditor]}]}
    validate: {message: refused, deny: {}}
  - name: update
    match: {any: [{resources: {kinds: [Pod], operations: [UPDATE]}}]}
    validate: {message: refused, deny: {}}
"#;

const GIVEN_VALUES: &str = "
apiVersion: cli.kyverno.io/v1alpha1
kind: Values
metadata: {name: values}
globalValues: {mode.data.kind: strict}
policies:
- name: given
  rules:
  - {name: team, values: {teams.data.team: blue}}
  resources:
  - {name: red-web, values: {mode.data.kind: lax, request.operation: UPDATE}}
namespaceSelector:
- {name: shop, labels: {zone: inner}}
";

const GIVEN_USER: &str = "
apiVersion: cli.kyverno.io/v1alpha1
kind: UserInfo
metadata: {name: who}
clusterRoles: [viewer]
userInfo: {username: amy}
";

const GIVEN_PODS: &str = "
apiVersion: v1
kind: Pod
metadata: {name: blue-web, namespace: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: red-web, namespace: other}
";

#[test]
fn check_takes_values_and_users_as_kyverno_does() {
    let older =
        GIVEN_VALUES.lines().filter(|line| !line.contains("cli.kyverno.io") && *line != "kind: Values");
    let older = older.collect::<Vec<_>>().join("\n");
    let folder = folder(&[
        ("policy.yaml", GIVEN),
        ("values.yaml", GIVEN_VALUES),
        ("older.yaml", &older),
        ("who.yaml", GIVEN_USER),
        ("pods.yaml", GIVEN_PODS),
    ]);
    let rows = |arguments: &[&str]| -> Vec<String> {
        let mut all = vec!["policy", "check", "-p", "policy.yaml", "-r", "pods.yaml", "--format", "json"];
        all.extend(arguments);
        let report = json(&folder.run(&all));
        let rows = report["results"].as_array().expect("rows").iter();
        let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
        rows.map(|row| {
            let name = row["resource"]["name"].as_str().unwrap_or_default();
            format!("{name} {} {}", text(row, "rule"), text(row, "result"))
        })
        .collect()
    };
    let expected = [
        "blue-web mode pass",
        "blue-web team pass",
        "blue-web namespace fail",
        "blue-web role fail",
        "red-web mode fail",
        "red-web team fail",
        "red-web role fail",
        "red-web update fail",
    ];
    assert_eq!(rows(&["--values", "values.yaml"]), expected);
    assert_eq!(rows(&["--values-file", "older.yaml"]), expected);
    let with_set =
        rows(&["--values", "values.yaml", "--set", "mode.data.kind=strict", "--userinfo", "who.yaml"]);
    assert_eq!(
        with_set,
        [
            "blue-web mode pass",
            "blue-web team pass",
            "blue-web namespace fail",
            "red-web mode pass",
            "red-web team fail",
            "red-web update fail",
        ]
    );
}

#[test]
fn files_of_values_that_are_none_are_refused() {
    let folder = folder(&[
        ("policy.yaml", GIVEN),
        ("pods.yaml", GIVEN_PODS),
        ("kind.yaml", GIVEN_USER),
        ("field.yaml", "globalVariables: {a: b}\n"),
        ("empty.yaml", ""),
    ]);
    for (file, said) in [
        ("kind.yaml", "is of kind `UserInfo`"),
        ("field.yaml", "has a field `globalVariables`"),
        ("empty.yaml", "is empty"),
        ("absent.yaml", "absent.yaml"),
    ] {
        let ran = folder.run(&["policy", "check", "-p", "policy.yaml", "-r", "pods.yaml", "--values", file]);
        assert_eq!(ran.status, 2, "{file}: {}", ran.err);
        assert!(ran.err.contains(said), "{file}: {}", ran.err);
    }
    let ran = folder.run(&["policy", "check", "-p", "policy.yaml", "-r", "pods.yaml", "--set", "mode"]);
    assert_eq!(ran.status, 2, "{}", ran.err);
}

const HOSTS: &str = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: hosts}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
  variables:
  - {name: pod, expression: "[object.spec.template.spec]"}
  validations:
  - expression: variables.pod.all(spec, !spec.?hostPID.orValue(false))
    message: no processes of the host
  - expression: object.spec.replicas <= 3
  - expression: object.spec.template.spec.containers.all(c, c.image != 'x')
    messageExpression: "'image of ' + object.metadata.name"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: hosts}
spec: {policyName: hosts, validationActions: [Deny]}
"#;

const BACK: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: back}
spec:
  replicas: 5
  template:
    spec:
      hostPID: true
      containers:
      - name: a
        image: x
";

#[test]
fn verdicts_of_the_api_servers_policies_name_the_validation_and_the_field_that_it_asks_for() {
    let folder = folder(&[("hosts.yaml", HOSTS), ("back.yaml", BACK)]);
    let ran = folder.run(&["policy", "check", "-p", "hosts.yaml", "-r", "back.yaml", "-f", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let row = &json(&ran)["results"][0];
    assert_eq!(
        row["message"],
        "no processes of the host\nfailed expression: object.spec.replicas <= 3\nimage of back"
    );
    let place = |origin: &Value| {
        let text = |key: &str| origin[key].as_str().unwrap_or_default().to_owned();
        format!("{}:{} {}", text("file"), origin["line"], text("field"))
    };
    assert_eq!(place(&row["location"]), "back.yaml:8 spec.template.spec.hostPID");
    assert_eq!(place(&row["policyLocation"]), "hosts.yaml:11 spec.validations[0].expression");
    let others: Vec<String> = row["otherLocations"].as_array().expect("places").iter().map(place).collect();
    assert_eq!(others, ["back.yaml:5 spec.replicas", "back.yaml:11 spec.template.spec.containers[0].image"]);
    let scan =
        folder.run(&["scan", "back.yaml", "--only", "host-ipc", "--policy", "hosts.yaml", "-f", "json"]);
    let lines: Vec<Value> = json(&scan)["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["location"]["startLine"].clone())
        .collect();
    assert_eq!(lines, [5, 8, 11], "{}", scan.out);
}

#[test]
fn a_policy_that_refuses_nothing_only_warns() {
    let softer = HOSTS.replace("[Deny]", "[Audit]");
    let folder = folder(&[("hosts.yaml", &softer), ("back.yaml", BACK)]);
    let check = |more: &[&str]| {
        let mut arguments = vec!["policy", "check", "-p", "hosts.yaml", "-r", "back.yaml"];
        arguments.extend(more);
        folder.run(&arguments)
    };
    let ran = check(&[]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(
        ran.out.contains("WARN   ValidatingAdmissionPolicy/hosts hosts  Deployment default/back"),
        "{}",
        ran.out
    );
    assert_eq!(check(&["--fail-on", "warn"]).status, 1);
}

/// A policy that validates nothing.
const CHANGE: &str = "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: change}, spec: {rules: \
                      [{name: a, match: {any: [{resources: {kinds: [Pod]}}]}, mutate: {patchStrategicMerge: \
                      {metadata: {labels: {a: b}}}}}]}}";

#[test]
fn policies_that_are_cel_inside_are_exported_and_the_others_named() {
    let kyverno = "apiVersion: policies.kyverno.io/v1\nkind: ValidatingPolicy\nmetadata: {name: NAME}\nspec:\n  \
        matchConstraints:\n    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], \
        resources: [pods]}]\n  validations: [{expression: \"EXPRESSION\"}]\n";
    let one = kyverno.replace("NAME", "plain").replace("EXPRESSION", "object.metadata.name != 'x'");
    let other = kyverno.replace("NAME", "outside").replace("EXPRESSION", "http.Get('http://x').y == 1");
    let folder = folder(&[
        ("one.yaml", &one),
        ("other.yaml", &other),
        ("labels.yaml", LABELS),
        ("change.yaml", CHANGE),
    ]);
    let ran = folder.run(&["policy", "export", "-p", "one.yaml", "-p", "other.yaml"]);
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(ran.out.starts_with("apiVersion: admissionregistration.k8s.io/v1\n"), "{}", ran.out);
    assert!(ran.err.contains("ValidatingPolicy/outside cannot be exported: "), "{}", ran.err);
    assert_eq!(folder.run(&["policy", "export", "-p", "one.yaml"]).status, 0);
    let rules = folder.run(&["policy", "export", "-p", "labels.yaml"]);
    assert_eq!(rules.status, 0, "{}", rules.err);
    assert!(rules.out.contains("kind: ValidatingAdmissionPolicyBinding"), "{}", rules.out);
    let none = folder.run(&["policy", "export", "-p", "change.yaml"]);
    assert_eq!(none.status, 2);
    assert!(none.err.contains("no policy here can be exported"), "{}", none.err);
}
