//! A Secret stands in the manifests with its data. Base64 is an encoding: it hides nothing.
//!
//! ## Why
//!
//! Whoever may read the repository, now or later, or a copy of it, has the data. History keeps it after it is
//! removed.
//!
//! ## Mend
//!
//! Change what has been seen. Keep Secrets out of the repository: let an operator fetch them from a secret store
//! (`ExternalSecret`), or store them encrypted (`SealedSecret`, SOPS).
//!
//! Empty values, placeholders, certificates and public keys are no secrets. A Secret that holds only settings in which no
//! credential is recognised is reported with low confidence.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Secret
//! metadata:
//!   name: database
//! data:
//!   username: c2hvcA==
//!   password: OXdUcjR2THEyWng3 # here
//!   replication-password: UXo3bVd2MkxwOFJk
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Secret
//! metadata:
//!   name: registry
//! type: kubernetes.io/dockerconfigjson
//! stringData:
//!   .dockerconfigjson: '{"auths":{"registry.example.com":{"username":"ci","password":"9wTr4vLq2Zx7"}}}' # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Secret
//! metadata:
//!   name: database
//! data:
//!   password: ""
//! stringData:
//!   api-token: ${API_TOKEN}
//!   ca.crt: |
//!     -----BEGIN CERTIFICATE-----
//!     MIIBszCCAVmgAwIBAgIUJx
//!     -----END CERTIFICATE-----
//! ```
//!
//! ```yaml good
//! apiVersion: bitnami.com/v1alpha1
//! kind: SealedSecret
//! metadata:
//!   name: database
//! spec:
//!   encryptedData:
//!     password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq
//! ```
//!
//! ## References
//!
//! - CIS Kubernetes Benchmark 1.12, 5.4.2
//! - Kubernetes documentation: Good practices for Kubernetes Secrets

use std::borrow::Cow;

use super::prelude::*;
use crate::credential::{self, Syntax, Worth};
use crate::rbac::list;

pub(super) const CHECK: Check = Check {
    id: "secret-in-manifest",
    title: "Secret with its data in the manifests",
    message: "Secret `{name}` holds its data as plain text (`{keys}`)",
    variants: &[(
        "settings",
        "Secret `{name}` holds settings as plain text (`{keys}`), in which no credential was recognised",
    )],
    remedy: "Change the data and fetch it from a secret store, or encrypt it",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Code, Phase::Develop, Mode::Preventive),
    controls: &[
        "owasp-2022/K08",
        "owasp-2025/K03",
        "nsa-cisa/secrets-protection",
        "nist-800-190/4.1.4",
        "pci/6",
        "attack/T1552.001",
        "cis-1.12/5.4.2",
    ],
    cel: None,
    examine: Examine::Object(&[("", "Secret")], examine),
};

/// What one key of a Secret holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Nothing to hide: empty, a reference, a placeholder, a certificate, a user name.
    Open,
    /// Something in which no credential is recognised.
    Settings,
    /// A credential.
    Credential(Confidence),
}

/// Last words of keys that say who or where, and are no secrets.
const OPEN_NAMES: &[&str] = &[
    "user",
    "username",
    "login",
    "host",
    "hostname",
    "port",
    "database",
    "dbname",
    "db",
    "endpoint",
    "url",
    "uri",
    "server",
    "region",
    "bucket",
    "email",
    "type",
    "name",
    "namespace",
    "id",
    "account",
    "schema",
    "driver",
    "engine",
    "address",
    "domain",
    "mtime",
];
/// File names of stores of private keys.
const KEY_STORES: &[&str] = &[".jks", ".p12", ".pfx", ".keystore", ".kdbx", ".keytab"];

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    // SOPS adds a block of its own and leaves the keys readable.
    if object.root.get("sops").is_some() {
        return;
    }
    let mut found: Vec<(&str, Content, Place<'a>)> = Vec::new();
    for list in ["data", "stringData"] {
        for entry in object.root.get(list).map_or(&[][..], Node::entries) {
            let Some(text) = entry.node.as_str() else { continue };
            let content = if list == "data" { encoded(&entry.key, text) } else { content(&entry.key, text) };
            if content != Content::Open {
                found.push((&entry.key, content, object.place(field![list, &entry.key])));
            }
        }
    }
    let confidence = |content: Content| match content {
        Content::Credential(confidence) => Some(confidence),
        Content::Open | Content::Settings => None,
    };
    let best = found.iter().filter_map(|(_, content, _)| confidence(*content)).max();
    // Beside a credential, the settings of the same Secret are not worth a word.
    found.retain(|(_, content, _)| best.is_none() || confidence(*content).is_some());
    let Some((_, _, place)) = found.first() else { return };
    let mut finding = Found::at(place.clone())
        .secret()
        .arg("name", object.name.clone())
        .arg("keys", list(found.iter().map(|(key, _, _)| *key)))
        .confidence(best.unwrap_or(Confidence::Low));
    if best.is_none() {
        finding = finding.variant("settings").severity(Severity::Low);
    }
    for (_, _, place) in found.iter().skip(1) {
        finding = finding.related(place.clone(), "holds data too");
    }
    examination.report(finding);
}

/// The content of a value of `data`, which is Base64. What is none is a template, or a slip: then it is
/// taken as it stands.
fn encoded(key: &str, text: &str) -> Content {
    if credential::is_stand_in(text) {
        return Content::Open;
    }
    let Some(bytes) = credential::decode(text) else { return content(key, text) };
    match String::from_utf8(bytes) {
        Ok(text) => content(key, &text),
        Err(_) if KEY_STORES.iter().any(|end| key.ends_with(end)) => Content::Credential(Confidence::Medium),
        Err(_) if credential::names_credential(key) => Content::Credential(Confidence::High),
        Err(_) => Content::Settings,
    }
}

fn content(key: &str, text: &str) -> Content {
    let single = !text.trim_end().contains('\n');
    // A brace begins a template, unless it is JSON with its quotes.
    if text.trim().is_empty() || (single && !text.contains('"') && credential::is_stand_in(text)) {
        return Content::Open;
    }
    if let Some(credential) = credential::by_shape(text) {
        return Content::Credential(credential.confidence);
    }
    if key == ".dockerconfigjson" || key == ".dockercfg" {
        return registries(text);
    }
    let single = !text.trim_end().contains('\n');
    if is_public(text) || (single && is_open_name(key)) {
        return Content::Open;
    }
    if single && !text.trim().contains(char::is_whitespace) {
        return match credential::worth(text) {
            Worth::Nothing => Content::Open,
            _ if credential::names_credential(key) => Content::Credential(Confidence::High),
            Worth::Random => Content::Credential(Confidence::Medium),
            Worth::Word | Worth::Number => Content::Settings,
        };
    }
    let hits = credential::scan(text, Syntax::of(key, text));
    let best = hits.iter().map(|hit| hit.credential.confidence).max();
    best.map_or(Content::Settings, Content::Credential)
}

/// The credentials of image registries, if there are any.
fn registries(text: &str) -> Content {
    let filled = |name: &str| {
        let after = text.split(name).skip(1).filter_map(|after| after.trim_start().strip_prefix(':'));
        let mut values = after.filter_map(|after| after.trim_start().strip_prefix('"')?.split('"').next());
        values.any(|value| !credential::is_stand_in(value))
    };
    let filled = ["\"auth\"", "\"password\"", "\"identitytoken\"", "\"registrytoken\""]
        .iter()
        .any(|name| filled(name));
    if filled { Content::Credential(Confidence::High) } else { Content::Open }
}

/// Certificates, public keys, keys of hosts.
fn is_public(text: &str) -> bool {
    let text = text.trim_start();
    let pem = text.starts_with("-----BEGIN ") && !text.contains("PRIVATE KEY");
    pem || ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-"].iter().any(|start| text.starts_with(start))
}

fn is_open_name(key: &str) -> bool {
    let key: Cow<'_, str> = key.to_ascii_lowercase().into();
    let last = key.rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or(&key);
    OPEN_NAMES.contains(&last)
}
