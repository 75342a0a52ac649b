//! What is said of rules without an event.

use sekisho_capture::EventType;
use sekisho_falco::{Catalog, Field, LoadBudget, Loader, Remark, RemarkCode, RuleSet};

fn load(text: &str) -> (Loader, RuleSet) {
    let mut loader = Loader::new(Catalog::standard(), LoadBudget::default());
    let (result, rules) = loader.load(text);
    let rules = rules.unwrap_or_else(|| panic!("{:?}", result.messages()));
    (loader, rules)
}

fn remarks(text: &str) -> Vec<Remark> {
    let (loader, rules) = load(text);
    let presence = |field: &Field, kind: EventType| {
        let info = kind.info();
        match (field.info.name.as_str(), &field.argument) {
            ("evt.arg", Some(name)) => {
                info.parameters.iter().any(|parameter| parameter.name.as_bytes() == &name[..])
            }
            _ => true,
        }
    };
    sekisho_falco::remarks(&loader, &rules, &presence)
}

/// Rules of these conditions, named by their numbers.
fn of(conditions: &[&str]) -> Vec<(RemarkCode, String)> {
    let rule = |(place, condition): (usize, &&str)| {
        let quoted = condition.replace('\'', "''");
        format!("- {{rule: r{place}, desc: d, condition: '{quoted}', output: o, priority: INFO}}\n")
    };
    let text: String = conditions.iter().enumerate().map(rule).collect();
    remarks(&text)
        .into_iter()
        .map(|remark| (remark.code, format!("{}: {}", remark.item, remark.text)))
        .collect()
}

fn never(condition: &str) -> bool {
    let found = of(&[condition]);
    assert!(found.iter().all(|(code, _)| *code == RemarkCode::NeverFires), "{found:?}");
    !found.is_empty()
}

#[test]
fn conditions_that_no_event_can_meet() {
    for condition in [
        "evt.type = open and evt.type = openat",
        "evt.type = open and proc.name = a and proc.name = b",
        "evt.type = open and proc.name in (a, b) and not proc.name in (b, a, c)",
        "evt.type = open and proc.name = cat and proc.name startswith d",
        "evt.type = open and fd.name startswith /etc and fd.name startswith /var",
        "evt.type = open and fd.name startswith /etc/ssh and not fd.name startswith /etc",
        "evt.type = open and fd.name endswith .key and not fd.name contains key",
        "evt.type = connect and fd.sport > 100 and fd.sport < 50",
        "evt.type = connect and fd.sport >= 100 and not fd.sport > 99",
        "evt.type = open and proc.name = a and not proc.name exists",
        "evt.type = open and (proc.name = a or proc.name = b) and not proc.name in (a, b)",
        "evt.type = open and container.privileged = true and container.privileged = false",
        "evt.type = open and evt.dir = >",
        "evt.type = execve and evt.arg.mode = x",
        "evt.type = open and evt.num = 0",
        "evt.type = open and not (proc.name = a or not proc.name = a)",
    ] {
        assert!(never(condition), "{condition}");
    }
}

#[test]
fn conditions_that_some_event_may_meet() {
    for condition in [
        "evt.type in (open, openat) and evt.type = openat",
        "evt.type = open and proc.name in (a, b) and not proc.name in (b, c)",
        // Each of several values may be another.
        "evt.type = open and proc.aname = a and proc.aname = b",
        "evt.type = connect and fd.ip = 1.2.3.4 and fd.ip = 4.3.2.1",
        // Nothing is asked of what is not there.
        "evt.type = open and not proc.name startswith a and not proc.name exists",
        "evt.type = open and fd.name startswith /etc and fd.name startswith /etc/ssh",
        "evt.type = open and fd.name startswith /etc/ssh and not fd.name startswith /etc/ssh/keys",
        "evt.type = open and not fd.name contains key and not fd.name endswith .key",
        "evt.type = connect and fd.sport > 100 and fd.sport < 102",
        "evt.type = open and (proc.name = a or proc.name = b) and not proc.name = a",
        "evt.type = open and evt.dir = <",
        "evt.type = open and evt.arg.mode = x",
        "evt.type in (open, execve) and (evt.arg.mode = x or proc.name = a)",
        "evt.type != open and proc.name != a",
    ] {
        assert!(!never(condition), "{condition}");
    }
}

#[test]
fn what_contradicts_is_said() {
    let found = of(&["evt.type = open and proc.name = cat and user.name = ada and proc.name in (dog, cow)"]);
    assert_eq!(found.len(), 1);
    let text = &found[0].1;
    assert!(text.contains("`proc.name = cat`") && text.contains("`proc.name in (cow, dog)`"), "{text}");
    assert!(!text.contains("ada"), "{text}");
}

#[test]
fn rules_that_others_silence() {
    let found = of(&[
        "evt.type in (open, openat) and fd.name startswith /etc",
        "evt.type = open and fd.name = /etc/shadow",
        "evt.type = open and fd.name = /var/shadow",
        "evt.type in (openat, open) and fd.name startswith /etc",
    ]);
    let codes: Vec<_> = found.iter().map(|(code, text)| (*code, &text[..9])).collect();
    assert_eq!(
        codes,
        [(RemarkCode::Silenced, "rule `r1`"), (RemarkCode::Duplicate, "rule `r3`")],
        "{found:?}"
    );
    assert!(found[0].1.contains("`r0` before it"), "{found:?}");
}

#[test]
fn a_rule_that_is_switched_off_silences_none() {
    let text = "- {rule: a, desc: d, condition: evt.type = open, output: o, priority: INFO, enabled: false}\n\
                - {rule: b, desc: d, condition: evt.type = open, output: o, priority: INFO}\n";
    assert_eq!(remarks(text), []);
}

#[test]
fn exceptions_that_leave_nothing_out() {
    let text = "- rule: r\n  desc: d\n  condition: evt.type = open and proc.name in (cat, dog)\n  output: o\n  \
                priority: INFO\n  exceptions:\n  - {name: empty, fields: proc.name}\n  - name: other\n    \
                fields: [proc.name, fd.name]\n    values:\n    - [cat, /etc/hosts]\n    - [cow, /etc/hosts]\n  - \
                name: dead\n    fields: [proc.name]\n    values: [[bird]]\n  - {name: used, fields: fd.name, values: [/etc/passwd]}\n";
    let found: Vec<_> = remarks(text).into_iter().map(|remark| (remark.code, remark.text)).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].0 == RemarkCode::EmptyException && found[0].1.contains("`empty`"));
    assert!(found[1].0 == RemarkCode::UselessException && found[1].1.ends_with("number 2"), "{found:?}");
    assert!(found[2].1.contains("`dead` holds for no event"), "{found:?}");
}

#[test]
fn what_rules_cost_is_told_by_type() {
    let (_, rules) = load(
        "- {rule: a, desc: d, condition: evt.type = open and fd.name = x and proc.name = y, output: o, priority: INFO}\n\
         - {rule: b, desc: d, condition: 'evt.type in (open, connect) and fd.name regex x.*y', output: o, priority: INFO}\n",
    );
    let costs = rules.costs("syscall");
    let shown: Vec<_> =
        costs.iter().map(|cost| (cost.event, cost.rules, cost.comparisons, cost.heaviest)).collect();
    assert_eq!(shown, [("open", 2, 3, "b"), ("connect", 1, 1, "b")]);
    assert!(costs[0].weight > costs[1].weight);
}

/// A search that would have to try everything gives up, and says nothing.
#[test]
fn a_condition_that_is_hard_is_left_alone() {
    let clause = |place: usize| {
        let name = |part: usize| format!("proc.env[v{}] = a", (place * 7 + part * 13) % 60);
        format!("({} or not {} or {})", name(1), name(2), name(3))
    };
    let clauses: Vec<_> = (0..400).map(clause).collect();
    assert!(!never(&format!("evt.type = open and {}", clauses.join(" and "))));
}
