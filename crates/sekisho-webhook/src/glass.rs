//! Breaks of glass: what policies refuse passes for a time, with a warning and an entry in the audit record.

use std::fmt;

use jiff::Timestamp;
use sekisho_cluster::{BreakGlass, Connection, Delta, Interest, Mirror, Resource};
use sekisho_policy::Decision;
use serde_json::Value;

use crate::log::{Level, Log};

/// Tells which breaks of glass there are.
pub trait Glass: Send + Sync + fmt::Debug {
    /// One that is open for a namespace at a time.
    fn broken(&self, namespace: &str, now: Timestamp) -> Option<BreakGlass>;

    /// All that are open.
    fn open(&self, now: Timestamp) -> Vec<BreakGlass>;
}

/// Nothing breaks.
#[derive(Debug, Default, Clone, Copy)]
pub struct Unbreakable;

impl Glass for Unbreakable {
    fn broken(&self, _: &str, _: Timestamp) -> Option<BreakGlass> {
        None
    }

    fn open(&self, _: Timestamp) -> Vec<BreakGlass> {
        Vec::new()
    }
}

/// The breaks of glass of a namespace of the cluster.
#[derive(Debug)]
pub struct LiveGlass(Mirror<BreakGlass>);

impl LiveGlass {
    /// Follows the ConfigMaps of a namespace. Each that begins or cannot be one is written to the log.
    ///
    /// # Errors
    ///
    /// Where no thread can be had.
    pub fn start(connection: &Connection, namespace: &str, log: &Log) -> std::io::Result<Self> {
        let (label, value) = BreakGlass::LABEL;
        let interest = Interest {
            namespace: Some(namespace.to_owned()),
            labels: format!("{label}={value}"),
            total_bytes: 1 << 20,
            ..Interest::of(Resource {
                group: "".into(),
                version: "v1".into(),
                kind: "ConfigMap".into(),
                plural: "configmaps".into(),
                namespaced: true,
                verbs: vec!["list".into(), "watch".into()],
            })
        };
        let (refused, told) = (log.clone(), log.clone());
        let mirror = Mirror::start(
            connection,
            interest,
            move |item| match BreakGlass::read(item.root) {
                Ok(glass) => Some(glass),
                Err(error) => {
                    refused.line(Level::Error, "break glass refused", |fields| {
                        fields.insert("reason".to_owned(), error.to_string().into());
                    });
                    None
                }
            },
            move |delta| {
                let (event, glass) = match &delta {
                    Delta::Added(kept) | Delta::Changed { now: kept, .. } => ("break glass", &kept.value),
                    Delta::Removed(kept) => ("break glass over", &kept.value),
                    Delta::Synced => return,
                };
                told.line(Level::Warning, event, |fields| {
                    fields.extend(described(glass));
                });
            },
        )?;
        Ok(Self(mirror))
    }
}

impl Glass for LiveGlass {
    fn broken(&self, namespace: &str, now: Timestamp) -> Option<BreakGlass> {
        let snapshot = self.0.snapshot();
        let mut all = snapshot.iter().map(|kept| &kept.value);
        all.find(|glass| glass.is_open(now) && glass.covers(namespace)).cloned()
    }

    fn open(&self, now: Timestamp) -> Vec<BreakGlass> {
        let snapshot = self.0.snapshot();
        let all = snapshot.iter().map(|kept| &kept.value);
        all.filter(|glass| glass.is_open(now)).cloned().collect()
    }
}

/// What is said of a break of glass.
pub(crate) fn described(glass: &BreakGlass) -> [(String, Value); 4] {
    [
        ("name", glass.name.clone()),
        ("person", glass.person.clone()),
        ("reason", glass.reason.clone()),
        ("until", glass.until.to_string()),
    ]
    .map(|(key, value)| (key.to_owned(), value.into()))
}

/// Lets a refused request pass: what refused it becomes a warning, and the audit record says who answers for that.
pub(crate) fn lift(decision: &mut Decision, glass: &BreakGlass) {
    let Some(refusal) = decision.refusal.take() else { return };
    let BreakGlass { name, person, reason, until, .. } = glass;
    decision.warnings.insert(0, format!("{person} broke the glass until {until}: {}", refusal.message));
    let said = serde_json::json!({
        "name": name, "person": person, "reason": reason, "until": until.to_string(), "refusal": refusal.message,
    });
    decision.audit_annotations.push(("break-glass".into(), said.to_string()));
}
