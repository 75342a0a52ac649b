//! The built-in functions: what the Open Policy Agent gives for the same operands.
//!
//! Each line of `tests/cases/*.jsonl` is a call: the function `f`, its operands `a`, and what OPA 1.22.2 gave, as
//! it prints values (`v`), as an error (`e`) with its code (`c`), or nothing (`u`). An object with the key
//! `__set__` stands for a set, one with `__obj__` for an object by its entries.

use sekisho_rego::functions::{BuiltinError, Call, Kept, Meter, World, all, lookup};
use sekisho_rego::value::{Value, read_json};

fn operand(written: &Value) -> Value {
    match written {
        Value::Object(object) => match (object.field("__set__"), object.field("__obj__")) {
            (Some(Value::Array(elements)), _) => Value::set(elements.iter().map(operand).collect()),
            (_, Some(Value::Array(entries))) => {
                let entry = |entry: &Value| {
                    let [key, value] = entry.as_array().expect("an entry is an array") else {
                        panic!("an entry has a key and a value")
                    };
                    (operand(key), operand(value))
                };
                Value::object(entries.iter().map(entry).collect())
            }
            _ => {
                let entries = object.entries().iter();
                Value::object(entries.map(|(key, value)| (key.clone(), operand(value))).collect())
            }
        },
        Value::Array(items) => Value::array(items.iter().map(operand).collect()),
        other => other.clone(),
    }
}

fn wanted(case: &Value) -> String {
    let text = |key: &str| case.field(key).and_then(Value::as_str);
    match (text("v"), text("e"), text("c")) {
        (Some(value), ..) => value.to_owned(),
        (None, Some(error), code) => format!("{} {error}", code.unwrap_or("eval_builtin_error")),
        _ => "undefined".to_owned(),
    }
}

fn called(name: &str, operands: &[Value], memory: &mut Kept) -> String {
    let builtin = lookup(name).expect("the function is known");
    let mut meter = Meter::new(1 << 32, 1 << 32);
    memory.begin_evaluation();
    let world = World { now: 1_700_000_000_000_000_000, ..World::default() };
    let result = (builtin.call)(&mut Call::new(&mut meter, memory, world), operands);
    match result {
        Ok(Value::Array(values)) if builtin.relation => {
            values.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        }
        Ok(value) => value.to_string(),
        Err(BuiltinError::Undefined) => "undefined".to_owned(),
        Err(BuiltinError::Operand(message)) => format!("eval_type_error {name}: {message}"),
        Err(BuiltinError::Failed(message)) => format!("eval_builtin_error {name}: {message}"),
        Err(other) => other.to_string(),
    }
}

fn check(cases: &str) {
    let mut memory = Kept::new();
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case = read_json(line).expect("a case is JSON");
        let name = case.field("f").and_then(Value::as_str).expect("a case has a function");
        let operands: Vec<Value> =
            case.field("a").and_then(Value::as_array).unwrap_or_default().iter().map(operand).collect();
        let (wanted, got) = (wanted(&case), called(name, &operands, &mut memory));
        if wanted != got {
            wrong.push(format!("{line}\n  gives {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.lines().count(), wrong.join("\n"));
}

macro_rules! families {
    ($($family:ident)*) => {
        $(#[test]
        fn $family() {
            check(include_str!(concat!("../cases/", stringify!($family), ".jsonl")));
        })*
    };
}

families! {
    arrays aws collections crypto encoding glob graph graphql json network numbers objects other regex semver
    strings time tokens units
}

#[test]
fn names_are_those_of_the_open_policy_agent() {
    let mut names: Vec<&str> = all().map(|builtin| builtin.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "a name is listed twice");
    assert!(count >= 206, "{count}");
}
