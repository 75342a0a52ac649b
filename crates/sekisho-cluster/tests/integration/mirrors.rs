//! Mirrors of servers that forget, hang up, refuse, say nothing and say too much.

use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sekisho_cluster::{Connection, Delta, Interest, Mirror, Options, Resource};

use crate::server::{Answer, Asked, access, has, serve};

/// Longer than any of this takes.
const LONG: Duration = Duration::from_secs(30);

fn pods() -> Interest {
    Interest {
        namespace: Some("shop".to_owned()),
        page: 2,
        ..Interest::of(Resource {
            group: "".into(),
            version: "v1".into(),
            kind: "Pod".into(),
            plural: "pods".into(),
            namespaced: true,
            verbs: vec!["list".into(), "watch".into()],
        })
    }
}

fn connect(address: &str) -> Connection {
    Connection::new(&access(address, "{}", Path::new(".")), &Options::default()).expect("a connection")
}

/// A mirror of the texts of objects, what it tells in words, and what the server was asked.
struct Mirrored {
    mirror: Mirror<String>,
    told: Receiver<String>,
    asked: Asked,
}

fn mirror(interest: Interest, answers: Vec<Answer>) -> Mirrored {
    let (address, asked) = serve(answers);
    let (send, told) = channel();
    let mirror = Mirror::start(
        &connect(&address),
        interest,
        |item| Some(item.text.to_owned()),
        move |delta| {
            let word = match delta {
                Delta::Added(one) => format!("+{}", one.name),
                Delta::Changed { before, now } => format!("{}>{} {}", before.version, now.version, now.name),
                Delta::Removed(one) => format!("-{}", one.name),
                Delta::Synced => "synced".to_owned(),
            };
            let _ = send.send(word);
        },
    );
    Mirrored { mirror: mirror.expect("a mirror"), told, asked }
}

impl Mirrored {
    fn told(&self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.told.recv_timeout(LONG).expect("more is told")).collect()
    }

    fn names(&self) -> Vec<String> {
        self.mirror.snapshot().iter().map(|kept| kept.name.to_string()).collect()
    }

    /// Waits until so much was asked.
    fn asked(&self, count: usize) -> Vec<Vec<String>> {
        loop {
            let asked = self.asked.lock().expect("a lock").clone();
            if asked.len() >= count {
                return asked;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn pod(name: &str, version: &str) -> String {
    format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"shop","uid":"u{name}","resourceVersion":"{version}","managedFields":[{{"a":1}}]}}}}"#
    )
}

fn list(items: &[String], next: &str, version: &str) -> Answer {
    let items = items.join(",");
    let body =
        format!(r#"{{"metadata":{{"continue":"{next}","resourceVersion":"{version}"}},"items":[{items}]}}"#);
    (200, "", body)
}

fn watch(events: &[(&str, String)]) -> Answer {
    let lines = events.iter().map(|(kind, object)| format!(r#"{{"type":"{kind}","object":{object}}}"#));
    (200, "", lines.collect::<Vec<_>>().join("\n"))
}

fn gone() -> (&'static str, String) {
    ("ERROR", r#"{"kind":"Status","code":410,"reason":"Expired","message":"too old"}"#.to_owned())
}

fn bookmark(version: &str) -> (&'static str, String) {
    ("BOOKMARK", format!(r#"{{"kind":"Pod","metadata":{{"resourceVersion":"{version}"}}}}"#))
}

#[test]
fn a_mirror_lists_and_follows() {
    let seen = mirror(
        pods(),
        vec![
            list(&[pod("a", "1"), pod("b", "2")], "more", "5"),
            list(&[pod("c", "3")], "", "5"),
            watch(&[
                ("ADDED", pod("d", "6")),
                ("MODIFIED", pod("a", "7")),
                ("DELETED", pod("b", "8")),
                bookmark("12"),
            ]),
            watch(&[("ADDED", pod("e", "13"))]),
        ],
    );
    assert_eq!(seen.told(8), ["+a", "+b", "+c", "synced", "+d", "1>7 a", "-b", "+e"]);
    assert_eq!(seen.names(), ["a", "c", "d", "e"]);
    let asked = seen.asked(4);
    assert!(
        asked[2][0].contains("watch=true") && asked[2][0].contains("allowWatchBookmarks=true"),
        "{asked:?}"
    );
    assert!(asked[2][0].contains("resourceVersion=5"), "{asked:?}");
    assert!(asked[3][0].contains("resourceVersion=12"), "a bookmark moves the version on: {asked:?}");
    let snapshot = seen.mirror.snapshot();
    let text = &snapshot.get("shop", "a").expect("it is there").value;
    let expected = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"shop","uid":"ua","resourceVersion":"7"}}"#;
    assert_eq!(text, expected);
    assert_eq!(snapshot.bytes(), snapshot.iter().map(|kept| kept.bytes).sum::<usize>());
    assert_eq!(
        (snapshot.len(), snapshot.of_namespace("shop").count(), snapshot.of_namespace("x").count()),
        (4, 4, 0)
    );
}

#[test]
fn a_snapshot_stays_as_it_was() {
    let seen = mirror(pods(), vec![list(&[pod("a", "1")], "", "5"), watch(&[("ADDED", pod("b", "6"))])]);
    assert!(seen.mirror.wait(LONG));
    seen.told(2);
    let before = seen.mirror.snapshot();
    seen.told(1);
    assert_eq!(seen.names(), ["a", "b"]);
    assert!(before.len() <= 2 && before.get("shop", "a").is_some());
    let now = seen.mirror.snapshot();
    assert!(
        Arc::ptr_eq(before.get("shop", "a").expect("a"), now.get("shop", "a").expect("a")),
        "it is shared"
    );
}

#[test]
fn a_version_that_is_gone_is_listed_anew_and_only_changes_are_told() {
    for expired in [watch(&[gone()]), (410, "", gone().1)] {
        let seen = mirror(
            pods(),
            vec![
                list(&[pod("a", "1"), pod("b", "2")], "", "5"),
                expired,
                list(&[pod("b", "9"), pod("c", "8"), pod("a", "1")], "", "10"),
                watch(&[("ADDED", pod("d", "11"))]),
            ],
        );
        let told = seen.told(7);
        assert_eq!(told, ["+a", "+b", "synced", "2>9 b", "+c", "synced", "+d"]);
        assert!(seen.asked(4)[3][0].contains("resourceVersion=10"));
        assert_eq!(seen.mirror.health().lists, 2);
    }
}

#[test]
fn what_vanished_while_nobody_looked_is_told() {
    let answers = vec![
        list(&[pod("a", "1"), pod("b", "2")], "", "5"),
        watch(&[gone()]),
        list(&[pod("b", "2")], "", "9"),
    ];
    let seen = mirror(pods(), answers);
    assert_eq!(seen.told(5), ["+a", "+b", "synced", "-a", "synced"]);
}

#[test]
fn a_watch_that_breaks_off_goes_on_where_it_was() {
    let (status, headers, mut broken) = watch(&[("ADDED", pod("b", "6")), ("ADDED", pod("c", "7"))]);
    broken.truncate(broken.len() - 10);
    let seen = mirror(
        pods(),
        vec![
            list(&[pod("a", "1")], "", "5"),
            (status, headers, broken),
            (500, "", "no".to_owned()),
            watch(&[("ADDED", pod("c", "7"))]),
        ],
    );
    assert_eq!(seen.told(4), ["+a", "synced", "+b", "+c"]);
    assert!(seen.asked(4)[2..].iter().all(|asked| asked[0].contains("resourceVersion=6")));
}

#[test]
fn pages_that_expire_are_not_taken_for_one_moment() {
    let resume = r#"{"kind":"Status","code":410,"reason":"Expired","metadata":{"continue":"later"}}"#;
    let seen = mirror(
        pods(),
        vec![
            list(&[pod("a", "1")], "more", "5"),
            (410, "", resume.to_owned()),
            list(&[pod("b", "7")], "", "8"),
            list(&[pod("b", "7")], "", "9"),
            watch(&[("ADDED", pod("c", "10"))]),
        ],
    );
    assert_eq!(seen.told(3), ["+b", "synced", "+c"]);
    let asked = seen.asked(5);
    assert!(asked[3][0].contains("limit=0"), "{asked:?}");
    assert!(asked[4][0].contains("resourceVersion=9"), "{asked:?}");
}

#[test]
fn a_server_that_refuses_is_asked_again_and_it_is_said() {
    let refusal = r#"{"kind":"Status","code":403,"reason":"Forbidden","message":"pods is forbidden"}"#;
    let seen = mirror(pods(), vec![(403, "", refusal.to_owned()), list(&[pod("a", "1")], "", "5")]);
    let mut said = None;
    while said.is_none() {
        said = seen.mirror.health().error;
    }
    assert_eq!(said.as_deref(), Some("pods is forbidden"));
    assert!(seen.mirror.wait(LONG));
    assert_eq!(seen.told(2), ["+a", "synced"]);
}

#[test]
fn a_server_that_does_not_know_the_version_is_listed_anew() {
    let unknown =
        || ("ERROR", r#"{"kind":"Status","code":504,"message":"Too large resource version"}"#.to_owned());
    let mut answers = vec![list(&[pod("a", "9")], "", "99")];
    answers.extend((0..3).map(|_| (504, "", unknown().1)));
    answers.push(list(&[pod("a", "2")], "", "5"));
    let seen = mirror(pods(), answers);
    assert_eq!(seen.told(4), ["+a", "synced", "9>2 a", "synced"]);
}

#[test]
fn selectors_and_metadata_alone_are_asked_for() {
    let interest = Interest {
        labels: "app in (a,b)".to_owned(),
        fields: "spec.nodeName=n".to_owned(),
        metadata_only: true,
        ..pods()
    };
    let seen = mirror(interest, vec![list(&[], "", "5"), watch(&[])]);
    let asked = seen.asked(2);
    for (request, accept) in asked.iter().zip(["as=PartialObjectMetadataList;", "as=PartialObjectMetadata;"])
    {
        assert!(
            request[0].contains("&labelSelector=app%20in%20%28a%2Cb%29&fieldSelector=spec%2EnodeName%3Dn"),
            "{request:?}"
        );
        assert!(
            has(request, "accept: application/json") && request.iter().any(|line| line.contains(accept)),
            "{request:?}"
        );
    }
}

#[test]
fn what_has_no_room_is_counted_and_not_held() {
    let interest = Interest { total_bytes: 250, ..pods() };
    let seen = mirror(
        interest,
        vec![
            list(&[pod("a", "1"), pod("b", "2"), pod("c", "3")], "", "5"),
            watch(&[("ADDED", pod("d", "6")), ("DELETED", pod("a", "7")), ("ADDED", pod("e", "8"))]),
        ],
    );
    assert_eq!(seen.told(5), ["+a", "+b", "synced", "-a", "+e"]);
    assert_eq!(seen.names(), ["b", "e"]);
    assert_eq!(seen.mirror.health().left_out, 2);
}

#[test]
fn what_is_no_object_is_counted() {
    let answers = vec![list(&["7".to_owned(), pod("a", "1")], "", "5"), watch(&[("ADDED", "[]".to_owned())])];
    let seen = mirror(pods(), answers);
    assert_eq!(seen.told(2), ["+a", "synced"]);
    while seen.mirror.health().broken < 2 {}
}

#[test]
fn a_mirror_of_a_server_that_says_nothing_can_be_stopped() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let held = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&held);
    let (send, came) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            keep.lock().expect("a lock").push(stream);
            let _ = send.send(());
        }
    });
    let mirror = Mirror::start(&connect(&address), pods(), |item| Some(item.text.len()), |_| {});
    let mirror = mirror.expect("a mirror");
    came.recv_timeout(LONG).expect("it asks");
    assert!(!mirror.wait(Duration::ZERO));
    mirror.stop();
}

#[test]
fn a_mirror_whose_thread_ended_says_so() {
    let (address, _) = serve(vec![list(&[pod("a", "1")], "", "5")]);
    let mirror = Mirror::start(
        &connect(&address),
        pods(),
        |_| -> Option<()> { panic!("a fault of the caller") },
        |_| {},
    );
    let mirror = mirror.expect("a mirror");
    assert!(!mirror.wait(LONG));
    assert!(mirror.health().ended);
}
