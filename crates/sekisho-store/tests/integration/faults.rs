//! Databases that are locked, away, full, damaged or of another time.

use std::fs;
use std::time::Duration;

use rusqlite::Connection;
use sekisho_store::{Filter, Spool, Store, StoreError, StoreOptions, StoreTarget};

use crate::support::{object, open};

const QUICK: StoreOptions = StoreOptions { patience: Duration::from_millis(1), bytes: None };

#[test]
fn a_locked_database_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.db");
    drop(open(&path));
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let mut spool = Spool::new(StoreTarget::File(path), QUICK, "c1");
    spool.push([object("web", &["a"]), object("api", &[])]);
    spool.push([object("web", &["a", "b"])]);
    let error = spool.flush(100).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }) && error.is_passing(), "{error}");
    assert_eq!(spool.waiting(), 2);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(spool.flush(200).unwrap(), 2);
    assert_eq!(spool.waiting(), 0);
    assert_eq!(spool.with(|store| store.findings(&Filter::default())).unwrap().len(), 2);
}

#[test]
fn a_full_disk_undoes_a_transaction_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.db");
    open(&path).write("c1", &[object("first", &["a"])], 100).unwrap();
    let options = StoreOptions { bytes: Some(128 << 10), ..StoreOptions::default() };
    let mut spool = Spool::new(StoreTarget::File(path.clone()), options, "c1");
    let rules: Vec<String> = (0..2_000).map(|number| format!("rule-{number}")).collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    spool.push([object("big", &rules)]);
    let error = spool.flush(200).unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert_eq!(spool.waiting(), 1);
    let mut store = open(&path);
    assert_eq!(store.findings(&Filter::default()).unwrap().len(), 1);
    assert_eq!(store.coverage(None).unwrap(), (1, Some(100)));
    // There is room again.
    let mut spool = Spool::new(StoreTarget::File(path), StoreOptions::default(), "c1");
    spool.push([object("big", &rules)]);
    assert_eq!(spool.flush(300).unwrap(), 1);
    assert_eq!(store.findings(&Filter::default()).unwrap().len(), 2_001);
}

#[test]
fn what_cannot_be_opened_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let error = Store::open(&StoreTarget::File(folder.path().join("no/such/results.db")), QUICK).unwrap_err();
    assert!(matches!(error, StoreError::Away { .. }), "{error}");
    let error = Store::open(&StoreTarget::File(folder.path().to_owned()), QUICK).unwrap_err();
    assert!(matches!(error, StoreError::Away { .. }), "{error}");
}

#[test]
fn what_is_no_database_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.db");
    let text = "this is a letter to my grandmother ".repeat(100);
    fs::write(&path, &text).unwrap();
    let error = Store::open(&StoreTarget::File(path.clone()), QUICK).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_half_written_database_is_damaged_or_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.db");
    let mut store = open(&path);
    for number in 0..50 {
        store.write("c1", &[object(&format!("web-{number}"), &["a"])], 100).unwrap();
    }
    // What a crash leaves: the file and its log as they are in the middle, the log cut off anywhere.
    let (whole, log) = (fs::read(&path).unwrap(), fs::read(folder.path().join("results.db-wal")).unwrap());
    for cut in [0, 1, 33, log.len() / 3, log.len() - 1, log.len()] {
        let copy = folder.path().join(format!("cut-{cut}.db"));
        fs::write(&copy, &whole).unwrap();
        fs::write(folder.path().join(format!("cut-{cut}.db-wal")), &log[..cut]).unwrap();
        let mut store = open(&copy);
        let (objects, _) = store.coverage(None).unwrap();
        assert_eq!(i64::try_from(store.findings(&Filter::default()).unwrap().len()).unwrap(), objects);
    }
}

#[test]
fn a_newer_layout_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.db");
    drop(open(&path));
    Connection::open(&path).unwrap().execute_batch("UPDATE sekisho_schema SET version = 99").unwrap();
    let error = Store::open(&StoreTarget::File(path), QUICK).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
}

#[test]
fn addresses_are_read_and_shown_without_passwords() {
    let target =
        StoreTarget::read("postgresql://sekisho:secret@db.example.com/results?sslmode=require").unwrap();
    assert_eq!(target.to_string(), "postgresql://db.example.com/results");
    assert!(!format!("{target:?}").contains("secret"));
    let error = StoreTarget::read("mysql://u:secret@x/y").unwrap_err().to_string();
    assert_eq!(error, "`mysql://x/y` is no database: name a file or `postgresql://…`");
}

#[cfg(not(feature = "postgresql"))]
#[test]
fn a_build_without_postgresql_says_so() {
    let target = StoreTarget::read("postgresql://x/y").unwrap();
    assert_eq!(Store::open(&target, QUICK).unwrap_err(), StoreError::NoPostgresql);
}
