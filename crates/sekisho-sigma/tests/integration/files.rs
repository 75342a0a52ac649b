//! Files of rules.

use sekisho_falco::{LoadBudget, Loader, Priority};
use sekisho_sigma::{Level, SigmaErrorKind};

use super::{compiled, file, outputs, read};

const RULE: &str = "title: Shell 100%
id: 00000000-0000-4000-8000-000000000000
status: test
description: |
    Someone runs a shell.
tags: [attack.t1609, attack.execution, attack.t1078.001]
logsource: {product: kubernetes, service: audit, category: application}
detection:
    selection: {objectRef.subresource: exec}
    condition: selection
fields: [userAgent, 'a b']
falsepositives: [People]
level: high
";

#[test]
fn everything_is_read() {
    let mut read = read(RULE);
    assert_eq!(read.errors, []);
    let rule = read.rules.remove(0);
    assert_eq!((rule.title.as_str(), rule.level, rule.status.as_str()), ("Shell 100%", Level::High, "test"));
    assert_eq!(rule.false_positives, ["People"]);
    let rule = rule.into_rule("shell".into(), "k8s_audit");
    assert_eq!((rule.name.as_str(), rule.priority, rule.enabled), ("shell", Priority::Error, true));
    let tags: Vec<_> = rule.tags.iter().map(String::as_str).collect();
    assert_eq!(tags, ["attack.execution", "attack/T1078.001", "attack/T1609", "sigma"]);
}

#[test]
fn it_says_what_it_found() {
    let said = outputs(
        &compiled(RULE),
        "\"verb\":\"create\",\"user\":{\"username\":\"jane\"},\"userAgent\":\"kubectl\",\"objectRef\":{\"resource\":\"pods\",\"subresource\":\"exec\",\"namespace\":\"shop\",\"name\":\"web\"}",
    );
    assert_eq!(
        said,
        ["Shell 100 (user=jane verb=create object=pods/web namespace=shop from=<NA> userAgent=kubectl)"]
    );
}

#[test]
fn a_wrong_rule_does_not_hide_the_others() {
    let text = format!("{RULE}---\ntitle: x\n---\n{}", file("s: {verb: get}\ncondition: s"));
    let read = read(&text);
    assert_eq!(read.rules.len(), 2);
    assert_eq!(read.errors[0].kind, SigmaErrorKind::Missing("logsource"));
}

#[test]
fn other_events_are_not_looked_at() {
    for (source, shown) in [
        ("{product: windows, category: process_creation}", "windows/process_creation"),
        ("{product: azure, service: activitylogs}", "azure/activitylogs"),
        ("{product: kubernetes, service: node}", "kubernetes/node"),
        ("{product: kubernetes, category: application}", "kubernetes/application"),
        ("{category: application}", "application"),
    ] {
        let text = format!("title: t\nlogsource: {source}\ndetection: {{s: {{a: b}}, condition: s}}\n");
        assert_eq!(read(&text).errors[0].kind, SigmaErrorKind::Source(shown.into()));
    }
    for source in [
        "{product: kubernetes, service: audit}",
        "{product: kubernetes, category: audit}",
        "{product: kubernetes}",
    ] {
        let text = format!("title: t\nlogsource: {source}\ndetection: {{s: {{a: b}}, condition: s}}\n");
        assert_eq!(read(&text).errors, [], "{source}");
    }
}

#[test]
fn what_is_not_here() {
    let kind = |text: &str| read(text).errors[0].kind.clone();
    assert_eq!(kind("title: t\ncorrelation: {type: event_count}\n"), SigmaErrorKind::Missing("rules"));
    assert!(matches!(kind("action: global\ntitle: t\n"), SigmaErrorKind::Unsupported(_)));
    assert!(matches!(kind(&file("s: {a: b}\ncondition: s\ntimeframe: 5m")), SigmaErrorKind::Unsupported(_)));
    assert!(matches!(
        kind("title: t\nlevel: huge\nlogsource: {product: kubernetes}\ndetection: {}\n"),
        SigmaErrorKind::Kind { .. }
    ));
    assert!(matches!(kind("- a\n"), SigmaErrorKind::Kind { .. }));
    assert!(matches!(kind("a: [\n"), SigmaErrorKind::Yaml(_)));
    assert!(!compiled(&RULE.replace("test", "deprecated")).rules().next().unwrap().enabled);
}

#[test]
fn filters_leave_out_what_they_name() {
    let filter = |rules: &str| {
        format!(
            "title: f\nlogsource: {{product: kubernetes}}\nfilter:\n  rules: {rules}\n  a: {{user.username: ada}}\n  b_1: {{verb: list}}\n  condition: not (a or 1 of b_*)\n"
        )
    };
    let found = |rules: &str, user: &str| {
        let mut read = read(&format!(
            "{}id: one\nname: first\n---\n{}",
            file("s: {verb: get}\ncondition: s"),
            filter(rules)
        ));
        assert_eq!((read.errors.len(), read.filters.len()), (0, 1));
        for rule in &mut read.rules {
            read.filters.iter().for_each(|filter| filter.apply(rule));
        }
        let rules = read.rules.into_iter().map(|rule| rule.into_rule("r".to_owned(), sekisho_audit::SOURCE));
        let mut loader = Loader::new(sekisho_audit::catalog(), LoadBudget::default());
        let rules = loader.add(rules.collect()).1.unwrap();
        !outputs(&rules, &format!("\"verb\":\"get\",\"user\":{{\"username\":\"{user}\"}}")).is_empty()
    };
    for rules in ["any", "[]", "one", "[two, first]"] {
        assert_eq!((found(rules, "ada"), found(rules, "bob")), (false, true), "{rules}");
    }
    assert!(found("[two]", "ada"));
    let why = |text: &str| read(text).errors[0].kind.clone();
    assert_eq!(why(&filter("any").replace("  rules: any\n", "")), SigmaErrorKind::Missing("rules"));
    assert_eq!(why("title: f\nfilter: {rules: any}\n"), SigmaErrorKind::Missing("logsource"));
    assert_eq!(why(&filter("any").replace("or 1 of b_*", "or c")), SigmaErrorKind::Unknown("c".into()));
}
