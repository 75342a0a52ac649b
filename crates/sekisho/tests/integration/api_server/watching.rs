//! Mirrors of a real API server: many objects, a server that goes away, versions that are gone, credentials that end.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use sekisho_cluster::{
    Access, Candidate, Connection, Delta, Ended, EventKind, Identity, Interest, Kubeconfig, Mirror, Options,
    Resource, Selection, Watcher,
};
use sekisho_manifest::Node;
use serde_json::json;

use super::wire::Wire;
use super::{ApiServer, beside_others, wait};

const LONG: Duration = Duration::from_mins(1);

fn config_maps() -> Resource {
    Resource {
        group: "".into(),
        version: "v1".into(),
        kind: "ConfigMap".into(),
        plural: "configmaps".into(),
        namespaced: true,
        verbs: vec!["list".into(), "watch".into()],
    }
}

fn of_namespace(namespace: &str) -> Interest {
    // The authority of the cluster, which is in every namespace, is no part of these tests.
    let fields = "metadata.name!=kube-root-ca.crt".to_owned();
    Interest { namespace: Some(namespace.to_owned()), fields, ..Interest::of(config_maps()) }
}

/// A mirror, and what it tells in words.
fn mirror(connection: &Connection, interest: Interest) -> (Mirror<usize>, Receiver<String>) {
    let (send, told) = channel();
    let mirror = Mirror::start(
        connection,
        interest,
        |item| Some(item.text.len()),
        move |delta| {
            let word = match delta {
                Delta::Added(one) => format!("+{}", one.name),
                Delta::Changed { now, .. } => format!("~{}", now.name),
                Delta::Removed(one) => format!("-{}", one.name),
                Delta::Synced => "synced".to_owned(),
            };
            let _ = send.send(word);
        },
    );
    (mirror.expect("a mirror"), told)
}

fn next(told: &Receiver<String>) -> String {
    told.recv_timeout(LONG).expect("more is told")
}

/// Gives somebody the right to read a namespace.
fn let_view(server: &ApiServer, namespace: &str, kind: &str, name: &str) {
    let group = "rbac.authorization.k8s.io";
    let binding = json!({
        "apiVersion": format!("{group}/v1"), "kind": "RoleBinding", "metadata": {"name": "view"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "view"},
        "subjects": [{"apiGroup": group, "kind": kind, "name": name}],
    });
    let path = format!("/apis/{group}/v1/namespaces/{namespace}/rolebindings");
    server.connection.create(&path, &binding.to_string()).expect("a right");
}

fn make(connection: &Connection, namespace: &str, name: &str, data: &str) {
    let map =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"x": data}});
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    connection.create(&path, &map.to_string()).expect("a ConfigMap");
}

/// A connection through a wire, as a user.
fn through(wire: &Wire, server: &ApiServer, user: &str) -> Connection {
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let text = std::fs::read_to_string(&kubeconfig).expect("a kubeconfig");
    let folder = Path::new(&kubeconfig).parent().expect("its folder");
    let address = server.connection.server();
    let mut config = objects_of(&text);
    config["clusters"][0]["cluster"]["server"] = format!("https://{}", wire.address).into();
    if !user.is_empty() {
        config["users"][0]["user"] = serde_json::from_str(user).expect("a user");
    }
    assert!(text.contains(address), "the kubeconfig names the server");
    let access = Kubeconfig::parse(&config.to_string(), folder).and_then(|config| config.access(None));
    Connection::new(&access.expect("an access"), &Options::default()).expect("a connection")
}

fn objects_of(text: &str) -> serde_json::Value {
    let loaded = sekisho_manifest::load_one(
        sekisho_manifest::SourceId::default(),
        text,
        &sekisho_manifest::Budget::default(),
    );
    loaded.documents.first().expect("a document").root.to_json()
}

fn wire(server: &ApiServer) -> Wire {
    Wire::to(server.connection.server().trim_start_matches("https://"))
}

#[test]
fn ten_thousand_objects_of_the_api_server_are_mirrored_in_bounded_memory() {
    const COUNT: usize = 10_000;
    const THREADS: usize = 8;
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let space = server.space("crowd");
    let text = "a value of some length ".repeat(40);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (server, text, space) = (&server, &text, &space);
            scope.spawn(move || {
                for number in (thread..COUNT).step_by(THREADS) {
                    make(&server.connection, space, &format!("map-{number:05}"), text);
                }
            });
        }
    });
    let interest = Interest { total_bytes: 4 << 20, ..of_namespace(&space) };
    let (small, _told) = mirror(&server.connection, interest);
    let (whole, _all) = mirror(&server.connection, of_namespace(&space));
    assert!(small.wait(LONG) && whole.wait(LONG));
    let (bounded, all) = (small.snapshot(), whole.snapshot());
    assert_eq!((all.len(), whole.health().left_out), (COUNT, 0));
    // Metadata that nobody reads is not kept: the text alone would be 11 MB with it.
    assert!(all.bytes() < COUNT * 1_300, "{} bytes", all.bytes());
    assert!(bounded.bytes() <= 4 << 20 && bounded.len() < COUNT, "{} bytes", bounded.bytes());
    assert_eq!(bounded.len() + small.health().left_out, COUNT);
    let (names, _) = mirror(&server.connection, Interest { metadata_only: true, ..of_namespace(&space) });
    assert!(names.wait(LONG));
    let per_object = names.snapshot().bytes() / COUNT;
    assert!((1..500).contains(&per_object), "{per_object} bytes an object of metadata alone");
    println!("{} bytes whole, {} bytes of metadata", all.bytes(), names.snapshot().bytes());
    // All of them go at once, and every mirror is told.
    let path =
        format!("/api/v1/namespaces/{space}/configmaps?fieldSelector=metadata.name!%3Dkube-root-ca.crt");
    server.connection.delete(&path).expect("they are removed");
    wait("the mirrors are empty", || {
        (whole.snapshot().is_empty() && names.snapshot().is_empty()).then_some(())
    });
}

#[test]
fn a_mirror_outlives_an_api_server_that_goes_away() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let space = server.space("away");
    let wire = wire(&server);
    let (mirror, told) = mirror(&through(&wire, &server, ""), of_namespace(&space));
    assert_eq!(next(&told), "synced");
    make(&server.connection, &space, "before", "1");
    assert_eq!(next(&told), "+before");
    wire.cut();
    wait("it is said that nothing comes", || mirror.health().error);
    assert_eq!(mirror.snapshot().len(), 1, "what was there stays");
    make(&server.connection, &space, "meanwhile", "1");
    wire.mend();
    // The watch goes on where it was: nothing is lost and nothing is told twice.
    assert_eq!(next(&told), "+meanwhile");
    make(&server.connection, &space, "after", "1");
    assert_eq!(next(&told), "+after");
    let health = mirror.health();
    assert_eq!((health.lists, health.error), (1, None));
}

#[derive(Default)]
struct Seen(Vec<EventKind>);

impl Watcher for Seen {
    fn event(&mut self, kind: EventKind, _: &str) -> bool {
        self.0.push(kind);
        false
    }
}

/// A kind that is younger than the server: of what was before, the server has nothing in its memory.
fn young_kind(server: &ApiServer) -> (Resource, String) {
    let (group, plural) = (format!("young-{}.sekisho.dev", std::process::id()), "things");
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced", "names": {"plural": plural, "kind": "Thing"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}],
        },
    });
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    server.connection.create(path, &definition.to_string()).expect("a definition");
    let resource = Resource {
        group: group.as_str().into(),
        kind: "Thing".into(),
        plural: plural.into(),
        ..config_maps()
    };
    wait("the kind is served", || server.connection.get(&resource.path(None)).ok());
    (resource, format!("{path}/{plural}.{group}"))
}

#[test]
fn versions_that_the_api_server_has_forgotten_are_told_from_errors() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let space = server.space("forgotten");
    let (resource, definition) = young_kind(&server);
    let make = |name: &str| {
        let thing = json!({"apiVersion": resource.api_version().as_str(), "kind": "Thing", "metadata": {"name": name}});
        server.connection.create(&resource.path(Some(&space)), &thing.to_string()).expect("a thing");
    };
    make("one");
    let selection = Selection { namespace: Some(&space), ..Selection::of(&resource) };
    let mut seen = Seen::default();
    let forgotten = server.connection.watch(&selection, "1", &mut seen);
    let list = server.connection.get(&resource.path(Some(&space))).expect("a list");
    let version = list.at(&["metadata", "resourceVersion"]).and_then(Node::as_str).expect("a version");
    make("two");
    let known = server.connection.watch(&selection, version, &mut seen);
    server.connection.delete(&definition).expect("it is removed");
    assert_eq!(forgotten.expect("an end"), Ended::Expired);
    assert_eq!((known.expect("an end"), seen.0), (Ended::Receiver, vec![EventKind::Added]));
}

#[test]
fn a_mirror_outlives_credentials_that_the_api_server_takes_no_more() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let space = server.space("credentials");
    for account in ["first", "second"] {
        let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account}});
        let path = format!("/api/v1/namespaces/{space}/serviceaccounts");
        server.connection.create(&path, &account.to_string()).expect("an account");
    }
    let_view(&server, &space, "Group", &format!("system:serviceaccounts:{space}"));
    let token = |account: &str| {
        let path = format!("/api/v1/namespaces/{space}/serviceaccounts/{account}/token");
        let asked = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
        let (given, _) = server.connection.create(&path, &asked.to_string()).expect("a token");
        given.at(&["status", "token"]).and_then(Node::as_str).expect("a token").to_owned()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    std::fs::write(&file, token("first")).expect("a file");
    let wire = wire(&server);
    let connection = through(&wire, &server, &json!({"tokenFile": file}).to_string());
    let (mirror, told) = mirror(&connection, of_namespace(&space));
    assert_eq!(next(&told), "synced");
    server
        .connection
        .delete(&format!("/api/v1/namespaces/{space}/serviceaccounts/first"))
        .expect("it is removed");
    // The server remembers for ten seconds whom it took: a wire that is cut before then changes nothing.
    let refused = (0..900).find_map(|round| {
        if [120, 420, 720].contains(&round) {
            wire.cut();
            wire.mend();
        }
        thread::sleep(Duration::from_millis(100));
        mirror.health().error.filter(|error| error.contains("Unauthorized"))
    });
    let error = refused.expect("the token is refused");
    assert!(!error.contains("Bearer"), "{error}");
    make(&server.connection, &space, "meanwhile", "1");
    // Kubernetes writes the next token into the same file.
    std::fs::write(&file, token("second")).expect("a file");
    assert_eq!(next(&told), "+meanwhile");
}

#[test]
fn a_mirror_follows_a_namespace_that_the_api_server_removes_and_that_comes_again() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let space = server.space("passing");
    make(&server.connection, &space, "one", "1");
    let (mirror, told) = mirror(&server.connection, of_namespace(&space));
    assert_eq!([next(&told), next(&told)], ["+one", "synced"]);
    server.connection.delete(&format!("/api/v1/namespaces/{space}")).expect("it is removed");
    assert_eq!(next(&told), "-one");
    wait("the namespace is gone", || server.connection.get(&format!("/api/v1/namespaces/{space}")).err());
    server.namespace(&space, &[]);
    make(&server.connection, &space, "two", "1");
    assert_eq!(next(&told), "+two");
    assert_eq!(mirror.health().error, None);
}

#[test]
fn a_mirror_without_the_right_says_so_and_begins_when_the_api_server_gives_it() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let space = server.space("rightless");
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let access = Access::find(Some(Path::new(&kubeconfig)), None).expect("an access");
    let identity = Identity { user: Some("rightless".to_owned()), ..Identity::default() };
    let connection =
        Connection::new(&access, &Options { identity, ..Options::default() }).expect("a connection");
    let (mirror, told) = mirror(&connection, of_namespace(&space));
    let error = wait("it is refused", || mirror.health().error);
    assert!(error.contains("cannot list resource \"configmaps\""), "{error}");
    let_view(&server, &space, "User", "rightless");
    assert_eq!(next(&told), "synced");
}

#[test]
fn of_two_candidates_for_a_lease_of_the_api_server_one_leads() {
    let Some(server) = ApiServer::get() else { return };
    let space = server.space("leases");
    let candidate = |identity: &str| Candidate::new(&space, "controller", identity, Duration::from_secs(2));
    let (mut one, mut two) = (candidate("one"), candidate("two"));
    assert!(one.campaign(&server.connection).expect("an answer"));
    assert!(!two.campaign(&server.connection).expect("an answer"));
    assert!(one.campaign(&server.connection).expect("it is kept"));
    one.resign(&server.connection).expect("it is given back");
    assert!(two.campaign(&server.connection).expect("an answer"));
    assert!(!one.campaign(&server.connection).expect("an answer"));
    // Whoever vanishes without a word is followed when the lease is over.
    wait("the lease is over", || one.campaign(&server.connection).expect("an answer").then_some(()));
    assert!(!two.campaign(&server.connection).expect("an answer"));
}
