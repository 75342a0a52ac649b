//! A LoadBalancer Service that names no source ranges takes connections from every address.
//!
//! ## Why
//!
//! A cloud gives such a Service an address of the internet. Scanners try every port of it within minutes, so
//! one weak password or one unpatched bug is enough. Databases and administration ports are found as high,
//! a Service of the ports 80 and 443 alone as low: a web site is meant for everyone.
//!
//! Load balancers that an annotation or a class keeps off the internet are left out. So are those whose rules
//! stand elsewhere, in security groups for instance. Where no cloud controller runs, the address may be
//! internal all the same.
//!
//! ## Mend
//!
//! List the networks that need it in `loadBalancerSourceRanges`, ask for an internal load balancer, or put the
//! Service behind an Ingress or a Gateway that authenticates.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: orders
//! spec:
//!   type: LoadBalancer # here
//!   selector:
//!     app: orders
//!   ports:
//!     - port: 5432
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: orders
//! spec:
//!   type: LoadBalancer
//!   loadBalancerSourceRanges:
//!     - 10.0.0.0/8
//!     - 0.0.0.0/0 # here
//!   selector:
//!     app: orders
//!   ports:
//!     - port: 8080
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: orders
//! spec:
//!   type: LoadBalancer
//!   loadBalancerSourceRanges:
//!     - 203.0.113.0/24
//!   selector:
//!     app: orders
//!   ports:
//!     - port: 8080
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: orders
//!   annotations:
//!     service.beta.kubernetes.io/azure-load-balancer-internal: "true"
//! spec:
//!   type: LoadBalancer
//!   selector:
//!     app: orders
//!   ports:
//!     - port: 8080
//! ```
//!
//! ## References
//!
//! - Kubernetes: Service, "type: LoadBalancer"
//! - Kubernetes API reference: `ServiceSpec.loadBalancerSourceRanges`

use sekisho_inventory::load_balancer::{Admitted, admitted, is_internal, is_load_balancer};

use super::prelude::*;

/// Ports of remote shells, databases, queues and control interfaces, none of which is meant for strangers.
const SENSITIVE: &[i64] = &[
    21, 22, 23, 111, 135, 139, 389, 445, 636, 873, 1433, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306,
    3389, 4369, 5432, 5601, 5672, 5900, 5984, 6379, 6443, 9042, 9090, 9092, 9093, 9200, 9300, 10250, 10255,
    11211, 15672, 26379, 27017, 27018,
];

pub(super) const CHECK: Check = Check {
    id: "load-balancer-without-source-ranges",
    title: "Load balancer open to every address",
    message: "load balancer `{service}` names no source ranges: it is open to every address on {ports}",
    variants: &[(
        "everyone",
        "load balancer `{service}` is open to `{range}`, which is every address, on {ports}",
    )],
    remedy: "List the networks that need it in `loadBalancerSourceRanges`, or make the load balancer internal",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K07",
        "owasp-2025/K05",
        "owasp-2025/K06",
        "nist-800-190/4.3.3",
        "pci/4",
        "attack/T1190",
        "attack/T1133",
        "microsoft-threat-matrix/MS-TA9005",
    ],
    cel: None,
    examine: Examine::Object(&[("", "Service")], examine),
};

fn examine<'a>(service: &'a Object, examination: &mut Examination<'a>) {
    if !is_load_balancer(service) || is_internal(service) {
        return;
    }
    let found = match admitted(service) {
        Admitted::Some => return,
        Admitted::Unlimited => Found::at(service.place(field!["spec", "type"])),
        Admitted::Everyone(place) => {
            let range = place.node().and_then(Node::as_str).unwrap_or("").to_owned();
            Found::at(place).variant("everyone").arg("range", range)
        }
    };
    let items = service.root.at(&["spec", "ports"]).map_or(&[][..], Node::items);
    let ports: Vec<i64> = items.iter().filter_map(|port| port.get("port")?.as_i64()).collect();
    let severity = if ports.iter().any(|port| SENSITIVE.contains(port)) {
        Severity::High
    } else if !ports.is_empty() && ports.iter().all(|port| matches!(port, 80 | 443)) {
        Severity::Low
    } else {
        Severity::Medium
    };
    let ports: Vec<String> = items.iter().map(shown).collect();
    examination
        .report(found.arg("service", service.name.clone()).arg("ports", ports.join(", ")).severity(severity));
}

/// A port as `kubectl` shows it: `443/TCP`.
fn shown(port: &Node) -> String {
    let protocol = Some(port.str("protocol")).filter(|protocol| !protocol.is_empty()).unwrap_or("TCP");
    let number =
        port.get("port").and_then(Node::as_i64).map_or_else(|| "?".to_owned(), |number| number.to_string());
    format!("{number}/{protocol}")
}
