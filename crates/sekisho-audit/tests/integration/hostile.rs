//! Texts that are wrong, and texts that ask for too much.

use proptest::prelude::*;
use sekisho_audit::{AuditError, Budget, JsonKind, Parser};
use serde_json::json;

use super::{event, output};

fn scan(text: &str) -> Result<String, AuditError> {
    let mut parser = Parser::new(Budget { bytes: 1 << 20, depth: 100, values: 10_000 });
    parser.parse(text.as_bytes()).map(|parsed| parsed.root().shown().into_owned())
}

#[test]
fn what_is_no_json() {
    for text in [
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "{]",
        "[}",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{\"a\":}",
        "{1:2}",
        "{a:1}",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "tru",
        "nul",
        "NaN",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\u{1}\"",
        "1 2",
        "[1 2]",
        "'a'",
        "{\"a\":1 \"b\":2}",
        "[,]",
        "{,}",
        "\"a\nb\"",
    ] {
        assert!(matches!(scan(text), Err(AuditError::Json { .. })), "{text:?}");
    }
    let mut parser = Parser::default();
    assert!(matches!(
        parser.parse(b"\"\xFF\"").map(|_| ()),
        Err(AuditError::Json { what: "no UTF-8", at: 1 })
    ));
}

#[test]
fn a_line_that_breaks_off_anywhere() {
    let whole = event(
        json!({"user": {"username": "a\"b\\u00e4"}, "requestObject": {"a": [1, {"b": null}], "c": true}}),
    );
    let text = whole.to_string();
    assert!(scan(&text).is_ok());
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        assert!(scan(&text[..end]).is_err(), "{}", &text[..end]);
    }
}

#[test]
fn limits() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(scan(&nested(100)).is_ok());
    assert_eq!(scan(&nested(101)), Err(AuditError::TooDeep(100)));
    assert_eq!(scan(&"[".repeat(1 << 19)), Err(AuditError::TooDeep(100)));
    assert_eq!(scan(&format!("[{}1]", "1,".repeat(10_000))), Err(AuditError::TooManyValues(10_000)));
    assert_eq!(scan(&format!("\"{}\"", "a".repeat(1 << 20))), Err(AuditError::TooLong(1 << 20)));
}

#[test]
fn a_line_of_ten_megabytes() {
    let data = "x".repeat(10 << 20);
    let event = event(json!({"verb": "create", "requestObject": {"data": {"blob": data}}}));
    assert_eq!(output("%ka.verb", &event), "create");
    assert_eq!(output("%ka.req.configmap.obj", &event).len(), (10 << 20) + r#"{"blob":""}"#.len());
}

#[test]
fn members_of_the_wrong_kind() {
    let fields: Vec<String> = sekisho_audit::catalog()
        .fields(sekisho_audit::SOURCE)
        .map(|info| match info.argument {
            Some(argument) if argument.is_required => format!("%{}[requestObject]", info.name),
            _ => format!("%{}", info.name),
        })
        .collect();
    let all = fields.join(" ");
    for wrong in
        [json!(null), json!(1), json!("text"), json!([]), json!({}), json!([null, 1, [[]], {"spec": []}])]
    {
        let members = [
            "user",
            "objectRef",
            "annotations",
            "requestObject",
            "responseObject",
            "responseStatus",
            "requestURI",
            "sourceIPs",
            "verb",
        ];
        let event = event(
            members
                .iter()
                .map(|key| ((*key).to_owned(), wrong.clone()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        );
        output(&all, &event);
        let spec = json!({"containers": wrong, "volumes": wrong, "securityContext": wrong, "ports": wrong});
        output(
            &all,
            &super::event(json!({"requestObject": {"spec": spec, "subjects": wrong, "rules": wrong}})),
        );
        let container = json!({"securityContext": wrong, "ports": wrong, "args": wrong, "command": wrong, "image": wrong});
        output(&all, &super::event(json!({"requestObject": {"spec": {"containers": [container, wrong]}}})));
    }
}

proptest! {
    #[test]
    fn it_reads_what_others_read(value in values()) {
        let text = value.to_string();
        prop_assert_eq!(scan(&text), Ok(shown(&value)));
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(scan(&pretty), Ok(shown(&value)));
    }

    #[test]
    fn it_agrees_on_what_is_json(text in "[\\[\\]{},:\"\\\\u01-9.eE+tfn ]{0,12}") {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // Numbers that no machine can hold, and halves of pairs, are JSON all the same.
        let differs = theirs.as_ref().is_err_and(|error| {
            let error = error.to_string();
            error.contains("out of range") || error.contains("surrogate") || error.contains("hex escape")
        });
        prop_assert!(differs || scan(&text).is_ok() == theirs.is_ok(), "{text:?} {theirs:?}");
    }
}

/// What is shown of a value: the text of a text.
fn shown(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn values() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        "[ -~]{0,20}".prop_map(|value| json!(value)),
        "[\u{0}-\u{ff}😀]{0,9}".prop_map(|value| json!(value)),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| json!(items)),
            prop::collection::btree_map("[a-z\"]{0,4}", inner, 0..6).prop_map(|members| json!(members)),
        ]
    })
}

#[test]
fn kinds() {
    let mut parser = Parser::default();
    let parsed = parser.parse(br#"{"a":[1,"\u00e4\ud83d\ude00\ud83d",true,null,{}]}"#).unwrap();
    let items: Vec<_> = parsed.root().get("a").unwrap().items().collect();
    let kinds: Vec<_> = items.iter().map(|item| item.kind()).collect();
    assert_eq!(kinds, [JsonKind::Number, JsonKind::String, JsonKind::Bool, JsonKind::Null, JsonKind::Object]);
    assert_eq!(items[1].as_str().unwrap(), "ä😀\u{FFFD}");
}
