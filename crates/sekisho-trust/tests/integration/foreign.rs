//! Policies of policy-controller and of Kyverno become policies of ours, whole or not at all.

use std::collections::BTreeMap;
use std::sync::Arc;

use data_encoding::BASE64;
use sekisho_signature::cosign::payload_of;
use sekisho_signature::image::Candidate;
use sekisho_signature::root::TrustedRoot;
use sekisho_signature::secret::SigningKey as _;
use sekisho_signature::signing::sign_bytes;
use sekisho_trust::{
    Material, Place, Policy, Resource, of_cluster_image_policy, of_kyverno_rule, of_trust_root,
};
use serde_json::{Value, json};

use crate::support::{DIGITS, attested, judged, judged_with, key, signed};

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
        json!([{"static": {"action": "perhaps"}}]),
        json!([{"static": {"action": "pass"}, "ctlog": {"url": "https://x"}}]),
        json!([{"static": {"action": "pass"}, "key": {"data": pem(0)}}]),
        json!([{"key": {"secretRef": {"name": "x"}}}]),
        json!([{"key": {"kms": "awskms:///x"}}]),
        json!([{"key": {"data": pem(0), "hashAlgorithm": "md5"}}]),
        json!([{}]),
        json!([]),
        json!([{"key": {"data": pem(0)}, "source": [{"oci": "a.example.com/s"}, {"oci": "b.example.com/s"}]}]),
        json!([{"key": {"data": pem(0)}, "source": [{"tagPrefix": "a/../b"}]}]),
        json!([{"keyless": {"identities": []}}]),
        json!([{"keyless": {"identities": [{}]}}]),
        json!([{"keyless": {"identities": [{"subject": "a"}]}}]),
        json!([{"keyless": {"identities": [{"subject": "a", "issuer": "b"}], "ca-cert": {"kms": "awskms:///x"}}}]),
        json!([{"key": {"data": pem(0)}, "attestations": [{"predicateType": "vuln", "policy": {"type": "cue", "data": "a: 1"}}]}]),
        json!([{"key": {"data": pem(0)}, "attestations": [{"predicateType": "vuln", "policy": {"type": "rego"}}]}]),
        json!([{"key": {"data": pem(0)}, "attestations": [{"predicateType": "vuln", "policy": {"type": "rego", "data": "package a"}}]}]),
    ];
    for authorities in authorities {
        assert!(
            of_cluster_image_policy(&cluster_image_policy(&authorities), &roots).is_err(),
            "{authorities}"
        );
    }
    let keys = json!([{"key": {"data": pem(0)}}]);
    for (field, value) in [
        ("mode", json!("perhaps")),
        ("images", json!([{}])),
        ("images", json!([{"glob": "a b"}])),
        ("match", json!([{"version": "v1"}])),
        ("policy", json!({"type": "cue", "data": "a: 1"})),
        ("policy", json!({"type": "rego", "remote": {"url": "https://example.com"}})),
    ] {
        let mut object = cluster_image_policy(&keys);
        object["spec"][field] = value;
        assert!(of_cluster_image_policy(&object, &roots).is_err(), "{object}");
    }
}

#[test]
fn a_root_that_is_named_must_be_there() {
    let authorities = json!([{"key": {"data": pem(0)}, "ctlog": {"trustRootRef": "ours"}}]);
    let object = cluster_image_policy(&authorities);
    let unnamed = |name: Option<&str>| name.is_none().then(Arc::default);
    assert!(of_cluster_image_policy(&object, &unnamed).is_err());
    of_cluster_image_policy(&object, &roots).unwrap();
}

#[test]
fn a_static_authority_says_it_for_all() {
    let policy = |action: &str| {
        let fixed = json!([{"static": {"action": action, "message": "not here"}}]);
        [of_cluster_image_policy(&cluster_image_policy(&fixed), &roots).unwrap()]
    };
    assert!(judged(&policy("pass"), &[]).is_approved());
    let refused = judged(&policy("fail"), &[signed(0, DIGITS)]);
    assert!(!refused.is_approved());
    assert!(refused.rulings[0].reasons[0].contains("not here"), "{:?}", refused.rulings);
}

#[test]
fn a_policy_that_warns_lets_run_what_it_does_not_approve() {
    let mut object = cluster_image_policy(&json!([{"key": {"data": pem(0)}}]));
    object["spec"]["mode"] = json!("warn");
    let warns = of_cluster_image_policy(&object, &roots).unwrap();
    let decision = judged(std::slice::from_ref(&warns), &[]);
    assert!(!decision.is_approved() && decision.is_admitted());
    // Another that enforces is not outvoted.
    object["spec"]["mode"] = json!("enforce");
    let enforces = of_cluster_image_policy(&object, &roots).unwrap();
    assert!(!judged(&[warns, enforces], &[]).is_admitted());
}

#[test]
fn a_policy_is_for_the_objects_that_it_names() {
    let mut object = cluster_image_policy(&json!([{"static": {"action": "fail"}}]));
    object["spec"]["match"] = json!([
        {"group": "batch", "version": "v1", "resource": "cronjobs"},
        {"resource": "pods", "version": "*", "selector": {"matchLabels": {"tier": "web"}}},
    ]);
    let policies = [of_cluster_image_policy(&object, &roots).unwrap()];
    let concerned = |resource: Option<Resource>| {
        judged_with(&policies, &Material { resource: resource.as_ref(), ..Material::default() })
            .is_concerned()
    };
    let of = |group: &str, resource: &str, tier: &str| Resource {
        group: group.to_owned(),
        version: "v1".to_owned(),
        resource: resource.to_owned(),
        object: json!({"metadata": {"labels": {"tier": tier}}}),
    };
    assert!(concerned(None));
    assert!(concerned(Some(of("batch", "cronjobs", ""))));
    assert!(concerned(Some(of("", "pods", "web"))));
    assert!(!concerned(Some(of("", "pods", "database"))));
    assert!(!concerned(Some(of("batch", "jobs", "web"))));
}

#[test]
fn signatures_count_where_they_are_said_to_lie() {
    let authorities =
        json!([{"key": {"data": pem(0)}, "source": [{"oci": "sig.example.com/s", "tagPrefix": "p-"}]}]);
    let policies = [of_cluster_image_policy(&cluster_image_policy(&authorities), &roots).unwrap()];
    let place = Place { repository: Some("sig.example.com/s".to_owned()), prefix: "p-".to_owned() };
    assert_eq!(policies[0].places().collect::<Vec<_>>(), [&place]);
    let beside = [signed(0, DIGITS)];
    assert!(!judged(&policies, &beside).is_approved());
    let elsewhere = BTreeMap::from([(place, vec![signed(0, DIGITS)])]);
    let material = Material { elsewhere: Some(&elsewhere), ..Material::default() };
    assert!(judged_with(&policies, &material).is_approved());
}

fn rego(rule: &str) -> Value {
    json!({"type": "rego", "data": format!("package sigstore\ndefault isCompliant = false\n{rule}")})
}

#[test]
fn claims_are_held_against_rego() {
    let policy = |rule: &str| {
        let authorities = json!([{"key": {"data": pem(0)}, "attestations": [
            {"name": "scan", "predicateType": "https://example.com/scan", "policy": rego(rule)},
        ]}]);
        [of_cluster_image_policy(&cluster_image_policy(&authorities), &roots).unwrap()]
    };
    let claim = |high: u32| [attested(0, DIGITS, "https://example.com/scan", json!({"high": high}))];
    let none = policy(
        "isCompliant { input.predicateType == \"https://example.com/scan\"; input.predicate.high == 0 }",
    );
    assert!(judged(&none, &claim(0)).is_approved());
    assert!(!judged(&none, &claim(1)).is_approved());
    let answers = |result: bool, warning: &str| {
        let object = format!("{{\"result\": {result}, \"warning\": \"{warning}\", \"error\": \"too many\"}}");
        let module = format!("package sigstore\nisCompliant[answer] {{ answer := {object} }}");
        let authorities = json!([{"key": {"data": pem(0)}, "attestations": [{
            "name": "scan", "predicateType": "https://example.com/scan",
            "policy": {"type": "rego", "data": module},
        }]}]);
        judged(&[of_cluster_image_policy(&cluster_image_policy(&authorities), &roots).unwrap()], &claim(0))
    };
    assert!(answers(true, "").is_approved());
    assert!(!answers(true, "old").is_approved());
    let refused = answers(false, "");
    assert!(refused.rulings[0].reasons.iter().any(|reason| reason.contains("too many")), "{refused:?}");
}

/// What holds of everything together: here two of three.
#[test]
fn a_policy_looks_at_all_authorities_together() {
    let mut object = cluster_image_policy(&json!([
        {"name": "a", "key": {"data": pem(0)}},
        {"name": "b", "key": {"data": pem(1)}},
        {"name": "c", "key": {"data": pem(2)}, "attestations": [{"name": "scan", "predicateType": "https://example.com/scan"}]},
    ]));
    object["spec"]["policy"] = rego(
        "isCompliant { count(input.authorityMatches) >= 2; count(input.authorityMatches.c.attestations.scan) == 1 }",
    );
    let policies = [of_cluster_image_policy(&object, &roots).unwrap()];
    let claim = attested(2, DIGITS, "https://example.com/scan", json!({}));
    assert!(judged(&policies, &[signed(0, DIGITS), claim.clone()]).is_approved());
    assert!(!judged(&policies, &[claim]).is_approved());
    assert!(!judged(&policies, &[signed(0, DIGITS), signed(1, DIGITS)]).is_approved());

    object["spec"]["policy"] =
        rego("isCompliant { input.spec.containers[_].name == \"app\"; input.typemeta.kind == \"Pod\" }");
    object["spec"]["policy"]["includeSpec"] = json!(true);
    object["spec"]["policy"]["includeTypeMeta"] = json!(true);
    let policies = [of_cluster_image_policy(&object, &roots).unwrap()];
    let candidates = [signed(0, DIGITS)];
    let resource = Resource {
        object: json!({"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [{"name": "app"}]}}),
        ..Resource::default()
    };
    let material = Material { candidates: &candidates, resource: Some(&resource), ..Material::default() };
    assert!(judged_with(&policies, &material).is_approved());
    assert!(!judged(&policies, &candidates).is_approved());

    object["spec"]["policy"] =
        rego("isCompliant { input.config[\"linux/amd64\"].config.User == \"nobody\" }");
    object["spec"]["policy"]["fetchConfigFile"] = json!(true);
    let policies = [of_cluster_image_policy(&object, &roots).unwrap()];
    let configurations = json!({"linux/amd64": {"config": {"User": "nobody"}}});
    let material =
        Material { candidates: &candidates, configurations: Some(&configurations), ..Material::default() };
    assert!(policies[0].asks_for_configuration());
    assert!(judged_with(&policies, &material).is_approved());
    assert!(!judged(&policies, &candidates).is_approved());
}

#[test]
fn a_trust_root_of_keys_is_read() {
    let object = json!({"kind": "TrustRoot", "metadata": {"name": "ours"}, "spec": {"sigstoreKeys": {
        "tLogs": [{"baseURL": "https://log.example.com", "hashAlgorithm": "sha-256", "publicKey": BASE64.encode(pem(0).as_bytes())}],
        "ctLogs": [{"publicKey": pem(1)}],
    }}});
    let root = of_trust_root(&object).unwrap();
    assert_eq!((root.logs.len(), root.certificate_logs.len()), (1, 1));
    assert_eq!(root.logs[0].key, *key(0).public_key());
    let repository =
        json!({"metadata": {"name": "ours"}, "spec": {"remote": {"mirror": "https://example.com"}}});
    assert!(of_trust_root(&repository).unwrap_err().to_string().contains("trust update"));
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

fn kyverno(entry: Value) -> Vec<Policy> {
    let rule = json!({"name": "check", "verifyImages": [entry]});
    of_kyverno_rule("p", &rule, &Arc::default()).unwrap()
}

fn keys(number: usize) -> Value {
    json!({"keys": {"publicKeys": pem(number), "rekor": {"ignoreTlog": true}}})
}

#[test]
fn attestors_of_kyverno_lie_in_each_other() {
    let inner = json!({"count": 1, "entries": [keys(0), keys(1)]});
    let policies = kyverno(json!({
        "imageReferences": ["example.com/*"],
        "attestors": [{"entries": [{"attestor": inner}, keys(2)]}],
    }));
    assert!(judged(&policies, &[signed(1, DIGITS), signed(2, DIGITS)]).is_approved());
    assert!(!judged(&policies, &[signed(0, DIGITS), signed(1, DIGITS)]).is_approved());
    assert!(!judged(&policies, &[signed(2, DIGITS)]).is_approved());
}

/// Several keys of one entry are several entries.
#[test]
fn every_key_of_an_entry_must_have_signed() {
    let both = json!({"keys": {"publicKeys": pem(0) + &pem(1), "rekor": {"ignoreTlog": true}}});
    let of = |count: Value| {
        kyverno(json!({"imageReferences": ["*"], "attestors": [{"count": count, "entries": [both]}]}))
    };
    assert!(!judged(&of(Value::Null), &[signed(0, DIGITS)]).is_approved());
    assert!(judged(&of(Value::Null), &[signed(0, DIGITS), signed(1, DIGITS)]).is_approved());
    assert!(judged(&of(json!(1)), &[signed(1, DIGITS)]).is_approved());
}

#[test]
fn claims_are_held_against_conditions_of_kyverno() {
    let policies = kyverno(json!({
        "imageReferences": ["*"],
        "attestations": [{
            "type": "https://example.com/scan",
            "attestors": [{"entries": [keys(0)]}],
            "conditions": [{"all": [
                {"key": "{{ scanner }}", "operator": "Equals", "value": "ours"},
                {"key": "{{ length(findings) }}", "operator": "LessThanOrEquals", "value": 1},
            ]}],
        }],
    }));
    let claim = |value: Value| judged(&policies, &[attested(0, DIGITS, "https://example.com/scan", value)]);
    assert!(claim(json!({"scanner": "ours", "findings": ["a"]})).is_approved());
    assert!(!claim(json!({"scanner": "ours", "findings": ["a", "b"]})).is_approved());
    assert!(!claim(json!({"scanner": "theirs", "findings": []})).is_approved());
    // What is not there is not met.
    assert!(!claim(json!({"scanner": "ours"})).is_approved());
}

#[test]
fn annotations_must_stand_in_the_signature() {
    let mut entry = keys(0);
    entry["annotations"] = json!({"env": "prod"});
    let policies = kyverno(json!({"imageReferences": ["*"], "attestors": [{"entries": [entry]}]}));
    let payload = |optional: Value| {
        let mut value: Value =
            serde_json::from_slice(&payload_of("example.com/team/app", &format!("sha256:{DIGITS}"))).unwrap();
        value["optional"] = optional;
        let payload = value.to_string().into_bytes();
        let bundle = Box::new(sign_bytes(&payload, &key(0), None).unwrap());
        [Candidate::Payload { payload, bundle }]
    };
    assert!(judged(&policies, &payload(json!({"env": "prod", "more": "x"}))).is_approved());
    assert!(!judged(&policies, &payload(json!({"env": "test"}))).is_approved());
    assert!(!judged(&policies, &payload(Value::Null)).is_approved());
    assert!(!judged(&policies, &[signed(0, DIGITS)]).is_approved());
}

/// The words of versions before mean the same.
#[test]
fn a_key_beside_the_image_is_an_attestor() {
    let rule = json!({"image": "example.com/*", "key": pem(0), "repository": "sig.example.com/s"});
    let policies = kyverno(rule);
    let place = Place { repository: Some("sig.example.com/s".to_owned()), prefix: String::new() };
    assert_eq!(policies[0].places().collect::<Vec<_>>(), [&place]);
    let audited = kyverno(json!({"image": "*", "key": pem(0), "failureAction": "Audit"}));
    assert!(judged(&audited, &[]).is_admitted());
}

#[test]
fn what_is_not_applied_refuses_a_rule_of_kyverno() {
    let root = Arc::new(TrustedRoot::default());
    let keys = json!({"keys": {"publicKeys": pem(0)}});
    let entries = [
        json!({"imageReferences": ["*"], "type": "Notary", "attestors": [{"entries": [keys]}]}),
        json!({"imageReferences": ["*"], "attestors": [{"entries": [{"certificates": {"cert": "x"}}]}]}),
        json!({"imageReferences": ["*"], "attestors": [{"entries": [{"certificates": {"certChain": "x"}}]}]}),
        json!({"imageReferences": ["*"], "attestors": [{"entries": [{"keys": {"publicKeys": "k8s://a/b"}}]}]}),
        json!({"imageReferences": ["*"], "attestors": [{"entries": [{"keys": {"kms": "awskms:///x"}}]}]}),
        json!({"imageReferences": ["*"], "attestors": [{"entries": [{"keys": {"publicKeys": pem(0)}, "signatureAlgorithm": "sha224"}]}]}),
        json!({"imageReferences": ["*"], "attestors": [{"entries": [{"keyless": {"subject": "a", "issuer": "b", "additionalExtensions": {"x": "y"}}}]}]}),
        json!({"imageReferences": ["*"], "attestors": []}),
        json!({"imageReferences": ["*"], "attestors": [{"count": 2, "entries": [keys]}]}),
        json!({"imageReferences": [], "attestors": [{"entries": [keys]}]}),
        json!({"imageReferences": ["*"], "attestors": [{"entries": [keys]}], "validate": {"deny": {}}}),
        json!({"imageReferences": ["*"], "attestors": [{"entries": [keys]}], "attestations": [{"conditions": []}]}),
        json!({"imageReferences": ["*"], "attestations": [{"type": "x"}]}),
        json!({"image": "*"}),
    ];
    for entry in entries {
        let rule = json!({"name": "check", "verifyImages": [entry]});
        assert!(of_kyverno_rule("p", &rule, &root).is_err(), "{rule}");
    }
}

#[test]
fn a_condition_of_kyverno_holds_of_all_that_is_attested() {
    let kind = "https://example.com/scan";
    let entry = json!({
        "imageReferences": ["example.com/*"],
        "attestations": [{
            "type": kind,
            "attestors": [{"entries": [keys(0)]}],
            "conditions": [{"all": [{"key": "{{ passed }}", "operator": "Equals", "value": true}]}],
        }],
    });
    let policies = kyverno(entry.clone());
    let claim = |by, passed: bool| attested(by, DIGITS, kind, json!({"passed": passed}));
    assert!(judged(&policies, &[claim(0, true), claim(0, true)]).is_approved());
    for claims in [[claim(0, true), claim(0, false)], [claim(0, false), claim(0, true)]] {
        assert!(!judged(&policies, &claims).is_approved());
    }
    // What others attest counts neither way.
    assert!(judged(&policies, &[claim(1, false), claim(0, true)]).is_approved());
}

#[test]
fn entries_of_kyverno_are_counted_whoever_signed() {
    let entry = json!({
        "imageReferences": ["example.com/*"],
        "attestors": [{"count": 2, "entries": [keys(0), keys(0), keys(1)]}],
    });
    assert!(judged(&kyverno(entry.clone()), &[signed(0, DIGITS)]).is_approved());
    assert!(!judged(&kyverno(entry.clone()), &[signed(1, DIGITS)]).is_approved());
}

#[test]
fn annotations_of_an_entry_of_kyverno_are_those_of_each_attestor() {
    let attestor = json!({"entries": [keys(0)]});
    let entry = json!({
        "imageReferences": ["example.com/*"], "annotations": {"stage": "release"}, "attestors": [attestor],
    });
    assert!(!judged(&kyverno(entry.clone()), &[signed(0, DIGITS)]).is_approved());
}

#[test]
fn claims_by_several_keys_of_one_authority_are_refused() {
    let both = format!("{}{}", pem(0), pem(1));
    let claims = json!([{"name": "a", "predicateType": "vuln"}]);
    let with = |more: Value| of_cluster_image_policy(&cluster_image_policy(&json!([more])), &roots).is_ok();
    assert!(with(json!({"key": {"data": both}})));
    assert!(!with(json!({"key": {"data": both}, "attestations": claims})));
}

#[test]
fn a_timestamp_authority_without_a_name_takes_no_place_of_a_log() {
    let authority = |stamp: Value| json!([{"key": {"data": pem(0)}, "ctlog": {"url": "https://rekor.example.com"}, "rfc3161timestamp": stamp}]);
    let log = |stamp| {
        let policy = of_cluster_image_policy(&cluster_image_policy(&authority(stamp)), &roots).unwrap();
        policy.groups[0].authorities[0].evidence
    };
    assert!(log(json!({})).log && log(json!({})).timestamp);
    assert!(!log(json!({"trustRootRef": "own"})).log);
}
