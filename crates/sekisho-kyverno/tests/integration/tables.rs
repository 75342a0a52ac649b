//! Tables of questions and of the answers that Kyverno's own engine gives to them.
//!
//! One JSON object a line: `op` says what is asked, `want` what the answer is. A number without point and
//! exponent is a whole one, any other is a float.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a table that cannot be read is a failed test")]

use sekisho_kyverno::context::{Context, ContextEntry};
use sekisho_kyverno::jmespath::{Expression, Surroundings};
use sekisho_kyverno::operators::Operator;
use sekisho_kyverno::variables::substitute;
use sekisho_kyverno::{Meter, Value, scalar};
use sekisho_kyverno::{NoFacts, Settings};
use serde_json::{Value as Json, json};

/// A value as a table writes it.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(number.as_f64().unwrap()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => items.iter().map(value).collect(),
        Json::Object(entries) => entries.iter().map(|(key, item)| (key.into(), value(item))).collect(),
    }
}

fn answer(row: &Json) -> Json {
    let meter = Meter::default();
    let text = |key: &str| row[key].as_str().unwrap_or("");
    match text("op") {
        "scalar" => {
            let (found, pattern) = (value(&row["value"]), value(&row["pattern"]));
            let answer = scalar::matches(&found, &pattern, &meter).unwrap();
            if let Some(text) = pattern.as_str() {
                assert_eq!(scalar::Pattern::new(text).matches(&found, &meter), Ok(answer));
            }
            json!({ "r": answer })
        }
        "wild" => json!({"r": scalar::wildcard(text("pattern"), text("text"), &meter).unwrap()}),
        "semver" => {
            let version = scalar::Version::parse(text("version"));
            let range = scalar::Range::parse(text("range"));
            let mut answer = json!({"v": version.is_ok(), "g": range.is_ok()});
            if let Ok(range) = range {
                answer["r"] = range.contains(&version.unwrap_or_default()).into();
            }
            answer
        }
        "jmes" => {
            let settings = Settings::default();
            let around = Surroundings::new(&meter, &NoFacts, &settings);
            let expression = Expression::compile(text("expr"));
            let answer = expression.and_then(|expression| expression.search(&value(&row["data"]), &around));
            answer.map_or_else(|_| json!({"e": true}), |answer| json!({"r": tagged(&answer)}))
        }
        "cond" => {
            let operator = Operator::parse(text("operator")).unwrap();
            json!({"r": operator.holds(&value(&row["key"]), &value(&row["value"]), &meter).unwrap()})
        }
        "subst" => {
            let settings = Settings::default();
            let around = Surroundings::new(&meter, &NoFacts, &settings);
            substituted(&row["doc"], &context(row, &around))
        }
        "load" => {
            let settings = Settings::default();
            let around = Surroundings::new(&meter, &NoFacts, &settings);
            loaded(row, &context(row, &around))
        }
        other => panic!("`{other}` is not known"),
    }
}

/// A context with the data of a row.
fn context<'s>(row: &Json, around: &'s Surroundings<'s>) -> Context<'s> {
    let context = Context::new(around);
    for (key, data) in row["ctx"].as_object().unwrap() {
        context.add_variable(&format!("\"{key}\""), value(data));
    }
    context
}

fn substituted(document: &Json, context: &Context<'_>) -> Json {
    match substitute(&value(document), context) {
        Ok(value) => json!({"r": tagged(&value)}),
        Err(error) => json!({"e": error.to_string()}),
    }
}

/// What documents become of before, within and after a loop, in whose turns more entries are declared.
fn loaded(row: &Json, context: &Context<'_>) -> Json {
    if row["resource"].is_object() {
        context.set_resource(value(&row["resource"]));
        context.add_images(value(&row["resource"]));
    }
    let entries = ContextEntry::read_all(&value(&row["entries"])).unwrap();
    let (outer, inner) = entries.split_at(usize::try_from(row["outer"].as_u64().unwrap()).unwrap());
    let documents = &row["docs"];
    context.declare(outer);
    let before = substituted(&documents[0], context);
    context.checkpoint();
    context.set_element(value(&documents[1]), 3, 0);
    context.declare(inner);
    let within = substituted(&documents[2], context);
    context.reset().unwrap();
    let again = substituted(&documents[3], context);
    context.restore().unwrap();
    let behind = substituted(&documents[4], context);
    json!({"r": [before, within, again, behind]})
}

/// A value with the types of its numbers.
fn tagged(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(number) => json!({ "i": number }),
        Value::Float(_) => json!({"f": value.to_plain()}),
        Value::String(text) => json!(text.as_str()),
        Value::List(items) => json!({"l": items.iter().map(tagged).collect::<Vec<_>>()}),
        Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| (key.to_string(), tagged(value)));
            json!({"m": entries.collect::<serde_json::Map<_, _>>()})
        }
    }
}

fn hold(table: &str) {
    let mut wrong = Vec::new();
    for line in table.lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let answer = answer(&row);
        if answer != row["want"] {
            wrong.push(format!("{line}\n    gives {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn scalars_compare_as_kyverno_compares_them() {
    hold(include_str!("../data/scalars.jsonl"));
}

#[test]
fn expressions_have_the_values_that_kyverno_gives_them() {
    hold(include_str!("../data/expressions.jsonl"));
}

#[test]
fn conditions_hold_where_kyverno_holds_them() {
    hold(include_str!("../data/conditions.jsonl"));
}

#[test]
fn variables_are_replaced_as_kyverno_replaces_them() {
    hold(include_str!("../data/substitutions.jsonl"));
}

#[test]
fn entries_are_loaded_when_kyverno_loads_them() {
    hold(include_str!("../data/contexts.jsonl"));
}
