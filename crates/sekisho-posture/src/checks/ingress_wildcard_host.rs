//! An Ingress claims every host, or every host below a domain.
//!
//! ## Why
//!
//! A rule without a host takes the requests to any name that no other Ingress claims, and so does a default
//! backend; `*.example.com` takes those below the domain. On a shared controller one tenant so answers for
//! names of others, with their cookies. Requests by bare address reach the application too.
//!
//! ## Mend
//!
//! Name the hosts that the application serves.
//!
//! ```yaml bad
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//! spec:
//!   rules:
//!     - host: "*.example.com" # here
//!       http:
//!         paths:
//!           - path: /
//!             pathType: Prefix
//!             backend: {service: {name: shop, port: {number: 80}}}
//! ```
//!
//! ```yaml bad
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//! spec:
//!   rules:
//!     - http: # here
//!         paths:
//!           - path: /
//!             pathType: Prefix
//!             backend: {service: {name: shop, port: {number: 80}}}
//! ```
//!
//! ```yaml good
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//! spec:
//!   rules:
//!     - host: shop.example.com
//!       http:
//!         paths:
//!           - path: /
//!             pathType: Prefix
//!             backend: {service: {name: shop, port: {number: 80}}}
//! ```
//!
//! ## References
//!
//! - Kubernetes: Ingress, "Hostname wildcards" and "DefaultBackend"

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "ingress-wildcard-host",
    title: "Ingress claims every host",
    message: "ingress `{ingress}` claims every host that no other Ingress claims: a rule names no host",
    variants: &[
        ("wildcard", "ingress `{ingress}` claims every host of `{host}`"),
        (
            "default-backend",
            "ingress `{ingress}` claims every host that no other Ingress claims: it has a default backend only",
        ),
    ],
    remedy: "Name the hosts that the application serves",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K07", "owasp-2025/K05", "nist-800-190/4.3.3", "pci/4", "attack/T1557"],
    cel: None,
    examine: Examine::Object(&[("networking.k8s.io", "Ingress"), ("extensions", "Ingress")], examine),
};

fn examine<'a>(ingress: &'a Object, examination: &mut Examination<'a>) {
    let rules = ingress.place(field!["spec", "rules"]);
    let items = rules.node().map_or(&[][..], Node::items);
    for (index, rule) in items.iter().enumerate() {
        let place = rules.child(index);
        let found = match rule.str("host") {
            // A rule without paths sends nothing anywhere but to the default backend.
            "" if rule.at(&["http", "paths"]).is_none() => continue,
            "" => Found::at(place.child("http")),
            host if host.starts_with('*') => {
                Found::at(place.child("host")).variant("wildcard").arg("host", host)
            }
            _ => continue,
        };
        examination.report(found.arg("ingress", ingress.name.clone()));
    }
    if !items.is_empty() {
        return;
    }
    for backend in ["defaultBackend", "backend"] {
        let place = ingress.place(field!["spec", backend]);
        if place.node().is_some() {
            let found = Found::at(place).variant("default-backend").arg("ingress", ingress.name.clone());
            examination.report(found);
        }
    }
}
