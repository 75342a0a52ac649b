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
use sekisho_inventory::{Inventory, load_balancer};
use sekisho_manifest::ImageRef;
use sekisho_manifest::selector::Selector;

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
];

/// Labels whose value is the name of a program.
const NAME_LABELS: &[&str] = &["app.kubernetes.io/name", "k8s-app", "app", "name"];

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let inventory = examination.inventory();
    if object.kind == "Service" {
        let outside = matches!(
            object.root.at(&["spec", "type"]).and_then(Node::as_str),
            Some("LoadBalancer" | "NodePort")
        );
        if outside
            && !load_balancer::is_internal(object)
            && let Some(console) = behind(object, inventory)
        {
            report(object.place(field!["spec", "type"]), console, &object.name, examination);
        }
        return;
    }
    for place in backends(object) {
        let Some(name) = place.node().and_then(Node::as_str) else { continue };
        let service = inventory.find("", "Service", Some(inventory.namespace_of(object)), name);
        let console = service.map_or_else(|| by_name(name), |service| behind(service, inventory));
        if let Some(console) = console {
            report(place, console, &object.name, examination);
        }
    }
}

fn report(place: Place<'_>, console: &Console, service: &str, examination: &mut Examination<'_>) {
    let severity = if console.login { Severity::High } else { Severity::Critical };
    let found = Found::at(place).severity(severity);
    examination.report(found.arg("console", console.title).arg("service", service));
}

/// The console that a Service leads to: by the images of the Pods that it selects, else by its own name and
/// selector.
fn behind(service: &Object, inventory: &Inventory) -> Option<&'static Console> {
    let selector = service.root.at(&["spec", "selector"]);
    let of_pods = selector
        .filter(|selector| !selector.entries().is_empty())
        .and_then(|selector| Selector::from_map(selector).ok())
        .and_then(|selector| {
            let pods = inventory.pods_in(inventory.namespace_of(service));
            pods.filter(|pod| selector.matches(pod))
                .find_map(|pod| pod.containers().iter().find_map(|container| by_image(container.image())))
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

/// The places where an Ingress names the Services behind it.
fn backends(ingress: &Object) -> Vec<Place<'_>> {
    let mut found = Vec::new();
    let mut add = |backend: Place<'_>| {
        for path in [field!["service", "name"], field!["serviceName"]] {
            let place = ingress.place(backend.path.join(&path));
            if place.node().is_some() {
                found.push(place);
            }
        }
    };
    for key in ["defaultBackend", "backend"] {
        add(ingress.place(field!["spec", key]));
    }
    let rules = ingress.root.at(&["spec", "rules"]).map_or(&[][..], Node::items);
    for (index, rule) in rules.iter().enumerate() {
        let paths = rule.at(&["http", "paths"]).map_or(&[][..], Node::items);
        for path in 0..paths.len() {
            add(ingress.place(field!["spec", "rules", index, "http", "paths", path, "backend"]));
        }
    }
    found
}
