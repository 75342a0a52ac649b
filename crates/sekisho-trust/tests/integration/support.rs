//! Keys, images and what is found beside them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use ring::rand::SystemRandom;
use sekisho_manifest::ImageRef;
use sekisho_signature::cosign::SIGNED_PREDICATE;
use sekisho_signature::image::Candidate;
use sekisho_signature::secret::{PrivateKey, SigningKey as _};
use sekisho_signature::signing::sign_statement;
use sekisho_signature::statement::Statement;
use sekisho_trust::{
    Authority, Decision, Evidence, Group, Image, ImagePattern, Material, Policy, Terms, Trusted, judge,
    judge_with,
};
use serde_json::{Value, json};

pub(crate) const DIGITS: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
pub(crate) const OTHER_DIGITS: &str = "ffff456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

pub(crate) fn key(number: usize) -> PrivateKey {
    let text = [
        include_str!("../../../sekisho-signature/tests/data/p256.pem"),
        include_str!("../../../sekisho-signature/tests/data/ed25519.pem"),
        include_str!("../../../sekisho-signature/tests/data/p384.pem"),
    ][number];
    PrivateKey::of_pem(text, || None, Box::new(SystemRandom::new())).unwrap()
}

pub(crate) fn signed(number: usize, digits: &str) -> Candidate {
    attested(number, digits, SIGNED_PREDICATE, json!({}))
}

pub(crate) fn attested(number: usize, digits: &str, kind: &str, predicate: Value) -> Candidate {
    let statement = Statement::about("", digits, kind, predicate);
    Candidate::Statement(Box::new(sign_statement(&statement, &key(number), None).unwrap()))
}

pub(crate) fn authority(number: usize) -> Arc<Authority> {
    Arc::new(Authority {
        name: format!("key-{number}"),
        trusted: Trusted::Keys(vec![key(number).public_key().clone()]),
        root: Arc::default(),
        evidence: Evidence { log: false, certificate_log: true, timestamp: false },
        claims: Vec::new(),
        place: None,
        annotations: BTreeMap::new(),
    })
}

pub(crate) fn policy(needed: usize, keys: &[usize]) -> Policy {
    let authorities = keys.iter().map(|number| authority(*number)).collect();
    Policy {
        name: "release".to_owned(),
        images: vec![ImagePattern::Path("example.com/**".to_owned())],
        except: Vec::new(),
        groups: vec![Group { needed, may_share: false, authorities }],
        claims: Vec::new(),
        bundle: None,
        terms: Terms::default(),
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

pub(crate) fn judged_with(policies: &[Policy], material: &Material<'_>) -> Decision {
    let reference: ImageRef = "example.com/team/app:1".parse().unwrap();
    let digest = format!("sha256:{DIGITS}");
    judge_with(policies, &Image { reference: &reference, digest: &digest }, material, now())
}

pub(crate) fn judged(policies: &[Policy], candidates: &[Candidate]) -> Decision {
    let reference: ImageRef = "example.com/team/app:1".parse().unwrap();
    let digest = format!("sha256:{DIGITS}");
    judge(policies, &Image { reference: &reference, digest: &digest }, candidates, now())
}
