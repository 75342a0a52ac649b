//! What holds of all values and of all texts.

use proptest::prelude::*;
use sekisho_rego::Memory;
use sekisho_rego::ast::RegoVersion;
use sekisho_rego::value::Value;
use sekisho_rego::{Budget, Compiled, Options, Request, Source, compile};

use crate::support::{compiled, v1};

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..4).prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::array),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::set),
            prop::collection::vec(("[a-c]{1,2}".prop_map(Value::from), inner), 0..3).prop_map(Value::object),
        ]
    })
}

fn evaluated(compiled: &Compiled, input: &Value) -> Option<Value> {
    let document = compiled.document(&["laws", "p"]).expect("the module has the rule");
    let request = Request { input: Some(input), ..Request::default() };
    compiled.evaluate(document, &request, &mut Memory::new()).expect("the rule is evaluated").value
}

proptest! {
    #[test]
    fn comparisons_follow_the_order_of_values(one in values(), two in values()) {
        let rules = compiled(v1(
            "package laws\np contains \"=\" if input.a == input.b\np contains \"<\" if input.a < input.b\n\
             p contains \">\" if input.a > input.b\np contains \"!\" if input.a != input.b"
        ));
        let input = Value::fields([("a", one.clone()), ("b", two.clone())]);
        let wanted = match one.cmp(&two) {
            std::cmp::Ordering::Less => vec!["<", "!"],
            std::cmp::Ordering::Equal => vec!["="],
            std::cmp::Ordering::Greater => vec![">", "!"],
        };
        let wanted = Value::set(wanted.into_iter().map(Value::from).collect());
        prop_assert_eq!(evaluated(&rules, &input), Some(wanted));
    }

    #[test]
    fn a_collection_is_what_its_members_make(value in values()) {
        let rules = compiled(v1(
            "package laws\np := [x | some x in input] if is_array(input)\np := {x | some x in input} if is_set(input)\n\
             p := {k: v | some k, v in input} if is_object(input)"
        ));
        let is_collection = value.as_array().is_some() || value.as_set().is_some() || value.as_object().is_some();
        prop_assert_eq!(evaluated(&rules, &value), is_collection.then_some(value));
    }

    #[test]
    fn with_gives_what_the_input_itself_gives(value in values(), other in values()) {
        let plain = compiled(v1("package laws\np := [input, [x | some x in input]]"));
        let replaced = compiled(v1(
            "package laws\nq := [input, [x | some x in input]]\np := x if x := q with input as data.none.missing\n\
             p := x if x := q with input as input.inner"
        ));
        let outer = Value::fields([("inner", value.clone()), ("other", other)]);
        prop_assert_eq!(evaluated(&replaced, &outer), evaluated(&plain, &value));
    }

    #[test]
    fn every_text_is_a_module_or_an_error(text in "[ -~\n]{0,200}", head in any::<bool>()) {
        let text = if head { format!("package a\n{text}") } else { text };
        for version in [RegoVersion::V0, RegoVersion::V1] {
            let source = Source { file: "any.rego", text: &text, version };
            let Ok(compiled) = compile(&[source], &Options::default()) else { continue };
            let Ok(query) = compiled.query("x = data") else { continue };
            let budget = Budget { steps: 10_000, memory: 1 << 20, depth: 100 };
            let request = Request { budget, ..Request::default() };
            let _ = compiled.ask(&query, &request, &mut Memory::new());
        }
    }
}
