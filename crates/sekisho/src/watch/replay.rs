//! Events that lie in files, gone over with rules: each alert is handed on with the number of its event.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result};
use sekisho_audit::{AuditEvent, resolve_path};
use sekisho_capture::{Budget, CaptureReader, Profile, Statistics};
use sekisho_falco::{Evaluator, Form, MatchField, Matching, RuleSet};
use sekisho_runtime::{Alert, Metrics, Settings, Subject, Watcher};
use sekisho_sigma::{Correlated, Correlation, CorrelationKind, Correlator};

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

/// Asks rules about audit events, one after the other, and correlations about what they find.
pub(crate) struct AuditAsker<'a> {
    rules: &'a RuleSet,
    correlator: Correlator,
    matching: Matching,
    host: &'a str,
    evaluator: Evaluator,
    /// How many events were asked about.
    pub(crate) events: u64,
    first: Option<i128>,
}

impl<'a> AuditAsker<'a> {
    pub(crate) fn new(
        rules: &'a RuleSet,
        correlations: &[Correlation],
        matching: Matching,
        host: &'a str,
    ) -> Self {
        let correlator = Correlator::new(correlations.to_vec());
        Self { rules, correlator, matching, host, evaluator: Evaluator::new(), events: 0, first: None }
    }

    /// Groups of correlations that were forgotten because there were too many.
    pub(crate) fn forgotten(&self) -> u64 {
        self.correlator.forgotten()
    }

    /// What the rules find in an event.
    pub(crate) fn ask(&mut self, event: AuditEvent<'_>) -> Vec<Alert> {
        let first = *self.first.get_or_insert(event.time());
        let event = event.numbered(self.events).since(first).on_host(self.host);
        self.events += 1;
        // Correlations count what each rule finds, whichever tells.
        let matching = if self.correlator.is_empty() { self.matching } else { Matching::All };
        let matches = self.rules.matches(&mut self.evaluator, &event, matching);
        if matches.is_empty() {
            return Vec::new();
        }
        let time = u64::try_from(event.time()).unwrap_or(0);
        let subject = subject(&event);
        let mut alerts: Vec<Alert> =
            matches.into_iter().map(|found| Alert::new(found, time, self.host, subject.clone())).collect();
        if self.correlator.is_empty() {
            return alerts;
        }
        let values = |field: &str| {
            let mut values = Vec::new();
            resolve_path(&event, field, &mut |value| {
                if !value.is_null() {
                    values.push(value.shown().into_owned());
                }
            });
            values
        };
        let mut correlated = Vec::new();
        for alert in &alerts {
            correlated.extend(self.correlator.take(&alert.rule, event.time(), &values));
        }
        alerts.retain(|alert| !self.correlator.is_silent(&alert.rule));
        if self.matching == Matching::First {
            alerts.truncate(1);
        }
        let told = correlated.iter().filter_map(|found| {
            let correlation = self.correlator.correlations().get(found.place)?;
            let name = correlation.engine_name();
            (!self.correlator.is_silent(&name))
                .then(|| self.correlated(correlation, found, name, time, &subject))
        });
        let told: Vec<Alert> = told.collect();
        alerts.extend(told);
        alerts
    }

    /// The alert of a correlation that holds.
    fn correlated(
        &self,
        correlation: &Correlation,
        found: &Correlated,
        name: String,
        time: u64,
        subject: &Subject,
    ) -> Alert {
        let what = match correlation.kind {
            CorrelationKind::Events => "events",
            CorrelationKind::Values(_) => "values",
            CorrelationKind::Rules => "rules",
            CorrelationKind::Ordered => "rules in their order",
        };
        let group: Vec<String> = found.group.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let group = if group.is_empty() { String::new() } else { format!(" ({})", group.join(" ")) };
        let field = |(name, value): &(String, String)| MatchField {
            name: name.clone(),
            value: Some(value.clone()),
            form: Form::Text,
        };
        let count =
            MatchField { name: "count".to_owned(), value: Some(found.count.to_string()), form: Form::Number };
        let mut tags: Vec<String> = correlation.tags.clone();
        tags.push("sigma".to_owned());
        Alert {
            rule: name,
            priority: correlation.level.priority(),
            source: sekisho_audit::SOURCE.to_owned(),
            tags,
            time,
            output: format!(
                "{}: {} {what} in {}{group}",
                correlation.title, found.count, correlation.written_timespan
            ),
            fields: found.group.iter().map(field).chain([count]).collect(),
            host: self.host.to_owned(),
            subject: subject.clone(),
            workload: String::new(),
            repeated: 0,
        }
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
