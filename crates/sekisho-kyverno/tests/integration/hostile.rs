//! Hostile input: an error, soon, and nothing else.

use sekisho_kyverno::context::{Context, ContextEntry};
use sekisho_kyverno::jmespath::{Expression, JmespathError, Surroundings};
use sekisho_kyverno::variables::{VariableError, substitute};
use sekisho_kyverno::{Budget, BudgetError, Meter, Value, scalar};
use sekisho_kyverno::{NoFacts, Settings};

fn search(expression: &str, data: &Value) -> Result<Value, JmespathError> {
    let meter = Meter::new(Budget { work: 5_000_000, memory: 64 << 20, depth: 1_000 });
    let settings = Settings::default();
    Expression::compile(expression)?.search(data, &Surroundings::new(&meter, &NoFacts, &settings))
}

#[test]
fn deep_expressions_are_refused() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("!", ""), ("&", ""), ("{a: ", "}"), ("abs(", ")"), ("[?", "]")]
    {
        let text = format!("{}a{}", open.repeat(10_000), close.repeat(10_000));
        assert!(Expression::compile(&text).is_err(), "{open}");
        assert!(Expression::compile(&open.repeat(10_000)).is_err(), "{open}");
    }
    for chain in [".a", "[0]", "[]", "[*]", " | a", " || a", " && a", " == a", "[?a]", ".*"] {
        let text = format!("a{}", chain.repeat(10_000));
        assert!(Expression::compile(&text).is_err(), "{chain}");
    }
    assert!(Expression::compile(&format!("`{}{}`", "[".repeat(10_000), "]".repeat(10_000))).is_err());
}

#[test]
fn expressions_within_the_limits_do_not_overflow_the_stack() {
    let nested = format!("{}a{}", "abs(".repeat(120), ")".repeat(120));
    assert!(search(&nested, &Value::Null).is_err());
    let chain = format!("a{}", ".a".repeat(390));
    assert!(search(&chain, &Value::Null).is_ok());
}

#[test]
fn texts_and_lists_cannot_grow_without_end() {
    let twice = "join('', ['aaaaaaaaaa', @, @, @, @, @, @, @, @, @, @])";
    let growing = vec![twice; 30].join(" | ");
    assert!(matches!(search(&growing, &"x".into()), Err(JmespathError::Budget(_))));
    let lists = vec!["[@, @, @, @, @, @, @, @, @, @][]"; 30].join(" | ");
    assert!(matches!(search(&lists, &vec![Value::Bool(true)].into()), Err(JmespathError::Budget(_))));
    let replaced = vec!["replace_all(@, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')"; 20].join(" | ");
    assert!(matches!(search(&replaced, &"a".into()), Err(JmespathError::Budget(_))));
    assert!(matches!(search("random('(((((a*)*)*)*)*)*')", &Value::Null), Err(JmespathError::Budget(_))));
}

#[test]
fn shared_parts_count_as_often_as_they_are_seen() {
    for behind in ["", " | to_string(@)", " | @ == @", " | abs(@)", " | {a: @} | label_match(@, @)"] {
        let doubled = format!("{}{behind}", vec!["[@, @]"; 300].join(" | "));
        assert!(matches!(search(&doubled, &"x".into()), Err(JmespathError::Budget(_))), "{behind}");
    }
    let mut deep: Value = "x".into();
    for _ in 0..1_900 {
        deep = vec![deep].into();
    }
    let deeper = vec!["[@]"; 300].join(" | ");
    assert_eq!(search(&deeper, &deep), Err(JmespathError::Budget(BudgetError::Depth)));
}

#[test]
fn patterns_end() {
    let stars = "*a".repeat(2_000);
    let text = "a".repeat(100_000);
    let meter = Meter::default();
    assert_eq!(scalar::wildcard(&format!("{stars}b"), &text, &meter), Ok(false));
    let questions = format!("*{}b*", "?".repeat(50_000));
    let meter = Meter::new(Budget { work: 1_000_000, ..Budget::default() });
    assert_eq!(scalar::wildcard(&questions, &text, &meter), Err(BudgetError::Work));
}

#[test]
fn large_regular_expressions_are_refused() {
    let large = "(a|b)".repeat(200_000);
    assert!(search(&format!("regex_match('{large}', 'a')"), &Value::Null).is_err());
    assert!(search("regex_match('((((((a{1000}){1000}){1000}))))', 'a')", &Value::Null).is_err());
    let deep = format!("{}{}", "(".repeat(30_000), ")".repeat(30_000));
    assert!(search(&format!("regex_match('{deep}', 'a')"), &Value::Null).is_err());
    assert_eq!(
        search("regex_match('^(a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')", &Value::Null),
        Ok(false.into())
    );
}

#[test]
fn names_are_not_looked_up_in_a_network() {
    assert!(search("is_external_url('https://example.com')", &Value::Null).is_err());
    assert_eq!(search("is_external_url('https://10.0.0.1/x')", &Value::Null), Ok(false.into()));
    assert_eq!(search("is_external_url('https://[::1]:80/')", &Value::Null), Ok(false.into()));
    assert_eq!(search("is_external_url('https://user@8.8.8.8:443')", &Value::Null), Ok(true.into()));
}

fn fill(document: &Value, name: &str, data: Value) -> Result<Value, VariableError> {
    let meter = Meter::new(Budget { work: 5_000_000, memory: 64 << 20, depth: 1_000 });
    let settings = Settings::default();
    let around = Surroundings::new(&meter, &NoFacts, &settings);
    let context = Context::new(&around);
    context.add_variable(name, data);
    substitute(document, &context)
}

#[test]
fn variables_that_hold_themselves_end() {
    assert!(matches!(fill(&"-{{a}}".into(), "a", "x{{a}}".into()), Err(VariableError::Budget(_))));
    assert!(matches!(fill(&"-{{a}}".into(), "a", "{{a}}{{a}}".into()), Err(VariableError::Budget(_))));
    let list: Value = vec![Value::from("{{a}}"), Value::from("{{a}}")].into();
    assert!(matches!(fill(&"{{a}}".into(), "a", list), Err(VariableError::Budget(_))));
}

#[test]
fn variables_that_do_not_end_stay_text() {
    for text in ["{{", "{{ a", "a }} {{", "{{{{{{{{", "{{a}", "{ {a}}", "}}}}", "\u{e9}{{"] {
        assert_eq!(fill(&text.into(), "a", "x".into()), Ok(text.into()), "{text}");
    }
    let open = "{{".repeat(500_000);
    assert_eq!(fill(&open.as_str().into(), "a", "x".into()), Ok(open.as_str().into()));
    let braces = "{{{a}".repeat(100_000);
    assert!(fill(&braces.as_str().into(), "a", "x".into()).is_ok());
}

#[test]
fn references_end() {
    let dollars = "$(".repeat(200_000);
    assert!(fill(&dollars.as_str().into(), "a", "x".into()).is_ok());
    let many: Value = (0..2_000).map(|place| Value::from(format!("$(/{place}/x)"))).collect();
    assert!(fill(&many, "a", "x".into()).is_err());
}

#[test]
fn entries_do_not_grow_without_end() {
    let meter = Meter::default();
    let settings = Settings::default();
    let around = Surroundings::new(&meter, &NoFacts, &settings);
    let context = Context::new(&around);
    let entry = |place: usize, value: Value| {
        let variable = [("value".into(), value)].into_iter().collect::<Value>();
        let fields = [("name".into(), format!("v{place}").into()), ("variable".into(), variable)];
        ContextEntry::read(&fields.into_iter().collect()).unwrap()
    };
    let mut entries = vec![entry(0, "xxxxxxxxxx".into())];
    for place in 1..40 {
        let before = format!("{{{{v{}}}}}", place - 1);
        entries.push(entry(place, format!("{before}-{before}-{before}").into()));
    }
    context.declare(&entries);
    let error = context.query("v39").unwrap_err().to_string();
    assert!(error.contains("context size limit exceeded"), "{error}");
}
