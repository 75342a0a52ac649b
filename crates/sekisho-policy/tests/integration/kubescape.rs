//! Kubescape's rules: what they are given, and what is read of their answers.

use sekisho_manifest::{Node, SourceId};
use sekisho_policy::kubescape::{FixPath, Inputs, Library, Response, Rule, RuleError, RuleFiles, load};
use sekisho_policy::{Kinds, Outcome, PolicySet, Request, Snapshot};
use serde_json::json;

use crate::documents::objects;

const PRIVILEGED: &str = r#"
package armo_builtins

import rego.v1
import data.cautils

deny contains alert if {
	pod := input[_]
	pod.kind == "Pod"
	container := pod.spec.containers[i]
	container.securityContext.privileged
	not cautils.list_contains(data.postureControlInputs.exempt, container.name)
	alert := {
		"alertMessage": sprintf("%v is privileged", [container.name]),
		"failedPaths": [sprintf("spec.containers[%v].securityContext.privileged", [i])],
		"fixPaths": [{"path": "spec.containers[0].securityContext.privileged", "value": "false"}],
		"alertScore": 7,
		"alertObject": {"k8sApiObjects": [pod]},
	}
}
"#;

fn nodes(text: &str) -> Vec<Node> {
    objects(text).into_iter().map(|object| object.root).collect()
}

fn evaluate(module: &str, metadata: &str, text: &str, inputs: &Inputs) -> Result<Vec<Response>, RuleError> {
    let metadata = &nodes(&format!("{{apiVersion: v1, kind: Rule, {metadata}}}"))[0];
    Rule::compile("rule", module, metadata)?.evaluate(&nodes(text), inputs)
}

const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: web, securityContext: {privileged: true}}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {containers: [{name: agent, securityContext: {privileged: true}}]}}
";

#[test]
fn alerts_carry_objects_paths_and_fixes() {
    let settings = nodes("{apiVersion: v1, kind: Settings, exempt: [agent]}").remove(0);
    let inputs = Inputs { posture_control: Some(settings), data_control: None };
    let found = evaluate(PRIVILEGED, "attributes: {}", PODS, &inputs);
    let Ok([alert]) = found.as_deref() else { return assert!(found.is_err(), "{found:?}") };
    assert_eq!(alert.message, "web is privileged");
    assert_eq!(
        alert.paths.failed.as_deref(),
        Some(&["spec.containers[0].securityContext.privileged".to_owned()][..])
    );
    assert_eq!(alert.paths.delete, None);
    let fix = FixPath { path: "spec.containers[0].securityContext.privileged".into(), value: "false".into() };
    assert_eq!(alert.paths.fix.as_deref(), Some(&[fix][..]));
    assert_eq!(alert.objects[0]["metadata"]["name"], "a");
    assert!((alert.score - 7.0).abs() < f64::EPSILON);
}

#[test]
fn subjects_come_with_their_binding_and_role() {
    let module = r#"
package armo_builtins
import rego.v1
deny contains alert if {
	subject := input[_]
	role := subject.relatedObjects[1]
	role.rules[_].verbs[_] == "*"
	alert := {"alertMessage": sprintf("%v may do everything", [subject.name]), "alertObject": {"externalObjects": subject}}
}
"#;
    let text = "
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: all}, rules: [{verbs: ['*']}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, roleRef: {kind: ClusterRole, name: all}, subjects: [{kind: User, name: ann}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: c}, roleRef: {kind: Role, name: all}, subjects: [{kind: User, name: bob}]}
";
    let metadata = "attributes: {resourcesAggregator: subject-role-rolebinding}";
    let found = evaluate(module, metadata, text, &Inputs::default());
    let messages: Vec<String> = found.unwrap_or_default().into_iter().map(|alert| alert.message).collect();
    assert_eq!(messages, ["ann may do everything"]);
}

#[test]
fn modes_of_files_are_compared_bit_by_bit() {
    let module = |allowed: u32, actual: u32| {
        format!(
            "package armo_builtins\nimport data.cautils\ndeny[alert] {{\n\tnot cautils.unix_permissions_allow({allowed}, {actual})\n\talert := {{\"alertMessage\": \"too open\"}}\n}}\n"
        )
    };
    for (allowed, actual, wrong) in [
        (0o644, 0o600, false),
        (0o644, 0o644, false),
        (0o644, 0o664, true),
        (0o600, 0o4600, true),
        (0o777, 0o1777, true),
    ] {
        let found = evaluate(&module(allowed, actual), "attributes: {}", PODS, &Inputs::default());
        assert_eq!(found.map(|alerts| alerts.len()), Ok(usize::from(wrong)), "{allowed:o} {actual:o}");
    }
}

#[test]
fn names_of_fields_are_read_whatever_their_case() {
    let alert = json!({"alertMessage": "m", "alertObject": {"k8SApiObjects": [{"kind": "Pod"}]}, "FailedPaths": ["a"]});
    let read = Response::of(&alert).unwrap_or_default();
    assert_eq!((read.objects.len(), read.paths.failed), (1, Some(vec!["a".to_owned()])));
}

#[test]
fn what_is_no_rule_is_refused() {
    let error = |module: &str| {
        evaluate(module, "attributes: {}", PODS, &Inputs::default()).err().map(|error| error.to_string())
    };
    for (module, reason) in [
        ("package armo_builtins\ndeny[", "rego_parse_error"),
        ("package other\ndeny[x] { x := 1 }", "the package `armo_builtins` has no rule"),
        (
            "package armo_builtins\ndeny := 1",
            "the rule answers with something else than a list of alerts: number",
        ),
        (
            "package armo_builtins\ndeny[x] { x := 1 }",
            "the rule answers with something else than a list of alerts: number",
        ),
    ] {
        assert!(error(module).is_some_and(|text| text.contains(reason)), "{module}: {:?}", error(module));
    }
}

/// A library of one rule, as its files would give it.
fn library(module: &str, metadata: &str, controls: Option<&str>, settings: Option<&str>) -> Library {
    let node = |text: &str| nodes(&format!("{{apiVersion: v1, kind: Part, {text}}}")).remove(0);
    Library {
        rules: vec![RuleFiles {
            source: SourceId(0),
            file: "raw.rego".to_owned(),
            module: module.to_owned(),
            filter: None,
            metadata: node(metadata),
        }],
        controls: controls.map(|text| vec![node(text)]),
        inputs: Inputs {
            posture_control: settings
                .map(|text| node(&format!("inner: {text}")).get("inner").cloned().expect("settings")),
            data_control: None,
        },
    }
}

const MATCH: &str = "name: privileged, match: [{apiGroups: [''], apiVersions: [v1], resources: [Pod]}]";

fn judge(library: &Library, text: &str) -> Vec<(String, Outcome, String)> {
    let (kinds, all) = (Kinds::default(), objects(text));
    let facts = Snapshot::new(&all, "default");
    let mut set = PolicySet::new();
    set.extend(load(library).policies);
    let verdicts = all.iter().flat_map(|object| {
        let review = set.review(&Request::create(object, &kinds, "default"), &facts);
        review.verdicts.into_iter().map(|one| {
            let place = one.places.first().map(ToString::to_string).unwrap_or_default();
            (format!("{}/{} {}", one.rule.policy, one.rule.rule, object.name), one.outcome, place)
        })
    });
    verdicts.collect()
}

#[test]
fn a_rule_is_asked_about_each_object_and_given_all() {
    let library = library(PRIVILEGED, MATCH, None, Some("{exempt: [agent]}"));
    let path = "spec.containers[0].securityContext.privileged";
    assert_eq!(
        judge(&library, PODS),
        [
            ("privileged/ a".to_owned(), Outcome::Fail, path.to_owned()),
            ("privileged/ b".to_owned(), Outcome::Pass, String::new()),
        ]
    );
}

#[test]
fn controls_name_rules_and_may_leave_the_judgement_to_people() {
    let control = "controlID: C-0057, name: Privileged container, baseScore: 8.0, rulesNames: [privileged]";
    let found = library(PRIVILEGED, MATCH, Some(control), Some("{exempt: [agent]}"));
    assert_eq!(judge(&found, PODS)[0].0, "C-0057/privileged a");
    let about = load(&found).rules.into_values().next().expect("a rule");
    assert_eq!(
        (about.title.as_deref(), about.severity.as_deref()),
        (Some("Privileged container"), Some("high"))
    );
    let manual = format!("{control}, attributes: {{actionRequired: manual review}}");
    let manual = library(PRIVILEGED, MATCH, Some(&manual), Some("{exempt: [agent]}"));
    assert_eq!(judge(&manual, PODS)[0].1, Outcome::Skip);
    let other = library(PRIVILEGED, MATCH, Some("controlID: C-1, rulesNames: [other]"), None);
    assert!(load(&other).policies.is_empty());
}

#[test]
fn a_control_whose_settings_are_not_given_is_skipped() {
    let control = "controlID: C-1, rulesNames: [privileged], attributes: {actionRequired: configuration}";
    let metadata = format!("{MATCH}, controlConfigInputs: [{{path: settings.postureControlInputs.exempt}}]");
    let outcomes = |settings: &str| {
        let library = library(PRIVILEGED, &metadata, Some(control), Some(settings));
        judge(&library, PODS).into_iter().map(|(_, outcome, _)| outcome).collect::<Vec<_>>()
    };
    assert_eq!(outcomes("{exempt: []}"), [Outcome::Skip, Outcome::Skip]);
    assert_eq!(outcomes("{exempt: [agent]}"), [Outcome::Fail, Outcome::Pass]);
}

#[test]
fn what_is_wrong_with_a_rule_is_said_at_its_place() {
    let module = "package armo_builtins\nimport rego.v1\ndeny contains x if true\n";
    let problem = load(&library(module, MATCH, None, None)).problems.remove(0);
    assert!(problem.message.starts_with("rego_unsafe_var_error: "), "{}", problem.message);
    assert_eq!(&module[problem.span.start as usize..][..4], "deny");
    let elsewhere = load(&library("package other\nx := 1\n", MATCH, None, None)).problems.remove(0);
    assert!(elsewhere.message.contains("`armo_builtins` has no rule"), "{}", elsewhere.message);
}

#[test]
fn names_of_images_are_completed() {
    let module = r#"
package armo_builtins
import rego.v1
deny contains {"alertMessage": image.parse_normalized_name(input[0].image)} if true
"#;
    let name = |image: &str| {
        let found = evaluate(
            module,
            "name: x",
            &format!("{{apiVersion: v1, kind: X, image: '{image}'}}"),
            &Inputs::default(),
        );
        found.expect("answers").first().map(|one| one.message.clone())
    };
    for (image, wanted) in [
        ("nginx", Some("docker.io/library/nginx")),
        ("nginx:1", Some("docker.io/library/nginx:1")),
        ("team/web", Some("docker.io/team/web")),
        ("index.docker.io/web", Some("docker.io/library/web")),
        ("localhost/web", Some("localhost/web")),
        ("registry.example.com:5000/a/b@sha256:0", Some("registry.example.com:5000/a/b@sha256:0")),
        ("NGINX", None),
    ] {
        assert_eq!(name(image).as_deref(), wanted, "{image}");
    }
}
