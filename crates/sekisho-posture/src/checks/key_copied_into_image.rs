//! A build copies a file into the image that is a key or holds credentials, by its name.
//!
//! ## Why
//!
//! Whoever may pull the image has the file, also where a later instruction removes it: the layer below keeps it.
//!
//! ## Mend
//!
//! Mount the file for the one instruction that needs it (`RUN --mount=type=secret`), enter it in `.dockerignore`, and
//! change the key.
//!
//! ```dockerfile bad
//! FROM debian:12.5
//! COPY id_rsa /root/.ssh/ # here
//! COPY [".env", "/app/"] # here
//! ADD config/server.key /etc/tls/ # here
//! ```
//!
//! ```dockerfile good
//! FROM debian:12.5 AS build
//! COPY .npmrc /root/
//! FROM debian:12.5
//! COPY id_rsa.pub server.crt .env.example /etc/
//! COPY keyboard.key.txt /app/
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.4

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "key-copied-into-image",
    title: "Key copied into an image",
    message: "`{file}` is copied into the image, which by its name is a key or holds credentials",
    variants: &[],
    remedy: "Mount the file with `RUN --mount=type=secret` and leave it out of the context",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Code, Phase::Develop, Mode::Preventive),
    controls: &["nist-800-190/4.1.4", "pci/6", "nsa-cisa/secrets-protection", "attack/T1552.001"],
    cel: None,
    examine: Examine::Build(examine),
};

const NAMES: [&str; 16] = [
    ".docker/config.json",
    ".env",
    ".git-credentials",
    ".htpasswd",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".vault-token",
    "credentials.json",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_rsa",
    "kubeconfig",
    "terraform.tfstate",
];
const FOLDERS: [&str; 3] = [".aws", ".kube", ".ssh"];
const ENDINGS: [&str; 6] = [".key", ".p12", ".pfx", ".jks", ".keystore", "-key.pem"];

fn examine<'a>(build: &Build<'a>, examination: &mut Examination<'a>) {
    for step in build.steps().filter(|step| step.is_shipped) {
        if !matches!(step.instruction.keyword.as_str(), "COPY" | "ADD") {
            continue;
        }
        let Some((_, sources)) = step.instruction.arguments.split_last() else { continue };
        if let Some(file) = sources.iter().find(|source| is_key(source)) {
            examination.report(Found::at(step.place()).arg("file", file.as_str()));
        }
    }
}

fn is_key(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let lower = path.to_ascii_lowercase();
    let is_at_end = |name: &str| lower == name || lower.ends_with(&format!("/{name}"));
    NAMES.iter().any(|name| is_at_end(name))
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
        || path.split('/').any(|part| FOLDERS.contains(&part))
}
