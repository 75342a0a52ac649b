//! A Secret of the type `kubernetes.io/service-account-token` asks for a token that never expires.
//!
//! ## Why
//!
//! Such a token works from anywhere until the Secret or the account is deleted. Tokens that the kubelet mounts end with
//! their Pod and are renewed every hour.
//!
//! ## Mend
//!
//! Delete the Secret. Inside the cluster, use the token that the kubelet mounts, by a projected volume where another
//! audience is needed; outside, ask for a token when it is needed (`kubectl create token`, the TokenRequest API), or let
//! the caller log in by OIDC.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Secret
//! metadata:
//!   name: deployer-token
//!   annotations:
//!     kubernetes.io/service-account.name: deployer
//! type: kubernetes.io/service-account-token # here
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
//!       volumeMounts:
//!         - name: token
//!           mountPath: /run/secrets/tokens
//!   volumes:
//!     - name: token
//!       projected:
//!         sources:
//!           - serviceAccountToken:
//!               path: token
//!               audience: vault
//!               expirationSeconds: 3600
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Managing Service Accounts, "Bound service account tokens"
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Minimize distribution of privileged tokens"

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "service-account-token-secret",
    title: "Service-account token that never expires",
    message: "Secret `{name}` asks for a token of the service account `{account}` that never expires",
    variants: &[],
    remedy: "Delete the Secret and use tokens that expire",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2022/K08",
        "owasp-2025/K03",
        "owasp-2025/K09",
        "nsa-cisa/service-account-tokens",
        "nist-800-190/4.3.2",
        "pci/1",
        "pci/6",
        "attack/T1528",
    ],
    cel: Some("object.?type.orValue('') != 'kubernetes.io/service-account-token'"),
    examine: Examine::Object(&[("", "Secret")], examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    if object.root.str("type") == "kubernetes.io/service-account-token" {
        let account = object.annotation("kubernetes.io/service-account.name").unwrap_or("");
        examination.report(
            Found::at(object.place(field!["type"])).arg("name", object.name.clone()).arg("account", account),
        );
    }
}
