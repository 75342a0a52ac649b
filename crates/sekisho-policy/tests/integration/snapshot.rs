//! What a set of objects answers, and what becomes of a manifest as a request.

use sekisho_manifest::{Budget, Document, Format, Object, SourceId, load};
use sekisho_policy::{Facts, GroupVersionKind, Kinds, ObjectQuery, Request, Snapshot};

const OBJECTS: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: blue}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: b, namespace: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: mice.zoo.dev}
spec: {group: zoo.dev, scope: Cluster, names: {kind: Mouse, plural: mice}}
---
apiVersion: zoo.dev/v1
kind: Mouse
metadata: {name: minnie}
";

fn objects() -> Vec<Object> {
    let loaded = load(SourceId(0), OBJECTS, Format::Yaml, &Budget::default());
    loaded.documents.iter().flat_map(Document::objects).collect()
}

#[test]
fn queries_are_answered_in_the_order_of_namespace_and_name() {
    let objects = objects();
    let snapshot = Snapshot::new(&objects, "default");
    let kind = GroupVersionKind::new("networking.k8s.io/v1", "NetworkPolicy");
    let names = |query: &ObjectQuery| -> Vec<String> {
        let found = snapshot.objects(query).unwrap_or_default();
        found
            .iter()
            .map(|root| root.at(&["metadata", "name"]).unwrap().as_str().unwrap().to_owned())
            .collect()
    };
    let all = ObjectQuery { kind: kind.clone(), namespace: None, name: None };
    assert_eq!(names(&all), ["a", "b"]);
    assert_eq!(names(&ObjectQuery { namespace: Some("shop".into()), ..all.clone() }), ["b"]);
    let any = GroupVersionKind { version: "".into(), ..kind };
    assert_eq!(names(&ObjectQuery { kind: any, ..all }), ["a", "b"]);
    assert_eq!(snapshot.namespace("shop").unwrap().at(&["metadata", "labels"]).unwrap().str("team"), "blue");
    assert!(snapshot.namespace("other").is_none());
}

#[test]
fn a_manifest_is_the_creation_of_its_object() {
    let objects = objects();
    let kinds = Kinds::new(&objects);
    let requests: Vec<_> = objects.iter().map(|object| Request::create(object, &kinds, "default")).collect();
    let seen: Vec<_> = requests
        .iter()
        .map(|request| {
            (request.resource.resource.as_str(), request.namespace.as_str(), request.name.as_str())
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("namespaces", "", "shop"),
            ("networkpolicies", "shop", "b"),
            ("networkpolicies", "default", "a"),
            ("customresourcedefinitions", "", "mice.zoo.dev"),
            ("mice", "", "minnie"),
        ]
    );
}
