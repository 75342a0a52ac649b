//! Rules that change objects.

use sekisho_kyverno::Value;
use sekisho_kyverno::policy::Policy;
use sekisho_kyverno::rule::{Mutated, Request, Snapshot, Status, mutate};

use super::{in_world, pod, rule, value};

fn mutated(policy: &Policy, object: Value) -> Mutated {
    in_world(&Snapshot::default(), &[], |world| mutate(policy, &Request::create(object), world))
}

/// A strategic merge patch for a Pod's spec, a spec, and the spec afterwards; none: nothing is patched.
const MERGES: &[(&str, &str, Option<&str>)] = &[
    ("{a: 1}", "{b: 2}", Some("{a: 1, b: 2}")),
    ("{a: 1}", "{a: 1}", None),
    ("{a: null}", "{a: 1, b: 2}", Some("{b: 2}")),
    ("{+(a): 1}", "{a: 2}", None),
    ("{+(a): 1}", "{b: 2}", Some("{a: 1, b: 2}")),
    ("{(b): 2, a: 1}", "{b: 2}", Some("{a: 1, b: 2}")),
    ("{(b): '>5', a: 1}", "{b: 2}", None),
    ("{(c): x, a: 1}", "{b: 2}", None),
    // Lists are merged by the keys of Kubernetes' schema.
    (
        "{containers: [{name: b, image: w}]}",
        "{containers: [{name: a, image: x}, {name: b, image: x}]}",
        Some("{containers: [{name: b, image: w}, {name: a, image: x}]}"),
    ),
    // An item with a condition stands for all items that match.
    (
        "{containers: [{(name): '*', imagePullPolicy: Always}]}",
        "{containers: [{name: a}, {name: b}]}",
        Some("{containers: [{name: a, imagePullPolicy: Always}, {name: b, imagePullPolicy: Always}]}"),
    ),
    (
        "{containers: [{(image): '*:latest', imagePullPolicy: Always}]}",
        "{containers: [{name: a, image: 'x:1'}, {name: b, image: 'x:latest'}]}",
        Some(
            "{containers: [{name: b, image: 'x:latest', imagePullPolicy: Always}, {name: a, image: 'x:1'}]}",
        ),
    ),
    (
        "{containers: [{(image): '*:latest', imagePullPolicy: Always}]}",
        "{containers: [{name: a, image: x}]}",
        None,
    ),
    // A global condition holds the whole patch back.
    ("{containers: [{<(image): 'bad/*'}], a: 1}", "{containers: [{name: a, image: good/x}]}", None),
    (
        "{containers: [{<(image): 'bad/*'}], a: 1}",
        "{containers: [{name: a, image: bad/x}]}",
        Some("{containers: [{name: a, image: bad/x}], a: 1}"),
    ),
    (
        "{containers: [{(name): '*', resources: {requests: {+(memory): 1Gi}}}]}",
        "{containers: [{name: a, resources: {requests: {cpu: 1}}}]}",
        Some("{containers: [{name: a, resources: {requests: {cpu: 1, memory: 1Gi}}}]}"),
    ),
];

#[test]
fn strategic_merges_follow_their_anchors() {
    for (patch, spec, wanted) in MERGES {
        let policy = rule(&format!("    mutate:\n      patchStrategicMerge:\n        spec: {patch}\n"));
        let mutated = mutated(&policy, pod(spec));
        let [result] = mutated.results.as_slice() else { panic!("{patch}: {:?}", mutated.results) };
        let object = mutated.object.expect("an object");
        let Some(wanted) = wanted else {
            assert_eq!(object, pod(spec), "{patch} on {spec}");
            assert_eq!((result.status, result.message.as_str()), (Status::Skip, "no patches applied"));
            continue;
        };
        let wanted = Some(value(wanted).to_json());
        assert_eq!(object.get("spec").map(Value::to_json), wanted, "{patch} on {spec}");
        assert_eq!(result.status, Status::Pass);
        assert_eq!(result.message, "mutated Pod/web in namespace shop");
    }
}

/// A JSON patch, a spec, and the spec afterwards.
const PATCHES: &[(&str, &str, &str)] = &[
    ("[{op: add, path: /spec/a, value: 1}]", "{}", "{a: 1}"),
    ("[{op: add, path: /spec/a/b/0, value: x}]", "{}", "{a: {b: [x]}}"),
    ("[{op: add, path: /spec/l/-, value: x}]", "{l: [w]}", "{l: [w, x]}"),
    ("[{op: add, path: /spec/l/-1, value: x}]", "{l: [w, z]}", "{l: [w, z, x]}"),
    ("[{op: replace, path: /spec/a, value: 2}]", "{a: 1}", "{a: 2}"),
    ("[{op: remove, path: /spec/l/0}]", "{l: [x, w]}", "{l: [w]}"),
    ("[{op: remove, path: /spec/none/0}]", "{a: 1}", "{a: 1}"),
    ("[{op: move, from: /spec/a, path: /spec/b}]", "{a: 1}", "{b: 1}"),
    ("[{op: copy, from: /spec/a, path: /spec/b}]", "{a: 1}", "{a: 1, b: 1}"),
    ("[{op: add, path: /spec/x~1y, value: 1}]", "{}", "{x/y: 1}"),
    ("[{op: test, path: /spec/a, value: 1}, {op: add, path: /spec/b, value: 1}]", "{a: 1}", "{a: 1, b: 1}"),
];

#[test]
fn json_patches_are_lenient() {
    for (patch, spec, wanted) in PATCHES {
        let policy = rule(
            &format!("    mutate:\n      patchesJson6902: |-\n        {patch}\n")
                .replace("|-\n        [", "|-\n         ["),
        );
        let object = mutated(&policy, pod(spec)).object.expect("an object");
        assert_eq!(
            object.get("spec").map(Value::to_json),
            Some(value(wanted).to_json()),
            "{patch} on {spec}"
        );
    }
}

#[test]
fn a_patch_that_cannot_be_applied_is_an_error() {
    for patch in [
        "{op: replace, path: /spec/none, value: 1}",
        "{op: test, path: /spec/a, value: 2}",
        "{op: jump, path: /a}",
    ] {
        let policy = rule(&format!("    mutate:\n      patchesJson6902: |-\n        - {patch}\n"));
        let mutated = mutated(&policy, pod("{a: 1}"));
        assert_eq!(mutated.results[0].status, Status::Error, "{patch}");
        assert!(mutated.results[0].message.starts_with("failed to patch resource: "), "{patch}");
    }
}

#[test]
fn a_loop_patches_with_each_element() {
    let policy = rule(
        "    mutate:\n      foreach:\n      - list: request.object.spec.containers\n        patchStrategicMerge:\n          spec:\n            \
         containers:\n            - name: '{{ element.name }}'\n              image: 'mirror/{{ element.image }}'\n",
    );
    let object = mutated(&policy, pod("{containers: [{name: a, image: x}, {name: b, image: w}]}"))
        .object
        .expect("an object");
    let wanted = value("{containers: [{name: a, image: mirror/x}, {name: b, image: mirror/w}]}");
    assert_eq!(object.get("spec").map(Value::to_json), Some(wanted.to_json()));
}

#[test]
fn later_rules_see_what_earlier_ones_made() {
    let policy = super::policy(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  rules:\n  - name: one\n    match: &m {any: \
         [{resources: {kinds: [ConfigMap]}}]}\n    mutate: {patchStrategicMerge: {data: {a: x}}}\n  - name: two\n    match: *m\n    \
         mutate: {patchStrategicMerge: {data: {b: '{{ request.object.data.a }}'}}}\n",
    );
    let object = mutated(&policy, value("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}"))
        .object
        .expect("an object");
    assert_eq!(object.at(&["data", "b"]).and_then(Value::as_str), Some("x"));
}

#[test]
fn targets_are_changed_in_place_of_the_object() {
    let policy = super::policy(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  rules:\n  - name: r\n    match: {any: [{resources: \
         {kinds: [ConfigMap]}}]}\n    mutate:\n      targets:\n      - {apiVersion: v1, kind: Secret, name: 's*', namespace: '{{ \
         request.object.metadata.namespace }}'}\n      patchStrategicMerge: {metadata: {labels: {of: '{{ target.metadata.name }}'}}}\n",
    );
    let trigger = value("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: a}}");
    let secret = |name: &str, namespace: &str| {
        value(&format!(
            "{{apiVersion: v1, kind: Secret, metadata: {{name: {name}, namespace: {namespace}}}}}"
        ))
    };
    let world = Snapshot::new([secret("s1", "a"), secret("s2", "b"), secret("t", "a")]);
    let mutated = in_world(&world, &[], |world| mutate(&policy, &Request::create(trigger.clone()), world));
    assert_eq!(mutated.object, Some(trigger));
    let targets: Vec<_> = mutated.results.iter().filter_map(|result| result.target.as_ref()).collect();
    assert_eq!(targets.len(), 1, "{:?}", mutated.results);
    assert_eq!(targets[0].at(&["metadata", "labels", "of"]).and_then(Value::as_str), Some("s1"));
}
