//! Regular expressions that Go takes, and those that it refuses.

use sekisho_go::regexp::translate;

#[test]
fn what_go_refuses_is_refused_in_its_words() {
    let cases = [
        ("a**", "invalid nested repetition operator: `**`"),
        ("*a", "missing argument to repetition operator: `*`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("[b-a]", "invalid character class range: `b-a`"),
        ("[a", "missing closing ]: `[a`"),
        ("(a", "missing closing ): `(a`"),
        ("a)", "unexpected ): `a)`"),
        (r"\", "trailing backslash at end of expression: ``"),
        (r"\8", r"invalid escape sequence: `\8`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?P<n>a", "missing closing ): `(?P<n>a`"),
    ];
    for (expression, message) in cases {
        let error = translate(expression).map(|pattern| pattern.text).map_err(|error| error.to_string());
        assert_eq!(error, Err(format!("error parsing regexp: {message}")), "{expression}");
    }
}

#[test]
fn names_of_groups_are_kept_by_their_numbers() {
    let pattern = translate("(?P<year>[0-9]{4})-(x)(?:y)(?<day>z)").unwrap();
    assert_eq!(pattern.names, ["", "year", "", "day"]);
}

#[test]
fn classes_of_letters_are_those_of_ascii() {
    for (expression, text, matches) in [
        (r"^\d$", "٣", false),
        (r"^\w+$", "é", false),
        (r"^\Qa.b\E$", "a.b", true),
        (r"^a{,2}$", "a{,2}", true),
        (r"^[[:alpha:]&&b]$", "&", true),
        (r"(?i)^K$", "\u{212a}", true),
        (r"^\x{263a}\101$", "\u{263a}A", true),
    ] {
        let text_of = translate(expression).unwrap().text;
        let tree = regex_syntax::parse(&text_of);
        assert!(tree.is_ok(), "{expression} became {text_of}");
        let regex = regex::Regex::new(&text_of).unwrap();
        assert_eq!(regex.is_match(text), matches, "{expression} became {text_of}");
    }
}
