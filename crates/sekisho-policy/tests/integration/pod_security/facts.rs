//! Rows of facts: what kubernetes/pod-security-admission 0.37 says of Pods, requests and configurations that were
//! made at random.

use sekisho_manifest::{Budget, Format, Node, SourceId, load};
use sekisho_policy::pod_security::{
    Answer, Cause, Configuration, Pod, StatusDetails, details, evaluate, reasons, review,
};
use sekisho_policy::{
    Facts, GroupVersionKind, GroupVersionResource, ObjectQuery, Operation, Origin, Request, User,
};
use serde_json::{Value, json};

use super::policy_of;

fn rows(text: &str) -> Vec<Node> {
    let loaded = load(SourceId::default(), text, Format::Json, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    loaded.documents.into_iter().map(|document| document.root).collect()
}

#[test]
fn pods_are_judged_as_the_original_judges_them() {
    let rows = rows(include_str!("../../data/pod_security/pods.jsonl"));
    assert!(rows.len() > 400);
    for row in rows {
        let pod = row.get("pod").expect("a pod");
        let found = evaluate(policy_of(row.str("policy")), &Pod::of(pod));
        let said = (reasons(&found), details(&found));
        assert_eq!(
            (said.0.as_str(), said.1.as_str()),
            (row.str("reason"), row.str("detail")),
            "{}",
            pod.to_json()
        );
    }
}

#[test]
fn requests_are_answered_as_the_original_answers_them() {
    let rows = rows(include_str!("../../data/pod_security/reviews.jsonl"));
    assert!(rows.len() > 100);
    for row in rows {
        let configuration =
            Configuration::read(row.get("config").expect("a configuration")).expect("a valid one");
        let request = request(row.get("request").expect("a request"));
        let facts = Cluster {
            namespaces: row.get("namespaces").map_or(&[][..], Node::items).to_vec(),
            pods: (!row.is_true("unlisted")).then(|| row.get("pods").map_or(&[][..], Node::items).to_vec()),
        };
        let answer = answer(&review(&request, &configuration, &facts));
        assert_eq!(answer, row.get("response").expect("a response").to_json(), "{}", row.to_json());
    }
}

#[test]
fn configurations_are_refused_where_the_original_refuses_them() {
    let rows = rows(include_str!("../../data/pod_security/configurations.jsonl"));
    assert!(rows.len() > 100);
    for row in rows {
        let read = Configuration::read(row.get("configuration").expect("a configuration"));
        assert_eq!(read.is_ok(), row.is_true("valid"), "{}: {read:?}", row.to_json());
    }
}

/// What is known beside a request.
struct Cluster {
    namespaces: Vec<Node>,
    pods: Option<Vec<Node>>,
}

impl Facts for Cluster {
    fn namespace(&self, name: &str) -> Option<Node> {
        self.namespaces
            .iter()
            .find(|node| node.get("metadata").expect("metadata").str("name") == name)
            .cloned()
    }

    fn objects(&self, query: &ObjectQuery) -> Option<Vec<Node>> {
        assert_eq!(query.kind, GroupVersionKind::new("v1", "Pod"));
        let namespace = query.namespace.as_ref().expect("a namespace");
        let lives_there = |pod: &&Node| pod.get("metadata").expect("metadata").str("namespace") == namespace;
        Some(self.pods.as_ref()?.iter().filter(lives_there).cloned().collect())
    }
}

fn request(node: &Node) -> Request {
    let field = |part: &str, key: &str| node.get(part).map_or("", |part| part.str(key)).into();
    let kind = GroupVersionKind {
        group: field("kind", "group"),
        version: field("kind", "version"),
        kind: field("kind", "kind"),
    };
    let resource = GroupVersionResource {
        group: field("resource", "group"),
        version: field("resource", "version"),
        resource: field("resource", "resource"),
    };
    Request {
        uid: "".into(),
        kind: kind.clone(),
        resource: resource.clone(),
        subresource: node.str("subResource").into(),
        request_kind: kind,
        request_resource: resource,
        name: node.str("name").into(),
        namespace: node.str("namespace").into(),
        operation: Operation::named(node.str("operation")).expect("an operation"),
        user: User { name: field("userInfo", "username"), ..User::default() },
        object: node.get("object").cloned(),
        old_object: node.get("oldObject").cloned(),
        options: None,
        dry_run: false,
        origin: Origin::default(),
    }
}

/// An answer as the API server writes it.
fn answer(answer: &Answer) -> Value {
    let mut written = json!({ "allowed": answer.is_allowed() });
    if let Some(status) = &answer.refusal {
        written["status"] = json!({
            "metadata": {}, "status": "Failure",
            "message": status.message, "reason": status.reason, "code": status.code,
        });
        if let Some(known) = &status.details {
            written["status"]["details"] = details_of(known);
        }
    }
    if !answer.warnings.is_empty() {
        written["warnings"] = json!(answer.warnings);
    }
    if !answer.audit_annotations.is_empty() {
        let annotations = answer.audit_annotations.iter().map(|(key, value)| (key.to_string(), json!(value)));
        written["auditAnnotations"] = Value::Object(annotations.collect());
    }
    written
}

fn details_of(details: &StatusDetails) -> Value {
    let cause = |cause: &Cause| {
        without_empty(json!({ "reason": cause.reason, "message": cause.message, "field": cause.field }))
    };
    let causes: Vec<_> = details.causes.iter().map(cause).collect();
    without_empty(json!({
        "name": details.name.as_str(), "group": details.group.as_str(), "kind": details.kind.as_str(),
        "causes": causes,
    }))
}

fn without_empty(mut value: Value) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.retain(|_, field| *field != json!("") && *field != json!([]));
    }
    value
}
