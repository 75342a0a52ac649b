//! An entry of `trust`, a `ClusterImagePolicy` or an `ImageValidatingPolicy`, as one policy of a set.

use sekisho_manifest::Node;

use super::carried::{carried, interest, resource_of, with_texts};
use super::rule::{ImageRule, OfImages};
use crate::asked::Asked;
use crate::facts::Facts;
use crate::interest::Interest;
use crate::policy::{FailureClass, Policy};
use crate::request::Request;
use crate::verdict::{Enforcement, Outcome, RuleName, Verdict};

/// A policy of trust.
#[derive(Debug)]
pub(crate) struct TrustPolicy {
    pub(crate) name: RuleName,
    pub(crate) rule: ImageRule,
    pub(crate) enforcement: Enforcement,
    pub(crate) failure: FailureClass,
}

impl TrustPolicy {
    /// Whether it is for the object of a request.
    fn is_for(&self, request: &Request) -> bool {
        let policy = &self.rule.policy;
        !policy.names_objects() || resource_of(request).is_none_or(|resource| policy.is_for(&resource))
    }

    fn verdict(&self, outcome: Outcome, message: String) -> Verdict {
        let failed = outcome == Outcome::Error && self.failure == FailureClass::Open;
        let enforcement = match self.enforcement {
            _ if failed => vec![Enforcement::Warn, Enforcement::Audit],
            Enforcement::Warn => vec![Enforcement::Warn, Enforcement::Audit],
            other => vec![other],
        };
        Verdict {
            rule: self.name.clone(),
            outcome,
            message,
            enforcement,
            places: Vec::new(),
            audit_annotations: Vec::new(),
        }
    }
}

impl Policy for TrustPolicy {
    fn interest(&self) -> Interest {
        interest()
    }

    fn names(&self) -> Vec<RuleName> {
        vec![self.name.clone()]
    }

    /// What runs already was admitted; it is looked at again by who keeps what was approved.
    fn audits(&self) -> bool {
        false
    }

    fn failure(&self) -> FailureClass {
        self.failure
    }

    fn changes(&self) -> bool {
        self.rule.pins
    }

    fn mutate(&self, asked: &Asked<'_>, facts: &dyn Facts, _verdicts: &mut Vec<Verdict>) -> Option<Node> {
        if !self.is_for(asked) {
            return None;
        }
        let pinned = self.rule.pinned(&carried(asked), facts);
        let object = asked.object.as_ref().filter(|_| !pinned.is_empty())?;
        Some(with_texts(object, &pinned))
    }

    fn validate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) {
        if !self.is_for(asked) {
            return;
        }
        match self.rule.judge(&carried(asked), facts) {
            OfImages::Unconcerned => {}
            OfImages::NotLookedUp => {
                let message = "images are looked up at admission, and by `sekisho verify`".to_owned();
                verdicts.push(self.verdict(Outcome::Skip, message));
            }
            OfImages::Said(said) => {
                verdicts.extend(said.into_iter().map(|said| Verdict {
                    places: vec![said.path],
                    ..self.verdict(said.outcome, said.message)
                }));
            }
        }
    }
}
