//! Which rules match, in which order, and what is asked for it.

use sekisho_capture::EventType;
use sekisho_falco::{Evaluator, Matching, Selector, Value};

use super::{Written, rules, text};

const RULES: &str = "
- list: shells
  items: [sh, bash]
- macro: shell
  condition: proc.name in (shells)
- rule: first
  desc: d
  condition: evt.type in (execve, execveat) and shell and not proc.pname = cron
  output: shell %proc.name
  priority: warning
  tags: [shell, exec]
- rule: second
  desc: d
  condition: evt.type = execve and shell
  output: again %proc.name
  priority: notice
- rule: third
  desc: d
  condition: evt.type = open and shell
  output: o
  priority: debug
";

fn names(rules: &sekisho_falco::RuleSet, event: &Written, matching: Matching) -> Vec<String> {
    rules
        .matches(&mut Evaluator::new(), event, matching)
        .iter()
        .map(|found| found.rule.name.clone())
        .collect()
}

#[test]
fn the_first_or_all() {
    let rules = rules(RULES);
    let event = Written::of("SYSCALL_EXECVE_19_X").with("proc.name", text("sh"));
    assert_eq!(names(&rules, &event, Matching::First), ["first"]);
    assert_eq!(names(&rules, &event, Matching::All), ["first", "second"]);
    let event = event.with("proc.pname", text("cron"));
    assert_eq!(names(&rules, &event, Matching::First), ["second"]);
    let other = Written::of("SYSCALL_OPEN_X").with("proc.name", text("sh"));
    assert_eq!(names(&rules, &other, Matching::All), ["third"]);
}

#[test]
fn rules_are_enabled_and_disabled() {
    let mut rules = rules(RULES);
    let event = Written::of("SYSCALL_EXECVE_19_X").with("proc.name", text("sh"));
    assert_eq!(rules.enable(&Selector::Tag("exec".into()), false), 1);
    assert_eq!(names(&rules, &event, Matching::All), ["second"]);
    assert_eq!(rules.enable(&Selector::Name("*ir*".into()), true), 2);
    assert_eq!(names(&rules, &event, Matching::First), ["first"]);
}

#[test]
fn what_is_shared_is_asked_once() {
    let rules = rules(RULES);
    let size = rules.size("syscall");
    // Three times the shells and evt.type, once proc.pname; evt.type differs in two of three.
    assert_eq!((size.leaves, size.predicates), (7, 5));
    let event = Written::of("SYSCALL_EXECVE_19_X").with("proc.name", text("vi"));
    let mut evaluator = Evaluator::new();
    assert!(rules.matches(&mut evaluator, &event, Matching::All).is_empty());
    // The type decides evt.type; the shells are looked for once for two rules.
    assert_eq!(evaluator.counts(), (1, 1));
    assert_eq!(event.asked.get(), 1);
    rules.matches(&mut evaluator, &event, Matching::All);
    assert_eq!(event.asked.get(), 2);
}

#[test]
fn types_of_events_choose_rules() {
    let rules = rules(RULES);
    let cost = |constant: &str| rules.cost("syscall", EventType::named(constant).unwrap());
    assert_eq!(cost("SYSCALL_EXECVE_19_X"), (2, 2));
    assert_eq!(cost("SYSCALL_OPEN_X"), (1, 1));
    assert_eq!(cost("SYSCALL_CLOSE_X"), (0, 0));
}

#[test]
fn calls_without_a_type_of_their_own() {
    let rules = rules("- {rule: r, desc: d, condition: evt.type = kexec_load, output: o, priority: INFO}\n");
    let event = Written::of("GENERIC_X").with("evt.type", text("kexec_load"));
    assert_eq!(names(&rules, &event, Matching::First), ["r"]);
    assert!(
        names(&rules, &Written::of("GENERIC_X").with("evt.type", text("getcpu")), Matching::First).is_empty()
    );
    assert!(names(&rules, &Written::of("SYSCALL_OPEN_X"), Matching::First).is_empty());
}

#[test]
fn sets_of_types() {
    let of = |condition: &str| {
        let rules = rules(&super::rule(condition));
        let types = rules.rules().next().unwrap().event_types;
        (types.len(), types.contains(EventType::named("SYSCALL_OPEN_X").unwrap()))
    };
    assert_eq!(of("evt.type = open"), (2, true));
    assert_eq!(of("not evt.type = open"), (452, false));
    assert_eq!(of("evt.type != open"), (452, false));
    assert_eq!(of("not evt.type != open"), (2, true));
    assert_eq!(of("proc.name = x"), (454, true));
    assert_eq!(of("not proc.name = x"), (454, true));
    assert_eq!(of("not (evt.type = open and proc.name = x)"), (454, true));
    assert_eq!(of("not (evt.type = open or proc.name = x)"), (452, false));
    assert_eq!(of("evt.type = open and evt.num = 0"), (0, false));
    assert_eq!(of("evt.type in (open, close) and not evt.type = close"), (2, true));
}

#[test]
fn audit_events_have_no_types() {
    let rules = rules(
        "- rule: r
  desc: d
  condition: ka.verb = create and ka.req.pod.containers.privileged intersects (\"true\")
  output: pod %ka.target.name by %ka.user.name
  priority: WARNING
  source: k8s_audit
",
    );
    let event = Written::audit()
        .with("ka.verb", text("create"))
        .with("ka.target.name", text("nginx"))
        .with_all("ka.req.pod.containers.privileged", vec![text("false"), text("true")]);
    let found = rules.matches(&mut Evaluator::new(), &event, Matching::First);
    assert_eq!(found[0].output, "pod nginx by <NA>");
    assert_eq!(
        (found[0].fields[1].name.as_str(), found[0].fields[1].value.as_deref()),
        ("ka.user.name", None)
    );
    let never = Written { source: "other", ..Written::default() };
    assert!(rules.matches(&mut Evaluator::new(), &never, Matching::First).is_empty());
    let _ = Value::Bool(true);
}

#[test]
fn many_rules_about_one_value_cost_one_look_up() {
    let mut file = String::new();
    let mut add = |name: &str, condition: &str| {
        let rule = crate::rule(condition).replace("rule: r", &format!("rule: {name}"));
        file.push_str(&rule);
    };
    for number in 0..40 {
        add(
            &format!("p{number}"),
            &format!("evt.type = open and proc.name = p{number} and fd.name startswith /s"),
        );
        if number % 10 == 0 {
            add(
                &format!("any{number}"),
                "evt.type = open and fd.name startswith /s and not proc.pname = cron",
            );
            add(&format!("set{number}"), &format!("proc.name in (x, p{number}, y) and evt.type = open"));
            add(&format!("parent{number}"), &format!("evt.type = open and proc.pname = p{number}"));
        }
    }
    let rules = rules(&file);
    let open = || Written::of("SYSCALL_OPEN_X").with("fd.name", text("/secret"));
    let event = open().with("proc.name", text("p20")).with("proc.pname", text("cron"));
    assert_eq!(names(&rules, &event, Matching::All), ["p20", "set20"]);
    assert_eq!(names(&rules, &event, Matching::First), ["p20"]);
    let event = open().with("proc.name", text("p10")).with("proc.pname", text("p30"));
    let all = ["any0", "p10", "any10", "set10", "any20", "any30", "parent30"];
    assert_eq!(names(&rules, &event, Matching::All), all);
    assert_eq!(names(&rules, &event, Matching::First), ["any0"]);
    let event = open().with("proc.name", text("x"));
    assert_eq!(names(&rules, &event, Matching::All).iter().filter(|name| name.starts_with("set")).count(), 4);
    // Neither a text of no rule nor no value at all makes a comparison by rule.
    let other = open().with("proc.name", text("other")).with("proc.pname", text("cron"));
    let mut evaluator = Evaluator::new();
    assert!(rules.matches(&mut evaluator, &other, Matching::All).is_empty());
    assert!(evaluator.counts().0 < 8, "{:?}", evaluator.counts());
    assert!(names(&rules, &Written::of("SYSCALL_OPEN_X"), Matching::All).is_empty());
}
