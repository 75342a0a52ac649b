//! What policies of policy-controller ask for beside a signature: the object, places, configurations.

use std::collections::BTreeMap;

use sekisho_manifest::ImageRef;
use sekisho_registry::{Repository, attach_layer};
use sekisho_signature::cosign::Kind;
use sekisho_signature::secret::SigningKey as _;
use serde_json::{Value, json};

use crate::images::{KEY, POD, Signer, key, pod, review, review_of_pod, with_policy};

fn policy(host: &str, spec: &str, authority: &str) -> String {
    let public = key(KEY).public_key().to_pem().replace('\n', "\n        ");
    format!(
        "apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: {{name: signed}}
spec:
  images: [{{glob: '{host}/**'}}]
{spec}  authorities:
  - key:
      data: |-
        {public}
{authority}"
    )
}

fn rego(rule: &str, more: &str) -> String {
    format!(
        "  policy:\n    type: rego\n    {more}: true\n    data: |\n      package sigstore\n      default isCompliant = false\n      isCompliant {{ {rule} }}\n"
    )
}

#[test]
fn a_policy_for_some_objects_is_for_those() {
    let spec = "  match:\n  - {group: apps, version: v1, resource: deployments, selector: {matchLabels: {tier: front}}}\n";
    let scene = with_policy(|host| policy(host, spec, ""));
    let image = scene.image("app:2");
    assert_eq!(scene.admit(&image), Ok(image.clone()), "it is for no Pods");
    let of = |tier: &str| {
        let template = json!({"spec": {"containers": [{"name": "app", "image": image}]}});
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "app", "labels": {"tier": tier}}, "spec": {"template": template}});
        review(["apps", "Deployment", "deployments"], "CREATE", "", &object, &Value::Null)
    };
    assert!(scene.validate(&of("front")).is_false("allowed"));
    assert!(scene.validate(&of("back")).is_true("allowed"));
}

#[test]
fn what_a_policy_says_by_the_object_is_kept_for_that_object() {
    let spec = rego("input.metadata.labels.team == \"a\"", "includeObjectMeta");
    let scene = with_policy(|host| policy(host, &spec, ""));
    let image = scene.admit(&scene.image("app:1")).expect_err("the Pod has no label");
    assert!(image.contains("is not approved"), "{image}");
    let of = |team: &str| {
        let mut labelled = pod(&scene.image("app:1"));
        labelled["metadata"]["labels"] = json!({"team": team});
        scene.mutate(&review(POD, "CREATE", "", &labelled, &Value::Null)).len()
    };
    for _ in 0..2 {
        assert_eq!((of("a"), of("b"), of("a")), (1, 0, 1));
    }
}

#[test]
fn configurations_are_read_where_a_policy_asks_for_them() {
    for (word, is_approved) in [("one", true), ("two", false)] {
        let rule = format!("input.config[\"linux/amd64\"].config.Labels.w == \"{word}\"");
        let scene = with_policy(|host| policy(host, &rego(&rule, "fetchConfigFile"), ""));
        assert_eq!(scene.admit(&scene.image("app:1")).is_ok(), is_approved, "{word}");
    }
}

#[test]
fn signatures_are_looked_for_where_a_policy_says_that_they_lie() {
    let scene =
        with_policy(|host| policy(host, "", &format!("    source: [{{oci: '{host}/signatures'}}]\n")));
    let image = scene.image("app:1");
    scene.admit(&image).expect_err("beside the image they do not count");
    let signer = Signer::new(KEY);
    let of = |text: &str| Repository::of(&signer.client, &text.parse::<ImageRef>().expect("a reference"));
    let held = of(&image).manifest("1").expect("an answer").expect("it is there");
    let payload = json!({"critical": {"identity": {"docker-reference": image}, "type": "cosign container image signature",
        "image": {"docker-manifest-digest": held.digest.to_string()}}, "optional": {}})
    .to_string();
    let signature = signer.key.sign(payload.as_bytes()).expect("a signature");
    let annotations = BTreeMap::from([(
        "dev.cosignproject.cosign/signature".to_owned(),
        data_encoding::BASE64.encode(&signature),
    )]);
    let place = of(&scene.image("signatures:1"));
    attach_layer(&place, &held, Kind::Signature, payload.as_bytes(), &annotations).expect("it is stored");
    assert!(scene.admit(&image).expect("it is signed there").contains("@sha256:"));
    assert!(scene.validate(&review_of_pod(&scene.image("app:2"))).is_false("allowed"));
}
