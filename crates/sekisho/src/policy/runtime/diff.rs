//! Which alerts come, go and change between two sets of rules over the same events.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use sekisho_capture::Profile;
use sekisho_falco::{Matching, RuleSet};
use sekisho_runtime::{Alert, Limits, Settings};
use sekisho_sigma::Correlation;
use serde::Serialize;
use serde_json::Value;

use crate::audit::go_over;
use crate::terminal::complain;
use crate::watch::replay::{self, AuditAsker};
use crate::watch::rules;

/// Changes that are kept one by one; the others are counted.
const KEPT: usize = 10_000;
/// Alerts of one side that wait for the other: those of so many events.
const WAITING: usize = 4_000_000;
/// Changes of a rule that the table shows.
const SHOWN: usize = 3;

/// What alerts are compared over.
pub(crate) struct Events<'a> {
    pub(crate) capture: Option<&'a PathBuf>,
    pub(crate) audit_log: &'a [PathBuf],
    pub(crate) matching: Matching,
    pub(crate) profile: Profile,
}

/// Everything that changes.
#[derive(Serialize)]
pub(crate) struct AlertChanges {
    changes: Vec<Change>,
    rules: Vec<RuleChanges>,
    unchanged: u64,
    #[serde(skip)]
    pub(crate) is_whole: bool,
}

#[derive(Serialize)]
struct Change {
    kind: ChangeWord,
    rule: String,
    /// The number of the event.
    event: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
}

#[derive(Serialize, Default)]
struct RuleChanges {
    rule: String,
    added: u64,
    removed: u64,
    changed: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum ChangeWord {
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// It says something else.
    Changed,
}

/// The alerts of one side by event and rule.
type Alerts = BTreeMap<(u64, String), Alert>;

/// Compares two sets of rules.
pub(crate) fn compare(before: &PathBuf, after: &PathBuf, events: &Events<'_>) -> Result<AlertChanges> {
    let mut is_whole = true;
    let mut sides = Vec::new();
    // A capture is gone over twice, so that neither side holds the other's state.
    for path in [before, after] {
        let loaded = rules::compile(rules::texts(std::slice::from_ref(path), &[])?, &[]);
        for failure in loaded.failures() {
            complain(failure);
            is_whole = false;
        }
        let correlations = loaded.correlations;
        let Some(rules) = loaded.rules else { bail!("the rules of `{}` cannot be loaded", path.display()) };
        if rules.rules().next().is_none() {
            bail!("no rule was found in `{}`", path.display());
        }
        let (alerts, read) = alerts(rules, &correlations, events)?;
        is_whole &= read;
        sides.push(alerts);
    }
    let (after, before) = (sides.pop().unwrap_or_default(), sides.pop().unwrap_or_default());
    Ok(changes(&before, &after, is_whole))
}

/// Whether a file or folder holds rules for events.
pub(crate) fn is_about_events(path: &PathBuf) -> Result<bool> {
    Ok(!super::find(std::slice::from_ref(path))?.is_empty())
}

fn alerts(rules: RuleSet, correlations: &[Correlation], events: &Events<'_>) -> Result<(Alerts, bool)> {
    let mut alerts = Alerts::new();
    let mut note = |event: u64, alert: Alert| -> Result<bool> {
        if alerts.len() >= WAITING {
            bail!("there are more than {WAITING} alerts: compare over a smaller part of the events");
        }
        alerts.insert((event, alert.rule.clone()), alert);
        Ok(true)
    };
    if let Some(path) = events.capture {
        fs::metadata(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let settings = Settings {
            profile: events.profile,
            matching: events.matching,
            host: String::new(),
            limits: Limits::default(),
        };
        let shown = path.display().to_string();
        let replayed = replay::capture(replay::open(path)?, &shown, rules, settings, &mut note)?;
        return Ok((alerts, replayed.failures == 0));
    }
    let mut asker = AuditAsker::new(&rules, correlations, events.matching, "");
    let mut failure = None;
    let tally = go_over(events.audit_log, &mut |event| {
        for alert in asker.ask(event) {
            if failure.is_none() {
                failure = note(asker.events, alert).err();
            }
        }
    })?;
    tally.complaints().for_each(complain);
    match failure {
        Some(error) => Err(error),
        None => Ok((alerts, tally.unreadable == 0)),
    }
}

fn changes(before: &Alerts, after: &Alerts, is_whole: bool) -> AlertChanges {
    let mut report = AlertChanges { changes: Vec::new(), rules: Vec::new(), unchanged: 0, is_whole };
    let mut by_rule: BTreeMap<&str, RuleChanges> = BTreeMap::new();
    let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for key in keys {
        let (old, new) = (before.get(key), after.get(key));
        let kind = match (old, new) {
            (None, _) => ChangeWord::Added,
            (_, None) => ChangeWord::Removed,
            (Some(old), Some(new)) if is_same(old, new) => {
                report.unchanged += 1;
                continue;
            }
            _ => ChangeWord::Changed,
        };
        let counts = by_rule.entry(&key.1).or_default();
        match kind {
            ChangeWord::Added => counts.added += 1,
            ChangeWord::Removed => counts.removed += 1,
            ChangeWord::Changed => counts.changed += 1,
        }
        if report.changes.len() < KEPT {
            report.changes.push(Change {
                kind,
                rule: key.1.clone(),
                event: key.0,
                before: old.map(|alert| alert.json(false)),
                after: new.map(|alert| alert.json(false)),
            });
        }
    }
    report.rules =
        by_rule.into_iter().map(|(rule, counts)| RuleChanges { rule: rule.to_owned(), ..counts }).collect();
    report
}

fn is_same(old: &Alert, new: &Alert) -> bool {
    old.priority == new.priority && old.output == new.output && old.tags == new.tags
}

impl AlertChanges {
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(crate) fn table(&self, out: &mut dyn Write) -> io::Result<()> {
        for rule in &self.rules {
            let counts: Vec<_> = [(rule.added, "come"), (rule.removed, "go"), (rule.changed, "change")]
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, word)| format!("{count} {word}"))
                .collect();
            writeln!(out, "{}: {}", rule.rule, counts.join(", "))?;
            let own = self.changes.iter().filter(|change| change.rule == rule.rule);
            for change in own.take(SHOWN) {
                let side = |out: &mut dyn Write, sign: char, alert: &Option<Value>| match alert {
                    Some(alert) => {
                        let output = alert.get("output").and_then(Value::as_str).unwrap_or_default();
                        writeln!(out, "  {sign} event {}: {output}", change.event)
                    }
                    None => Ok(()),
                };
                side(out, '-', &change.before)?;
                side(out, '+', &change.after)?;
            }
            let all = rule.added + rule.removed + rule.changed;
            if all > SHOWN as u64 {
                writeln!(out, "    and {} more", all - SHOWN as u64)?;
            }
        }
        if !self.rules.is_empty() {
            writeln!(out)?;
        }
        let sum = |count: fn(&RuleChanges) -> u64| self.rules.iter().map(count).sum::<u64>();
        writeln!(
            out,
            "alerts that come: {}, go: {}, change: {}, stay: {}",
            sum(|rule| rule.added),
            sum(|rule| rule.removed),
            sum(|rule| rule.changed),
            self.unchanged
        )
    }
}
