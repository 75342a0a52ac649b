//! How values are compared, with each modifier.

use sekisho_sigma::SigmaErrorKind;

use super::{finds, refused, verb};

#[test]
fn texts() {
    assert!(verb("verb: create", "create"));
    assert!(verb("verb: create", "CREATE"));
    assert!(!verb("verb: create", "created"));
    assert!(verb("verb: [get, create]", "create"));
    assert!(!verb("verb: [get, list]", "create"));
    assert!(verb("verb: ''", ""));
    assert!(!verb("verb: ''", "x"));
    assert!(finds("s:\n    responseStatus.code: 403\ncondition: s", "\"responseStatus\":{\"code\":403}"));
    assert!(finds("s:\n    requestObject.a: true\ncondition: s", "\"requestObject\":{\"a\":true}"));
}

#[test]
fn wildcards_and_escapes() {
    for (value, text, wanted) in [
        ("cr*", "create", true),
        ("cr*", "acreate", false),
        ("*at*", "create", true),
        ("c?eate", "create", true),
        ("c?eate", "ceate", false),
        ("*", "", true),
        (r"a\*b", "a*b", true),
        (r"a\*b", "axb", false),
        (r"a\?b", "a?b", true),
        (r"a\b", r"a\b", true),
        (r"a\\b", r"a\b", true),
        (r"a\\*", r"a\bcd", true),
        (r"a\\*", "abcd", false),
        (r"a\\\*", r"a\*", true),
        (r"a\\\*", r"a\b", false),
        (r"a\\\\b", r"a\\b", true),
        ("a[b]", "a[b]", true),
        ("a[b]", "ab", false),
    ] {
        assert_eq!(verb(&format!("verb: '{value}'"), text), wanted, "{value} {text}");
    }
}

#[test]
fn places() {
    assert!(verb("verb|contains: REA", "create"));
    assert!(verb("verb|startswith: cre", "create"));
    assert!(!verb("verb|startswith: rea", "create"));
    assert!(verb("verb|endswith: ate", "create"));
    assert!(verb("verb|endswith: [x, 'a?e']", "create"));
    assert!(verb("verb|contains|all: [cr, te]", "create"));
    assert!(!verb("verb|contains|all: [cr, x]", "create"));
    assert!(!verb("verb|contains: 'a*e'", "ea"));
}

#[test]
fn the_case_of_letters() {
    assert!(verb("verb|cased: create", "create"));
    assert!(!verb("verb|cased: create", "Create"));
    assert!(verb("verb|contains|cased: reA", "creAte"));
    assert!(!verb("verb|contains|cased: rea", "creAte"));
    assert!(!verb("verb|cased: 'C*'", "create"));
}

#[test]
fn letters_of_other_alphabets() {
    assert!(verb("verb: 'ÄPFEL*'", "äpfelsaft"));
    assert!(verb("verb|contains: ['x', 'ÉE']", "cafée"));
    assert!(verb("verb: 'a?b'", "aéb"));
    assert!(verb("verb|endswith: '[é].+\\*'", "x[É].+*"));
    assert!(!verb("verb|endswith: '[é].+\\*'", "xÉ.+*"));
    assert!(!verb("verb|cased: Ä", "ä"));
    assert!(finds("k: [ÖL]\ncondition: k", "\"verb\":\"öl\""));
}

#[test]
fn regular_expressions() {
    assert!(verb(r"verb|re: '^c.*e$'", "create"));
    assert!(verb("verb|re: 'rea'", "create"));
    assert!(!verb("verb|re: 'REA'", "create"));
    assert!(verb("verb|re|i: 'REA'", "create"));
    assert!(verb("verb|re|ignorecase|dotall|multiline: 'R.A$'", "cr\na\nb"));
    assert!(verb(r"verb|re: '\d{3}\s\w+'", "x 123 ab"));
    assert!(verb("verb|re|m: '^b$'", "a\nb\nc"));
    assert!(!verb("verb|re: '^b$'", "a\nb\nc"));
    assert!(verb("verb|re|s: 'a.b'", "a\nb"));
    assert!(!verb("verb|re: 'a.b'", "a\nb"));
    assert!(verb("verb|re: ['x', 'a|b']", "b"));
}

#[test]
fn what_is_not_there() {
    let none = "s:\n    user.username: null\ncondition: s";
    assert!(finds(none, "\"verb\":\"get\""));
    assert!(finds(none, "\"user\":{\"username\":null}"));
    assert!(!finds(none, "\"user\":{\"username\":\"\"}"));
    let empty = "s:\n    user.username: []\ncondition: s";
    assert!(finds(empty, "\"verb\":\"get\"") && !finds(empty, "\"user\":{\"username\":\"a\"}"));
    let exists = "s:\n    user.username|exists: true\ncondition: s";
    assert!(finds(exists, "\"user\":{\"username\":null}"));
    assert!(!finds(exists, "\"user\":{}"));
    let absent = "s:\n    user.username|exists: false\ncondition: s";
    assert!(finds(absent, "\"user\":{}"));
    assert!(!finds(absent, "\"user\":{\"username\":null}"));
}

#[test]
fn numbers() {
    let code = |modifier: &str, code: &str| {
        finds(
            &format!("s:\n    responseStatus.code|{modifier}\ncondition: s"),
            &format!("\"responseStatus\":{{\"code\":{code}}}"),
        )
    };
    for (modifier, wanted) in [
        ("gt: 400", [false, false, true]),
        ("gte: 400", [false, true, true]),
        ("lt: 400", [true, false, false]),
        ("lte: 400", [true, true, false]),
        ("gt: 399.5", [false, true, true]),
        ("lte: 400.5", [true, true, false]),
        ("neq: 400", [true, false, true]),
        ("neq: [400, 403]", [true, false, false]),
    ] {
        assert_eq!(["200", "400", "403"].map(|number| code(modifier, number)), wanted, "{modifier}");
    }
}

#[test]
fn networks() {
    let from = |network: &str| {
        finds(
            &format!("s:\n    sourceIPs|cidr: {network}\ncondition: s"),
            "\"sourceIPs\":[\"192.168.1.1\",\"10.1.2.3\"]",
        )
    };
    assert!(from("10.0.0.0/8"));
    assert!(!from("172.16.0.0/12"));
    assert!(from("[172.16.0.0/12, 192.168.0.0/16]"));
    assert!(!from("'2001:db8::/32'"));
    assert!(from("10.1.2.3"));
}

#[test]
fn encodings() {
    // "/bin/bash" in base 64, and within "x/bin/bash -i".
    assert!(verb("verb|base64: /bin/bash", "L2Jpbi9iYXNo"));
    assert!(verb("verb|base64offset|contains: /bin/bash", "eC9iaW4vYmFzaCAtaQ=="));
    assert!(verb("verb|base64offset|contains: /bin/bash", "eHgvYmluL2Jhc2ggLWk="));
    assert!(!verb("verb|base64offset|contains: /bin/bash", "eHgvYmluL2Jhc3h4"));
    assert!(verb("verb|wide|base64offset|contains: ping", "cABpAG4AZwA="));
    assert!(verb("verb|utf16|base64: a", "//5hAA=="));
    assert!(verb("verb|utf16be|base64: a", "AGE="));
    assert!(verb("verb|windash|contains: ' -enc '", "x /enc y"));
    assert!(verb("verb|windash|contains: ' -enc '", "x \u{2013}enc y"));
    assert!(!verb("verb|windash|contains: ' -enc '", "x +enc y"));
    // Of each value one of its forms.
    assert!(verb("verb|windash|contains|all: ['-a', '-b']", "x /a -b"));
    assert!(!verb("verb|windash|contains|all: ['-a', '-b']", "x /a"));
    assert!(verb("verb|base64offset|contains|all: [foobar, quxbaz]", "Zm9vYmFyIHF1eGJheg=="));
    assert!(!verb("verb|base64offset|contains|all: [foobar, quxbaz]", "Zm9vYmFyIA=="));
    assert!(finds("k: {'|windash|all': ['-a', '-b']}\ncondition: k", "\"verb\":\"x /a -b\""));
    // Only these two are written otherwise, and only in front of a word.
    assert!(!verb("verb|windash|contains: ' \u{2013}enc '", "x -enc y"));
    assert!(verb("verb|windash: /a-b", "-a-b") && !verb("verb|windash: /a-b", "/a/b"));
    // As everywhere, the case of letters does not count unless it is said.
    assert!(verb("verb|base64: /bin/bash", "l2jpBi9iyxnO"));
    assert!(!verb("verb|base64|cased: /bin/bash", "l2jpBi9iyxnO"));
}

#[test]
fn other_fields() {
    let same = "s:\n    user.username|fieldref: objectRef.name\ncondition: s";
    assert!(finds(same, "\"user\":{\"username\":\"a\"},\"objectRef\":{\"name\":\"a\"}"));
    assert!(!finds(same, "\"user\":{\"username\":\"a\"},\"objectRef\":{\"name\":\"b\"}"));
    assert!(!finds(same, "\"user\":{\"username\":\"a\"}"));
    let front = "s:\n    requestURI|fieldref|startswith: userAgent\ncondition: s";
    assert!(finds(front, "\"requestURI\":\"/api/v1\",\"userAgent\":\"/api\""));
}

#[test]
fn times() {
    let at = |modifier: &str| {
        finds(&format!("s:\n    stageTimestamp|{modifier}\ncondition: s"), "\"verb\":\"get\"")
    };
    assert!(at("hour: 3"));
    assert!(at("minute: 4"));
    assert!(at("day: [1, 2]"));
    assert!(at("month: 1"));
    assert!(at("year: 2026"));
    assert!(at("week: 1"));
    assert!(at("hour|lt: 6"));
    assert!(!at("hour|gte: 6"));
}

#[test]
fn words_anywhere() {
    let body = "\"requestObject\":{\"data\":{\"k\":\"say \\\"Mimikatz\\\"\"}}";
    assert!(finds("k: [mimikatz]\ncondition: k", body));
    assert!(finds("k: ['say \"m']\ncondition: k", body));
    assert!(finds("k: [x, 'mimi*katz']\ncondition: k", body));
    assert!(!finds("k: [zzz, qqq]\ncondition: k", body));
    assert!(finds("k:\n    '|all': [mimikatz, say]\ncondition: k", body));
    assert!(!finds("k:\n    '|all': [mimikatz, cat]\ncondition: k", body));
    assert!(finds("k:\n    - cat\n    - verb: get\ncondition: k", "\"verb\":\"get\""));
}

#[test]
fn arrays_and_names_from_within() {
    let pod = "\"objectRef\":{\"apiGroup\":\"apps\"},\"requestObject\":{\"spec\":{\"volumes\":[{\"name\":\"v\"},{\"hostPath\":{\"path\":\"/etc\"}}]}}";
    assert!(finds("s:\n    hostPath: '*'\ncondition: s", pod));
    assert!(finds("s:\n    requestObject.spec.volumes.hostPath.path|startswith: /et\ncondition: s", pod));
    assert!(finds("s:\n    apiGroup: apps\ncondition: s", pod));
    assert!(!finds("s:\n    capabilities: '*'\ncondition: s", pod));
}

#[test]
fn what_is_refused() {
    let why = |search: &str| refused(&format!("s:\n    {search}\ncondition: s"));
    assert_eq!(why("verb|nope: x"), SigmaErrorKind::Modifier("nope".into()));
    assert!(matches!(why("verb|expand: '%admins%'"), SigmaErrorKind::Unsupported(_)));
    assert!(matches!(why("verb|lt: x"), SigmaErrorKind::Value { modifier: "lt", .. }));
    assert!(matches!(why("verb|cidr: 1.2.3.4/40"), SigmaErrorKind::Value { modifier: "cidr", .. }));
    assert!(matches!(why("verb|exists: maybe"), SigmaErrorKind::Value { modifier: "exists", .. }));
    assert!(matches!(why("verb|i: x"), SigmaErrorKind::Value { modifier: "i", .. }));
    assert!(matches!(why("verb|base64: 'a*'"), SigmaErrorKind::Value { modifier: "base64", .. }));
    assert!(matches!(why("verb|wide: a"), SigmaErrorKind::Value { .. }));
    assert!(matches!(why("verb: {a: b}"), SigmaErrorKind::Kind { .. }));
    assert!(matches!(why("verb|re|cased: x"), SigmaErrorKind::Value { modifier: "cased", .. }));
    assert!(matches!(why("verb|contains|re: x"), SigmaErrorKind::Value { modifier: "re", .. }));
    assert!(matches!(
        why("verb|startswith|cidr: 10.0.0.0/8"),
        SigmaErrorKind::Value { modifier: "cidr", .. }
    ));
    assert!(matches!(why("'|contains': []"), SigmaErrorKind::Kind { .. }));
    assert!(matches!(refused("s: {}\ncondition: s"), SigmaErrorKind::Kind { .. }));
    assert!(matches!(refused("s:\ncondition: s"), SigmaErrorKind::Kind { .. }));
}
