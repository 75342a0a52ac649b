//! A key of the encryption at rest is weak: too short or of a wrong length, made of text, regular, or used twice.
//!
//! ## Why
//!
//! Text has a fraction of the randomness of its length, and keys from manuals are tried first. A key that stands under two
//! names looks rotated and is not; one key under two ciphers weakens both. A key of a wrong length keeps the API server
//! from starting.
//!
//! ## Mend
//!
//! Make each key of 32 random bytes: `head -c 32 /dev/urandom | base64`. Better still, keep keys out of the file by a KMS
//! provider.
//!
//! ```yaml bad
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: EncryptionConfiguration
//! resources:
//!   - resources: [secrets]
//!     providers:
//!       - secretbox:
//!           keys:
//!             - name: key-1
//!               secret: YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY= # here
//!       - aescbc:
//!           keys:
//!             - name: key-2
//!               secret: c2hvcnQ= # here
//!       - identity: {}
//! ```
//!
//! ```yaml bad
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: EncryptionConfiguration
//! resources:
//!   - resources: [secrets]
//!     providers:
//!       - aescbc:
//!           keys:
//!             - name: key-2026
//!               secret: kQ8mJx2bV0nZ5rT7yP1cW4hL9sD3fG6aE+uIo/RtXzM=
//!             - name: key-2025
//!               secret: kQ8mJx2bV0nZ5rT7yP1cW4hL9sD3fG6aE+uIo/RtXzM= # here
//! ```
//!
//! ```yaml good
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: EncryptionConfiguration
//! resources:
//!   - resources: [secrets]
//!     providers:
//!       - secretbox:
//!           keys:
//!             - name: key-2026
//!               secret: kQ8mJx2bV0nZ5rT7yP1cW4hL9sD3fG6aE+uIo/RtXzM=
//!       - identity: {}
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Encrypting Confidential Data at Rest
//! - CIS Kubernetes Benchmark 1.12, 1.2.28

use smol_str::format_smolstr;

use super::prelude::*;
use crate::credential;
use crate::encryption::{KINDS, Key, entries};

pub(super) const CHECK: Check = Check {
    id: "encryption-weak-key",
    title: "Weak key for encryption at rest",
    message: "key `{key}` of `{provider}` is made of text, not of random bytes",
    variants: &[
        ("regular", "key `{key}` of `{provider}` is regular, not random"),
        ("encoding", "key `{key}` of `{provider}` is no Base64"),
        ("length", "key `{key}` of `{provider}` has {bytes} bytes, which the cipher does not take"),
        ("short", "key `{key}` of `{provider}` has {bytes} bytes instead of 32"),
        ("reused", "key `{key}` of `{provider}` is the same as key `{other}` of `{where}`"),
    ],
    remedy: "Make each key of 32 random bytes",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K08",
        "owasp-2025/K03",
        "nsa-cisa/secrets-protection",
        "nsa-cisa/etcd-protection",
        "pci/6",
        "attack/T1552.007",
        "cis-1.12/1.2.28",
    ],
    cel: None,
    examine: Examine::Object(KINDS, examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let mut known: Vec<(Vec<u8>, &'a str, Key<'a>)> = Vec::new();
    for provider in entries(object).iter().flat_map(|entry| &entry.providers) {
        let lengths: &[usize] = match provider.kind {
            "secretbox" => &[32],
            "aescbc" | "aesgcm" => &[16, 24, 32],
            _ => continue,
        };
        for key in provider.keys().into_iter().filter(|key| !credential::is_stand_in(key.secret)) {
            let found =
                Found::at(key.place.clone()).secret().arg("key", key.name).arg("provider", provider.kind);
            let Some(bytes) = credential::decode(key.secret) else {
                examination.report(found.variant("encoding").severity(Severity::Medium));
                continue;
            };
            let length = format_smolstr!("{}", bytes.len());
            // Entries for different resources may share their keys, name by name.
            let same = known.iter().find(|(other, kind, named)| {
                *other == bytes && (*kind != provider.kind || named.name != key.name)
            });
            if !lengths.contains(&bytes.len()) {
                examination.report(found.variant("length").arg("bytes", length).severity(Severity::Medium));
            } else if bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
                examination.report(found);
            } else if is_regular(&bytes) {
                examination.report(found.variant("regular"));
            } else if let Some((_, kind, other)) = same {
                examination.report(
                    found
                        .variant("reused")
                        .severity(Severity::Medium)
                        .arg("other", other.name)
                        .arg("where", *kind)
                        .related(other.place.clone(), "the same key"),
                );
            } else if bytes.len() < 32 {
                examination.report(found.variant("short").arg("bytes", length).severity(Severity::Low));
            }
            known.push((bytes, provider.kind, key));
        }
    }
}

/// Few different bytes, or each the last one plus the same number.
fn is_regular(bytes: &[u8]) -> bool {
    let mut different = bytes.to_vec();
    different.sort_unstable();
    different.dedup();
    let steps: Vec<u8> =
        bytes.windows(2).filter_map(|pair| Some(pair.last()?.wrapping_sub(*pair.first()?))).collect();
    different.len() * 2 < bytes.len() || steps.windows(2).all(|pair| pair.first() == pair.last())
}
