//! Where databases come from and where they lie.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod fetching;
mod foreign;
mod gathering;
mod installing;
mod starting;

use sekisho_version::PackageUrl;
use sekisho_vulnerability::{Component, Contents, Database};

/// The identifiers that hold of a component.
fn ids(database: &Database, url: &str) -> Vec<String> {
    let component = Component::from_url(PackageUrl::parse(url).unwrap());
    let matches = database.matches(&component).unwrap();
    matches.into_iter().map(|found| found.advisory.id).collect()
}

fn database(contents: &Contents) -> Database {
    let database = Database::open(contents.encode(0).unwrap()).unwrap();
    database.prove().unwrap();
    database
}
