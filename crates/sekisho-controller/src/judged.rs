//! Verdicts as rows of the store.

use data_encoding::HEXLOWER;
use sekisho_policy::{Bundle, Consequence, Outcome, Request, Verdict};
use sekisho_store::{FindingRow, ObjectKey};
use sha2::{Digest as _, Sha256};

/// The longest message that is kept, in bytes.
const LONGEST: usize = 2_048;

/// What one policy says of an object: rules that hold, and what is wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Said {
    pub(crate) passed: u32,
    pub(crate) findings: Vec<FindingRow>,
}

impl Said {
    pub(crate) fn of(verdicts: &[Verdict], request: &Request, key: &ObjectKey, bundle: &Bundle) -> Self {
        let mut said = Self::default();
        for verdict in verdicts {
            match verdict.outcome {
                Outcome::Pass => said.passed = said.passed.saturating_add(1),
                Outcome::Skip => {}
                Outcome::Fail | Outcome::Warn | Outcome::Error => {
                    let mut row = row(verdict, request, key, bundle);
                    if said.findings.iter().any(|known| known.fingerprint == row.fingerprint) {
                        row.fingerprint = fingerprint(verdict, key, &verdict.message);
                    }
                    if said.findings.iter().all(|known| known.fingerprint != row.fingerprint) {
                        said.findings.push(row);
                    }
                }
            }
        }
        said
    }
}

fn row(verdict: &Verdict, request: &Request, key: &ObjectKey, bundle: &Bundle) -> FindingRow {
    let follows = Consequence::of(verdict);
    let (severity, consequence) = match follows {
        Consequence::Refuses => ("high", "refuses"),
        Consequence::Warns => ("medium", "warns"),
        Consequence::Records => ("low", "records"),
        Consequence::Nothing => ("low", "nothing"),
    };
    let outcome = match verdict.outcome {
        Outcome::Error => "error",
        Outcome::Warn => "warn",
        _ => "fail",
    };
    let origin = bundle.origin(verdict, request);
    let place = origin.as_ref().map(|origin| &origin.location);
    let known = origin.as_ref().and_then(|origin| origin.provenance.as_ref());
    let name = &verdict.rule;
    let rule = if name.rule.is_empty() || name.rule == name.policy {
        format!("{} {}", name.kind, name.policy)
    } else {
        format!("{} {}/{}", name.kind, name.policy, name.rule)
    };
    FindingRow {
        fingerprint: fingerprint(verdict, key, ""),
        rule,
        severity: severity.to_owned(),
        outcome: outcome.to_owned(),
        consequence: consequence.to_owned(),
        message: cut(&verdict.message),
        path: verdict.places.first().map(ToString::to_string).unwrap_or_default(),
        file: place.map(|place| place.file.to_string()).unwrap_or_default(),
        line: place.map_or(0, |place| place.start.line),
        commit: known.map(|known| known.commit.to_string()).unwrap_or_default(),
        author: known.map(|known| known.author.to_string()).unwrap_or_default(),
        owner: known.map(|known| known.owners.join(" ")).unwrap_or_default(),
    }
}

/// What names a finding for as long as the object and the rule keep their names.
fn fingerprint(verdict: &Verdict, key: &ObjectKey, more: &str) -> String {
    let name = &verdict.rule;
    let mut digest = Sha256::new();
    let place = verdict.places.first().map(ToString::to_string).unwrap_or_default();
    for part in [&key.id(), name.kind.as_str(), &name.namespace, &name.policy, &name.rule, &place, more] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    HEXLOWER.encode(&digest.finalize()[..16])
}

fn cut(text: &str) -> String {
    let text = text.trim();
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let end = (0..=LONGEST).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0);
    format!("{}…", &text[..end])
}
