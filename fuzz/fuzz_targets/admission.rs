//! Texts as the expressions of admission policies: loading and judging end, faults stand within their field, and
//! the JSON patch of a change makes the change.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_manifest::{Budget, Document, Format, Node, Object, Source, SourceId, load};
use sekisho_policy::admission::{LoadOptions, answer, load as load_policies};
use sekisho_policy::patch::{apply, diff};
use sekisho_policy::{Asked, Kinds, NoFacts, Request, Views};
use serde_json::json;

const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: shop, labels: {app: a}}, spec: {containers: \
    [{name: a, image: b, env: [{name: A, value: b}]}, {name: c}], volumes: [{name: v, emptyDir: {}}]}}";

fn objects(text: &str) -> Vec<Object> {
    let loaded = load(SourceId::default(), text, Format::Yaml, &Budget::default());
    loaded.documents.iter().flat_map(Document::objects).collect()
}

fn sorted(node: &Node) -> serde_json::Value {
    serde_json::from_str(&node.to_json().to_string()).unwrap_or_default()
}

fuzz_target!(|text: &str| {
    let mut parts = text.split('\u{1e}');
    let mut part = || parts.next().unwrap_or("true");
    let rules = json!([{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}]);
    let metadata = json!({"name": "shop"});
    let variables = json!([{"name": "a", "expression": part()}, {"name": "b", "expression": part()}]);
    let validating = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": metadata,
        "spec": {
            "matchConstraints": {"resourceRules": rules},
            "variables": variables,
            "matchConditions": [{"name": "a", "expression": part()}],
            "validations": [{"expression": part(), "messageExpression": part()}],
            "auditAnnotations": [{"key": "a", "valueExpression": part()}],
        },
    });
    let mutating = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicy",
        "metadata": metadata,
        "spec": {
            "matchConstraints": {"resourceRules": rules},
            "reinvocationPolicy": "IfNeeded",
            "mutations": [
                {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": part()}},
                {"patchType": "JSONPatch", "jsonPatch": {"expression": part()}},
            ],
        },
    });
    let Some(pod) = objects(POD).into_iter().next() else { return };
    let request = Request::create(&pod, &Kinds::default(), "default");
    for policy in [validating, mutating] {
        let text = policy.to_string();
        let sources = [Source::new("policy.json", text.as_str())];
        let options = LoadOptions { unbound: true, ..LoadOptions::default() };
        let loaded = load_policies(&objects(&text), &sources, &Kinds::default(), options);
        for problem in &loaded.problems {
            let (start, end) = (problem.span.start as usize, problem.span.end as usize);
            assert!(text.get(start..end).is_some(), "{problem:?}");
        }
        let views = Views::default();
        let asked = Asked::new(&request, &views);
        let judgements: Vec<_> =
            loaded.validating.iter().map(|policy| policy.judge(&asked, &NoFacts)).collect();
        answer(&request, &judgements);
        let mutated = loaded.mutating.apply(&asked, &NoFacts);
        if let (Some(before), Some(after)) = (&request.object, &mutated.object) {
            let patched = apply(before, &diff(before, after)).map(|node| sorted(&node));
            assert_eq!(patched, Ok(sorted(after)));
        }
    }
});
