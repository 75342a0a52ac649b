//! A policy of expressions as one policy of a set.

use std::sync::Arc;

use sekisho_kyverno::Value;
use sekisho_kyverno::context::Settings;
use sekisho_kyverno::rule::{RuleResult, Status};
use sekisho_manifest::Node;
use smol_str::SmolStr;

use super::definition::CelPolicy;
use super::gathered::Gathered;
use super::judgement::{Judgement, Surroundings};
use super::kind::PolicyKind;
use crate::asked::Asked;
use crate::facts::Facts;
use crate::interest::Interest;
use crate::kyverno::options::settings;
use crate::set::{FailureClass, Policy};
use crate::verdict::{Enforcement, Outcome, RuleName, Verdict};

/// A policy with the settings of an installation.
#[derive(Debug)]
pub struct SetPolicy {
    policy: CelPolicy,
    settings: Arc<Settings>,
}

impl SetPolicy {
    pub(super) fn new(policy: CelPolicy, settings: Arc<Settings>) -> Self {
        Self { policy, settings }
    }

    fn judge(&self, asked: &Asked<'_>, facts: &dyn Facts) -> Judgement {
        let outside = Gathered(facts);
        let settings = settings(&self.settings, facts);
        self.policy.judge(asked, &Surroundings { outside: &outside, settings: &settings })
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
            _ => Vec::new(),
        };
        Verdict {
            rule: RuleName {
                kind: SmolStr::new_static(policy.kind.name(policy.is_namespaced())),
                namespace: policy.namespace.clone(),
                policy: policy.name.clone(),
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
        let policy = &self.policy;
        let kind = policy.kind.name(policy.is_namespaced());
        let whole = RuleName::of_policy(SmolStr::new_static(kind), policy.name.clone());
        vec![RuleName { namespace: policy.namespace.clone(), ..whole }]
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

    fn failure(&self) -> FailureClass {
        if self.policy.ignores_failures { FailureClass::Open } else { FailureClass::Closed }
    }

    fn changes(&self) -> bool {
        self.policy.kind == PolicyKind::Mutating && self.policy.admission
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
        if self.policy.kind != PolicyKind::Generating || !self.policy.admission {
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
        if !matches!(self.policy.kind, PolicyKind::Validating | PolicyKind::ImageValidating) {
            return;
        }
        let mut judgement = self.judge(asked, facts);
        for result in judgement.results {
            verdicts.push(self.verdict(result, std::mem::take(&mut judgement.annotations)));
        }
    }
}
