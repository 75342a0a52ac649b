//! Roots of trust in other forms: `TrustRoot` of policy-controller, and single keys and certificates as Kyverno names them.

use std::sync::Arc;

use data_encoding::BASE64;
use sekisho_signature::certificate::{Certificate, CertificateError};
use sekisho_signature::key::PublicKey;
use sekisho_signature::root::{Authority, Log, TrustedRoot, Validity};
use serde_json::Value;

use crate::field::list;
use crate::policy::PolicyError;

/// Reads a `TrustRoot` that holds its keys itself (`sigstoreKeys`). One that lies in a repository is fetched elsewhere.
pub fn of_trust_root(object: &Value) -> Result<TrustedRoot, PolicyError> {
    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let wrong = |what: &str| PolicyError::Wrong { policy: name.to_owned(), what: what.to_owned() };
    let keys = object.pointer("/spec/sigstoreKeys").ok_or_else(|| {
        wrong("the root of trust lies in a repository: fetch it with `sekisho trust update`, and name the file with `--trusted-root`")
    })?;
    let bytes = |value: Option<&Value>, what: &str| -> Result<String, PolicyError> {
        let text = value.and_then(Value::as_str).ok_or_else(|| wrong(what))?;
        if text.contains("-----BEGIN") {
            return Ok(text.to_owned());
        }
        let decoded =
            BASE64.decode(text.trim().as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        decoded.ok_or_else(|| wrong(what))
    };
    let authorities = |field| -> Result<Vec<Authority>, PolicyError> {
        list(keys, field)
            .iter()
            .map(|entry| {
                let text = bytes(entry.get("certChain"), "an authority has no `certChain`")?;
                let uri = entry.get("uri").and_then(Value::as_str).unwrap_or_default().to_owned();
                authority_of_pem(&text, uri)
            })
            .collect()
    };
    let logs = |field| -> Result<Vec<Log>, PolicyError> {
        list(keys, field)
            .iter()
            .map(|entry| {
                let text = bytes(entry.get("publicKey"), "a log has no `publicKey`")?;
                let url = entry.get("baseURL").and_then(Value::as_str).unwrap_or_default();
                Ok(Log::of_key(PublicKey::of_pem(&text)?, url))
            })
            .collect()
    };
    Ok(TrustedRoot {
        certificate_authorities: authorities("certificateAuthorities")?,
        timestamp_authorities: authorities("timestampAuthorities")?,
        logs: logs("tLogs")?,
        certificate_logs: logs("ctLogs")?,
    })
}

/// An authority that counts at any time, by its certificates.
pub(crate) fn authority_of_pem(text: &str, uri: String) -> Result<Authority, PolicyError> {
    let mut chain = Certificate::all_of_pem(text)?;
    if chain.is_empty() {
        return Err(CertificateError::NoCertificate.into());
    }
    // The trusted one stands last.
    chain.sort_by_key(Certificate::is_self_issued);
    Ok(Authority { uri, chain, valid: Validity::ALWAYS })
}

/// A root of trust of which parts are replaced.
pub(crate) struct Replaced {
    root: TrustedRoot,
}

impl Replaced {
    pub(crate) fn of(root: &Arc<TrustedRoot>) -> Self {
        Self { root: (**root).clone() }
    }

    /// Only these certificate authorities count.
    pub(crate) fn authorities(&mut self, text: &str) -> Result<(), PolicyError> {
        self.root.certificate_authorities = vec![authority_of_pem(text, String::new())?];
        Ok(())
    }

    /// Only these timestamp authorities count.
    pub(crate) fn timestamp_authorities(&mut self, text: &str) -> Result<(), PolicyError> {
        self.root.timestamp_authorities = vec![authority_of_pem(text, String::new())?];
        Ok(())
    }

    /// Only the logs with these keys count.
    pub(crate) fn logs(&mut self, text: &str) -> Result<(), PolicyError> {
        self.root.logs = PublicKey::all_of_pem(text)?.into_iter().map(|key| Log::of_key(key, "")).collect();
        Ok(())
    }

    /// Only the certificate logs with these keys count.
    pub(crate) fn certificate_logs(&mut self, text: &str) -> Result<(), PolicyError> {
        let keys = PublicKey::all_of_pem(text)?;
        self.root.certificate_logs = keys.into_iter().map(|key| Log::of_key(key, "")).collect();
        Ok(())
    }

    /// Each part from a root of its own.
    pub(crate) fn parts(&mut self, logs: Option<&TrustedRoot>, timestamps: Option<&TrustedRoot>) {
        if let Some(other) = logs {
            self.root.logs.clone_from(&other.logs);
        }
        if let Some(other) = timestamps {
            self.root.timestamp_authorities.clone_from(&other.timestamp_authorities);
        }
    }

    pub(crate) fn done(self) -> Arc<TrustedRoot> {
        Arc::new(self.root)
    }
}
