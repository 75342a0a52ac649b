//! Pod Security as one policy of a set.

use sekisho_manifest::{FieldPath, Node, Operation, Span, Value, field};
use smol_str::{SmolStr, ToSmolStr as _};

use crate::asked::Asked;
use crate::facts::{Facts, ObjectQuery};
use crate::interest::{Interest, Target};
use crate::policy::Policy;
use crate::request::Request;
use crate::verdict::{Enforcement, Outcome, RuleName, Verdict};

use super::admission::{resources, review};
use super::answer::{Answer, Finding, Mode};
use super::configuration::Configuration;
use super::level::Level;
use super::levels::Levels;

/// Pod Security with its configuration, as one policy of a set.
///
/// Its verdicts are those of the modes in which the Pod was judged: the kind is `PodSecurity`, the policy the
/// level (`restricted:latest`), the rule the mode (`enforce`).
#[derive(Debug, Clone, Default)]
pub struct PodSecurity {
    /// What holds for all namespaces.
    pub configuration: Configuration,
}

impl Policy for PodSecurity {
    fn interest(&self) -> Interest {
        let target = |(group, resource): (&'static str, &'static str)| Target::Resource {
            group: Some(group.into()),
            resource: resource.into(),
        };
        Interest {
            targets: resources().map(target).collect(),
            operations: vec![Operation::Create, Operation::Update],
        }
    }

    fn validate(&self, asked: &Asked<'_>, facts: &dyn Facts, verdicts: &mut Vec<Verdict>) {
        let request = asked.request();
        let answer = review(request, &self.configuration, &Existing(facts));
        let before = verdicts.len();
        verdicts.extend(answer.findings.iter().filter_map(verdict));
        if verdicts.len() == before {
            verdicts.extend(without_findings(&answer, || self.wrong_labels(request)));
        }
        let recorded = |(key, value): &(SmolStr, String)| {
            (SmolStr::from(format!("{}{key}", Answer::ANNOTATION_PREFIX)), value.clone())
        };
        if let Some(first) = verdicts.get_mut(before) {
            first.audit_annotations = answer.audit_annotations.iter().map(recorded).collect();
        }
    }
}

impl PodSecurity {
    /// The labels of the namespace of a request that cannot be read.
    fn wrong_labels(&self, request: &Request) -> Vec<FieldPath> {
        let Some(namespace) = &request.object else { return Vec::new() };
        let (_, errors) = Levels::of(namespace, &self.configuration.defaults);
        errors.iter().map(|error| field!["metadata", "labels", error.label]).collect()
    }
}

/// Facts in which every namespace exists: the API server would not have come this far with a request about
/// another. One that was not gathered has no labels that say a level.
struct Existing<'a>(&'a dyn Facts);

impl Facts for Existing<'_> {
    fn namespace(&self, name: &str) -> Option<Node> {
        let unlabelled = || Node { span: Span::default(), value: Value::Null };
        Some(self.0.namespace(name).unwrap_or_else(unlabelled))
    }

    fn objects(&self, query: &ObjectQuery) -> Option<Vec<Node>> {
        self.0.objects(query)
    }
}

/// The verdict of a mode; none where nothing is asked.
fn verdict(finding: &Finding) -> Option<Verdict> {
    if finding.policy.level == Level::Privileged {
        return None;
    }
    let message = finding.message();
    let places: Vec<FieldPath> = finding
        .violations
        .iter()
        .flat_map(|violation| &violation.faults)
        .map(|fault| fault.path.clone())
        .collect();
    let enforcement = match finding.mode {
        Mode::Enforce => Enforcement::Deny,
        Mode::Audit => Enforcement::Audit,
        Mode::Warn => Enforcement::Warn,
    };
    Some(Verdict {
        rule: rule(finding.policy.to_smolstr(), finding.mode.as_str()),
        outcome: match (&message, finding.mode) {
            (None, _) => Outcome::Pass,
            (Some(_), Mode::Enforce) => Outcome::Fail,
            (Some(_), Mode::Audit | Mode::Warn) => Outcome::Warn,
        },
        message: message.unwrap_or_default(),
        enforcement: vec![enforcement],
        places,
        audit_annotations: Vec::new(),
    })
}

/// What there is to say where no Pod was judged: that the request cannot be, or is exempt, or what its sender is
/// to be warned of.
fn without_findings(answer: &Answer, labels: impl Fn() -> Vec<FieldPath>) -> Vec<Verdict> {
    let say = |name, outcome, message: &str, enforcement| Verdict {
        rule: rule(SmolStr::new_static("pod-security"), name),
        outcome,
        message: message.to_owned(),
        enforcement,
        places: Vec::new(),
        audit_annotations: Vec::new(),
    };
    if let Some(refusal) = &answer.refusal {
        let outcome = if refusal.reason == "Invalid" { Outcome::Fail } else { Outcome::Error };
        let (name, places) = match outcome {
            Outcome::Fail => ("labels", labels()),
            _ => ("", Vec::new()),
        };
        let verdict = say(name, outcome, &refusal.message, vec![Enforcement::Deny]);
        return vec![Verdict { places, ..verdict }];
    }
    let recorded = |key: &str| answer.audit_annotations.iter().find(|(known, _)| known == key);
    if let Some((_, by)) = recorded("exempt") {
        return vec![say("exemptions", Outcome::Skip, &format!("exempt by {by}"), Vec::new())];
    }
    if let Some((_, error)) = recorded("error") {
        return vec![say("", Outcome::Error, error, vec![Enforcement::Audit])];
    }
    let warned = |warning: &String| say("labels", Outcome::Warn, warning, vec![Enforcement::Warn]);
    answer.warnings.iter().map(warned).collect()
}

fn rule(policy: SmolStr, rule: &'static str) -> RuleName {
    RuleName {
        kind: SmolStr::new_static("PodSecurity"),
        namespace: SmolStr::default(),
        policy,
        rule: SmolStr::new_static(rule),
    }
}
