//! Expressions that ask what users may do, answered by the API server's own authorizers.

use std::path::Path;

use sekisho_cluster::{Access, Connection, Identity, Options};
use serde_json::json;

use super::{Webhook, config_map, kubeconfig, refuses};
use crate::api_server::{objects, wait};

const POLICIES: &str = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: rights}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]}
  validations:
  - expression: "object.metadata.name != 'secrets' || authorizer.group('').resource('secrets').namespace('kube-system').check('get').allowed()"
    message: only who may read secrets
  - expression: "object.metadata.name != 'itself' || authorizer.requestResource.check('deletecollection').allowed()"
    message: only who may remove all of them
  - expression: "object.metadata.name != 'path' || authorizer.path('/metrics').check('get').allowed()"
    message: only who may read metrics
  - expression: "object.metadata.name != 'account' || authorizer.serviceAccount('kube-system', 'namespace-controller').group('').resource('namespaces').check('delete').allowed()"
    message: the account may not
  - expression: "object.metadata.name != 'no-account' || authorizer.serviceAccount('default', 'nobody').group('').resource('namespaces').check('delete').allowed()"
    message: nobody may not
  - expression: "object.metadata.name != 'no-error' || authorizer.serviceAccount('default', 'nobody').group('').resource('namespaces').check('delete').errored()"
    message: it is decided without an error
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: rights}
spec: {policyName: rights, validationActions: [Deny]}
"#;

fn connection(user: &str) -> Connection {
    let access = Access::find(Some(Path::new(&kubeconfig())), None).expect("an access");
    let identity = Identity {
        user: Some(user.to_owned()),
        groups: vec!["system:authenticated".to_owned()],
        ..Identity::default()
    };
    Connection::new(&access, &Options { identity, ..Options::default() }).expect("a connection")
}

#[test]
fn what_users_may_do_is_what_the_api_server_says() {
    let Some(webhook) = Webhook::start("rights", POLICIES, &[]) else { return };
    let name = format!("webhook-rights-{}", std::process::id());
    webhook.namespace(&name);
    // Somebody who may make ConfigMaps and nothing else.
    let role = format!(
        "
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: maker, namespace: {name}}}
rules: [{{apiGroups: [''], resources: [configmaps], verbs: [create]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: maker, namespace: {name}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: maker}}
subjects: [{{apiGroup: rbac.authorization.k8s.io, kind: User, name: maker}}]
"
    );
    for object in objects(&role) {
        webhook.server.create(&object, &name);
    }
    let maker = connection("maker");
    let path = format!("/api/v1/namespaces/{name}/configmaps?dryRun=All");
    let by_maker = |map: &str| maker.create(&path, &config_map(map, json!({})).to_string());
    wait("the role holds", || by_maker("plain").ok());
    for (map, words) in [
        ("secrets", "only who may read secrets"),
        ("itself", "only who may remove all of them"),
        ("path", "only who may read metrics"),
    ] {
        let outcome = by_maker(map);
        assert!(refuses(&outcome, words), "{map}: {outcome:?}");
        webhook.create_with(&name, &config_map(map, json!({})), "?dryRun=All").expect("an administrator may");
    }
    by_maker("account").expect("it is the account that is asked about");
    for (map, words) in [("no-account", "nobody may not"), ("no-error", "it is decided without an error")] {
        let outcome = by_maker(map);
        assert!(refuses(&outcome, words), "{outcome:?}");
    }
}
