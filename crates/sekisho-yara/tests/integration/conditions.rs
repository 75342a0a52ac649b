//! Conditions: what they say of places, numbers, loops and other rules.

use crate::{holds, matches};

const STRINGS: &str = r#"$a1 = "ab" $a2 = "xyz" $b = "cd""#;
const BYTES: &[u8] = b"ab..cd..ab";

fn says(condition: &str) -> bool {
    // The strings must be used, as the language has it.
    holds(STRINGS, &format!("({condition}) or #a1 + #a2 + #b < 0"), BYTES)
}

#[test]
fn strings_have_places_counts_and_lengths() {
    for condition in [
        "$a1 and $b and not $a2",
        "$a1 at 0 and $a1 at 8 and not $a1 at 4",
        "$b in (3..4) and not $b in (5..filesize)",
        "#a1 == 2 and #a1 in (1..9) == 1",
        "@a1 == 0 and @a1[2] == 8 and !a1 == 2",
        "not defined @a1[3] and not defined @a2",
        "filesize == 10 and 1KB == 1024 and 2MB == 0x200000 and 0o17 == 15",
    ] {
        assert!(says(condition), "{condition}");
    }
}

#[test]
fn several_strings_are_counted() {
    for condition in [
        "any of them",
        "2 of them",
        "not 3 of them",
        "not all of them",
        "all of ($a1, $b)",
        "1 of ($a*)",
        "none of ($a2)",
        "66% of them",
        "not 67% of them",
        "any of them at 4",
        "2 of them in (0..4)",
        "for any of them : ( # == 2 )",
        "for 2 of them : ( @ < 5 and ! == 2 )",
        "for all of ($a1, $b) : ( $ in (0..4) )",
        "not 0 of them",
        "any of ($a2, $b)",
        "2 of ((1 == 1), (2 == 3), $a1)",
        "not defined (any of ((@a2 == 1), $a1)) and any of ($a1, (@a2 == 1))",
        "not 0 of ($a1, $b) and 0 of ($a2)",
    ] {
        assert!(says(condition), "{condition}");
    }
}

#[test]
fn loops_go_through_numbers_and_texts() {
    for condition in [
        "for all i in (1..#a1) : ( uint8(@a1[i]) == 0x61 )",
        "for any i in (3, 5, 8) : ( $a1 at i )",
        "for 2 i in (0..9) : ( $a1 at i )",
        "for any word in (\"one\", \"two\") : ( word == \"two\" )",
        "for none i in (20..30) : ( defined uint8(i) )",
        "with first = @a1, second = @a1[2] : ( second - first == 8 )",
        "for any i in (0..2) : ( for any j in (0..2) : ( i + j == 4 ) )",
    ] {
        assert!(says(condition), "{condition}");
    }
}

#[test]
fn numbers_are_read_and_computed() {
    let bytes = [0x01, 0x02, 0xff, 0xff, 0xff, 0xfe];
    for condition in [
        "uint8(0) == 1 and uint16(0) == 0x0201 and uint16be(0) == 0x0102",
        "int16(2) == -1 and uint32be(2) == 0xfffffffe and int32be(2) == -2",
        "not defined uint32(3) and not defined (uint32(3) == 0) and not defined (not uint32(3) != 0)",
        "7 \\ 2 == 3 and 7 % 2 == 1 and 1 << 4 == 16 and 256 >> 4 == 16 and ~0 == -1",
        "2 + 3 * 4 == 14 and (6 & 3) == 2 and (6 | 3) == 7 and (6 ^ 3) == 5",
        "not defined (1 \\ 0) and 1.5 + 1 == 2.5 and 9223372036854775807 + 1 < 0",
        "1 == 1 and not 1 == 2 or false",
    ] {
        assert!(holds("", condition, &bytes), "{condition}");
    }
}

#[test]
fn texts_are_compared() {
    for condition in [
        r#""hello" contains "ell" and not "hello" contains "ELL" and "hello" icontains "ELL""#,
        r#""hello" startswith "he" and "hello" istartswith "HE" and "hello" endswith "lo""#,
        r#""hello" iendswith "LO" and "hello" iequals "HELLO" and "a" < "b" and "a" != "b""#,
        r#""hello" matches /^h.*o$/ and "HELLO" matches /hello/i and not "hello" matches /^x/"#,
        r#"filename == "tool.bin" and filepath == "opt/tool.bin" and extension == ".bin""#,
    ] {
        assert!(holds("", condition, b""), "{condition}");
    }
}

#[test]
fn modules_compute() {
    let bytes = b"aaaabbbb";
    for condition in [
        "math.entropy(0, filesize) == 1.0 and math.entropy(\"aaaa\") == 0.0",
        "math.in_range(math.mean(0, 8), 97.4, 97.6) and math.max(1, 2) == 2 and math.abs(-3) == 3",
        "math.count(0x61) == 4 and math.percentage(0x61) == 0.5 and math.mode() == 0x61",
        "math.deviation(0, 8, 97.5) == 0.5 and math.to_number(1 == 1) == 1",
        "hash.md5(\"\") == \"d41d8cd98f00b204e9800998ecf8427e\"",
        "hash.sha1(0, 0) == \"da39a3ee5e6b4b0d3255bfef95601890afd80709\"",
        "hash.sha256(0, 4) == \"61be55a8e2f6b4e172338bddf184d6dbee29c98853e0a0485ecee7f27b9af0b4\"",
        "hash.checksum32(0, 2) == 194 and string.to_int(\"0042\") == 42 and string.length(\"abc\") == 3",
        "console.log(\"x\")",
    ] {
        let rule = format!("import \"math\" rule only {{ condition: {condition} }}");
        assert_eq!(matches(&rule, bytes), ["only"], "{condition}");
    }
}

#[test]
fn rules_stand_on_each_other() {
    let rules = r#"
        private rule hidden : one two { condition: filesize > 2 }
        rule shown { meta: description = "x" number = -1 flag = true condition: hidden }
        rule never { condition: not hidden }
        rule part_one { condition: true }
        rule part_two { condition: false }
        rule some { condition: any of (part_*) and not all of (part_*) and 1 of (shown, never) }"#;
    assert_eq!(matches(rules, b"abc"), ["shown", "part_one", "some"]);
    let rules = "global rule large { condition: filesize > 100 } rule any { condition: true }";
    assert!(matches(rules, b"abc").is_empty());
    assert_eq!(matches(rules, &[0; 200]), ["large", "any"]);
}
