//! An Ingress carries a piece of proxy configuration in an annotation.
//!
//! ## Why
//!
//! The controller writes the piece into its own configuration. Whoever may create an Ingress then runs code in
//! the controller, and the controller's service account commonly reads the Secrets of the whole cluster
//! (CVE-2021-25742). A ConfigMap that switches such annotations on for all tenants is found as high.
//!
//! Found are snippet annotations of ingress-nginx, of the F5 NGINX controller and of the HAProxy controllers,
//! under any prefix, and the setting `allow-snippet-annotations: "true"` of ingress-nginx.
//!
//! ## Mend
//!
//! Use the annotation or the custom resource that the controller has for the purpose, keep
//! `allow-snippet-annotations: "false"`, and leave snippets to the administrators of the controller.
//!
//! ```yaml bad
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//!   annotations:
//!     nginx.ingress.kubernetes.io/configuration-snippet: return 200 "ok"; # here
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: ConfigMap
//! metadata:
//!   name: ingress-nginx-controller
//! data:
//!   allow-snippet-annotations: "true" # here
//! ```
//!
//! ```yaml good
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//!   annotations:
//!     nginx.ingress.kubernetes.io/ssl-redirect: "true"
//! ```
//!
//! ## References
//!
//! - CVE-2021-25742: ingress-nginx custom snippets
//! - ingress-nginx: ConfigMap, `allow-snippet-annotations`

use super::prelude::*;

/// The names behind the prefix of annotations whose value becomes proxy configuration.
const SNIPPETS: &[&str] = &[
    "configuration-snippet",
    "server-snippet",
    "server-snippets",
    "location-snippet",
    "location-snippets",
    "http-snippets",
    "stream-snippet",
    "stream-snippets",
    "auth-snippet",
    "modsecurity-snippet",
    "backend-config-snippet",
    "config-backend",
    "config-frontend",
    "config-global",
];

pub(super) const CHECK: Check = Check {
    id: "ingress-snippet-annotation",
    title: "Ingress injects proxy configuration",
    message: "ingress `{ingress}` injects configuration into its proxy by the annotation `{annotation}`",
    variants: &[(
        "allowed",
        "`{config}` lets every author of an Ingress inject configuration into the ingress-nginx controller",
    )],
    remedy: "Remove the snippet and use the annotation that the controller has for the purpose",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2022/K04",
        "owasp-2025/K04",
        "owasp-2025/K07",
        "nist-800-190/4.3.3",
        "pci/4",
        "attack/T1552.007",
    ],
    cel: None,
    examine: Examine::Object(
        &[("networking.k8s.io", "Ingress"), ("extensions", "Ingress"), ("", "ConfigMap")],
        examine,
    ),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    if object.kind == "ConfigMap" {
        let place = object.place(field!["data", "allow-snippet-annotations"]);
        if place.node().and_then(Node::as_str) == Some("true") {
            let mend = Mend::risky("set `allow-snippet-annotations: \"false\"`").set(&place, "false");
            let found = Found::at(place).variant("allowed").arg("config", object.name.clone());
            examination.report(found.severity(Severity::High).mend(mend));
        }
        return;
    }
    for annotation in object.root.at(&["metadata", "annotations"]).map_or(&[][..], Node::entries) {
        let Some((_, name)) = annotation.key.rsplit_once('/') else { continue };
        if SNIPPETS.contains(&name) && annotation.node.as_str().is_some_and(|value| !value.trim().is_empty())
        {
            let place = object.place(field!["metadata", "annotations", &annotation.key]);
            let found = Found::at(place)
                .arg("ingress", object.name.clone())
                .arg("annotation", annotation.key.clone());
            examination.report(found);
        }
    }
}
