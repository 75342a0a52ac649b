//! Writes what the API server is answered: an `AdmissionReview` of `admission.k8s.io/v1`.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use sekisho_policy::{Decision, Judged};
use serde_json::{Map, Value, json};
use smol_str::SmolStr;

/// From how many characters of all warnings together the API server cuts each.
const WARNINGS: usize = 4_096;

/// The most characters of a warning where there are so many.
const WARNING: usize = 256;

/// The most warnings.
const MOST_WARNINGS: usize = 64;

/// The most verdicts that one audit annotation holds.
const RECORDED: usize = 50;

/// The most bytes of an audit annotation.
const ANNOTATION: usize = 16 << 10;

/// The most characters of the name of an audit annotation, which the API server puts the webhook's name before.
const KEY: usize = 63;

/// The key of the verdicts that are recorded.
const VIOLATIONS: &str = "violations";

/// Why a request is refused that no policy judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The code of HTTP.
    pub code: u16,
    /// The reason in a word.
    pub reason: &'static str,
    /// In words.
    pub message: String,
}

/// The answer that a decision makes.
pub fn decided(uid: &str, decision: &Decision) -> Vec<u8> {
    let mut response = Map::new();
    response.insert("uid".to_owned(), uid.into());
    response.insert("allowed".to_owned(), decision.refusal.is_none().into());
    if let Some(refusal) = &decision.refusal {
        response.insert("status".to_owned(), status(refusal.code, refusal.reason, &refusal.message));
    }
    if !decision.patch.is_empty() {
        let operations: Vec<Value> =
            decision.patch.iter().map(sekisho_policy::patch::Operation::to_json).collect();
        let patch = BASE64.encode(Value::Array(operations).to_string().as_bytes());
        response.insert("patchType".to_owned(), "JSONPatch".into());
        response.insert("patch".to_owned(), patch.into());
    }
    let warnings = warnings(&decision.warnings);
    if !warnings.is_empty() {
        response.insert("warnings".to_owned(), warnings.into());
    }
    let annotations = annotations(decision);
    if !annotations.is_empty() {
        let annotations: Map<String, Value> =
            annotations.into_iter().map(|(key, value)| (key, value.into())).collect();
        response.insert("auditAnnotations".to_owned(), annotations.into());
    }
    written(response)
}

/// The answer that refuses a request.
pub fn refused(uid: &str, why: &Refused) -> Vec<u8> {
    let mut response = Map::new();
    response.insert("uid".to_owned(), uid.into());
    response.insert("allowed".to_owned(), false.into());
    response.insert("status".to_owned(), status(why.code, why.reason, &why.message));
    written(response)
}

/// The answer that lets a request pass that concerns nobody.
pub fn passed(uid: &str) -> Vec<u8> {
    let mut response = Map::new();
    response.insert("uid".to_owned(), uid.into());
    response.insert("allowed".to_owned(), true.into());
    written(response)
}

fn written(response: Map<String, Value>) -> Vec<u8> {
    let review =
        json!({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "response": response});
    review.to_string().into_bytes()
}

fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({"status": "Failure", "message": message, "reason": reason, "code": code})
}

/// Warnings as the API server takes them: each in one line, and not longer than it would leave them.
fn warnings(given: &[String]) -> Vec<String> {
    let plain = |text: &String| -> String {
        let one_line = text.chars().map(|one| if one.is_control() { ' ' } else { one });
        one_line.collect::<String>().trim().to_owned()
    };
    let mut warnings: Vec<String> = Vec::new();
    for warning in given.iter().map(plain).filter(|warning| !warning.is_empty()) {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    let total: usize = warnings.iter().map(|warning| warning.chars().count()).sum();
    let left_out = warnings.len().saturating_sub(MOST_WARNINGS);
    warnings.truncate(MOST_WARNINGS);
    if total > WARNINGS {
        let mut room = WARNINGS;
        let before = warnings.len();
        warnings = warnings
            .into_iter()
            .map(|warning| shortened(&warning, WARNING))
            .take_while(|warning| {
                let length = warning.chars().count();
                let fits = length <= room;
                room = room.saturating_sub(length);
                fits
            })
            .collect();
        let left_out = left_out + before - warnings.len();
        if left_out > 0 {
            warnings.push(format!("and {left_out} more"));
        }
    } else if left_out > 0 {
        warnings.push(format!("and {left_out} more"));
    }
    warnings
}

/// At most so many characters, the last of them an ellipsis where there were more.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// What is entered in the audit record: what rules name, and the verdicts whose owners want that and no more.
fn annotations(decision: &Decision) -> BTreeMap<String, String> {
    let mut annotations = BTreeMap::new();
    for (name, value) in &decision.audit_annotations {
        let key = annotation_key(name);
        if !key.is_empty() {
            annotations.entry(key).or_insert_with(|| shortened(value, ANNOTATION));
        }
    }
    let recorded: Vec<&Judged> = decision.judged.iter().filter(|judged| judged.is_recorded()).collect();
    if !recorded.is_empty() {
        annotations.insert(VIOLATIONS.to_owned(), violations(&recorded));
    }
    annotations
}

/// Verdicts as one text of JSON, as many as have room.
fn violations(recorded: &[&Judged]) -> String {
    let mut entries: Vec<Value> = Vec::new();
    let mut length = 2;
    for judged in recorded.iter().take(RECORDED) {
        let entry = violation(judged);
        length += entry.to_string().len() + 1;
        if length > ANNOTATION {
            break;
        }
        entries.push(entry);
    }
    let left_out = recorded.len() - entries.len();
    if left_out > 0 {
        entries.push(json!({"more": left_out}));
    }
    Value::Array(entries).to_string()
}

fn violation(judged: &Judged) -> Value {
    let verdict = &judged.verdict;
    let rule = &verdict.rule;
    let mut entry = json!({
        "kind": rule.kind.as_str(),
        "policy": rule.policy.as_str(),
        "message": shortened(&verdict.message, 1_024),
    });
    let mut put = |key: &str, value: Value| {
        if let Some(fields) = entry.as_object_mut() {
            fields.insert(key.to_owned(), value);
        }
    };
    if !rule.rule.is_empty() {
        put("rule", rule.rule.as_str().into());
    }
    if !rule.namespace.is_empty() {
        put("namespace", rule.namespace.as_str().into());
    }
    if let Some(origin) = &judged.origin {
        put("file", origin.location.file.as_str().into());
        put("line", origin.location.start.line.into());
        if let Some(provenance) = &origin.provenance {
            put("bundle", provenance.digest.as_str().into());
            put("commit", provenance.commit.as_str().into());
            put("author", provenance.author.as_str().into());
            put("owners", provenance.owners.iter().map(SmolStr::as_str).collect::<Vec<_>>().into());
        }
    }
    entry
}

/// A name that may stand behind the webhook's in the record: it has no prefix of its own.
fn annotation_key(name: &str) -> String {
    let fits = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_' | '.');
    let plain: String = name.chars().map(|one| if fits(one) { one } else { '.' }).take(KEY).collect();
    plain.trim_matches(|one: char| !one.is_ascii_alphanumeric()).to_owned()
}
