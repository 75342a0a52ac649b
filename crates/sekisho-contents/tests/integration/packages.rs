//! What is known of a package from two places, and its way through serialised data.

use sekisho_contents::{Contents, Evidence, License, Package, Place, Scope};
use sekisho_version::PackageUrl;

fn package(url: &str, evidence: Evidence, path: &str) -> Package {
    let mut package = Package::new(PackageUrl::parse(url).expect("a URL"), evidence);
    package.places.push(Place { layer: None, path: path.into(), line: None, owner: None });
    package
}

#[test]
fn the_stronger_evidence_and_the_wider_scope_hold() {
    let mut locked = package("pkg:npm/a@1", Evidence::Locked, "package-lock.json");
    locked.scope = Scope::Development;
    locked.direct = Some(false);
    let mut installed = package("pkg:npm/a@1", Evidence::Installed, "node_modules/a/package.json");
    installed.licenses.push(License::Expression("MIT".into()));
    locked.absorb(installed);
    assert_eq!(locked.evidence, Evidence::Installed);
    assert_eq!(locked.scope, Scope::Runtime);
    assert_eq!(locked.direct, Some(false));
    assert_eq!(locked.places.len(), 2);
    assert_eq!(locked.licenses.len(), 1);
}

#[test]
fn a_package_is_owned_where_all_its_files_are() {
    let mut package = package("pkg:pypi/six@1.16.0", Evidence::Installed, "a");
    assert!(!package.is_owned());
    package.places[0].owner = Some("pkg:deb/debian/python3-six@1.16.0-4".into());
    assert!(package.is_owned());
    package.places.push(Place { layer: Some(1), path: "b".into(), line: None, owner: None });
    assert!(!package.is_owned());
}

#[test]
fn contents_survive_serialisation() {
    let mut package = package("pkg:npm/%40scope/a@1?x=y#sub", Evidence::Installed, "p");
    package.dependencies.insert("pkg:npm/b@2".into());
    let contents = Contents { packages: vec![package], files: 3, ..Contents::default() };
    let text = serde_json::to_string(&contents).expect("text");
    assert_eq!(serde_json::from_str::<Contents>(&text).expect("contents"), contents);
}
