//! What a run shows of each control: an auditor's answer in which "passed" is never a guess.
//!
//! A finding is enough to fail a control. To pass it takes everything: every rule that answers for it ran, every
//! kind of evidence that it needs was seen, nothing was unreadable, and nothing was found. Whatever lies between
//! has a state of its own.

use std::fmt;

use crate::control::{Control, Evidence, Framework, Need};

/// What a run did, rule by rule.
#[derive(Debug, Clone, Default)]
pub struct Run<'a> {
    /// Every rule that the run knows, whether it was evaluated or not. A rule that looked at several kinds of
    /// evidence apart, at manifests and at a cluster for instance, may stand here once for each.
    pub rules: Vec<RuleRun<'a>>,
    /// Inputs that should have been examined and could not be.
    pub unreadable: usize,
}

/// What one rule did in a run.
#[derive(Debug, Clone)]
pub struct RuleRun<'a> {
    /// The rule's slug.
    pub rule: &'a str,
    /// The controls that it gives evidence for, as `framework/control`.
    pub controls: Vec<&'a str>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was evaluated.
    Ran {
        /// What it was evaluated over.
        evidence: Vec<Evidence>,
        /// How many things of the kind that it speaks of were there; a rule about the API server counts API
        /// servers, not Pods.
        subjects: usize,
        /// Its findings that count.
        findings: usize,
        /// Its findings that an exception or a baseline sets aside.
        excepted: usize,
    },
    /// It was not: deselected, or what it reads was not among the targets.
    NotRun,
}

/// What can be said of a control after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ControlState {
    /// A rule found a fault.
    Failed,
    /// Rules found faults, all of which are set aside by exceptions or a baseline.
    Excepted,
    /// Nothing was found, but a full answer takes more than was examined.
    PartlyExamined,
    /// All that the control needs was examined by every rule that answers for it, and nothing was found.
    Passed,
    /// All that the control needs was examined, and nothing that it speaks of was there.
    NotApplicable,
    /// Rules answer for it, but nothing that they could read was examined.
    NotExamined,
    /// No rule answers for it, though evidence of it can be read by program.
    NotAutomated,
    /// Only a person can answer it.
    Manual,
}

/// A control, what can be said of it, and why.
#[derive(Debug, Clone)]
pub struct ControlResult<'a> {
    /// The control.
    pub control: &'static Control,
    /// What can be said of it.
    pub state: ControlState,
    /// The rules that answer for it, in the order of the run.
    pub rules: Vec<&'a RuleRun<'a>>,
    /// What a full answer needs and the run did not see.
    pub missing: Vec<Need>,
}

/// Says of every control of a framework, in its order, what a run shows.
pub fn assess<'a>(framework: &'static Framework, run: &'a Run<'a>) -> Vec<ControlResult<'a>> {
    framework
        .controls()
        .map(|control| {
            let rules: Vec<_> =
                run.rules.iter().filter(|rule| rule.answers_for(framework, control)).collect();
            let missing = missing(control, &rules, run.unreadable);
            let state = state(control, &rules, &missing, run.unreadable);
            ControlResult { control, state, rules, missing }
        })
        .collect()
}

fn state(control: &Control, rules: &[&RuleRun<'_>], missing: &[Need], unreadable: usize) -> ControlState {
    if rules.iter().any(|rule| rule.findings() > 0) {
        return ControlState::Failed;
    }
    if rules.iter().any(|rule| rule.excepted() > 0) {
        return ControlState::Excepted;
    }
    if rules.is_empty() {
        return if control.is_manual() { ControlState::Manual } else { ControlState::NotAutomated };
    }
    let whole = unreadable == 0 && rules.iter().all(|rule| rule.ran_somewhere(rules));
    if rules.iter().any(|rule| rule.subjects() > 0) {
        return if whole && missing.is_empty() { ControlState::Passed } else { ControlState::PartlyExamined };
    }
    // Where there is nothing to judge, no judgement is missing.
    if whole && rules.iter().any(|rule| rule.ran()) && missing.iter().all(|need| is_judgement(need)) {
        return ControlState::NotApplicable;
    }
    ControlState::NotExamined
}

/// The needs that were not met. A need is met where a rule saw a subject in one of its kinds of evidence, or
/// where rules looked at all of its kinds and no subject was there.
fn missing(control: &Control, rules: &[&RuleRun<'_>], unreadable: usize) -> Vec<Need> {
    let seen = |kind: Evidence| rules.iter().any(|rule| rule.subjects() > 0 && rule.drew_on(kind));
    let empty = |kind: Evidence| unreadable == 0 && rules.iter().any(|rule| rule.drew_on(kind));
    control
        .evidence
        .iter()
        .copied()
        .filter(|need| !need.iter().any(|kind| seen(*kind)) && !need.iter().all(|kind| empty(*kind)))
        .collect()
}

fn is_judgement(need: Need) -> bool {
    need.iter().all(|kind| *kind == Evidence::Manual)
}

impl RuleRun<'_> {
    fn answers_for(&self, framework: &Framework, control: &Control) -> bool {
        self.controls
            .iter()
            .filter_map(|id| id.split_once('/'))
            .any(|(of, id)| of == framework.id && (id == control.id || control.former.contains(&id)))
    }

    fn ran(&self) -> bool {
        matches!(self.outcome, Outcome::Ran { .. })
    }

    /// Whether this entry or another of the same rule was evaluated.
    fn ran_somewhere(&self, rules: &[&RuleRun<'_>]) -> bool {
        rules.iter().any(|other| other.rule == self.rule && other.ran())
    }

    fn drew_on(&self, needed: Evidence) -> bool {
        match &self.outcome {
            Outcome::Ran { evidence, .. } => evidence.iter().any(|kind| kind.serves_as(needed)),
            Outcome::NotRun => false,
        }
    }

    fn subjects(&self) -> usize {
        match self.outcome {
            Outcome::Ran { subjects, .. } => subjects,
            Outcome::NotRun => 0,
        }
    }

    fn findings(&self) -> usize {
        match self.outcome {
            Outcome::Ran { findings, .. } => findings,
            Outcome::NotRun => 0,
        }
    }

    fn excepted(&self) -> usize {
        match self.outcome {
            Outcome::Ran { excepted, .. } => excepted,
            Outcome::NotRun => 0,
        }
    }
}

impl ControlState {
    /// All states, those that ask for action first.
    pub const ALL: [Self; 8] = [
        Self::Failed,
        Self::Excepted,
        Self::PartlyExamined,
        Self::Passed,
        Self::NotApplicable,
        Self::NotExamined,
        Self::NotAutomated,
        Self::Manual,
    ];

    /// The name in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Excepted => "excepted",
            Self::PartlyExamined => "partly-examined",
            Self::Passed => "passed",
            Self::NotApplicable => "not-applicable",
            Self::NotExamined => "not-examined",
            Self::NotAutomated => "not-automated",
            Self::Manual => "manual",
        }
    }
}

impl fmt::Display for ControlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
