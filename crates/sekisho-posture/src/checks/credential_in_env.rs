//! An environment variable of a container holds a credential as plain text.
//!
//! ## Why
//!
//! Whoever reads the manifest has the credential: everyone with access to the repository, to its history, to the objects
//! in the cluster, to logs of the pipeline. It cannot be changed without changing the workload, so it rarely is.
//!
//! ## Mend
//!
//! Change the credential, since it has been seen. Put the new one into a Secret that comes from a secret store, and
//! mount that as a file; where the program reads variables only, refer to it by `valueFrom.secretKeyRef`.
//!
//! The confidence is high where the value has the form of a well-known credential, else it depends on how random the
//! value is under a name such as `DB_PASSWORD`.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       env:
//!         - name: DB_HOST
//!           value: database.shop.svc
//!         - name: DB_PASSWORD
//!           value: 9wTr4vLq2Zx7 # here
//!         - name: DATABASE_URL
//!           value: postgres://shop:9wTr4vLq2Zx7@database.shop.svc:5432/shop # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       env:
//!         - name: DB_PASSWORD_FILE
//!           value: /run/secrets/database/password
//!         - name: DB_PASSWORD
//!           valueFrom:
//!             secretKeyRef:
//!               name: database
//!               key: password
//!         - name: DATABASE_URL
//!           value: postgres://shop:$(DB_PASSWORD)@database.shop.svc:5432/shop
//!         - name: PASSWORD_MIN_LENGTH
//!           value: "16"
//! ```
//!
//! ## References
//!
//! - CIS Kubernetes Benchmark 1.12, 5.4.1
//! - Kubernetes documentation: Good practices for Kubernetes Secrets

use super::prelude::*;
use crate::credential::{self, Syntax};

pub(super) const CHECK: Check = Check {
    id: "credential-in-env",
    title: "Credential in an environment variable",
    message: "environment variable `{variable}` of container `{container}` holds a credential ({kind})",
    variants: &[],
    remedy: "Change the credential and mount it from a Secret",
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
        "cis-1.12/5.4.1",
        "attack/T1552.007",
    ],
    cel: None,
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let variables = container.node.get("env").map_or(&[][..], Node::items);
    for (index, variable) in variables.iter().enumerate() {
        let (name, value) = (variable.str("name"), variable.str("value"));
        let Some(credential) = find(name, value) else { continue };
        // The name of a Secret of the manifests is no secret.
        if examination.inventory().named("", "Secret", value).next().is_some() {
            continue;
        }
        let weak = credential.confidence == Confidence::Low;
        examination.report(
            Found::at(container.field(field!["env", index, "value"]))
                .secret()
                .arg("variable", name)
                .arg("kind", credential.kind)
                .severity(if weak { Severity::Medium } else { CHECK.severity })
                .confidence(credential.confidence),
        );
    }
}

/// The value as a whole, else what is set within it: `Server=db;Password=…`, or a file in a variable.
fn find(name: &str, value: &str) -> Option<credential::Credential> {
    credential::judge(name, value).or_else(|| {
        credential::scan(value, Syntax::of(name, value))
            .into_iter()
            .map(|hit| hit.credential)
            .max_by_key(|found| found.confidence)
    })
}
