//! Alerts as findings, of the one kind that every part gives: those of one rule and one workload together.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use sekisho_falco::{Priority, RuleSet};
use sekisho_finding::{
    Confidence, Coverage, Finding, Fingerprint, Location, Message, Persona, Rule, Severity, Skip, SkipReason,
    Subject,
};
use sekisho_framework::{Cell, Layer, Mode, Phase, control};
use sekisho_manifest::{FieldPath, ObjectRef, Source, Span};
use sekisho_report::{Format, Options, Report};
use sekisho_runtime::Alert;
use sekisho_sigma::Correlation;

use super::workloads::kind;
use crate::arguments::further::FurtherReport;
use crate::terminal::{self, Terminal};

/// Findings that are kept; alerts beyond are counted.
const KEPT: usize = 10_000;

/// A rule as reports show it.
struct Known {
    description: String,
    priority: Priority,
    tags: Vec<String>,
    span: Span,
    is_about_requests: bool,
}

/// Collects alerts for reports.
pub(crate) struct Findings {
    rules: HashMap<String, Known>,
    sources: Vec<Source>,
    found: BTreeMap<(String, Place), Group>,
    beyond: u64,
}

/// What alerts are put together by.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Place {
    kind: String,
    namespace: String,
    name: String,
    container: String,
    version: String,
}

struct Group {
    count: u64,
    first: String,
}

impl Findings {
    /// For these rules, which stand in these texts.
    pub(crate) fn new(rules: &RuleSet, correlations: &[Correlation], sources: Vec<Source>) -> Self {
        let known = rules.rules().filter(|rule| rule.enabled).map(|rule| {
            let known = Known {
                description: rule.description.clone(),
                priority: rule.priority,
                tags: rule.tags.iter().cloned().collect(),
                span: rule.span,
                is_about_requests: rule.source == sekisho_audit::SOURCE,
            };
            (rule.name.clone(), known)
        });
        let counted = correlations.iter().map(|correlation| {
            let known = Known {
                description: correlation.description.clone(),
                priority: correlation.level.priority(),
                tags: correlation.tags.clone(),
                span: correlation.span,
                is_about_requests: true,
            };
            (correlation.engine_name(), known)
        });
        Self { rules: known.chain(counted).collect(), sources, found: BTreeMap::new(), beyond: 0 }
    }

    /// Takes an alert; the workload is known where there is an inventory.
    pub(crate) fn take(&mut self, alert: &Alert, workload: Option<(String, String, String)>) {
        let key = (alert.rule.clone(), place(alert, workload));
        if let Some(group) = self.found.get_mut(&key) {
            group.count += 1;
        } else if self.found.len() < KEPT {
            self.found.insert(key, Group { count: 1, first: alert.output.clone() });
        } else {
            self.beyond += 1;
        }
    }

    /// Writes the reports that were asked for.
    pub(crate) fn write(
        &self,
        shown: Option<Format>,
        further: &[FurtherReport],
        about: &About<'_>,
        terminal: &Terminal,
    ) -> Result<()> {
        let mut findings: Vec<Finding> =
            self.found.iter().filter_map(|((rule, place), group)| self.finding(rule, place, group)).collect();
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.rule.cmp(&b.rule)));
        let rules: Vec<Rule> = {
            let mut names: Vec<&String> = self.rules.keys().collect();
            names.sort_unstable();
            names.into_iter().filter_map(|name| self.rule(name)).collect()
        };
        let mut skipped = Vec::new();
        if !about.is_whole {
            let reason = SkipReason::Unreadable("a part of the events could not be read".to_owned());
            skipped.push(Skip { path: about.targets.join(", ").into(), line: None, reason });
        }
        if self.beyond > 0 {
            let reason = format!("{} alerts of further workloads, which are not reported", self.beyond);
            let reason = SkipReason::NotExamined(reason);
            skipped.push(Skip { path: about.targets.join(", ").into(), line: None, reason });
        }
        let events = usize::try_from(about.events).unwrap_or(usize::MAX);
        let coverage = Coverage {
            files: about.targets.len(),
            documents: events,
            objects: events,
            rules: rules.len(),
            skipped,
            ..Coverage::default()
        };
        let catalogue = terminal.catalogue(None)?;
        let formats = || further.iter().map(|further| further.format).chain(shown);
        let started = formats().any(|format| format == Format::GitlabSast).then(crate::command::now);
        let report = Report {
            version: env!("CARGO_PKG_VERSION"),
            targets: about.targets,
            findings: &findings,
            rules: &rules,
            sources: &self.sources,
            coverage: &coverage,
            actions: &[],
            fail_on: about.fail_on.map(severity),
            catalogue: &catalogue,
            documentation: None,
            started: started.as_deref(),
        };
        let plain = Options { color: false, width: terminal::width(), ..Options::default() };
        if let Some(format) = shown {
            let options = Options { color: terminal.color(), ..plain };
            terminal::write(None, |out| format.write(&report, &options, out))?;
        }
        for further in further {
            terminal::write(Some(&further.file), |out| further.format.write(&report, &plain, out))?;
        }
        Ok(())
    }

    fn finding(&self, name: &str, place: &Place, group: &Group) -> Option<Finding> {
        let known = self.rules.get(name)?;
        let location = Location::at(known.span, FieldPath::root(), &self.sources)?;
        let times =
            if group.count == 1 { String::new() } else { format!("{} times, the first: ", group.count) };
        Some(Finding {
            rule: slug(name).into(),
            names: Vec::new(),
            severity: severity(known.priority),
            confidence: Confidence::High,
            subject: Subject {
                object: ObjectRef {
                    api_version: place.version.as_str().into(),
                    kind: place.kind.as_str().into(),
                    namespace: (!place.namespace.is_empty()).then(|| place.namespace.as_str().into()),
                    name: place.name.as_str().into(),
                },
                container: (!place.container.is_empty()).then(|| place.container.as_str().into()),
            },
            location,
            secret: false,
            related: Vec::new(),
            message: Message::text(format!("{times}{}", group.first)),
            fix: None,
            fingerprint: Fingerprint::of([
                name,
                place.kind.as_str(),
                place.namespace.as_str(),
                place.name.as_str(),
                place.container.as_str(),
            ]),
            value_sets: Vec::new(),
            suppressed: None,
            risk: 0.0,
        })
    }

    fn rule(&self, name: &str) -> Option<Rule> {
        let known = self.rules.get(name)?;
        let controls = known.tags.iter().filter(|tag| control(tag).is_some()).cloned().map(Into::into);
        let layer = if known.is_about_requests { Layer::Cluster } else { Layer::Container };
        Some(Rule {
            id: slug(name).into(),
            title: name.to_owned().into(),
            remedy: "Look at what happened; where it was meant, write an exception for it (`--learn` proposes some)"
                .into(),
            manual: known.description.clone().into(),
            severity: severity(known.priority),
            confidence: Confidence::High,
            persona: Persona::Default,
            controls: controls.collect(),
            cell: Cell::new(layer, Phase::Run, Mode::Detective),
        })
    }
}

/// What a report is about.
pub(crate) struct About<'a> {
    pub(crate) targets: &'a [String],
    pub(crate) events: u64,
    pub(crate) is_whole: bool,
    pub(crate) fail_on: Option<Priority>,
}

/// What an alert is put under: its workload, else its Pod, the object of its request, its container, its host.
fn place(alert: &Alert, workload: Option<(String, String, String)>) -> Place {
    let subject = &alert.subject;
    let of = |of_kind: &str, namespace: &str, name: &str| Place {
        kind: of_kind.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        container: subject.container_name.clone(),
        version: api_version(of_kind).to_owned(),
    };
    if let Some((namespace, maker, name)) = workload {
        return of(&maker, &namespace, &name);
    }
    if !subject.pod.is_empty() {
        of("Pod", &subject.namespace, &subject.pod)
    } else if !subject.resource.is_empty() {
        let known = kind(&subject.group, &subject.resource);
        let version = known.map(|api| api.api_version().to_string()).unwrap_or_default();
        let shown = known.map_or(subject.resource.as_str(), |api| api.kind);
        Place { version, ..of(shown, &subject.namespace, &subject.name) }
    } else if !subject.container.is_empty() {
        of("Container", "", &subject.container)
    } else if !subject.user.is_empty() {
        of("User", "", &subject.user)
    } else {
        of("Node", "", &alert.host)
    }
}

fn api_version(kind: &str) -> &'static str {
    match kind {
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" => "apps/v1",
        "Job" | "CronJob" => "batch/v1",
        "Pod" | "Node" | "ReplicationController" => "v1",
        _ => "",
    }
}

fn severity(priority: Priority) -> Severity {
    match priority {
        Priority::Emergency | Priority::Alert | Priority::Critical => Severity::Critical,
        Priority::Error => Severity::High,
        Priority::Warning => Severity::Medium,
        Priority::Notice => Severity::Low,
        Priority::Informational | Priority::Debug => Severity::Info,
    }
}

/// A rule's name as findings have it.
pub(crate) fn slug(name: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    let mapped: String = name.chars().map(plain).collect();
    let words: Vec<&str> = mapped.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-")
}
