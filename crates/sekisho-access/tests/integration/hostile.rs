//! Logs that ask for too much.

use std::fmt::Write as _;

use sekisho_access::{Economy, Limits, Usage, least};
use sekisho_audit::Parser;

#[test]
fn what_is_kept_is_limited() {
    let mut usage = Usage::new(Limits { identities: 3, questions: 10, names: 4 });
    let mut parser = Parser::default();
    for user in 0..6 {
        for resource in 0..40 {
            let line = super::event(&format!("user{user} get resource{resource} shop/name{resource}"));
            parser.parse(line.as_bytes()).unwrap().events(&mut |event| usage.record(&event.unwrap()));
        }
    }
    assert_eq!(usage.identities().count(), 3);
    assert!(usage.identities().all(|(_, used)| used.allowed.len() == 10));
    assert_eq!(usage.dropped, 3 * 40 + 3 * 30);
}

#[test]
fn names_of_any_kind() {
    let mut log = String::new();
    for user in
        ["a/b%c", "..", "system:serviceaccount::x", "system:serviceaccount:a", "ü", &"x".repeat(5_000)]
    {
        let _ = writeln!(log, "{}", super::event(&format!("{user} list pods")));
    }
    let usage = super::log(&log);
    for (identity, used) in usage.identities() {
        for manifest in least(identity, used, &Economy::default()).manifests() {
            let name = manifest["metadata"]["name"].as_str().unwrap();
            assert!(!name.contains(['/', '%']) && name.chars().count() <= 253, "{name}");
        }
    }
}
