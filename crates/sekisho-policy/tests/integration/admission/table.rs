//! What the API server's own admission plugins answered, word for word.
//!
//! `tests/data/admission.jsonl` holds policies, bindings, parameters, namespaces and a request a line, made at
//! random, and the answer of the plugins of Kubernetes 1.37 (`want`).

use std::sync::Arc;

use sekisho_cel::{About, Decision, Permissions, Question};
use sekisho_manifest::{Budget, Document, Format, Node, Object, SourceId, load};
use sekisho_policy::admission::{self, LoadOptions};
use sekisho_policy::{
    Asked, Facts, GroupVersionKind, GroupVersionResource, Kinds, ObjectQuery, Operation, Origin, Request,
    Snapshot, User, Views,
};
use serde_json::{Map, Value, json};
use smol_str::SmolStr;

const CASES: &str = include_str!("../../data/admission.jsonl");

/// The objects of a snapshot, and what users may do.
pub(super) struct World {
    pub(super) snapshot: Snapshot,
    pub(super) allowed: Vec<SmolStr>,
}

struct Allowed {
    allowed: Vec<SmolStr>,
    user: SmolStr,
}

impl Facts for World {
    fn namespace(&self, name: &str) -> Option<Node> {
        self.snapshot.namespace(name)
    }

    fn objects(&self, query: &ObjectQuery) -> Option<Vec<Node>> {
        self.snapshot.objects(query)
    }

    fn permissions(&self, user: &User) -> Option<Arc<dyn Permissions>> {
        Some(Arc::new(Allowed { allowed: self.allowed.clone(), user: user.name.clone() }))
    }
}

impl Permissions for Allowed {
    fn decide(&self, question: &Question) -> Option<Decision> {
        let user = match &question.service_account {
            Some((namespace, name)) => format!("system:serviceaccount:{namespace}:{name}"),
            None => self.user.to_string(),
        };
        let key = match &question.about {
            About::Path(path) => format!("{user} {} {path}", question.verb),
            About::Resource(of) => format!(
                "{user} {} {}/{} {}/{}/{}",
                question.verb, of.group, of.resource, of.namespace, of.name, of.subresource
            ),
            _ => return None,
        };
        let allowed = self.allowed.iter().any(|known| *known == key);
        let reason = if allowed { "listed".into() } else { format!("not listed: {key}").into() };
        Some(Decision { allowed, reason, error: None })
    }
}

pub(super) fn objects(list: &Value) -> Vec<Object> {
    let objects = list.as_array().into_iter().flatten();
    objects.flat_map(|object| documents(&object.to_string())).collect()
}

fn documents(text: &str) -> Vec<Object> {
    let loaded = load(SourceId(0), text, Format::Json, &Budget::default());
    loaded.documents.iter().flat_map(Document::objects).collect()
}

pub(super) fn node(value: &Value) -> Option<Node> {
    let loaded = load(SourceId(0), &value.to_string(), Format::Json, &Budget::default());
    (!value.is_null()).then(|| loaded.documents[0].root.clone())
}

fn text(value: &Value, key: &str) -> SmolStr {
    value[key].as_str().unwrap_or_default().into()
}

pub(super) fn texts(value: &Value) -> Vec<SmolStr> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(SmolStr::new).collect()
}

pub(super) fn request(value: &Value) -> Request {
    let (kind, resource, user) = (&value["kind"], &value["resource"], &value["userInfo"]);
    let kind = GroupVersionKind {
        group: text(kind, "group"),
        version: text(kind, "version"),
        kind: text(kind, "kind"),
    };
    let resource = GroupVersionResource {
        group: text(resource, "group"),
        version: text(resource, "version"),
        resource: text(resource, "resource"),
    };
    let extra = user["extra"].as_object().into_iter().flatten();
    Request {
        uid: SmolStr::default(),
        request_kind: kind.clone(),
        request_resource: resource.clone(),
        kind,
        resource,
        subresource: text(value, "subResource"),
        name: text(value, "name"),
        namespace: text(value, "namespace"),
        operation: Operation::named(&text(value, "operation")).unwrap_or(Operation::Create),
        user: User {
            name: text(user, "username"),
            uid: text(user, "uid"),
            groups: texts(&user["groups"]),
            extra: extra.map(|(key, values)| (key.as_str().into(), texts(values))).collect(),
        },
        object: node(&value["object"]),
        old_object: node(&value["oldObject"]),
        options: node(&value["options"]),
        dry_run: value["dryRun"] == true,
        origin: Origin::default(),
    }
}

/// What comes out for a case, in the form of its `want`.
fn answer(case: &Value) -> Value {
    let mut documents = objects(&case["policies"]);
    documents.extend(objects(&case["bindings"]));
    let mut known = objects(&case["params"]);
    known.extend(objects(&case["namespaces"]));
    let loaded = admission::load(&documents, &[], &Kinds::new(&known), LoadOptions::default());
    assert_eq!(loaded.problems, [], "{case}");
    let request = request(&case["request"]);
    let world = World { snapshot: Snapshot::new(&known, "default"), allowed: texts(&case["allowed"]) };
    let views = Views::default();
    let asked = Asked::new(&request, &views);
    let judgements: Vec<_> = loaded.validating.iter().map(|policy| policy.judge(&asked, &world)).collect();
    let answer = admission::answer(&request, &judgements);
    let mut given = Map::new();
    if let Some(refusal) = answer.refusal {
        let status = json!({
            "message": refusal.message,
            "reason": refusal.reason.as_str(),
            "code": refusal.reason.code(),
            "causes": [refusal.cause],
        });
        given.insert("error".to_owned(), status);
    }
    if !answer.warnings.is_empty() {
        given.insert("warnings".to_owned(), json!(answer.warnings));
    }
    if !answer.audit_annotations.is_empty() {
        let annotations = answer.audit_annotations.iter();
        let annotations = annotations.map(|(key, value)| (key.to_string(), json!(value)));
        given.insert("audit".to_owned(), Value::Object(annotations.collect()));
    }
    Value::Object(given)
}

#[test]
fn policies_answer_as_the_api_server_does() {
    let mut cases = 0;
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        assert_eq!(answer(&case), case["want"], "{line}");
        cases += 1;
    }
    assert!(cases >= 150, "{cases}");
}
