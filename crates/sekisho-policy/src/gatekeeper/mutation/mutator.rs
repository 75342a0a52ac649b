//! One mutator: `Assign`, `AssignMetadata`, `ModifySet` or `AssignImage`.

use std::cell::RefCell;
use std::collections::BTreeSet;

use sekisho_manifest::{Node, Object, Operation};
use smol_str::SmolStr;

use super::apply::{MutationError, PathTests, apply};
use super::image::ImageParts;
use super::location::{KeyValue, Shown, Step, parse};
use super::set_values::SetValues;
use super::value::{Asking, Assigned, Constant};
use crate::facts::Facts;
use crate::gatekeeper::expansion::AppliesTo;
use crate::gatekeeper::matching::{self, Match, MatchError, Subject};
use crate::problem::Problem;

/// The group of mutators.
const GROUP: &str = "mutations.gatekeeper.sh";

/// A mutator that was found to be right.
#[derive(Debug, Clone)]
pub(crate) struct Mutator {
    pub(crate) kind: SmolStr,
    pub(crate) name: SmolStr,
    pub(crate) steps: Vec<Step>,
    pub(crate) change: Change,
    matching: Match,
    applies_to: Vec<(AppliesTo, Vec<SmolStr>)>,
    tests: PathTests,
}

/// What a mutator writes.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// A value, also over what is there.
    Assign(Assigned),
    /// A label or annotation, where there is none of its name.
    AssignMetadata(Assigned),
    /// Values of a list.
    ModifySet(SetValues),
    /// Parts of an image reference.
    AssignImage(ImageParts),
}

/// What is kept while mutators are applied to an object again and again.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    written: RefCell<BTreeSet<SmolStr>>,
    fresh: RefCell<BTreeSet<SmolStr>>,
}

impl Rounds {
    /// Begins the next round.
    pub(crate) fn next(&self) {
        self.written.borrow_mut().append(&mut self.fresh.borrow_mut());
    }
}

impl Mutator {
    /// Whether an object is a mutator.
    pub(crate) fn is(object: &Object) -> bool {
        object.group() == GROUP
            && matches!(object.kind.as_str(), "Assign" | "AssignMetadata" | "ModifySet" | "AssignImage")
    }

    /// Reads a mutator.
    pub(crate) fn read(object: &Object) -> Result<Self, Problem> {
        let root = &object.root;
        if object.name.len() > 63 {
            let at = root.at(&["metadata", "name"]).unwrap_or(root);
            return Err(Problem::error(at, "the name of a mutator has at most 63 characters"));
        }
        let spec = root.get("spec").ok_or_else(|| Problem::error(root, "`spec` is missing"))?;
        let at = spec.get("location").unwrap_or(spec);
        let steps = parse(spec.str("location"))
            .map_err(|error| Problem::error(at, format!("`{}`: {error}", spec.str("location"))))?;
        check_steps(&object.kind, &steps).map_err(|message| Problem::error(at, message))?;
        let parameters = spec.get("parameters");
        let change = Change::read(&object.kind, parameters, spec, &steps)?;
        let is_metadata = object.kind == "AssignMetadata";
        let tests = if is_metadata {
            PathTests { demands: vec![(steps.len().saturating_sub(1), false)] }
        } else {
            path_tests(parameters, &steps)?
        };
        Ok(Self {
            kind: object.kind.clone(),
            name: object.name.clone(),
            change,
            matching: Match::read(spec.get("match"))?,
            applies_to: if is_metadata { Vec::new() } else { applies_to(spec)? },
            tests,
            steps,
        })
    }

    /// The kinds that it can change; empty: all.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (&SmolStr, &SmolStr)> {
        self.applies_to.iter().flat_map(|(one, _)| {
            one.groups.iter().flat_map(|group| one.kinds.iter().map(move |kind| (group, kind)))
        })
    }

    /// The groups, versions and kinds that it says it changes, with the operations.
    pub(crate) fn bindings(&self) -> Vec<(SmolStr, SmolStr, SmolStr, Operation)> {
        let mut found = Vec::new();
        for (one, operations) in &self.applies_to {
            for operation in [Operation::Create, Operation::Update] {
                let has = operations.is_empty()
                    || operations.iter().any(|word| word == "*" || word == operation.as_str());
                for (group, version, kind) in one.combinations().filter(|_| has) {
                    found.push((group, version, kind, operation));
                }
            }
        }
        found
    }

    /// Whether it concerns an object; an operation is none where an object was generated.
    pub(crate) fn matches(
        &self,
        subject: &Subject<'_>,
        operation: Option<Operation>,
    ) -> Result<bool, MatchError> {
        let object = subject.object;
        let (group, version, kind) = (matching::group(object), matching::version(object), object.str("kind"));
        let applies = |(one, operations): &(AppliesTo, Vec<SmolStr>)| {
            let named = |wanted: Operation| operations.iter().any(|word| word == wanted.as_str());
            let any = operations.is_empty() || operations.iter().any(|word| word == "*");
            one.fits(group, version, kind)
                && match operation {
                    None => any || named(Operation::Create) && named(Operation::Update),
                    Some(operation @ (Operation::Create | Operation::Update)) => any || named(operation),
                    Some(_) => false,
                }
        };
        let everywhere = matches!(self.change, Change::AssignMetadata(_));
        Ok((everywhere || self.applies_to.iter().any(applies)) && self.matching.matches(subject)?)
    }

    /// Changes an object.
    pub(crate) fn apply(
        &self,
        object: &mut Node,
        user: &str,
        facts: &dyn Facts,
        rounds: &Rounds,
    ) -> Result<bool, MutationError> {
        match &self.change {
            Change::Assign(assigned) | Change::AssignMetadata(assigned) => {
                if let Some(constant) = Constant::of(assigned, object) {
                    return apply(object, &self.steps, &self.tests, &constant);
                }
                let Assigned::External(external) = assigned else { return Ok(false) };
                let asking = Asking { external, facts, user, written: &rounds.written, fresh: &rounds.fresh };
                apply(object, &self.steps, &self.tests, &asking)
            }
            Change::ModifySet(values) => apply(object, &self.steps, &self.tests, values),
            Change::AssignImage(parts) => apply(object, &self.steps, &self.tests, parts),
        }
    }
}

impl Change {
    fn read(kind: &str, parameters: Option<&Node>, spec: &Node, steps: &[Step]) -> Result<Self, Problem> {
        let at = parameters.unwrap_or(spec);
        let text = |key: &str| parameters.map_or("", |parameters| parameters.str(key));
        match kind {
            "ModifySet" => {
                let prune = match text("operation") {
                    "" | "merge" => false,
                    "prune" => true,
                    other => {
                        let message = format!(
                            "unrecognized operation for modifyset: `{other}`: use `merge` or `prune`"
                        );
                        return Err(Problem::error(at, message));
                    }
                };
                let values = at.at(&["values", "fromList"]).map(Node::items).unwrap_or_default().to_vec();
                Ok(Self::ModifySet(SetValues { values, prune }))
            }
            "AssignImage" => {
                let parts = ImageParts {
                    domain: text("assignDomain").into(),
                    path: text("assignPath").into(),
                    tag: text("assignTag").into(),
                };
                match parts.problem() {
                    Some(message) => Err(Problem::error(at, message)),
                    None => Ok(Self::AssignImage(parts)),
                }
            }
            _ => {
                let node = parameters.and_then(|parameters| parameters.get("assign"));
                let assigned = Assigned::read(node, at)?;
                let problem = if kind == "AssignMetadata" {
                    metadata_problem(&assigned)
                } else {
                    assign_problem(&assigned, steps)
                };
                match problem {
                    Some(message) => Err(Problem::error(node.unwrap_or(at), message)),
                    None if kind == "AssignMetadata" => Ok(Self::AssignMetadata(assigned)),
                    None => Ok(Self::Assign(assigned)),
                }
            }
        }
    }
}

fn metadata_problem(assigned: &Assigned) -> Option<String> {
    match assigned {
        Assigned::Value(value) if value.as_str().is_none() => {
            Some("`assign.value` must be a text: labels and annotations are".to_owned())
        }
        Assigned::External(external) if !external.about_user => {
            Some("only the data source `Username` is possible for AssignMetadata".to_owned())
        }
        _ => None,
    }
}

/// What is wrong with a value that is put into a list.
fn assign_problem(assigned: &Assigned, steps: &[Step]) -> Option<String> {
    let Some(Step::Items { key, value }) = steps.last() else { return None };
    match (assigned, value) {
        (Assigned::Name | Assigned::Namespace, _) => {
            Some("cannot assign a metadata field to a list".to_owned())
        }
        (Assigned::External(_), _) => Some("cannot assign external data response to a list".to_owned()),
        (Assigned::Value(_), None) => Some("can't append to a globbed list".to_owned()),
        (Assigned::Value(item), Some(_)) if item.as_mapping().is_none() => {
            Some("only objects can be added to keyed lists".to_owned())
        }
        (Assigned::Value(item), Some(value)) => (!super::apply::has_key(item, key, value)).then(|| {
            let value = match value {
                KeyValue::Text(text) => text.to_string(),
                KeyValue::Number(number) => number.to_string(),
            };
            format!("adding object to list with different key `{key}`: the location says `{value}`")
        }),
    }
}

/// What is wrong with the location of a mutator of this kind.
fn check_steps(kind: &str, steps: &[Step]) -> Result<(), String> {
    let field = |step: Option<&Step>, names: &[&str]| matches!(step, Some(Step::Field(name)) if names.contains(&name.as_str()));
    if steps.is_empty() {
        return Err("`spec.location` is missing".to_owned());
    }
    if kind == "AssignMetadata" {
        let fits = steps.len() == 3
            && field(steps.first(), &["metadata"])
            && field(steps.get(1), &["labels", "annotations"])
            && matches!(steps.get(2), Some(Step::Field(_)));
        return if fits {
            Ok(())
        } else {
            Err(format!(
                "invalid location for assignmetadata: `{}`: use `metadata.labels.KEY` or `metadata.annotations.KEY`",
                Shown(steps)
            ))
        };
    }
    if field(steps.first(), &["metadata"]) {
        return Err(format!("{kind} can't change metadata: use AssignMetadata"));
    }
    let ends_in_list = matches!(steps.last(), Some(Step::Items { .. }));
    if ends_in_list && kind != "Assign" {
        return Err(format!("the last step of the location of {kind} cannot be an item of a list"));
    }
    if let [.., Step::Items { key, .. }, Step::Field(name)] = steps
        && key == name
        && kind != "ModifySet"
    {
        return Err("changing the item key is not allowed".to_owned());
    }
    Ok(())
}

fn applies_to(spec: &Node) -> Result<Vec<(AppliesTo, Vec<SmolStr>)>, Problem> {
    let Some(list) = spec.get("applyTo").filter(|list| !list.items().is_empty()) else {
        return Err(Problem::error(spec, "`spec.applyTo` is missing: say which kinds are changed"));
    };
    let mut found = Vec::new();
    for node in list.items() {
        let one = AppliesTo::read(node);
        if one.groups.is_empty() || one.versions.is_empty() || one.kinds.is_empty() {
            return Err(Problem::error(node, "all of groups, versions and kinds must be specified"));
        }
        let operations: Vec<SmolStr> = node.strings("operations").map(SmolStr::new).collect();
        for (index, operation) in operations.iter().enumerate() {
            if !matches!(operation.as_str(), "CREATE" | "UPDATE" | "*") {
                let message = format!("invalid operation `{operation}`: must be one of CREATE, UPDATE, *");
                return Err(Problem::error(node, message));
            }
            if operations.iter().take(index).any(|known| known == operation) {
                return Err(Problem::error(node, format!("duplicate operation `{operation}`")));
            }
        }
        if operations.len() > 1 && operations.iter().any(|operation| operation == "*") {
            return Err(Problem::error(node, "`*` must not be combined with other operations"));
        }
        found.push((one, operations));
    }
    Ok(found)
}

/// Reads `pathTests`: each is about a step of the location.
fn path_tests(parameters: Option<&Node>, steps: &[Step]) -> Result<PathTests, Problem> {
    let mut demands: Vec<(usize, bool)> = Vec::new();
    let nodes = parameters.and_then(|parameters| parameters.get("pathTests")).map(Node::items);
    for node in nodes.unwrap_or_default() {
        let text = node.str("subPath");
        let path = parse(text).map_err(|error| Problem::error(node, format!("`{text}`: {error}")))?;
        if path.is_empty() || !steps.starts_with(&path) {
            let message = format!("subpath `{text}` is not a prefix of the location `{}`", Shown(steps));
            return Err(Problem::error(node, message));
        }
        let must = match node.str("condition") {
            "MustExist" => true,
            "MustNotExist" => false,
            other => {
                let message =
                    format!("`{other}` is not a path test condition: use `MustExist` or `MustNotExist`");
                return Err(Problem::error(node, message));
            }
        };
        let step = path.len() - 1;
        if demands.iter().any(|(known, other)| *known == step && *other != must) {
            let message = format!("path `{text}` is marked both MustExist and MustNotExist");
            return Err(Problem::error(node, message));
        }
        let contradicts = |(known, other): &(usize, bool)| {
            must != *other && (if must { *known < step } else { *known > step })
        };
        if demands.iter().any(contradicts) {
            let message = format!(
                "path `{text}` contradicts another path test: what must exist cannot lie below what must not"
            );
            return Err(Problem::error(node, message));
        }
        demands.push((step, must));
    }
    Ok(PathTests { demands })
}
