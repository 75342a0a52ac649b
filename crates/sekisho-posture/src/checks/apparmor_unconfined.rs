//! The manifest turns AppArmor off for a container.
//!
//! ## Why
//!
//! On nodes with AppArmor every container gets the runtime's profile without asking: it forbids mounting, writing
//! to `/proc` and `/sys`, and tracing others. `Unconfined` takes that away.
//!
//! The field counts before the annotation of old versions. A profile that is not set is no fault: the runtime sets
//! its own.
//!
//! ## Mend
//!
//! Remove the profile or the annotation, or name a profile of your own with `type: Localhost`.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     appArmorProfile:
//!       type: Unconfined # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//!   annotations:
//!     container.apparmor.security.beta.kubernetes.io/web: unconfined # here
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!     - name: log
//!       image: registry.example.com/log:2.0.1
//!       securityContext:
//!         appArmorProfile:
//!           type: Unconfined # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     appArmorProfile:
//!       type: RuntimeDefault
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "AppArmor"
//! - Kubernetes documentation: "Restrict a Container's Access to Resources with AppArmor"

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "apparmor-unconfined",
    title: "AppArmor is turned off",
    message: "AppArmor is turned off for container `{container}`",
    variants: &[("pod", "AppArmor is turned off for the containers of the Pod")],
    remedy: "Remove the AppArmor profile `Unconfined`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.6.3",
        "nsa-cisa/hardened-environment",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/apparmor",
        "attack/T1611",
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

/// The container's annotation of old versions, without the container's name.
const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    if pod.is_windows() {
        return;
    }
    let mut of_pod = None;
    for container in &pod.containers() {
        let (profile, place) = container.effective("appArmorProfile");
        let key = format!("{ANNOTATION}{}", container.node.str("name"));
        match profile {
            Some(profile) if profile.str("type") != "Unconfined" => {}
            Some(_) if container.security("appArmorProfile").is_some() => {
                examination.report(found(place).container(container));
            }
            Some(_) => of_pod = Some(place),
            None if pod.annotation(&key) == Some("unconfined") => {
                let place = pod.metadata_field(field!["annotations", key.as_str()]);
                let mend = Mend::risky("remove the AppArmor profile `Unconfined`").remove(&place);
                examination.report(Found::at(place).container(container).mend(mend));
            }
            None => {}
        }
    }
    if let Some(place) = of_pod {
        examination.report(found(place).variant("pod"));
    }
}

fn found(profile: Place<'_>) -> Found<'_> {
    let mend = Mend::risky("remove the AppArmor profile `Unconfined`").remove(&profile);
    Found::at(profile.child("type")).mend(mend)
}
