//! Policies of policy-controller and of Kyverno become policies of ours, whole or not at all.

use std::sync::Arc;

use sekisho_signature::root::TrustedRoot;
use sekisho_signature::secret::SigningKey as _;
use sekisho_trust::{of_cluster_image_policy, of_kyverno_rule};
use serde_json::{Value, json};

use crate::support::{DIGITS, attested, judged, key, signed};

#[allow(clippy::unnecessary_wraps, reason = "roots may be missing elsewhere")]
fn roots(_: Option<&str>) -> Option<Arc<TrustedRoot>> {
    Some(Arc::default())
}

fn cluster_image_policy(authorities: &Value) -> Value {
    json!({
        "apiVersion": "policy.sigstore.dev/v1beta1",
        "kind": "ClusterImagePolicy",
        "metadata": {"name": "release"},
        "spec": {"images": [{"glob": "example.com/**"}], "authorities": authorities},
    })
}

fn pem(number: usize) -> String {
    key(number).public_key().to_pem()
}

#[test]
fn any_authority_of_a_cluster_image_policy_is_enough() {
    let object =
        cluster_image_policy(&json!([{"key": {"data": pem(0)}}, {"name": "b", "key": {"data": pem(1)}}]));
    let policies = [of_cluster_image_policy(&object, &roots).unwrap()];
    assert!(judged(&policies, &[signed(1, DIGITS)]).is_approved());
    assert!(!judged(&policies, &[signed(2, DIGITS)]).is_approved());
}

#[test]
fn an_authority_with_attestations_needs_them() {
    let authority =
        json!([{"key": {"data": pem(0)}, "attestations": [{"name": "a", "predicateType": "vuln"}]}]);
    let policies = [of_cluster_image_policy(&cluster_image_policy(&authority), &roots).unwrap()];
    assert!(!judged(&policies, &[signed(0, DIGITS)]).is_approved());
    let claim = attested(0, DIGITS, "https://cosign.sigstore.dev/attestation/vuln/v1", json!({}));
    assert!(judged(&policies, &[claim]).is_approved());
}

#[test]
fn what_is_not_applied_refuses_a_cluster_image_policy() {
    let authorities = [
        json!([{"static": {"action": "pass"}}]),
        json!([{"key": {"secretRef": {"name": "x"}}}]),
        json!([{"key": {"kms": "awskms:///x"}}]),
        json!([{}]),
        json!([]),
        json!([{"key": {"data": pem(0)}, "source": [{"oci": "example.com/signatures"}]}]),
        json!([{"keyless": {"identities": []}}]),
        json!([{"keyless": {"identities": [{}]}}]),
        json!([{"key": {"data": pem(0)}, "attestations": [{"predicateType": "vuln", "policy": {"type": "cue"}}]}]),
    ];
    for authorities in authorities {
        assert!(
            of_cluster_image_policy(&cluster_image_policy(&authorities), &roots).is_err(),
            "{authorities}"
        );
    }
}

#[test]
fn attestors_of_kyverno_are_counted() {
    let root = Arc::new(TrustedRoot::default());
    let rule = |count: Value| {
        let entry = |number| json!({"keys": {"publicKeys": pem(number), "rekor": {"ignoreTlog": true}}});
        let mut attestor = json!({"entries": [entry(0), entry(1)]});
        attestor["count"] = count;
        json!({"name": "check", "verifyImages": [{"imageReferences": ["example.com/*"], "attestors": [attestor]}]})
    };
    let one = of_kyverno_rule("p", &rule(json!(1)), &root).unwrap();
    assert!(judged(&one, &[signed(1, DIGITS)]).is_approved());
    let all = of_kyverno_rule("p", &rule(Value::Null), &root).unwrap();
    assert!(!judged(&all, &[signed(1, DIGITS)]).is_approved());
    assert!(judged(&all, &[signed(1, DIGITS), signed(0, DIGITS)]).is_approved());
}

#[test]
fn what_is_not_applied_refuses_a_rule_of_kyverno() {
    let root = Arc::new(TrustedRoot::default());
    let keys = json!({"keys": {"publicKeys": pem(0)}});
    let entries = [
        json!({"imageReferences": ["*"], "type": "Notary", "attestors": [{"entries": [keys]}]}),
        json!({"imageReferences": ["*"], "attestors": [{"entries": [{"certificates": {"cert": "x"}}]}]}),
        json!({"imageReferences": ["*"], "attestors": [{"entries": [{"keys": {"publicKeys": "k8s://a/b"}}]}]}),
        json!({"imageReferences": ["*"], "attestors": []}),
        json!({"imageReferences": [], "attestors": [{"entries": [keys]}]}),
        json!({"imageReferences": ["*"], "attestors": [{"entries": [keys]}], "attestations": [{"type": "x", "conditions": [{"all": []}]}]}),
        json!({"image": "*", "key": pem(0)}),
    ];
    for entry in entries {
        let rule = json!({"name": "check", "verifyImages": [entry]});
        assert!(of_kyverno_rule("p", &rule, &root).is_err(), "{rule}");
    }
}
