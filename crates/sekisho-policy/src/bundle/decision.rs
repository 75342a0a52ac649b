//! What is to become of a request: the verdicts of all rules as one answer, each with the place that it comes from.

use std::fmt::Write as _;

use sekisho_manifest::Node;
use smol_str::SmolStr;

use super::compiled::Bundle;
use super::material::Provenance;
use super::origin::RuleOrigin;
use crate::facts::Facts;
use crate::patch;
use crate::request::Request;
use crate::set::Scope;
use crate::verdict::{Enforcement, Outcome, RuleName, Verdict};

/// What is to become of a request.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// Why it is refused; none where it may pass.
    pub refusal: Option<Refusal>,
    /// What its sender is told.
    pub warnings: Vec<String>,
    /// What is to be added to the audit record, keys as the rules name them.
    pub audit_annotations: Vec<(SmolStr, String)>,
    /// What makes the object that it shall be of the one that was sent; empty where nothing is changed.
    pub patch: Vec<patch::Operation>,
    /// The object as it shall be; none where nothing is changed.
    pub changed: Option<Node>,
    /// The objects that are wanted beside it.
    pub generated: Vec<Node>,
    /// Every verdict, in the order of the set.
    pub judged: Vec<Judged>,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The code of HTTP.
    pub code: u16,
    /// The reason in a word, as `meta/v1` has it.
    pub reason: &'static str,
    /// In words: what each rule says, and where it stands.
    pub message: String,
}

/// A verdict and where it comes from.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Where its rule stands; looked up where the rule does not hold.
    pub origin: Option<RuleOrigin>,
    /// What follows.
    pub follows: Consequence,
}

/// What follows from a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consequence {
    /// The request is refused.
    Refuses,
    /// Its sender is warned, and where that is asked for it is recorded.
    Warns,
    /// It is recorded.
    Records,
    /// Nothing: the rule holds, or its owner lets its failure pass.
    Nothing,
}

/// The longest message of a refusal, in bytes.
const LONGEST: usize = 16 << 10;

impl Consequence {
    /// The word in logs: what policies themselves call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refuses => "deny",
            Self::Warns => "warn",
            Self::Records => "audit",
            Self::Nothing => "nothing",
        }
    }

    /// What follows from a verdict.
    pub fn of(verdict: &Verdict) -> Self {
        let wants = |wanted| verdict.enforcement.contains(&wanted);
        match verdict.outcome {
            Outcome::Pass | Outcome::Skip => Self::Nothing,
            Outcome::Fail | Outcome::Error if wants(Enforcement::Deny) => Self::Refuses,
            _ if wants(Enforcement::Warn) || wants(Enforcement::Deny) => Self::Warns,
            _ if wants(Enforcement::Audit) => Self::Records,
            _ => Self::Nothing,
        }
    }
}

impl Bundle {
    /// Answers a request with the policies of a scope.
    pub fn decide(&self, request: &Request, facts: &dyn Facts, scope: Scope) -> Decision {
        let review = self.loaded.policies.review_in(scope, request, facts);
        let mut decision = Decision { generated: review.generated, ..Decision::default() };
        if let Some(changed) = review.changed {
            if let Some(before) = &request.object {
                decision.patch = patch::diff(before, &changed);
            }
            decision.changed = Some(changed).filter(|_| !decision.patch.is_empty());
        }
        decision.judged = review.verdicts.into_iter().map(|verdict| self.judged(verdict, request)).collect();
        decision.conclude();
        decision
    }

    fn judged(&self, verdict: Verdict, request: &Request) -> Judged {
        let follows = Consequence::of(&verdict);
        let origin = if follows == Consequence::Nothing { None } else { self.origin(&verdict, request) };
        Judged { verdict, origin, follows }
    }
}

impl Decision {
    /// Draws from the verdicts what the request's sender is answered.
    fn conclude(&mut self) {
        let mut refusals = Vec::new();
        for judged in &self.judged {
            self.audit_annotations.extend(judged.verdict.audit_annotations.iter().cloned());
            match judged.follows {
                Consequence::Refuses => refusals.push(judged),
                Consequence::Warns => self.warnings.push(judged.to_string()),
                Consequence::Records | Consequence::Nothing => {}
            }
        }
        let Some(first) = refusals.first() else { return };
        // That a rule does not hold says more than that another could not be asked.
        let fails = refusals.iter().any(|judged| judged.verdict.outcome == Outcome::Fail);
        let (code, reason) = if fails { (403, "Forbidden") } else { (500, "InternalError") };
        let mut message = first.to_string();
        for (place, judged) in refusals.iter().enumerate().skip(1) {
            let next = judged.to_string();
            if message.len() + next.len() > LONGEST {
                let _ = write!(message, "\nand {} more", refusals.len() - place);
                break;
            }
            let _ = write!(message, "\n{next}");
        }
        self.refusal = Some(Refusal { code, reason, message });
        // Who is refused need not be warned.
        self.patch.clear();
        self.changed = None;
    }
}

impl Judged {
    /// Whether the verdict is to be entered in the audit record.
    pub fn is_recorded(&self) -> bool {
        self.follows == Consequence::Records
            || (self.follows == Consequence::Warns && self.verdict.enforcement.contains(&Enforcement::Audit))
    }
}

impl std::fmt::Display for Judged {
    /// What the rule says, which rule it is, and where it stands.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let message = self.verdict.message.trim();
        let verb = if self.verdict.outcome == Outcome::Error { "cannot be applied" } else { "does not hold" };
        f.write_str(if message.is_empty() { verb } else { message })?;
        write!(f, " ({}", Named(&self.verdict.rule))?;
        if let Some(origin) = &self.origin {
            let place = &origin.location;
            write!(f, ", {}:{}", place.file, place.start.line)?;
            if let Some(provenance) = &origin.provenance {
                provenance.fmt_behind(f)?;
            }
        }
        f.write_str(")")
    }
}

impl Provenance {
    /// What is known, each behind a comma.
    fn fmt_behind(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.digest.is_empty() {
            write!(f, ", bundle {}", self.digest)?;
        }
        if !self.commit.is_empty() {
            write!(f, ", commit {}", self.commit)?;
        }
        if !self.author.is_empty() {
            write!(f, " by {}", self.author)?;
        }
        if !self.date.is_empty() {
            write!(f, " on {}", self.date)?;
        }
        if !self.owners.is_empty() {
            write!(f, ", owner {}", self.owners.join(" "))?;
        }
        Ok(())
    }
}

/// A rule as messages name it: `ClusterPolicy labels/team`.
struct Named<'a>(&'a RuleName);

impl std::fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.0;
        write!(f, "{} ", name.kind)?;
        if !name.namespace.is_empty() {
            write!(f, "{}/", name.namespace)?;
        }
        f.write_str(&name.policy)?;
        if !name.rule.is_empty() && name.rule != name.policy {
            write!(f, "/{}", name.rule)?;
        }
        Ok(())
    }
}
