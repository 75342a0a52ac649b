//! Policies that are objects of the cluster: what is written there is enforced, and one that is no good holds up no other.

use sekisho_cluster::MERGE_PATCH;
use serde_json::{Value, json};

use super::served::Served;
use super::{ApiServer, beside_others, objects, wait};
use crate::command::Workbench;

/// The kind of Kyverno's policies of a namespace, with no more of a schema than the API server wants.
const DEFINITION: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: policies.kyverno.io}
spec:
  group: kyverno.io
  names: {kind: Policy, listKind: PolicyList, plural: policies, singular: policy}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}}}
";

/// A specification that asks ConfigMaps for a label.
fn asking(label: &str) -> Value {
    json!({
        "validationFailureAction": "Enforce", "background": false,
        "rules": [{
            "name": "label", "match": {"any": [{"resources": {"kinds": ["ConfigMap"]}}]},
            "validate": {"message": format!("needs the label {label}"), "pattern": {"metadata": {"labels": {label: "?*"}}}},
        }],
    })
}

/// One that cannot be read.
fn broken() -> Value {
    json!({
        "rules": [{
            "name": "label", "match": {"any": [{"resources": {"kinds": ["ConfigMap"]}}]},
            "validate": {"message": "it says nothing of what it wants"},
        }],
    })
}

#[test]
fn one_that_is_no_good_holds_up_no_other() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let definition = &objects(DEFINITION)[0];
    server.create(definition, "");
    let namespace = server.space("cluster-policies");
    let policies = format!("/apis/kyverno.io/v1/namespaces/{namespace}/policies");
    wait("the kind is served", || server.connection.get(&policies).ok());
    let write = |name: &str, spec: Value| {
        let policy = json!({"apiVersion": "kyverno.io/v1", "kind": "Policy", "metadata": {"name": name}, "spec": spec});
        server.connection.create(&policies, &policy.to_string()).expect("it is made");
    };
    write("team", asking("team"));
    let bench = Workbench::new();
    let options = ["--bundle", "cluster://", "--bundle-interval", "1", "--cache", "cache"];
    let _served = Served::start(&server, &namespace, bench.path(), &options);
    let refused = |labels: Value, words: &str| {
        let map =
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "labels": labels}});
        let path = format!("/api/v1/namespaces/{namespace}/configmaps?dryRun=All");
        let why = server.connection.create(&path, &map.to_string()).err()?.to_string();
        why.contains(words).then_some(())
    };
    wait("the first is enforced", || refused(json!({}), "needs the label team"));

    write("broken", broken());
    write("owner", asking("owner"));
    wait("another is enforced beside a broken one", || {
        refused(json!({"team": "a"}), "needs the label owner")
    });
    refused(json!({"owner": "a"}), "needs the label team").expect("the first still counts");

    // One that is no good any more counts as it was.
    let change = json!({"spec": broken()}).to_string();
    server.connection.patch(&format!("{policies}/team"), MERGE_PATCH, &change).expect("it is changed");
    write("third", asking("third"));
    wait("a later one is enforced", || refused(json!({"team": "a", "owner": "a"}), "needs the label third"));
    refused(json!({"owner": "a", "third": "a"}), "needs the label team").expect("its former version counts");

    // One that goes counts no more.
    server.connection.delete(&format!("{policies}/team")).expect("it is removed");
    wait("the first is enforced no more", || {
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "labels": {"owner": "a", "third": "a"}}});
        let path = format!("/api/v1/namespaces/{namespace}/configmaps?dryRun=All");
        server.connection.create(&path, &map.to_string()).ok()
    });

    // And when all have gone, nothing is refused.
    for name in ["broken", "owner", "third"] {
        server.connection.delete(&format!("{policies}/{name}")).expect("it is removed");
    }
    wait("nothing is enforced", || refused(json!({}), "needs").is_none().then_some(()));
    server.delete(definition, "");
}
