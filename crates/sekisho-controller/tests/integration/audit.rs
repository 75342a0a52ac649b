//! The audit: what changed is judged, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use sekisho_controller::{Auditor, SummaryForm, summaries};
use sekisho_manifest::{Budget, Format, SourceId, load};
use sekisho_policy::Rollout;

use crate::support::{bundle, object, policy, run};

/// How many judgements something takes, and the objects whose results it gives.
fn work(auditor: &mut Auditor) -> (u64, Vec<String>) {
    let before = auditor.counters().judgements;
    let mut names: Vec<String> = run(auditor).into_iter().map(|result| result.key.name).collect();
    names.sort();
    (auditor.counters().judgements - before, names)
}

fn cluster() -> Auditor {
    let mut auditor = Auditor::new();
    for number in 0..100 {
        auditor.object(object("ConfigMap", "shop", &format!("map-{number}"), "{}"));
        auditor.object(object("Secret", "shop", &format!("secret-{number}"), "{}"));
    }
    auditor
}

#[test]
fn a_policy_that_changes_has_only_what_it_concerns_judged() {
    let mut auditor = cluster();
    let (team, owner) = (policy("team", "ConfigMap", "team"), policy("owner", "Secret", "owner"));
    auditor.policies(bundle(&[("a.yaml", &team), ("b.yaml", &owner)]), "sha256:1");
    let (count, objects) = work(&mut auditor);
    assert_eq!((count, objects.len()), (200, 200));
    assert_eq!(auditor.counters().findings, 200);

    // The same again is nothing.
    auditor.policies(bundle(&[("a.yaml", &team), ("b.yaml", &owner)]), "sha256:2");
    assert_eq!(work(&mut auditor), (0, vec![]));

    // In another order, in other files, it is the same.
    auditor.policies(bundle(&[("c.yaml", &owner), ("d.yaml", &team)]), "sha256:3");
    assert_eq!(work(&mut auditor), (0, vec![]));
    assert_eq!(auditor.counters().findings, 200);

    let changed = policy("owner", "Secret", "owned-by");
    auditor.policies(bundle(&[("c.yaml", &changed), ("d.yaml", &team)]), "sha256:4");
    let (count, objects) = work(&mut auditor);
    assert_eq!((count, objects.len()), (100, 100));
    assert!(objects.iter().all(|name| name.starts_with("secret-")));
    assert_eq!(auditor.findings().filter(|(_, finding)| finding.message.contains("owned-by")).count(), 100);

    // A policy that goes takes its findings with it, and nobody judges.
    auditor.policies(bundle(&[("d.yaml", &team)]), "sha256:5");
    let (count, objects) = work(&mut auditor);
    assert_eq!((count, objects.len()), (0, 100));
    assert_eq!(auditor.counters().findings, 100);

    // One that comes judges what it concerns.
    auditor.policies(bundle(&[("d.yaml", &team), ("e.yaml", &policy("new", "Secret", "new"))]), "sha256:6");
    assert_eq!(work(&mut auditor).0, 100);
}

#[test]
fn a_stage_that_begins_has_its_policy_judged_and_no_other() {
    let rollout = "- {policy: team, steps: {warn: 2026-01-02, enforce: 2026-01-04}}";
    let rollout = load(SourceId(0), rollout, Format::Detect, &Budget::default()).documents.remove(0).root;
    let (rollout, problems) = Rollout::read(&rollout);
    assert_eq!(problems, []);
    let (team, owner) = (policy("team", "ConfigMap", "team"), policy("owner", "Secret", "owner"));
    let on = |day: i64| {
        let mut bundle = Arc::into_inner(bundle(&[("a.yaml", &team), ("b.yaml", &owner)])).unwrap();
        bundle.stage(&rollout, 20_454 + day);
        Arc::new(bundle)
    };
    let mut auditor = cluster();
    let consequences = |auditor: &Auditor| -> BTreeSet<String> {
        auditor
            .findings()
            .filter(|(key, _)| key.kind == "ConfigMap")
            .map(|(_, finding)| finding.rule.consequence.clone())
            .collect()
    };
    auditor.policies(on(0), "sha256:1");
    assert_eq!(work(&mut auditor).0, 200);
    let shadow = consequences(&auditor);
    auditor.policies(on(0), "sha256:1");
    assert_eq!(work(&mut auditor), (0, vec![]));
    auditor.policies(on(1), "sha256:1");
    let (count, objects) = work(&mut auditor);
    assert_eq!((count, objects.len()), (100, 100));
    assert!(objects.iter().all(|name| name.starts_with("map-")));
    let warn = consequences(&auditor);
    auditor.policies(on(3), "sha256:1");
    assert_eq!(work(&mut auditor).0, 100);
    let enforce = consequences(&auditor);
    assert_eq!((shadow.len(), warn.len(), enforce.len()), (1, 1, 1));
    assert!(shadow != warn && warn != enforce && shadow != enforce);
}

#[test]
fn an_object_that_changes_is_judged_alone() {
    let mut auditor = cluster();
    auditor.policies(bundle(&[("a.yaml", &policy("team", "ConfigMap", "team"))]), "sha256:1");
    work(&mut auditor);
    auditor.object(object("ConfigMap", "shop", "map-7", "{\"team\":\"web\"}"));
    assert_eq!(work(&mut auditor), (1, vec!["map-7".to_owned()]));
    assert_eq!(auditor.counters().findings, 99);
    // The same object again is nothing.
    auditor.object(object("ConfigMap", "shop", "map-7", "{\"team\":\"web\"}"));
    assert_eq!(work(&mut auditor), (0, vec![]));
    auditor.gone(&object("ConfigMap", "shop", "map-8", "{}").key);
    let results = run(&mut auditor);
    assert!(results.len() == 1 && results[0].gone && results[0].key.name == "map-8");
    assert_eq!(auditor.counters().findings, 98);
}

#[test]
fn labels_of_a_namespace_have_what_lives_in_it_judged() {
    let mut auditor = cluster();
    auditor.object(object("ConfigMap", "other", "elsewhere", "{}"));
    auditor.policies(bundle(&[("a.yaml", &policy("team", "ConfigMap", "team"))]), "sha256:1");
    auditor.object(object("Namespace", "", "shop", "{}"));
    work(&mut auditor);
    auditor.object(object("Namespace", "", "shop", "{\"stage\":\"live\"}"));
    let (count, objects) = work(&mut auditor);
    assert_eq!((count, objects.len()), (100, 201));
    assert!(!objects.contains(&"elsewhere".to_owned()));
}

#[test]
fn an_exception_concerns_the_policy_that_it_names() {
    let mut auditor = cluster();
    let (team, owner) = (policy("team", "ConfigMap", "team"), policy("owner", "Secret", "owner"));
    auditor.policies(bundle(&[("a.yaml", &team), ("b.yaml", &owner)]), "sha256:1");
    work(&mut auditor);
    let exception = "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: x, namespace: shop}\nspec:\n  \
                     exceptions: [{policyName: team, ruleNames: [label]}]\n  match: {any: [{resources: {kinds: [ConfigMap], names: [map-1]}}]}\n";
    auditor.policies(bundle(&[("a.yaml", &team), ("b.yaml", &owner), ("c.yaml", exception)]), "sha256:2");
    assert_eq!(work(&mut auditor).0, 100);
    assert_eq!(auditor.counters().findings, 199);
}

#[test]
fn policies_that_are_for_requests_alone_do_not_judge() {
    let mut auditor = cluster();
    let text = policy("team", "ConfigMap", "team").replace("spec:\n", "spec:\n  background: false\n");
    auditor.policies(bundle(&[("a.yaml", &text)]), "sha256:1");
    assert_eq!(work(&mut auditor).0, 0);
    assert!(!auditor.wants("ConfigMap", "configmaps"));
}

#[test]
fn summaries_stay_small_and_few() {
    let mut auditor = Auditor::new();
    for namespace in 0..5 {
        for number in 0..=namespace {
            auditor.object(object("ConfigMap", &format!("n{namespace}"), &format!("map-{number}"), "{}"));
        }
    }
    let policies: Vec<String> =
        (0..60).map(|number| policy(&format!("rule-{number:02}"), "ConfigMap", &"x".repeat(40))).collect();
    let texts: Vec<(String, &str)> = policies
        .iter()
        .enumerate()
        .map(|(place, text)| (format!("{place:02}.yaml"), text.as_str()))
        .collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    auditor.policies(bundle(&texts), "sha256:1");
    run(&mut auditor);
    for form in [SummaryForm::PolicyReport, SummaryForm::OpenReports] {
        let made = summaries(&auditor, form, 3);
        assert_eq!((made.reports.len(), made.left), (3, 2));
        assert_eq!(made.reports[0].0, "n4");
        for (namespace, report) in &made.reports {
            let count = namespace.trim_start_matches('n').parse::<u64>().unwrap() + 1;
            assert_eq!(report["summary"]["fail"], 60 * count);
            assert!(report.to_string().len() <= 4_096, "{}", report.to_string().len());
            let results = report["results"].as_array().unwrap();
            assert!(!results.is_empty() && results.iter().all(|result| result["message"].is_string()));
        }
        assert_eq!(summaries(&auditor, form, 3), made);
    }
}
