//! One row for each policy, rule and resource: what programs read and tables show.

use std::collections::HashMap;

use sekisho_finding::Location;
use sekisho_manifest::{FieldPath, Object, Place, Segment, Source};
use sekisho_policy::{Bundle, Enforcement, Outcome, Request, RuleName, Verdict};
use serde::Serialize;

use super::{Resources, pod_security};

/// What one rule says of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    /// The name of the policy; of a namespaced one with its namespace before it.
    pub(crate) policy: String,
    /// Its kind.
    pub(crate) policy_kind: String,
    /// The rule; empty where the policy is one.
    pub(crate) rule: String,
    /// The resource.
    pub(crate) resource: Resource,
    /// What came out.
    pub(crate) result: ResultWord,
    /// In words.
    pub(crate) message: String,
    /// What follows where the rule does not hold.
    pub(crate) enforcement: Vec<&'static str>,
    /// Where the resource is wrong, or where it stands.
    pub(crate) location: Option<Origin>,
    /// Where else the resource is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other_locations: Vec<Origin>,
    /// Where the policy stands.
    pub(crate) policy_location: Option<Origin>,
}

/// Which resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Origin {
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: u32,
    /// From 1, in Unicode code points.
    pub(crate) column: u32,
    /// The field; empty for the object as a whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) field: String,
    /// The key of the value that the field was rendered of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ResultWord {
    Skip,
    Pass,
    Warn,
    Fail,
    Error,
}

/// All rows, and how many of each result.
#[derive(Debug, Serialize)]
pub(crate) struct Report<'a> {
    pub(crate) results: &'a [Row],
    pub(crate) summary: Summary,
    /// What is wrong with policies, and what could not be read.
    pub(crate) problems: Vec<ProblemData>,
}

/// How many rows of each result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Summary {
    pub(crate) pass: usize,
    pub(crate) fail: usize,
    pub(crate) warn: usize,
    pub(crate) error: usize,
    pub(crate) skip: usize,
}

/// Something that keeps a policy or a resource from being used.
#[derive(Debug, Serialize)]
pub(crate) struct ProblemData {
    pub(crate) message: String,
    pub(crate) file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<u32>,
}

impl ResultWord {
    /// As reports write it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }
}

impl From<Outcome> for ResultWord {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Pass,
            Outcome::Warn => Self::Warn,
            Outcome::Fail => Self::Fail,
            Outcome::Error => Self::Error,
            Outcome::Skip => Self::Skip,
        }
    }
}

impl Summary {
    /// Counts rows.
    pub(crate) fn of(rows: &[Row]) -> Self {
        let mut summary = Self::default();
        for row in rows {
            let count = match row.result {
                ResultWord::Pass => &mut summary.pass,
                ResultWord::Fail => &mut summary.fail,
                ResultWord::Warn => &mut summary.warn,
                ResultWord::Error => &mut summary.error,
                ResultWord::Skip => &mut summary.skip,
            };
            *count += 1;
        }
        summary
    }
}

impl<'a> Report<'a> {
    /// Of rows, with what is wrong with the policies and could not be read.
    pub(crate) fn new(rows: &'a [Row], bundle: &Bundle, resources: &Resources) -> Self {
        let mut problems: Vec<ProblemData> = bundle
            .loaded
            .problems
            .iter()
            .map(|problem| {
                let source = bundle.sources.get(problem.span.source.0 as usize);
                let start = source.map(|source| source.range(problem.span).0);
                ProblemData {
                    message: problem.message.clone(),
                    file: source.map(|source| source.name.to_string()).unwrap_or_default(),
                    line: start.map(|start| start.line),
                    column: start.map(|start| start.column),
                }
            })
            .collect();
        let unread = bundle.unread.iter().chain(&resources.unread);
        problems.extend(unread.map(|(place, reason)| ProblemData {
            message: reason.clone(),
            file: place.clone(),
            line: None,
            column: None,
        }));
        Self { results: rows, summary: Summary::of(rows), problems }
    }
}

impl Origin {
    pub(crate) fn of(location: &Location) -> Self {
        Self {
            file: location.file.to_string(),
            line: location.start.line,
            column: location.start.column,
            field: location.field.to_string(),
            value: location.value.as_ref().map(|value| value.key.to_string()),
        }
    }
}

/// The rows of one resource: verdicts of one rule become one row, with the worst result and all messages.
pub(super) fn rows(
    verdicts: &[Verdict],
    object: &Object,
    request: &Request,
    resources: &Resources,
    bundle: &Bundle,
) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut known: HashMap<&RuleName, usize> = HashMap::new();
    for verdict in verdicts {
        let result = ResultWord::from(verdict.outcome);
        if let Some(row) = known.get(&verdict.rule).and_then(|place| rows.get_mut(*place)) {
            row.join(verdict, result);
            row.add_place(location(verdict, object, &resources.sources));
            continue;
        }
        known.insert(&verdict.rule, rows.len());
        let rule = &verdict.rule;
        rows.push(Row {
            policy: match rule.namespace.as_str() {
                "" => rule.policy.to_string(),
                namespace => format!("{namespace}/{}", rule.policy),
            },
            policy_kind: rule.kind.to_string(),
            rule: rule.rule.to_string(),
            resource: Resource {
                api_version: object.api_version.to_string(),
                kind: object.kind.to_string(),
                namespace: request.namespace.to_string(),
                name: object.name.to_string(),
            },
            result,
            message: verdict.message.clone(),
            enforcement: verdict.enforcement.iter().copied().map(word).collect(),
            location: location(verdict, object, &resources.sources),
            other_locations: other_locations(verdict, object, &resources.sources),
            policy_location: policy_location(verdict, request, resources, bundle),
        });
    }
    rows
}

impl Row {
    /// Another place where the resource is wrong, if it is not known yet.
    fn add_place(&mut self, place: Option<Origin>) {
        if place.is_some() && self.location != place {
            self.other_locations.extend(place.filter(|place| !self.other_locations.contains(place)));
        }
    }

    fn join(&mut self, verdict: &Verdict, result: ResultWord) {
        self.result = self.result.max(result);
        if !verdict.message.is_empty() {
            if !self.message.is_empty() {
                self.message.push('\n');
            }
            self.message.push_str(&verdict.message);
        }
        for enforcement in verdict.enforcement.iter().copied().map(word) {
            if !self.enforcement.contains(&enforcement) {
                self.enforcement.push(enforcement);
            }
        }
    }
}

fn word(enforcement: Enforcement) -> &'static str {
    match enforcement {
        Enforcement::Deny => "deny",
        Enforcement::Warn => "warn",
        Enforcement::Audit => "audit",
    }
}

/// Where the resource is wrong: the first field that the rule names, else the object's head. A path that begins
/// with no field of the object is one of a part, as loops over parts name them.
pub(super) fn place<'o>(verdict: &Verdict, object: &'o Object) -> Place<'o> {
    let begins = |path: &&FieldPath| match path.segments().first() {
        Some(Segment::Key(key)) => object.root.entry(key).is_some(),
        _ => false,
    };
    match verdict.places.first().filter(begins) {
        Some(path) => object.place(path.clone()),
        None => object.head(),
    }
}

fn location(verdict: &Verdict, object: &Object, sources: &[Source]) -> Option<Origin> {
    Location::of(&place(verdict, object), sources).map(|location| Origin::of(&location))
}

/// The other fields that a rule names, each place once.
pub(super) fn other_places<'o>(verdict: &Verdict, object: &'o Object) -> Vec<Place<'o>> {
    let first = place(verdict, object);
    let mut places: Vec<Place<'o>> = Vec::new();
    for path in verdict.places.iter().skip(1) {
        let found = object.place(path.clone());
        let known = |known: &Place<'_>| known.path == found.path;
        if !known(&first) && !places.iter().any(known) {
            places.push(found);
        }
    }
    places
}

fn other_locations(verdict: &Verdict, object: &Object, sources: &[Source]) -> Vec<Origin> {
    let places = other_places(verdict, object);
    places.iter().filter_map(|place| Location::of(place, sources)).map(|at| Origin::of(&at)).collect()
}

/// Where the policy stands, or its rule where the policy names its rules.
fn policy_location(
    verdict: &Verdict,
    request: &Request,
    resources: &Resources,
    bundle: &Bundle,
) -> Option<Origin> {
    let rule = &verdict.rule;
    if rule.kind == pod_security::KIND {
        return pod_security::origin(rule, request, resources, bundle);
    }
    bundle.origin(verdict, request).map(|origin| Origin::of(&origin.location))
}
