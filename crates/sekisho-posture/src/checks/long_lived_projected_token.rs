//! A volume asks for a service account token that is good for more than a day.
//!
//! ## Why
//!
//! The kubelet renews projected tokens by itself, so that a stolen one is soon worthless. A long life takes that away.
//!
//! ## Mend
//!
//! Leave `expirationSeconds` out, which means an hour, or set it to what the receiver of the token needs.
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
//!   volumes:
//!     - name: token
//!       projected:
//!         sources:
//!           - serviceAccountToken:
//!               audience: vault
//!               path: token
//!               expirationSeconds: 31536000 # here
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
//!   volumes:
//!     - name: token
//!       projected:
//!         sources:
//!           - serviceAccountToken:
//!               audience: vault
//!               path: token
//!               expirationSeconds: 3600
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Configure Service Accounts for Pods", section "ServiceAccount token volume projection"

use super::prelude::*;
/// A day.
const LONGEST: i64 = 24 * 60 * 60;

pub(super) const CHECK: Check = Check {
    id: "long-lived-projected-token",
    title: "Service account token lives for more than a day",
    message: "volume `{volume}` asks for a service account token that lives for {hours} hours",
    variants: &[],
    remedy: "Set `expirationSeconds` to a day or less",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "nsa-cisa/service-account-tokens",
        "pci/1",
        "pci/6",
        "attack/T1528",
        "microsoft-threat-matrix/MS-TA9016",
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let volumes = pod.spec.get("volumes").map_or(&[][..], Node::items).iter().enumerate();
    for (index, volume) in volumes {
        let sources = volume.at(&["projected", "sources"]).map_or(&[][..], Node::items).len();
        for source in 0..sources {
            let token = field!["volumes", index, "projected", "sources", source, "serviceAccountToken"];
            let place = pod.field(token.child("expirationSeconds"));
            let Some(seconds) = place.node().and_then(Node::as_i64).filter(|seconds| *seconds > LONGEST)
            else {
                continue;
            };
            let mend = Mend::safe("let the service account token expire after an hour").set(&place, 3600);
            let found = Found::at(place).arg("volume", volume.str("name"));
            examination.report(found.arg("hours", (seconds / 3600).to_string()).mend(mend));
        }
    }
}
