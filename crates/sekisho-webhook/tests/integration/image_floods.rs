//! What registries and those who may write to them do to get an image in, or to hold everything up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use sekisho_manifest::ImageRef;
use sekisho_registry::{Repository, attach_bundle};
use sekisho_signature::signing::sign_statement;
use sekisho_signature::statement::Statement;
use sekisho_webhook::{ImageLimits, Limits};
use serde_json::{Value, json};

use crate::images::{KEY, OTHER_KEY, Scene, Signer, limits, refusal, review_of_pod};
use crate::registry::Registry;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The manifests that are listed beside an image.
fn listed(scene: &Scene, repository: &str, tag: &str) -> Vec<Value> {
    let list: Value = serde_json::from_slice(&scene.registry.held(repository, tag)).expect("a list");
    list["manifests"].as_array().expect("manifests").clone()
}

fn list(scene: &Scene, repository: &str, tag: &str, manifests: &[Value]) {
    let list = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
    scene.registry.put(repository, tag, INDEX, list.to_string().into_bytes());
}

#[test]
fn a_registry_that_answers_differently_each_time_gets_nothing_in() {
    let scene = Scene::start(Registry::start(), "");
    let signed = scene.registry.push("app", "signed", "signed");
    let evil = scene.registry.push("app", "evil", "evil");
    Signer::new(KEY).signs(&scene.image("app:signed"));
    let good = format!("{}@{signed}", scene.image("app:1"));
    let mut admitted = 0;
    // The tag leads to one, then to the other, then nowhere.
    scene.registry.turn("app", "1", &["signed", "evil", "nothing"]);
    for _ in 0..12 {
        if let Ok(image) = scene.admit(&scene.image("app:1")) {
            assert_eq!(image, good);
            admitted += 1;
        }
        scene.admit(&format!("{}@{evil}", scene.image("app:1"))).expect_err("nobody signed that");
    }
    assert!(admitted > 0, "what is signed may run when it is given");
    // The list of what is signed is there and is not, and is that of another image.
    let (list_of_good, list_of_evil) = (signed.replace(':', "-"), evil.replace(':', "-"));
    scene.registry.copy("app", &list_of_good, "list");
    scene.registry.turn("app", &list_of_evil, &["list", "nothing"]);
    for _ in 0..6 {
        scene.admit(&format!("{}@{evil}", scene.image("app:2"))).expect_err("nobody signed that");
    }
}

#[test]
fn bytes_that_are_not_what_was_asked_for_are_not_taken() {
    let scene = Scene::start(Registry::start(), "");
    let good = scene.registry.push("app", "1", "one");
    let evil = scene.registry.push("app", "2", "two");
    Signer::new(KEY).signs(&scene.image("app:1"));
    let beside = listed(&scene, "app", &good.replace(':', "-"));
    let name = beside[0]["digest"].as_str().expect("a digest");
    scene.registry.lie("app", name, b"{}");
    let why = scene.admit(&scene.image("app:1")).expect_err("the signature is not what was listed");
    assert!(why.contains("could not be verified"), "{why}");
    // The same under the digest of the image itself: nothing but its signature counts.
    scene.registry.lie("app", &evil, &scene.registry.held("app", &good));
    scene.admit(&format!("{}@{evil}", scene.image("app"))).expect_err("nobody signed it");
}

/// Catalogue 50.
#[test]
fn ten_thousand_signatures_are_refused_and_not_read() {
    let scene = Scene::start(Registry::start(), "");
    let digest = scene.registry.push("app", "1", "one");
    Signer::new(OTHER_KEY).signs(&scene.image("app:1"));
    let tag = digest.replace(':', "-");
    let strange = listed(&scene, "app", &tag)[0].clone();
    Signer::new(KEY).signs(&scene.image("app:1"));
    let wanted = listed(&scene, "app", &tag)[1].clone();
    let many = vec![strange; 10_000];
    list(&scene, "app", &tag, &[std::slice::from_ref(&wanted), &many[..]].concat());
    let before = scene.registry.requests();
    let image = format!("{}@{digest}", scene.image("app"));
    let why = refusal(&scene.validate(&review_of_pod(&image)));
    assert!(why.contains("there are more or larger signatures than are read"), "{why}");
    // Each signature is a manifest and its layer.
    let asked = scene.registry.requests() - before;
    assert!(asked < 2 * 256 + 10, "{asked} requests");
    list(&scene, "app", &tag, &[&many[..], &[wanted]].concat());
    assert!(
        scene.validate(&review_of_pod(&image)).is_true("allowed"),
        "it is among the latest, which are read"
    );
}

#[test]
fn attestations_that_nobody_asks_for_are_not_read_and_large_ones_are() {
    let gate = "  attestations: [{type: 'https://example.com/scan'}]\n";
    let scene = Scene::start(Registry::start(), gate);
    let digest = scene.registry.push("app", "1", "one");
    let image = scene.image("app:1");
    let signer = Signer::new(KEY);
    signer.signs(&image);
    let reference: ImageRef = image.parse().expect("a reference");
    let repository = Repository::of(&signer.client, &reference);
    let held = repository.manifest("1").expect("an answer").expect("it is there");
    let attach = |kind: &str, size: usize| {
        let statement = Statement::about("", held.digest.value(), kind, json!({"words": "a".repeat(size)}));
        let bundle = sign_statement(&statement, &signer.key, None).expect("a signature");
        let said = BTreeMap::from([("dev.sigstore.bundle.predicateType".to_owned(), kind.to_owned())]);
        attach_bundle(&repository, &held, &bundle, &said).expect("it is stored");
    };
    let asked = || {
        let before = scene.registry.requests();
        let said = scene.admit(&image);
        (said, scene.registry.requests() - before)
    };
    let (said, few) = asked();
    assert!(said.expect_err("no scan is attested").contains("attests no `https://example.com/scan`"));
    for _ in 0..20 {
        attach("https://spdx.dev/Document", 10);
    }
    let (said, more) = asked();
    assert!(said.is_err() && more == few, "{few} requests, then {more}");
    // More than every look-up may hold.
    attach("https://example.com/scan", 2 << 20);
    scene.admit(&image).expect("a scan is attested");
    // Larger than any may be, as it says of itself: that is not waited for.
    let tag = digest.replace(':', "-");
    let beside = listed(&scene, "app", &tag);
    let huge = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": format!("sha256:{}", "0".repeat(64)), "size": 2},
        "layers": [{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
                    "digest": format!("sha256:{}", "1".repeat(64)), "size": 100 << 20}]});
    let huge = huge.to_string().into_bytes();
    let name = repository.put_manifest("huge", "application/vnd.oci.image.manifest.v1+json", &huge);
    let name = name.expect("it is stored").to_string();
    let entry = json!({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": name, "size": huge.len(),
        "artifactType": "application/vnd.dev.sigstore.bundle.v0.3+json"});
    list(&scene, "app", &tag, &[&beside[..1], &[entry]].concat());
    let fresh = Scene::start(scene.registry.clone(), gate);
    let why = fresh.admit(&image).expect_err("what is attested is too large");
    assert!(why.contains("there are more or larger signatures than are read"), "{why}");
}

#[test]
fn a_registry_that_hangs_leaves_room_for_others() {
    let other = Registry::start();
    let policy = format!(
        "- name: other\n  images: ['{}/**']\n  signers: [{{name: release, key: keys/release.pub}}]\n",
        other.host
    );
    let images = ImageLimits { lookups: 4, ..ImageLimits::default() };
    let limits = Limits { patience: Duration::from_secs(8), evaluations: 4, ..limits() };
    let scene = Arc::new(Scene::with_limits(Registry::start(), &policy, images, limits));
    other.push("app", "1", "one");
    Signer::new(KEY).signs(&format!("{}/app:1", other.host));
    scene.registry.slow(Duration::from_secs(30));
    // Nobody waits for them.
    for number in 0..6 {
        let (scene, review) = (Arc::clone(&scene), review_of_pod(&scene.image(&format!("app-{number}:1"))));
        thread::spawn(move || scene.webhook.review("/validate/fail", &review));
    }
    while !scene.webhook.status("/metrics").1.contains("sekisho_admission_image_lookups_in_flight 2") {
        thread::yield_now();
    }
    let image = format!("{}/app:1", other.host);
    scene.admit(&image).expect("the other registry answers");
}
