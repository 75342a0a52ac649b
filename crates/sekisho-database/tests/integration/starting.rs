//! The database that comes with the program.

use sekisho_database::starter;

use crate::ids;

#[test]
fn it_is_whole_and_holds_facts_alone() {
    let database = starter().unwrap();
    database.prove().unwrap();
    assert!(database.len() > 20_000);
    assert!((0..database.len()).all(|place| database.advisory(place).unwrap().summary.is_empty()));
    assert!(database.origins().iter().all(|origin| origin.licence != "NOASSERTION"));
    assert!(ids(&database, "pkg:cargo/time@0.1.43").contains(&"RUSTSEC-2020-0071".to_owned()));
    assert!(!ids(&database, "pkg:pypi/Django@2.0.1").is_empty());
    assert!(!ids(&database, "pkg:golang/golang.org/x/text@v0.3.0").is_empty());
}
