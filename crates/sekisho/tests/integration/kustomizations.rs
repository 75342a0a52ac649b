//! Kustomizations as targets: each examined once, findings in base, patch or kustomization.

use std::fs;

use crate::charts::{CHART, DEPLOYMENT, VALUES, places, unread};
use crate::command::{PRIVILEGED, Workbench};

const SCAN: &[&str] = &["scan", ".", "--format", "json"];
const RULE: &str = "privileged-container";

/// A base with one Pod that is not privileged.
fn base(bench: &Workbench) {
    bench.file("base/kustomization.yaml", "resources: [pod.yaml]\n");
    bench.file("base/pod.yaml", PRIVILEGED.replace("privileged: true", "privileged: false"));
}

const PATCH: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: web
      securityContext:
        privileged: true
";

#[test]
fn what_a_patch_does_is_found_in_the_patch() {
    let bench = Workbench::new();
    base(&bench);
    bench.file("over/kustomization.yaml", "resources: [../base]\npatches: [{path: patch.yaml}]\n");
    bench.file("over/patch.yaml", PATCH);
    let ran = bench.run(SCAN);
    assert_eq!(places(&ran, RULE), ["over/patch.yaml:10:9"], "{}{}", ran.out, ran.err);
    assert_eq!(unread(&ran), Vec::<String>::new());
}

#[test]
fn a_base_is_no_target_beside_what_takes_it_in() {
    let bench = Workbench::new();
    bench.file("base/kustomization.yaml", "resources: [pod.yaml]\n");
    bench.file("base/pod.yaml", PRIVILEGED);
    let part = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {a: b}\n";
    bench.file("part/kustomization.yaml", part);
    let over = "resources: [../base]\ncomponents: [../part]\n";
    bench.file("over/kustomization.yml", over);
    assert_eq!(places(&bench.run(SCAN), RULE), ["base/pod.yaml:11:9"]);
    // Where two take it in and name it alike, it is still one finding; where they tell it apart, two.
    bench.file("second/Kustomization", over);
    assert_eq!(places(&bench.run(SCAN), RULE), ["base/pod.yaml:11:9"]);
    bench.file("second/Kustomization", format!("{over}namespace: other\n"));
    assert_eq!(places(&bench.run(SCAN), RULE), ["base/pod.yaml:11:9"; 2]);
    // A base alone is a target like any other, and so is one above the folder that is scanned.
    assert_eq!(places(&bench.run(&["scan", "base", "--format", "json"]), RULE), ["base/pod.yaml:11:9"]);
    assert_eq!(places(&bench.run(&["scan", "over", "--format", "json"]), RULE), ["base/pod.yaml:11:9"]);
    let named = bench.run(&["scan", "over/kustomization.yml", "--format", "json"]);
    assert_eq!(places(&named, RULE), ["base/pod.yaml:11:9"]);
}

#[test]
fn names_are_as_the_user_gave_them() {
    let bench = Workbench::new();
    bench.file("base/kustomization.yaml", "resources: [pod.yaml]\n");
    bench.file("base/pod.yaml", PRIVILEGED);
    let whole = bench.path().canonicalize().expect("a folder");
    let target = whole.join("base").display().to_string();
    let ran = bench.run(&["scan", &target, "--format", "json"]);
    assert_eq!(places(&ran, RULE), [format!("{target}/pod.yaml:11:9")]);
}

#[test]
fn a_kustomization_of_another_program_is_a_manifest() {
    let bench = Workbench::new();
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n---\n";
    bench.file("kustomization.yaml", format!("{flux}{PRIVILEGED}"));
    assert_eq!(places(&bench.run(SCAN), RULE), ["kustomization.yaml:15:9"]);
}

#[test]
fn charts_of_a_kustomization_are_rendered_and_are_no_target_of_their_own() {
    let bench = Workbench::new();
    bench.file(
        "kustomization.yaml",
        "helmCharts:\n  - name: shop\n    releaseName: live\n    valuesInline: {image: {tag: '2'}}\nnamePrefix: x-\n",
    );
    bench.file("charts/shop/Chart.yaml", CHART);
    bench.file("charts/shop/values.yaml", VALUES);
    bench.file("charts/shop/templates/deployment.yaml", DEPLOYMENT);
    let ran = bench.run(SCAN);
    assert_eq!(
        places(&ran, RULE),
        ["charts/shop/templates/deployment.yaml:17:13 (securityContext.privileged)"],
        "{}",
        ran.err
    );
    assert!(ran.out.contains("x-live"), "{}", ran.out);
    bench.file(
        "kustomization.yaml",
        "helmCharts:\n  - name: elsewhere\n    repo: https://charts.example.com\n",
    );
    let ran = bench.run(SCAN);
    assert_eq!(ran.status, 4);
    assert!(unread(&ran)[0].starts_with("kustomization.yaml:2: chart `elsewhere`"), "{:?}", unread(&ran));
    assert_eq!(places(&ran, RULE).len(), 1, "the chart stands for itself now");
}

#[test]
fn values_files_go_over_those_of_the_chart_and_a_template_names_the_release() {
    let bench = Workbench::new();
    bench.file(
        "kustomization.yaml",
        "helmCharts:\n- name: shop\n  nameTemplate: '{{ upper \"a\" | lower }}-b'\n  valuesFile: mine.yaml\n  additionalValuesFiles: [more.yaml]\n  valuesInline: {three: inline}\n",
    );
    bench.file("mine.yaml", "two: mine\nthree: mine\nfour: mine\nword: yes\n");
    bench.file("more.yaml", "four: more\n");
    bench.file("charts/shop/Chart.yaml", CHART);
    bench.file("charts/shop/values.yaml", "one: own\ntwo: own\nthree: own\nfour: own\n");
    bench.file(
        "charts/shop/templates/map.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata:\n  all: {{ list .Values.one .Values.two .Values.three .Values.four .Values.word | join \" \" }}\n",
    );
    let ran = bench.run(&["render", "."]);
    assert!(ran.out.contains("all: own mine inline more yes"), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("name: a-b"), "{}", ran.out);
}

#[test]
fn hostile_kustomizations_are_told_once_and_by_the_names_of_the_user() {
    let bench = Workbench::new();
    bench.file("good.yaml", PRIVILEGED);
    bench.file("one/kustomization.yaml", "resources: [../two]\n");
    bench.file("two/kustomization.yaml", "resources: [../one]\n");
    bench.file("both/kustomization.yaml", "resources: []\n");
    bench.file("both/kustomization.yml", "resources: []\n");
    bench.file("bytes/kustomization.yaml", "no mapping\n");
    bench.file("deep/kustomization.yaml", "resources: [deep.yaml]\n");
    let (open, close) = ("[".repeat(5_000), "]".repeat(5_000));
    bench.file(
        "deep/deep.yaml",
        format!("apiVersion: v1\nkind: A\nmetadata: {{name: a}}\nx: {open}{close}\n"),
    );
    bench.file("patched/kustomization.yaml", "resources: [../leaf.yaml]\npatches: [{path: patch.yaml}]\n");
    bench.file("patched/patch.yaml", "kind: [\n");
    let ran = bench.run(SCAN);
    assert_eq!(ran.status, 4, "{}", ran.out);
    assert_eq!(places(&ran, RULE), ["good.yaml:11:9"]);
    let unread = unread(&ran);
    let expected = [
        "both: the folder has `kustomization.yaml` and `kustomization.yml`: keep one of them",
        "bytes/kustomization.yaml:1: a kustomization is a mapping of fields such as `resources`: correct the file",
        "deep/deep.yaml:4: values are nested deeper than 1000 levels; flatten them, or raise the limit",
        "one/kustomization.yaml:1: `two` contains a kustomization that refers to it: remove one of the two references",
        "patched/kustomization.yaml:1: file `../leaf.yaml` is not in or below `patched`: move it there, or make its folder a base",
        "two/kustomization.yaml:1: `one` contains a kustomization that refers to it: remove one of the two references",
    ];
    for line in expected {
        assert_eq!(unread.iter().filter(|said| said.as_str() == line).count(), 1, "{line}: {unread:#?}");
    }
}

#[test]
fn what_cannot_be_built_is_named_and_the_rest_is_examined() {
    for (text, line, reason) in [
        ("resources:\n  - https://example.com/base.git//x\n", 2, "is not fetched"),
        ("resources:\n  - gone.yaml\n", 2, "gone.yaml"),
        ("resources:\n  - ../../../../../../../../../../../../etc/hosts\n", 2, "hosts"),
        ("resource: [pod.yaml]\n", 1, "unknown field"),
        ("resources: [\n", 2, ""),
        ("generators: [plugin.yaml]\n", 1, "plugin.yaml"),
    ] {
        let bench = Workbench::new();
        bench.file("good.yaml", PRIVILEGED);
        bench.file("bad/kustomization.yaml", text);
        let ran = bench.run(SCAN);
        assert_eq!(ran.status, 4, "{text}: {}", ran.out);
        assert_eq!(places(&ran, RULE), ["good.yaml:11:9"], "{text}");
        let unread = unread(&ran);
        let starts = unread[0].starts_with(&format!("bad/kustomization.yaml:{line}:"));
        assert!(unread.len() == 1 && starts && unread[0].contains(reason), "{text}: {unread:?}");
    }
}

#[test]
fn bases_in_a_circle_are_both_named() {
    let bench = Workbench::new();
    bench.file("good.yaml", PRIVILEGED);
    bench.file("one/kustomization.yaml", "resources: [../two]\n");
    bench.file("two/kustomization.yaml", "resources: [../one]\n");
    let ran = bench.run(SCAN);
    assert_eq!((ran.status, places(&ran, RULE).len()), (4, 1), "{}", ran.out);
    let unread = unread(&ran);
    assert_eq!(unread.len(), 2, "{unread:?}");
    assert!(unread.iter().all(|line| line.contains("refers to it")), "{unread:?}");
}

#[test]
fn resources_of_what_cannot_be_built_stand_for_themselves() {
    let bench = Workbench::new();
    bench.file("kustomization.yaml", "resources: [pod.yaml, gone.yaml]\npatches: [{path: patch.yaml}]\n");
    bench.file("pod.yaml", PRIVILEGED);
    bench.file("patch.yaml", PATCH);
    let ran = bench.run(SCAN);
    assert_eq!((ran.status, places(&ran, RULE)), (4, vec!["pod.yaml:11:9".to_owned()]), "{}", ran.out);
}

#[test]
fn a_component_alone_is_not_built() {
    let bench = Workbench::new();
    bench.file("good.yaml", PRIVILEGED);
    let text = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: p.yaml}]\n";
    bench.file("part/kustomization.yaml", text);
    bench.file("part/p.yaml", PATCH);
    let ran = bench.run(SCAN);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(ran.out.contains("a kustomize component"), "{}", ran.out);
    assert_eq!(places(&ran, RULE), ["good.yaml:11:9"]);
}

#[cfg(unix)]
#[test]
fn links_out_of_a_kustomization_are_refused() {
    let bench = Workbench::new();
    bench.file("good.yaml", PRIVILEGED);
    bench.file("outside/pod.txt", PRIVILEGED);
    bench.file("k/kustomization.yaml", "resources: [pod.yaml]\n");
    std::os::unix::fs::symlink("../outside/pod.txt", bench.path().join("k/pod.yaml")).expect("a link");
    let ran = bench.run(SCAN);
    assert_eq!((ran.status, places(&ran, RULE)), (4, vec!["good.yaml:11:9".to_owned()]), "{}", ran.out);
    assert!(unread(&ran)[0].contains("symbolic link that leaves"), "{:?}", unread(&ran));
    // One that stays inside is as good as the file.
    fs::remove_file(bench.path().join("k/pod.yaml")).expect("the link");
    bench.file("k/files/pod.txt", PRIVILEGED);
    std::os::unix::fs::symlink("files/pod.txt", bench.path().join("k/pod.yaml")).expect("a link");
    assert_eq!(bench.run(SCAN).status, 1);
}
