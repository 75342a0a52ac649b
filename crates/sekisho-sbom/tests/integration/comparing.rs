//! Bills beside one another.

use std::cmp::Ordering;

use sekisho_contents::Contents;
use sekisho_sbom::{Bill, Subject, difference, merge};

use crate::sample;

fn contents(urls: &[&str]) -> Contents {
    Contents { packages: urls.iter().map(|url| sample::package(url)).collect(), ..Contents::default() }
}

#[test]
fn what_changed_is_told_by_name() {
    let before = contents(&[
        "pkg:npm/a@1.9.0",
        "pkg:npm/b@1.0.0",
        "pkg:npm/c@1.0.0",
        "pkg:npm/d@2.0.0",
        "pkg:generic/e@1",
    ]);
    let after = contents(&[
        "pkg:npm/a@1.10.0",
        "pkg:npm/b@1.0.0?vcs_url=x",
        "pkg:npm/d@1.0.0",
        "pkg:npm/f@1.0.0",
        "pkg:generic/e@2",
    ]);
    let found = difference(&before, &after);
    let names = |packages: &[&sekisho_contents::Package]| -> Vec<String> {
        packages.iter().map(|package| package.url.to_string()).collect()
    };
    assert_eq!(names(&found.added), ["pkg:npm/f@1.0.0"]);
    assert_eq!(names(&found.removed), ["pkg:npm/c@1.0.0"]);
    assert_eq!(found.same, 1);
    let changed: Vec<_> = found.changed.iter().map(|one| (one.after.url.name(), one.direction)).collect();
    assert_eq!(changed, [("e", None), ("a", Some(Ordering::Greater)), ("d", Some(Ordering::Less))]);
}

#[test]
fn of_several_versions_those_in_both_are_left_out_first() {
    let before = contents(&["pkg:npm/a@1.0.0", "pkg:npm/a@2.0.0"]);
    let after = contents(&["pkg:npm/a@2.0.0", "pkg:npm/a@3.0.0"]);
    let found = difference(&before, &after);
    assert_eq!(found.same, 1);
    assert_eq!(found.changed.len(), 1);
    assert_eq!(found.changed[0].before.url.version(), Some("1.0.0"));
    assert_eq!(found.changed[0].after.url.version(), Some("3.0.0"));
    assert_eq!(difference(&before, &before).same, 2);
}

#[test]
fn merged_bills_hold_each_package_once() {
    let one = sample::bill();
    let two = Bill { contents: contents(&["pkg:npm/leaf@2.0.0", "pkg:npm/new@1.0.0"]), ..Bill::default() };
    let subject = Subject { name: "both".into(), ..Subject::default() };
    let whole = merge(vec![one.clone(), two], subject);
    assert_eq!(whole.contents.packages.len(), one.contents.packages.len() + 1);
    assert_eq!(whole.contents.distribution, one.contents.distribution);
    assert_eq!(whole.subject.as_ref().map(|subject| subject.name.as_str()), Some("both"));
    assert_eq!(whole.tools, one.tools);
    assert_eq!(whole.details["pkg:npm/%40scope/odd@1.0.0"].cpes.len(), 2);
}
