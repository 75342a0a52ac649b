//! An API server that is away for a while, for the webhook: what it knows goes on to count, what it does not know is
//! refused, and it catches up.

use std::fs;
use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::json;

use super::{Webhook, kubeconfig, pod, refuses};
use crate::api_server::{ApiServer, wait};

const NOTHING: &str = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: nothing}
spec:
  rules:
  - name: nothing
    match: {any: [{resources: {kinds: [Ingress]}}]}
    validate: {message: it has no x, pattern: {spec: {x: '?*'}}}
";

/// What stands between the webhook and the API server.
struct Between {
    address: String,
    away: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Between {
    fn start(server: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (away, open) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<Vec<TcpStream>>>::default());
        let (is_away, kept) = (Arc::clone(&away), Arc::clone(&open));
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                if is_away.load(Ordering::Acquire) {
                    continue;
                }
                let Ok(far) = TcpStream::connect(&server) else { continue };
                let both = |stream: &TcpStream| stream.try_clone().expect("a stream");
                kept.lock().unwrap_or_else(PoisonError::into_inner).extend([both(&near), both(&far)]);
                for (mut from, mut to) in [(both(&near), both(&far)), (far, near)] {
                    thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
            }
        });
        Self { address, away, open }
    }

    /// Breaks every connection, and takes none until it comes back.
    fn goes(&self) {
        self.away.store(true, Ordering::Release);
        for stream in self.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn comes_back(&self) {
        self.away.store(false, Ordering::Release);
    }

    /// A kubeconfig that leads here.
    fn kubeconfig(&self, server: &str) -> PathBuf {
        let text = fs::read_to_string(kubeconfig()).expect("a kubeconfig");
        let path = kubeconfig().with_file_name("between.kubeconfig");
        fs::write(&path, text.replace(server, &self.address)).expect("written");
        path
    }
}

#[test]
fn what_is_known_counts_while_the_api_server_is_away_and_the_rest_is_refused() {
    let Some(server) = ApiServer::get() else { return };
    let address = server.connection.server().trim_start_matches("https://").to_owned();
    let between = Between::start(address.clone());
    let path = between.kubeconfig(&address).display().to_string();
    let Some(webhook) =
        Webhook::start("away", NOTHING, &["--pod-security", "enforce=baseline", "--kubeconfig", &path])
    else {
        return;
    };
    let mut bad = pod("bad");
    bad["spec"]["hostNetwork"] = true.into();
    let try_out = |name: &str, pod: &serde_json::Value| webhook.create_with(name, pod, "?dryRun=All");
    webhook.namespace("webhook-away-known");
    wait("the namespace is known", || {
        refuses(&try_out("webhook-away-known", &bad), "violates PodSecurity").then_some(())
    });
    between.goes();
    webhook.namespace("webhook-away-new");
    let outcome = try_out("webhook-away-known", &bad);
    assert!(refuses(&outcome, "violates PodSecurity"), "{outcome:?}");
    try_out("webhook-away-known", &pod("good")).expect("it keeps to the level");
    let outcome = try_out("webhook-away-new", &pod("good"));
    assert!(refuses(&outcome, "the request cannot be judged"), "{outcome:?}");
    between.comes_back();
    wait("it is known now", || try_out("webhook-away-new", &pod("good")).ok());
    let label = json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}});
    webhook.patch("/api/v1/namespaces/webhook-away-known", &label).expect("it is labelled");
    wait("the label is seen", || {
        let outcome = try_out("webhook-away-known", &bad);
        (!refuses(&outcome, "admission webhook")).then_some(())
    });
}
