//! Functions on operands that ask for far too much: an answer or an error, within the budget.

use sekisho_rego::functions::{BuiltinError, Call, Kept, Meter, World, lookup};
use sekisho_rego::value::{Value, read_json};

fn call(name: &str, operands: &[Value]) -> Result<Value, BuiltinError> {
    let builtin = lookup(name).expect("the function is known");
    let mut meter = Meter::new(1_000_000, 16 << 20);
    (builtin.call)(&mut Call::new(&mut meter, &mut Kept::new(), World::default()), operands)
}

fn json(text: &str) -> Value {
    read_json(text).expect("the test writes JSON")
}

fn assert_stopped(name: &str, operands: &[Value]) {
    let result = call(name, operands);
    assert!(matches!(result, Err(BuiltinError::Meter(_))), "{name} is not stopped");
}

#[test]
fn ranges_and_networks_are_not_filled() {
    assert_stopped("numbers.range", &[json("0"), json("1000000000000")]);
    assert_stopped("numbers.range_step", &[json("0"), json("1e15"), json("1")]);
    assert_stopped("net.cidr_expand", &["0.0.0.0/0".into()]);
    assert_stopped("net.cidr_expand", &["::/0".into()]);
}

#[test]
fn texts_do_not_blow_up() {
    let long = "a".repeat(1 << 20);
    assert_stopped("replace", &[long.as_str().into(), "a".into(), long.as_str().into()]);
    assert_stopped(
        "strings.replace_n",
        &[Value::fields([("a", long.as_str().into())]), long.as_str().into()],
    );
    assert_stopped("regex.replace", &[long.as_str().into(), "a".into(), long.as_str().into()]);
    assert_stopped("sprintf", &["%1000000d".repeat(1_000).into(), Value::array(vec![json("1"); 1_000])]);
    assert_stopped("concat", &[long.as_str().into(), Value::array(vec!["x".into(); 1_000])]);
    let pad = r#"{{range 1000}}{{printf "%1000000d" 1}}{{end}}"#;
    assert_stopped("strings.render_template", &[pad.into(), json("{}")]);
    let _ = call("strings.count", &[long.as_str().into(), "".into()]);
    let _ = call("split", &[long.as_str().into(), "".into()]);
}

#[test]
fn numbers_do_not_blow_up() {
    for power in ["1e1000000000", "1e-1000000000", "123456789e99999999"] {
        let Ok(number) = read_json(power) else { continue };
        for name in ["abs", "round", "ceil", "floor"] {
            let _ = call(name, std::slice::from_ref(&number));
        }
        for name in ["mul", "plus", "div", "rem", "bits.and", "bits.lsh", "minus"] {
            let _ = call(name, &[number.clone(), number.clone()]);
        }
    }
    assert!(call("bits.lsh", &[json("1"), json("1000000000000")]).is_err());
    assert!(call("units.parse", &["1e999999999Ei".into()]).is_err());
}

#[test]
fn large_expressions_are_refused() {
    let _ = call("regex.match", &["(a|b)*c".repeat(150_000).into(), "x".into()]);
    let _ = call("regex.match", &["(((((a{1000}){1000}){1000}){1000}){1000})".into(), "x".into()]);
    let _ = call("regex.match", &["(".repeat(1 << 20).into(), "x".into()]);
    let _ = call("regex.globs_match", &["[a-z]*".repeat(5_000).into(), "[0-9]+".repeat(5_000).into()]);
    let _ = call("glob.match", &["{a,".repeat(100_000).into(), Value::Null, "a".into()]);
    let _ = call("glob.match", &["*".repeat(1 << 20).into(), json("[]"), "a".repeat(1 << 16).into()]);
}

fn deep(open: &str, close: &str) -> Value {
    Value::from(open.repeat(200_000) + &close.repeat(200_000))
}

#[test]
fn deep_documents_are_refused() {
    assert!(call("json.unmarshal", &[deep("[", "]")]).is_err());
    assert!(call("json.unmarshal", &[deep("{\"a\":", "}")]).is_err());
    assert!(call("yaml.unmarshal", &[deep("[", "]")]).is_err());
    assert!(call("yaml.unmarshal", &["- ".repeat(200_000).into()]).is_err());
}

#[test]
fn deep_queries_and_schemas_are_refused() {
    assert!(call("graphql.parse_query", &[deep("{a", "}")]).is_err());
    assert!(call("graphql.parse_query", &[Value::from(format!("{{a(b:{}", "[".repeat(200_000)))]).is_err());
    assert!(
        call("graphql.parse_schema", &[Value::from(format!("type A {{ a: {}", "[".repeat(200_000)))])
            .is_err()
    );
}

#[test]
fn deep_templates_are_refused() {
    let nested = "{{if .a}}".repeat(50_000) + &"{{end}}".repeat(50_000);
    assert!(call("strings.render_template", &[nested.into(), json("{}")]).is_err());
    let parentheses = "(".repeat(50_000);
    assert!(call("strings.render_template", &[format!("{{{{{parentheses}").into(), json("{}")]).is_err());
    let loops = "{{define \"a\"}}{{template \"a\" .}}{{end}}{{template \"a\" .}}";
    assert!(call("strings.render_template", &[loops.into(), json("{}")]).is_err());
}

#[test]
fn fragments_and_schemas_in_circles_end() {
    let schema = Value::from("type Query { a: Query b: Int }");
    let circle = |index| format!(" fragment F{index} on Query {{ a {{ ...F{} b }} }}", (index + 1) % 300);
    let circles = (0..300).map(circle).collect::<Vec<_>>().concat();
    let query = Value::from(format!("{{ ...F0 a {{ ...F1 }} }}{circles}"));
    assert_eq!(call("graphql.is_valid", &[query, schema.clone()]), Ok(false.into()));
    let wide = format!("{{ {} }}", "a { b } ".repeat(20_000));
    let _ = call("graphql.is_valid", &[wide.into(), schema]);
    for schema in [
        r##"{"$ref": "#"}"##,
        r##"{"not": {"$ref": "#"}}"##,
        r##"{"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}"##,
    ] {
        assert!(call("json.match_schema", &[json("{}"), json(schema)]).is_err());
    }
    assert_eq!(
        call("json.match_schema", &[json("{}"), json(r#"{"$ref": "https://example.com/schema.json"}"#)]),
        Err(BuiltinError::Failed(
            "remote reference loading disabled: https://example.com/schema.json".to_owned()
        ))
    );
}

/// A value of a few arrays that prints as 2³⁰ of them.
#[test]
fn shared_values_are_not_printed_without_end() {
    let mut value = Value::from("x");
    for _ in 0..30 {
        value = Value::array(vec![value.clone(), value]);
    }
    for name in ["json.marshal", "yaml.marshal"] {
        assert!(call(name, std::slice::from_ref(&value)).is_err(), "{name}");
    }
    assert!(call("sprintf", &["%v".into(), Value::array(vec![value.clone()])]).is_err());
    assert!(call("json.match_schema", &[value.clone(), json("{}")]).is_err());
    let variables = Value::fields([("a", value)]);
    assert!(call("strings.render_template", &["{{.a}}".into(), variables]).is_err());
}

#[test]
fn broken_certificates_and_tokens_are_errors() {
    for bytes in ["MIIB", "MIID////////", "MIICpDCCAYwCCQ", "MA==", "MIIEowIBAAKCAQEA"] {
        for name in ["crypto.x509.parse_certificates", "crypto.x509.parse_certificate_request"] {
            assert!(call(name, &[bytes.into()]).is_err(), "{name} {bytes}");
        }
    }
    assert!(call("io.jwt.decode", &["a.b.c".into()]).is_err());
    assert!(call("io.jwt.decode", &[".".repeat(1 << 20).into()]).is_err());
}
