//! Verdicts as rows of the store.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use sekisho_policy::{Bundle, Consequence, Outcome, Request, Verdict};
use sekisho_store::{FindingRow, ObjectKey, RuleRow};
use sha2::{Digest as _, Sha256};

use crate::texts::Texts;

/// The longest message that is kept, in bytes.
const LONGEST: usize = 2_048;

/// The same where there are very many.
const SHORT: usize = 256;

/// What one policy says of an object: rules that hold, and what is wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Said {
    pub(crate) passed: u32,
    pub(crate) findings: Box<[FindingRow]>,
}

impl Said {
    pub(crate) fn of(
        verdicts: &[Verdict],
        request: &Request,
        key: &ObjectKey,
        bundle: &Bundle,
        texts: &Texts,
    ) -> Self {
        let mut passed = 0_u32;
        let mut findings: Vec<FindingRow> = Vec::new();
        for verdict in verdicts {
            match verdict.outcome {
                Outcome::Pass => passed = passed.saturating_add(1),
                Outcome::Skip => {}
                Outcome::Fail | Outcome::Warn | Outcome::Error => {
                    let mut row = row(verdict, request, key, bundle, texts);
                    if findings.iter().any(|known| known.fingerprint == row.fingerprint) {
                        row.fingerprint = fingerprint(verdict, key, &verdict.message);
                    }
                    if findings.iter().all(|known| known.fingerprint != row.fingerprint) {
                        findings.push(row);
                    }
                }
            }
        }
        Self { passed, findings: findings.into() }
    }
}

fn row(verdict: &Verdict, request: &Request, key: &ObjectKey, bundle: &Bundle, texts: &Texts) -> FindingRow {
    let (severity, consequence) = match Consequence::of(verdict) {
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
    let named = &verdict.rule;
    let name = if named.rule.is_empty() || named.rule == named.policy {
        format!("{} {}", named.kind, named.policy)
    } else {
        format!("{} {}/{}", named.kind, named.policy, named.rule)
    };
    let rule = RuleRow {
        name,
        severity: severity.to_owned(),
        consequence: consequence.to_owned(),
        file: place.map(|place| place.file.to_string()).unwrap_or_default(),
        line: place.map_or(0, |place| place.start.line),
        commit: known.map(|known| known.commit.to_string()).unwrap_or_default(),
        author: known.map(|known| known.author.to_string()).unwrap_or_default(),
        owner: known.map(|known| known.owners.join(" ")).unwrap_or_default(),
    };
    let path = verdict.places.first().map(ToString::to_string).unwrap_or_default();
    let longest = if texts.are_many() { SHORT } else { LONGEST };
    FindingRow {
        fingerprint: fingerprint(verdict, key, ""),
        rule: texts.rule(rule),
        outcome: outcome.into(),
        message: texts.text(&cut(&verdict.message, longest)),
        path: texts.text(&path),
    }
}

/// What names a finding for as long as the object and the rule keep their names.
fn fingerprint(verdict: &Verdict, key: &ObjectKey, more: &str) -> Arc<str> {
    let name = &verdict.rule;
    let mut digest = Sha256::new();
    let place = verdict.places.first().map(ToString::to_string).unwrap_or_default();
    for part in [&key.id(), name.kind.as_str(), &name.namespace, &name.policy, &name.rule, &place, more] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    HEXLOWER.encode(&digest.finalize()[..16]).into()
}

fn cut(text: &str, longest: usize) -> String {
    let text = text.trim();
    if text.len() <= longest {
        return text.to_owned();
    }
    let end = (0..=longest).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0);
    format!("{}…", &text[..end])
}
