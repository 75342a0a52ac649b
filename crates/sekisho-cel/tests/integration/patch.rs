//! The types of which mutating policies make patches, and values as JSON.

use sekisho_cel::{Bindings, Budget, Environment, Failure, Type, Value};

use crate::shown::shown;

fn environment() -> Environment {
    Environment::kubernetes(37).with_patch_types().with_variable("object", Type::Dyn)
}

fn run(source: &str) -> Result<Value, Failure> {
    let program = environment().compile(source).map_err(|error| Failure::Argument(error.to_string()))?;
    program.evaluate(&Bindings::new(), &mut Budget::default()).map_err(|error| error.kind)
}

fn json(source: &str) -> Result<String, Failure> {
    run(source)?.to_node().map(|node| node.to_json().to_string())
}

#[test]
fn objects_are_made_of_any_fields_and_typed_by_their_names() {
    for (source, wanted) in [
        ("Object{spec: Object.spec{replicas: 3}}.spec.replicas", "Int(3)"),
        (
            "Object{spec: Object.spec{replicas: 3}} == Object{spec: Object.spec{replicas: 1 + 2}}",
            "Bool(true)",
        ),
        ("Object{}.?existing.hasValue()", "Bool(false)"),
        ("has(Object{a: 1}.a) && !has(Object{}.a)", "Bool(true)"),
        ("Object{?spec: optional.ofNonZeroValue(Object.spec{?a: Object{}.?a})} == Object{}", "Bool(true)"),
        ("Object{list: [1, 2, 3]}.list.sum()", "Int(6)"),
        ("true ? JSONPatch{op: 'add', path: '/a'}.op : ''", r#"String("add")"#),
        ("jsonpatch.escapeKey('a/b~c')", r#"String("a~1b~0c")"#),
    ] {
        assert_eq!(run(source).map(|value| shown(&value)), Ok(wanted.to_owned()), "{source}");
    }
    for refused in [
        "JSONPatch{op: 1, path: '/a'}",
        "JSONPatch{other: 'a'}",
        "Invalid{}",
        "Objects{}",
        "JSONPatch{op: 'add', path: Invalid{}}",
    ] {
        assert!(environment().compile(refused).is_err(), "{refused}");
    }
    let kind = environment().compile("[JSONPatch{op: 'remove', path: '/a'}]").unwrap();
    assert_eq!(kind.output_type().to_string(), "list(JSONPatch)");
}

#[test]
fn values_become_json() {
    for (source, wanted) in [
        ("Object{spec: Object.spec{a: [1, 2], b: {'x': true}}}", r#"{"spec":{"a":[1,2],"b":{"x":true}}}"#),
        ("{'a': 1.5, 'b': 2.0}", r#"{"a":1.5,"b":2}"#),
        ("[timestamp('2024-01-02T03:04:05Z')]", r#"["2024-01-02T03:04:05Z"]"#),
        ("[duration('90s')]", r#"["90s"]"#),
        ("[b'abc']", r#"["YWJj"]"#),
        ("[optional.of(1)]", "[1]"),
    ] {
        assert_eq!(json(source), Ok(wanted.to_owned()), "{source}");
    }
    for refused in ["[type(1)]", "{1: 'a'}", "[optional.none()]", "[0.0 / 0.0]", "[quantity('1')]"] {
        assert!(json(refused).is_err(), "{refused}");
    }
}
