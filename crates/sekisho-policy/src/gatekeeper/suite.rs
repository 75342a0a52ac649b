//! Runs Gatekeeper's test suites: `suite.yaml` with templates, constraints and cases.

use regex::Regex;
use sekisho_manifest::{Node, Object, Operation, Value};

use super::constraint::{Constraint, EnforcementPoint};
use super::policies::{Options, load};
use super::template::{Engine, Template};
use crate::kinds::Kinds;
use crate::request::Request;
use crate::set::PolicySet;
use crate::snapshot::Snapshot;
use crate::verdict::Outcome;

/// Gives the objects of a file, by its path relative to the suite; else says why not.
pub type ReadObjects<'a> = dyn Fn(&str) -> Result<Vec<Object>, String> + 'a;

/// What came of one case, or of a test that has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseResult {
    /// The name of the test.
    pub test: String,
    /// The name of the case; empty where it is about the test as a whole.
    pub case: String,
    /// What came of it.
    pub outcome: CaseOutcome,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseOutcome {
    /// All assertions hold.
    Pass,
    /// The suite says that it is to be left out.
    Skipped,
    /// An assertion does not hold, or the case could not be run.
    Fail(String),
}

/// Whether an object is such a suite.
pub fn is_suite(object: &Object) -> bool {
    object.is("test.gatekeeper.sh", "Suite")
}

/// Runs a suite. Rules are taken in the first of these languages that their template gives them in.
pub fn run(suite: &Node, engines: &[Engine], read: &ReadObjects<'_>) -> Vec<CaseResult> {
    let skip_all = suite.is_true("skip");
    let tests = suite.get("tests").map(Node::items).unwrap_or_default();
    let mut found = Vec::new();
    for test in tests {
        let row = |case: &str, outcome: CaseOutcome| CaseResult {
            test: test.str("name").to_owned(),
            case: case.to_owned(),
            outcome,
        };
        if skip_all || test.is_true("skip") {
            found.push(row("", CaseOutcome::Skipped));
            continue;
        }
        match Test::read(test, engines, read) {
            Err(problem) => found.push(row("", CaseOutcome::Fail(problem))),
            Ok(_) if test.is_true("invalid") => found.push(row("", CaseOutcome::Pass)),
            Ok(ready) => {
                for case in test.get("cases").map(Node::items).unwrap_or_default() {
                    let outcome = if case.is_true("skip") {
                        CaseOutcome::Skipped
                    } else {
                        ready.case(case).map_or_else(CaseOutcome::Fail, |()| CaseOutcome::Pass)
                    };
                    found.push(row(case.str("name"), outcome));
                }
            }
        }
    }
    found
}

/// A test whose template and constraint are right, or wrong as the test demands it.
struct Test<'r> {
    policies: PolicySet,
    read: &'r ReadObjects<'r>,
}

impl<'r> Test<'r> {
    fn read(test: &Node, engines: &[Engine], read: &'r ReadObjects<'r>) -> Result<Self, String> {
        let one = |key: &str| match test.str(key) {
            "" => Err(format!("the test names no `{key}`")),
            path => read(path)?.into_iter().next().ok_or_else(|| format!("`{path}` holds no object")),
        };
        let template = one("template")?;
        if !Template::is(&template) {
            return Err(format!("`{}` holds no ConstraintTemplate", test.str("template")));
        }
        let constraint = one("constraint")?;
        if !Constraint::is(&constraint) {
            return Err(format!("`{}` holds no constraint", test.str("constraint")));
        }
        if test.is_true("invalid") {
            must_break_schema(&template, &constraint)?;
            return Ok(Self { policies: PolicySet::new(), read });
        }
        let mut objects = vec![template, constraint];
        if let Some(path) = test.get("expansion").and_then(Node::as_str).filter(|path| !path.is_empty()) {
            objects.extend(read(path)?);
        }
        let options = Options { point: EnforcementPoint::CommandLine, engines: engines.to_vec() };
        let (loaded, problems) = load(&objects, &options);
        if let Some(problem) = problems.first() {
            return Err(problem.to_string());
        }
        let mut policies = PolicySet::new();
        policies.extend(loaded);
        Ok(Self { policies, read })
    }

    fn case(&self, case: &Node) -> Result<(), String> {
        let path = case.str("object");
        let objects = (self.read)(path)?;
        let [object] = objects.as_slice() else {
            return Err(format!("`{path}` must hold one object, not {}", objects.len()));
        };
        let mut inventory = Vec::new();
        for path in case.strings("inventory") {
            let found = (self.read)(path)?;
            if found.is_empty() {
                return Err(format!("missing objects: path `{path}` defines no YAML objects"));
            }
            inventory.extend(found);
        }
        let request = if object.is("admission.k8s.io", "AdmissionReview") {
            reviewed(&object.root)?
        } else {
            Request::create(object, &Kinds::new(&inventory), "")
        };
        let assertions = case.get("assertions").map(Node::items).unwrap_or_default();
        if assertions.is_empty() {
            return Err("the case has no assertions".to_owned());
        }
        let review = self.policies.review(&request, &Snapshot::new(&inventory, ""));
        let refusals = review.verdicts.iter().filter(|verdict| verdict.outcome != Outcome::Pass);
        let messages: Vec<&str> = refusals.map(|verdict| verdict.message.as_str()).collect();
        assertions.iter().try_for_each(|assertion| holds(assertion, &messages))
    }
}

/// The request of a review that a case gives in place of an object.
fn reviewed(review: &Node) -> Result<Request, String> {
    const KEYS: [&str; 4] = ["apiVersion", "kind", "request", "response"];
    if let Some(entry) = review.entries().iter().find(|entry| !KEYS.contains(&entry.key.as_str())) {
        return Err(format!("not a valid AdmissionReview object: unknown field `{}`", entry.key));
    }
    let request =
        Request::of_review_or(review, Some(Operation::Create)).map_err(|problem| problem.to_string())?;
    let has_no_kind = |object: &Option<Node>| object.as_ref().is_some_and(|node| node.str("kind").is_empty());
    if has_no_kind(&request.object) || has_no_kind(&request.old_object) {
        return Err("object or oldObject cannot be unmarshalled: its `kind` is missing".to_owned());
    }
    if request.operation == Operation::Delete && request.old_object.is_none() {
        return Err("oldObject cannot be nil for DELETE operations".to_owned());
    }
    Ok(request)
}

/// A test that is meant to be invalid has a constraint that the template's schema refuses.
fn must_break_schema(template: &Object, constraint: &Object) -> Result<(), String> {
    let template = Template::read(template).map_err(|problem| problem.to_string())?;
    let parameters = constraint.root.at(&["spec", "parameters"]);
    let refused = parameters.is_some_and(|given| !template.schema.violations(given).is_empty());
    if refused { Ok(()) } else { Err("the constraint is valid, and the test says that it is not".to_owned()) }
}

/// Whether as many violations fit an assertion as it demands.
fn holds(assertion: &Node, messages: &[&str]) -> Result<(), String> {
    let pattern = match assertion.get("message").and_then(Node::as_str) {
        Some(text) => Some(Regex::new(text).map_err(|error| format!("`{text}`: {error}"))?),
        None => None,
    };
    let fits = |message: &&&str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(message));
    let count = messages.iter().filter(fits).count();
    let wanted = assertion.get("violations").map(|node| &node.value);
    let right = match wanted {
        None | Some(Value::Bool(true)) => count > 0,
        Some(Value::Bool(false)) => count == 0,
        Some(Value::Int(number)) => usize::try_from(*number) == Ok(count),
        Some(Value::String(word)) if word == "yes" => count > 0,
        Some(Value::String(word)) if word == "no" => count == 0,
        Some(_) => return Err("`violations` must be a number that is not negative, `yes` or `no`".to_owned()),
    };
    if right {
        return Ok(());
    }
    let wanted = assertion.get("violations").map_or("yes".to_owned(), |node| node.to_json().to_string());
    let about = assertion
        .get("message")
        .and_then(Node::as_str)
        .map_or(String::new(), |text| format!(" that fit `{text}`"));
    Err(format!("got {count} violations{about}, wanted {wanted}: {messages:?}"))
}
