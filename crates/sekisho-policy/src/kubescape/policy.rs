//! A rule as a policy: given all objects at once, and asked about one after the other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sekisho_manifest::{FieldPath, Node};
use sekisho_rego::value::Value;
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::response::{Paths, Response};
use super::rule::{Inputs, Rule};
use crate::asked::Asked;
use crate::facts::Facts;
use crate::group_version::GroupVersionKind;
use crate::interest::{Interest, Target};
use crate::policy::Policy;
use crate::rego::field;
use crate::request::Request;
use crate::verdict::{Enforcement, Outcome, RuleName, Verdict};

/// A rule and the controls that name it.
#[derive(Debug)]
pub(super) struct OfRule {
    pub(super) rule: Rule,
    /// Which objects the rule is about, where that is not all that it is given.
    pub(super) filter: Option<Rule>,
    pub(super) scope: Scope,
    pub(super) controls: Vec<(RuleName, Control)>,
    pub(super) data: Arc<Value>,
}

/// A control, as far as it changes what becomes of a rule's answer.
#[derive(Debug, Clone)]
pub(super) struct Control {
    pub(super) id: SmolStr,
    /// Why the control says nothing, or nothing bad.
    doubt: Option<Doubt>,
}

/// Why a control does not say that an object is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    /// A person must look.
    Manual,
    /// None of its settings is given.
    Unset,
}

impl Control {
    /// What stands for a rule that no control names.
    pub(super) fn of_rule(name: &str) -> Self {
        Self { id: name.into(), doubt: None }
    }

    pub(super) fn read(control: &Node, metadata: &Node, inputs: &Inputs) -> Self {
        let action = control.get("attributes").map_or("", |attributes| attributes.str("actionRequired"));
        let doubt = match action {
            "manual review" | "requires review" => Some(Doubt::Manual),
            "configuration" if !is_set(metadata, inputs) => Some(Doubt::Unset),
            _ => None,
        };
        Self { id: control.str("controlID").into(), doubt }
    }
}

/// Whether one of the settings that a rule names has a value.
fn is_set(metadata: &Node, inputs: &Inputs) -> bool {
    let wanted = metadata.get("controlConfigInputs").map(Node::items).unwrap_or_default();
    wanted.iter().any(|one| {
        let keys =
            one.str("path").trim_start_matches("settings.").trim_start_matches("postureControlInputs.");
        let found = inputs.posture_control.as_ref().and_then(|settings| settings.get(keys));
        found.is_some_and(|found| !found.items().is_empty() || !found.entries().is_empty())
    })
}

/// Which objects a rule is given.
#[derive(Debug, Default)]
pub(super) struct Scope(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    groups: Vec<SmolStr>,
    versions: Vec<SmolStr>,
    kinds: Vec<SmolStr>,
}

impl Scope {
    pub(super) fn read(metadata: &Node) -> Self {
        let texts = |node: &Node, key: &str| node.strings(key).map(SmolStr::new).collect();
        let read = |node: &Node| Entry {
            groups: texts(node, "apiGroups"),
            versions: texts(node, "apiVersions"),
            kinds: texts(node, "resources"),
        };
        let lists = ["match", "dynamicMatch"].into_iter().filter_map(|key| metadata.get(key));
        Self(lists.flat_map(Node::items).map(read).collect())
    }

    fn has(&self, kind: &GroupVersionKind) -> bool {
        let one_of = |list: &[SmolStr], text: &str| list.iter().any(|entry| entry == "*" || entry == text);
        self.0.iter().any(|kinds| {
            one_of(&kinds.groups, &kind.group)
                && one_of(&kinds.versions, &kind.version)
                && one_of(&kinds.kinds, &kind.kind)
        })
    }
}

/// Everything that is known, as values.
struct Everything(Vec<(Identity, GroupVersionKind, Node, Value)>);

/// Which object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Identity {
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
}

/// What rules answered about all objects of a namespace: by the rule and the namespace.
#[derive(Default)]
struct Answers(Mutex<HashMap<(usize, SmolStr), Arc<Answer>>>);

/// What a rule says of objects.
#[derive(Debug)]
struct Answer {
    /// The responses, and the objects that each is about.
    responses: Result<Vec<(Vec<Identity>, Response)>, String>,
    /// The objects that it is about; none: all that it was given.
    about: Option<Vec<Identity>>,
}

impl Everything {
    fn new(facts: &dyn Facts) -> Self {
        let all = facts.everything().into_iter().map(|known| {
            let identity = Identity {
                api_version: known.kind.api_version().to_string(),
                kind: known.kind.kind.to_string(),
                namespace: known.namespace.to_string(),
                name: known.name.to_string(),
            };
            let value = Value::from(&known.root);
            (identity, known.kind, known.root, value)
        });
        let mut all: Vec<_> = all.collect();
        all.sort_by(|(a, ..), (b, ..)| {
            (&a.api_version, &a.kind, &a.namespace, &a.name).cmp(&(
                &b.api_version,
                &b.kind,
                &b.namespace,
                &b.name,
            ))
        });
        Self(all)
    }
}

impl Identity {
    fn of_request(request: &Request) -> Self {
        Self {
            api_version: request.kind.api_version().to_string(),
            kind: request.kind.kind.to_string(),
            namespace: request.namespace.to_string(),
            name: request.name.to_string(),
        }
    }

    /// The objects that a response names; those of a namespace that they do not name are in `namespace`.
    fn of_json(object: &Json) -> Option<Self> {
        let text = |value: Option<&Json>| value.and_then(Json::as_str).unwrap_or_default().to_owned();
        let metadata = object.get("metadata");
        let kind = object.get("kind").and_then(Json::as_str)?;
        Some(Self {
            api_version: text(object.get("apiVersion")),
            kind: kind.to_owned(),
            namespace: text(metadata.and_then(|metadata| metadata.get("namespace"))),
            name: text(metadata.and_then(|metadata| metadata.get("name"))),
        })
    }

    /// Whether two name the same object; a namespace that is not named fits any.
    fn is(&self, other: &Self) -> bool {
        self.api_version == other.api_version
            && self.kind == other.kind
            && self.name == other.name
            && (self.namespace == other.namespace || self.namespace.is_empty() || other.namespace.is_empty())
    }
}

/// The objects that a response is about: those of the API, else those that a subject comes of.
fn subjects(response: &Response) -> Vec<Identity> {
    let mut found: Vec<Identity> = response.objects.iter().filter_map(Identity::of_json).collect();
    if let Some(external) = &response.external {
        let related = external.get("relatedObjects").and_then(Json::as_array);
        found.extend(related.into_iter().flatten().take(1).filter_map(Identity::of_json));
    }
    found
}

impl OfRule {
    /// What the rule says of everything in a namespace and in the cluster as a whole.
    fn answer(&self, objects: Vec<Value>) -> Answer {
        let about = self.filter.as_ref().map(|filter| filter.answer(objects.clone(), &self.data));
        let about = match about {
            Some(Ok(found)) => Some(found.iter().flat_map(subjects).collect()),
            Some(Err(error)) => return Answer { responses: Err(error.to_string()), about: None },
            None => None,
        };
        let responses = self.rule.answer(objects, &self.data).map_err(|error| error.to_string());
        let responses = responses
            .map(|found| found.into_iter().map(|response| (subjects(&response), response)).collect());
        Answer { responses, about }
    }

    fn of_request(&self, request: &Request, object: &Node, facts: &dyn Facts) -> Arc<Answer> {
        let Some(views) = facts.views() else {
            return Arc::new(self.answer(vec![Value::from(object)]));
        };
        let everything = views.get(|| Everything::new(facts));
        let namespace = &request.namespace;
        let given = |(identity, kind, ..): &&(Identity, GroupVersionKind, Node, Value)| {
            (identity.namespace.is_empty()
                || namespace.is_empty()
                || identity.namespace == namespace.as_str())
                && self.scope.has(kind)
        };
        let values = || everything.0.iter().filter(given).map(|(.., value)| value.clone());
        let is_known = everything.0.iter().any(|(_, _, root, _)| is_same(root, object));
        if !is_known {
            let asked = Identity::of_request(request);
            let others = everything.0.iter().filter(given).filter(|(identity, ..)| !identity.is(&asked));
            let mut objects: Vec<Value> = others.map(|(.., value)| value.clone()).collect();
            objects.push(Value::from(object));
            return Arc::new(self.answer(objects));
        }
        let answers = views.get(Answers::default);
        let key = (std::ptr::from_ref(self).addr(), namespace.clone());
        let known = answers.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).map(Arc::clone);
        known.unwrap_or_else(|| {
            let fresh = Arc::new(self.answer(values().collect()));
            let mut all = answers.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(key).or_insert(fresh))
        })
    }

    fn push(&self, outcome: Outcome, message: &str, places: &[FieldPath], verdicts: &mut Vec<Verdict>) {
        for (name, control) in &self.controls {
            let (outcome, message) = match (outcome, control.doubt) {
                (Outcome::Fail, Some(Doubt::Manual)) => {
                    (Outcome::Skip, format!("to be looked at by hand: {message}"))
                }
                (Outcome::Fail | Outcome::Pass, Some(Doubt::Unset)) => {
                    (Outcome::Skip, "the control has no settings: give them with `--data`".to_owned())
                }
                (outcome, _) => (outcome, message.to_owned()),
            };
            verdicts.push(Verdict {
                rule: name.clone(),
                outcome,
                message,
                enforcement: vec![Enforcement::Deny],
                places: places.to_vec(),
                audit_annotations: Vec::new(),
            });
        }
    }
}

/// Whether two trees are one, not only equal.
fn is_same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (sekisho_manifest::Value::Mapping(a), sekisho_manifest::Value::Mapping(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

/// The fields that an answer names.
fn places(paths: &Paths) -> Vec<FieldPath> {
    let lists = [&paths.failed, &paths.review, &paths.delete];
    let texts = lists.into_iter().flatten().flatten().map(String::as_str);
    let fixes = paths.fix.iter().flatten().map(|fix| fix.path.as_str());
    texts.chain(fixes).filter(|text| !text.is_empty()).map(field::read).collect()
}

impl Policy for OfRule {
    fn names(&self) -> Vec<RuleName> {
        self.controls.iter().map(|(name, _)| name.clone()).collect()
    }

    fn interest(&self) -> Interest {
        let mut targets = Vec::new();
        for kinds in &self.scope.0 {
            for kind in &kinds.kinds {
                for group in &kinds.groups {
                    targets.push(match (kind.as_str(), group.as_str()) {
                        ("*", _) => Target::Any,
                        (_, "*") => Target::Kind { group: None, kind: kind.clone() },
                        _ => Target::Kind { group: Some(group.clone()), kind: kind.clone() },
                    });
                }
            }
        }
        Interest { targets, operations: Vec::new() }
    }

    fn validate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) {
        let request = asked.request();
        let Some(object) = request.object.as_ref() else { return };
        if !self.scope.has(&request.kind) {
            return;
        }
        let answer = self.of_request(request, object, facts);
        let identity = Identity::of_request(request);
        let responses = match &answer.responses {
            Ok(responses) => responses,
            Err(error) => return self.push(Outcome::Error, error, &[], verdicts),
        };
        let mut is_wrong = false;
        for (subjects, response) in responses {
            if subjects.iter().any(|subject| subject.is(&identity)) {
                is_wrong = true;
                self.push(Outcome::Fail, &response.message, &places(&response.paths), verdicts);
            }
        }
        let is_about = answer.about.as_ref().is_none_or(|about| about.iter().any(|one| one.is(&identity)));
        if !is_wrong && is_about {
            self.push(Outcome::Pass, "", &[], verdicts);
        }
    }
}
