//! What goes wrong around the webhook: nothing is let through unexamined.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use sekisho_cluster::Connection;
use serde_json::json;

use super::{Webhook, config_map, connection, refuses};
use crate::api_server::{objects, wait};

pub(super) const POLICIES: &str = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: team}
spec:
  validationFailureAction: Enforce
  background: false
  rules:
  - name: team
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: say who owns it, pattern: {metadata: {labels: {name: '?*'}}}}
";

const WORKERS: usize = 8;

/// Creates ConfigMaps in many threads, every other one bad; what each came to, by its name.
pub(super) fn create_all(
    name: &str,
    count: usize,
    connection: &(impl Fn() -> Connection + Sync),
    each: impl Fn(usize) + Sync,
) -> Vec<(usize, Result<(), String>)> {
    let next = AtomicUsize::new(0);
    let outcomes = std::sync::Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let connection = connection();
                loop {
                    let number = next.fetch_add(1, Ordering::AcqRel);
                    if number >= count {
                        return;
                    }
                    each(number);
                    let labels = if number.is_multiple_of(2) { json!({"name": "a"}) } else { json!({}) };
                    let object = config_map(&format!("object-{number}"), labels);
                    let path = format!("/api/v1/namespaces/{name}/configmaps");
                    let made = connection.create(&path, &object.to_string());
                    let outcome = made.map(drop).map_err(|error| error.to_string());
                    outcomes
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .push((number, outcome));
                }
            });
        }
    });
    outcomes.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// How many bad ConfigMaps of a namespace are there, and how many good ones.
pub(super) fn stored(webhook: &Webhook, name: &str) -> (usize, usize) {
    let list = webhook
        .server
        .connection
        .get(&format!("/api/v1/namespaces/{name}/configmaps?limit=5000"))
        .expect("a list");
    let items = list.get("items").expect("items").items();
    let own = items.iter().filter(|item| {
        item.at(&["metadata", "name"])
            .and_then(sekisho_manifest::Node::as_str)
            .is_some_and(|name| name.starts_with("object-"))
    });
    let (good, bad): (Vec<_>, Vec<_>) =
        own.partition(|item| item.at(&["metadata", "labels", "name"]).is_some());
    (bad.len(), good.len())
}

#[test]
fn a_thousand_objects_at_once_are_each_judged() {
    let Some(webhook) = Webhook::start("thousand", POLICIES, &[]) else { return };
    let name = "webhook-thousand";
    webhook.namespace(name);
    let outcomes = create_all(name, 1_000, &connection, |_| {});
    for (number, outcome) in &outcomes {
        match outcome {
            Ok(()) => assert!(number.is_multiple_of(2), "object-{number} was let through"),
            Err(why) => assert!(
                !number.is_multiple_of(2) && why.contains("say who owns it"),
                "object-{number}: {why}"
            ),
        }
    }
    assert_eq!((outcomes.len(), stored(&webhook, name)), (1_000, (0, 500)));
}

/// The process is killed in the middle, and comes back: meanwhile everything is refused, and nothing bad ever passes.
#[test]
fn nothing_passes_unexamined_while_the_webhook_is_dead() {
    let Some(mut webhook) = Webhook::start("killed", POLICIES, &[]) else { return };
    let name = "webhook-killed";
    webhook.namespace(name);
    let (half, dead) = (AtomicBool::new(false), AtomicBool::new(false));
    let outcomes = thread::scope(|scope| {
        let load = scope.spawn(|| {
            create_all(name, 400, &connection, |number| {
                if number == 200 {
                    half.store(true, Ordering::Release);
                }
                // The second half comes when the process is dead.
                while number >= 200 + WORKERS && !dead.load(Ordering::Acquire) {
                    thread::yield_now();
                }
            })
        });
        wait("half of the load is there", || half.load(Ordering::Acquire).then_some(()));
        webhook.kill();
        dead.store(true, Ordering::Release);
        load.join().expect("the load ends")
    });
    let passed = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).count();
    let (bad, good) = stored(&webhook, name);
    assert_eq!((bad, good), (0, passed));
    assert!((50..=110).contains(&passed), "{passed}");
    assert!(
        outcomes
            .iter()
            .any(|(_, outcome)| outcome.as_ref().is_err_and(|why| why.contains("failed calling webhook")))
    );
    webhook.restart();
    let good = config_map("object-after", json!({"name": "a"}));
    wait("it is asked again", || webhook.create(name, &good).ok());
    let outcome = webhook.create(name, &config_map("bad-after", json!({})));
    assert!(refuses(&outcome, "say who owns it"), "{outcome:?}");
}

/// Catalogue 38: a namespace goes while objects come.
#[test]
fn a_namespace_may_go_while_objects_come() {
    let Some(webhook) = Webhook::start("going", POLICIES, &[]) else { return };
    let name = "webhook-going";
    webhook.namespace(name);
    let namespace = objects(&format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}"));
    let outcomes = create_all(name, 300, &connection, |number| {
        if number == 100 {
            webhook.server.delete(&namespace[0], "");
        }
    });
    for (number, outcome) in &outcomes {
        assert!(outcome.is_err() || number.is_multiple_of(2), "object-{number} was let through");
    }
    let (ready, detail) = webhook.readyz();
    assert!(ready, "{detail}");
    assert!(!webhook.get("/metrics").contains("result=\"panicked\"} 1"));
}

/// What the API server sends of an object of 1 MB is read, and judged within its time (catalogue 45).
#[test]
fn a_large_object_is_judged() {
    let Some(webhook) = Webhook::start("large", POLICIES, &[]) else { return };
    let name = "webhook-large";
    webhook.namespace(name);
    let mut large = config_map("large", json!({}));
    large["data"]["a"] = "x".repeat(900_000).into();
    let outcome = webhook.create(name, &large);
    assert!(refuses(&outcome, "say who owns it"), "{outcome:?}");
    large["metadata"]["labels"]["name"] = "a".into();
    webhook.create(name, &large).expect("it passes");
}
