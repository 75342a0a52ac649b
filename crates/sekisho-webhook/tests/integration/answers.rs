//! How answers keep to what the API server takes.

use sekisho_policy::{Decision, Refusal};
use sekisho_webhook::answer;

use crate::peer::parsed;

fn response(decision: &Decision) -> sekisho_manifest::Node {
    let text = String::from_utf8(answer::decided("u", decision)).expect("a text");
    parsed(&text).get("response").expect("a response").clone()
}

#[test]
fn warnings_are_lines_and_are_cut_as_the_api_server_would_cut_them() {
    let few = Decision {
        warnings: vec!["one\ntwo\u{7}".into(), "one\ntwo\u{7}".into(), " ".into()],
        ..Decision::default()
    };
    assert_eq!(response(&few).strings("warnings").collect::<Vec<_>>(), ["one two"]);
    let long = Decision { warnings: vec!["ü".repeat(3_000)], ..Decision::default() };
    assert_eq!(response(&long).strings("warnings").next().map(|text| text.chars().count()), Some(3_000));
    let many = Decision {
        warnings: (0..90).map(|place| format!("{place} {}", "x".repeat(400))).collect(),
        ..Decision::default()
    };
    let written = response(&many);
    let warnings: Vec<&str> = written.strings("warnings").collect();
    assert!(warnings.iter().all(|text| text.chars().count() <= 256), "{warnings:?}");
    assert!(warnings.iter().map(|text| text.chars().count()).sum::<usize>() <= 4_096 + 20);
    assert_eq!(warnings.len(), 17);
    assert_eq!(warnings.last().copied(), Some("and 74 more"));
}

#[test]
fn annotations_have_names_that_the_api_server_takes() {
    let decision = Decision {
        audit_annotations: vec![
            ("pod-security.kubernetes.io/audit-violations".into(), "a".into()),
            ("/".into(), "b".into()),
            ("x".repeat(100).into(), "c".into()),
        ],
        ..Decision::default()
    };
    let written = response(&decision);
    let annotations = written.get("auditAnnotations").expect("annotations");
    let keys: Vec<String> = annotations.entries().iter().map(|entry| entry.key.to_string()).collect();
    assert_eq!(keys, ["pod-security.kubernetes.io.audit-violations", &"x".repeat(63)]);
}

#[test]
fn a_refusal_has_no_patch() {
    let refusal = Refusal { code: 403, reason: "Forbidden", message: "no".into() };
    let written = response(&Decision { refusal: Some(refusal), ..Decision::default() });
    assert!(
        written.is_false("allowed") && written.get("patch").is_none() && written.get("patchType").is_none()
    );
}
