//! Values for charts: options as Helm has them, and several sets in one run.

use crate::charts::{chart, places, report, unread};
use crate::command::{Ran, Workbench};

const RULE: &str = "privileged-container";

fn sets(ran: &Ran) -> Vec<Vec<String>> {
    let report = report(ran);
    let findings = report["findings"].as_array().expect("findings");
    let of_rule = findings.iter().filter(|finding| finding["rule"] == RULE);
    of_rule
        .map(|finding| {
            let sets = finding["valueSets"].as_array().cloned().unwrap_or_default();
            sets.iter().map(|set| set.as_str().expect("a name").to_owned()).collect()
        })
        .collect()
}

#[test]
fn values_are_laid_over_each_other_as_in_helm() {
    let bench = Workbench::new();
    chart(&bench, "shop");
    bench.file("off.yaml", "securityContext: {privileged: false}\n");
    bench.file("on.yaml", "securityContext: {privileged: true}\n");
    bench.file("word.txt", "registry.example.com/other");
    for (options, privileged) in [
        (&["--values", "off.yaml"][..], false),
        (&["--values", "off.yaml", "--values", "on.yaml"], true),
        (&["--values", "on.yaml", "--values", "off.yaml"], false),
        (&["--set", "securityContext.privileged=false", "--values", "on.yaml"], false),
        (&["--set", "securityContext.privileged=null"], false),
        (&["--set-string", "securityContext.privileged=true"], false),
        (&["--set-json", "securityContext={\"privileged\":true}", "--values", "off.yaml"], true),
        (&["--set", "securityContext.privileged=true,image.tag=2", "--values", "off.yaml"], true),
    ] {
        let ran = bench.run(&[&["scan", "shop", "--format", "json"], options].concat());
        assert_eq!(ran.has(RULE), privileged, "{options:?}: {}", ran.err);
    }
    let options = ["--set-file", "image.repository=word.txt", "--set-literal", "image.tag=a,b"];
    let ran = bench.run(&[&["render", "shop"][..], &options].concat());
    assert!(ran.out.contains("image: \"registry.example.com/other:a,b\""), "{}{}", ran.out, ran.err);
    // Where a value was given on the command line there is a key and no file.
    let ran = bench.run(&["scan", "shop", "--format", "json", "--set", "securityContext.privileged=true"]);
    assert_eq!(places(&ran, RULE), ["shop/templates/deployment.yaml:17:13 (securityContext.privileged)"]);
    let report = report(&ran);
    let findings = report["findings"].as_array().expect("findings");
    let finding = findings.iter().find(|finding| finding["rule"] == RULE).expect("the finding");
    assert!(finding["location"]["value"]["file"].is_null(), "{finding}");
}

#[test]
fn wrong_options_are_wrong_usage_or_named_errors() {
    let bench = Workbench::new();
    chart(&bench, "shop");
    for options in [
        &["--values", "gone.yaml"][..],
        &["--value-set", "gone"],
        &["--value-set", "a=gone.yaml"],
        &["--value-set", "=x.yaml"],
        &["--kube-version", "new"],
    ] {
        assert_eq!(bench.run(&[&["scan", "shop"], options].concat()).status, 2, "{options:?}");
    }
    bench.file("bad.yaml", "a: [\n");
    let ran = bench.run(&["scan", "shop", "--format", "json", "--values", "bad.yaml"]);
    assert_eq!(ran.status, 4);
    assert!(unread(&ran)[0].starts_with("bad.yaml:2: "), "{:?}", unread(&ran));
    let ran = bench.run(&["scan", "shop", "--format", "json", "--set", "a[x]=1"]);
    assert_eq!(ran.status, 4);
    assert!(unread(&ran)[0].contains("--set"), "{:?}", unread(&ran));
}

#[test]
fn equal_findings_of_several_sets_are_shown_once_with_the_sets() {
    let bench = Workbench::new();
    chart(&bench, "shop");
    bench.file("production.yaml", "securityContext: {privileged: false}\n");
    bench.file("staging.yaml", "image: {tag: '2'}\n");
    bench.file("pod.yaml", crate::command::PRIVILEGED);
    let scan = ["scan", ".", "--format", "json", "--value-set", "production=production.yaml"];
    let ran = bench.run(&[&scan[..], &["--value-set", "staging=staging.yaml"]].concat());
    assert_eq!(places(&ran, RULE).len(), 2, "{}", ran.out);
    let mut sets = sets(&ran);
    sets.sort();
    assert_eq!(sets, [vec![], vec!["staging".to_owned()]], "the plain Pod is there with every set");
    let table = bench.run(&[
        "scan",
        "shop",
        "--only",
        RULE,
        "--value-set",
        "production=production.yaml",
        "--value-set",
        "staging=staging.yaml",
    ]);
    assert!(table.out.contains("value sets: staging"), "{}", table.out);
}

#[test]
fn the_configuration_names_sets() {
    let bench = Workbench::new();
    chart(&bench, "deploy/shop");
    chart(&bench, "deploy/other");
    bench.file("values/production.yaml", "securityContext: {privileged: false}\n");
    bench.file(
        "sekisho.yaml",
        "charts:\n  - path: deploy/shop\n    release: live\n    set: [image.tag=7]\n    sets:\n      - name: production\n        \
         values: [values/production.yaml]\n      - name: staging\n        set: [securityContext.privileged=true]\n",
    );
    let ran = bench.run(&["scan", "deploy", "--format", "json"]);
    let mut found = sets(&ran);
    found.sort();
    assert_eq!(found, [vec![], vec!["staging".to_owned()]], "{}", ran.err);
    let ran = bench.run(&["scan", "deploy/shop", "--format", "json", "--value-set", "production"]);
    assert!(!ran.has(RULE), "{}", ran.out);
    assert_eq!(bench.run(&["scan", "deploy", "--value-set", "nowhere"]).status, 2);
    let ran = bench.run(&["render", "deploy/shop"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("production, staging"), "{}", ran.err);
    let ran = bench.run(&["render", "deploy/shop", "--value-set", "staging"]);
    assert!(ran.out.contains("name: live") && ran.out.contains("web:7"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_set_that_cannot_be_rendered_leaves_the_others() {
    let bench = Workbench::new();
    chart(&bench, "shop");
    bench.file(
        "shop/templates/check.yaml",
        "{{ if eq .Values.image.tag \"9\" }}{{ fail \"not 9\" }}{{ end }}",
    );
    bench.file("good.yaml", "image: {tag: '1'}\n");
    bench.file("bad.yaml", "image: {tag: '9'}\n");
    let ran = bench.run(&[
        "scan",
        ".",
        "--format",
        "json",
        "--value-set",
        "good=good.yaml",
        "--value-set",
        "bad=bad.yaml",
    ]);
    assert_eq!((ran.status, places(&ran, RULE).len()), (4, 1), "{}", ran.out);
    let unread = unread(&ran);
    assert!(unread[0].starts_with("shop/templates/check.yaml:1: with the values `bad`"), "{unread:?}");
}

#[test]
fn mistakes_in_the_configuration_of_charts_have_their_place() {
    let bench = Workbench::new();
    for (text, words) in [
        ("charts:\n  - release: a\n", "sekisho.yaml:2:5"),
        ("charts:\n  - path: a\n    sets:\n      - set: [a=b]\n", "sekisho.yaml:4:9"),
        ("charts:\n  - path: a\n    sets: [{name: x}, {name: x}]\n", "already"),
        ("charts:\n  - path: a\n    vlaues: [x]\n", "vlaues"),
    ] {
        bench.file("sekisho.yaml", text);
        let ran = bench.run(&["scan", "."]);
        assert_eq!(ran.status, 2, "{text}");
        assert!(ran.err.contains(words), "{text}: {}", ran.err);
    }
}
