//! A policy of Kyverno as one policy of a set.

use std::sync::Arc;

use sekisho_kyverno::Value;
use sekisho_kyverno::policy::{self, Document, Exception, FailureAction};
use sekisho_kyverno::rule::{self, RuleKind, RuleResult, Status, World};
use sekisho_manifest::{FieldPath, Node};
use sekisho_signature::root::TrustedRoot;
use smol_str::SmolStr;

use crate::asked::Asked;
use crate::facts::Facts;
use crate::interest::{Interest, Target};
use crate::policy::{Effect, EffectKind, FailureClass, Policy};
use crate::problem::{Problem, Weight};
use crate::request::Origin;
use crate::trust::{Answer, ImageRules, with_texts};
use crate::verdict::{Enforcement, Outcome, RuleName, Verdict};

use super::cleanup::Cleanup;
use super::globals::Globals;
use super::options::Options;
use super::pod_security::Standards;
use super::request::request;
use super::world::Gathered;

/// A `ClusterPolicy` or `Policy`, with the exceptions that there are.
#[derive(Debug)]
pub struct KyvernoPolicy {
    policy: policy::Policy,
    exceptions: Arc<Vec<Exception>>,
    options: Arc<Options>,
    images: ImageRules,
    globals: Arc<Globals>,
}

/// What could be read of Kyverno's documents.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The policies.
    pub policies: Vec<KyvernoPolicy>,
    /// The policies that remove objects on a schedule.
    pub cleanups: Vec<Cleanup>,
    /// The mistakes, with the place in the list of the document that has each.
    pub problems: Vec<(usize, Problem)>,
}

/// Reads Kyverno's own documents among these; others are left alone. A policy with mistakes is not used.
pub fn load(documents: &[Node], options: impl Into<Options>) -> Loaded {
    let (globals, problems) = Globals::read(documents);
    let enter = &mut |policy: sekisho_trust::Policy, _| policy.name;
    let mut loaded = load_with(documents, options, &Arc::new(globals), &Arc::default(), enter);
    loaded.problems.extend(problems);
    loaded
}

/// The same; `enter` takes the policies of trust of rules that verify images, and names them.
pub(crate) fn load_with(
    documents: &[Node],
    options: impl Into<Options>,
    globals: &Arc<Globals>,
    root: &Arc<TrustedRoot>,
    enter: &mut dyn FnMut(sekisho_trust::Policy, String) -> String,
) -> Loaded {
    let options = Arc::new(options.into());
    let mut loaded = Loaded::default();
    let (mut policies, mut exceptions) = (Vec::new(), Vec::new());
    for (place, node) in documents.iter().enumerate().filter(|(_, node)| policy::is_policy(node)) {
        let read = policy::load(node);
        let is_sound = read.errors.is_empty();
        loaded.problems.extend(read.errors.into_iter().map(|error| {
            let message = format!("{}: {}", error.path, error.kind);
            (place, Problem { span: error.span, message, weight: Weight::Error })
        }));
        match read.document {
            Some(Document::Policy(policy)) if is_sound => policies.push((place, *policy)),
            Some(Document::Exception(exception)) if is_sound => exceptions.push(*exception),
            Some(Document::Cleanup(cleanup)) if is_sound => {
                loaded.cleanups.push(Cleanup::classic(*cleanup, Arc::clone(&options), Arc::clone(globals)));
            }
            _ => {}
        }
    }
    let exceptions = Arc::new(exceptions);
    for (place, policy) in policies {
        let images = ImageRules::of(&policy, root, enter);
        let mut unread: Vec<_> = images.problems().collect();
        unread.sort();
        for (rule, why) in unread {
            let message = format!("rule `{rule}` refuses every image, as it cannot be applied: {why}");
            loaded.problems.extend(documents.get(place).map(|node| (place, Problem::warning(node, message))));
        }
        let (exceptions, options) = (Arc::clone(&exceptions), Arc::clone(&options));
        loaded.policies.push(KyvernoPolicy {
            policy,
            exceptions,
            options,
            images,
            globals: Arc::clone(globals),
        });
    }
    loaded
}

impl KyvernoPolicy {
    /// The name of the policy.
    pub fn name(&self) -> &SmolStr {
        &self.policy.name
    }

    fn with_world<T>(&self, facts: &dyn Facts, run: impl FnOnce(&World<'_>) -> T) -> T {
        let gathered = Gathered::new(facts, &self.options.values, &self.globals, &self.policy.name);
        let exceptions: Vec<&Exception> = self.exceptions.iter().collect();
        let settings = super::options::settings(&self.options.settings, facts);
        run(&World {
            facts: &gathered,
            objects: &gathered,
            pod_security: Some(&Standards),
            settings: &settings,
            exceptions: &exceptions,
            budget: sekisho_kyverno::Budget::default(),
        })
    }

    /// The request, with what is given for this policy.
    fn request(&self, asked: &Asked<'_>, facts: &dyn Facts) -> Arc<rule::Request> {
        let request = request(asked, facts);
        if self.options.leaves_requests() {
            return request;
        }
        let mut given = self.options.values.request(&self.policy.name, &request, None);
        if let Some(user) = &self.options.user {
            given.user = Some(user.clone());
        }
        Arc::new(given)
    }

    fn has(&self, wanted: fn(&policy::Rule) -> bool) -> bool {
        self.policy.rules.iter().any(wanted)
    }

    fn verdict(&self, result: RuleResult) -> Verdict {
        let outcome = match result.status {
            Status::Pass => Outcome::Pass,
            Status::Fail => Outcome::Fail,
            Status::Warn => Outcome::Warn,
            Status::Skip => Outcome::Skip,
            Status::Error | Status::NotExamined => Outcome::Error,
        };
        let lets_go = self.policy.ignores_failures && outcome == Outcome::Error;
        let refuses = match result.kind {
            RuleKind::Validation | RuleKind::ImageVerification => {
                result.action == FailureAction::Enforce && !lets_go
            }
            // An object that could not be changed is not what was asked for.
            RuleKind::Mutation => {
                matches!(outcome, Outcome::Error | Outcome::Fail) && !self.policy.ignores_failures
            }
            RuleKind::Generation => false,
        };
        let mut enforcement = Vec::new();
        if refuses {
            enforcement.push(Enforcement::Deny);
        } else if result.kind == RuleKind::Validation {
            enforcement.push(Enforcement::Audit);
            if self.policy.emits_warnings {
                enforcement.push(Enforcement::Warn);
            }
        }
        let kind = if self.policy.is_namespaced { "Policy" } else { "ClusterPolicy" };
        Verdict {
            rule: RuleName {
                kind: kind.into(),
                namespace: self.policy.namespace.clone(),
                policy: self.policy.name.clone(),
                rule: result.rule,
            },
            outcome,
            message: result.message,
            enforcement,
            places: result.path.as_deref().map(place).into_iter().collect(),
            audit_annotations: Vec::new(),
        }
    }
}

/// Whether a rule about images concerns the request, and left it to others to look at them.
fn is_about_images(result: &RuleResult) -> bool {
    result.kind == RuleKind::ImageVerification && result.status == Status::NotExamined
}

impl KyvernoPolicy {
    /// The object with the digests that were verified; none where there are none to write.
    fn pinned(&self, asked: &Asked<'_>, changed: Option<&Node>, facts: &dyn Facts) -> Option<Node> {
        if !self.images.pin() {
            return None;
        }
        let object = changed.or(asked.object.as_ref())?;
        let now = crate::request::Request { object: Some(object.clone()), ..asked.request().clone() };
        let views = crate::views::Views::default();
        let request = self.request(&Asked::new(&now, &views), facts);
        let results = self.with_world(facts, |world| rule::validate(&self.policy, &request, world));
        let about = results.iter().filter(|result| is_about_images(result));
        let pinned: Vec<_> = about.flat_map(|result| self.images.pinned(&result.rule, &now, facts)).collect();
        (!pinned.is_empty()).then(|| with_texts(object, &pinned))
    }

    /// What a rule says of an image.
    fn of_image(&self, result: &RuleResult, answer: Answer) -> Verdict {
        let Answer { said, action } = answer;
        let mut verdict =
            self.verdict(RuleResult { action: action.unwrap_or(result.action), ..result.clone() });
        let enforces = action.unwrap_or(result.action) == FailureAction::Enforce;
        let lets_go = self.policy.ignores_failures && said.outcome == Outcome::Error;
        verdict.enforcement = match (enforces, lets_go) {
            (true, false) => vec![Enforcement::Deny],
            (true, true) => vec![Enforcement::Warn, Enforcement::Audit],
            (false, _) if self.policy.emits_warnings => vec![Enforcement::Warn, Enforcement::Audit],
            (false, _) => vec![Enforcement::Audit],
        };
        verdict.outcome = said.outcome;
        verdict.message = said.message;
        verdict.places = vec![said.path];
        verdict
    }
}

impl Policy for KyvernoPolicy {
    fn names(&self) -> Vec<RuleName> {
        let kind = if self.policy.is_namespaced { "Policy" } else { "ClusterPolicy" };
        let whole = RuleName::of_policy(kind, self.policy.name.clone());
        vec![RuleName { namespace: self.policy.namespace.clone(), ..whole }]
    }

    fn interest(&self) -> Interest {
        let targets = match self.policy.kinds() {
            Some(kinds) => kinds.into_iter().map(|kind| Target::Kind { group: None, kind }).collect(),
            None => vec![Target::Any],
        };
        Interest { targets, operations: Vec::new() }
    }

    fn audits(&self) -> bool {
        self.policy.background
    }

    fn acts(&self) -> bool {
        self.has(policy::Rule::generates) || self.has(policy::Rule::mutates_existing)
    }

    fn is_retroactive(&self) -> bool {
        (self.policy.generates_existing && self.has(policy::Rule::generates))
            || (self.policy.mutates_existing_on_update && self.has(policy::Rule::mutates_existing))
    }

    fn effects(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut enter = |policy: &Self, mut result: RuleResult, kind: EffectKind, objects: Vec<Value>| {
            result.generated.clear();
            result.target = None;
            let bereft = std::mem::take(&mut result.bereft);
            let verdict = policy.verdict(result);
            let rule = verdict.rule.clone();
            let effect = |object: &Value, kind| Effect { rule: rule.clone(), object: object.to_node(), kind };
            effects.extend(objects.iter().map(|object| effect(object, kind)));
            if matches!(kind, EffectKind::Keep | EffectKind::KeepBeyondPolicy) {
                effects.extend(bereft.iter().map(|object| effect(object, EffectKind::Withdraw)));
            }
            verdicts.push(verdict);
        };
        if self.has(policy::Rule::generates) {
            let request = self.request(asked, facts);
            let results = self.with_world(facts, |world| rule::generate(&self.policy, &request, world));
            for mut result in results {
                let made = std::mem::take(&mut result.generated);
                let mut same = self.policy.rules.iter().filter(|rule| rule.name == result.rule);
                let kind = match same.find(|rule| rule.synchronizes()) {
                    Some(rule) if rule.orphans() => EffectKind::KeepBeyondPolicy,
                    Some(_) => EffectKind::Keep,
                    None => EffectKind::Make,
                };
                enter(self, result, kind, made);
            }
        }
        if self.has(policy::Rule::mutates_existing) {
            let request = self.request(asked, facts);
            let mutated = self.with_world(facts, |world| rule::mutate(&self.policy, &request, world));
            for mut result in mutated.results {
                let Some(target) = result.target.take() else { continue };
                let objects = if result.status == Status::Pass { vec![target] } else { Vec::new() };
                enter(self, result, EffectKind::Change, objects);
            }
        }
        effects
    }

    fn failure(&self) -> FailureClass {
        if self.policy.ignores_failures { FailureClass::Open } else { FailureClass::Closed }
    }

    fn changes(&self) -> bool {
        self.policy.admission
            && (self.has(|rule| rule.mutates() && !rule.mutates_existing()) || self.images.pin())
    }

    fn mutate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) -> Option<Node> {
        if !self.changes() {
            return None;
        }
        let request = self.request(asked, facts);
        let mutated = self.with_world(facts, |world| rule::mutate(&self.policy, &request, world));
        let existing = |result: &RuleResult| result.target.is_some();
        verdicts.extend(
            mutated.results.into_iter().filter(|result| !existing(result)).map(|result| self.verdict(result)),
        );
        let changed: Option<Value> = mutated.object.filter(|object| Some(object) != request.object.as_ref());
        let changed = changed.map(|object| object.to_node());
        self.pinned(asked, changed.as_ref(), facts).or(changed)
    }

    fn validate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) {
        // Such a policy looks at what exists, and has no say in what is admitted.
        if asked.origin == Origin::Admission && !self.policy.admission {
            return;
        }
        if !self.has(|rule| rule.validates() || rule.verifies_images()) {
            return;
        }
        let request = self.request(asked, facts);
        let results = self.with_world(facts, |world| rule::validate(&self.policy, &request, world));
        for result in results {
            let answers =
                if is_about_images(&result) { self.images.judge(&result.rule, asked, facts) } else { None };
            match answers {
                Some(answers) => {
                    verdicts.extend(answers.into_iter().map(|answer| self.of_image(&result, answer)));
                }
                None => verdicts.push(self.verdict(result)),
            }
        }
    }

    fn generate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) -> Vec<Node> {
        if !self.has(policy::Rule::generates) {
            return Vec::new();
        }
        let request = self.request(asked, facts);
        let results = self.with_world(facts, |world| rule::generate(&self.policy, &request, world));
        let mut made = Vec::new();
        for mut result in results {
            made.extend(std::mem::take(&mut result.generated).iter().map(Value::to_node));
            verdicts.push(self.verdict(result));
        }
        made
    }
}

/// The field of a path with slashes, `/spec/containers/0/image/`.
fn place(path: &str) -> FieldPath {
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts.fold(FieldPath::root(), |path, part| match part.parse::<usize>() {
        Ok(index) => path.child(index),
        Err(_) => path.child(part),
    })
}
