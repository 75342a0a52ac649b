//! How rules are introduced: first they record, then they warn, then they do what they say, each from a date on.

use std::sync::Arc;

use sekisho_manifest::{Node, Value};
use smol_str::SmolStr;

use crate::asked::Asked;
use crate::facts::Facts;
use crate::interest::Interest;
use crate::policy::{Effect, FailureClass, Policy};
use crate::problem::{Problem, Weight};
use crate::verdict::{Enforcement, Outcome, RuleName, Verdict};

/// How far a rule is introduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// It records what it would do.
    Shadow,
    /// It warns where it would refuse.
    Warn,
    /// It does what it says.
    Enforce,
}

impl Stage {
    const ALL: [(&'static str, Self); 3] =
        [("shadow", Self::Shadow), ("warn", Self::Warn), ("enforce", Self::Enforce)];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}

/// Which rules are introduced when. A rule that is not named does what it says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rollout {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// The kind of the policy; empty: any.
    kind: SmolStr,
    /// The policy, with `*` for any letters.
    policy: SmolStr,
    /// The rule; empty: all of the policy.
    rule: SmolStr,
    /// Days since 1970 and the stage from then on, rising.
    steps: Vec<(i64, Stage)>,
}

impl Rollout {
    /// Reads the list `rollout` of a `PolicyBundle`: what could be read, and everything that is wrong.
    pub fn read(list: &Node) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        if !matches!(list.value, Value::Sequence(_)) {
            problems.push(Problem::error(list, "`rollout` is a list: write `- policy: …`"));
        }
        let entries = list.items().iter().filter_map(|node| Entry::read(node, &mut problems)).collect();
        (Self { entries }, problems)
    }

    /// Whether every rule does what it says.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How far a rule is introduced on a day, in days since 1970. Of several entries that fit, the last counts.
    pub fn stage(&self, name: &RuleName, day: i64) -> Stage {
        let entry = self.entries.iter().rev().find(|entry| entry.fits(name));
        entry.map_or(Stage::Enforce, |entry| entry.stage(day))
    }

    /// The next day after this one on which a stage changes.
    pub fn next_change(&self, day: i64) -> Option<i64> {
        let days = self.entries.iter().flat_map(|entry| &entry.steps).map(|(from, _)| *from);
        days.filter(|from| *from > day).min()
    }

    /// How far a policy is introduced as a whole: as far as the rule of it that is behind the others.
    fn least(&self, names: &[RuleName], day: i64) -> Stage {
        let of = |name: &RuleName| {
            let parts = self.entries.iter().filter(|entry| entry.fits_policy(name) && !entry.rule.is_empty());
            parts.map(|entry| entry.stage(day)).chain([self.stage(name, day)]).min()
        };
        names.iter().filter_map(of).min().unwrap_or(Stage::Enforce)
    }

    /// Whether no rule of a policy does what it says yet.
    fn records_only(&self, names: &[RuleName], day: i64) -> bool {
        let of = |name: &RuleName| {
            let parts = self.entries.iter().filter(|entry| entry.fits_policy(name) && !entry.rule.is_empty());
            parts.map(|entry| entry.stage(day)).chain([self.stage(name, day)]).max()
        };
        !names.is_empty() && names.iter().filter_map(of).all(|stage| stage < Stage::Enforce)
    }

    /// Policies as far as they are introduced on a day.
    pub fn apply(&self, policies: Vec<Box<dyn Policy>>, day: i64) -> Vec<Box<dyn Policy>> {
        if self.is_empty() {
            return policies;
        }
        let rollout = Arc::new(self.clone());
        let staged = |inner: Box<dyn Policy>| -> Box<dyn Policy> {
            let names = inner.names();
            let (whole, open) = (rollout.least(&names, day), rollout.records_only(&names, day));
            Box::new(Staged { inner, whole, open, rollout: Arc::clone(&rollout), day })
        };
        policies.into_iter().map(staged).collect()
    }
}

impl Entry {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let before = problems.len();
        for entry in node.entries() {
            if !["policy", "kind", "rule", "steps"].contains(&entry.key.as_str()) {
                let message =
                    format!("`{}` is no field of a rollout: use policy, kind, rule, steps", entry.key);
                problems.push(Problem { span: entry.key_span, message, weight: Weight::Error });
            }
        }
        if node.str("policy").is_empty() {
            problems.push(Problem::error(node, "name the policy in `policy`; `*` stands for any letters"));
        }
        let mut steps = Vec::new();
        for entry in node.get("steps").map(Node::entries).unwrap_or_default() {
            let Some((_, stage)) = Stage::ALL.iter().find(|(name, _)| *name == entry.key) else {
                let message = format!("`{}` is no stage: use shadow, warn and enforce", entry.key);
                problems.push(Problem { span: entry.key_span, message, weight: Weight::Error });
                continue;
            };
            match entry.node.as_str().and_then(day) {
                Some(from) => steps.push((from, *stage)),
                None => problems.push(Problem::error(
                    &entry.node,
                    format!("`{}` needs a date: write year-month-day, `2027-01-31`", entry.key),
                )),
            }
        }
        if steps.is_empty() && problems.len() == before {
            problems.push(Problem::error(node, "say in `steps` from when on: `{warn: 2027-01-31}`"));
        }
        steps.sort_unstable();
        if let Some(pair) = steps.windows(2).find(|pair| pair[0].1 > pair[1].1) {
            let message =
                format!("`{}` comes before `{}`: order the dates", pair[0].1.as_str(), pair[1].1.as_str());
            problems.push(Problem::error(node.get("steps").unwrap_or(node), message));
        }
        (problems.len() == before).then(|| Self {
            kind: node.str("kind").into(),
            policy: node.str("policy").into(),
            rule: node.str("rule").into(),
            steps,
        })
    }

    fn fits_policy(&self, name: &RuleName) -> bool {
        (self.kind.is_empty() || self.kind == name.kind) && wildcard(&self.policy, &name.policy)
    }

    fn fits(&self, name: &RuleName) -> bool {
        // A rule that Kyverno expanded to what makes Pods is the same rule.
        let rule = name.rule.trim_start_matches("autogen-").trim_start_matches("cronjob-");
        self.fits_policy(name)
            && (self.rule.is_empty() || wildcard(&self.rule, rule) || self.rule == name.rule)
    }

    /// Before its first step a rule records.
    fn stage(&self, day: i64) -> Stage {
        let step = self.steps.iter().rev().find(|(from, _)| *from <= day);
        step.map_or(Stage::Shadow, |(_, stage)| *stage)
    }
}

/// A policy as far as it is introduced.
#[derive(Debug)]
struct Staged {
    inner: Box<dyn Policy>,
    /// How far the policy is introduced that changes or makes objects: there is no warning in its place.
    whole: Stage,
    /// Whether no rule of it refuses anything yet, so that requests pass where it cannot be asked.
    open: bool,
    rollout: Arc<Rollout>,
    day: i64,
}

impl Staged {
    fn weaken(&self, verdicts: &mut [Verdict]) {
        for verdict in
            verdicts.iter_mut().filter(|verdict| !matches!(verdict.outcome, Outcome::Pass | Outcome::Skip))
        {
            let most = match self.rollout.stage(&verdict.rule, self.day) {
                Stage::Enforce => continue,
                Stage::Warn => Enforcement::Warn,
                Stage::Shadow => Enforcement::Audit,
            };
            for enforcement in &mut verdict.enforcement {
                *enforcement = (*enforcement).max(most);
            }
            verdict.enforcement.dedup();
        }
    }
}

impl Policy for Staged {
    fn interest(&self) -> Interest {
        self.inner.interest()
    }

    fn names(&self) -> Vec<RuleName> {
        self.inner.names()
    }

    fn failure(&self) -> FailureClass {
        if self.open { FailureClass::Open } else { self.inner.failure() }
    }

    fn audits(&self) -> bool {
        self.inner.audits()
    }

    fn acts(&self) -> bool {
        self.inner.acts()
    }

    fn is_retroactive(&self) -> bool {
        self.inner.is_retroactive()
    }

    fn effects(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) -> Vec<Effect> {
        let first = verdicts.len();
        let wanted = self.inner.effects(asked, facts, verdicts);
        self.weaken(verdicts.get_mut(first..).unwrap_or_default());
        if self.whole == Stage::Enforce { wanted } else { Vec::new() }
    }

    fn changes(&self) -> bool {
        self.inner.changes()
    }

    fn mutate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) -> Option<Node> {
        let first = verdicts.len();
        let changed = self.inner.mutate(asked, facts, verdicts);
        self.weaken(verdicts.get_mut(first..).unwrap_or_default());
        changed.filter(|_| self.whole == Stage::Enforce)
    }

    fn validate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) {
        let first = verdicts.len();
        self.inner.validate(asked, facts, verdicts);
        self.weaken(verdicts.get_mut(first..).unwrap_or_default());
    }

    fn generate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) -> Vec<Node> {
        let first = verdicts.len();
        let made = self.inner.generate(asked, facts, verdicts);
        self.weaken(verdicts.get_mut(first..).unwrap_or_default());
        if self.whole == Stage::Enforce { made } else { Vec::new() }
    }
}

/// Days since 1970 of a date, `2027-01-31`.
fn day(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let mut part = |digits: usize| {
        let part = parts.next().filter(|part| part.len() == digits)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i64>().ok())?
    };
    let (year, month, date) = (part(4)?, part(2)?, part(2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    if parts.next().is_some() || !(1..=length).contains(&date) {
        return None;
    }
    // Years that begin in March, so that the day that is sometimes added is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let century = year.div_euclid(400);
    let in_century = year.rem_euclid(400);
    let in_year = (153 * month + 2) / 5 + date - 1;
    Some(century * 146_097 + in_century * 365 + in_century / 4 - in_century / 100 + in_year - 719_468)
}

/// Whether a name fits a pattern in which `*` stands for any letters.
fn wildcard(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(place) => rest = &rest[place + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
