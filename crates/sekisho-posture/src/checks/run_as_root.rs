//! The manifest says that a container runs as root, or that it may.
//!
//! ## Why
//!
//! Root in a container is root on the node as soon as anything else gives way: a kernel fault, a mounted host
//! path, a capability too many. Most programs need no root at all.
//!
//! A container's `runAsUser` and `runAsNonRoot` count before the Pod's. `runAsNonRoot: false` without a user
//! leaves the choice to the image, which is usually root. In a Pod with its own user namespace
//! (`hostUsers: false`) root of the container is nobody on the node, and the finding weighs less. On Windows
//! the account `ContainerAdministrator` is what is looked for.
//!
//! ## Mend
//!
//! Give the image a user (`USER 10001`), set `runAsUser` to it and `runAsNonRoot: true`. Where an init
//! container is root only to hand files over, `fsGroup` usually does the same. A port below 1024 needs no root
//! where the Pod sets the sysctl `net.ipv4.ip_unprivileged_port_start` to 0, which Kubernetes holds to be safe.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     runAsUser: 0 # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!     - name: log
//!       image: registry.example.com/log:2.0.1
//!       securityContext:
//!         runAsUser: 10001
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   initContainers:
//!     - name: chown
//!       image: registry.example.com/shell:1.0.0
//!       securityContext:
//!         runAsUser: 0 # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       securityContext:
//!         runAsNonRoot: false # here
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     runAsNonRoot: true
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       securityContext:
//!         runAsUser: 0 # here
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   os:
//!     name: windows
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       securityContext:
//!         windowsOptions:
//!           runAsUserName: ContainerAdministrator # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     runAsNonRoot: true
//!     runAsUser: 10001
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level restricted, "Running as Non-root user"
//! - CIS Kubernetes Benchmark 1.12, 5.2.7

use super::prelude::*;
use crate::security_context::{in_user_namespace, windows_option};

pub(super) const CHECK: Check = Check {
    id: "run-as-root",
    title: "Container runs as root",
    message: "container `{container}` runs as root: `runAsUser` is 0",
    variants: &[
        ("pod", "the containers of the Pod run as root: `runAsUser` is 0"),
        ("allowed", "container `{container}` may run as root: `runAsNonRoot` is `false` and no user is set"),
        (
            "pod-allowed",
            "the containers of the Pod may run as root: `runAsNonRoot` is `false` and no user is set",
        ),
        ("refused", "container `{container}` cannot start: `runAsUser` is 0 and `runAsNonRoot` is `true`"),
        (
            "pod-refused",
            "the containers of the Pod cannot start: `runAsUser` is 0 and `runAsNonRoot` is `true`",
        ),
        ("windows", "container `{container}` runs as `ContainerAdministrator`"),
        ("pod-windows", "the containers of the Pod run as `ContainerAdministrator`"),
    ],
    remedy: "Set `runAsNonRoot: true` and a `runAsUser` other than 0",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.7",
        "cis-1.12/5.6.3",
        "nsa-cisa/non-root-containers",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/run-as-non-root",
        "pss/run-as-non-root-user",
        "attack/T1611",
    ],
    cel: Some(each_container!(
        on_windows!(),
        " ? !container.?securityContext.?windowsOptions.?runAsUserName",
        ".or(pod.?securityContext.?windowsOptions.?runAsUserName).orValue('')",
        ".lowerAscii().endsWith('containeradministrator') : ",
        "container.?securityContext.?runAsUser.or(pod.?securityContext.?runAsUser).orValue(-1) != 0 && ",
        "(container.?securityContext.?runAsNonRoot.or(pod.?securityContext.?runAsNonRoot).orValue(true) || ",
        "container.?securityContext.?runAsUser.or(pod.?securityContext.?runAsUser).hasValue())"
    )),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let mut of_pod: Option<Fault<'a>> = None;
    for container in &pod.containers() {
        let Some(fault) = fault(container) else { continue };
        // What the Pod says is one fault, however many containers inherit it.
        if fault.place.path == container.path.join(&fault.field) {
            examination.report(fault.found(pod).container(container));
        } else if of_pod.as_ref().is_none_or(|known| known.severity < fault.severity) {
            of_pod = Some(fault);
        }
    }
    if let Some(fault) = of_pod {
        let variant = match fault.variant {
            Some("allowed") => "pod-allowed",
            Some("refused") => "pod-refused",
            Some("windows") => "pod-windows",
            _ => "pod",
        };
        examination.report(fault.found(pod).variant(variant));
    }
}

struct Fault<'a> {
    place: Place<'a>,
    /// The field's path in the container.
    field: FieldPath,
    variant: Option<&'static str>,
    confidence: Confidence,
    severity: Severity,
}

impl<'a> Fault<'a> {
    fn found(self, pod: &Pod<'_>) -> Found<'a> {
        let severity = if in_user_namespace(pod) { Severity::Low } else { self.severity };
        let mend = self.mend();
        let found = Found::at(self.place).confidence(self.confidence).severity(severity).mend(mend);
        match self.variant {
            Some(variant) => found.variant(variant),
            None => found,
        }
    }
}

impl Fault<'_> {
    fn mend(&self) -> Mend {
        let non_root = self.place.path.parent().map(|context| context.child("runAsNonRoot"));
        match (self.variant, non_root) {
            // It cannot start as it is, so that nothing that works can break.
            (Some("refused"), _) => {
                Mend::safe("remove `runAsUser: 0` beside `runAsNonRoot: true`").remove(&self.place)
            }
            (Some("windows"), _) => {
                Mend::risky("set `runAsUserName: ContainerUser`").set(&self.place, "ContainerUser")
            }
            (None, Some(path)) => Mend::risky("let the image name a user other than root")
                .remove(&self.place)
                .set(&self.place.object.place(path), true),
            _ => Mend::risky("set `runAsNonRoot: true`").set(&self.place, true),
        }
    }
}

fn fault<'a>(container: &Container<'a>) -> Option<Fault<'a>> {
    let fault = |place, field, variant| Fault {
        place,
        field,
        variant,
        confidence: Confidence::High,
        severity: Severity::Medium,
    };
    if container.pod.is_windows() {
        let (name, place) = windows_option(container, "runAsUserName")?;
        let account = name.as_str()?.rsplit('\\').next()?;
        return account.eq_ignore_ascii_case("ContainerAdministrator").then(|| {
            fault(place, field!["securityContext", "windowsOptions", "runAsUserName"], Some("windows"))
        });
    }
    let (user, user_place) = container.effective("runAsUser");
    let (non_root, non_root_place) = container.effective("runAsNonRoot");
    let non_root = non_root.and_then(Node::as_bool);
    match (user.map(Node::as_i64), non_root) {
        // The kubelet refuses to start it: a mistake, but no danger.
        (Some(Some(0)), Some(true)) => {
            let field = field!["securityContext", "runAsUser"];
            Some(Fault { severity: Severity::Low, ..fault(user_place, field, Some("refused")) })
        }
        (Some(Some(0)), _) => Some(fault(user_place, field!["securityContext", "runAsUser"], None)),
        (None, Some(false)) => {
            let field = field!["securityContext", "runAsNonRoot"];
            Some(Fault { confidence: Confidence::Medium, ..fault(non_root_place, field, Some("allowed")) })
        }
        _ => None,
    }
}
