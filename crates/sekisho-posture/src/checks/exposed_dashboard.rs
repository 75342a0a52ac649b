//! A console of the cluster can be reached from outside.
//!
//! ## Why
//!
//! A console acts with the rights of its service account or of a token that somebody pastes into it. On an open
//! address it is found within hours, and what is left between the internet and the cluster is its login page.
//! Some consoles have none: they show, and some change, the cluster for everyone.
//!
//! ## Mend
//!
//! Keep the Service at `ClusterIP`, and reach the console through `kubectl port-forward` or a proxy that asks
//! for the organisation's login and a second factor. Better still, do without it.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: kubernetes-dashboard
//!   namespace: kubernetes-dashboard
//! spec:
//!   type: LoadBalancer # here
//!   selector:
//!     k8s-app: kubernetes-dashboard
//!   ports:
//!     - port: 443
//!       targetPort: 8443
//! ```
//!
//! ```yaml bad
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: console
//!   namespace: kubernetes-dashboard
//! spec:
//!   rules:
//!     - host: console.example.com
//!       http:
//!         paths:
//!           - path: /
//!             pathType: Prefix
//!             backend:
//!               service:
//!                 name: kubernetes-dashboard # here
//!                 port:
//!                   number: 443
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: kubernetes-dashboard
//!   namespace: kubernetes-dashboard
//! spec:
//!   type: ClusterIP
//!   selector:
//!     k8s-app: kubernetes-dashboard
//!   ports:
//!     - port: 443
//!       targetPort: 8443
//! ```
//!
//! ## References
//!
//! - Kubernetes: deploy and access the Kubernetes Dashboard
//! - Microsoft threat matrix for Kubernetes: exposed sensitive interfaces

use super::prelude::*;
use sekisho_inventory::{Inventory, Reach, load_balancer, service};
use sekisho_manifest::ImageRef;

pub(super) const CHECK: Check = Check {
    id: "exposed-dashboard",
    title: "Console of the cluster is exposed",
    message: "{console} can be reached from outside the cluster through `{service}`",
    variants: &[],
    remedy: "Keep the console inside the cluster and reach it through a proxy that authenticates",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K07",
        "owasp-2022/K09",
        "owasp-2025/K06",
        "nsa-cisa/control-plane-network",
        "nist-800-190/4.3.2",
        "pci/4",
        "attack/T1133",
        "attack/T1190",
        "microsoft-threat-matrix/MS-TA9005",
    ],
    cel: None,
    examine: Examine::Object(
        &[("", "Service"), ("networking.k8s.io", "Ingress"), ("extensions", "Ingress")],
        examine,
    ),
};

/// A console, known by the name of its Service, of its label or of its image.
struct Console {
    name: &'static str,
    title: &'static str,
    /// Whether it asks who comes.
    login: bool,
}

const CONSOLES: &[Console] = &[
    Console { name: "kubernetes-dashboard", title: "Kubernetes Dashboard", login: true },
    Console { name: "kubernetes-dashboard-kong-proxy", title: "Kubernetes Dashboard", login: true },
    Console { name: "kubernetesui/dashboard", title: "Kubernetes Dashboard", login: true },
    Console { name: "kubernetesui/dashboard-web", title: "Kubernetes Dashboard", login: true },
    Console { name: "headlamp", title: "Headlamp", login: true },
    Console { name: "skooner", title: "Skooner", login: true },
    Console { name: "k8dash", title: "K8Dash", login: true },
    Console { name: "weave-scope-app", title: "Weave Scope", login: false },
    Console { name: "weave-scope", title: "Weave Scope", login: false },
    Console { name: "weaveworks/scope", title: "Weave Scope", login: false },
    Console { name: "kube-ops-view", title: "Kubernetes Operational View", login: false },
    Console { name: "kubeview", title: "KubeView", login: false },
    Console { name: "kube-web-view", title: "Kubernetes Web View", login: false },
    Console { name: "octant", title: "Octant", login: false },
    Console { name: "hubble-ui", title: "Hubble", login: false },
    Console { name: "longhorn-ui", title: "Longhorn", login: false },
    Console { name: "kubecost1/frontend", title: "Kubecost", login: false },
    Console { name: "opencost-ui", title: "OpenCost", login: false },
    Console { name: "goldilocks-dashboard", title: "Goldilocks", login: false },
];

/// Labels whose value is the name of a program.
const NAME_LABELS: &[&str] = &["app.kubernetes.io/name", "k8s-app", "app", "name"];

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let inventory = examination.inventory();
    if object.kind == "Service" {
        let openings = openings(object, inventory);
        if openings.is_empty() {
            return;
        }
        let Some(console) = behind(object, inventory) else { return };
        for place in openings {
            report(place, console, &object.name, examination);
        }
        return;
    }
    // An Ingress may name a Service that another file holds.
    for (place, name) in backends(object) {
        if inventory.find("", "Service", Some(inventory.namespace_of(object)), name).is_none()
            && let Some(console) = by_name(name)
        {
            report(place, console, name, examination);
        }
    }
}

fn report(place: Place<'_>, console: &Console, service: &str, examination: &mut Examination<'_>) {
    let severity = if console.login { Severity::High } else { Severity::Critical };
    let found = Found::at(place).severity(severity);
    examination.report(found.arg("console", console.title).arg("service", service));
}

/// The places by which traffic from outside reaches a Service: in itself, and in what routes to it.
fn openings<'a>(service: &'a Object, inventory: &'a Inventory) -> Vec<Place<'a>> {
    let balanced = load_balancer::is_load_balancer(service);
    let ways = inventory.service_ways(service).into_iter().filter(|way| !way.internal);
    ways.filter_map(|way| match way.reach {
        // The ports of a load balancer's nodes are no more open than itself.
        Reach::NodePort if balanced => None,
        Reach::NodePort | Reach::LoadBalancer => Some(service.place(field!["spec", "type"])),
        Reach::ExternalAddress => Some(service.place(field!["spec", "externalIPs"])),
        Reach::Route => {
            let mut named = backends(way.object).into_iter();
            let place = named.find_map(|(place, name)| (name == service.name).then_some(place));
            Some(place.unwrap_or_else(|| way.object.head()))
        }
        Reach::Cluster | Reach::HostPort | Reach::HostNetwork => None,
    })
    .collect()
}

/// The console that a Service leads to: by the images of the Pods that it selects, else by its own name and
/// selector.
fn behind(service: &Object, inventory: &Inventory) -> Option<&'static Console> {
    let selector = service.root.at(&["spec", "selector"]);
    let of_pods = service::selector(service).and_then(|selector| {
        let mut pods = inventory.pods_selected(inventory.namespace_of(service), &selector);
        pods.find_map(|pod| pod.containers().iter().find_map(|container| by_image(container.image())))
    });
    let by_selector = || NAME_LABELS.iter().find_map(|label| by_name(selector?.get(label)?.as_str()?));
    of_pods.or_else(|| by_name(&service.name)).or_else(by_selector)
}

fn by_name(name: &str) -> Option<&'static Console> {
    CONSOLES.iter().find(|console| console.name == name)
}

/// By the last part of an image's name, or the last two.
fn by_image(image: &str) -> Option<&'static Console> {
    let reference: ImageRef = image.parse().ok()?;
    let repository = reference.name();
    CONSOLES.iter().find(|console| {
        repository.strip_suffix(console.name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    })
}

/// The places where an Ingress names the Services behind it, and the names.
fn backends(ingress: &Object) -> Vec<(Place<'_>, &str)> {
    let mut backends = vec![field!["spec", "defaultBackend"], field!["spec", "backend"]];
    let rules = ingress.root.at(&["spec", "rules"]).map_or(&[][..], Node::items);
    for (index, rule) in rules.iter().enumerate() {
        let paths = rule.at(&["http", "paths"]).map_or(0, |paths| paths.items().len());
        backends
            .extend((0..paths).map(|path| field!["spec", "rules", index, "http", "paths", path, "backend"]));
    }
    let names = backends
        .iter()
        .flat_map(|backend| [backend.join(&field!["service", "name"]), backend.join(&field!["serviceName"])]);
    names
        .filter_map(|path| {
            let place = ingress.place(path);
            let name = place.node()?.as_str()?;
            Some((place, name))
        })
        .collect()
}
