//! What roles and bindings allow.

use sekisho_access::{Asked, Identity, Permissions, Target};
use smol_str::SmolStr;

use super::{objects, web};

const RBAC: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader, labels: {into: 'yes'}}
rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: joined}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {into: 'yes'}}]}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: paths}
rules: [{nonResourceURLs: ['/metrics', '/logs/*'], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: joined}
subjects: [{kind: ServiceAccount, name: web}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: p}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: paths}
subjects: [{kind: Group, name: 'system:serviceaccounts:shop', apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: gone, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: nowhere}
subjects: [{kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}]
";

fn ask(verb: &str, resource: &str, namespace: Option<&str>) -> Asked {
    let target = Target::Resource {
        group: SmolStr::default(),
        resource: resource.into(),
        namespace: namespace.map(SmolStr::new),
        name: None,
    };
    Asked { verb: verb.into(), target }
}

fn path(path: &str) -> Asked {
    Asked { verb: "get".into(), target: Target::Path(path.into()) }
}

#[test]
fn by_binding_and_by_group() {
    let objects = objects(RBAC);
    let permissions = Permissions::of(objects.iter(), "default");
    let may = |asked: &Asked| permissions.allows(&web(), &[], asked);
    assert!(may(&ask("list", "pods", Some("shop"))));
    assert!(!may(&ask("list", "pods", Some("other"))));
    assert!(!may(&ask("list", "pods", None)));
    assert!(!may(&ask("delete", "pods", Some("shop"))));
    assert!(!may(&ask("get", "pods/log", Some("shop"))));
    assert!(may(&path("/metrics")));
    assert!(may(&path("/logs/a/b")));
    assert!(!may(&path("/healthz")));
    let other = Identity::of("system:serviceaccount:other:web");
    assert!(!permissions.allows(&other, &[], &path("/metrics")));
    assert!(permissions.allows(&Identity::of("root"), &["system:masters".into()], &path("/anything")));
    assert_eq!(permissions.unresolved.len(), 1);
    assert_eq!(permissions.unresolved[0].2, "nowhere");
}
