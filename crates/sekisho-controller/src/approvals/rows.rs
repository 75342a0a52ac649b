//! Approvals as findings on the workloads that run the images.

use std::collections::BTreeMap;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use sekisho_cluster::{ImageUser, LapseAction};
use sekisho_store::{FindingRow, ObjectKey, RuleRow};
use sha2::{Digest as _, Sha256};

use super::book::{Approvals, Entry, Grace, State, is_over};

/// The rules of these findings.
const LAPSED: &str = "approval-lapsed";
const MISSING: &str = "approval-missing";
const UNKNOWN: &str = "approval-unknown";

/// The longest message, in bytes.
const LONGEST: usize = 2_048;

impl Approvals {
    /// What is wrong with workloads for the images that they run.
    pub fn findings(&self, grace: &Grace, now: Timestamp) -> BTreeMap<ObjectKey, Vec<FindingRow>> {
        let mut findings: BTreeMap<ObjectKey, Vec<FindingRow>> = BTreeMap::new();
        for (image, entry) in &self.entries {
            let Some(said) = said(image, entry, grace, now) else { continue };
            for user in &entry.image.users {
                findings.entry(key(user)).or_default().push(row(user, image, &said));
            }
        }
        findings
    }
}

/// What is said of an image, whoever runs it.
struct Saying {
    rule: Arc<RuleRow>,
    outcome: &'static str,
    words: String,
}

fn said(named: &str, entry: &Entry, grace: &Grace, now: Timestamp) -> Option<Saying> {
    let rule = |name: &str, severity: &str, consequence: &str| {
        Arc::new(RuleRow {
            name: name.to_owned(),
            severity: severity.to_owned(),
            consequence: consequence.to_owned(),
            ..RuleRow::default()
        })
    };
    let why = entry.reasons.join("; ");
    let fault = entry.fault.as_deref();
    let saying = match entry.state {
        State::Lapsed => {
            let consequence = match grace.action {
                LapseAction::Deny if is_over(entry, grace, now) => "refuses",
                LapseAction::Warn if is_over(entry, grace, now) => "warns",
                _ => "records",
            };
            let after = entry.since.checked_add(grace.length).unwrap_or(Timestamp::MAX);
            let then = match grace.action {
                LapseAction::Report => String::new(),
                LapseAction::Warn => format!("; who makes new Pods is warned from {after} on"),
                LapseAction::Deny => format!("; new Pods are refused from {after} on"),
            };
            let since = entry.since;
            Saying {
                rule: rule(LAPSED, "high", consequence),
                outcome: "fail",
                words: format!("`{named}` is not approved any more since {since}: {why}{then}"),
            }
        }
        State::Missing => Saying {
            rule: rule(MISSING, "high", "records"),
            outcome: "fail",
            words: format!("`{named}` was never approved: {why}"),
        },
        State::Approved | State::Unknown | State::Unconcerned => Saying {
            rule: rule(UNKNOWN, "medium", "records"),
            outcome: "error",
            words: format!("whether `{named}` is approved cannot be told: {}", fault?),
        },
    };
    Some(saying)
}

fn key(user: &ImageUser) -> ObjectKey {
    ObjectKey {
        api_version: user.api_version.clone(),
        kind: user.kind.clone(),
        namespace: user.namespace.clone(),
        name: user.name.clone(),
    }
}

fn row(user: &ImageUser, image: &str, said: &Saying) -> FindingRow {
    let mut fingerprint = Sha256::new();
    for part in [&key(user).id(), &said.rule.name, &user.container, image] {
        fingerprint.update(part.len().to_be_bytes());
        fingerprint.update(part);
    }
    let message = format!("container `{}`: {}", user.container, said.words);
    let end = (0..=LONGEST.min(message.len())).rev().find(|place| message.is_char_boundary(*place));
    FindingRow {
        fingerprint: HEXLOWER.encode(fingerprint.finalize().get(..16).unwrap_or_default()).into(),
        rule: Arc::clone(&said.rule),
        outcome: said.outcome.into(),
        message: message.get(..end.unwrap_or(0)).unwrap_or_default().into(),
        path: "".into(),
    }
}
