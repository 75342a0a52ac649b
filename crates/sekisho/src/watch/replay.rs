//! Events that lie in files, gone over with rules: each alert is handed on with the number of its event.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result};
use sekisho_audit::AuditEvent;
use sekisho_capture::{Budget, CaptureReader, Profile, Statistics};
use sekisho_falco::{Evaluator, Matching, RuleSet};
use sekisho_runtime::{Alert, Metrics, Settings, Subject, Watcher};

use crate::arguments::watch::WatchProfile;
use crate::terminal::complain;

/// What came of a capture.
pub(crate) struct Replayed {
    pub(crate) rules: RuleSet,
    pub(crate) metrics: Metrics,
    pub(crate) statistics: Statistics,
    /// Blocks and events that could not be read.
    pub(crate) failures: u64,
}

/// The bytes of a capture; `-` is standard input.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(Box::new(file))
}

/// Goes over a capture until it ends, or until `each` answers that it has enough.
pub(crate) fn capture(
    input: impl Read,
    shown: &str,
    rules: RuleSet,
    settings: Settings,
    each: &mut dyn FnMut(u64, Alert) -> Result<bool>,
) -> Result<Replayed> {
    let mut reader = CaptureReader::new(input, settings.profile, Budget::default())
        .with_context(|| format!("`{shown}`"))?;
    let mut watcher = Watcher::new(rules, settings);
    let mut failures = 0_u64;
    'all: loop {
        match reader.next_item() {
            Ok(None) => break,
            Ok(Some(item)) => {
                let alerts = watcher.take(item);
                if alerts.is_empty() {
                    continue;
                }
                let event = watcher.metrics().events;
                for alert in alerts {
                    if !each(event, alert)? {
                        break 'all;
                    }
                }
            }
            Err(error) => {
                if failures == 0 {
                    complain(format!("`{shown}`: {error}"));
                }
                failures += 1;
                if error.is_fatal() {
                    break;
                }
            }
        }
    }
    let (metrics, statistics) = (watcher.metrics(), reader.statistics());
    Ok(Replayed { rules: watcher.into_rules(), metrics, statistics, failures })
}

/// Asks rules about audit events, one after the other.
pub(crate) struct AuditAsker<'a> {
    rules: &'a RuleSet,
    matching: Matching,
    host: &'a str,
    evaluator: Evaluator,
    /// How many events were asked about.
    pub(crate) events: u64,
    first: Option<i128>,
}

impl<'a> AuditAsker<'a> {
    pub(crate) fn new(rules: &'a RuleSet, matching: Matching, host: &'a str) -> Self {
        Self { rules, matching, host, evaluator: Evaluator::new(), events: 0, first: None }
    }

    /// What the rules find in an event.
    pub(crate) fn ask(&mut self, event: AuditEvent<'_>) -> Vec<Alert> {
        let first = *self.first.get_or_insert(event.time());
        let event = event.numbered(self.events).since(first).on_host(self.host);
        self.events += 1;
        let matches = self.rules.matches(&mut self.evaluator, &event, self.matching);
        if matches.is_empty() {
            return Vec::new();
        }
        let time = u64::try_from(event.time()).unwrap_or(0);
        let subject = subject(&event);
        matches.into_iter().map(|found| Alert::new(found, time, self.host, subject.clone())).collect()
    }
}

/// What an audit event is about, and who caused it.
fn subject(event: &AuditEvent<'_>) -> Subject {
    let user = match event.impersonated() {
        Some((user, _)) if !user.is_empty() => user.into_owned(),
        _ => event.user().into_owned(),
    };
    let Some(object) = event.object() else { return Subject { user, ..Subject::default() } };
    let pod = if object.resource == "pods" { object.name.clone().into_owned() } else { String::new() };
    Subject {
        namespace: object.namespace.into_owned(),
        pod,
        group: object.group.into_owned(),
        resource: object.resource.into_owned(),
        name: object.name.into_owned(),
        user,
        ..Subject::default()
    }
}

impl From<WatchProfile> for Profile {
    fn from(profile: WatchProfile) -> Self {
        match profile {
            WatchProfile::Current => Self::Current,
            WatchProfile::Legacy => Self::Legacy,
        }
    }
}
