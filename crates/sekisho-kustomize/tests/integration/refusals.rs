//! What cannot be built is refused, with the file and the place.

use sekisho_kustomize::{Budget, Options, build};

use crate::support::Memory;

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";

const BINDING: &str =
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\nsubjects:
# Kustomize wants a namespace or none, not nothing.
- {kind: ServiceAccount, name: a, namespace: null}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: a}\n";

/// Kustomizations, and what is said of them.
const REFUSALS: &[(&str, &str)] = &[
    ("", "a/kustomization.yaml:1:1: the kustomization is empty: name its resources"),
    ("kind: Kustomization\n", "a/kustomization.yaml:1:1: the kustomization is empty: name its resources"),
    (
        "resource: [map.yaml]",
        "a/kustomization.yaml:1:1: unknown field `resource`: remove it or correct its name",
    ),
    (
        "resources:\n- gone.yaml",
        "a/kustomization.yaml:2:3: `gone.yaml` is no file and no folder: correct the path",
    ),
    (
        "resources:\n- ../b.yaml",
        "a/kustomization.yaml:2:3: file `../b.yaml` is not in or below `a`: move it there, or make its folder a base",
    ),
    (
        "resources:\n- ../../b",
        "a/kustomization.yaml:2:3: file `../../b` is not in or below `a`: move it there, or make its folder a base",
    ),
    (
        "resources: [.]",
        "a/kustomization.yaml:1:13: `a` contains a kustomization that refers to it: remove one of the two references",
    ),
    (
        "resources: [..]",
        "a/kustomization.yaml:1:13: `.` contains a kustomization that refers to it: remove one of the two references",
    ),
    (
        "resources: [map.yaml, map.yaml]",
        "a/map.yaml:4:9: `ConfigMap/a` is there already: remove one of the two or rename it",
    ),
    (
        "resources:\n- https://github.com/org/repo//x?ref=v1",
        "a/kustomization.yaml:2:3: `https://github.com/org/repo//x?ref=v1` lies on another machine and is not fetched: download it and name the folder instead",
    ),
    (
        "resources: [github.com/org/repo]",
        "a/kustomization.yaml:1:13: `github.com/org/repo` lies on another machine and is not fetched: download it and name the folder instead",
    ),
    (
        "resources: ['git@example.com:org/repo.git']",
        "a/kustomization.yaml:1:13: `git@example.com:org/repo.git` lies on another machine and is not fetched: download it and name the folder instead",
    ),
    (
        "components: [../component, ../plain]",
        "a/kustomization.yaml:1:28: `../plain` is a kustomization: list it under `resources`",
    ),
    (
        "resources: [../component]",
        "a/kustomization.yaml:1:13: `../component` is a component: list it under `components`",
    ),
    ("resources: [map.yaml]\nnamePrefix: [a]", "a/kustomization.yaml:2:13: `namePrefix` takes text"),
    ("resources: [map.yaml]\ncommonLabels:\n  a: 1", "a/kustomization.yaml:3:6: `commonLabels` takes text"),
    (
        "resources: [map.yaml]\npatches:\n- path: no.yaml",
        "a/kustomization.yaml:3:9: file `no.yaml` is missing: correct the path",
    ),
    (
        "resources: [map.yaml]\npatches:\n- patch: |-\n    kind: ConfigMap\n    metadata: {}",
        "a/kustomization.yaml:4:5: the object has no `metadata.name`: add it",
    ),
    (
        "resources: [map.yaml]\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: b}",
        "a/kustomization.yaml:4:5: no object matches `ConfigMap/b`: correct the name, the kind or the namespace",
    ),
    (
        "resources: [map.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |-\n    - op: remove\n      path: /data/x",
        "a/kustomization.yaml:5:7: operation `remove` on `/data/x` does not fit `ConfigMap/a`: nothing stands at its path",
    ),
    (
        "resources: [map.yaml]\nreplicas:\n- name: x\n  count: 1",
        "a/kustomization.yaml:3:3: no object matches `x`, whose replicas are to be set: correct the name, the kind or the namespace",
    ),
    ("helmCharts:\n- name: x", "a/kustomization.yaml:2:3: chart `x`: helm charts are not rendered here"),
    (
        "resources: [map.yaml]\ntransformers:\n- |-\n  apiVersion: example.com/v1\n  kind: Magic\n  metadata:\n    name: x",
        "a/kustomization.yaml:7:11: `Magic` is a plugin that would have to be run: only those built into kustomize are followed",
    ),
    (
        "resources: [twice.yaml]",
        "a/twice.yaml:4:1: key `kind` stands twice in the same mapping and the last value holds; remove one",
    ),
    (
        "resources: [broken.yaml]",
        "a/broken.yaml:1:4: this bracket closes none; remove it, or put the text in quotes",
    ),
    (
        "configMapGenerator:\n- name: x\n  literals: [a=1, a=2]",
        "a/kustomization.yaml:3:19: key `a` is given twice: remove one",
    ),
    (
        "resources: [map.yaml]\npatchesStrategicMerge:\n- |-\n  # nothing\n",
        "a/kustomization.yaml:3:3: the patch is empty",
    ),
    ("resources: [binding.yaml]", "a/binding.yaml:6:3: `namespace` takes text"),
    (
        "resources: [map.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |-\n    - op: remove\n      path: /metadata/name",
        "a/map.yaml:1:1: the object has no `metadata.name`: add it",
    ),
    (
        "resources: [map.yaml]\nopenapi: {version: v1.30.0}",
        "a/kustomization.yaml:2:20: `v1.30.0` is no value of `openapi.version`: use `v1.21.2`",
    ),
    ("configMapGenerator:\n- literals: [a=1]", "a/kustomization.yaml:2:3: a generator needs `name`"),
    (
        "configMapGenerator:\n- name: x\n  behavior: merge",
        "a/kustomization.yaml:2:9: no object matches `ConfigMap/x`, which is to be merged or replaced: correct the name, the kind or the namespace",
    ),
    (
        "resources: [map.yaml]\nimages:\n- name: '('\n  newTag: x",
        "a/kustomization.yaml:3:9: `(` is no regular expression that is supported here: correct it",
    ),
];

#[test]
fn refusals_name_file_and_place() {
    for (kustomization, message) in REFUSALS {
        let mut files = Memory::new([
            ("a/map.yaml", MAP),
            ("a/twice.yaml", "apiVersion: v1\nkind: A\nmetadata: {name: a}\nkind: B\n"),
            ("a/broken.yaml", "a: ]\n"),
            ("b.yaml", MAP),
            ("a/binding.yaml", BINDING),
            (
                "component/kustomization.yaml",
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: x\n",
            ),
            ("plain/kustomization.yaml", "resources: []\n"),
            ("kustomization.yaml", "resources: []\n"),
        ]);
        files.add("a/kustomization.yaml", kustomization);
        assert_eq!(files.refusal("a"), *message, "{kustomization}");
    }
}

#[test]
fn a_folder_without_kustomization_or_with_two_is_refused() {
    let files = Memory::new([("a/x.yaml", MAP)]);
    assert_eq!(files.refusal("a"), "a: the folder has no kustomization: add `kustomization.yaml`");
    let files =
        Memory::new([("a/kustomization.yaml", "resources: []"), ("a/Kustomization", "resources: []")]);
    assert_eq!(
        files.refusal("a"),
        "a: the folder has `kustomization.yaml` and `Kustomization`: keep one of them"
    );
}

#[test]
fn bases_that_multiply_stay_within_the_budget() {
    let mut files = Memory::new([("0/map.yaml", MAP), ("0/kustomization.yaml", "resources: [map.yaml]")]);
    for level in 1..40 {
        let below = level - 1;
        let text = format!("resources: [l, r]\nnamePrefix: n{level}-\n");
        files.add(&format!("{level}/kustomization.yaml"), &text);
        for side in ["l", "r"] {
            let text = format!("resources: [../../{below}]\nnamePrefix: {side}-\n");
            files.add(&format!("{level}/{side}/kustomization.yaml"), &text);
        }
    }
    let budget = Budget { kustomizations: 100, ..Budget::default() };
    let error = build("30", &files, None, &Options { budget, ..Options::default() }).unwrap_err();
    assert!(error.to_string().contains("more than 100 kustomizations"), "{error}");
    let options = Options { budget: Budget { objects: 3, ..Budget::default() }, ..Options::default() };
    let error = build("3", &files, None, &options).unwrap_err();
    assert!(error.to_string().contains("more than 3 objects"), "{error}");
}

#[test]
fn deep_bases_stay_within_the_budget() {
    let mut files = Memory::new([("0/kustomization.yaml", "resources: []")]);
    for level in 1..200 {
        files.add(&format!("{level}/kustomization.yaml"), &format!("resources: [../{}]", level - 1));
    }
    assert!(files.refusal("199").contains("more than 60 bases above each other"));
}
