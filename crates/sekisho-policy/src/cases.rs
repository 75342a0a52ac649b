//! Tests of policies in our own format: a document names policies, what exists beside the request, and cases,
//! each a request with what is expected of it. `docs/policy-tests.md` describes the format.

use sekisho_manifest::{FieldPath, Node, Object, Operation, Value, field};
use smol_str::SmolStr;

use crate::facts::Facts;
use crate::group_version::{GroupVersionKind, GroupVersionResource};
use crate::kinds::Kinds;
use crate::problem::{Problem, Weight};
use crate::request::{Origin, Request, User};
use crate::set::{PolicySet, Review};
use crate::verdict::{Enforcement, Outcome, Verdict};

/// A document of tests.
#[derive(Debug, Clone)]
pub struct PolicyTest {
    /// Files or folders of policies, as they are written: beside the document.
    pub policies: Vec<SmolStr>,
    /// The objects that exist: namespaces, parameters, resource definitions.
    pub objects: Vec<Object>,
    /// The cases.
    pub cases: Vec<Case>,
}

/// A request and what is expected of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the case shows, in a sentence.
    pub name: SmolStr,
    /// Where the case stands.
    pub place: FieldPath,
    request: Node,
    subject: Option<Node>,
    /// What becomes of the request.
    pub expect: Expectation,
    /// The policies that object, all of them, in any order; none: any.
    pub by: Option<Vec<SmolStr>>,
    /// A part of the message of one of the policies that object.
    pub message: Option<SmolStr>,
    /// The object after the policies changed it.
    pub changed: Option<Node>,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expectation {
    /// No policy objects.
    Allow,
    /// A policy refuses it.
    Deny,
    /// None refuses it, and one warns.
    Warn,
    /// None refuses it or warns, and one records it.
    Audit,
}

impl Expectation {
    const ALL: [(&'static str, Self); 4] =
        [("allow", Self::Allow), ("deny", Self::Deny), ("warn", Self::Warn), ("audit", Self::Audit)];

    /// The word of the format.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    /// What verdicts make of a request.
    pub fn of(verdicts: &[Verdict]) -> Self {
        let does =
            |enforcement| objections(verdicts).any(|verdict| verdict.enforcement.contains(&enforcement));
        if does(Enforcement::Deny) {
            Self::Deny
        } else if does(Enforcement::Warn) {
            Self::Warn
        } else if does(Enforcement::Audit) {
            Self::Audit
        } else {
            Self::Allow
        }
    }
}

/// The verdicts that object to a request, and do something about it.
fn objections(verdicts: &[Verdict]) -> impl Iterator<Item = &Verdict> {
    verdicts.iter().filter(|verdict| {
        matches!(verdict.outcome, Outcome::Fail | Outcome::Error | Outcome::Warn)
            && !verdict.enforcement.is_empty()
    })
}

/// Why a case does not come out as expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// Something else becomes of the request.
    #[error("expected {}, but the policies {} it: {said}", .wanted.as_str(), .found.as_str())]
    Outcome {
        /// What was expected.
        wanted: Expectation,
        /// What came.
        found: Expectation,
        /// What the policies say.
        said: String,
    },
    /// Other policies object.
    #[error("expected {wanted} to object, but {found} did")]
    By {
        /// The policies that were expected.
        wanted: String,
        /// The policies that did.
        found: String,
    },
    /// No message has the text.
    #[error("no message has `{wanted}`: {found}")]
    Message {
        /// The text.
        wanted: SmolStr,
        /// What the policies say.
        found: String,
    },
    /// The object is changed otherwise.
    #[error("the changed object differs at `{place}`: expected {wanted}, found {found}")]
    Changed {
        /// The first field that differs.
        place: FieldPath,
        /// What was expected there.
        wanted: String,
        /// What is there.
        found: String,
    },
}

impl PolicyTest {
    /// Whether a document holds tests of this format.
    pub fn is(document: &Node) -> bool {
        document.str("kind") == "PolicyTest" && document.str("apiVersion") == "sekisho/v1"
    }

    /// Reads a document; gives what could be read, and everything that is wrong.
    pub fn read(document: &Node) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        unknown_fields(document, "the format", &FIELDS, &mut problems);
        let mut policies = Vec::new();
        for item in list(document, "policies", &mut problems) {
            match item.as_str() {
                Some(path) => policies.push(path.into()),
                None => problems.push(Problem::error(item, "this is no path: write the name of a file")),
            }
        }
        let objects = list(document, "objects", &mut problems);
        let objects = objects.iter().enumerate().map(|(place, node)| object(node, field!["objects", place]));
        let cases = list(document, "cases", &mut problems);
        if cases.is_empty() {
            problems.push(Problem::error(document, "there are no `cases`: write at least one"));
        }
        let cases = cases.iter().enumerate();
        let cases = cases.filter_map(|(place, node)| Case::read(node, place, &mut problems)).collect();
        (Self { policies, objects: objects.collect(), cases }, problems)
    }
}

/// The fields of a document.
const FIELDS: [&str; 6] = ["apiVersion", "kind", "metadata", "policies", "objects", "cases"];

/// The fields of a case.
const CASE_FIELDS: [&str; 12] = [
    "name",
    "expect",
    "resource",
    "old",
    "operation",
    "of",
    "subresource",
    "target",
    "user",
    "by",
    "message",
    "changed",
];

/// Names the fields that are none: what they say would not be asked for.
fn unknown_fields(node: &Node, whole: &str, known: &[&str], problems: &mut Vec<Problem>) {
    for entry in node.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
        let message = format!("`{}` is no field of {whole}: use {}", entry.key, known.join(", "));
        problems.push(Problem { span: entry.key_span, message, weight: Weight::Error });
    }
}

fn list<'a>(node: &'a Node, key: &str, problems: &mut Vec<Problem>) -> &'a [Node] {
    match node.get(key) {
        Some(found) if matches!(found.value, Value::Sequence(_)) => found.items(),
        Some(found) => {
            problems.push(Problem::error(found, format!("`{key}` is no list: write one")));
            &[]
        }
        None => &[],
    }
}

fn object(node: &Node, within: FieldPath) -> Object {
    let metadata = |key: &str| node.get("metadata").map_or("", |metadata| metadata.str(key));
    Object {
        api_version: node.str("apiVersion").into(),
        kind: node.str("kind").into(),
        name: metadata("name").into(),
        namespace: Some(metadata("namespace")).filter(|name| !name.is_empty()).map(SmolStr::new),
        root: node.clone(),
        source: node.span.source,
        document: 0,
        within,
    }
}

impl Case {
    fn read(node: &Node, place: usize, problems: &mut Vec<Problem>) -> Option<Self> {
        let before = problems.len();
        unknown_fields(node, "a case", &CASE_FIELDS, problems);
        let known = |key: &str| -> SmolStr { node.str(key).into() };
        let (name, word, message) = (known("name"), known("expect"), known("message"));
        if name.is_empty() {
            problems.push(Problem::error(node, "the case has no `name`: say what it shows"));
        }
        let expect = Expectation::ALL.iter().find(|(name, _)| *name == word).map(|(_, expect)| *expect);
        if expect.is_none() {
            let at = node.get("expect").unwrap_or(node);
            problems.push(Problem::error(at, "`expect` is one of `allow`, `deny`, `warn` and `audit`"));
        }
        let operation = node.str("operation");
        if !operation.is_empty() && Operation::named(operation).is_none() {
            let at = node.get("operation").unwrap_or(node);
            let message = format!("`{operation}` is no operation: use CREATE, UPDATE, DELETE or CONNECT");
            problems.push(Problem::error(at, message));
        }
        let subject = node.get("resource").or_else(|| node.get("old")).cloned();
        if subject.is_none() && operation != Operation::Connect.as_str() {
            problems.push(Problem::error(node, "the case has no `resource`: write the object"));
        }
        let by = node.get("by").map(|_| list(node, "by", problems));
        let by = by.map(|names| names.iter().filter_map(Node::as_str).map(SmolStr::new).collect());
        (problems.len() == before).then(|| Self {
            name,
            place: field!["cases", place],
            request: node.clone(),
            subject,
            expect: expect.unwrap_or(Expectation::Allow),
            by,
            message: Some(message).filter(|message| !message.is_empty()),
            changed: node.get("changed").cloned(),
        })
    }

    /// The request of the case.
    pub fn request(&self, kinds: &Kinds) -> Request {
        let node = &self.request;
        let mut request = match &self.subject {
            Some(subject) => {
                Request::create(&object(subject, self.place.child("resource")), kinds, "default")
            }
            None => Request::connect("default"),
        };
        request.object = node.get("resource").cloned();
        request.old_object = node.get("old").cloned();
        let implied = match (&request.object, &request.old_object) {
            (Some(_), Some(_)) => Operation::Update,
            (None, Some(_)) => Operation::Delete,
            (_, None) => Operation::Create,
        };
        request.operation = Operation::named(node.str("operation")).unwrap_or(implied);
        if request.operation == Operation::Delete && request.old_object.is_none() {
            request.old_object = request.object.take();
        }
        if let Some(of) = node.get("of").and_then(Node::as_str) {
            let (resource, group) = of.split_once('.').unwrap_or((of, ""));
            let resource = GroupVersionResource {
                group: group.into(),
                version: request.resource.version.clone(),
                resource: resource.into(),
            };
            request.request_resource = resource.clone();
            request.resource = resource;
        }
        for (key, place) in [("name", &mut request.name), ("namespace", &mut request.namespace)] {
            // `name` is that of the case; the object's stands under `target`.
            let given = node.get("target").map_or("", |target| target.str(key));
            if !given.is_empty() {
                *place = given.into();
            }
        }
        request.subresource = node.str("subresource").into();
        if let Some(user) = node.get("user") {
            let groups = user.get("groups").map_or(&[][..], Node::items);
            let groups = groups.iter().filter_map(Node::as_str).map(SmolStr::new).collect();
            request.user = User { name: user.str("name").into(), groups, ..User::default() };
        }
        request
    }

    /// Asks the policies, and compares what they say with what is expected.
    pub fn run(&self, policies: &PolicySet, kinds: &Kinds, facts: &dyn Facts) -> Result<(), Mismatch> {
        let request = self.request(kinds);
        self.compare(&request, &policies.review(&request, facts))
    }

    /// Compares what policies said of the request with what is expected.
    pub fn compare(&self, request: &Request, review: &Review) -> Result<(), Mismatch> {
        let said = || -> String {
            let lines = objections(&review.verdicts)
                .map(|verdict| format!("{}: {}", verdict.rule.policy, verdict.message));
            let lines: Vec<String> = lines.collect();
            if lines.is_empty() { "no policy objects".to_owned() } else { lines.join("; ") }
        };
        let found = Expectation::of(&review.verdicts);
        if found != self.expect {
            return Err(Mismatch::Outcome { wanted: self.expect, found, said: said() });
        }
        if let Some(wanted) = &self.by {
            let names = |mut names: Vec<SmolStr>| {
                names.sort();
                names.dedup();
                names.join(", ")
            };
            let wanted = names(wanted.clone());
            let found =
                names(objections(&review.verdicts).map(|verdict| verdict.rule.policy.clone()).collect());
            if wanted != found {
                return Err(Mismatch::By { wanted, found });
            }
        }
        if let Some(wanted) = &self.message {
            let has = |verdict: &Verdict| verdict.message.contains(wanted.as_str());
            if !objections(&review.verdicts).any(has) {
                return Err(Mismatch::Message { wanted: wanted.clone(), found: said() });
            }
        }
        match (&self.changed, review.changed.as_ref().or(request.object.as_ref())) {
            (Some(wanted), Some(found)) => same(wanted, found, &FieldPath::root()),
            (Some(wanted), None) => Err(Mismatch::Changed {
                place: FieldPath::root(),
                wanted: wanted.to_json().to_string(),
                found: "no object".to_owned(),
            }),
            (None, _) => Ok(()),
        }
    }
}

/// Whether two objects are the same, whatever the order of fields.
fn same(wanted: &Node, found: &Node, place: &FieldPath) -> Result<(), Mismatch> {
    let differs = |place: &FieldPath, wanted: Option<&Node>, found: Option<&Node>| {
        let text = |node: Option<&Node>| node.map_or("nothing".to_owned(), |node| node.to_json().to_string());
        Err(Mismatch::Changed { place: place.clone(), wanted: text(wanted), found: text(found) })
    };
    match (&wanted.value, &found.value) {
        (Value::Mapping(one), Value::Mapping(other)) => {
            for entry in one.entries() {
                let place = place.child(&entry.key);
                match other.entry(&entry.key) {
                    Some(other) => same(&entry.node, &other.node, &place)?,
                    None => return differs(&place, Some(&entry.node), None),
                }
            }
            match other.entries().iter().find(|entry| one.entry(&entry.key).is_none()) {
                Some(entry) => differs(&place.child(&entry.key), None, Some(&entry.node)),
                None => Ok(()),
            }
        }
        (Value::Sequence(one), Value::Sequence(other)) => {
            for index in 0..one.len().max(other.len()) {
                let place = place.child(index);
                match (one.get(index), other.get(index)) {
                    (Some(one), Some(other)) => same(one, other, &place)?,
                    (one, other) => return differs(&place, one, other),
                }
            }
            Ok(())
        }
        (one, other) if one == other => Ok(()),
        _ => differs(place, Some(wanted), Some(found)),
    }
}

impl Request {
    /// A connection to a Pod, as `exec` opens it.
    fn connect(namespace: &str) -> Self {
        let resource =
            GroupVersionResource { version: "v1".into(), resource: "pods".into(), ..Default::default() };
        let kind = GroupVersionKind::new("v1", "PodExecOptions");
        Self {
            uid: SmolStr::default(),
            request_kind: kind.clone(),
            kind,
            request_resource: resource.clone(),
            resource,
            subresource: SmolStr::default(),
            name: SmolStr::default(),
            namespace: namespace.into(),
            operation: Operation::Connect,
            user: User::default(),
            object: None,
            old_object: None,
            options: None,
            dry_run: false,
            origin: Origin::Manifest,
        }
    }
}
