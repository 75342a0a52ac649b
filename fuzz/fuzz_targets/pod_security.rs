//! Objects of the right keys with anything in them through Pod Security: no panic, every fault where it is said to
//! be, and an answer to every request.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_manifest::{Budget, Format, Node, SourceId, load};
use sekisho_policy::pod_security::{
    Configuration, Found, Level, LevelVersion, Pod, Version, evaluate, review,
};
use sekisho_policy::{Facts, GroupVersionKind, GroupVersionResource, ObjectQuery, Operation, Origin, Request, User};

/// What objects are made of.
const KEYS: [&str; 56] = [
    "metadata",
    "annotations",
    "labels",
    "ownerReferences",
    "controller",
    "uid",
    "name",
    "spec",
    "template",
    "jobTemplate",
    "containers",
    "initContainers",
    "ephemeralContainers",
    "image",
    "ports",
    "hostPort",
    "livenessProbe",
    "startupProbe",
    "lifecycle",
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
    "hostUsers",
    "os",
    "volumes",
    "hostPath",
    "emptyDir",
    "runtimeClassName",
    "seccomp.security.alpha.kubernetes.io/pod",
    "container.seccomp.security.alpha.kubernetes.io/a",
    "container.apparmor.security.beta.kubernetes.io/a",
    "pod-security.kubernetes.io/enforce",
    "pod-security.kubernetes.io/enforce-version",
    "pod-security.kubernetes.io/audit",
    "pod-security.kubernetes.io/warn",
    "pod-security.kubernetes.io/warn-version",
];

/// What stands in them.
const VALUES: [&str; 16] = [
    "null",
    "true",
    "false",
    "0",
    "80",
    "0.5",
    "\"\"",
    "\"a\"",
    "\"ALL\"",
    "\"Unconfined\"",
    "\"windows\"",
    "\"restricted\"",
    "\"baseline\"",
    "\"v1.20\"",
    "\"\\u200b\\\"\"",
    "\"latest\"",
];

/// Writes a value as JSON; each byte is a choice.
fn write(bytes: &mut impl Iterator<Item = u8>, depth: usize, text: &mut String) {
    let choice = bytes.next().unwrap_or(0);
    let length = usize::from(choice / 4 % 8);
    match choice % 4 {
        0 | 1 if depth > 0 => {
            text.push('{');
            let mut seen = [false; KEYS.len()];
            for _ in 0..=length {
                let key = usize::from(bytes.next().unwrap_or(0)) % KEYS.len();
                if std::mem::replace(&mut seen[key], true) {
                    continue;
                }
                text.push_str(if text.ends_with('{') { "\"" } else { ",\"" });
                text.push_str(KEYS[key]);
                text.push_str("\":");
                write(bytes, depth - 1, text);
            }
            text.push('}');
        }
        2 if depth > 0 => {
            text.push('[');
            for _ in 0..length {
                if !text.ends_with('[') {
                    text.push(',');
                }
                write(bytes, depth - 1, text);
            }
            text.push(']');
        }
        _ => text.push_str(VALUES[usize::from(choice / 4) % VALUES.len()]),
    }
}

fn object(bytes: &mut impl Iterator<Item = u8>) -> Option<Node> {
    let mut text = String::new();
    write(bytes, 8, &mut text);
    let loaded = load(SourceId(0), &text, Format::Json, &Budget::default());
    assert!(loaded.errors.is_empty(), "{text}: {:?}", loaded.errors);
    loaded.documents.into_iter().next().map(|document| document.root)
}

/// A namespace and its Pods.
struct Cluster {
    namespace: Option<Node>,
    pods: Vec<Node>,
}

impl Facts for Cluster {
    fn namespace(&self, _name: &str) -> Option<Node> {
        self.namespace.clone()
    }

    fn objects(&self, _query: &ObjectQuery) -> Option<Vec<Node>> {
        Some(self.pods.clone())
    }
}

const RESOURCES: [(&str, &str); 5] = [
    ("", "pods"),
    ("", "namespaces"),
    ("", "replicationcontrollers"),
    ("apps", "deployments"),
    ("batch", "cronjobs"),
];

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.iter().copied();
    let (resource, change) = (bytes.next().unwrap_or(0), bytes.next().unwrap_or(0));
    let Some(root) = object(&mut bytes) else { return };
    for level in [Level::Baseline, Level::Restricted] {
        for minor in [0, 18, 19, 24, 34, 37] {
            let policy = LevelVersion { level, version: Version::Minor(minor) };
            for violation in evaluate(policy, &Pod::of(&root)) {
                assert!(!violation.faults.is_empty(), "{violation:?}");
                for fault in &violation.faults {
                    let is_there = root.resolve(&fault.path).is_some();
                    let may_lack =
                        matches!(&fault.found, Found::Missing) || fault.found == Found::Text("".into());
                    assert!(is_there || may_lack, "{fault:?}");
                }
            }
        }
    }
    let _ = Configuration::read(&root);
    let (group, plural) = RESOURCES[usize::from(resource) % RESOURCES.len()];
    let kind = GroupVersionKind { group: group.into(), version: "v1".into(), kind: "Kind".into() };
    let resource =
        GroupVersionResource { group: group.into(), version: "v1".into(), resource: plural.into() };
    let request = Request {
        uid: "".into(),
        kind: kind.clone(),
        resource: resource.clone(),
        subresource: "".into(),
        request_kind: kind,
        request_resource: resource,
        name: "a".into(),
        namespace: "a".into(),
        operation: if change % 2 == 0 { Operation::Create } else { Operation::Update },
        user: User::default(),
        old_object: object(&mut bytes),
        options: None,
        dry_run: false,
        origin: Origin::default(),
        object: Some(root.clone()),
    };
    let facts = Cluster { namespace: object(&mut bytes), pods: vec![root] };
    let answer = review(&request, &Configuration::default(), &facts);
    assert!(answer.audit_annotations.is_sorted_by(|one, other| one.0 < other.0), "{answer:?}");
});
