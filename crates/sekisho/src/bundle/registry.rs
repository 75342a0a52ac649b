//! How the registries of bundles are read, and who must have signed what lies there.

use std::sync::Arc;

use anyhow::Result;
use sekisho_oci::digest::Digest;
use sekisho_registry::{Client, Credentials, Found, Settings};
use sekisho_source::Registry;

use crate::arguments::bundle::ArtifactArguments;
use crate::arguments::signature::TrustArguments;
use crate::signature::trust::{Trust, signer_of};

/// How the registries of bundles are read, and who must have signed what lies there.
pub(crate) fn registry(arguments: &ArtifactArguments, offline: bool) -> Result<Registry> {
    let client = Arc::new(Client::new(Settings {
        credentials: Credentials::find(&arguments.credentials)?,
        insecure: arguments.insecure_registry.clone(),
        ..Settings::default()
    }));
    if arguments.key.is_empty() && arguments.identity.is_none() {
        return Ok(Registry { client, vouch: None });
    }
    let trusted = TrustArguments {
        key: arguments.key.clone(),
        certificate_identity: arguments.identity.clone(),
        certificate_oidc_issuer: arguments.issuer.clone(),
        trusted_root: arguments.root.clone(),
        ..TrustArguments::default()
    };
    let trust = Trust::new(&trusted, offline)?;
    let vouch = move |digest: &Digest, found: &Found| {
        let digest = digest.to_string();
        let mut reasons = found.faults.clone();
        for candidate in &found.candidates {
            match candidate.verify(&digest, &trust.root, &trust.demands()) {
                // What somebody says of an artifact is not that it is theirs.
                Ok(verified) if !verified.is_signature() => {
                    reasons.push("an attestation is no signature".to_owned());
                }
                Ok(verified) => return Ok(signer_of(&verified.into_verified())),
                Err(error) => reasons.push(error.to_string()),
            }
        }
        reasons.sort();
        reasons.dedup();
        reasons.truncate(3);
        Err(if reasons.is_empty() { "there is no signature".to_owned() } else { reasons.join("; ") })
    };
    Ok(Registry { client, vouch: Some(Arc::new(vouch)) })
}
