//! How rules are applied: groups, entropy, paths, allowlists, required rules, windows.

use sekisho_leak::{Detector, Ignored, Limits, Origin, RuleSet, Stream, entropy, windows};

fn set(text: &str) -> RuleSet {
    RuleSet::read(text, &mut |path| Err(format!("no {path}"))).unwrap()
}

fn found_at(set: &RuleSet, path: &str, commit: Option<&str>, text: &str) -> Vec<(String, String)> {
    let detector = Detector::new(set, Limits::default()).unwrap();
    let leaks = detector.scan(Origin { path, commit }, text.as_bytes());
    let shown = |leak: &sekisho_leak::Leak<'_>| {
        (leak.rule.id.to_string(), String::from_utf8_lossy(leak.secret.reveal()).into_owned())
    };
    leaks.iter().map(shown).collect()
}

fn found(rules: &str, text: &str) -> Vec<(String, String)> {
    found_at(&set(rules), "a.txt", None, text)
}

#[test]
fn the_credential_is_a_group_or_all_of_the_match() {
    let rule = |more: &str, regex: &str| format!("[[rules]]\nid = 'r'\nregex = '''{regex}'''\n{more}");
    for (rules, secret) in [
        (rule("", r"k=\w+"), "k=abc"),
        (rule("", r"k=(\w+)"), "abc"),
        (rule("", r"(x)?k=(\w+)"), "abc"),
        (rule("secretGroup = 2", r"(k)=(\w+)"), "abc"),
        (rule("", r"(?i)K=(\w+)"), "abc"),
    ] {
        assert_eq!(found(&rules, "k=abc")[0].1, secret, "{rules}");
    }
}

#[test]
fn entropy_must_be_above_the_threshold() {
    assert!((entropy(b"aabb") - 1.0).abs() < 1e-9);
    assert!((entropy("éé".as_bytes()) - 0.5).abs() < 1e-9, "characters over bytes");
    let rules = "[[rules]]\nid = 'r'\nregex = 'k=(\\w+)'\nentropy = 1.0\n";
    assert_eq!(found(rules, "k=aabb").len(), 0);
    assert_eq!(found(rules, "k=aabbc").len(), 1);
}

#[test]
fn a_keyword_must_stand_anywhere_near_in_any_case() {
    let rules = "[[rules]]\nid = 'r'\nregex = '\\d{4}'\nkeywords = ['PIN']\n";
    assert_eq!(found(rules, "1234").len(), 0);
    assert_eq!(found(rules, "1234 is the Pin, 5678 is not").len(), 2);
}

#[test]
fn a_path_limits_a_rule() {
    let rules = set("[[rules]]\nid = 'r'\nregex = '\\d{4}'\npath = '\\.env$'\n");
    assert_eq!(found_at(&rules, "a/.env", None, "1234").len(), 1);
    assert_eq!(found_at(&rules, "a/env.txt", None, "1234").len(), 0);
}

#[test]
fn lists_allow_by_one_part_or_by_all() {
    let rules =
        |list: &str| set(&format!("[[rules]]\nid = 'r'\nregex = 'k=(\\w+)'\n[[rules.allowlists]]\n{list}"));
    let text = "k=abc # why";
    for (list, count) in [
        ("regexes = ['^abc$']", 0),
        ("regexes = ['^k=']", 1),
        ("regexTarget = 'match'\nregexes = ['^k=']", 0),
        ("regexTarget = 'line'\nregexes = ['why']", 0),
        ("stopwords = ['B']", 0),
        ("paths = ['txt$']", 0),
        ("commits = ['ABC123']", 0),
        ("paths = ['md$']\nstopwords = ['abc']", 0),
        ("condition = 'AND'\npaths = ['md$']\nstopwords = ['abc']", 1),
        ("condition = '&&'\npaths = ['txt$']\nstopwords = ['abc']", 0),
        ("condition = 'and'\npaths = ['txt$']\ncommits = ['def']", 1),
    ] {
        let found = found_at(&rules(list), "a.txt", Some("abc123"), text);
        assert_eq!(found.len(), count, "{list}");
    }
}

#[test]
fn lists_of_the_file_count_for_all_rules_or_for_those_that_they_name() {
    let rules = |list: &str| {
        format!("[[rules]]\nid = 'a'\nregex = 'k=\\w+'\n[[rules]]\nid = 'b'\nregex = 'k=\\w+'\n{list}")
    };
    assert_eq!(found(&rules(""), "k=abc").len(), 2);
    assert_eq!(found(&rules("[allowlist]\nregexes = ['abc']"), "k=abc").len(), 0);
    let named = found(&rules("[[allowlists]]\ntargetRules = ['a']\nregexes = ['abc']"), "k=abc");
    assert_eq!(named, [("b".to_owned(), "k=abc".to_owned())]);
}

#[test]
fn a_comment_on_the_line_allows() {
    let rules = "[[rules]]\nid = 'r'\nregex = 'k=\\w+'\n";
    assert_eq!(found(rules, "k=abc # gitleaks:allow\nk=def\n").len(), 1);
}

#[test]
fn a_rule_can_require_another_near() {
    let rules = "[[rules]]\nid = 'user'\nregex = 'user=\\w+'\nskipReport = true\n\
                 [[rules]]\nid = 'pair'\nregex = 'key=\\w+'\n[[rules.required]]\nid = 'user'\nwithinLines = 1\n";
    assert_eq!(found(rules, "user=me\nkey=abc\n").len(), 1);
    assert_eq!(found(rules, "user=me\n\n\nkey=abc\n").len(), 0);
    assert_eq!(found(rules, "key=abc\n").len(), 0);
}

#[test]
fn a_rule_of_one_issuer_goes_before_a_generic_one() {
    let rules =
        "[[rules]]\nid = 'generic-key'\nregex = 'key=(\\w+)'\n[[rules]]\nid = 'acme'\nregex = 'acme_\\w+'\n";
    assert_eq!(found(rules, "key=acme_1")[0].0, "acme");
    assert_eq!(found(rules, "key=acme_1").len(), 1);
    assert_eq!(found(rules, "key=other").len(), 1);
}

#[test]
fn windows_join_to_the_whole_text_and_lines_go_on() {
    let text = "some words of a line\n".repeat(40_000) + "k=abc\n";
    let mut end = 0;
    for window in windows(text.as_bytes(), 0) {
        assert_eq!(window.fresh, end);
        assert!(window.range.len() <= 135_000 && window.range.start <= end);
        assert!(window.range.start == 0 || text.as_bytes()[window.range.start - 1] == b'\n');
        end = window.range.end;
    }
    assert_eq!(end, text.len());

    let set = set("[[rules]]\nid = 'r'\nregex = 'k=\\w+'\n");
    let detector = Detector::new(&set, Limits::default()).unwrap();
    let leaks = detector.scan(Origin::default(), text.as_bytes());
    let place = leaks[0].place;
    assert_eq!((place.line, place.column, place.start), (40_001, 1, text.len() - 6));

    // On every border between two windows, and once each.
    let lines: Vec<String> = (0..30_000).map(|at| format!("k={at:011}\n")).collect();
    let text = lines.concat();
    let detector = Detector::new(&set, Limits { leaks: 100_000, ..Limits::default() }).unwrap();
    let leaks = detector.scan(Origin::default(), text.as_bytes());
    let lines: Vec<u32> = leaks.iter().map(|leak| leak.place.line).collect();
    assert_eq!(lines, (1..=30_000).collect::<Vec<_>>());
}

#[test]
fn a_text_that_comes_in_pieces_gives_the_same() {
    let set = set("[[rules]]\nid = 'r'\nregex = 'k=\\w+'\n");
    let detector = Detector::new(&set, Limits { leaks: 100_000, ..Limits::default() }).unwrap();
    let lines: Vec<String> =
        (0..60_000).map(|at| format!("some line\n{}k={at}\n", " ".repeat(at % 40))).collect();
    let text = lines.concat();
    let origin = Origin { path: "a", commit: None };
    let whole = detector.scan(origin, text.as_bytes());
    for size in [1_000, 65_536, 3_000_000] {
        let mut stream = Stream::new(&detector, origin).unwrap();
        text.as_bytes().chunks(size).for_each(|piece| stream.push(piece));
        let pieces = stream.finish();
        assert_eq!(pieces.len(), 60_000, "in pieces of {size}");
        assert!(pieces.iter().zip(&whole).all(|(left, right)| left.place == right.place));
    }
    let mut binary = Stream::new(&detector, origin).unwrap();
    binary.push(b"\0\x01k=abc");
    assert_eq!(binary.finish().len(), 0);
}

#[test]
fn ignored_findings_are_named_by_their_fingerprints() {
    let ignored = Ignored::read("# why\na\\b.txt:rule:3\nc0ffee:d.txt:rule:4\nnonsense\n");
    assert!(ignored.has(None, "a/b.txt", "rule", 3));
    assert!(ignored.has(Some("any"), "a/b.txt", "rule", 3));
    assert!(ignored.has(Some("c0ffee"), "d.txt", "rule", 4));
    assert!(!ignored.has(None, "d.txt", "rule", 4));
    assert_eq!(ignored.unread(), [4]);
}

#[test]
fn a_credential_shows_itself_only_redacted() {
    let set = set("[[rules]]\nid = 'r'\nregex = 'k=(.+)'\n");
    let detector = Detector::new(&set, Limits::default()).unwrap();
    for (text, shown) in [
        ("k=short", "… (5 characters)"),
        ("k=0123456789abcdef", "01… (16 characters)"),
        ("k=ghp_0123456789012345678901234567890123", "ghp_… (38 characters)"),
        ("k=AKIA012345678901234567890", "AKIA… (25 characters)"),
    ] {
        let leaks = detector.scan(Origin::default(), text.as_bytes());
        assert_eq!(leaks[0].secret.to_string(), shown);
    }
}
