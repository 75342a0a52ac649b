//! The same with a server of PostgreSQL, where this machine has one.

use std::thread;
use std::time::Duration;

use sekisho_store::{Filter, Spool, Store, StoreError, StoreOptions, StoreTarget};

use crate::postgresql::Server;
use crate::{results, support};

#[test]
fn a_server_keeps_everything_and_its_absence_loses_nothing() {
    let Some(mut server) = Server::start() else { return };
    let target = StoreTarget::read(&server.url()).unwrap();
    let mut store = Store::open(&target, StoreOptions::default()).unwrap();
    results::all(&mut store);

    // Another that holds the table.
    let quick = StoreOptions { patience: Duration::from_millis(200), bytes: None };
    let mut spool = Spool::new(target.clone(), quick, "c9");
    spool.push([support::object("web", &["a"])]);
    spool.flush(1).unwrap();
    let mut other = server.say("BEGIN; LOCK TABLE findings; SELECT pg_sleep(60)");
    spool.push([support::object("web", &["a", "b"])]);
    // Until the other holds the table, writing goes well.
    let error = loop {
        match spool.flush(2) {
            Err(error) => break error,
            Ok(_) => spool.push([support::object("web", &["a", "b"])]),
        }
        thread::sleep(Duration::from_millis(20));
    };
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    assert_eq!(spool.waiting(), 1);
    server.stop();
    let _ = other.kill();
    let _ = other.wait();
    let error = spool.flush(3).unwrap_err();
    assert!(matches!(error, StoreError::Away { .. }) && error.is_passing(), "{error}");
    assert_eq!(spool.waiting(), 1);
    server.run();
    assert_eq!(spool.flush(4).unwrap(), 1);
    let filter = Filter { cluster: Some("c9".to_owned()), ..Filter::default() };
    assert_eq!(spool.with(|store| store.findings(&filter)).unwrap().len(), 2);
}
