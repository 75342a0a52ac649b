//! An Ingress or an OpenShift Route serves a host without TLS.
//!
//! ## Why
//!
//! Everyone on the way reads passwords and session cookies, and may change what is sent.
//!
//! A host counts as served with TLS when an entry of `tls` names it, names a wildcard that covers it, or names
//! no host at all. Annotations by which a cloud's load balancer or the controller terminates TLS are known:
//! certificates of AWS, Google Cloud and Azure, TLS passthrough, forced redirects, Traefik's router. TLS may
//! also end in front of the controller, where the manifest does not show it.
//!
//! ## Mend
//!
//! Add a `tls` entry with the host and a Secret of a certificate; cert-manager fills the Secret.
//!
//! ```yaml bad
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop # here
//! spec:
//!   rules:
//!     - host: shop.example.com
//! ```
//!
//! ```yaml bad
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//! spec:
//!   tls:
//!     - hosts: [shop.example.com]
//!       secretName: shop-tls
//!   rules:
//!     - host: shop.example.com
//!     - host: admin.example.com # here
//! ```
//!
//! ```yaml bad
//! apiVersion: route.openshift.io/v1
//! kind: Route
//! metadata:
//!   name: shop # here
//! spec:
//!   to:
//!     kind: Service
//!     name: shop
//! ```
//!
//! ```yaml good
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//! spec:
//!   tls:
//!     - hosts: ["*.example.com"]
//!       secretName: example-tls
//!   rules:
//!     - host: shop.example.com
//! ```
//!
//! ```yaml good
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//!   annotations:
//!     alb.ingress.kubernetes.io/certificate-arn: arn:aws:acm:eu-west-1:000000000000:certificate/0
//! spec:
//!   rules:
//!     - host: shop.example.com
//! ```
//!
//! ## References
//!
//! - Kubernetes: Ingress, "TLS"
//! - OpenShift: Secured routes

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "ingress-without-tls",
    title: "Ingress without TLS",
    message: "ingress `{ingress}` serves its hosts without TLS",
    variants: &[
        ("host", "ingress `{ingress}` serves the host `{host}` without TLS"),
        ("route", "route `{ingress}` serves its host without TLS"),
    ],
    remedy: "Add a `tls` entry that names the host and the Secret of its certificate",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K07",
        "owasp-2025/K05",
        "nsa-cisa/tls-encryption",
        "pci/4",
        "pci/5",
        "attack/T1557",
    ],
    cel: None,
    examine: Examine::Object(
        &[("networking.k8s.io", "Ingress"), ("extensions", "Ingress"), ("route.openshift.io", "Route")],
        examine,
    ),
};

/// Annotations by which TLS is terminated without a `tls` entry, with the text that their value must hold;
/// none: any value.
const TERMINATED: &[(&str, Option<&str>)] = &[
    ("alb.ingress.kubernetes.io/certificate-arn", None),
    ("alb.ingress.kubernetes.io/listen-ports", Some("HTTPS")),
    ("ingress.gcp.kubernetes.io/pre-shared-cert", None),
    ("networking.gke.io/managed-certificates", None),
    ("networking.gke.io/certmap", None),
    ("appgw.ingress.kubernetes.io/appgw-ssl-certificate", None),
    ("nginx.ingress.kubernetes.io/ssl-passthrough", Some("true")),
    ("nginx.ingress.kubernetes.io/force-ssl-redirect", Some("true")),
    ("traefik.ingress.kubernetes.io/router.tls", Some("true")),
    ("haproxy.org/ssl-passthrough", Some("true")),
    ("haproxy-ingress.github.io/ssl-passthrough", Some("true")),
    ("konghq.com/protocols", Some("https")),
    ("route.openshift.io/termination", None),
];

fn examine<'a>(ingress: &'a Object, examination: &mut Examination<'a>) {
    let tls = ingress.root.at(&["spec", "tls"]);
    if ingress.kind == "Route" {
        if tls.is_none() {
            report(Found::at(ingress.head()).variant("route"), ingress, examination);
        }
        return;
    }
    if terminated_elsewhere(ingress) {
        return;
    }
    let entries = tls.map_or(&[][..], Node::items);
    if entries.is_empty() {
        report(Found::at(ingress.head()), ingress, examination);
        return;
    }
    // An entry without hosts takes those of its certificate.
    if entries.iter().any(|entry| entry.strings("hosts").next().is_none()) {
        return;
    }
    let covered: Vec<&str> = entries.iter().flat_map(|entry| entry.strings("hosts")).collect();
    let rules = ingress.place(field!["spec", "rules"]);
    for (index, rule) in rules.node().map_or(&[][..], Node::items).iter().enumerate() {
        let host = rule.str("host");
        if !host.is_empty() && !covered.iter().any(|pattern| covers(pattern, host)) {
            let found = Found::at(rules.child(index).child("host")).variant("host").arg("host", host);
            report(found, ingress, examination);
        }
    }
}

fn report<'a>(found: Found<'a>, ingress: &'a Object, examination: &mut Examination<'a>) {
    examination.report(found.arg("ingress", ingress.name.clone()));
}

fn terminated_elsewhere(ingress: &Object) -> bool {
    let class = ingress.root.at(&["spec", "ingressClassName"]).and_then(Node::as_str);
    let class = class.or_else(|| ingress.annotation("kubernetes.io/ingress.class"));
    // Tailscale serves nothing but TLS, with certificates of its own.
    class == Some("tailscale")
        || TERMINATED.iter().any(|(key, wanted)| {
            ingress.annotation(key).is_some_and(|value| match wanted {
                Some(wanted) => value.contains(wanted),
                None => !value.is_empty(),
            })
        })
}

/// Whether a certificate for `pattern` is good for `host`: a wildcard stands for one label.
fn covers(pattern: &str, host: &str) -> bool {
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    let below = pattern.strip_prefix("*.").zip(host.split_once('.'));
    below.is_some_and(|(domain, (_, rest))| domain.eq_ignore_ascii_case(rest))
}
