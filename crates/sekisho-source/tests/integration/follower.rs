//! Following a source: what is refused leaves what was in use.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use sekisho_source::{Bundle, Cache, Charter, Follower, Step};

use crate::support::{Repository, folder_reader, person, write};

/// Takes every bundle but those that hold `bad`; what it makes is the text of `a.yaml`, as it lies on disk, and the day.
fn proof(_: &Bundle, _: &Charter, files: &Path, day: i64) -> Result<(String, i64), String> {
    let text = fs::read_to_string(files.join("a.yaml")).map_err(|error| error.to_string())?;
    if text.contains("bad") { Err("a test of `a.yaml` fails".to_owned()) } else { Ok((text, day)) }
}

type Texts = Follower<(String, i64)>;

fn follower(repository: &Repository) -> Texts {
    let reader = repository.reader(Some("main"), None);
    let cache = Cache::new(&repository.folder.path().join("cache"), "policies");
    Follower::new(reader, cache, Box::new(proof))
}

fn adopted(follower: &Texts) -> String {
    match follower.step() {
        Step::Adopted(adopted) => adopted.ready.0.clone(),
        other => panic!("{other:?}"),
    }
}

fn refused(follower: &Texts) -> (String, bool) {
    match follower.step() {
        Step::Refused(message, first) => (message, first),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bundle_that_fails_its_tests_leaves_the_last_good_one() {
    let repository = Repository::new();
    let ana = person("ana@example.com");
    let good = repository.push(&ana, None, &[("a.yaml", "one\n")]);
    let follower = follower(&repository);
    assert!(!follower.health().is_ready());
    assert_eq!(adopted(&follower), "one\n");
    assert!(matches!(follower.step(), Step::Same));
    repository.push(&ana, None, &[("a.yaml", "bad\n")]);
    assert_eq!(refused(&follower), ("a test of `a.yaml` fails".to_owned(), true));
    assert_eq!(refused(&follower), ("a test of `a.yaml` fails".to_owned(), false));
    let health = follower.health();
    assert_eq!(health.commit.as_deref(), Some(good.to_string().as_str()));
    assert_eq!((health.adopted, health.refused, health.failures), (1, 2, 2));
    assert!(health.detail().ends_with("the last reading failed: a test of `a.yaml` fails"));
    assert!(health.metrics().contains("sekisho_bundle_refused_total{source="));
    assert_eq!(follower.current().unwrap().ready.0, "one\n");
    repository.push(&ana, None, &[("a.yaml", "three\n")]);
    assert_eq!(adopted(&follower), "three\n");
    assert_eq!(follower.health().failures, 0);
}

#[test]
fn a_restart_without_the_repository_begins_with_the_last_good_one() {
    let repository = Repository::new();
    let ana = person("ana@example.com");
    repository.push(&ana, None, &[("a.yaml", "one\n")]);
    adopted(&follower(&repository));
    fs::rename(repository.path(), repository.folder.path().join("away")).unwrap();
    let follower = follower(&repository);
    assert_eq!(follower.resume().unwrap().ready.0, "one\n");
    assert!(follower.health().from_cache);
    let (message, _) = refused(&follower);
    assert!(message.starts_with("cannot read `git+file://"), "{message}");
    assert!(follower.health().detail().contains("kept from an earlier run"));
    fs::rename(repository.folder.path().join("away"), repository.path()).unwrap();
    // What was kept knows its commit, so that nothing is new.
    assert!(matches!(follower.step(), Step::Same));
    assert!(!follower.health().from_cache);
}

#[test]
fn a_rewritten_history_is_known_after_a_restart() {
    let repository = Repository::new();
    let ana = person("ana@example.com");
    repository.push(&ana, None, &[("a.yaml", "one\n")]);
    adopted(&follower(&repository));
    fs::remove_file(repository.path().join("refs/heads/main")).unwrap();
    repository.push(&ana, None, &[("a.yaml", "other\n")]);
    let follower = follower(&repository);
    follower.resume().unwrap();
    assert!(refused(&follower).0.starts_with("the history was rewritten"));
}

#[test]
fn what_is_kept_and_was_changed_is_not_used() {
    let repository = Repository::new();
    let ana = person("ana@example.com");
    repository.push(&ana, None, &[("a.yaml", "one\n")]);
    adopted(&follower(&repository));
    let cache = Cache::new(&repository.folder.path().join("cache"), "policies");
    let (_, files) = cache.load(sekisho_source::Budget::default()).unwrap().unwrap();
    fs::write(files.join("a.yaml"), "two\n").unwrap();
    let follower = follower(&repository);
    assert!(follower.resume().is_none());
    assert!(follower.health().error.unwrap().ends_with("its files are not those that were tested"));
    assert_eq!(adopted(&follower), "one\n");
}

#[test]
fn a_full_disk_leaves_the_last_good_one_in_use_and_on_disk() {
    let repository = Repository::new();
    let ana = person("ana@example.com");
    repository.push(&ana, None, &[("a.yaml", "one\n")]);
    let following = follower(&repository);
    adopted(&following);
    // Every write to this device fails for want of space.
    let cache = repository.folder.path().join("cache");
    let folder = fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    symlink("/dev/full", folder.join(".current")).unwrap();
    repository.push(&ana, None, &[("a.yaml", "two\n")]);
    let (message, _) = refused(&following);
    assert!(message.starts_with("cannot keep policies in `"), "{message}");
    assert!(message.contains("space"), "{message}");
    assert_eq!(following.current().unwrap().ready.0, "one\n");
    assert_eq!(follower(&repository).resume().unwrap().ready.0, "one\n");
    fs::remove_file(folder.join(".current")).unwrap();
    assert_eq!(adopted(&following), "two\n");
}

#[test]
fn what_an_interrupted_write_leaves_is_in_nobodys_way() {
    let repository = Repository::new();
    let ana = person("ana@example.com");
    repository.push(&ana, None, &[("a.yaml", "one\n")]);
    adopted(&follower(&repository));
    let cache = repository.folder.path().join("cache");
    let folder = fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    write(&folder.join(".new-1/files"), &[("a.yaml", "half")]);
    let following = follower(&repository);
    assert_eq!(following.resume().unwrap().ready.0, "one\n");
    repository.push(&ana, None, &[("a.yaml", "two\n")]);
    assert_eq!(adopted(&following), "two\n");
    assert!(!folder.join(".new-1").exists());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn stages_that_change_make_the_same_bundle_anew() {
    let folder = tempfile::tempdir().unwrap();
    let policies = folder.path().join("policies");
    let charter = "apiVersion: sekisho/v1\nkind: PolicyBundle\nrollout:\n- {policy: x, steps: {warn: 2026-01-02, enforce: 2026-01-04}}\n";
    write(&policies, &[("a.yaml", "one\n"), ("sekisho-bundle.yaml", charter)]);
    let cache = Cache::new(folder.path(), "policies");
    let follower: Texts = Follower::new(folder_reader(&policies), cache, Box::new(proof));
    // 2026-01-01.
    let first = 20_454;
    let on = |day: i64| match follower.step_on(first + day) {
        Step::Adopted(adopted) => Some(adopted.ready.1 - first),
        Step::Same => None,
        Step::Refused(message, _) => panic!("{message}"),
    };
    assert_eq!((on(0), on(0), on(1), on(2), on(3), on(9)), (Some(0), None, Some(1), None, Some(3), None));
}

#[test]
fn a_date_that_comes_while_the_source_is_away_or_the_disk_is_full_counts() {
    let folder = tempfile::tempdir().unwrap();
    let policies = folder.path().join("policies");
    let charter = "apiVersion: sekisho/v1\nkind: PolicyBundle\nrollout:\n- {policy: x, steps: {warn: 2026-01-02, enforce: 2026-01-04}}\n";
    write(&policies, &[("a.yaml", "one\n"), ("sekisho-bundle.yaml", charter)]);
    let first = 20_454;
    // After the first date the files are made ready no more: a test fails then.
    let proof = move |_: &Bundle, _: &Charter, files: &Path, day: i64| {
        let text = fs::read_to_string(files.join("a.yaml")).map_err(|error| error.to_string())?;
        if day > first + 1 && text == "one\n" { Err("too late".to_owned()) } else { Ok((text, day)) }
    };
    let cache = folder.path().join("cache");
    let follower: Texts =
        Follower::new(folder_reader(&policies), Cache::new(&cache, "policies"), Box::new(proof));
    let on = |day: i64| match follower.step_on(first + day) {
        Step::Adopted(adopted) => format!("{}{}", adopted.ready.0, adopted.ready.1 - first),
        Step::Same => "same".to_owned(),
        Step::Refused(message, first) => format!("{first} {message}"),
    };
    assert_eq!(on(0), "one\n0");
    let away = folder.path().join("away");
    fs::rename(&policies, &away).unwrap();
    let kept = fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    symlink("/dev/full", kept.join(".current")).unwrap();
    assert!(on(0).starts_with("true cannot read"));
    assert_eq!(on(1), "one\n1");
    assert!(on(1).starts_with("false cannot read"));
    fs::rename(&away, &policies).unwrap();
    fs::remove_file(kept.join(".current")).unwrap();
    // What is not good on its date stays as it was, and is said, until something else comes.
    assert_eq!((on(3), on(3)), ("true too late".to_owned(), "false too late".to_owned()));
    assert_eq!(follower.current().unwrap().ready.1, first + 1);
    write(&policies, &[("a.yaml", "two\n")]);
    assert_eq!(on(3), "two\n3");
    assert_eq!(on(4), "same");
}

#[test]
fn a_call_has_the_source_read_at_once() {
    let repository = Repository::new();
    let ana = person("ana@example.com");
    repository.push(&ana, None, &[("a.yaml", "one\n")]);
    let follower = Arc::new(follower(&repository));
    let waker = follower.waker();
    let (send, receive) = std::sync::mpsc::channel();
    let thread = std::thread::spawn({
        let follower = Arc::clone(&follower);
        move || {
            follower.follow(std::time::Duration::from_hours(1), |step| {
                if let Step::Adopted(adopted) = step {
                    send.send(adopted.ready.0.clone()).unwrap();
                }
            });
        }
    });
    assert_eq!(receive.recv().unwrap(), "one\n");
    repository.push(&ana, None, &[("a.yaml", "two\n")]);
    waker.wake();
    assert_eq!(receive.recv().unwrap(), "two\n");
    waker.stop();
    thread.join().unwrap();
    assert!(
        matches!(&follower.current().unwrap().bundle.provenance.source, source if source.starts_with("git+file://"))
    );
}
