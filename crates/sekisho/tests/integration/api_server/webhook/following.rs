//! Policies that change, and who may call.

use std::process::Command;

use serde_json::json;

use super::{Webhook, certificates, config_map, refuses};
use crate::api_server::wait;

const STRICT: &str = "
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

#[test]
fn policies_that_change_are_followed_and_broken_ones_change_nothing() {
    let Some(webhook) = Webhook::start("following", STRICT, &[]) else { return };
    let name = "webhook-following";
    webhook.namespace(name);
    let bare = config_map("bare", json!({}));
    let outcome = webhook.create_with(name, &bare, "?dryRun=All");
    assert!(refuses(&outcome, "say who owns it"), "{outcome:?}");

    webhook.rewrite(&STRICT.replace("say who owns it", "name an owner"));
    wait("the new words are said", || {
        refuses(&webhook.create_with(name, &bare, "?dryRun=All"), "name an owner").then_some(())
    });
    webhook.rewrite(&STRICT.replace("pattern:", "patterns:"));
    let (ready, detail) = wait("the broken ones are refused", || {
        let found = webhook.readyz();
        found.1.contains("the policies cannot be used").then_some(found)
    });
    assert!(ready, "{detail}");
    let outcome = webhook.create_with(name, &bare, "?dryRun=All");
    assert!(refuses(&outcome, "name an owner"), "{outcome:?}");
    assert!(webhook.get("/metrics").contains("sekisho_admission_bundle_refused 1"));
    webhook.rewrite(&STRICT.replace("Enforce", "Audit"));
    wait("the next good ones count", || webhook.create_with(name, &bare, "?dryRun=All").ok());
    wait("that is said", || (!webhook.readyz().1.contains("cannot be used")).then_some(()));
}

/// Catalogue 45: who is not the API server is not answered, though it has a certificate of the same authority.
#[test]
fn only_the_api_server_is_answered() {
    let Some(webhook) = Webhook::start("callers", STRICT, &["--client-ca-of-cluster"]) else { return };
    let asked = |identity: Option<&str>| {
        let place = |name: String| certificates().join(name).display().to_string();
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--insecure"]);
        curl.args(["--header", "content-type: application/json", "--data", "{}"]);
        if let Some(name) = identity {
            curl.args(["--cert", &place(format!("{name}.crt")), "--key", &place(format!("{name}.key"))]);
        }
        let output =
            curl.arg(format!("https://{}/validate/fail", webhook.address)).output().expect("curl runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_eq!(asked(Some("apiserver-client")), "400");
    assert_eq!(asked(Some("admin")), "000");
    assert_eq!(asked(None), "000");
}
