//! A Gateway takes requests without TLS and does not only redirect them.
//!
//! ## Why
//!
//! Everyone on the way reads passwords and session cookies, and may change what is sent.
//!
//! Found are listeners of the protocol `HTTP` of the Gateway API and servers of plain text of Istio's Gateway.
//! A listener is left out when every HTTPRoute attached to it only redirects to `https`, and a server when
//! `tls.httpsRedirect` is set. Where the same Gateway has a listener with TLS too, the finding is a hint: the
//! redirect may stand in a route that was not read.
//!
//! ## Mend
//!
//! Serve by a listener of the protocol `HTTPS` with a certificate, and attach to the plain one a single route
//! that redirects.
//!
//! ```yaml bad
//! apiVersion: gateway.networking.k8s.io/v1
//! kind: Gateway
//! metadata:
//!   name: public
//! spec:
//!   gatewayClassName: example
//!   listeners:
//!     - name: web
//!       port: 80
//!       protocol: HTTP # here
//! ```
//!
//! ```yaml bad
//! apiVersion: networking.istio.io/v1
//! kind: Gateway
//! metadata:
//!   name: public
//! spec:
//!   selector:
//!     istio: ingressgateway
//!   servers:
//!     - port:
//!         number: 80
//!         name: http
//!         protocol: HTTP # here
//!       hosts: [shop.example.com]
//! ```
//!
//! ```yaml good
//! apiVersion: gateway.networking.k8s.io/v1
//! kind: Gateway
//! metadata:
//!   name: public
//! spec:
//!   gatewayClassName: example
//!   listeners:
//!     - name: plain
//!       port: 80
//!       protocol: HTTP
//!     - name: web
//!       port: 443
//!       protocol: HTTPS
//!       tls:
//!         certificateRefs:
//!           - name: shop-tls
//! ---
//! apiVersion: gateway.networking.k8s.io/v1
//! kind: HTTPRoute
//! metadata:
//!   name: redirect
//! spec:
//!   parentRefs:
//!     - name: public
//!       sectionName: plain
//!   rules:
//!     - filters:
//!         - type: RequestRedirect
//!           requestRedirect:
//!             scheme: https
//! ```
//!
//! ## References
//!
//! - Gateway API: TLS Configuration, HTTP redirects
//! - Istio: Gateway, `ServerTLSSettings.httpsRedirect`

use std::collections::HashMap;

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "gateway-without-tls",
    title: "Gateway without TLS",
    message: "listener `{listener}` of gateway `{gateway}` takes requests without TLS",
    variants: &[],
    remedy: "Serve by a listener of the protocol `HTTPS`, and let the plain one redirect to it",
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
    examine: Examine::Inventory(&[(GATEWAY_API, "Gateway"), ("networking.istio.io", "Gateway")], examine),
};

const GATEWAY_API: &str = "gateway.networking.k8s.io";

/// A route that is attached to a gateway, or to one listener of it.
struct Attached<'a> {
    listener: Option<&'a str>,
    port: Option<i64>,
    redirects: bool,
}

fn examine(examination: &mut Examination<'_>) {
    let inventory = examination.inventory();
    let mut attached: HashMap<(&str, &str), Vec<Attached<'_>>> = HashMap::new();
    for route in inventory.of(GATEWAY_API, "HTTPRoute") {
        let redirects = only_redirects(route);
        for parent in route.root.at(&["spec", "parentRefs"]).map_or(&[][..], Node::items) {
            let namespace =
                parent.get("namespace").and_then(Node::as_str).unwrap_or(inventory.namespace_of(route));
            attached.entry((namespace, parent.str("name"))).or_default().push(Attached {
                listener: parent.get("sectionName").and_then(Node::as_str),
                port: parent.get("port").and_then(Node::as_i64),
                redirects,
            });
        }
    }
    for gateway in inventory.of(GATEWAY_API, "Gateway") {
        let key = (inventory.namespace_of(gateway), gateway.name.as_str());
        listeners(gateway, attached.get(&key).map_or(&[][..], Vec::as_slice), examination);
    }
    for gateway in inventory.of("networking.istio.io", "Gateway") {
        servers(gateway, examination);
    }
}

/// Whether every rule of a route sends the client on to `https`.
fn only_redirects(route: &Object) -> bool {
    let rules = route.root.at(&["spec", "rules"]).map_or(&[][..], Node::items);
    !rules.is_empty()
        && rules.iter().all(|rule| {
            rule.get("filters").map_or(&[][..], Node::items).iter().any(|filter| {
                filter.at(&["requestRedirect", "scheme"]).and_then(Node::as_str) == Some("https")
            })
        })
}

fn listeners<'a>(gateway: &'a Object, attached: &[Attached<'a>], examination: &mut Examination<'a>) {
    let place = gateway.place(field!["spec", "listeners"]);
    let items = place.node().map_or(&[][..], Node::items);
    let secured = items.iter().any(|listener| matches!(listener.str("protocol"), "HTTPS" | "TLS"));
    for (index, listener) in
        items.iter().enumerate().filter(|(_, listener)| listener.str("protocol") == "HTTP")
    {
        let name = listener.str("name");
        let port = listener.get("port").and_then(Node::as_i64);
        let mut here = attached
            .iter()
            .filter(|route| route.listener.is_none_or(|wanted| wanted == name))
            .filter(|route| route.port.is_none_or(|wanted| Some(wanted) == port))
            .peekable();
        let known = here.peek().is_some();
        if known && here.all(|route| route.redirects) {
            continue;
        }
        let confidence = if secured && !known { Confidence::Low } else { Confidence::Medium };
        let found = Found::at(place.child(index).child("protocol")).confidence(confidence);
        examination.report(found.arg("listener", name).arg("gateway", gateway.name.clone()));
    }
}

fn servers<'a>(gateway: &'a Object, examination: &mut Examination<'a>) {
    // What leaves the mesh by a gateway is encrypted behind it.
    if gateway.root.at(&["spec", "selector", "istio"]).and_then(Node::as_str) == Some("egressgateway") {
        return;
    }
    let place = gateway.place(field!["spec", "servers"]);
    for (index, server) in place.node().map_or(&[][..], Node::items).iter().enumerate() {
        let protocol = server.at(&["port", "protocol"]).and_then(Node::as_str).unwrap_or("");
        let plain = ["HTTP", "HTTP2", "GRPC"].iter().any(|plain| protocol.eq_ignore_ascii_case(plain));
        let redirects = server.get("tls").is_some_and(|tls| tls.is_true("httpsRedirect"));
        if plain && !redirects {
            let name = server.at(&["port", "name"]).and_then(Node::as_str).unwrap_or(protocol);
            let found = Found::at(place.child(index).child("port").child("protocol"));
            examination.report(found.arg("listener", name).arg("gateway", gateway.name.clone()));
        }
    }
}
