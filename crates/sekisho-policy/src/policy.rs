//! What is asked of a policy, whatever its language.

use std::fmt;

use sekisho_manifest::Node;

use crate::asked::Asked;
use crate::facts::Facts;
use crate::interest::Interest;
use crate::verdict::{RuleName, Verdict};

/// A compiled policy of any language.
///
/// A policy keeps to its budget by itself and answers in any case: what goes wrong is a verdict.
pub trait Policy: fmt::Debug + Send + Sync {
    /// Which requests it can concern.
    fn interest(&self) -> Interest;

    /// The policies of documents that it stands for, without their rules.
    fn names(&self) -> Vec<RuleName> {
        Vec::new()
    }

    /// Whether what exists is to be judged by it too, or requests alone.
    fn audits(&self) -> bool {
        true
    }

    /// Whether it may want something done to other objects.
    fn acts(&self) -> bool {
        false
    }

    /// What the policy wants done to other objects because of the request.
    fn effects(&self, _asked: &Asked<'_>, _facts: &dyn Facts, _verdicts: &mut Vec<Verdict>) -> Vec<Effect> {
        Vec::new()
    }

    /// Whether it wants the same because of objects that were there before the policy.
    fn is_retroactive(&self) -> bool {
        false
    }

    /// What becomes of a request when the policy cannot be asked at all.
    fn failure(&self) -> FailureClass {
        FailureClass::Closed
    }

    /// Whether it may change objects.
    fn changes(&self) -> bool {
        false
    }

    /// The object as the policy changes it; none where it leaves it alone.
    fn mutate(&self, _asked: &Asked<'_>, _facts: &dyn Facts, _verdicts: &mut Vec<Verdict>) -> Option<Node> {
        None
    }

    /// What the policy says of the request.
    fn validate(&self, _asked: &Asked<'_>, _facts: &dyn Facts, _verdicts: &mut Vec<Verdict>) {}

    /// The objects that the policy wants beside the one that is asked about.
    fn generate(&self, _asked: &Asked<'_>, _facts: &dyn Facts, _verdicts: &mut Vec<Verdict>) -> Vec<Node> {
        Vec::new()
    }
}

/// Something that a policy wants done to an object that was not asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The rule that wants it.
    pub rule: RuleName,
    /// The object as it shall be.
    pub object: Node,
    /// What is done.
    pub kind: EffectKind,
}

/// What is done to an object that was not asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectKind {
    /// It is made where there is none.
    Make,
    /// It is made, and kept as it is made, for as long as there are the policy and the object because of which it is made.
    Keep,
    /// The same, but it stays when the policy goes.
    KeepBeyondPolicy,
    /// It is changed, where it exists.
    Change,
    /// It was kept as a copy of an object that is gone, and goes with it.
    Withdraw,
}

/// What becomes of a request when a policy cannot be asked at all: nobody is there, or is out of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureClass {
    /// It is refused.
    Closed,
    /// It passes.
    Open,
}
