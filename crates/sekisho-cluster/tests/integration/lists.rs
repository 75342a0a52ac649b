//! Requests and lists against servers that are busy, forget, hang up and lie.

use std::path::Path;
use std::time::Duration;

use sekisho_cluster::{Connection, Identity, Options, Receiver, RequestError, Resource, Selection, discover};

use crate::server::{Answer, access, has, serve};

#[derive(Default)]
struct Kept {
    items: Vec<String>,
    restarts: usize,
}

impl Receiver for Kept {
    fn item(&mut self, text: &str) -> bool {
        self.items.push(text.to_owned());
        true
    }

    fn restart(&mut self) {
        self.items.clear();
        self.restarts += 1;
    }
}

fn pods() -> Resource {
    Resource {
        group: "".into(),
        version: "v1".into(),
        kind: "Pod".into(),
        plural: "pods".into(),
        namespaced: true,
        verbs: vec!["list".into()],
    }
}

fn options() -> Options {
    Options { patience: Duration::from_secs(20), ..Options::default() }
}

fn connect(address: &str) -> Connection {
    Connection::new(&access(address, "{token: abc}", Path::new(".")), &options()).expect("a connection")
}

fn list(answers: Vec<Answer>) -> (Result<usize, RequestError>, Kept, Vec<Vec<String>>) {
    let (address, asked) = serve(answers);
    let mut kept = Kept::default();
    let resource = pods();
    let selection = Selection { namespace: Some("shop"), page: 2, ..Selection::of(&resource) };
    let listed = connect(&address).list(&selection, &mut kept).map(|listed| listed.pages);
    let asked = asked.lock().expect("a lock").clone();
    (listed, kept, asked)
}

fn page(items: &str, next: &str) -> Answer {
    (200, "", format!(r#"{{"kind":"PodList","metadata":{{"continue":"{next}"}},"items":[{items}]}}"#))
}

#[test]
fn pages_follow_each_other() {
    let (pages, kept, asked) = list(vec![page("1,2", "a+/="), page("3", "")]);
    assert_eq!(pages.expect("a list"), 2);
    assert_eq!(kept.items, ["1", "2", "3"]);
    assert!(asked[0][0].starts_with("GET /api/v1/namespaces/shop/pods?limit=2 "), "{asked:?}");
    assert!(
        asked[1][0].starts_with("GET /api/v1/namespaces/shop/pods?limit=2&continue=a%2B%2F%3D "),
        "{asked:?}"
    );
    assert!(has(&asked[0], "authorization: Bearer abc"));
}

#[test]
fn an_expired_list_goes_on_where_the_server_offers_that() {
    let gone = r#"{"kind":"Status","code":410,"reason":"Expired","metadata":{"continue":"later"}}"#;
    let (pages, kept, asked) = list(vec![page("1", "a"), (410, "", gone.to_owned()), page("2", "")]);
    assert_eq!((pages.expect("a list"), kept.restarts), (3, 0));
    assert_eq!(kept.items, ["1", "2"]);
    assert!(asked[2][0].contains("continue=later"));
}

#[test]
fn an_expired_list_is_begun_anew_otherwise_but_not_for_ever() {
    let gone = || (410, "", r#"{"kind":"Status","code":410,"reason":"Expired"}"#.to_owned());
    let (pages, kept, _) = list(vec![page("1", "a"), gone(), page("1", "a"), page("2", "")]);
    assert_eq!((pages.expect("a list"), kept.restarts), (4, 1));
    assert_eq!(kept.items, ["1", "2"]);
    let always: Vec<Answer> = (0..5).flat_map(|_| [page("1", "a"), gone()]).collect();
    assert_eq!(list(always).0.expect_err("it ends").code(), Some(410));
}

#[test]
fn a_server_that_gives_the_same_token_again_is_not_followed() {
    let (pages, kept, _) = list(vec![page("1", "a"), page("2", "a"), page("3", "a")]);
    assert_eq!(pages.expect("a list"), 2);
    assert_eq!(kept.items.len(), 2);
}

#[test]
fn a_busy_server_is_asked_again_when_it_says() {
    let busy = || (429, "retry-after: 0\r\n", String::new());
    let (pages, _, asked) = list(vec![busy(), busy(), page("1", "")]);
    assert_eq!((pages.expect("a list"), asked.len()), (1, 3));
    assert_eq!(list((0..9).map(|_| busy()).collect()).0.expect_err("it ends").code(), Some(429));
}

#[test]
fn what_breaks_off_or_is_no_list_is_an_error() {
    let broken = r#"{"items":[{"a":1},{"b""#.to_owned();
    assert!(matches!(list(vec![(200, "", broken)]).0, Err(RequestError::Unreachable { .. })));
    assert!(matches!(list(vec![(200, "", "<html>".to_owned())]).0, Err(RequestError::Nonsense { .. })));
    assert!(matches!(list(vec![]).0, Err(RequestError::Unreachable { .. })));
    // A redirect is not followed: the token is for this server alone.
    let elsewhere = (302, "location: http://127.0.0.1:1/\r\n", String::new());
    assert_eq!(list(vec![elsewhere]).0.expect_err("it is not followed").code(), Some(302));
}

#[test]
fn the_words_of_a_refusal_are_kept() {
    let status = r#"{"kind":"Status","code":403,"reason":"Forbidden","message":"pods is forbidden: no"}"#;
    let error = list(vec![(403, "", status.to_owned())]).0.expect_err("it is refused");
    assert_eq!((error.code(), error.to_string()), (Some(403), "pods is forbidden: no".to_owned()));
}

#[test]
fn requests_are_made_as_somebody_else() {
    let (address, asked) = serve(vec![(200, "", "{}".to_owned())]);
    let identity = Identity {
        user: Some("jane".to_owned()),
        groups: vec!["dev".to_owned(), "ops".to_owned()],
        extra: vec![("example.com/why".to_owned(), "test".to_owned())],
        ..Identity::default()
    };
    let access = access(&address, "{token: abc, as: other}", Path::new("."));
    let connection = Connection::new(&access, &Options { identity, ..options() }).expect("a connection");
    connection.get("/version").expect("an answer");
    let asked = asked.lock().expect("a lock").remove(0);
    for header in
        ["impersonate-user: jane", "impersonate-group: ops", "impersonate-extra-example%2Ecom%2Fwhy: test"]
    {
        assert!(has(&asked, header), "{asked:?}");
    }
}

#[test]
fn kinds_are_found_the_older_way_too() {
    let answers = [
        r#"{"kind":"APIVersions","versions":["v1"]}"#,
        r#"{"kind":"APIResourceList","resources":[{"name":"pods","kind":"Pod","namespaced":true,"verbs":["list"]},
            {"name":"pods/log","kind":"Pod","namespaced":true,"verbs":["get"]}]}"#,
        r#"{"kind":"APIGroupList","groups":[{"name":"apps","preferredVersion":{"version":"v1"},
            "versions":[{"version":"v1beta1"},{"version":"v1"}]}]}"#,
        r#"{"kind":"APIResourceList","resources":[{"name":"deployments","kind":"Deployment","namespaced":true}]}"#,
    ];
    let mut answers: Vec<Answer> = answers.into_iter().map(|body| (200, "", body.to_owned())).collect();
    answers.push((500, "", "out of order".to_owned()));
    let (address, _) = serve(answers);
    let found = discover(&connect(&address)).expect("kinds");
    let names: Vec<_> = found.resources.iter().map(|one| (one.full_name(), one.api_version())).collect();
    assert_eq!(names, [("pods".into(), "v1".into()), ("deployments.apps".into(), "apps/v1".into())]);
    assert_eq!(found.unknown, [("apps/v1beta1".into(), "out of order".to_owned())]);
}
