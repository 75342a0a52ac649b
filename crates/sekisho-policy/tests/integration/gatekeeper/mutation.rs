//! What mutators make of an object, and which of them are refused.

use sekisho_manifest::{Node, Object};
use sekisho_policy::gatekeeper::{Options, load};
use sekisho_policy::{ExternalAnswer, Facts, Kinds, NoFacts, ObjectQuery, Outcome, PolicySet, Request};
use serde_json::{Value, json};

use crate::documents::objects;

const POD: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  containers:
  - {name: a, image: 'docker.io/library/nginx:1.25', args: [p, q]}
  - {name: b, image: redis}
";

fn mutator(kind: &str, location: &str, parameters: &str) -> String {
    let applies_to = match kind {
        "AssignMetadata" => "",
        _ => "applyTo: [{groups: [''], versions: [v1], kinds: [Pod]}], ",
    };
    format!(
        "{{apiVersion: mutations.gatekeeper.sh/v1, kind: {kind}, metadata: {{name: m}}, \
         spec: {{{applies_to}location: '{location}', parameters: {parameters}}}}}"
    )
}

fn refusals(text: &str) -> Vec<String> {
    let objects = objects(text);
    load(&objects, &Options::default()).1.iter().map(ToString::to_string).collect()
}

fn apply(mutators: &str, object: &str, facts: &dyn Facts) -> Result<Value, String> {
    let mutators = objects(mutators);
    let (policies, problems) = load(&mutators, &Options::default());
    assert!(problems.is_empty(), "{problems:?}");
    let mut set = PolicySet::new();
    set.extend(policies);
    let object = &objects(object)[0];
    let review = set.review(&Request::create(object, &Kinds::default(), "default"), facts);
    match review.verdicts.iter().find(|verdict| verdict.outcome == Outcome::Error) {
        Some(verdict) => Err(verdict.message.clone()),
        None => Ok(review.changed.unwrap_or_else(|| object.root.clone()).to_json()),
    }
}

fn changed(mutators: &str) -> Value {
    let changed = apply(mutators, POD, &NoFacts);
    assert!(changed.is_ok(), "{changed:?}");
    changed.unwrap_or_default()
}

#[test]
fn assign_writes_fields_and_makes_what_is_missing() {
    let value = changed(&mutator("Assign", "spec.securityContext.runAsNonRoot", "{assign: {value: true}}"));
    assert_eq!(value["spec"]["securityContext"], json!({"runAsNonRoot": true}));
    let every = mutator("Assign", "spec.containers[name: *].imagePullPolicy", "{assign: {value: Always}}");
    let value = changed(&every);
    assert_eq!(value["spec"]["containers"][0]["imagePullPolicy"], "Always");
    assert_eq!(value["spec"]["containers"][1]["imagePullPolicy"], "Always");
}

#[test]
fn assign_finds_items_by_their_key_or_makes_them() {
    let known = mutator("Assign", "spec.containers[name: b].image", "{assign: {value: valkey}}");
    assert_eq!(changed(&known)["spec"]["containers"][1]["image"], "valkey");
    let new = mutator("Assign", "spec.containers[name: c].image", "{assign: {value: sidecar}}");
    assert_eq!(changed(&new)["spec"]["containers"][2], json!({"name": "c", "image": "sidecar"}));
    let item = mutator("Assign", "spec.containers[name: b]", "{assign: {value: {name: b, image: new}}}");
    assert_eq!(changed(&item)["spec"]["containers"][1], json!({"name": "b", "image": "new"}));
    let number = mutator("Assign", "spec.hostPorts[containerPort: 80].protocol", "{assign: {value: TCP}}");
    assert_eq!(changed(&number)["spec"]["hostPorts"], json!([{"containerPort": 80, "protocol": "TCP"}]));
}

#[test]
fn path_tests_guard_places() {
    let guarded = |condition: &str, path: &str| {
        let parameters = format!(
            "{{assign: {{value: true}}, pathTests: [{{subPath: '{path}', condition: {condition}}}]}}"
        );
        changed(&mutator("Assign", "spec.securityContext.runAsNonRoot", &parameters))
    };
    assert!(guarded("MustExist", "spec.securityContext")["spec"].get("securityContext").is_none());
    assert!(guarded("MustNotExist", "spec.securityContext")["spec"].get("securityContext").is_some());
    assert!(guarded("MustNotExist", "spec")["spec"].get("securityContext").is_none());
}

#[test]
fn metadata_is_added_and_never_replaced() {
    let parameters = "{assign: {value: blue}}";
    assert_eq!(
        changed(&mutator("AssignMetadata", "metadata.labels.team", parameters))["metadata"]["labels"],
        json!({"app": "web", "team": "blue"})
    );
    assert_eq!(
        changed(&mutator("AssignMetadata", "metadata.labels.app", parameters))["metadata"]["labels"],
        json!({"app": "web"})
    );
    let own = "{assign: {fromMetadata: {field: namespace}}}";
    assert_eq!(
        changed(&mutator("AssignMetadata", "metadata.annotations.\"a/b\"", own))["metadata"]["annotations"],
        json!({"a/b": "shop"})
    );
}

#[test]
fn sets_are_merged_and_pruned() {
    let location = "spec.containers[name: *].args";
    let merged = mutator("ModifySet", location, "{operation: merge, values: {fromList: [q, r]}}");
    let value = changed(&merged);
    assert_eq!(value["spec"]["containers"][0]["args"], json!(["p", "q", "r"]));
    assert_eq!(value["spec"]["containers"][1]["args"], json!(["q", "r"]));
    let pruned = mutator("ModifySet", location, "{operation: prune, values: {fromList: [q]}}");
    let value = changed(&pruned);
    assert_eq!(value["spec"]["containers"][0]["args"], json!(["p"]));
    assert!(value["spec"]["containers"][1].get("args").is_none());
}

#[test]
fn images_are_changed_part_by_part() {
    let images = |parameters: &str| {
        let value = changed(&mutator("AssignImage", "spec.containers[name: *].image", parameters));
        [0, 1].map(|index| value["spec"]["containers"][index]["image"].as_str().unwrap().to_owned())
    };
    assert_eq!(
        images("{assignDomain: registry.example}"),
        ["registry.example/library/nginx:1.25", "registry.example/redis"]
    );
    assert_eq!(images("{assignTag: ':2'}"), ["docker.io/library/nginx:2", "redis:2"]);
    assert_eq!(images("{assignPath: a/b}"), ["docker.io/a/b:1.25", "a/b"]);
}

#[test]
fn mutators_follow_each_other_until_nothing_changes() {
    let second = mutator(
        "Assign",
        "spec.priority",
        "{assign: {value: 1}, pathTests: [{subPath: spec.priority, condition: MustNotExist}]}",
    );
    let first = mutator("Assign", "spec.tolerations[key: a].operator", "{assign: {value: Exists}}");
    let both = format!("{}\n---\n{}", second.replace("name: m", "name: z"), first);
    let value = changed(&both);
    assert_eq!(value["spec"]["priority"], 1);
    assert_eq!(value["spec"]["tolerations"], json!([{"key": "a", "operator": "Exists"}]));
}

#[test]
fn mutators_that_undo_each_other_come_to_rest() {
    let merge = mutator("ModifySet", "spec.list", "{values: {fromList: [1]}}").replace("name: m", "name: b");
    let prune = mutator("ModifySet", "spec.list", "{operation: prune, values: {fromList: [1]}}");
    let value = apply(&format!("{merge}\n---\n{prune}"), POD, &NoFacts).unwrap();
    assert_eq!(value["spec"]["list"], json!([]));
}

#[test]
fn objects_of_another_shape_are_an_error() {
    let error = apply(&mutator("Assign", "spec.containers.image", "{assign: {value: x}}"), POD, &NoFacts);
    assert!(error.unwrap_err().contains("mismatch between path entry (type: object) and received object"));
    let error = apply(&mutator("Assign", "spec[name: x].y", "{assign: {value: x}}"), POD, &NoFacts);
    assert!(error.unwrap_err().contains("(type: list)"));
}

#[test]
fn contradicting_mutators_are_named_and_not_applied() {
    let list =
        mutator("Assign", "spec.field[name: a].b", "{assign: {value: 1}}").replace("name: m", "name: l");
    let object = mutator("Assign", "spec.field.b", "{assign: {value: 1}}").replace("name: m", "name: o");
    let text = format!("{list}\n---\n{object}");
    let problems = refusals(&text);
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("contradicts"));
}

#[test]
fn wrong_mutators_are_refused_with_their_reason() {
    for (text, reason) in [
        (mutator("Assign", "metadata.labels.a", "{assign: {value: x}}"), "can't change metadata"),
        (mutator("Assign", "spec.a[name: x].name", "{assign: {value: x}}"), "changing the item key"),
        (mutator("Assign", "spec.a[name: *]", "{assign: {value: {name: x}}}"), "globbed"),
        (mutator("Assign", "spec.a[name: x]", "{assign: {value: {name: y}}}"), "different key"),
        (mutator("Assign", "spec.a[name: x", "{assign: {value: 1}}"), "expected `]`"),
        (mutator("Assign", "spec..a", "{assign: {value: 1}}"), "expected a field name"),
        (mutator("Assign", "spec.a.", "{assign: {value: 1}}"), "expected a field name"),
        (mutator("Assign", "spec.\"a", "{assign: {value: 1}}"), "not closed"),
        (mutator("Assign", "spec.a[b: 99999999999999999999].c", "{assign: {value: 1}}"), "too large"),
        (mutator("Assign", "spec.a", "{}"), "must set one of"),
        (mutator("Assign", "spec.a", "{assign: {value: 1, fromMetadata: {field: name}}}"), "only set one of"),
        (mutator("Assign", "spec.a", "{assign: {fromMetadata: {field: uid}}}"), "`uid` is not recognized"),
        (
            mutator(
                "Assign",
                "spec.a",
                "{assign: {value: 1}, pathTests: [{subPath: spec.b, condition: MustExist}]}",
            ),
            "not a prefix",
        ),
        (
            mutator(
                "Assign",
                "spec.a",
                "{assign: {value: 1}, pathTests: [{subPath: spec, condition: MustNotExist}, {subPath: spec.a, condition: MustExist}]}",
            ),
            "cannot lie below",
        ),
        (mutator("AssignMetadata", "spec.a", "{assign: {value: x}}"), "invalid location"),
        (mutator("AssignMetadata", "metadata.labels.a", "{assign: {value: 1}}"), "must be a text"),
        (mutator("ModifySet", "spec.a[name: x]", "{}"), "cannot be an item"),
        (mutator("ModifySet", "spec.a", "{operation: replace}"), "unrecognized operation"),
        (mutator("AssignImage", "spec.a", "{}"), "at least one of"),
        (mutator("AssignImage", "spec.a", "{assignTag: latest}"), "must be a valid docker image tag"),
        (mutator("AssignImage", "spec.a", "{assignDomain: 'a/b'}"), "fully-qualified"),
        (mutator("AssignImage", "spec.a", "{assignPath: gcr.io/repo}"), "assignDomain must be set"),
    ] {
        let problems = refusals(&text);
        assert!(problems.first().is_some_and(|problem| problem.contains(reason)), "{text}: {problems:?}");
    }
}

/// Answers every question with the key in capitals.
struct Shouting;

impl Facts for Shouting {
    fn namespace(&self, _name: &str) -> Option<Node> {
        None
    }

    fn objects(&self, _query: &ObjectQuery) -> Option<Vec<Node>> {
        None
    }

    fn external(&self, provider: &str, key: &str) -> Option<ExternalAnswer> {
        let text = format!("{{value: '{}'}}", key.to_uppercase());
        let object: &Object = &objects(&format!("{{apiVersion: v1, kind: X, a: {text}}}"))[0];
        let value = object.root.at(&["a", "value"])?.clone();
        (provider == "shout").then_some(ExternalAnswer { value, error: String::new() })
    }
}

#[test]
fn providers_are_asked_once_about_what_stands_there() {
    let external = |provider: &str, failure: &str| {
        mutator(
            "Assign",
            "spec.containers[name: *].image",
            &format!("{{assign: {{externalData: {{provider: {provider}, {failure}}}}}}}"),
        )
    };
    let value = apply(&external("shout", "failurePolicy: Fail"), POD, &Shouting).unwrap();
    assert_eq!(value["spec"]["containers"][1]["image"], "REDIS");
    let error = apply(&external("other", "failurePolicy: Fail"), POD, &Shouting).unwrap_err();
    assert!(error.contains("failed to find external data provider other"), "{error}");
    let value = apply(&external("other", "failurePolicy: UseDefault, default: x"), POD, &Shouting).unwrap();
    assert_eq!(value["spec"]["containers"][1]["image"], "x");
    let value = apply(&external("other", "failurePolicy: Ignore"), POD, &Shouting).unwrap();
    assert_eq!(value["spec"]["containers"][1]["image"], "redis");
}
