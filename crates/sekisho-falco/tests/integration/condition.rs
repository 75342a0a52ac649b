//! The grammar of conditions.

use sekisho_falco::condition::{escape, parse, parse_within, unescape};

#[track_caller]
fn printed(condition: &str) -> String {
    parse(condition).unwrap_or_else(|error| panic!("{condition}: {error} at {}", error.at)).to_string()
}

#[track_caller]
fn refused(condition: &str) -> (String, usize) {
    match parse(condition) {
        Ok(parsed) => panic!("{condition} is {parsed}"),
        Err(error) => (error.message, error.at),
    }
}

#[test]
fn and_binds_tighter_than_or() {
    assert_eq!(printed("a or b and not c"), "(a or (b and not c))");
    assert_eq!(printed("(a or b)and(c)"), "((a or b) and c)");
    assert_eq!(printed("not not not a"), "not a");
    assert_eq!(printed("not(a and b)"), "not (a and b)");
    assert_eq!(printed("a and b and c or d"), "((a and b and c) or d)");
}

#[test]
fn operators_and_lists() {
    assert_eq!(printed("proc.name==sh"), "proc.name = sh");
    assert_eq!(printed("fd.num>=3 and fd.num < 0x10"), "(fd.num >= 3 and fd.num < 0x10)");
    assert_eq!(printed("proc.name in (sh, \"my shell\",bash)"), "proc.name in (sh, \"my shell\", bash)");
    assert_eq!(printed("proc.name in ()"), "proc.name in ()");
    assert_eq!(printed("proc.name in (shells)"), "proc.name in (shells)");
    assert_eq!(printed("fd.name startswith oneof (/etc, /usr)"), "fd.name startswith oneof (/etc, /usr)");
    assert_eq!(printed("fd.name contains anyof"), "fd.name contains anyof");
    assert_eq!(printed("fd.name != allof (/a,/b)"), "fd.name != allof (/a, /b)");
}

#[test]
fn transformers_and_arguments() {
    assert_eq!(printed("tolower(proc.name) = sh"), "tolower(proc.name) = sh");
    assert_eq!(printed("len(proc.args[0]) > 3"), "len(proc.args[0]) > 3");
    assert_eq!(printed("proc.env[\"A B\"] exists"), "proc.env[\"A B\"] exists");
    assert_eq!(printed("proc.name = val(proc.pname)"), "proc.name = val(proc.pname)");
    assert_eq!(printed("proc.name = tolower( proc.pname )"), "proc.name = tolower(proc.pname)");
    assert_eq!(printed("join(\"-\", (proc.name, 1)) = x"), "join(-,(proc.name,1)) = x");
    assert_eq!(printed("getopt(proc.args, \"ab:\")[b] = x"), "getopt(proc.args,ab:)[b] = x");
}

#[test]
fn what_is_no_condition() {
    assert_eq!(refused("").0, "the condition is empty");
    assert_eq!(refused("a b"), ("expected `and` or `or` behind `a`".to_owned(), 2));
    assert_eq!(refused("a and"), ("expected a blank or `(` behind `and`".to_owned(), 5));
    assert_eq!(refused("(a"), ("expected `)`".to_owned(), 2));
    assert!(refused("proc.name ~ x").0.starts_with("expected an operator: one of exists <="));
    assert_eq!(refused("proc.name in (a").0, "expected `)` or `,` in the list");
    assert!(refused("proc.name = \"a\\q\"").0.starts_with("an unknown escape"));
    assert!(refused("proc.name = 'a\\\"'").0.starts_with("`\\\"` stands in a string of the other quote"));
    assert_eq!(refused("proc.name > x").0, "expected a number or a field in a transformer such as `val(…)`");
    assert_eq!(refused("proc.env[] exists").0, "expected an argument in the brackets, quoted or not");
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(15)).is_ok());
    assert_eq!(refused(&nested(30)).0, "the condition is nested deeper than 100");
    assert!(parse_within(&nested(150), 1000).is_ok());
    assert!(parse_within(&nested(100_000), 1000).is_err());
}

#[test]
fn escapes_go_both_ways() {
    for text in ["plain", "a b", "tab\there", "quote\"d", "it's", "back\\slash", "=", "\n"] {
        let written = escape(text.as_bytes());
        let parsed = parse(&format!("proc.name = {written}")).unwrap().to_string();
        assert_eq!(parsed, format!("proc.name = {written}"));
    }
    assert_eq!(unescape(br#""\x41\n""#).unwrap(), b"A\n");
    assert!(unescape(br#""\x4""#).is_err());
}
