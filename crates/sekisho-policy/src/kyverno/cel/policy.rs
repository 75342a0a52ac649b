//! A policy of expressions as one policy of a set.

use std::sync::Arc;

use sekisho_kyverno::Settings;
use sekisho_kyverno::Value;
use sekisho_kyverno::rule::{RuleResult, Status};
use sekisho_manifest::Node;
use smol_str::SmolStr;

use super::definition::CelPolicy;
use super::gathered::Gathered;
use super::judgement::{Judgement, Surroundings};
use super::kind::PolicyKind;
use crate::asked::Asked;
use crate::facts::{Facts, Known};
use crate::interest::{Interest, Target};
use crate::kinds::Kinds;
use crate::kyverno::Globals;
use crate::kyverno::options::settings;
use crate::policy::{Effect, EffectKind, FailureClass, Policy};
use crate::request::Origin;
use crate::verdict::{Enforcement, Outcome, RuleName, Verdict};

/// A policy with the settings of an installation.
#[derive(Debug)]
pub struct SetPolicy {
    policy: CelPolicy,
    settings: Arc<Settings>,
    globals: Arc<Globals>,
}

impl SetPolicy {
    pub(crate) fn new(policy: CelPolicy, settings: Arc<Settings>, globals: Arc<Globals>) -> Self {
        Self { policy, settings, globals }
    }

    /// The policy, as one rule.
    pub(in crate::kyverno) fn name(&self) -> RuleName {
        let policy = &self.policy;
        let kind = policy.kind.name(policy.is_namespaced());
        let whole = RuleName::of_policy(SmolStr::new_static(kind), policy.owner.name.clone());
        RuleName { namespace: policy.owner.namespace.clone(), ..whole }
    }

    /// What it can concern.
    pub(in crate::kyverno) fn targets(&self) -> Vec<Target> {
        self.interest().targets
    }

    pub(in crate::kyverno) fn schedule(&self) -> &str {
        &self.policy.schedule
    }

    pub(in crate::kyverno) fn propagation(&self) -> &SmolStr {
        &self.policy.propagation
    }

    /// Whether a policy that removes objects removes this one; an error says why that cannot be told.
    pub(in crate::kyverno) fn removes(&self, asked: &Asked<'_>, facts: &dyn Facts) -> Result<bool, String> {
        let results = self.judge(asked, facts).results;
        match results.iter().find(|result| !matches!(result.status, Status::Pass | Status::Fail)) {
            Some(result) => Err(result.message.clone()),
            None => Ok(results.iter().any(|result| result.status == Status::Pass)),
        }
    }

    /// Whether it removes objects on a schedule.
    pub(in crate::kyverno) fn deletes(&self) -> bool {
        self.policy.kind == PolicyKind::Deleting
    }

    fn judge(&self, asked: &Asked<'_>, facts: &dyn Facts) -> Judgement {
        let outside = Gathered { facts, globals: &self.globals };
        let settings = settings(&self.settings, facts);
        self.policy.judge(asked, &Surroundings { outside: &outside, settings: &settings })
    }

    /// How other objects are changed because of a request: those of the kinds that the policy names for it.
    fn change_others(&self, asked: &Asked<'_>, facts: &dyn Facts) -> Vec<RuleResult> {
        let kinds = Kinds::default();
        let wanted = self.policy.others();
        let is_meant = |known: &Known| {
            let resource = kinds.of(&known.kind).resource.resource;
            wanted.iter().any(|target| target.is_of(&known.kind.kind, &resource))
        };
        let mut known: Vec<Known> = facts.everything().into_iter().filter(is_meant).collect();
        known.sort_by(|one, other| {
            (&one.kind, &one.namespace, &one.name).cmp(&(&other.kind, &other.namespace, &other.name))
        });
        let targets: Vec<Node> = known.into_iter().map(|known| known.root).collect();
        let outside = Gathered { facts, globals: &self.globals };
        let settings = settings(&self.settings, facts);
        let around = Surroundings { outside: &outside, settings: &settings };
        self.policy.change_because_of(asked, &targets, &around)
    }

    fn verdict(&self, result: RuleResult, annotations: Vec<(SmolStr, String)>) -> Verdict {
        let policy = &self.policy;
        let outcome = match result.status {
            Status::Pass => Outcome::Pass,
            Status::Fail => Outcome::Fail,
            Status::Warn => Outcome::Warn,
            Status::Skip => Outcome::Skip,
            Status::Error | Status::NotExamined => Outcome::Error,
        };
        let lets_go = policy.ignores_failures && outcome == Outcome::Error;
        let enforcement = match policy.kind {
            PolicyKind::Validating | PolicyKind::ImageValidating if lets_go => {
                policy.actions.iter().copied().filter(|action| *action != Enforcement::Deny).collect()
            }
            PolicyKind::Validating | PolicyKind::ImageValidating => policy.actions.clone(),
            // An object that could not be changed is not what was asked for.
            PolicyKind::Mutating if outcome == Outcome::Error && !lets_go => vec![Enforcement::Deny],
            _ => Vec::new(),
        };
        Verdict {
            rule: RuleName {
                kind: SmolStr::new_static(policy.kind.name(policy.is_namespaced())),
                namespace: policy.owner.namespace.clone(),
                policy: policy.owner.name.clone(),
                rule: result.rule,
            },
            outcome,
            message: result.message,
            enforcement,
            places: Vec::new(),
            audit_annotations: annotations,
        }
    }
}

impl Policy for SetPolicy {
    fn names(&self) -> Vec<RuleName> {
        vec![self.name()]
    }

    fn interest(&self) -> Interest {
        if self.policy.plain {
            return Interest::everything();
        }
        let mut all = Interest { targets: Vec::new(), operations: Vec::new() };
        for constraints in self.policy.variants.iter().filter_map(|variant| variant.constraints.as_ref()) {
            all.targets.extend(constraints.interest().targets);
        }
        all
    }

    fn audits(&self) -> bool {
        self.policy.asked.background
    }

    fn acts(&self) -> bool {
        match self.policy.kind {
            PolicyKind::Generating => self.policy.asked.admission || self.policy.asked.existing,
            PolicyKind::Mutating => self.policy.asked.existing,
            _ => false,
        }
    }

    fn is_retroactive(&self) -> bool {
        self.acts() && self.policy.asked.existing
    }

    fn effects(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) -> Vec<Effect> {
        if !self.acts() {
            return Vec::new();
        }
        let (results, kind) = match self.policy.kind {
            PolicyKind::Generating => (self.judge(asked, facts).results, self.policy.made),
            _ => (self.change_others(asked, facts), EffectKind::Change),
        };
        let mut effects = Vec::new();
        for mut result in results {
            let mut objects = std::mem::take(&mut result.generated);
            objects.extend(result.target.take());
            let verdict = self.verdict(result, Vec::new());
            effects.extend(objects.iter().map(|object| Effect {
                rule: verdict.rule.clone(),
                object: object.to_node(),
                kind,
            }));
            verdicts.push(verdict);
        }
        effects
    }

    fn failure(&self) -> FailureClass {
        if self.policy.ignores_failures { FailureClass::Open } else { FailureClass::Closed }
    }

    fn changes(&self) -> bool {
        self.policy.kind == PolicyKind::Mutating && self.policy.asked.admission
    }

    fn mutate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) -> Option<Node> {
        if !self.changes() {
            return None;
        }
        let mut judgement = self.judge(asked, facts);
        for result in judgement.results {
            verdicts.push(self.verdict(result, std::mem::take(&mut judgement.annotations)));
        }
        judgement.changed.filter(|changed| Some(changed) != asked.object.as_ref())
    }

    fn generate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) -> Vec<Node> {
        if self.policy.kind != PolicyKind::Generating || !self.policy.asked.admission {
            return Vec::new();
        }
        let mut judgement = self.judge(asked, facts);
        let mut made = Vec::new();
        for result in judgement.results {
            made.extend(result.generated.iter().map(Value::to_node));
            verdicts.push(self.verdict(result, std::mem::take(&mut judgement.annotations)));
        }
        made
    }

    fn validate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) {
        let is_asked = self.policy.asked.admission || asked.origin != Origin::Admission;
        if !is_asked || !matches!(self.policy.kind, PolicyKind::Validating | PolicyKind::ImageValidating) {
            return;
        }
        let mut judgement = self.judge(asked, facts);
        for result in judgement.results {
            verdicts.push(self.verdict(result, std::mem::take(&mut judgement.annotations)));
        }
    }
}
