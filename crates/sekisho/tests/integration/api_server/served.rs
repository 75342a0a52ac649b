//! `sekisho serve admission` as a process on loopback, asked by the real API server.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::ApiServer;

/// A webhook that runs, and is asked about one namespace; both end with this value.
pub(crate) struct Served<'s> {
    server: &'s ApiServer,
    process: Child,
    name: String,
}

impl<'s> Served<'s> {
    /// Starts one with policies of a folder, or of the bundle that the options name, for requests of a namespace that close.
    pub(crate) fn start(server: &'s ApiServer, namespace: &str, folder: &Path, options: &[&str]) -> Self {
        let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
        let tls = folder.join("tls");
        let mut process = Command::new(env!("CARGO_BIN_EXE_sekisho"))
            .args([
                "serve",
                "admission",
                "--listen",
                "127.0.0.1:0",
                "--status",
                "127.0.0.1:0",
                "--any-client",
            ])
            .args(["--tls-name", "127.0.0.1", "--kubeconfig", &kubeconfig])
            .arg("--tls-folder")
            .arg(&tls)
            .args(["--policy", "policies"].iter().filter(|_| !options.contains(&"--bundle")))
            .args(options)
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the webhook starts");
        let said = process.stderr.take().expect("its log");
        let (send, address) = channel();
        thread::spawn(move || {
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                let told: Value = serde_json::from_str(&line).unwrap_or(Value::Null);
                match told["address"].as_str() {
                    Some(address) => drop(send.send(address.to_owned())),
                    None if !told.is_object() => println!("{line}"),
                    None => {}
                }
            }
        });
        let address = address.recv_timeout(Duration::from_secs(30)).expect("the webhook serves");
        let authority = std::fs::read(tls.join("ca.crt")).expect("its authority");
        let name = format!("served-{namespace}");
        let configuration = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": name},
            "webhooks": [{
                "name": "fail.validate.sekisho.dev", "admissionReviewVersions": ["v1"], "sideEffects": "None",
                "failurePolicy": "Fail", "timeoutSeconds": 5,
                "clientConfig": {"url": format!("https://{address}/validate/fail"), "caBundle": BASE64.encode(&authority)},
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}],
            }],
        });
        let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
        server.connection.create(path, &configuration.to_string()).expect("the webhook is asked");
        Self { server, process, name }
    }
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        let path =
            format!("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{}", self.name);
        let _ = self.server.connection.delete(&path);
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
