//! A ConfigMap holds a credential as plain text, under a key of its own or within a file.
//!
//! ## Why
//!
//! ConfigMaps are made for what everyone may read. Roles such as `view` show them but not Secrets, encryption at rest
//! seldom covers them, and tools print them without a thought.
//!
//! ## Mend
//!
//! Change the credential, since it has been seen. Move it into a Secret that comes from a secret store; let the file
//! refer to it by a variable, or make the whole file a Secret.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: ConfigMap
//! metadata:
//!   name: shop
//! data:
//!   LOG_LEVEL: info
//!   DB_PASSWORD: 9wTr4vLq2Zx7 # here
//!   smtp.properties: "host=mail.example.com\nuser=shop\npassword=9wTr4vLq2Zx7\n" # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: ConfigMap
//! metadata:
//!   name: shop
//! data:
//!   DB_PASSWORD_FILE: /run/secrets/database/password
//!   smtp.properties: |
//!     host=mail.example.com
//!     user=shop
//!     password=${SMTP_PASSWORD}
//!   password.policy: min-length=16
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: ConfigMaps, Good practices for Kubernetes Secrets

use smol_str::format_smolstr;

use super::prelude::*;
use crate::credential::{self, Credential, Syntax};

pub(super) const CHECK: Check = Check {
    id: "credential-in-config-map",
    title: "Credential in a ConfigMap",
    message: "`{key}` holds a credential ({kind})",
    variants: &[
        ("inside", "`{key}` holds a credential ({kind}) in line {line}, under the name `{variable}`"),
        ("unnamed", "`{key}` holds a credential ({kind}) in line {line}"),
    ],
    remedy: "Change the credential and move it to a Secret",
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
        "attack/T1552.007",
    ],
    cel: None,
    examine: Examine::Object(&[("", "ConfigMap")], examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    for entry in object.root.get("data").map_or(&[][..], Node::entries) {
        if let Some(text) = entry.node.as_str() {
            examine_text(object.place(field!["data", &entry.key]), &entry.key, text, examination);
        }
    }
    for entry in object.root.get("binaryData").map_or(&[][..], Node::entries) {
        let bytes = entry.node.as_str().and_then(credential::decode);
        if let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
            examine_text(object.place(field!["binaryData", &entry.key]), &entry.key, &text, examination);
        }
    }
}

fn examine_text<'a>(place: Place<'a>, key: &str, text: &str, examination: &mut Examination<'a>) {
    let single = !text.trim_end().contains('\n');
    if let Some(credential) = credential::judge(key, text).filter(|_| single) {
        examination.report(found(place, key, credential));
        return;
    }
    for hit in credential::scan(text, Syntax::of(key, text)) {
        let line = format_smolstr!("{}", hit.line);
        let found = found(place.clone(), key, hit.credential).arg("line", line);
        examination.report(if hit.name.is_empty() {
            found.variant("unnamed").identity(hit.credential.kind)
        } else {
            found.variant("inside").arg("variable", hit.name.clone()).identity(hit.name)
        });
    }
}

fn found<'a>(place: Place<'a>, key: &str, credential: Credential) -> Found<'a> {
    let weak = credential.confidence == Confidence::Low;
    Found::at(place)
        .secret()
        .arg("key", key)
        .arg("kind", credential.kind)
        .severity(if weak { Severity::Medium } else { CHECK.severity })
        .confidence(credential.confidence)
}
