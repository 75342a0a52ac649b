//! Limits, each with an error of its own.

use sekisho_manifest::{Budget, Format, LoadErrorKind, SourceId, load};

use super::read;

fn kinds(text: &str, budget: Budget) -> Vec<LoadErrorKind> {
    let loaded = load(SourceId::default(), text, Format::Detect, &budget);
    loaded.errors.into_iter().map(|error| error.kind).collect()
}

#[test]
fn bytes() {
    let budget = Budget { bytes: 10, ..Budget::default() };
    assert_eq!(kinds("a: 1234567", budget), []);
    assert_eq!(kinds("a: 12345678", budget), [LoadErrorKind::TooManyBytes { limit: 10 }]);
}

#[test]
fn depth() {
    let budget = Budget { depth: 3, ..Budget::default() };
    let too_deep = [LoadErrorKind::TooDeep { limit: 3 }];
    for (fits, deeper) in [
        ("[[[]]]", "[[[[]]]]"),
        ("{\"a\":{\"a\":{\"a\":1}}}", "{\"a\":{\"a\":{\"a\":{}}}}"),
        ("a:\n  a:\n    a: 1\n", "a:\n  a:\n    a:\n      a: 1\n"),
        ("- - - a\n", "- - - - a\n"),
        ("a:\n- a:\n", "a:\n- a:\n  - a:\n"),
        ("x: &x [1]\ny: [*x]\n", "x: &x [[1]]\ny: [*x]\n"),
    ] {
        assert_eq!(kinds(fits, budget), [], "{fits}");
        assert_eq!(kinds(deeper, budget), too_deep, "{deeper}");
    }
}

#[test]
fn depth_has_a_ceiling() {
    let budget = Budget { depth: usize::MAX, ..Budget::default() };
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert_eq!(kinds(&deep(Budget::MAX_DEPTH), budget), []);
    assert_eq!(
        kinds(&deep(Budget::MAX_DEPTH + 1), budget),
        [LoadErrorKind::TooDeep { limit: Budget::MAX_DEPTH }]
    );
}

#[test]
fn nodes() {
    let budget = Budget { nodes: 100, ..Budget::default() };
    let list = |count: usize| "- a\n".repeat(count);
    assert_eq!(kinds(&list(90), budget), []);
    assert_eq!(kinds(&list(110), budget), [LoadErrorKind::TooManyNodes { limit: 100 }]);
    let json = |count: usize| format!("{{\"a\":[{}1]}}", "1,".repeat(count));
    assert_eq!(kinds(&json(110), budget), [LoadErrorKind::TooManyNodes { limit: 100 }]);
    let aliases = format!("a: &a [{}]\nb: [*a, *a]\n", "1,".repeat(40));
    assert_eq!(kinds(&aliases, budget), [LoadErrorKind::TooManyNodes { limit: 100 }]);
}

#[test]
fn documents() {
    let budget = Budget { documents: 2, ..Budget::default() };
    let too_many = [LoadErrorKind::TooManyDocuments { limit: 2 }];
    assert_eq!(kinds("a: 1\n---\nb: 2\n", budget), []);
    assert_eq!(kinds("a: 1\n---\nb: 2\n---\nc: 3\n", budget), too_many);
    assert_eq!(kinds("{}{}", budget), []);
    assert_eq!(kinds("{}{}{}", budget), too_many);
}

#[test]
fn a_limit_says_what_to_do() {
    let deep = "[".repeat(5000);
    assert_eq!(
        read(&deep).errors[0].to_string(),
        "values are nested deeper than 1000 levels; flatten them, or raise the limit"
    );
}
