//! What a repository must not get away with, and what is kept when it tries.

use sekisho_tuf::{Client, TufError};
use serde_json::{Value, json};

use crate::repository::{Kept, Repository, key_entry, now, role, root, signed, snapshot, targets, timestamp};

#[test]
fn what_is_proved_is_kept_as_it_came() {
    let repository = Repository::usual(&[("a", b"bytes")]);
    let mut kept = Kept::new();
    let status = kept.refresh(&repository).expect("a repository");
    assert_eq!(status.versions, [1, 1, 1, 1]);
    assert_eq!(kept.0["timestamp"], repository.files["timestamp.json"]);
    assert_eq!(
        *repository.asked.borrow(),
        ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"]
    );
    repository.asked.borrow_mut().clear();
    kept.refresh(&repository).expect("the same again");
    assert_eq!(*repository.asked.borrow(), ["2.root.json", "timestamp.json"]);
}

#[test]
fn a_root_that_did_not_sign_itself_begins_nothing() {
    let repository = Repository::usual(&[]);
    let mut kept = Kept::new();
    kept.0.insert("root".to_owned(), signed(&root(1), &[2]));
    assert!(matches!(kept.refresh(&repository), Err(TufError::Threshold { .. })));
    kept.0.clear();
    assert!(matches!(kept.refresh(&repository), Err(TufError::NoRoot)));
    assert!(repository.asked.borrow().is_empty());
}

/// A new root needs the old keys and its own.
#[test]
fn roots_follow_each_other_by_both_keys() {
    let mut next = root(2);
    next["roles"]["root"] = role(&[5, 6], 2);
    for (keys, is_taken) in [(&[1_u8, 5, 6][..], true), (&[5, 6], false), (&[1, 5], false), (&[1], false)] {
        let mut repository = Repository::usual(&[]);
        repository.put("2.root.json", &next, keys);
        let mut kept = Kept::new();
        assert_eq!(kept.refresh(&repository).is_ok(), is_taken, "{keys:?}");
        assert_eq!(kept.version("root"), Some(if is_taken { 2 } else { 1 }));
    }
    let mut repository = Repository::usual(&[]);
    repository.put("2.root.json", &root(3), &[1]);
    assert!(matches!(Kept::new().refresh(&repository), Err(TufError::Version { found: 3, wanted: 2, .. })));
}

/// One key under two names is one signer.
#[test]
fn a_threshold_counts_keys() {
    let (_, value) = key_entry(2);
    let mut other = value.clone();
    other["x-note"] = "the same key".into();
    let mut next = root(2);
    next["keys"]["other"] = other;
    next["roles"]["timestamp"] = json!({ "keyids": [key_entry(2).0, "other"], "threshold": 2 });
    let mut repository = Repository::usual(&[]);
    repository.put("2.root.json", &next, &[1]);
    let mut document: Value = serde_json::from_slice(&signed(&timestamp(1, 1), &[2])).expect("a document");
    let signature = document["signatures"][0]["sig"].clone();
    document["signatures"]
        .as_array_mut()
        .expect("signatures")
        .push(json!({ "keyid": "other", "sig": signature }));
    repository.files.insert("timestamp.json".to_owned(), document.to_string().into_bytes());
    let error = Kept::new().refresh(&repository).expect_err("one key");
    assert!(matches!(error, TufError::Threshold { found: 1, needed: 2, .. }), "{error}");
}

#[test]
fn nothing_goes_back() {
    let mut repository = Repository::usual(&[]);
    let mut kept = Kept::new();
    repository.publish(5, &targets(3, &[], Value::Null));
    kept.refresh(&repository).expect("a repository");
    let error = |repository: &Repository, kept: &mut Kept| kept.refresh(repository).expect_err("goes back");
    repository.publish(4, &targets(3, &[], Value::Null));
    assert!(matches!(error(&repository, &mut kept), TufError::Rollback { found: 4, known: 5, .. }));
    repository.put("timestamp.json", &timestamp(6, 4), &[2]);
    assert!(matches!(error(&repository, &mut kept), TufError::Rollback { found: 4, known: 5, .. }));
    repository.publish(7, &targets(2, &[], Value::Null));
    assert!(matches!(error(&repository, &mut kept), TufError::Rollback { found: 2, known: 3, .. }));
    repository.put("8.snapshot.json", &snapshot(8, &[("other", 1)]), &[3]);
    repository.put("timestamp.json", &timestamp(8, 8), &[2]);
    assert!(matches!(error(&repository, &mut kept), TufError::Vanished(_)));
    assert_eq!((kept.version("snapshot"), kept.version("targets")), (Some(5), Some(3)));
    // New keys end what the old ones made too high.
    let mut next = root(2);
    next["roles"]["snapshot"] = role(&[5], 1);
    next["roles"]["timestamp"] = role(&[6], 1);
    repository.put("2.root.json", &next, &[1]);
    repository.put("timestamp.json", &timestamp(1, 1), &[6]);
    repository.put("1.snapshot.json", &snapshot(1, &[("targets", 1)]), &[5]);
    kept.refresh(&repository).expect("a repository that recovered");
    assert_eq!((kept.version("timestamp"), kept.version("snapshot")), (Some(1), Some(1)));
}

#[test]
fn what_has_expired_proves_nothing() {
    let over = "2025-12-31T23:59:59Z";
    for file in ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"] {
        let mut repository = Repository::usual(&[]);
        repository.put("2.root.json", &root(2), &[1]);
        let mut document: Value = serde_json::from_slice(&repository.files[file]).expect("a document");
        document["signed"]["expires"] = over.into();
        let number = match file {
            "2.root.json" => 1,
            "timestamp.json" => 2,
            "1.snapshot.json" => 3,
            _ => 4,
        };
        repository.put(file, &document["signed"], &[number]);
        let mut kept = Kept::new();
        assert!(matches!(kept.refresh(&repository), Err(TufError::Expired { .. })), "{file}");
        // A root that has expired may still lead to the next one.
        assert_eq!(kept.version("root"), Some(2));
        assert_eq!(kept.version("targets"), None);
    }
}

/// A repository without an end.
#[test]
fn roots_come_to_an_end() {
    let mut repository = Repository::usual(&[]);
    for version in 2..300 {
        repository.put(&format!("{version}.root.json"), &root(version), &[1]);
    }
    let mut kept = Kept::new();
    let mut client = Client::new(&repository, &mut kept, now()).expect("a client");
    assert!(matches!(client.refresh(), Err(TufError::TooManyRoots(256))));
}
