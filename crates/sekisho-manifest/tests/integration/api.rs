//! What is known of API versions: facts, and that they agree with each other.

use sekisho_manifest::api::{self, LATEST_MINOR, Scope, Stage};

fn replacement(group: &str, version: &str, kind: &str, minor: u32) -> Option<String> {
    let api =
        api::lookup(group, version, kind).unwrap_or_else(|| panic!("{group}/{version} {kind} is known"));
    api.replacement(minor).map(|found| format!("{} {}", found.api_version(), found.kind))
}

#[test]
fn the_table_is_in_order() {
    for pair in api::all().windows(2) {
        let key = |index: usize| (pair[index].group, pair[index].version, pair[index].kind);
        assert!(key(0) < key(1), "{:?} before {:?}", key(0), key(1));
    }
    for known in api::all() {
        assert_eq!(api::lookup(known.group, known.version, known.kind), Some(known));
    }
}

#[test]
fn releases_follow_each_other() {
    for known in api::all() {
        let name = format!("{} {}", known.api_version(), known.kind);
        assert!(known.introduced <= LATEST_MINOR, "{name}");
        assert!(known.deprecated.is_none_or(|deprecated| deprecated > known.introduced), "{name}");
        assert!(known.removed.is_none_or(|removed| removed > known.introduced), "{name}");
        if let (Some(deprecated), Some(removed)) = (known.deprecated, known.removed) {
            assert!(deprecated < removed, "{name}");
        }
        assert!(known.stage() != Stage::Stable || known.removed.is_none(), "{name} is stable");
    }
}

#[test]
fn a_kind_lives_in_one_place_in_every_version() {
    for known in api::all() {
        let namespaced = api::is_namespaced(known.group, known.kind);
        assert_eq!(
            namespaced,
            Some(known.scope == Scope::Namespaced),
            "{} {}",
            known.api_version(),
            known.kind
        );
    }
    for (group, kind, namespaced) in [
        ("", "Pod", Some(true)),
        ("", "Node", Some(false)),
        ("", "Namespace", Some(false)),
        ("", "PersistentVolume", Some(false)),
        ("apps", "Deployment", Some(true)),
        ("rbac.authorization.k8s.io", "ClusterRole", Some(false)),
        ("rbac.authorization.k8s.io", "RoleBinding", Some(true)),
        ("storage.k8s.io", "CSIStorageCapacity", Some(true)),
        ("storage.k8s.io", "StorageClass", Some(false)),
        ("networking.k8s.io", "IngressClass", Some(false)),
        ("policy", "PodSecurityPolicy", Some(false)),
        ("authorization.k8s.io", "LocalSubjectAccessReview", Some(true)),
        ("example.com", "Deployment", None),
        ("", "Deployment", None),
    ] {
        assert_eq!(api::is_namespaced(group, kind), namespaced, "{group} {kind}");
    }
}

/// Version, kind, and the releases that introduced, deprecated and removed it.
type Fact = (&'static str, &'static str, &'static str, u32, Option<u32>, Option<u32>);

const FACTS: &[Fact] = &[
    ("", "v1", "Pod", 0, None, None),
    ("", "v1", "Endpoints", 0, Some(33), None),
    ("extensions", "v1beta1", "Deployment", 1, Some(8), Some(16)),
    ("extensions", "v1beta1", "Ingress", 1, Some(14), Some(22)),
    ("extensions", "v1beta1", "NetworkPolicy", 3, Some(9), Some(16)),
    ("apps", "v1beta2", "StatefulSet", 8, Some(9), Some(16)),
    ("apiextensions.k8s.io", "v1beta1", "CustomResourceDefinition", 7, Some(16), Some(22)),
    ("rbac.authorization.k8s.io", "v1beta1", "Role", 6, Some(17), Some(22)),
    ("rbac.authorization.k8s.io", "v1alpha1", "Role", 3, None, Some(23)),
    ("node.k8s.io", "v1alpha1", "RuntimeClass", 14, None, Some(24)),
    ("batch", "v1beta1", "CronJob", 8, Some(21), Some(25)),
    ("policy", "v1beta1", "PodSecurityPolicy", 10, Some(21), Some(25)),
    ("policy", "v1beta1", "PodDisruptionBudget", 5, Some(21), Some(25)),
    ("autoscaling", "v2beta1", "HorizontalPodAutoscaler", 8, Some(22), Some(25)),
    ("autoscaling", "v2beta2", "HorizontalPodAutoscaler", 12, Some(23), Some(26)),
    ("storage.k8s.io", "v1beta1", "CSIStorageCapacity", 21, Some(24), Some(27)),
    ("flowcontrol.apiserver.k8s.io", "v1beta2", "FlowSchema", 23, Some(26), Some(29)),
    ("flowcontrol.apiserver.k8s.io", "v1beta3", "FlowSchema", 26, Some(29), Some(32)),
    ("resource.k8s.io", "v1alpha2", "ResourceClaim", 27, None, Some(31)),
    ("resource.k8s.io", "v1", "ResourceClaim", 34, None, None),
    ("admissionregistration.k8s.io", "v1beta1", "ValidatingAdmissionPolicy", 28, Some(31), Some(34)),
];

#[test]
fn facts_are_as_the_sources_have_them() {
    for (group, version, kind, introduced, deprecated, removed) in FACTS {
        let known =
            api::lookup(group, version, kind).unwrap_or_else(|| panic!("{group}/{version} {kind} is known"));
        let found = (known.introduced, known.deprecated, known.removed);
        assert_eq!(found, (*introduced, *deprecated, *removed), "{group}/{version} {kind}");
    }
    assert_eq!(api::lookup("apps", "v2", "Deployment"), None);
    assert_eq!(api::lookup("example.com", "v1", "Deployment"), None);
    assert_eq!(api::lookup("", "v1", "Deployment"), None);
}

#[test]
fn the_replacement_is_the_best_that_the_release_serves() {
    let flow = |version, minor| replacement("flowcontrol.apiserver.k8s.io", version, "FlowSchema", minor);
    assert_eq!(flow("v1beta1", 28).as_deref(), Some("flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema"));
    assert_eq!(flow("v1beta1", 29).as_deref(), Some("flowcontrol.apiserver.k8s.io/v1 FlowSchema"));
    let ingress = |minor| replacement("extensions", "v1beta1", "Ingress", minor);
    assert_eq!(ingress(18).as_deref(), Some("networking.k8s.io/v1beta1 Ingress"));
    assert_eq!(ingress(34).as_deref(), Some("networking.k8s.io/v1 Ingress"));
    assert_eq!(replacement("policy", "v1beta1", "PodSecurityPolicy", 34), None);
    assert_eq!(replacement("apps", "v1alpha1", "PetSet", 34).as_deref(), Some("apps/v1 StatefulSet"));
    assert_eq!(replacement("", "v1", "Endpoints", 34).as_deref(), Some("discovery.k8s.io/v1 EndpointSlice"));
    assert_eq!(replacement("apps", "v1", "Deployment", 34), None);
}

#[test]
fn serving_begins_and_ends_with_a_release() {
    let api = api::lookup("batch", "v1beta1", "CronJob").expect("it is known");
    assert!(!api.is_served(7) && api.is_served(8) && api.is_served(24) && !api.is_served(25));
    assert!(!api.is_deprecated(20) && api.is_deprecated(21) && api.is_deprecated(30));
    assert!(!api.is_removed(24) && api.is_removed(25));
    assert_eq!((api.stage(), api.api_version().as_str()), (Stage::Beta, "batch/v1beta1"));
}
