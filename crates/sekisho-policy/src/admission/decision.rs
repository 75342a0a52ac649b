//! What a validating policy says of a request, and the answer of the API server that comes of it.

use std::fmt::Write as _;

use sekisho_manifest::Node;
use smol_str::{SmolStr, format_smolstr};

use crate::request::Request;
use crate::verdict::{Enforcement, Outcome};

/// What one policy says of a request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judgement {
    /// The name of the policy.
    pub policy: SmolStr,
    /// What its validations say, binding by binding.
    pub decisions: Vec<Decision>,
    /// What is to be added to the API server's audit record: keys begin with the policy's name.
    pub audit_annotations: Vec<(SmolStr, String)>,
}

/// What one validation says, with one parameter object, for one binding.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The name of the binding; none where the policy itself could not be applied.
    pub binding: Option<SmolStr>,
    /// The place of the validation in the policy, from 0; none for what is no validation.
    pub validation: Option<usize>,
    /// What came out.
    pub outcome: Outcome,
    /// Why, as the API server says it; empty where the validation holds.
    pub message: String,
    /// What kind of refusal it is.
    pub reason: Reason,
    /// What happens; empty for a failure that the policy ignores.
    pub actions: Vec<Enforcement>,
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reason {
    /// The object is not as it should be: code 422.
    #[default]
    Invalid,
    /// The user may not do this: code 403.
    Forbidden,
    /// The object is too large: code 413.
    RequestEntityTooLarge,
    /// The API server cannot go on: code 500. No policy can choose it.
    Internal,
}

impl Reason {
    pub(super) const ALL: [(&'static str, Self); 3] = [
        ("Forbidden", Self::Forbidden),
        ("Invalid", Self::Invalid),
        ("RequestEntityTooLarge", Self::RequestEntityTooLarge),
    ];

    /// The name in a `Status`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "Invalid",
            Self::Forbidden => "Forbidden",
            Self::RequestEntityTooLarge => "RequestEntityTooLarge",
            Self::Internal => "InternalError",
        }
    }

    /// The code of HTTP.
    pub fn code(self) -> u16 {
        match self {
            Self::Invalid => 422,
            Self::Forbidden => 403,
            Self::RequestEntityTooLarge => 413,
            Self::Internal => 500,
        }
    }
}

/// How the API server refuses a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The message of the `Status`.
    pub message: String,
    /// Its reason and code.
    pub reason: Reason,
    /// The message without what names the object.
    pub cause: String,
}

/// What the API server answers after all validating policies have spoken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// The refusal, if the request is refused.
    pub refusal: Option<Refusal>,
    /// The warnings for the sender.
    pub warnings: Vec<String>,
    /// What is added to the audit record.
    pub audit_annotations: Vec<(SmolStr, String)>,
}

/// The most failures that are put into the audit record.
const AUDITED: usize = 50;

/// The answer that judgements make, in the order in which the policies were asked.
pub fn answer(request: &Request, judgements: &[Judgement]) -> Answer {
    let mut answer = Answer::default();
    let mut failures = Vec::new();
    for judgement in judgements {
        for decision in &judgement.decisions {
            for action in &decision.actions {
                match action {
                    Enforcement::Deny if answer.refusal.is_none() => {
                        answer.refusal = Some(refusal(request, &judgement.policy, decision));
                    }
                    Enforcement::Deny => {}
                    Enforcement::Warn => answer.warnings.push(format!(
                        "Validation failed for ValidatingAdmissionPolicy '{}' with binding '{}': {}",
                        judgement.policy,
                        decision.binding.as_deref().unwrap_or(""),
                        decision.message
                    )),
                    Enforcement::Audit => failures.push((&judgement.policy, decision)),
                }
            }
        }
        answer.audit_annotations.extend(judgement.audit_annotations.iter().cloned());
    }
    if !failures.is_empty() {
        failures.truncate(AUDITED);
        let key = format_smolstr!("validation.policy.admission.k8s.io/validation_failure");
        answer.audit_annotations.push((key, audited(&failures)));
    }
    answer
}

fn refusal(request: &Request, policy: &str, decision: &Decision) -> Refusal {
    let message = &decision.message;
    let cause = match &decision.binding {
        Some(binding) => {
            format!("ValidatingAdmissionPolicy '{policy}' with binding '{binding}' denied request: {message}")
        }
        None => format!("ValidatingAdmissionPolicy '{policy}' denied request: {message}"),
    };
    let message = format!("{} \"{}\" is forbidden: {cause}", resource(request), name(request));
    Refusal { message, reason: decision.reason, cause }
}

/// The resource as messages of the API server name it: `deployments.apps`.
pub(super) fn resource(request: &Request) -> String {
    let resource = &request.resource;
    if resource.group.is_empty() {
        resource.resource.to_string()
    } else {
        format!("{}.{}", resource.resource, resource.group)
    }
}

/// The name of the object as messages of the API server give it.
pub(super) fn name(request: &Request) -> &str {
    if !request.name.is_empty() {
        return &request.name;
    }
    let field = |key: &str| request.object.as_ref()?.at(&["metadata", key])?.as_str();
    let named = |text: &&str| !text.is_empty();
    field("name").filter(named).or_else(|| field("generateName").filter(named)).unwrap_or("Unknown")
}

/// The failures as the API server writes them into the audit record: a list in JSON.
fn audited(failures: &[(&SmolStr, &Decision)]) -> String {
    let mut text = String::from("[");
    for (place, (policy, decision)) in failures.iter().enumerate() {
        let actions: Vec<String> = decision.actions.iter().map(|action| format!("\"{action:?}\"")).collect();
        let _ = write!(
            text,
            "{}{{\"message\":{},\"policy\":{},\"binding\":{},\"expressionIndex\":{},\"validationActions\":[{}]}}",
            if place > 0 { "," } else { "" },
            quoted(&decision.message),
            quoted(policy),
            quoted(decision.binding.as_deref().unwrap_or("")),
            decision.validation.unwrap_or(0),
            actions.join(",")
        );
    }
    text.push(']');
    text
}

/// A text in JSON, with the characters escaped that mean something in HTML, as Go's encoder does.
fn quoted(text: &str) -> String {
    let value = sekisho_manifest::Value::String(text.into());
    let plain = Node { span: sekisho_manifest::Span::default(), value }.to_json().to_string();
    let mut escaped = String::with_capacity(plain.len());
    for character in plain.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(escaped, "\\u{:04x}", u32::from(character));
            }
            other => escaped.push(other),
        }
    }
    escaped
}
