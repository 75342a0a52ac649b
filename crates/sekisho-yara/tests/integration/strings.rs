//! Strings of all kinds and with all modifiers.

use crate::holds;

/// How often a string is in the bytes.
fn count(string: &str, bytes: &[u8]) -> usize {
    (0..20).find(|count| holds(&format!("$a = {string}"), &format!("#a == {count}"), bytes)).unwrap()
}

#[test]
fn texts_are_found_at_every_place() {
    assert_eq!(count(r#""aa""#, b"aaaa"), 3);
    assert_eq!(count(r#""a\x62\t\"\\""#, b"ab\t\"\\"), 1);
    assert_eq!(count(r#""abc""#, b"ABC"), 0);
    assert_eq!(count(r#""abc" nocase"#, b"ABC aBc"), 2);
    assert_eq!(count(r#""ab" wide"#, b"a\0b\0ab"), 1);
    assert_eq!(count(r#""ab" wide ascii"#, b"a\0b\0ab"), 2);
    assert_eq!(count(r#""aB" wide nocase"#, b"A\0b\0"), 1);
}

#[test]
fn whole_words_have_no_letters_beside_them() {
    assert_eq!(count(r#""abc" fullword"#, b"abc xabc abc1 _abc_ (abc)"), 3);
    assert_eq!(count(r#""ab" wide fullword"#, b"x\0a\0b\0"), 0);
    assert_eq!(count(r#""ab" wide fullword"#, b".\0a\0b\0"), 1);
    assert_eq!(count("/ab+/ fullword", b"abb cabb abb"), 2);
}

#[test]
fn masked_and_encoded_texts_are_found() {
    let masked: Vec<u8> = b"secret".iter().map(|byte| byte ^ 0x42).collect();
    assert_eq!(count(r#""secret" xor"#, &masked), 1);
    assert_eq!(count(r#""secret" xor(1-10)"#, &masked), 0);
    assert_eq!(count(r#""secret" xor(0x42)"#, &masked), 1);
    assert_eq!(count(r#""secret" xor"#, b"secret"), 1);
    // `secret`, `xsecret` and `xxsecret` in base 64.
    for text in [&b"c2VjcmV0"[..], b"eHNlY3JldA==", b"eHhzZWNyZXQ="] {
        assert_eq!(count(r#""secret" base64"#, text), 1);
        let wide: Vec<u8> = text.iter().flat_map(|byte| [*byte, 0]).collect();
        assert_eq!(count(r#""secret" base64wide"#, &wide), 1);
    }
    let turned = r#""secret" base64("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/")"#;
    assert_eq!(count(turned, b"C2vJCMv0"), 1);
}

#[test]
fn bytes_have_holes_jumps_and_alternatives() {
    for (string, bytes) in [
        ("{ 61 62 63 }", &b"abc"[..]),
        ("{ 61 ?? 63 }", b"a\n\x63"),
        ("{ 6? 62 }", b"ab"),
        ("{ ?1 62 }", b"ab"),
        ("{ 61 ~62 63 }", b"axc"),
        ("{ 61 ~6? 63 }", b"a\x01c"),
        ("{ 61 [2] 63 }", b"axxc"),
        ("{ 61 [1-3] 63 }", b"axxc"),
        ("{ 61 [2-] 63 }", b"axxxxxxxc"),
        ("{ 61 [-] 63 }", b"ac"),
        ("{ 61 ( 62 | 78 78 | ( 79 | 7A ) ) 63 }", b"azc"),
        ("{ 61 /* between */ 62 // behind\n 63 }", b"abc"),
    ] {
        assert_eq!(count(string, bytes), 1, "{string}");
    }
    assert_eq!(count("{ 61 ~62 63 }", b"abc"), 0);
    assert_eq!(count("{ 61 [1-3] 63 }", b"ac axxxxc"), 0);
    assert_eq!(count("{ 61 [0-] 62 }", b"aaab"), 3);
}

#[test]
fn expressions_are_of_bytes() {
    for (string, bytes) in [
        ("/ab{2,3}c/", &b"abbc"[..]),
        ("/a.c/s", b"a\nc"),
        ("/ABC/i", b"abc"),
        (r"/a\/b/", b"a/b"),
        (r"/\x00\xff/", b"\0\xff"),
        (r"/^abc/", b"abc"),
        (r"/abc$/", b"xabc"),
        (r"/\bab\b/", b"x ab y"),
        ("/a{x}/", b"a{x}"),
        ("/ab{,2}c/", b"abbc"),
        ("/[^a]b/", b"\xe9b"),
        (r"/a\d+\w?\s/", b"a12_ "),
    ] {
        assert_eq!(count(string, bytes), 1, "{string}");
    }
    assert_eq!(count("/ab|cd|/", b"ab..cd"), 2);
    assert_eq!(count("/a.c/", b"a\nc"), 0);
    assert_eq!(count("/^abc/", b"x\nabc"), 0);
    assert_eq!(count("/a+/", b"aaa"), 3);
    assert_eq!(count("/ab?/ wide", b"a\0b\0"), 1);
}
