//! Policies on licences.

use sekisho_contents::{Contents, Evidence, License, Package};
use sekisho_package::{LicenseException, LicensePolicy, Refused, license};
use sekisho_version::PackageUrl;

fn package(url: &str, licenses: &[&str]) -> Package {
    let mut package = Package::new(PackageUrl::parse(url).expect("a URL"), Evidence::Installed);
    package.licenses = licenses.iter().map(|text| license(text)).collect();
    package
}

fn refused(policy: &LicensePolicy, licenses: &[&str]) -> bool {
    let contents = Contents { packages: vec![package("pkg:npm/a@1", licenses)], ..Contents::default() };
    !policy.refusals(&contents).is_empty()
}

fn policy(allow: &[&str], deny: &[&str]) -> LicensePolicy {
    let owned = |list: &[&str]| list.iter().map(ToString::to_string).collect();
    LicensePolicy { allow: owned(allow), deny: owned(deny), ..LicensePolicy::default() }
}

#[test]
fn of_choices_one_must_be_taken_and_of_all_that_hold_each() {
    let allow = policy(&["MIT", "Apache-2.0"], &[]);
    for (licenses, is_refused) in [
        (&["MIT"][..], false),
        (&["GPL-3.0-only OR MIT"], false),
        (&["GPL-3.0-only AND MIT"], true),
        (&["MIT", "GPL-3.0-only"], true),
        (&["(MIT OR GPL-3.0-only) AND Apache-2.0"], false),
        (&[], false),
        (&["see COPYING"], false),
    ] {
        assert_eq!(refused(&allow, licenses), is_refused, "{licenses:?}");
    }
}

#[test]
fn what_is_refused_is_so_also_where_it_is_allowed() {
    let deny = policy(&["GPL-*"], &["GPL-3.0"]);
    assert!(refused(&deny, &["GPL-3.0-only"]) && refused(&deny, &["GPL-3.0-or-later"]));
    assert!(!refused(&deny, &["GPL-2.0-only"]) && refused(&deny, &["LGPL-3.0-only"]));
    let with = policy(&[], &["GPL-2.0-only"]);
    assert!(!refused(&with, &["GPL-2.0-only WITH Classpath-exception-2.0"]));
}

#[test]
fn words_and_silence_are_refused_where_the_policy_says_so() {
    let strict = LicensePolicy {
        refuse_unknown: true,
        refuse_missing: true,
        allow: vec!["MIT".to_owned(), "public-domain".to_owned()],
        ..LicensePolicy::default()
    };
    assert!(refused(&strict, &["see COPYING"]) && refused(&strict, &[]));
    assert!(!refused(&strict, &["public-domain"]));
    let contents = Contents { packages: vec![package("pkg:npm/a@1", &["odd"])], ..Contents::default() };
    assert_eq!(strict.refusals(&contents)[0].reason, Refused::Unknown(&License::Words("odd".to_owned())));
    assert!(LicensePolicy::default().refusals(&contents).is_empty());
}

#[test]
fn exceptions_hold_for_their_packages_alone() {
    let mut policy = policy(&["MIT"], &[]);
    let exception = |package: &str, licenses: &[&str]| LicenseException {
        package: package.to_owned(),
        licenses: licenses.iter().map(ToString::to_string).collect(),
        reason: "agreed".to_owned(),
    };
    policy.exceptions = vec![exception("pkg:deb/debian/*", &[]), exception("pkg:npm/a", &["MPL-2.0"])];
    let packages = vec![
        package("pkg:deb/debian/bash@5?arch=amd64", &["GPL-3.0-or-later"]),
        package("pkg:npm/a@1", &["MPL-2.0"]),
        package("pkg:npm/a@2", &["GPL-3.0-only"]),
        package("pkg:npm/ab@1", &["MPL-2.0"]),
    ];
    let contents = Contents { packages, ..Contents::default() };
    let urls: Vec<_> =
        policy.refusals(&contents).iter().map(|refusal| refusal.package.url.to_string()).collect();
    assert_eq!(urls, ["pkg:npm/a@2", "pkg:npm/ab@1"]);
}
