//! What rules say of requests.
#![expect(clippy::expect_used, clippy::panic, reason = "what helps tests fails as they do")]

mod controllers;
mod exceptions;
mod expressions;
mod generation;
mod hostile;
mod loops;
mod matching;
mod mistakes;
mod patches;
mod patterns;
mod test_files;

use sekisho_kyverno::policy::{CleanupPolicy, Document, Exception, Loaded, Policy, load};
use sekisho_kyverno::rule::{Objects, Request, RuleResult, Snapshot, Status, World, validate};
use sekisho_kyverno::{Budget, Value};
use sekisho_kyverno::{NoFacts, Settings};
use sekisho_manifest::{Format, Node, SourceId};

fn node(text: &str) -> Node {
    let budget = sekisho_manifest::Budget::default();
    let loaded = sekisho_manifest::load(SourceId(0), text, Format::Yaml, &budget);
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    loaded.documents.into_iter().next().expect("a document").root
}

fn read(text: &str) -> Loaded {
    load(&node(text))
}

/// The policy, which must have no mistake.
fn policy(text: &str) -> Policy {
    let loaded = read(text);
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    match loaded.document {
        Some(Document::Policy(policy)) => *policy,
        other => panic!("no policy: {other:?}"),
    }
}

fn exception(text: &str) -> Exception {
    match read(text).document {
        Some(Document::Exception(exception)) => *exception,
        other => panic!("no exception: {other:?}"),
    }
}

fn cleanup(text: &str) -> CleanupPolicy {
    match read(text).document {
        Some(Document::Cleanup(cleanup)) => *cleanup,
        other => panic!("no cleanup policy: {other:?}"),
    }
}

/// A `ClusterPolicy` of one rule that looks at Pods: `body` is what the rule does, indented by four.
fn rule(body: &str) -> Policy {
    policy(&format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: p\n  annotations:\n    \
         pod-policies.kyverno.io/autogen-controllers: none\nspec:\n  rules:\n  - name: r\n    match:\n      \
         any:\n      - resources:\n          kinds: [Pod]\n{body}"
    ))
}

fn value(text: &str) -> Value {
    Value::from_node(&node(text))
}

fn pod(spec: &str) -> Value {
    value(&format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop}}, spec: {spec}}}"))
}

/// Runs something with a world of these objects and exceptions.
fn in_world<T>(objects: &dyn Objects, exceptions: &[&Exception], run: impl FnOnce(&World<'_>) -> T) -> T {
    let settings = Settings::default();
    run(&World {
        facts: &NoFacts,
        objects,
        pod_security: None,
        settings: &settings,
        exceptions,
        budget: Budget::default(),
    })
}

fn results(policy: &Policy, request: &Request) -> Vec<RuleResult> {
    in_world(&Snapshot::default(), &[], |world| validate(policy, request, world))
}

/// The only result of a policy for a new object.
fn only(policy: &Policy, object: &Value) -> (Status, String) {
    let results = results(policy, &Request::create(object.clone()));
    let [result] = results.as_slice() else { panic!("not one result: {results:?}") };
    (result.status, result.message.clone())
}
