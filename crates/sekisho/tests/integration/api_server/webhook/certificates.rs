//! A webhook that comes back after its authority has expired: it is not trusted, and mends that by itself.

use std::net::TcpListener;

use sekisho_webhook::tls::{CertificateSource as _, InSecret, Own, Publication, Rotation};
use serde_json::json;

use super::{Child, config_map, connection, kubeconfig, refuses, spawn};
use crate::api_server::webhook::faults::POLICIES;
use crate::api_server::{ApiServer, beside_others, objects, wait};
use crate::command::Workbench;

const NAME: &str = "webhook-expired";
const CONFIGURATIONS: &str = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

/// What goes with the test.
struct Guest<'a>(&'a ApiServer, Option<Child>);

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        let _ = self.0.connection.delete(&format!("{CONFIGURATIONS}/{NAME}"));
        if let Some(child) = &mut self.1 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn an_authority_that_has_expired_is_made_anew_and_told() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    server.namespace(NAME, &[]);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let configuration = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": NAME},
        "webhooks": [{
            "name": "expired.sekisho.test", "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Fail",
            "timeoutSeconds": 5, "clientConfig": {"url": format!("https://{address}/validate/fail")},
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": NAME}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}],
        }],
    });
    let mut guest = Guest(&server, None);
    let _ = server.connection.delete(&format!("{CONFIGURATIONS}/{NAME}"));
    let _ = server.connection.delete(&format!("/api/v1/namespaces/{NAME}/secrets/authority"));
    server.create(&objects(&configuration.to_string())[0], "");
    // What was kept and told when the webhook ran last, 400 days ago.
    let told = || {
        let found = server.connection.get(&format!("{CONFIGURATIONS}/{NAME}")).expect("it is there");
        let webhook = &found.get("webhooks").expect("webhooks").items()[0];
        webhook.at(&["clientConfig", "caBundle"]).and_then(|node| node.as_str().map(str::to_owned))
    };
    let publication = Publication { mutating: false, name: NAME.to_owned() };
    let kept = InSecret::new(connection(), NAME, "authority", vec![publication]);
    let long_ago = jiff::Timestamp::now().as_second() - 400 * 86_400;
    let mut own = Own::with_clock(
        Box::new(kept),
        vec!["127.0.0.1".to_owned()],
        Rotation::default(),
        Box::new(move || long_ago),
    );
    own.current().expect("a certificate");
    let expired = told().expect("an authority was told");

    let bench = Workbench::new();
    bench.file("policies/policies.yaml", POLICIES);
    let arguments = [
        "serve",
        "admission",
        "--policy",
        &bench.path().join("policies").display().to_string(),
        "--tls-secret",
        &format!("{NAME}/authority"),
        "--tls-name",
        "127.0.0.1",
        "--publish",
        &format!("validating/{NAME}"),
        "--any-client",
        "--kubeconfig",
        &kubeconfig().display().to_string(),
    ]
    .map(str::to_owned);
    let (process, lines) = spawn(&arguments, [&address, "127.0.0.1:0"]);
    guest.1 = Some(process);
    let map = config_map("bare", json!({}));
    let path = format!("/api/v1/namespaces/{NAME}/configmaps?dryRun=All");
    wait("the next authority is trusted", || {
        let outcome = server.connection.create(&path, &map.to_string());
        assert!(outcome.is_err(), "nothing is let through: {:?}", lines.lock());
        refuses(&outcome, "say who owns it").then_some(())
    });
    assert_ne!(told(), Some(expired));
    drop(guest);
}
