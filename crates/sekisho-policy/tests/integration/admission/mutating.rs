//! How mutating policies change objects, against the plugin of Kubernetes 1.37.
//!
//! `tests/data/mutation.jsonl` holds policies, bindings, parameters, namespaces and a request a line, made at
//! random, and what came of the object, or the refusal.

use sekisho_manifest::Node;
use sekisho_policy::admission::{self, LoadOptions, Mutated, Reason};
use sekisho_policy::patch::{apply, diff};
use sekisho_policy::{Asked, Kinds, Outcome, Request, Snapshot, Views};
use serde_json::{Value, json};

use super::loading::read;
use super::table::{World, node, objects, request, texts};

const CASES: &str = include_str!("../../data/mutation.jsonl");

fn mutate(case: &Value, request: &Request) -> Mutated {
    let mut documents = objects(&case["mutatingPolicies"]);
    documents.extend(objects(&case["mutatingBindings"]));
    let mut known = objects(&case["params"]);
    known.extend(objects(&case["namespaces"]));
    let loaded = admission::load(&documents, &[], &Kinds::new(&known), LoadOptions::default());
    assert_eq!(loaded.problems, [], "{case}");
    let world = World { snapshot: Snapshot::new(&known, "default"), allowed: texts(&case["allowed"]) };
    let views = Views::default();
    loaded.mutating.apply(&Asked::new(request, &views), &world)
}

/// Without what the API server's types do not keep: empty lists, maps and texts, and nulls.
fn kept(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().map(|(key, value)| (key.clone(), kept(value)));
            let empty = [json!({}), json!([]), json!(""), Value::Null];
            Value::Object(kept.filter(|(_, value)| !empty.contains(value)).collect())
        }
        Value::Array(items) => items.iter().map(kept).collect(),
        other => other.clone(),
    }
}

fn refusal(mutated: &Mutated) -> Value {
    let Some(refusal) = mutated.refusal() else { return Value::Null };
    let internal = refusal.reason == Reason::Internal;
    let steps = mutated.steps.iter().filter(|step| step.outcome == Outcome::Error && step.denies);
    let causes: Vec<String> = steps
        .map(|step| {
            format!(
                "policy '{}' with binding '{}' denied request: {}",
                step.policy, step.binding, step.message
            )
        })
        .collect();
    json!({
        "message": refusal.message,
        "reason": refusal.reason.as_str(),
        "code": if internal { 500 } else { 403 },
        "causes": if internal { vec![refusal.cause] } else { causes },
    })
}

#[test]
fn objects_are_changed_as_the_api_server_does() {
    let (mut cases, mut changed) = (0, 0);
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let request = request(&case["request"]);
        let mutated = mutate(&case, &request);
        let want = &case["want"];
        assert_eq!(refusal(&mutated), want["mutation"], "{line}");
        if want["mutation"].is_null() {
            let object = mutated.object.as_ref().or(request.object.as_ref()).map(Node::to_json);
            let mut wanted = kept(&want["object"]);
            for key in ["apiVersion", "kind"] {
                wanted[key] = request.object.as_ref().unwrap().to_json()[key].clone();
            }
            assert_eq!(kept(&object.unwrap_or_default()), wanted, "{line}");
        }
        if let (Some(before), Some(after)) = (&request.object, &mutated.object) {
            changed += 1;
            let patched = apply(before, &diff(before, after)).unwrap();
            assert_eq!(sorted(&patched), sorted(after), "{line}");
        }
        cases += 1;
    }
    assert!(cases >= 100 && changed >= 50, "{cases} {changed}");
}

/// A tree as JSON with its keys in order.
fn sorted(node: &Node) -> Value {
    serde_json::from_str(&node.to_json().to_string()).unwrap()
}

#[test]
fn patches_touch_nothing_else() {
    let node = |text: &str| node(&serde_json::from_str(text).unwrap()).unwrap();
    for (before, after, wanted) in [
        (r#"{"a":1,"b":[1,2,3]}"#, r#"{"b":[1,2,3],"a":1}"#, 0),
        (r#"{"a":[1,2,3,4]}"#, r#"{"a":[1,9,2,3,4]}"#, 1),
        (r#"{"a":[1,2,3,4]}"#, r#"{"a":[1,4]}"#, 2),
        (r#"{"a":[{"x":1,"y":2}]}"#, r#"{"a":[{"x":1,"y":3}]}"#, 1),
        (r#"{"a~/b":{"c":1}}"#, r#"{"a~/b":{}}"#, 1),
        (r#"{"a":{}}"#, r#"{"a":[]}"#, 1),
    ] {
        let (before, after) = (node(before), node(after));
        let patch = diff(&before, &after);
        assert_eq!(patch.len(), wanted, "{patch:?}");
        assert_eq!(sorted(&apply(&before, &patch).unwrap()), sorted(&after));
    }
}

#[test]
fn what_the_api_server_refuses_is_refused() {
    let policy = |rest: &str| {
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicy\nmetadata: {{name: \
             shop}}\nspec:\n  matchConstraints:\n    resourceRules:\n    - {{apiGroups: [''], apiVersions: \
             [v1], operations: ['*'], resources: [pods]}}\n{rest}"
        )
    };
    let good = "  reinvocationPolicy: Never\n  mutations:\n  - {patchType: JSONPatch, jsonPatch: {expression: \
                '[JSONPatch{op: \"remove\", path: \"/a\"}]'}}\n";
    assert_eq!(read(&policy(good)).problems, []);
    for (from, to, wanted) in [
        ("reinvocationPolicy: Never", "failurePolicy: Fail", "write `Never` or `IfNeeded`"),
        ("patchType: JSONPatch, ", "", "write `ApplyConfiguration` or `JSONPatch`"),
        ("JSONPatch,", "ApplyConfiguration,", "another patch type is chosen"),
        ("[JSONPatch{", "[Object{", "must evaluate to `list(JSONPatch)`"),
        ("op: ", "operation: ", "has no field `operation`"),
    ] {
        let text = policy(&good.replace(from, to));
        let found = read(&text).problems;
        assert!(found.iter().any(|problem| problem.message.contains(wanted)), "{text}: {found:?}");
    }
}
