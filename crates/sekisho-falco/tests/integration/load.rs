//! What loading says of files.

use sekisho_falco::{Catalog, Code, LoadBudget, Loader, Priority, Version};

use super::{codes, load, rules};

const BASE: &str = "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n";

fn condition(file: &str) -> String {
    rules(file).rules().next().unwrap().condition.to_string()
}

#[track_caller]
fn one_error(file: &str) -> (&'static str, String) {
    let (result, rules) = load(file);
    assert!(rules.is_none());
    let errors: Vec<_> = result.errors().collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    (errors[0].code.name(), errors[0].text.clone())
}

#[test]
fn there_are_22_codes() {
    assert_eq!(Code::ALL.len(), 22);
    assert_eq!(Code::ALL.iter().filter(|code| code.is_error()).count(), 7);
}

#[test]
fn a_rule_with_everything() {
    let rules = rules(
        "- rule: r
  desc: what
  condition: evt.type = open
  output: ' o '
  priority: Critical
  source: syscall
  enabled: no
  tags: [b, a]
  capture: true
  capture_duration: 500
  warn_evttypes: false
  skip-if-unknown-filter: true
",
    );
    let rule = rules.rule("r").unwrap();
    assert_eq!(
        (rule.priority, rule.enabled, rule.capture, rule.capture_duration),
        (Priority::Critical, false, true, 500)
    );
    assert_eq!((rule.output.as_str(), rule.tags.iter().next().unwrap().as_str()), ("o", "a"));
}

#[test]
fn later_items_replace_and_append() {
    let replaced =
        format!("{BASE}- rule: r\n  condition: evt.type = close\n  override: {{condition: replace}}\n");
    assert_eq!(condition(&replaced), "evt.type = close");
    let appended = format!("{BASE}- rule: r\n  condition: and proc.name = x\n  append: true\n");
    assert_eq!(condition(&appended), "(evt.type = open and proc.name = x)");
    assert_eq!(codes(&appended), ["LOAD_DEPRECATED_ITEM"]);
    let list = "- {list: l, items: [a]}\n- {list: l, items: [b c], override: {items: append}}\n- rule: r\n  desc: d\n  condition: evt.type = open and proc.name in (l, x)\n  output: o\n  priority: INFO\n";
    assert_eq!(condition(list), "(evt.type = open and proc.name in (a, \"b c\", x))");
}

#[test]
fn files_in_order() {
    let mut loader = Loader::new(Catalog::standard(), LoadBudget::default());
    let (_, first) = loader.load(&format!(
        "- {{macro: m, condition: proc.name = a}}\n{BASE}- rule: r\n  condition: and m\n  append: true\n"
    ));
    assert_eq!(
        first.unwrap().rule("r").unwrap().condition.to_string(),
        "(evt.type = open and proc.name = a)"
    );
    let (_, second) = loader.load("- {macro: m, condition: proc.name = b}\n");
    assert_eq!(
        second.unwrap().rule("r").unwrap().condition.to_string(),
        "(evt.type = open and proc.name = b)"
    );
    let (result, _) = loader.load("- {rule: r, enabled: false}\n");
    assert_eq!(result.messages()[0].code, Code::Deprecated);
}

#[test]
fn lists_are_written_out_as_text() {
    let file = |lists: &str, condition: &str| {
        format!(
            "{lists}- rule: r\n  desc: d\n  condition: evt.type = open and {condition}\n  output: o\n  priority: INFO\n"
        )
    };
    let nested = file("- {list: a, items: [1, x]}\n- {list: b, items: [a, y]}\n", "proc.name in (b)");
    assert_eq!(condition(&nested), "(evt.type = open and proc.name in (1, x, y))");
    let empty = file("- {list: a, items: []}\n", "proc.name in (x, a, y)");
    assert_eq!(condition(&empty), "(evt.type = open and proc.name in (x, y))");
    let other = file("- {list: a, items: [q]}\n", "proc.name in (aa, a)");
    assert_eq!(condition(&other), "(evt.type = open and proc.name in (aa, q))");
    let quoted = file("- {list: a, items: ['\"q r\"', \"'s t'\"]}\n", "proc.name in (a)");
    assert_eq!(condition(&quoted), "(evt.type = open and proc.name in (\"q r\", \"s t\"))");
}

#[test]
fn exceptions_are_written_into_conditions() {
    let with = |exceptions: &str| format!("{BASE}  exceptions:\n{exceptions}");
    let many = with(
        "  - name: e\n    fields: [proc.name, fd.name]\n    comps: [=, in]\n    values:\n    - [a, [/x, /y]]\n    - [b, /z]\n",
    );
    assert_eq!(
        condition(&many),
        "(evt.type = open and not ((proc.name = a and fd.name in (/x, /y)) or (proc.name = b and fd.name in (/z))))"
    );
    let one = with("  - name: e\n    fields: proc.name\n    values: [a, b c]\n");
    assert_eq!(condition(&one), "(evt.type = open and not proc.name in (a, \"b c\"))");
    let none = with("  - name: e\n    fields: [proc.name]\n");
    assert_eq!(condition(&none), "evt.type = open");
    let modified =
        with("  - name: e\n    fields: proc.name\n    comps: startswith anyof\n    values: [a, b]\n");
    assert_eq!(condition(&modified), "(evt.type = open and not proc.name startswith anyof (a, b))");

    for (exceptions, code) in [
        ("  - fields: [proc.name]\n", "LOAD_ERR_YAML_VALIDATE"),
        ("  - name: e\n", "LOAD_ERR_YAML_VALIDATE"),
        ("  - name: e\n    fields: [proc.nme]\n", "LOAD_ERR_VALIDATE"),
        ("  - name: e\n    fields: [proc.name]\n    comps: [=, =]\n", "LOAD_ERR_VALIDATE"),
        ("  - name: e\n    fields: [proc.name]\n    comps: [~]\n", "LOAD_ERR_VALIDATE"),
        ("  - name: e\n    fields: proc.name\n    comps: =\n", "LOAD_ERR_VALIDATE"),
        ("  - name: e\n    fields: [proc.name, fd.name]\n    values: [[a]]\n", "LOAD_ERR_VALIDATE"),
        ("  - name: e\n    fields: proc.name\n    values: [[a]]\n", "LOAD_ERR_VALIDATE"),
    ] {
        assert_eq!(one_error(&with(exceptions)).0, code, "{exceptions}");
    }
}

#[test]
fn appended_exceptions() {
    let base = format!("{BASE}  exceptions:\n  - name: e\n    fields: proc.name\n    values: [a]\n");
    let more = "- rule: r\n  exceptions:\n  - name: e\n    values: [b]\n  override: {exceptions: append}\n";
    assert_eq!(condition(&format!("{base}{more}")), "(evt.type = open and not proc.name in (a, b))");
    let fields =
        "- rule: r\n  exceptions:\n  - name: e\n    fields: fd.name\n    values: [b]\n  append: true\n";
    assert_eq!(one_error(&format!("{base}{fields}")).0, "LOAD_ERR_VALIDATE");
    let nothing = "- rule: r\n  exceptions:\n  - name: e\n  append: true\n";
    assert_eq!(codes(&format!("{base}{nothing}")), ["LOAD_DEPRECATED_ITEM", "LOAD_APPEND_NO_VALUES"]);
}

#[test]
fn errors_and_their_codes() {
    for (file, code, said) in [
        ("rules: [", "LOAD_ERR_YAML_PARSE", ""),
        ("a: b", "LOAD_ERR_YAML_VALIDATE", "a rule file is a list of rules, macros and lists"),
        ("- text", "LOAD_ERR_YAML_VALIDATE", "an item must be a mapping with `rule`, `macro` or `list`"),
        ("- {rule: r, desc: d}", "LOAD_ERR_YAML_VALIDATE", "the item needs `condition`"),
        (
            "- {rule: r}",
            "LOAD_ERR_YAML_VALIDATE",
            "the rule needs `condition`, `output`, `desc` and `priority`",
        ),
        ("- {list: l}", "LOAD_ERR_YAML_VALIDATE", "the list needs `items`"),
        ("- {list: l, items: x}", "LOAD_ERR_YAML_VALIDATE", "`items` must be a list"),
        ("- {macro: m}", "LOAD_ERR_YAML_VALIDATE", "the item needs `condition`"),
        ("- {macro: m, condition: ''}", "LOAD_ERR_YAML_VALIDATE", "`condition` must not be empty"),
        ("- {macro: m, condition: [a]}", "LOAD_ERR_YAML_VALIDATE", "`condition` must be a single value"),
        (
            "- {macro: m, condition: or x, append: true}",
            "LOAD_ERR_VALIDATE",
            "there is no macro of this name to append to",
        ),
        ("- {macro: m, condition: other}", "LOAD_ERR_VALIDATE", "the macro `other` is not defined"),
        ("- {macro: m, condition: a.b ~ c}", "LOAD_ERR_COMPILE_CONDITION", "expected an operator"),
        ("- {rule: r, enabled: true}", "LOAD_ERR_VALIDATE", "there is no rule of this name to enable"),
        (
            "- {required_engine_version: 99}",
            "LOAD_ERR_VALIDATE",
            "the rules require engine version 0.99.0, and this is 0.63.0",
        ),
        ("- {required_engine_version: 1.0.0}", "LOAD_ERR_VALIDATE", "the rules require engine version 1.0.0"),
        ("- {required_engine_version: x}", "LOAD_ERR_YAML_VALIDATE", "`x` is no version"),
        (
            "- {required_plugin_versions: x}",
            "LOAD_ERR_YAML_VALIDATE",
            "`required_plugin_versions` must be a list",
        ),
        (
            "- required_plugin_versions: [{name: a, version: x}]",
            "LOAD_ERR_VALIDATE",
            "`x` is no version of the plugin `a`",
        ),
        (
            "- {list: l, items: [a], override: {items: merge}}",
            "LOAD_ERR_YAML_VALIDATE",
            "`items` can be overridden by `append` or `replace`, not `merge`",
        ),
        (
            "- {list: l, items: [a], override: {name: append}}",
            "LOAD_ERR_YAML_VALIDATE",
            "`name` cannot be appended to: use `replace`",
        ),
        (
            "- {list: l, items: [a], append: true, override: {items: append}}",
            "LOAD_ERR_YAML_VALIDATE",
            "`override` and `append: true` exclude each other",
        ),
    ] {
        let (found, text) = one_error(file);
        assert_eq!(found, code, "{file}: {text}");
        assert!(text.starts_with(said), "{file}: {text}");
    }
}

#[test]
fn warnings_and_their_codes() {
    let with = |more: &str| format!("{BASE}{more}");
    for (file, code) in [
        (with("  source: mars\n"), "LOAD_UNKNOWN_SOURCE"),
        (with("  colour: red\n"), "LOAD_UNKNOWN_KEY"),
        (with("- {thing: x}\n"), "LOAD_UNKNOWN_ITEM"),
        (with("- {macro: m, condition: evt.type = open}\n"), "LOAD_UNUSED_MACRO"),
        (with("- {list: l, items: [a]}\n"), "LOAD_UNUSED_LIST"),
        (with("").replace("evt.type = open", "proc.name = x"), "LOAD_NO_EVTTYPE"),
        (with("").replace("evt.type = open", "evt.type = open and evt.dir = <"), "LOAD_DEPRECATED_ITEM"),
        (with("").replace("output: o", "output: '%container.info x'"), "LOAD_DEPRECATED_ITEM"),
        (
            with("  skip-if-unknown-filter: true\n")
                .replace("evt.type = open", "evt.type = open and a.b = c"),
            "LOAD_UNKNOWN_FILTER",
        ),
        (
            with("  skip-if-unknown-filter: true\n").replace("output: o", "output: '%a.b'"),
            "LOAD_UNKNOWN_FILTER",
        ),
        (
            with("").replace("evt.type = open", "evt.type = open and proc.name = proc.pname"),
            "LOAD_COMPILE_CONDITION",
        ),
        (
            with("").replace("evt.type = open", "evt.type = open and proc.name = \"tolower(proc.pname)\""),
            "LOAD_COMPILE_CONDITION",
        ),
        (
            with("").replace("evt.type = open", "evt.type = open and proc.name regex \"abc.*\""),
            "LOAD_COMPILE_CONDITION",
        ),
        (
            with("  source: k8s_audit\n").replace("evt.type = open", "ka.verb = \"<NA>\""),
            "LOAD_UNSAFE_NA_CHECK",
        ),
        (
            with("  exceptions: [{name: e, fields: proc.name}, {name: e, fields: fd.name}]\n"),
            "LOAD_EXCEPTION_NAME_NOT_UNIQUE",
        ),
    ] {
        assert_eq!(codes(&file), [code], "{file}");
    }
    assert_eq!(
        codes("- {macro: my-macro, condition: evt.type = open}"),
        ["LOAD_INVALID_MACRO_NAME", "LOAD_UNUSED_MACRO"]
    );
    assert_eq!(codes("- {list: 'my list', items: [a]}"), ["LOAD_INVALID_LIST_NAME", "LOAD_UNUSED_LIST"]);
    assert!(codes(&with("  warn_evttypes: false\n").replace("evt.type = open", "proc.name = x")).is_empty());
}

#[test]
fn every_wrong_item_is_said() {
    let (result, _) = load("- {macro: m}\n- {list: l}\n- {rule: r}\n");
    let said: Vec<_> = result.errors().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "LOAD_ERR_YAML_VALIDATE: macro `m`: the item needs `condition`",
            "LOAD_ERR_YAML_VALIDATE: list `l`: the list needs `items`",
            "LOAD_ERR_YAML_VALIDATE: rule `r`: the rule needs `condition`, `output`, `desc` and `priority`",
        ]
    );
}

#[test]
fn errors_know_their_place() {
    let file = BASE.replace("evt.type = open", "evt.type = open and (proc.name = x");
    let (result, _) = load(&file);
    let error = result.errors().next().unwrap();
    assert_eq!(
        &file[error.span.start as usize..error.span.end as usize],
        "evt.type = open and (proc.name = x"
    );
    assert_eq!(error.condition.as_ref().unwrap().1, 34);
}

#[test]
fn macros_see_what_was_defined_before_them() {
    let later = "- {macro: a, condition: b}\n- {macro: b, condition: evt.type = open}\n";
    assert_eq!(one_error(later).1, "the macro `b` is not defined");
    let touched = format!(
        "{}- {{macro: a, condition: b}}\n{BASE}",
        "- {macro: a, condition: evt.type = open}\n- {macro: b, condition: evt.type = close}\n"
    );
    assert!(load(&touched).1.is_some());
}

#[test]
fn required_plugins() {
    let mut loader = Loader::new(Catalog::standard(), LoadBudget::default());
    let file = "- required_engine_version: 0.26.0
- required_plugin_versions:
  - name: k8saudit
    version: 0.7.0
    alternatives: [{name: k8saudit-eks, version: 0.4.0}]
  - {name: json, version: 0.7.0}
";
    assert!(!loader.load(file).0.has_errors());
    assert_eq!(loader.required_engine(), Some(Version { major: 0, minor: 26, patch: 0 }));
    assert_eq!(loader.required_plugins().len(), 2);
    let have = |name: &str, version: &str| (name.to_owned(), version.parse::<Version>().unwrap());
    assert!(loader.missing_plugins(&[have("k8saudit-eks", "0.4.1"), have("json", "0.7.3")]).is_empty());
    assert_eq!(
        loader.missing_plugins(&[have("json", "0.6.0")]),
        ["k8saudit 0.7.0 or k8saudit-eks 0.4.0", "json 0.7.0"]
    );
}
