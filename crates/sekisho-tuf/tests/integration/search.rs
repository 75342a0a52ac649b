//! Files through delegations.

use data_encoding::HEXLOWER;
use sekisho_signature::algorithm::Hash;
use sekisho_tuf::TufError;
use serde_json::{Value, json};

use crate::repository::{Kept, Repository, key_entry, role, snapshot, targets, timestamp};

fn delegation(name: &str, key: u8, paths: &[&str], is_terminating: bool) -> Value {
    let mut value = role(&[key], 1);
    value["name"] = name.into();
    value["paths"] = json!(paths);
    value["terminating"] = is_terminating.into();
    value
}

fn delegations(roles: &[Value]) -> Value {
    let keys: serde_json::Map<String, Value> = (5..=8).map(key_entry).collect();
    json!({ "keys": keys, "roles": roles })
}

/// A repository with roles, each with a key and the value of its targets.
fn with(top: &Value, roles: &[(&str, u8, Value)]) -> Repository {
    let mut repository = Repository::usual(&[]);
    let mut files = vec![("targets", 2)];
    files.extend(roles.iter().map(|(name, _, _)| (*name, 1)));
    repository.put("timestamp.json", &timestamp(2, 2), &[2]);
    repository.put("2.snapshot.json", &snapshot(2, &files), &[3]);
    repository.put("2.targets.json", top, &[4]);
    for (name, key, value) in roles {
        repository.put(&format!("1.{name}.json"), value, &[*key]);
    }
    repository
}

#[test]
fn a_file_is_what_it_is_said_to_be() {
    let repository = Repository::usual(&[("folder/a", b"bytes")]);
    let target = Kept::new().find(&repository, "folder/a").expect("a file");
    target.check(b"bytes").expect("the same");
    assert!(matches!(target.check(b"other"), Err(TufError::Mismatch(_))));
    let hash = HEXLOWER.encode(&Hash::Sha256.of(b"bytes"));
    assert_eq!(target.place(true), format!("folder/{hash}.a"));
    assert_eq!(target.place(false), "folder/a");
    assert!(matches!(Kept::new().find(&repository, "b"), Err(TufError::NoTarget(_))));
}

/// Depth first, and nobody after one that ends the search.
#[test]
fn the_first_who_says_something_counts() {
    let file = |bytes: &'static [u8]| vec![("x/a", bytes)];
    let top = |ends| {
        targets(
            2,
            &[],
            delegations(&[delegation("one", 5, &["x/*"], ends), delegation("two", 6, &["x/*"], false)]),
        )
    };
    let inner = delegations(&[delegation("three", 7, &["x/*"], false)]);
    let roles = |third: &[(&str, &[u8])]| {
        vec![
            ("one", 5, targets(1, &[], inner.clone())),
            ("two", 6, targets(1, &file(b"second"), Value::Null)),
            ("three", 7, targets(1, third, Value::Null)),
        ]
    };
    let found = |repository: &Repository| Kept::new().find(repository, "x/a");
    let third = found(&with(&top(false), &roles(&file(b"third")))).expect("a file");
    third.check(b"third").expect("the one that is deeper");
    found(&with(&top(false), &roles(&[]))).expect("a file").check(b"second").expect("the next");
    assert!(matches!(found(&with(&top(true), &roles(&[]))), Err(TufError::NoTarget(_))));
    // A star ends at a slash.
    let repository = with(&top(false), &roles(&file(b"third")));
    assert!(matches!(Kept::new().find(&repository, "x/y/a"), Err(TufError::NoTarget(_))));
}

/// A role counts by the keys of the one who delegates to it, and by no others.
#[test]
fn another_delegator_means_other_keys() {
    let top = targets(
        2,
        &[],
        delegations(&[delegation("one", 5, &["a/*"], false), delegation("two", 6, &["b/*"], false)]),
    );
    let shared = |key, path| delegations(&[delegation("shared", key, &[path], false)]);
    let roles = [
        ("one", 5, targets(1, &[], shared(7, "a/*"))),
        ("two", 6, targets(1, &[], shared(8, "b/*"))),
        ("shared", 7, targets(1, &[("a/f", b"a"), ("b/f", b"b")], Value::Null)),
    ];
    let repository = with(&top, &roles);
    let mut kept = Kept::new();
    kept.find(&repository, "a/f").expect("a file");
    assert!(matches!(kept.find(&repository, "b/f"), Err(TufError::Threshold { .. })));
}

#[test]
fn bins_are_chosen_by_hashes() {
    let mut succinct = role(&[5], 1);
    succinct["name_prefix"] = "bin".into();
    succinct["bit_length"] = 4.into();
    let keys: serde_json::Map<String, Value> = [key_entry(5)].into_iter().collect();
    let top = targets(2, &[], json!({ "keys": keys, "succinct_roles": succinct }));
    let digit = HEXLOWER.encode(&Hash::Sha256.of(b"a"))[..1].to_owned();
    let name = format!("bin-{digit}");
    let repository = with(&top, &[(&name, 5, targets(1, &[("a", b"bytes")], Value::Null))]);
    Kept::new().find(&repository, "a").expect("a file");

    let mut prefixed = delegation("hashed", 5, &[], false);
    prefixed.as_object_mut().expect("an object").remove("paths");
    prefixed["path_hash_prefixes"] = json!([digit]);
    let top = targets(2, &[], delegations(&[prefixed]));
    let repository = with(&top, &[("hashed", 5, targets(1, &[("a", b"bytes")], Value::Null))]);
    Kept::new().find(&repository, "a").expect("a file");
}

/// A role can be called anything, and stays in its folder.
#[test]
fn names_of_roles_are_escaped() {
    let top = targets(2, &[], delegations(&[delegation("../one", 5, &["*"], false)]));
    let mut repository = with(&top, &[("../one", 5, targets(1, &[], Value::Null))]);
    let bytes = repository.files.remove("1.../one.json").expect("a file");
    repository.files.insert("1...%2Fone.json".to_owned(), bytes);
    let mut kept = Kept::new();
    assert!(matches!(kept.find(&repository, "a"), Err(TufError::NoTarget(_))));
    assert!(kept.0.contains_key("..%2Fone"));
}
