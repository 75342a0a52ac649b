//! The book of approvals: what lapses and when, what is told of it, and what no clock, database or registry that fails
//! makes lapse or pass unseen.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use sekisho_cluster::{ImageUse, ImageUser, LapseAction, LapseList};
use sekisho_controller::{Approvals, Assessment, Auditor, Grace, Verdict};
use sekisho_store::{FindingRow, ObjectKey};

use crate::support::{bundle, object, policy, run};

fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    start.checked_add(SignedDuration::from_mins(minutes)).unwrap()
}

fn digest(number: usize) -> String {
    format!("sha256:{number:064x}")
}

/// What an image is called in the book.
fn name(number: usize) -> String {
    format!("registry.example.com/shop/app@{}", digest(number))
}

fn image(number: usize, workloads: &[&str]) -> ImageUse {
    let user = |name: &&str| ImageUser {
        api_version: "apps/v1".to_owned(),
        kind: "Deployment".to_owned(),
        namespace: "shop".to_owned(),
        name: (*name).to_owned(),
        container: "web".to_owned(),
    };
    ImageUse {
        reference: format!("registry.example.com/shop/app:{number}"),
        digest: Some(digest(number)),
        users: workloads.iter().map(user).collect(),
        secrets: BTreeSet::new(),
        nodes: BTreeSet::new(),
    }
}

fn grace(action: LapseAction) -> Grace {
    Grace { action, length: SignedDuration::from_hours(1), interval: SignedDuration::from_mins(5) }
}

fn deny() -> Grace {
    grace(LapseAction::Deny)
}

fn came(verdict: Verdict) -> Assessment {
    Assessment { verdict, until: None }
}

fn lapsed() -> Assessment {
    came(Verdict::Lapsed(vec!["its bundle is no longer in force".to_owned()]))
}

/// A book of one image that a workload runs and that is approved by a bundle.
fn approved() -> Approvals {
    let mut book = Approvals::default();
    book.see(vec![image(1, &["web"])], at(0));
    assert_eq!(book.enter(&name(1), came(Verdict::Approved), "bundle-1", at(0)), None);
    book
}

fn due(book: &Approvals, revision: &str, minutes: i64) -> Vec<String> {
    book.due(revision, &deny(), at(minutes), 100).into_iter().map(|(digest, _)| digest).collect()
}

/// The rules, outcomes and consequences of what is said of workloads.
fn said(book: &Approvals, grace: &Grace, minutes: i64) -> Vec<(String, String, String)> {
    let findings = book.findings(grace, at(minutes));
    let row =
        |row: &FindingRow| (row.rule.name.clone(), row.outcome.to_string(), row.rule.consequence.clone());
    findings.values().flatten().map(row).collect()
}

fn triple(rule: &str, outcome: &str, consequence: &str) -> Vec<(String, String, String)> {
    vec![(rule.to_owned(), outcome.to_owned(), consequence.to_owned())]
}

#[test]
fn another_bundle_or_database_has_every_image_looked_at_again_and_nothing_else_does() {
    let book = approved();
    assert!(due(&book, "bundle-1", 4).is_empty());
    assert_eq!(due(&book, "bundle-2", 4), [name(1)]);
    // What is approved is looked at less often than what is not, and still is.
    assert!(due(&book, "bundle-1", 59).is_empty());
    assert_eq!(due(&book, "bundle-1", 60), [name(1)]);
}

#[test]
fn a_lapse_is_told_at_once_and_acted_upon_after_the_grace() {
    let mut book = approved();
    assert!(said(&book, &deny(), 0).is_empty());
    let told = book.enter(&name(1), lapsed(), "bundle-2", at(10)).unwrap();
    assert!(told.contains(&name(1)) && told.contains("no longer in force"), "{told}");
    assert_eq!(said(&book, &deny(), 10), triple("approval-lapsed", "fail", "records"));
    assert!(book.list(&deny(), at(69)).images.is_empty());
    assert_eq!(book.list(&deny(), at(70)).images.keys().collect::<Vec<_>>(), [&name(1)]);
    assert_eq!(said(&book, &deny(), 70), triple("approval-lapsed", "fail", "refuses"));
    assert_eq!(said(&book, &grace(LapseAction::Warn), 70), triple("approval-lapsed", "fail", "warns"));
    assert_eq!(said(&book, &grace(LapseAction::Report), 70), triple("approval-lapsed", "fail", "records"));
    let findings = book.findings(&deny(), at(70));
    let (key, rows) = findings.first_key_value().unwrap();
    assert_eq!(key.id(), "apps/Deployment/shop/web");
    assert!(rows[0].message.contains("container `web`"), "{}", rows[0].message);
    assert!(rows[0].message.contains("refused from 2026-11-23T13:10:00Z on"), "{}", rows[0].message);
    // It is not told twice, and the grace does not begin anew.
    assert_eq!(book.enter(&name(1), lapsed(), "bundle-2", at(80)), None);
    assert_eq!(book.list(&deny(), at(80)).images.len(), 1);
    // Who passes the gate again is approved again.
    assert!(book.enter(&name(1), came(Verdict::Approved), "bundle-2", at(90)).is_some());
    assert!(book.list(&deny(), at(90)).images.is_empty());
    assert!(said(&book, &deny(), 90).is_empty());
}

#[test]
fn an_approval_ends_though_nobody_answers() {
    let mut book = approved();
    let until = Assessment { verdict: Verdict::Approved, until: Some(at(20)) };
    book.enter(&name(1), until, "bundle-1", at(1));
    assert!(due(&book, "bundle-1", 20).is_empty());
    assert_eq!(due(&book, "bundle-1", 21), [name(1)]);
    let unknown = || came(Verdict::Unknown("the registry is away".to_owned()));
    assert_eq!(book.enter(&name(1), unknown(), "bundle-1", at(15)), None);
    assert!(book.enter(&name(1), unknown(), "bundle-1", at(21)).unwrap().contains("counted until"));
    assert_eq!(book.standing().lapsed, 1);
    // The same where nothing can be judged at all.
    let mut book = approved();
    book.enter(&name(1), Assessment { verdict: Verdict::Approved, until: Some(at(20)) }, "bundle-1", at(1));
    book.doubt("the vulnerability database cannot be read", at(19));
    assert_eq!((book.standing().lapsed, book.standing().unknown), (0, 1));
    book.doubt("the vulnerability database cannot be read", at(21));
    assert_eq!(book.standing().lapsed, 1);
}

#[test]
fn what_cannot_be_told_changes_nothing_and_is_said() {
    let unknown = || came(Verdict::Unknown("the registry is away".to_owned()));
    let mut book = approved();
    assert_eq!(book.enter(&name(1), unknown(), "bundle-2", at(5)), None);
    assert_eq!(said(&book, &deny(), 5), triple("approval-unknown", "error", "records"));
    assert_eq!((book.standing().approved, book.standing().unknown), (0, 1));
    assert!(book.list(&deny(), at(500)).images.is_empty());
    // It is asked again, and not all the time.
    assert!(due(&book, "bundle-2", 9).is_empty());
    assert_eq!(due(&book, "bundle-2", 10), [name(1)]);
    // What had lapsed stays so.
    let mut book = approved();
    book.enter(&name(1), lapsed(), "bundle-2", at(5));
    book.enter(&name(1), unknown(), "bundle-3", at(6));
    assert_eq!(said(&book, &deny(), 100), triple("approval-lapsed", "fail", "refuses"));
    assert_eq!(book.list(&deny(), at(100)).images.len(), 1);
}

#[test]
fn a_database_that_cannot_be_read_lets_nothing_pass_unseen() {
    let mut book = approved();
    book.see(vec![image(1, &["web"]), image(2, &["other"])], at(1));
    book.enter(&name(2), lapsed(), "bundle-1", at(1));
    book.doubt("the vulnerability database cannot be read", at(2));
    let said = said(&book, &deny(), 2);
    assert!(said.iter().any(|(rule, outcome, _)| rule == "approval-unknown" && outcome == "error"));
    assert!(said.iter().any(|(rule, ..)| rule == "approval-lapsed"));
    assert_eq!((book.standing().approved, book.standing().lapsed), (0, 1));
    // As soon as it can, all is looked at again.
    assert_eq!(due(&book, "bundle-1", 3).len(), 2);
    assert!(!book.is_whole());
    book.enter(&name(1), came(Verdict::Approved), "bundle-1", at(3));
    book.enter(&name(2), lapsed(), "bundle-1", at(3));
    assert!(book.is_whole());
    assert_eq!((book.standing().approved, book.standing().unknown), (1, 0));
    assert_eq!(book.list(&deny(), at(61)).images.len(), 1, "the grace did not begin anew");
}

#[test]
fn what_is_kept_outlasts_who_kept_it() {
    let mut book = approved();
    book.see(vec![image(1, &["web"]), image(2, &["other"])], at(0));
    book.enter(&name(2), came(Verdict::Missing(vec!["nobody signed it".to_owned()])), "bundle-1", at(0));
    book.enter(&name(1), lapsed(), "bundle-2", at(10));
    let rows = book.rows();
    assert_eq!(rows.len(), 2);
    let mut next = Approvals::of(&rows);
    // Nothing runs for all it knows, and what lapsed is still listed.
    assert_eq!(next.list(&deny(), at(70)).images.len(), 1);
    next.see(vec![image(1, &["web"]), image(2, &["other"])], at(60));
    assert!(!next.is_whole(), "nothing was looked at yet");
    assert_eq!(due(&next, "bundle-2", 60).len(), 2);
    assert_eq!(next.list(&deny(), at(69)).images.len(), 0);
    assert_eq!(next.list(&deny(), at(70)).images.len(), 1);
    assert_eq!(next.rows(), rows);
}

#[test]
fn a_claim_that_was_taken_away_does_not_unmake_an_approval_that_was() {
    let mut book = approved();
    let missing = came(Verdict::Missing(vec!["nothing is signed or attested".to_owned()]));
    assert!(book.enter(&name(1), missing.clone(), "bundle-1", at(60)).unwrap().contains("has lapsed"));
    let mut book = Approvals::default();
    book.see(vec![image(1, &["web"])], at(0));
    assert_eq!(book.enter(&name(1), missing, "bundle-1", at(0)), None);
    assert_eq!(said(&book, &deny(), 0), triple("approval-missing", "fail", "records"));
    assert!(book.list(&deny(), at(600)).images.is_empty(), "the trust policies refuse it at admission");
}

#[test]
fn a_clock_that_is_set_back_makes_nothing_come_back() {
    let mut book = approved();
    assert_eq!(book.time(at(60)), (at(60), None));
    // By little: replicas differ.
    assert_eq!(book.time(at(55)), (at(60), None));
    // By more: it is said, and what had lapsed still has.
    book.enter(&name(1), lapsed(), "bundle-2", at(60));
    let (now, said) = book.time(at(10));
    assert_eq!(now, at(10));
    assert!(said.unwrap().contains("3000 s behind"));
    assert_eq!(book.standing().lapsed, 1);
    assert_eq!(due(&book, "bundle-2", 10), [name(1)], "it is looked at by the clock that is right");
    // A grace that began in the future begins now.
    book.enter(&name(1), lapsed(), "bundle-2", at(10));
    assert_eq!(book.list(&deny(), at(70)).images.len(), 1);
}

#[test]
fn the_list_is_bounded_and_has_what_most_run() {
    let mut book = Approvals::default();
    let count = LapseList::MOST + 5;
    let mut images: Vec<ImageUse> = (0..count).map(|number| image(number, &["one"])).collect();
    images[count - 1] = image(count - 1, &["one", "two"]);
    book.see(images, at(0));
    for number in 0..count {
        book.enter(&name(number), lapsed(), "bundle-1", at(0));
    }
    let list = book.list(&deny(), at(60));
    assert_eq!((list.images.len(), list.left), (LapseList::MOST, 5));
    assert!(list.images.contains_key(&name(count - 1)));
}

#[test]
fn the_same_image_under_two_names_is_two() {
    let mut book = approved();
    let copy = ImageUse { reference: "mirror.example.com/app:1".to_owned(), ..image(1, &["other"]) };
    book.see(vec![image(1, &["web"]), copy], at(1));
    let due = due(&book, "bundle-1", 1);
    assert_eq!(due, [format!("mirror.example.com/app@{}", digest(1))]);
    book.enter(&due[0], lapsed(), "bundle-1", at(1));
    assert_eq!((book.standing().approved, book.standing().lapsed), (1, 1));
    assert_eq!(book.list(&deny(), at(61)).images.keys().collect::<Vec<_>>(), [&due[0]]);
}

#[test]
fn what_runs_nowhere_any_more_is_remembered_for_a_while() {
    let mut book = approved();
    book.enter(&name(1), lapsed(), "bundle-2", at(1));
    assert!(book.see(Vec::new(), at(2)).is_empty());
    assert!(said(&book, &deny(), 100).is_empty(), "nothing runs it");
    assert_eq!(book.list(&deny(), at(100)).images.len(), 1, "and nothing new may");
    assert_eq!(due(&book, "bundle-3", 100), [name(1)]);
    assert_eq!(book.see(Vec::new(), at(31 * 24 * 60)), [name(1)]);
    assert!(book.rows().is_empty());
}

#[test]
fn approvals_are_findings_beside_those_of_policies() {
    let mut auditor = Auditor::new();
    auditor.policies(bundle(&[("p.yaml", &policy("team", "Pod", "team"))]), "sha256:1");
    auditor.object(object("Pod", "shop", "web", "{}"));
    assert_eq!(run(&mut auditor)[0].findings.len(), 1);
    let row = FindingRow { fingerprint: "f".into(), ..FindingRow::default() };
    let key = |kind: &str, name: &str| ObjectKey {
        api_version: if kind == "Pod" { "v1" } else { "apps/v1" }.to_owned(),
        kind: kind.to_owned(),
        namespace: "shop".to_owned(),
        name: name.to_owned(),
    };
    let both = [(key("Pod", "web"), vec![row.clone()]), (key("Deployment", "api"), vec![row])];
    auditor.beside(BTreeMap::from(both.clone()));
    let results = run(&mut auditor);
    let of = |kind: &str| results.iter().find(|result| result.key.kind == kind).unwrap();
    assert_eq!(of("Pod").findings.len(), 2);
    assert_eq!((of("Deployment").findings.len(), of("Deployment").gone), (1, false));
    assert_eq!(auditor.findings().count(), 3);
    // The same again is nothing new.
    auditor.beside(BTreeMap::from(both));
    assert!(run(&mut auditor).is_empty());
    auditor.beside(BTreeMap::new());
    let results = run(&mut auditor);
    let of = |kind: &str| results.iter().find(|result| result.key.kind == kind).unwrap();
    assert_eq!(of("Pod").findings.len(), 1);
    assert!(of("Deployment").gone);
}
