//! The namespace that an object lands in.

use sekisho_inventory::Inventory;
use sekisho_manifest::{Budget, Document, Format, Source, SourceId, load};

fn inventory(text: &str) -> Inventory {
    let loaded = load(SourceId(0), text, Format::Detect, &Budget::default());
    let objects = loaded.documents.iter().flat_map(Document::objects).collect();
    Inventory::new(vec![Source::new("test.yaml", text)], objects, "shop")
}

#[test]
fn what_lives_in_no_namespace_gets_none() {
    let inventory = inventory(
        "\
apiVersion: v1
kind: Pod
metadata: {name: a}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: other}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: c, namespace: other}
---
apiVersion: example.com/v1
kind: Gate
metadata: {name: d}
---
apiVersion: example.com/v1
kind: Wall
metadata: {name: e}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gates.example.com}
spec: {group: example.com, scope: Cluster, names: {kind: Gate, plural: gates}}
",
    );
    let found: Vec<&str> = inventory.objects().iter().map(|object| inventory.namespace_of(object)).collect();
    assert_eq!(found, ["shop", "other", "", "", "shop", ""]);
    assert!(inventory.find("rbac.authorization.k8s.io", "ClusterRole", Some("other"), "c").is_none());
    assert!(inventory.find("rbac.authorization.k8s.io", "ClusterRole", None, "c").is_some());
}
