//! Patterns: anchors, lists, wildcards, and what is said of a resource that does not match.

use sekisho_kyverno::rule::Status::{self, Error, Fail, Pass, Skip};

use super::{only, pod, rule, value};

/// A pattern for a Pod's spec, a spec, and what comes out.
const ROWS: &[(&str, &str, Status)] = &[
    // Plain fields must be there and match; a star asks for anything but nothing.
    ("{a: 1}", "{a: 1}", Pass),
    ("{a: 1}", "{a: 2}", Fail),
    ("{a: 1}", "{}", Fail),
    ("{a: '*'}", "{a: x}", Pass),
    ("{a: '*'}", "{}", Fail),
    ("{a: '*'}", "{a: null}", Fail),
    ("{a: '?*'}", "{a: ''}", Fail),
    ("{a: null}", "{}", Pass),
    ("{a: 'x | w'}", "{a: w}", Pass),
    ("{a: '>=1Gi'}", "{a: 512Mi}", Fail),
    ("{a: '1-5'}", "{a: 3}", Pass),
    ("{a: {b: c}}", "{a: d}", Fail),
    // A plain value is compared with every item of a list.
    ("{a: 'x*'}", "{a: [x1, x2]}", Pass),
    ("{a: 'x*'}", "{a: [x1, w]}", Fail),
    ("{a: ['x*']}", "{a: [x1, w]}", Fail),
    // A map in a list is the pattern of every item.
    ("{c: [{i: '!*:latest'}]}", "{c: [{i: 'a:1'}, {i: 'b:latest'}]}", Fail),
    ("{c: [{i: '!*:latest'}]}", "{c: [{i: 'a:1'}, {i: 'b:2'}]}", Pass),
    ("{c: [{i: '*'}]}", "{c: []}", Pass),
    ("{c: []}", "{c: [1]}", Fail),
    // `=()`: where it is there, it must match.
    ("{=(a): 1}", "{}", Pass),
    ("{=(a): 1}", "{a: 2}", Fail),
    // `X()`: it must not be there, not even as null.
    ("{X(a): 'null'}", "{}", Pass),
    ("{X(a): 'null'}", "{a: 1}", Fail),
    ("{X(a): 'null'}", "{a: null}", Fail),
    // `()`: only then the rest counts.
    ("{(a): 1, b: 2}", "{a: 1, b: 2}", Pass),
    ("{(a): 1, b: 2}", "{a: 1, b: 3}", Fail),
    ("{(a): 1, b: 2}", "{a: 5, b: 3}", Skip),
    ("{(a): 1, b: 2}", "{b: 3}", Skip),
    // In a list it picks items; a list in which none is picked is left alone.
    ("{c: [{(name): x, v: 1}]}", "{c: [{name: x, v: 1}, {name: w, v: 2}]}", Pass),
    ("{c: [{(name): x, v: 1}]}", "{c: [{name: x, v: 2}, {name: w, v: 2}]}", Fail),
    ("{c: [{(name): x, v: 1}]}", "{c: [{name: w, v: 2}]}", Skip),
    // `<()`: only then the whole rule counts.
    ("{c: [{<(name): x}], v: 1}", "{c: [{name: w}], v: 2}", Skip),
    ("{c: [{<(name): x}], v: 1}", "{c: [{name: x}], v: 2}", Fail),
    ("{c: [{<(name): x}], v: 1}", "{c: [{name: x}], v: 1}", Pass),
    // `^()`: at least one item.
    ("{^(c): [{name: x}]}", "{c: [{name: w}, {name: x}]}", Pass),
    ("{^(c): [{name: x}]}", "{c: [{name: w}]}", Fail),
    ("{^(c): [{name: x}]}", "{}", Pass),
    ("{^(c): [{name: x}, {name: w}]}", "{c: [{name: x}]}", Fail),
];

#[test]
fn anchors_and_values_decide() {
    for (pattern, spec, wanted) in ROWS {
        let policy = rule(&format!("    validate:\n      pattern:\n        spec: {pattern}\n"));
        let (status, message) = only(&policy, &pod(spec));
        assert_eq!(status, *wanted, "{pattern} on {spec}: {message}");
    }
}

#[test]
fn failures_name_the_rule_and_the_path() {
    let policy = rule(
        "    validate:\n      message: no `latest`\n      pattern:\n        spec:\n          containers:\n          \
         - image: '!*:latest'\n",
    );
    let (status, message) = only(&policy, &pod("{containers: [{image: 'a:1'}, {image: 'b:latest'}]}"));
    assert_eq!(status, Fail);
    assert_eq!(message, "validation error: no `latest`. rule r failed at path /spec/containers/1/image/");
    let (_, message) = only(&policy, &pod("{containers: [{image: 'a:1'}]}"));
    assert_eq!(message, "validation rule 'r' passed.");
}

#[test]
fn a_failure_beside_an_anchor_that_finds_nothing_is_an_error() {
    let policy = rule(
        "    validate:\n      pattern:\n        spec:\n          a: 1\n          =(c):\n          - (name): x\n",
    );
    let (status, message) = only(&policy, &pod("{a: 2}"));
    assert_eq!(status, Fail, "{message}");
    let policy = rule(
        "    validate:\n      pattern:\n        spec:\n          ^(c):\n          - n: x\n          a: 1\n",
    );
    let (status, message) = only(&policy, &pod("{a: 2}"));
    assert_eq!(status, Error);
    assert_eq!(
        message,
        "validation error: rule r execution error: resource value '2' does not match '1' at path /spec/a/"
    );
}

#[test]
fn any_of_several_patterns_is_enough() {
    let policy = rule(
        "    validate:\n      message: pick one\n      anyPattern:\n      - spec: {a: 1}\n      - spec: {b: 1}\n",
    );
    assert_eq!(only(&policy, &pod("{b: 1}")), (Pass, "validation rule 'r' anyPattern[1] passed.".to_owned()));
    let (status, message) = only(&policy, &pod("{a: 2, b: 2}"));
    assert_eq!(status, Fail);
    assert_eq!(
        message,
        "validation error: pick one. rule r[0] failed at path /spec/a/ rule r[1] failed at path /spec/b/"
    );
}

#[test]
fn wildcards_stand_for_keys_of_labels_only() {
    let policy = rule(
        "    validate:\n      pattern:\n        metadata:\n          labels:\n            'app/*': '?*'\n",
    );
    let labelled = |label: &str| {
        value(&format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a, labels: {{{label}: x}}}}}}"))
    };
    assert_eq!(only(&policy, &labelled("app/name")).0, Pass);
    assert_eq!(only(&policy, &labelled("other")).0, Fail);
    let policy = rule("    validate:\n      pattern:\n        spec:\n          'a*': x\n");
    assert_eq!(only(&policy, &pod("{ab: x}")).0, Fail);
}

#[test]
fn variables_in_patterns_and_messages_are_replaced() {
    let policy = rule(
        "    validate:\n      message: '{{ request.object.metadata.name }} is wrong'\n      pattern:\n        spec:\n          \
         serviceAccountName: 'sa-{{ request.namespace }}'\n",
    );
    assert_eq!(only(&policy, &pod("{serviceAccountName: sa-shop}")).0, Pass);
    let (_, message) = only(&policy, &pod("{serviceAccountName: other}"));
    assert_eq!(message, "validation error: web is wrong. rule r failed at path /spec/serviceAccountName/");
    let policy =
        rule("    validate:\n      pattern:\n        spec:\n          a: '{{ request.nothing.there }}'\n");
    let (status, message) = only(&policy, &pod("{}"));
    assert_eq!(status, Error);
    assert!(message.starts_with("variable substitution failed: "), "{message}");
}
