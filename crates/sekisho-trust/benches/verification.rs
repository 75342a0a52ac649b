//! What the judgement costs: one signature by a key, a cached decision, ten thousand signatures.

#![allow(clippy::unwrap_used, reason = "what makes the material stops where it is wrong")]

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ring::rand::SystemRandom;
use sekisho_manifest::ImageRef;
use sekisho_signature::cosign::SIGNED_PREDICATE;
use sekisho_signature::image::Candidate;
use sekisho_signature::secret::{PrivateKey, SigningKey as _};
use sekisho_signature::signing::sign_statement;
use sekisho_signature::statement::Statement;
use sekisho_trust::{
    Authority, Cache, CacheKey, Evidence, Group, Image, ImagePattern, Policy, Terms, Trusted, judge,
};

const DIGITS: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const KEY: &str = include_str!("../../sekisho-signature/tests/data/p256.pem");

fn main() {
    divan::main();
}

fn key() -> PrivateKey {
    PrivateKey::of_pem(KEY, || None, Box::new(SystemRandom::new())).unwrap()
}

fn policy(key: &PrivateKey) -> Policy {
    let authority = Authority {
        name: "key".to_owned(),
        trusted: Trusted::Keys(vec![key.public_key().clone()]),
        root: Arc::default(),
        evidence: Evidence { log: false, certificate_log: true, timestamp: false },
        claims: Vec::new(),
        place: None,
        annotations: BTreeMap::new(),
    };
    Policy {
        name: "release".to_owned(),
        images: vec![ImagePattern::Path("example.com/**".to_owned())],
        except: Vec::new(),
        groups: vec![Group { needed: 1, may_share: false, authorities: vec![Arc::new(authority)] }],
        claims: Vec::new(),
        bundle: None,
        terms: Terms::default(),
    }
}

fn text() -> String {
    let statement = Statement::about("", DIGITS, SIGNED_PREDICATE, serde_json::json!({}));
    sign_statement(&statement, &key(), None).unwrap().to_json()
}

/// The bundle is read, and the signature computed: all that follows the network.
#[divan::bench]
fn cold(bencher: divan::Bencher) {
    let (policies, text) = ([policy(&key())], text());
    let reference: ImageRef = "example.com/team/app:1".parse().unwrap();
    let digest = format!("sha256:{DIGITS}");
    bencher.bench(|| {
        let candidate = Candidate::of_bundle(text.as_bytes()).unwrap();
        let image = Image { reference: &reference, digest: &digest };
        judge(&policies, &image, &[candidate], Timestamp::UNIX_EPOCH)
    });
}

/// The decision was made before.
#[divan::bench]
fn warm(bencher: divan::Bencher) {
    let hour = SignedDuration::from_hours(1);
    let mut cache = Cache::new(10_000, hour, hour);
    let now = Timestamp::UNIX_EPOCH;
    let of = |number: u32| CacheKey {
        name: "example.com/team/app".to_owned(),
        digest: format!("sha256:{DIGITS}{number}"),
        policies: "p".to_owned(),
    };
    for number in 0..10_000 {
        cache.put(of(number), Arc::default(), now);
    }
    let wanted = of(5_000);
    bencher.bench(|| cache.get(&wanted, now));
}

/// Ten thousand signatures of others.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn ten_thousand(bencher: divan::Bencher) {
    let candidate = Candidate::of_bundle(text().as_bytes()).unwrap();
    let stranger = include_str!("../../sekisho-signature/tests/data/p384.pem");
    let stranger = PrivateKey::of_pem(stranger, || None, Box::new(SystemRandom::new())).unwrap();
    let policies = [policy(&stranger)];
    let many = vec![candidate; 10_000];
    let reference: ImageRef = "example.com/team/app:1".parse().unwrap();
    let digest = format!("sha256:{DIGITS}");
    bencher.bench(|| {
        let image = Image { reference: &reference, digest: &digest };
        judge(&policies, &image, &many, Timestamp::UNIX_EPOCH)
    });
}
