//! A container is told the addresses of all Services of its namespace in environment variables.
//!
//! ## Why
//!
//! Unless told not to, Kubernetes writes the address and ports of every Service of the namespace into the environment of
//! each container. That is a map for whoever gets in, and a name like `SHOP_PORT` may override a setting of the program.
//!
//! ## Mend
//!
//! Set `enableServiceLinks: false` and find Services by DNS. Only programs from the time of Docker links read these
//! variables.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec: # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   enableServiceLinks: false
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes API reference: `PodSpec.enableServiceLinks`
//! - MITRE ATT&CK T1613: Container and Resource Discovery

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "service-links",
    title: "Containers are told the addresses of all Services",
    message: "the containers of the Pod are told the addresses of all Services of the namespace",
    variants: &[],
    remedy: "Set `enableServiceLinks: false`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["nist-800-190/4.3.3", "pci/16", "attack/T1613"],
    cel: Some("!pod.?enableServiceLinks.orValue(true)"),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    if pod.spec.is_false("enableServiceLinks") || pod.is_patch() {
        return;
    }
    let place = pod.field(field!["enableServiceLinks"]);
    let mend = Mend::safe("set `enableServiceLinks: false`").set(&place, false);
    examination.report(Found::at(place).mend(mend));
}
