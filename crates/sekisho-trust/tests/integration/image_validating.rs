//! `ImageValidatingPolicy` of Kyverno becomes a policy of ours, whole or not at all.

use std::sync::Arc;

use sekisho_signature::secret::SigningKey as _;
use sekisho_trust::{Mode, Policy, PolicyError, of_image_validating_policy};
use serde_json::{Value, json};

use crate::support::{DIGITS, OTHER_DIGITS, attested, judged, key, signed};

const SBOM: &str = "https://cyclonedx.org/bom";
const SIGNED: &str =
    "images.containers.map(image, verifyImageSignatures(image, [attestors.a])).all(e, e > 0)";
const ATTESTED: &str = "images.containers.map(image, verifyAttestationSignatures(image, attestations.sbom, [attestors.a])).all(e, e > 0)";

fn attestor(name: &str, number: usize) -> Value {
    let data = key(number).public_key().to_pem();
    json!({"name": name, "cosign": {"key": {"data": data}, "ctlog": {"insecureIgnoreTlog": true}}})
}

fn object(expressions: &[&str]) -> Value {
    let validations: Vec<Value> = expressions.iter().map(|text| json!({"expression": text})).collect();
    let rule =
        json!({"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]});
    json!({
        "apiVersion": "policies.kyverno.io/v1",
        "kind": "ImageValidatingPolicy",
        "metadata": {"name": "signed"},
        "spec": {
            "matchConstraints": {"resourceRules": [rule]},
            "matchImageReferences": [{"glob": "example.com/*"}],
            "attestors": [attestor("a", 0), attestor("b", 1)],
            "attestations": [{"name": "sbom", "intoto": {"type": SBOM}}],
            "validations": validations,
        },
    })
}

fn read(object: &Value) -> Result<Policy, PolicyError> {
    of_image_validating_policy(object, &Arc::default())
}

fn policies(expressions: &[&str]) -> [Policy; 1] {
    [read(&object(expressions)).unwrap()]
}

#[test]
fn an_image_must_be_signed_by_an_attestor() {
    let policies = policies(&[SIGNED]);
    assert!(judged(&policies, &[signed(0, DIGITS)]).is_approved());
    for candidates in [vec![], vec![signed(1, DIGITS)], vec![signed(0, OTHER_DIGITS)]] {
        let decision = judged(&policies, &candidates);
        assert!(decision.is_concerned() && !decision.is_approved());
    }
    let claim = attested(0, DIGITS, SBOM, json!({}));
    assert!(!judged(&policies, &[claim]).is_approved(), "an attestation is no signature");
}

#[test]
fn attestors_are_counted() {
    let forms = [
        "images.containers.map(i, verifyImageSignatures(i, [attestors.a, attestors['b']])).all(e, e > 1)",
        "images.containers.map(i, verifyImageSignatures(i, [attestors.a, attestors.b])).all(e, e == 2)",
        "(images.containers + images.initContainers).all(i, verifyImageSignatures(i, [attestors.a, attestors.b]) >= 2)",
        "(images.containers.all(i, verifyImageSignatures(i, [attestors.a]) > 0 && verifyImageSignatures(i, [attestors.b]) > 0))",
        "images.containers.all(i, verifyImageSignatures(i, [attestors.a]) > 0) && images.containers.all(i, verifyImageSignatures(i, [attestors.b]) > 0)",
    ];
    for form in forms {
        let policies = policies(&[form]);
        assert!(judged(&policies, &[signed(0, DIGITS), signed(1, DIGITS)]).is_approved(), "{form}");
        assert!(!judged(&policies, &[signed(0, DIGITS)]).is_approved(), "{form}");
    }
    let any = policies(&[
        "images.containers.map(i, verifyImageSignatures(i, [attestors.a, attestors.b])).all(e, e > 0)",
    ]);
    assert!(judged(&any, &[signed(1, DIGITS)]).is_approved());
}

#[test]
fn what_an_attestor_attests_must_meet_conditions() {
    let forms = [
        "images.containers.map(i, extractPayload(i, attestations.sbom).predicate.bomFormat == 'CycloneDX').all(e, e)",
        "images.containers.map(i, extractPayload(i, attestations.sbom)).all(p, p.predicate.bomFormat == 'CycloneDX')",
        "images.containers.all(i, extractPayload(i, attestations.sbom).predicate.bomFormat == 'CycloneDX')",
        "images.containers.all(i, has(extractPayload(i, attestations.sbom).predicate.bomFormat) && extractPayload(i, attestations.sbom).predicate.bomFormat == 'CycloneDX')",
    ];
    let good = attested(0, DIGITS, SBOM, json!({"bomFormat": "CycloneDX"}));
    let other = attested(0, DIGITS, SBOM, json!({"bomFormat": "other"}));
    let stranger = attested(1, DIGITS, SBOM, json!({"bomFormat": "CycloneDX"}));
    for form in forms {
        let policies = policies(&[ATTESTED, form]);
        assert!(judged(&policies, std::slice::from_ref(&good)).is_approved(), "{form}");
        for refused in [
            vec![other.clone()],
            vec![good.clone(), other.clone()],
            vec![stranger.clone()],
            vec![signed(0, DIGITS)],
        ] {
            assert!(!judged(&policies, &refused).is_approved(), "{form}");
        }
        assert!(read(&object(&[form])).is_err(), "nothing was verified before it");
    }
}

#[test]
fn expressions_that_say_something_else_refuse_the_whole() {
    let verified = "verifyImageSignatures(i, [attestors.a])";
    for expression in [
        "true".to_owned(),
        String::new(),
        format!("{SIGNED} || true"),
        format!("true ? true : {SIGNED}"),
        format!("!{SIGNED}"),
        format!("images.containers.exists(i, {verified} > 0)"),
        format!("images.containers.all(i, {verified} > 0 || true)"),
        format!("images.containers.all(i, {verified} >= 0)"),
        format!("images.containers.all(i, {verified} > 1)"),
        format!("images.containers.all(i, {verified} < 1)"),
        format!("images.containers.map(i, i != '', {verified}).all(e, e > 0)"),
        format!("images.containers.map(i, {verified}).exists(e, e > 0)"),
        format!("images.containers.map(i, {verified}).all(e, e > 0 || true)"),
        format!("images.containers.map(i, {verified}).all(e, true)"),
        format!("images.containers.filter(i, false).map(i, {verified}).all(e, e > 0)"),
        format!("images.others.map(i, {verified}).all(e, e > 0)"),
        format!("{SIGNED} // && false"),
        "images.containers.map(i, verifyImageSignatures(i, [attestors.c])).all(e, e > 0)".to_owned(),
        "images.containers.map(i, verifyImageSignatures('x', [attestors.a])).all(e, e > 0)".to_owned(),
        "images.containers.map(i, verifyImageSignatures(i, [])).all(e, e > 0)".to_owned(),
        "images.containers.map(i, verifyAttestationSignatures(i, attestations.c, [attestors.a])).all(e, e > 0)".to_owned(),
        "images.containers.map(i, extractPayload(i, attestations.sbom)).all(e, i == '')".to_owned(),
        "images.containers.map(i, extractPayload(i, attestations.sbom)).all(e, object.a)".to_owned(),
        "images.containers.map(i, extractPayload(i, attestations.sbom)).all(e, time.now() == 1)".to_owned(),
    ] {
        assert!(read(&object(&[SIGNED, ATTESTED, &expression])).is_err(), "{expression}");
    }
    let several = ATTESTED.replace("[attestors.a]", "[attestors.a, attestors.b]");
    let payload = "images.containers.all(i, extractPayload(i, attestations.sbom).predicate == {})";
    assert!(read(&object(&[&several, payload])).is_err());
}

#[test]
fn fields_that_are_not_applied_refuse_the_whole() {
    let data = key(0).public_key().to_pem();
    for (path, value) in [
        ("/spec/matchConditions", json!([{"name": "a", "expression": "true"}])),
        ("/spec/variables", json!([{"name": "a", "expression": "true"}])),
        ("/spec/images", json!([{"name": "a", "expression": "[]"}])),
        ("/spec/evaluation", json!({"mode": "JSON"})),
        ("/spec/matchImageReferences", json!([{"expression": "ref.startsWith('a')"}])),
        ("/spec/matchImageReferences", json!([{"glob": "example.com/{a,b}"}])),
        ("/spec/matchImageReferences", json!([])),
        ("/spec/attestors", json!([{"name": "a", "notary": {"certs": {"value": "x"}}}])),
        ("/spec/attestors", json!([{"name": "a", "cosign": {"key": {"expression": "variables.a"}}}])),
        (
            "/spec/attestors",
            json!([{"name": "a", "cosign": {"key": {"data": data}, "tuf": {"mirror": "https://x"}}}]),
        ),
        (
            "/spec/attestors",
            json!([{"name": "a", "cosign": {"key": {"data": data}, "trustedRoot": {"expression": "x"}}}]),
        ),
        ("/spec/attestors", json!([{"name": "a", "cosign": {"keyless": {"identities": []}}}])),
        ("/spec/attestors", json!([{"name": "a", "cosign": {"keyless": {"identities": [{}]}}}])),
        ("/spec/attestors", json!([{"name": "a", "cosign": {}}])),
        ("/spec/attestors", json!([attestor("a", 0), attestor("a", 1)])),
        ("/spec/attestations", json!([{"name": "sbom", "referrer": {"type": "sbom/cyclone-dx"}}])),
        ("/spec/validationActions", json!(["Refuse"])),
        ("/spec/matchConstraints/namespaceSelector", json!({"matchLabels": {"a": "b"}})),
        ("/spec/matchConstraints/excludeResourceRules", json!([{}])),
        ("/spec/matchConstraints/resourceRules", json!([])),
        ("/spec/validations", json!([])),
        ("/apiVersion", json!("policies.kyverno.io/v3")),
    ] {
        let mut object = object(&[SIGNED]);
        let (parent, field) = path.rsplit_once('/').unwrap();
        let parent = object.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
        parent.insert(field.to_owned(), value.clone());
        assert!(read(&object).is_err(), "{path}: {value}");
    }
}

#[test]
fn actions_and_namespaces_are_those_of_the_policy() {
    let mut warned = object(&[SIGNED]);
    warned["spec"]["validationActions"] = json!(["Warn", "Audit"]);
    assert_eq!(read(&warned).unwrap().terms.mode, Mode::Warn);
    let mut own = object(&[SIGNED]);
    own["kind"] = json!("NamespacedImageValidatingPolicy");
    own["metadata"]["namespace"] = json!("shop");
    let policy = read(&own).unwrap();
    let in_namespace = |namespace: &str, group: &str, resource: &str| sekisho_trust::Resource {
        group: group.to_owned(),
        version: "v1".to_owned(),
        resource: resource.to_owned(),
        object: json!({"metadata": {"namespace": namespace}}),
    };
    assert!(policy.is_for(&in_namespace("shop", "", "pods")));
    assert!(policy.is_for(&in_namespace("shop", "apps", "deployments")));
    assert!(!policy.is_for(&in_namespace("other", "", "pods")));
    assert!(!policy.is_for(&in_namespace("shop", "", "replicationcontrollers")));
}
