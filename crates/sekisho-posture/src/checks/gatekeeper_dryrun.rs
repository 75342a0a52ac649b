//! A Gatekeeper constraint in `dryrun` or `warn` refuses no request.
//!
//! ## Why
//!
//! `dryrun` only lists violations in the constraint's status, `warn` also tells the client; both admit the
//! object. The stage is right while a rule is being tried. Left so, the rule protects nothing.
//!
//! With `enforcementAction: scoped` the constraint counts as enforced when `scopedEnforcementActions` deny at
//! the webhook (`validation.gatekeeper.sh`), at the API server (`vap.k8s.io`) or everywhere (`*`).
//!
//! ## Mend
//!
//! Set `enforcementAction: deny`, which is the default, once the status lists no violations.
//!
//! ```yaml bad
//! apiVersion: constraints.gatekeeper.sh/v1beta1
//! kind: K8sRequiredLabels
//! metadata:
//!   name: owner
//! spec:
//!   enforcementAction: dryrun # here
//! ```
//!
//! ```yaml bad
//! apiVersion: constraints.gatekeeper.sh/v1beta1
//! kind: K8sRequiredLabels
//! metadata:
//!   name: owner
//! spec:
//!   enforcementAction: scoped # here
//!   scopedEnforcementActions:
//!     - action: deny
//!       enforcementPoints:
//!         - name: audit.gatekeeper.sh
//!     - action: warn
//!       enforcementPoints:
//!         - name: validation.gatekeeper.sh
//! ```
//!
//! ```yaml good
//! apiVersion: constraints.gatekeeper.sh/v1beta1
//! kind: K8sRequiredLabels
//! metadata:
//!   name: owner
//! spec:
//!   enforcementAction: deny
//! ```
//!
//! ```yaml good
//! apiVersion: constraints.gatekeeper.sh/v1beta1
//! kind: K8sRequiredLabels
//! metadata:
//!   name: owner
//! spec:
//!   enforcementAction: scoped
//!   scopedEnforcementActions:
//!     - action: deny
//!       enforcementPoints:
//!         - name: "*"
//! ```
//!
//! ## References
//!
//! - Gatekeeper: Handling Constraint Violations, "enforcementAction"
//! - Gatekeeper: Enforcement points

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "gatekeeper-dryrun",
    title: "Gatekeeper constraint refuses nothing",
    message: "constraint `{constraint}` only lists violations: `enforcementAction` is `{action}`",
    variants: &[
        ("warn", "constraint `{constraint}` only warns: `enforcementAction` is `{action}`"),
        ("scoped", "constraint `{constraint}` denies nothing at admission: no scoped action does"),
    ],
    remedy: "Set `enforcementAction: deny`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K04", "owasp-2025/K04", "pci/15"],
    cel: None,
    examine: Examine::AnyObject(examine),
};

fn examine<'a>(constraint: &'a Object, examination: &mut Examination<'a>) {
    if constraint.group() != "constraints.gatekeeper.sh" {
        return;
    }
    let place = constraint.place(field!["spec", "enforcementAction"]);
    let action = place.node().and_then(Node::as_str).unwrap_or("deny");
    let found = Found::at(place.clone());
    let found = match action.to_ascii_lowercase().as_str() {
        "dryrun" => found,
        "warn" => found.variant("warn"),
        "scoped" if !denies_at_admission(constraint) => found.variant("scoped"),
        _ => return,
    };
    let mut mend = Mend::risky("set `enforcementAction: deny`").set(&place, "deny");
    let scoped = constraint.place(field!["spec", "scopedEnforcementActions"]);
    if scoped.node().is_some() {
        mend = mend.remove(&scoped);
    }
    examination.report(found.arg("constraint", constraint.name.clone()).arg("action", action).mend(mend));
}

fn denies_at_admission(constraint: &Object) -> bool {
    let scoped = constraint.root.at(&["spec", "scopedEnforcementActions"]).map_or(&[][..], Node::items);
    scoped.iter().filter(|scope| scope.str("action").eq_ignore_ascii_case("deny")).any(|scope| {
        let points = scope.get("enforcementPoints").map_or(&[][..], Node::items);
        points
            .iter()
            .any(|point| matches!(point.str("name"), "*" | "validation.gatekeeper.sh" | "vap.k8s.io"))
    })
}
