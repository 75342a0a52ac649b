//! Constraints, expansions and mutators as policies.

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_manifest::{Node, Object, Operation, Source};
use smol_str::SmolStr;

use super::constraint::{Constraint, EnforcementPoint, GROUP};
use super::expansion::ExpansionTemplate;
use super::matching::{Origin, Subject};
use super::mutation::{Mutator, Mutators};
use super::rego;
use super::rule::{self, Rule};
use super::said::Said;
use super::subject::{self, Subjects};
use super::template::{self, Engine, Template};
use crate::asked::Asked;
use crate::external as external_data;
use crate::facts::Facts;
use crate::interest::{Interest, Target};
use crate::policy::Policy;
use crate::problem::Problem;
use crate::rego::LintRemark;
use crate::verdict::{Enforcement, Outcome, RuleName, Verdict};

/// How Gatekeeper's documents are to be used.
#[derive(Debug, Clone)]
pub struct Options {
    /// Who applies the constraints.
    pub point: EnforcementPoint,
    /// Which language is taken first where a template's rule is given in several.
    pub engines: Vec<Engine>,
}

impl Default for Options {
    fn default() -> Self {
        Self { point: EnforcementPoint::CommandLine, engines: vec![Engine::Cel, Engine::Rego] }
    }
}

/// Whether an object is one of Gatekeeper's policies.
pub fn is_policy(object: &Object) -> bool {
    Template::is(object) || Constraint::is(object) || ExpansionTemplate::is(object) || Mutator::is(object)
}

/// Makes policies of Gatekeeper's documents, and says what is wrong with them.
pub fn load<'a>(
    objects: impl IntoIterator<Item = &'a Object>,
    options: &Options,
) -> (Vec<Box<dyn Policy>>, Vec<Problem>) {
    load_from(objects, &[], options)
}

/// The same, with the texts that the objects were read from, so that errors in Rego stand at their lines.
pub fn load_from<'a>(
    objects: impl IntoIterator<Item = &'a Object>,
    sources: &[Source],
    options: &Options,
) -> (Vec<Box<dyn Policy>>, Vec<Problem>) {
    let mut loader = Loader { options, sources, problems: Vec::new() };
    let objects: Vec<&Object> = objects.into_iter().collect();
    let templates = loader.templates(&objects);
    let shared = Arc::new(Shared {
        expansions: loader.all(&objects, ExpansionTemplate::is, ExpansionTemplate::read),
        mutators: Mutators::new(loader.all(&objects, Mutator::is, Mutator::read)),
    });
    for mutator in shared.mutators.conflicting() {
        if let Some(object) = objects.iter().find(|object| is_same(object, mutator)) {
            let message = format!(
                "`{}/{}` contradicts another mutator about the shape of a kind: neither is applied",
                mutator.kind, mutator.name
            );
            loader.problems.push(Problem::error(&object.root, message));
        }
    }
    for object in objects.iter().filter(|object| external_data::is_provider(object)) {
        if let Some(fault) = external_data::fault(object) {
            let message = format!("the provider `{}` is not registered: {fault}", object.name);
            loader.problems.push(Problem::warning(&object.root, message));
        }
    }
    let mut policies: Vec<Box<dyn Policy>> = Vec::new();
    if !shared.mutators.is_empty() {
        policies.push(Box::new(Mutation { shared: Arc::clone(&shared) }));
    }
    let mut last: HashMap<(&str, &str), usize> = HashMap::new();
    for (place, object) in objects.iter().enumerate().filter(|(_, object)| Constraint::is(object)) {
        last.insert((&object.kind, &object.name), place);
    }
    for (place, object) in objects.iter().enumerate().filter(|(_, object)| Constraint::is(object)) {
        // Of two constraints of one name the API server keeps the one that is applied last.
        if last.get(&(object.kind.as_str(), object.name.as_str())) != Some(&place) {
            let message =
                format!("`{}/{}` is given again further down, where it is used", object.kind, object.name);
            loader.problems.push(Problem::warning(&object.root, message));
            continue;
        }
        if let Some(policy) = loader.constraint(object, &templates, &shared) {
            policies.push(policy);
        }
    }
    (policies, loader.problems)
}

fn is_same(object: &Object, mutator: &Mutator) -> bool {
    Mutator::is(object) && object.kind == mutator.kind && object.name == mutator.name
}

struct Loader<'o> {
    options: &'o Options,
    sources: &'o [Source],
    problems: Vec<Problem>,
}

/// A template and its compiled rule.
struct Compiled {
    template: Template,
    rule: Arc<Rule>,
}

impl Loader<'_> {
    fn all<T>(
        &mut self,
        objects: &[&Object],
        is: fn(&Object) -> bool,
        read: fn(&Object) -> Result<T, Problem>,
    ) -> Vec<T> {
        let mut found = Vec::new();
        for object in objects.iter().filter(|object| is(object)) {
            match read(object) {
                Ok(one) => found.push(one),
                Err(problem) => self.problems.push(problem),
            }
        }
        found
    }

    /// The templates by the kind of their constraints.
    fn templates(&mut self, objects: &[&Object]) -> HashMap<SmolStr, Option<Compiled>> {
        let mut found = HashMap::new();
        let kind_of = |object: &Object| {
            let names = object.root.at(&["spec", "crd", "spec", "names"]);
            SmolStr::new(names.map_or("", |names| names.str("kind")))
        };
        // Of two templates of one kind the API server keeps the one that is applied last.
        for object in objects.iter().rev().filter(|object| Template::is(object)) {
            let kind = kind_of(object);
            let kind = kind.as_str();
            if found.contains_key(kind) {
                let message =
                    format!("the template of kind `{kind}` is given again further down, where it is used");
                self.problems.push(Problem::warning(&object.root, message));
                continue;
            }
            let compiled = Template::read(object).and_then(|template| {
                let rule = Rule::compile(object, &template, &self.options.engines, self.sources)?;
                Ok(Compiled { template, rule: Arc::new(rule) })
            });
            match compiled {
                Ok(compiled) => {
                    found.insert(SmolStr::new(kind), Some(compiled));
                }
                Err(problem) => {
                    self.problems.push(problem);
                    found.insert(SmolStr::new(kind), None);
                }
            }
        }
        found
    }

    fn constraint(
        &mut self,
        object: &Object,
        templates: &HashMap<SmolStr, Option<Compiled>>,
        shared: &Arc<Shared>,
    ) -> Option<Box<dyn Policy>> {
        let compiled = match templates.get(&object.kind) {
            Some(Some(compiled)) => compiled,
            // The template itself has a problem, which was said.
            Some(None) => return None,
            None => {
                let message = format!(
                    "there is no ConstraintTemplate of kind `{}`: give it too, with `{GROUP}` constraints",
                    object.kind
                );
                self.problems.push(Problem::error(object.root.get("kind").unwrap_or(&object.root), message));
                return None;
            }
        };
        let constraint = match Constraint::read(object, &compiled.template, self.options.point) {
            Ok(constraint) => constraint,
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        constraint.actions.as_ref()?;
        let operations = match self.options.point {
            EnforcementPoint::Admission => compiled.template.operations.clone(),
            _ => Vec::new(),
        };
        let input = compiled.rule.prepare(&constraint);
        let rule = Arc::clone(&compiled.rule);
        Some(Box::new(Judge { constraint, rule, input, operations, shared: Arc::clone(shared) }))
    }
}

/// What can be said of the Rego of templates that compiles: see [`crate::rego::lint`].
pub fn lint<'a>(objects: impl IntoIterator<Item = &'a Object>, sources: &[Source]) -> Vec<LintRemark> {
    let mut found = Vec::new();
    for object in objects.into_iter().filter(|object| Template::is(object)) {
        let Ok(template) = Template::read(object) else { continue };
        if let Some(template::Source::Rego { module, libraries, .. }) = template.source(&[Engine::Rego]) {
            found.extend(rego::lint(module, libraries, sources));
        }
    }
    found
}

/// What all constraints share.
#[derive(Debug)]
struct Shared {
    expansions: Vec<ExpansionTemplate>,
    mutators: Mutators,
}

/// A constraint and the rule of its template.
#[derive(Debug)]
struct Judge {
    constraint: Constraint,
    rule: Arc<Rule>,
    /// The constraint in the form of the rule's language.
    input: rule::Prepared,
    operations: Vec<Operation>,
    shared: Arc<Shared>,
}

impl Policy for Judge {
    fn names(&self) -> Vec<RuleName> {
        vec![RuleName::of_policy(self.constraint.kind.clone(), self.constraint.name.clone())]
    }

    fn interest(&self) -> Interest {
        let operations = self.operations.clone();
        // What is generated has another kind than what was asked about.
        if !self.shared.expansions.is_empty() {
            return Interest { targets: vec![Target::Any], operations };
        }
        let mut targets = Vec::new();
        for kinds in self.constraint.matching.kinds() {
            let any = |list: &[SmolStr]| list.is_empty() || list.iter().any(|entry| entry == "*");
            if any(&kinds.kinds) {
                return Interest { targets: vec![Target::Any], operations };
            }
            let groups: Vec<Option<SmolStr>> = if any(&kinds.groups) {
                vec![None]
            } else {
                kinds.groups.iter().cloned().map(Some).collect()
            };
            for group in groups {
                let kinds = kinds.kinds.iter().cloned();
                targets.extend(kinds.map(|kind| Target::Kind { group: group.clone(), kind }));
            }
        }
        if targets.is_empty() {
            targets.push(Target::Any);
        }
        Interest { targets, operations }
    }

    fn validate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) {
        let subjects = asked
            .view(|request| Subjects::new(request, &self.shared.expansions, &self.shared.mutators, facts));
        let (before, mut matched) = (verdicts.len(), false);
        for subject in &subjects.judged {
            match subjects.matches(subject, &self.constraint.matching) {
                Ok(false) => {}
                Ok(true) => {
                    matched = true;
                    let template = subject.template.as_ref();
                    for said in self.rule.violations(&self.constraint, &self.input, &subject.asked(), facts) {
                        verdicts.push(match said {
                            Said::Violation(message) => self.refusal(template, &message),
                            Said::Error(problem) => {
                                Verdict { outcome: Outcome::Error, ..self.refusal(template, &problem) }
                            }
                        });
                    }
                }
                Err(error) => {
                    let name = subject.name();
                    let message = format!(
                        "unable to match constraints: error matching the requested object: {name} :{error}"
                    );
                    verdicts.push(self.refusal(subject.template.as_ref(), &message));
                }
            }
        }
        if let Some(problem) = &subjects.problem {
            verdicts.push(Verdict { outcome: Outcome::Error, ..self.refusal(None, problem) });
        } else if matched && verdicts.len() == before {
            verdicts.push(Verdict { outcome: Outcome::Pass, ..self.refusal(None, "") });
        }
    }
}

impl Judge {
    fn refusal(&self, template: Option<&subject::Source>, message: &str) -> Verdict {
        let overridden = template.and_then(|template| template.enforcement_action.as_deref());
        let enforcement = match overridden {
            Some("deny") => vec![Enforcement::Deny],
            Some("warn") => vec![Enforcement::Warn],
            Some(_) => vec![Enforcement::Audit],
            None => self.constraint.enforcement(),
        };
        Verdict {
            rule: RuleName::of_policy(self.constraint.kind.clone(), self.constraint.name.clone()),
            outcome: Outcome::Fail,
            message: match template {
                Some(template) => format!("[Implied by {}] {message}", template.name),
                None => message.to_owned(),
            },
            enforcement,
            places: Vec::new(),
            audit_annotations: Vec::new(),
        }
    }
}

/// All mutators together: they are applied until nothing changes.
#[derive(Debug)]
struct Mutation {
    shared: Arc<Shared>,
}

impl Policy for Mutation {
    fn names(&self) -> Vec<RuleName> {
        let mutators = self.shared.mutators.iter();
        mutators.map(|one| RuleName::of_policy(one.kind.clone(), one.name.clone())).collect()
    }

    fn interest(&self) -> Interest {
        let mut targets = Vec::new();
        for mutator in self.shared.mutators.iter() {
            let before = targets.len();
            targets.extend(
                mutator
                    .kinds()
                    .map(|(group, kind)| Target::Kind { group: Some(group.clone()), kind: kind.clone() }),
            );
            if targets.len() == before {
                return Interest { targets: vec![Target::Any], operations: MUTATED.to_vec() };
            }
        }
        Interest { targets, operations: MUTATED.to_vec() }
    }

    fn changes(&self) -> bool {
        true
    }

    fn mutate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) -> Option<Node> {
        let object = asked.object.as_ref()?;
        let namespace_object = facts.namespace(&asked.namespace);
        let subject = Subject {
            object,
            namespace: &asked.namespace,
            namespace_object: namespace_object.as_ref(),
            origin: Origin::Original,
        };
        match self.shared.mutators.apply(&subject, Some(asked.operation), &asked.user.name, facts) {
            Ok(changed) => changed,
            Err(error) => {
                let rule = RuleName::of_policy("Mutators", "gatekeeper");
                verdicts.push(Verdict {
                    rule,
                    outcome: Outcome::Error,
                    message: error.to_string(),
                    enforcement: vec![Enforcement::Deny],
                    places: Vec::new(),
                    audit_annotations: Vec::new(),
                });
                None
            }
        }
    }
}

/// The operations that Gatekeeper changes objects on.
const MUTATED: [Operation; 2] = [Operation::Create, Operation::Update];
