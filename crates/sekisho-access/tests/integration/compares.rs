//! What is granted beside what is used.

use sekisho_access::{GrantUse, Permissions, compare};

use super::{WEB, objects, usage, web};

const RBAC: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web, namespace: shop}
rules:
- {apiGroups: [''], resources: [pods, services, secrets], verbs: [get, list, watch, delete]}
- {apiGroups: [apps], resources: [deployments], verbs: [get]}
- {apiGroups: ['*'], resources: ['*'], verbs: [list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects: [{kind: ServiceAccount, name: web}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: nodes}
rules: [{apiGroups: [''], resources: [nodes], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: nodes}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: nodes}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}]
";

#[test]
fn what_is_not_used() {
    let objects = objects(RBAC);
    let permissions = Permissions::of(objects.iter(), "default");
    let usage = usage(&format!(
        "{WEB} list pods shop/
         {WEB} get services shop/db
         {WEB} get pods other/x"
    ));
    let found = compare(&permissions, &web(), usage.of(&web()).unwrap());
    assert_eq!(found.grants.len(), 2);
    let (role, nodes) = (&found.grants[0], &found.grants[1]);
    assert!(!role.is_unused() && nodes.is_unused());
    let of = |rule: usize| role.unused(&role.grant.rules[rule], role.used[rule].as_ref());
    assert_eq!(of(0), (vec!["watch", "delete"], vec!["secrets"]));
    assert_eq!(of(1), (vec!["get"], vec!["deployments"]));
    assert_eq!(of(2), (vec![], vec![]));
    assert!(GrantUse::is_open(&role.grant.rules[2]) && !GrantUse::is_open(&role.grant.rules[0]));
    let unexplained: Vec<_> = found.unexplained.iter().map(ToString::to_string).collect();
    assert_eq!(unexplained, ["get pods x in other"]);
}
