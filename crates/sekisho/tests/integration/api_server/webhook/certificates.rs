//! A webhook that comes back after its authority has expired, and webhooks whose clocks are wrong: nothing passes
//! unexamined where one is not trusted, and it mends that by itself.

use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};

use sekisho_cluster::RequestError;
use sekisho_manifest::Node;
use sekisho_webhook::tls::{CertificateSource as _, InSecret, Own, Publication, Rotation};
use serde_json::json;

use super::{Child, config_map, connection, kubeconfig, refuses, spawn_by};
use crate::api_server::clocks::at;
use crate::api_server::webhook::faults::POLICIES;
use crate::api_server::{ApiServer, beside_others, objects, wait};
use crate::command::Workbench;

const CONFIGURATIONS: &str = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

/// A webhook that tells the API server its authority itself, and keeps it in a Secret; it goes with the test.
struct Guest<'s> {
    server: &'s ApiServer,
    name: &'static str,
    address: String,
    bench: Workbench,
    process: Option<Child>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl<'s> Guest<'s> {
    /// One that the API server asks about ConfigMaps of the namespace of this name; nobody answers yet.
    fn invite(server: &'s ApiServer, name: &'static str) -> Self {
        server.namespace(name, &[]);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        drop(listener);
        let configuration = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": name},
            "webhooks": [{
                "name": format!("{name}.sekisho.test"), "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Fail",
                "timeoutSeconds": 5, "clientConfig": {"url": format!("https://{address}/validate/fail")},
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}},
                "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}],
            }],
        });
        let _ = server.connection.delete(&format!("{CONFIGURATIONS}/{name}"));
        let _ = server.connection.delete(&format!("/api/v1/namespaces/{name}/secrets/authority"));
        server.create(&objects(&configuration.to_string())[0], "");
        let bench = Workbench::new();
        bench.file("policies/policies.yaml", POLICIES);
        Self { server, name, address, bench, process: None, lines: Arc::default() }
    }

    /// Where its authority is told.
    fn publication(&self) -> Publication {
        Publication { mutating: false, name: self.name.to_owned() }
    }

    /// The authority that the API server is told.
    fn told(&self) -> Option<String> {
        let found =
            self.server.connection.get(&format!("{CONFIGURATIONS}/{}", self.name)).expect("it is there");
        let webhook = &found.get("webhooks").expect("webhooks").items()[0];
        webhook.at(&["clientConfig", "caBundle"]).and_then(|node| node.as_str().map(str::to_owned))
    }

    /// Serves by a command, in place of the former.
    fn serve(&mut self, command: Command) {
        self.stop();
        let arguments = [
            "serve",
            "admission",
            "--policy",
            &self.bench.path().join("policies").display().to_string(),
            "--tls-secret",
            &format!("{}/authority", self.name),
            "--tls-name",
            "127.0.0.1",
            "--publish",
            &format!("validating/{}", self.name),
            "--any-client",
            "--kubeconfig",
            &kubeconfig().display().to_string(),
        ]
        .map(str::to_owned);
        let (process, lines) = spawn_by(command, &arguments, [&self.address, "127.0.0.1:0"]);
        (self.process, self.lines) = (Some(process), lines);
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.process.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// What becomes of a ConfigMap without an owner; it is never let through.
    fn bare(&self) -> Result<(Node, Vec<String>), RequestError> {
        let path = format!("/api/v1/namespaces/{}/configmaps?dryRun=All", self.name);
        let outcome = self.server.connection.create(&path, &config_map("bare", json!({})).to_string());
        assert!(outcome.is_err(), "nothing is let through: {:?}", self.lines.lock());
        outcome
    }

    /// Waits until the API server trusts it, and lets through what is good.
    fn is_trusted(&self) {
        wait("the authority is trusted", || refuses(&self.bare(), "say who owns it").then_some(()));
        let path = format!("/api/v1/namespaces/{}/configmaps?dryRun=All", self.name);
        let good = config_map("owned", json!({"name": "a"}));
        self.server.connection.create(&path, &good.to_string()).expect("it passes");
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        let _ = self.server.connection.delete(&format!("{CONFIGURATIONS}/{}", self.name));
        self.stop();
    }
}

fn sekisho() -> Command {
    Command::new(env!("CARGO_BIN_EXE_sekisho"))
}

#[test]
fn an_authority_that_has_expired_is_made_anew_and_told() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let mut guest = Guest::invite(&server, "webhook-expired");
    // What was kept and told when the webhook ran last, 400 days ago.
    let kept = InSecret::new(connection(), guest.name, "authority", vec![guest.publication()]);
    let long_ago = jiff::Timestamp::now().as_second() - 400 * 86_400;
    let mut own = Own::with_clock(
        Box::new(kept),
        vec!["127.0.0.1".to_owned()],
        Rotation::default(),
        Box::new(move || long_ago),
    );
    own.current().expect("a certificate");
    let expired = guest.told().expect("an authority was told");
    guest.serve(sekisho());
    guest.is_trusted();
    assert_ne!(guest.told(), Some(expired));
}

#[test]
fn a_clock_that_is_half_an_hour_off_disturbs_nobody() {
    let Some(server) = ApiServer::get() else { return };
    let (Some(ahead), Some(behind)) = (at("+30m"), at("-30m")) else { return };
    let _shared = beside_others();
    let mut guest = Guest::invite(&server, "webhook-half-an-hour");
    guest.serve(ahead);
    guest.is_trusted();
    let told = guest.told();
    guest.serve(behind);
    guest.is_trusted();
    assert_eq!(guest.told(), told, "what the one made the other goes on with");
}

#[test]
fn a_clock_of_another_day_lets_nothing_through_and_what_it_made_is_mended() {
    let Some(server) = ApiServer::get() else { return };
    let (Some(ahead), Some(behind)) = (at("+3d"), at("-3d")) else { return };
    let _shared = beside_others();
    let mut guest = Guest::invite(&server, "webhook-another-day");
    guest.serve(ahead);
    let told = wait("the authority is told", || guest.told());
    wait("the API server does not trust it", || {
        let why = guest.bare().err()?.to_string();
        why.contains("not yet valid").then_some(())
    });
    guest.serve(sekisho());
    guest.is_trusted();
    let mended = guest.told();
    assert_ne!(mended, Some(told));
    // To one that is behind the API server's own certificate is none yet: it cannot ask it, and nobody is let through.
    guest.serve(behind);
    wait("nobody answers", || {
        guest.bare().err()?.to_string().contains("failed calling webhook").then_some(())
    });
    guest.serve(sekisho());
    guest.is_trusted();
    assert_eq!(guest.told(), mended);
}
