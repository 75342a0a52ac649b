//! An API server that is killed and comes back, and an etcd that stands still: what asks and what is asked catch up, and
//! nothing passes unexamined meanwhile.

use serde_json::json;

use super::faults::{POLICIES, create_all, stored};
use super::{Webhook, config_map, pod, refuses};
use crate::api_server::keeping::Controller;
use crate::api_server::second::Second;
use crate::api_server::{ApiServer, wait};
use crate::command::Workbench;

const AUDITED: &str = "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: team}, spec: {rules: [{name: team, \
    match: {any: [{resources: {kinds: [ServiceAccount]}}]}, validate: {message: needs a team, pattern: {metadata: {labels: {team: '?*'}}}}}]}}";

#[test]
fn an_api_server_that_is_killed_lets_nothing_through_and_who_follows_it_catches_up() {
    let Some(server) = ApiServer::get() else { return };
    let mut second = Second::start();
    let path = second.kubeconfig();
    let options = ["--pod-security", "enforce=baseline", "--kubeconfig", &path];
    let Some(webhook) = Webhook::start("restarted", POLICIES, &options) else { return };
    let name = &format!("webhook-restarted-{}", std::process::id());
    webhook.namespace(name);
    let bench = Workbench::new();
    bench.file("policies/team.yaml", AUDITED);
    let controller = Controller::start_of(&bench, "following", &path, &["--store", "results.db"]);
    wait("everything was looked at", || (controller.metric("complete") == Some(1)).then_some(()));

    // Half of the load comes to a server that is dead: no request of it counts as made, and none is let through.
    let killed = std::sync::Mutex::new(&mut second);
    let outcomes = create_all(name, 200, &|| connection(&path), |number| {
        if number == 100 {
            killed.lock().expect("a lock").kill();
        }
    });
    let (bad, good) = stored(&webhook, name);
    let passed = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).count();
    assert_eq!(bad, 0, "nothing is let through");
    // What was made when the server died was not answered.
    assert!(good >= passed && good <= 60 && outcomes.len() == 200, "{passed} {good}");

    // What happens meanwhile is made by the other server, and judged by what is known.
    let mut host = pod("bad");
    host["spec"]["hostNetwork"] = true.into();
    let outcome = webhook.create_with(name, &host, "?dryRun=All");
    assert!(refuses(&outcome, "violates PodSecurity"), "{outcome:?}");
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "meanwhile"}});
    let accounts = format!("/api/v1/namespaces/{name}/serviceaccounts");
    server.connection.create(&accounts, &account.to_string()).expect("it is made");
    let label = json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}});
    webhook.patch(&format!("/api/v1/namespaces/{name}"), &label).expect("it is labelled");

    second.run();
    wait("the webhook knows the label", || webhook.create_with(name, &host, "?dryRun=All").ok());
    wait("the controller knows the account", || {
        let report = bench.run(&["report", "--from", "results.db", "--namespace", name, "--format", "json"]);
        report.out.contains("\"meanwhile\"").then_some(())
    });
    let again = connection(&path).create(
        &format!("/api/v1/namespaces/{name}/configmaps"),
        &config_map("object-again", json!({})).to_string(),
    );
    assert!(refuses(&again, "say who owns it"), "{again:?}");
}

/// Connections that give up at once.
fn connection(kubeconfig: &str) -> sekisho_cluster::Connection {
    use sekisho_cluster::{Access, Connection, Options};
    let access = Access::find(Some(std::path::Path::new(kubeconfig)), None).expect("an access");
    Connection::new(&access, &Options { retries: 0, ..Options::default() }).expect("a connection")
}

#[test]
fn an_etcd_that_stands_still_holds_up_no_review_and_lets_nothing_through() {
    if ApiServer::get().is_none() {
        return;
    }
    let second = Second::start();
    let path = second.kubeconfig();
    let options = ["--pod-security", "enforce=baseline", "--kubeconfig", &path];
    let Some(mut webhook) = Webhook::start("still", "", &options) else { return };
    webhook.answer_within(2);
    let [known, new] = ["known", "new"].map(|name| format!("webhook-still-{name}-{}", std::process::id()));
    let mut bad = pod("bad");
    bad["spec"]["hostNetwork"] = true.into();
    let try_out = |name: &str, pod: &serde_json::Value| webhook.create_with(name, pod, "?dryRun=All");
    webhook.namespace(&known);
    wait("the namespace is known", || refuses(&try_out(&known, &bad), "violates PodSecurity").then_some(()));
    second.etcd.hold(true);
    webhook.namespace(&new);
    let outcome = try_out(&known, &bad);
    assert!(refuses(&outcome, "violates PodSecurity"), "{outcome:?}");
    try_out(&known, &pod("good")).expect("it keeps to the level");
    let outcome = try_out(&new, &pod("good"));
    // In time or not: the class closes.
    assert!(outcome.is_err(), "what cannot be asked is refused: {outcome:?}");
    assert!(webhook.readyz().0, "{}", webhook.readyz().1);
    second.etcd.hold(false);
    wait("it is known now", || try_out(&new, &pod("good")).ok());
    let outcome = try_out(&new, &bad);
    assert!(refuses(&outcome, "violates PodSecurity"), "{outcome:?}");
}
