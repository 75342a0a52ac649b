//! The webhook's own authority: that it stands, holds, and is the one that the API server is told.

use data_encoding::BASE64;
use sekisho_manifest::Node;
use sekisho_webhook::tls::{Described, describe};

use super::{Diagnosis, Grade, Patient};

/// Days before its end in which an authority should have been made anew long ago.
const SOON: i64 = 30 * 86_400;

/// Looks at the authority and at what webhook configurations name.
pub(super) fn authority(patient: &Patient<'_>, diagnosis: &mut Diagnosis) {
    const ABOUT: &str = "authority";
    let path = format!("/api/v1/namespaces/{}/secrets/sekisho-admission-authority", patient.namespace);
    let told = match patient.connection.get(&path) {
        Ok(secret) => secret.at(&["data", "ca.crt"]).and_then(Node::as_str).unwrap_or("").to_owned(),
        Err(error) if error.is_absent() => {
            let mend = "apply what `sekisho install` prints again";
            return diagnosis.enter(ABOUT, Grade::Problem, "its Secret is not there", mend);
        }
        Err(error) => return diagnosis.unknown(ABOUT, error.to_string()),
    };
    let now = patient.now.as_second();
    let newest = certificates(&told).into_iter().max_by_key(|one| one.not_after);
    match newest {
        None => {
            let mend = "wait until a replica is ready, then look at its log";
            return diagnosis.enter(ABOUT, Grade::Problem, "the webhook has made none yet", mend);
        }
        Some(one) if one.not_after <= now => {
            let mend = "look at the log of the replicas: it should have been made anew";
            diagnosis.enter(ABOUT, Grade::Problem, "it has expired", mend);
        }
        Some(one) if one.not_after - now < SOON => {
            let says = format!("it ends in {} days", (one.not_after - now) / 86_400);
            let mend = "look at the log of the replicas: it should have been made anew";
            diagnosis.enter(ABOUT, Grade::Warning, says, mend);
        }
        Some(one) => {
            let days = (one.not_after - now) / 86_400;
            diagnosis.well(ABOUT, format!("it holds for {days} more days"));
        }
    }
    for (kind, plural) in super::webhooks::KINDS {
        let path = format!("/apis/admissionregistration.k8s.io/v1/{plural}/sekisho");
        let Ok(configuration) = patient.connection.get(&path) else { continue };
        let webhooks = configuration.get("webhooks").map_or(&[][..], Node::items);
        let others: Vec<&str> = webhooks
            .iter()
            .filter(|webhook| {
                webhook.at(&["clientConfig", "caBundle"]).and_then(Node::as_str) != Some(told.as_str())
            })
            .map(|webhook| webhook.str("name"))
            .collect();
        if others.is_empty() {
            diagnosis.well("trust", format!("the {kind} webhooks trust it"));
        } else {
            let says = format!("the API server does not trust it for {}", others.join(", "));
            let mend = "look at the log of the replicas, which put it in, and at their rights";
            diagnosis.enter("trust", Grade::Problem, says, mend);
        }
    }
}

/// The certificates of PEM in Base64.
fn certificates(told: &str) -> Vec<Described> {
    let bytes = BASE64.decode(told.as_bytes()).unwrap_or_default();
    let pem = String::from_utf8_lossy(&bytes);
    let blocks = pem.split("-----BEGIN CERTIFICATE-----").skip(1);
    blocks
        .filter_map(|block| {
            let (body, _) = block.split_once("-----END CERTIFICATE-----")?;
            let body: String = body.split_whitespace().collect();
            describe(&BASE64.decode(body.as_bytes()).ok()?)
        })
        .collect()
}
