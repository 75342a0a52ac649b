//! What the API server is told to ask, and whether it gets answers.

use sekisho_cluster::{Connection, RequestError};
use sekisho_manifest::Node;
use serde_json::json;

use super::{Diagnosis, Grade, Patient};

/// The kinds of webhook configurations and their plurals.
pub(super) const KINDS: [(&str, &str); 2] =
    [("validating", "validatingwebhookconfigurations"), ("mutating", "mutatingwebhookconfigurations")];

/// The longest that the API server should wait.
const PATIENCE: i64 = 5;

/// Looks at the webhook configurations.
pub(super) fn configurations(patient: &Patient<'_>, diagnosis: &mut Diagnosis) {
    for (kind, plural) in KINDS {
        let path = format!("/apis/admissionregistration.k8s.io/v1/{plural}/sekisho");
        match patient.connection.get(&path) {
            Ok(configuration) => {
                for webhook in configuration.get("webhooks").map_or(&[][..], Node::items) {
                    look(webhook, patient, diagnosis);
                }
            }
            Err(error) if error.is_absent() && kind == "mutating" => {
                diagnosis.well("webhooks", "objects are not changed: there is no mutating webhook");
            }
            Err(error) if error.is_absent() => {
                let mend = "apply what `sekisho install` prints again";
                let says = "there is no validating webhook: nothing is asked about";
                diagnosis.enter("webhooks", Grade::Problem, says, mend);
            }
            Err(error) => diagnosis.unknown("webhooks", error.to_string()),
        }
    }
}

fn look(webhook: &Node, patient: &Patient<'_>, diagnosis: &mut Diagnosis) {
    let name = webhook.str("name");
    let path = webhook.at(&["clientConfig", "service", "path"]).and_then(Node::as_str).unwrap_or("");
    let closes = webhook.str("failurePolicy") == "Fail";
    let mut is_well = true;
    let mut enter = |grade, says: String, mend: &str| {
        is_well = false;
        diagnosis.enter("webhooks", grade, says, mend);
    };
    if path.ends_with("/fail") != closes {
        let says =
            format!("`{name}` asks at `{path}` and has `failurePolicy: {}`", webhook.str("failurePolicy"));
        enter(Grade::Problem, says, "let `/fail` be `Fail` and `/ignore` be `Ignore`");
    }
    let patience = webhook.get("timeoutSeconds").and_then(Node::as_i64).unwrap_or(10);
    if patience > PATIENCE {
        let says = format!("the API server waits {patience} s for `{name}`, and every request with it");
        enter(Grade::Warning, says, "let it wait 2 s: `--set webhooks.timeoutSeconds=2`");
    }
    let exempt = exempt(webhook);
    if closes {
        for namespace in ["kube-system", patient.namespace] {
            if !exempt.iter().any(|one| one == namespace) {
                let says =
                    format!("`{name}` closes over `{namespace}` too: it could not come up again by itself");
                enter(Grade::Problem, says, "exempt it by `kubernetes.io/metadata.name`");
            }
        }
    }
    if is_well {
        let failure = if closes { "refused" } else { "passed" };
        let says =
            format!("`{name}`: unanswered requests are {failure}; not asked about: {}", exempt.join(", "));
        diagnosis.well("webhooks", says);
    }
}

/// The namespaces that a webhook is not asked about, by their names.
fn exempt(webhook: &Node) -> Vec<String> {
    let conditions = webhook.at(&["namespaceSelector", "matchExpressions"]).map_or(&[][..], Node::items);
    let by_name = conditions
        .iter()
        .filter(|one| one.str("key") == "kubernetes.io/metadata.name" && one.str("operator") == "NotIn");
    by_name.flat_map(|one| one.strings("values").map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Whether the API server gets answers.
#[derive(Debug)]
pub(crate) enum Reached {
    /// It does, or asks nobody.
    Yes,
    /// It does not, for this reason.
    No(String),
    /// That could not be found out.
    Unknown(String),
}

/// Asks the API server to do all but make a ConfigMap, which it asks webhooks about.
pub(crate) fn reach(connection: &Connection, namespace: &str) -> Reached {
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "sekisho-doctor", "labels": {"app.kubernetes.io/name": "sekisho"}},
    });
    let path = format!("/api/v1/namespaces/{namespace}/configmaps?dryRun=All");
    match connection.create(&path, &map.to_string()) {
        Ok(_) => Reached::Yes,
        Err(RequestError::Status(status)) if status.message.contains("failed calling webhook") => {
            if status.message.contains(".sekisho.dev") {
                Reached::No(status.message)
            } else {
                Reached::Unknown(format!("another webhook does not answer: {}", status.message))
            }
        }
        // Whoever refuses has answered.
        Err(RequestError::Status(status)) if status.message.contains("denied the request") => Reached::Yes,
        Err(error) => Reached::Unknown(error.to_string()),
    }
}

/// Says whether the API server gets answers.
pub(super) fn answers(patient: &Patient<'_>, diagnosis: &mut Diagnosis) {
    const ABOUT: &str = "answers";
    match reach(patient.connection, patient.probe) {
        Reached::Yes => {
            diagnosis.well(ABOUT, format!("requests in `{}` are answered", patient.probe));
        }
        Reached::No(why) => {
            let mend = if why.contains("tls:") || why.contains("x509") || why.contains("certificate") {
                "the API server must show the certificate that callers need (docs/admission.md), and trust the \
                 webhook's authority"
            } else {
                "let the API server reach the Service `sekisho-admission` at port 443: replicas, NetworkPolicies, \
                 firewalls between control plane and nodes"
            };
            diagnosis.enter(ABOUT, Grade::Problem, why, mend);
        }
        Reached::Unknown(why) => diagnosis.unknown(ABOUT, why),
    }
}
