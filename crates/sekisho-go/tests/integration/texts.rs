//! Quotes, characters, URLs and base 64.

use sekisho_go::base64::{base32_decode, base32_encode, base64_decode, base64_encode};
use sekisho_go::characters::{to_lower, to_title, to_upper, valid};
use sekisho_go::quote::{quote, quote_bytes, unquote};
use sekisho_go::url::Url;

#[test]
fn quoted_texts_are_read_again() {
    for (text, shown) in [
        ("a\"b\\", r#""a\"b\\""#),
        ("tab\tnew\nbell\u{7}", r#""tab\tnew\nbell\a""#),
        ("\u{a0}\u{feff}\u{1f600}é", "\"\\u00a0\\ufeff\u{1f600}é\""),
    ] {
        assert_eq!(quote(text), shown);
        assert_eq!(unquote(shown).as_deref(), Some(text.as_bytes()));
    }
    assert_eq!(quote_bytes(b"\xff\x00", '"', false), r#""\xff\x00""#);
    assert_eq!(quote_bytes("é☺".as_bytes(), '\'', true), r"'\u00e9\u263a'");
    assert_eq!(unquote("\"open"), None);
}

#[test]
fn letters_change_their_case_alone() {
    assert_eq!((to_upper('ß'), to_lower('İ'), to_title('ǆ')), ('ß', 'i', 'ǅ'));
    assert_eq!(valid(b"a\xf0\x9fz"), "a\u{fffd}\u{fffd}z");
}

#[test]
fn urls_are_taken_apart() {
    let url = Url::parse(b"HTTP://user:p%20w@[::1]:80/a%2Fb?q=1#part").unwrap();
    assert_eq!(url.scheme, b"http");
    assert_eq!((url.hostname(), url.port()), (&b"::1"[..], &b"80"[..]));
    assert_eq!((&url.path[..], url.escaped_path()), (&b"/a/b"[..], b"/a%2Fb".to_vec()));
    assert_eq!((&url.query[..], &url.fragment[..]), (&b"q=1"[..], &b"part"[..]));

    for (text, message) in [
        ("http://[::1", r#"parse "http://[::1": missing ']' in host"#),
        ("http://a:b", r#"parse "http://a:b": invalid port ":b" after host"#),
        ("%zz", r#"parse "%zz": invalid URL escape "%zz""#),
        ("a:b:c/d e", ""),
        (":x", r#"parse ":x": missing protocol scheme"#),
    ] {
        let error = Url::parse(text.as_bytes()).err().unwrap_or_default();
        assert_eq!(error, message, "{text}");
    }
}

#[test]
fn encodings_name_the_byte_that_does_not_fit() {
    assert_eq!(base64_encode(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
    assert_eq!(base64_decode(b"YW55\nIGNh\r\ncm5h").as_deref(), Ok(&b"any carna"[..]));
    assert_eq!(base64_decode(b"YW5*").unwrap_err(), "illegal base64 data at input byte 3");
    assert_eq!(base64_decode(b"YW5").unwrap_err(), "illegal base64 data at input byte 0");
    assert_eq!(base32_encode(b"fooba"), "MZXW6YTB");
    assert_eq!(base32_decode(b"MZXW6===").as_deref(), Ok(&b"foo"[..]));
    assert_eq!(base32_decode(b"mz").unwrap_err(), "illegal base32 data at input byte 0");
}
