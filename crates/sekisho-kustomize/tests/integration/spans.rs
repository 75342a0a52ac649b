//! Each value of a result stands where it was written: in the base, the patch or the kustomization.

use sekisho_kustomize::Built;
use sekisho_manifest::{FieldPath, Segment};

use crate::support::Memory;

/// `file:line` of a field of an object, and the text that stands there.
fn place(built: &Built, object: usize, path: &[&str]) -> String {
    let path: FieldPath = path
        .iter()
        .map(|part| part.parse::<usize>().map_or_else(|_| Segment::from(*part), Segment::Index))
        .collect();
    let node = built.objects[object].resolve(&path).unwrap_or_else(|| unreachable!("no field {path}"));
    let source = &built.sources[node.span.source.0 as usize];
    let text = &source.text[node.span.start as usize..node.span.end as usize];
    format!("{}:{} {text}", source.name, source.position(node.span.start).line)
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: web
        image: nginx:1.0
        securityContext:
          privileged: true
";

#[test]
fn values_keep_the_place_that_made_them() {
    let files = Memory::new([
        ("base/kustomization.yaml", "resources:\n- deployment.yaml\n"),
        ("base/deployment.yaml", DEPLOYMENT),
        (
            "over/kustomization.yaml",
            "resources:
- ../base
namePrefix: pre-
namespace: prod
commonLabels:
  team: a
images:
- name: nginx
  newTag: '2'
replicas:
- name: web
  count: 5
patches:
- path: patch.yaml
- target:
    kind: Deployment
  patch: |-
    - op: add
      path: /spec/template/spec/hostNetwork
      value: true
- patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
    spec:
      template:
        spec:
          hostPID: true
configMapGenerator:
- name: settings
  literals:
  - password=secret
",
        ),
        (
            "over/patch.yaml",
            "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: web
        securityContext:
          runAsUser: 0
",
        ),
    ]);
    let built = files.build("over").unwrap();
    let web = built.objects.iter().position(|object| object.str("kind") == "Deployment").unwrap();
    let map = 1 - web;
    let container = ["spec", "template", "spec", "containers", "0"];
    let at = |path: &[&str]| place(&built, web, path);
    let in_container = |rest: &[&str]| at(&[&container[..], rest].concat());
    assert_eq!(in_container(&["securityContext", "privileged"]), "base/deployment.yaml:13 true");
    assert_eq!(in_container(&["securityContext", "runAsUser"]), "over/patch.yaml:11 0");
    assert_eq!(in_container(&["image"]), "over/kustomization.yaml:9 '2'");
    assert_eq!(at(&["spec", "replicas"]), "over/kustomization.yaml:12 5");
    assert_eq!(at(&["spec", "template", "spec", "hostNetwork"]), "over/kustomization.yaml:20 true");
    assert_eq!(at(&["spec", "template", "spec", "hostPID"]), "over/kustomization.yaml:29 true");
    assert_eq!(at(&["metadata", "name"]), "over/kustomization.yaml:3 pre-");
    assert_eq!(at(&["metadata", "namespace"]), "over/kustomization.yaml:4 prod");
    assert_eq!(at(&["metadata", "labels", "team"]), "over/kustomization.yaml:6 a");
    assert_eq!(place(&built, map, &["data", "password"]), "over/kustomization.yaml:33 password=secret");
    assert_eq!(built.folders, ["over", "base"]);
}
