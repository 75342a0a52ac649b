//! Strategic merge patches laid over single objects.

use sekisho_kustomize::merge_strategic;
use sekisho_manifest::{Budget, Format, Node, SourceId, load};

fn node(text: &str) -> Node {
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    loaded.documents.into_iter().next().expect("a document").root
}

const POD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: a, image: x}]}}";

#[test]
fn lists_merge_by_their_keys() {
    let patch = node("{spec: {containers: [{name: b, image: y}, {name: a, stdin: true}]}}");
    let merged = merge_strategic(&node(POD), &patch).expect("a patch").expect("an object");
    let containers = merged.at(&["spec", "containers"]).map_or(&[][..], Node::items);
    let a = containers.iter().find(|container| container.str("name") == "a").expect("the container");
    assert_eq!((containers.len(), a.str("image"), a.is_true("stdin")), (2, "x", true));
}

#[test]
fn nulls_within_what_a_patch_adds_are_nothing() {
    let patch = node("{spec: {securityContext: {runAsUser: 1, fsGroup: null}}}");
    let merged = merge_strategic(&node(POD), &patch).expect("a patch").expect("an object");
    let added = merged.at(&["spec", "securityContext"]).expect("what was added");
    assert!(added.get("runAsUser").is_some() && added.get("fsGroup").is_none());
}

#[test]
fn a_patch_may_remove_the_object() {
    let removed = merge_strategic(&node(POD), &node("{$patch: delete}")).expect("a patch");
    assert!(removed.is_none());
}
