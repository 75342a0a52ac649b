//! Reviews of Pods whose images are verified, against a registry on loopback: at a rate that does not wait for answers, so
//! that one that is late makes those behind it late too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what makes the material stops where it is wrong"
)]
#![allow(clippy::print_stdout, reason = "a benchmark says what it measured")]
#![allow(dead_code, reason = "the peers of the tests can more than is measured")]

#[path = "../tests/integration/peer.rs"]
mod peer;
#[path = "../tests/integration/registry.rs"]
mod registry;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ring::rand::SystemRandom;
use sekisho_manifest::ImageRef;
use sekisho_policy::{Snapshot, Text};
use sekisho_registry::{Client, Credentials, Repository, Settings, attach_bundle};
use sekisho_signature::cosign::SIGNED_PREDICATE;
use sekisho_signature::secret::{PrivateKey, SigningKey as _};
use sekisho_signature::signing::sign_statement;
use sekisho_signature::statement::Statement;
use sekisho_webhook::facts::{FactSource, Fixed};
use sekisho_webhook::{ImageLimits, Images, Limits, Registries};

use self::peer::{Wanted, Webhook};
use self::registry::Registry;

const KEY: &str = include_str!("../../sekisho-signature/tests/data/p256.pem");
/// Images that are asked about in turn.
const IMAGES: usize = 50;
/// Connections of the API server.
const CONNECTIONS: usize = 16;
/// Requests a second.
const RATE: u32 = 200;
/// Requests that are measured.
const REQUESTS: usize = 3_000;

fn main() {
    let registry = Registry::start();
    let key = PrivateKey::of_pem(KEY, || None, Box::new(SystemRandom::new())).expect("a key");
    let client = Arc::new(Client::new(Settings::default()));
    let mut reviews = Vec::new();
    for number in 0..IMAGES {
        let digest = registry.push(&format!("team/app-{number}"), "1", &number.to_string());
        let image = format!("{}/team/app-{number}:1", registry.host);
        let reference: ImageRef = image.parse().expect("a reference");
        let repository = Repository::of(&client, &reference);
        let held = repository.manifest("1").expect("an answer").expect("it is there");
        let statement = Statement::about("", held.digest.value(), SIGNED_PREDICATE, serde_json::json!({}));
        let bundle = sign_statement(&statement, &key, None).expect("a signature");
        attach_bundle(&repository, &held, &bundle, &BTreeMap::new()).expect("it is stored");
        reviews.push(("/mutate/fail", review(&image)));
        reviews.push(("/validate/fail", review(&format!("{image}@{digest}"))));
    }
    println!(
        "| {IMAGES} images with a signature by a key, {CONNECTIONS} connections | p50 ms | p90 ms | p99 ms | max ms | of registry |"
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    let webhook = start(&registry, &key);
    row("cold, each image once, one after the other", &registry, || one_by_one(&webhook, &reviews, 0, 2));
    row("warm, one after the other", &registry, || one_by_one(&webhook, &reviews, 1, 2));
    row(&format!("warm, {RATE} a second"), &registry, || at_rate(&webhook, &reviews));
}

fn start(registry: &Registry, key: &PrivateKey) -> Webhook {
    let public = key.public_key().to_pem();
    let trust = format!(
        "trust:\n- {{name: release, images: ['{}/**'], signers: [{{name: release, key: release.pub}}]}}\n",
        registry.host
    );
    let text =
        |path: &str, text: &str| Text { path: path.into(), bytes: text.as_bytes().into(), provenance: None };
    let facts: Arc<dyn FactSource> = Arc::new(Fixed::new(Snapshot::new([], "default")));
    let registries = Registries::new(Credentials::none(), Vec::new(), Arc::clone(&facts), true);
    Webhook::start(Wanted {
        limits: Limits { notice: Duration::ZERO, ..Limits::default() },
        texts: Some(vec![text("sekisho.yaml", &trust), text("release.pub", &public)]),
        facts: Some(facts),
        images: Some(Images::new(registries, ImageLimits::default())),
        ..Wanted::default()
    })
}

/// A Pod as it comes: with more in it than its image.
fn review(image: &str) -> String {
    let environment: Vec<_> = (0..40)
        .map(|place| serde_json::json!({"name": format!("SETTING_{place}"), "value": format!("value-{place}")}))
        .collect();
    serde_json::json!({
        "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": "0f3a-17", "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "name": "app", "namespace": "default", "operation": "CREATE", "userInfo": {"username": "ann"},
            "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "app", "namespace": "default"},
                       "spec": {"containers": [{"name": "app", "image": image, "env": environment}]}},
            "oldObject": null, "dryRun": false,
        },
    })
    .to_string()
}

fn row(what: &str, registry: &Registry, measure: impl FnOnce() -> Vec<Duration>) {
    let before = registry.requests();
    let mut times = measure();
    let asked = registry.requests() - before;
    times.sort();
    let at = |hundredths: usize| {
        let place = (times.len() * hundredths / 100).min(times.len() - 1);
        times[place].as_secs_f64() * 1e3
    };
    println!(
        "| {what} | {:.2} | {:.2} | {:.2} | {:.2} | {asked} |",
        at(50),
        at(90),
        at(99),
        times.last().expect("a time").as_secs_f64() * 1e3
    );
}

/// Those of a phase, one after the other on one connection.
fn one_by_one(webhook: &Webhook, reviews: &[(&str, String)], first: usize, step: usize) -> Vec<Duration> {
    let mut caller = webhook.connect();
    let asked = reviews.iter().skip(first).step_by(step);
    asked
        .map(|(path, review)| {
            let started = Instant::now();
            let (status, answer) = caller.post(path, review);
            assert!(status == 200 && answer.contains("\"allowed\":true"), "{answer}");
            started.elapsed()
        })
        .collect()
}

/// All of them in turn, each when its time has come, whatever became of the others.
fn at_rate(webhook: &Webhook, reviews: &[(&str, String)]) -> Vec<Duration> {
    let next = AtomicUsize::new(0);
    let begin = Instant::now() + Duration::from_millis(100);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(|| {
                    let mut caller = webhook.connect();
                    let mut times = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= REQUESTS {
                            return times;
                        }
                        let number_of = u32::try_from(number).expect("few");
                        let due = begin + Duration::from_secs(1) * number_of / RATE;
                        thread::sleep(due.saturating_duration_since(Instant::now()));
                        let (path, review) = &reviews[number % reviews.len()];
                        let (status, answer) = caller.post(path, review);
                        assert!(status == 200 && answer.contains("\"allowed\":true"), "{answer}");
                        times.push(due.elapsed());
                    }
                })
            })
            .collect();
        callers.into_iter().flat_map(|caller| caller.join().expect("it ends")).collect()
    })
}
