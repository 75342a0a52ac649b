//! Laws that hold for every Pod.

use proptest::prelude::*;
use sekisho_manifest::{Budget, Format, Node, SourceId, load};
use sekisho_policy::pod_security::{
    CONTROLS, Fault, Found, Level, LevelVersion, Pod, Version, Violation, controls_of, evaluate,
};
use serde_json::{Map, Value, json};

fn tree(pod: &Value) -> Node {
    let loaded = load(SourceId::default(), &pod.to_string(), Format::Json, &Budget::default());
    loaded.documents.into_iter().next().expect("a document").root
}

fn judge(policy: LevelVersion, pod: &Value) -> Vec<Violation> {
    evaluate(policy, &Pod::of(&tree(pod)))
}

fn any_version() -> impl Strategy<Value = Version> {
    prop_oneof![Just(Version::Latest), (0_u64..40).prop_map(Version::Minor)]
}

fn any_policy() -> impl Strategy<Value = LevelVersion> {
    let level = prop_oneof![Just(Level::Privileged), Just(Level::Baseline), Just(Level::Restricted)];
    (level, any_version()).prop_map(|(level, version)| LevelVersion { level, version })
}

/// Every key that a control looks at, and some that none does.
const KEYS: [&str; 48] = [
    "metadata",
    "annotations",
    "seccomp.security.alpha.kubernetes.io/pod",
    "container.apparmor.security.beta.kubernetes.io/a",
    "container.seccomp.security.alpha.kubernetes.io/a",
    "spec",
    "containers",
    "initContainers",
    "ephemeralContainers",
    "name",
    "image",
    "ports",
    "hostPort",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
    "postStart",
    "preStop",
    "httpGet",
    "tcpSocket",
    "host",
    "securityContext",
    "privileged",
    "allowPrivilegeEscalation",
    "capabilities",
    "add",
    "drop",
    "runAsNonRoot",
    "runAsUser",
    "seccompProfile",
    "appArmorProfile",
    "type",
    "seLinuxOptions",
    "user",
    "role",
    "procMount",
    "windowsOptions",
    "hostProcess",
    "sysctls",
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "hostUsers",
    "os",
    "volumes",
    "hostPath",
    "emptyDir",
];

fn any_scalar() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(vec![
        "",
        "a",
        "ALL",
        "NET_RAW",
        "RuntimeDefault",
        "Unconfined",
        "unconfined",
        "windows",
        "Unmasked",
        "\u{7f}\"é",
    ]);
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![0, 1, -1, 80, i64::MAX]).prop_map(Value::from),
        Just(json!(0.5)),
        text.prop_map(Value::from),
    ]
}

/// A tree that has the right keys in any place, and anything as their values.
fn any_tree() -> impl Strategy<Value = Value> {
    any_scalar().prop_recursive(7, 120, 8, |inner| {
        let entry = (prop::sample::select(KEYS.to_vec()), inner.clone());
        let mapping = prop::collection::vec(entry, 0..8).prop_map(|entries| {
            Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        });
        prop_oneof![2 => mapping, 1 => prop::collection::vec(inner, 0..4).prop_map(Value::from)]
    })
}

/// A mapping in which each of these fields is there in half of the cases.
fn fields(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let fields: Vec<_> = fields
        .into_iter()
        .map(|(key, value)| prop::option::of(value).prop_map(move |value| (key.to_owned(), value)))
        .collect();
    fields
        .prop_map(|fields| {
            Value::Object(fields.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
        })
        .boxed()
}

fn one_of(values: &[Value]) -> BoxedStrategy<Value> {
    prop::sample::select(values.to_vec()).boxed()
}

fn list(item: BoxedStrategy<Value>, most: usize) -> BoxedStrategy<Value> {
    prop::collection::vec(item, 0..=most).prop_map(Value::from).boxed()
}

/// A Pod as the API server would take it, good or bad.
fn any_pod() -> BoxedStrategy<Value> {
    let truth = || one_of(&[json!(true), json!(false), Value::Null]);
    let profile = || {
        one_of(&[json!({"type": "RuntimeDefault"}), json!({"type": "Unconfined"}), json!({}), Value::Null])
    };
    let both = || {
        vec![
            ("runAsNonRoot", truth()),
            ("runAsUser", one_of(&[json!(0), json!(1000), Value::Null])),
            ("seccompProfile", profile()),
            ("appArmorProfile", profile()),
            (
                "seLinuxOptions",
                one_of(&[json!({"type": "container_t"}), json!({"type": "spc_t", "user": "u"})]),
            ),
            ("windowsOptions", one_of(&[json!({"hostProcess": true}), json!({})])),
        ]
    };
    let capability =
        one_of(&[json!("ALL"), json!("NET_BIND_SERVICE"), json!("KILL"), json!("SYS_ADMIN"), Value::Null]);
    let mut of_container = both();
    of_container.extend([
        ("privileged", truth()),
        ("allowPrivilegeEscalation", truth()),
        ("procMount", one_of(&[json!("Default"), json!("Unmasked")])),
        ("capabilities", fields(vec![("add", list(capability.clone(), 2)), ("drop", list(capability, 2))])),
    ]);
    let handler = || one_of(&[json!({"httpGet": {"host": "h"}}), json!({"tcpSocket": {}}), Value::Null]);
    let container = fields(vec![
        ("name", one_of(&[json!("a"), json!("b"), json!("")])),
        ("securityContext", fields(of_container)),
        ("ports", list(one_of(&[json!({"hostPort": 80}), json!({"hostPort": 0}), Value::Null]), 2)),
        ("livenessProbe", handler()),
        ("lifecycle", fields(vec![("preStop", handler())])),
    ]);
    let mut of_pod = both();
    of_pod.push((
        "sysctls",
        list(one_of(&[json!({"name": "net.ipv4.tcp_rmem"}), json!({"name": "kernel.msgmax"})]), 2),
    ));
    let volume = one_of(&[
        json!({"name": "v", "hostPath": {"path": "/"}}),
        json!({"name": "w", "emptyDir": {}}),
        json!({"name": "x", "nfs": {}}),
    ]);
    let spec = fields(vec![
        ("hostNetwork", truth()),
        ("hostUsers", truth()),
        ("os", one_of(&[json!({"name": "windows"}), json!({"name": "linux"})])),
        ("securityContext", fields(of_pod)),
        ("volumes", list(volume, 2)),
        ("initContainers", list(container.clone(), 2)),
        ("containers", list(container.clone(), 2)),
        ("ephemeralContainers", list(container, 1)),
    ]);
    let annotations = fields(vec![
        (
            "container.apparmor.security.beta.kubernetes.io/a",
            one_of(&[json!("unconfined"), json!("localhost/x")]),
        ),
        ("seccomp.security.alpha.kubernetes.io/pod", one_of(&[json!("unconfined"), json!("docker/default")])),
    ]);
    (annotations, spec)
        .prop_map(|(annotations, spec)| json!({"metadata": {"annotations": annotations}, "spec": spec}))
        .boxed()
}

/// Whether a field at fault holds what is said of it.
fn stands(root: &Node, fault: &Fault) -> bool {
    let node = root.resolve(&fault.path).filter(|node| !node.is_null());
    let text = |node: &Node| node.as_str().unwrap_or_default().to_owned();
    match &fault.found {
        Found::Missing => node.is_none_or(|node| node.as_bool().is_none() && node.items().is_empty()),
        Found::Present => node.is_some(),
        Found::Bool(value) => node.and_then(Node::as_bool) == Some(*value),
        Found::Int(value) => node.and_then(Node::as_i64) == Some(*value),
        Found::Text(value) => {
            let path_of_volume = node.and_then(|node| node.get("path")).map(text);
            path_of_volume.or_else(|| node.map(text)).unwrap_or_default() == *value
        }
        Found::Texts(values) => {
            let items: Vec<_> = node.map_or(&[][..], Node::items).iter().map(text).collect();
            values.iter().all(|value| items.iter().any(|item| item == value))
        }
    }
}

/// The tree without the fields that are null; what stands in lists stays.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(key, value)| (key.clone(), without_nulls(value))).collect())
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// The Pod with its containers in the reverse order.
fn reversed(pod: &Value) -> Value {
    let mut pod = pod.clone();
    for key in ["containers", "initContainers", "ephemeralContainers"] {
        if let Some(Value::Array(items)) =
            pod["spec"].as_object_mut().and_then(|spec: &mut Map<_, _>| spec.get_mut(key))
        {
            items.reverse();
        }
    }
    pod
}

fn controls(violations: &[Violation]) -> Vec<&'static str> {
    violations.iter().map(|violation| violation.control).collect()
}

proptest! {
    #[test]
    fn any_tree_is_judged_and_every_fault_stands(policy in any_policy(), pod in any_tree()) {
        let root = tree(&json!({ "pod": pod }));
        let Some(root) = root.get("pod") else { return Ok(()) };
        for violation in evaluate(policy, &Pod::of(root)) {
            prop_assert!(!violation.reason.is_empty() && !violation.faults.is_empty());
            for fault in &violation.faults {
                prop_assert!(stands(root, fault), "{} {:?}", fault.path, fault.found);
            }
        }
    }

    #[test]
    fn every_fault_of_a_pod_stands(policy in any_policy(), pod in any_pod()) {
        let root = tree(&pod);
        for fault in evaluate(policy, &Pod::of(&root)).iter().flat_map(|violation| &violation.faults) {
            prop_assert!(stands(&root, fault), "{} {:?}", fault.path, fault.found);
        }
    }

    /// Windows is asked for less on the restricted level than on the baseline, where it should set nothing.
    #[test]
    fn what_is_restricted_is_baseline_too(version in any_version(), mut pod in any_pod()) {
        pod["spec"].as_object_mut().expect("a spec").remove("os");
        let [restricted, baseline] = [Level::Restricted, Level::Baseline].map(|level| judge(LevelVersion { level, version }, &pod));
        prop_assert!(!restricted.is_empty() || baseline.is_empty(), "{baseline:?}");
        prop_assert_eq!(judge(LevelVersion { level: Level::Privileged, version }, &pod), []);
    }

    #[test]
    fn a_null_is_nothing(policy in any_policy(), pod in any_pod()) {
        prop_assert_eq!(judge(policy, &pod), judge(policy, &without_nulls(&pod)));
    }

    #[test]
    fn the_order_of_containers_decides_nothing(policy in any_policy(), pod in any_pod()) {
        prop_assert_eq!(controls(&judge(policy, &pod)), controls(&judge(policy, &reversed(&pod))));
    }

    #[test]
    fn a_level_is_its_controls_one_by_one(policy in any_policy(), pod in any_pod()) {
        let root = tree(&pod);
        let pod = Pod::of(&root);
        let alone: Vec<_> = controls_of(policy).filter_map(|control| control.examine(policy.version, &pod)).collect();
        prop_assert_eq!(&alone, &evaluate(policy, &pod));
        let place = |id: &str| CONTROLS.iter().position(|control| control.id == id);
        prop_assert!(alone.windows(2).all(|two| place(two[0].control) < place(two[1].control)));
    }

    /// Only what was found unsafe later is allowed by an older version; what counts as safe only grows.
    #[test]
    fn sysctls_that_are_safe_stay_safe(version in 0_u64..40, pod in any_pod()) {
        let refused = |version| {
            let policy = LevelVersion { level: Level::Baseline, version: Version::Minor(version) };
            controls(&judge(policy, &pod)).contains(&"sysctls")
        };
        prop_assert!(refused(version) || !refused(version + 1));
    }
}
