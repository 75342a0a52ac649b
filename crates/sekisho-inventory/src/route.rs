//! Ways from outside to a Service: Ingress, the routes of the Gateway API, OpenShift, Istio, Traefik, Contour.

use std::collections::{BTreeSet, HashMap};

use sekisho_manifest::{Node, Object};
use smol_str::SmolStr;

use crate::{Inventory, ObjectId};

const GATEWAY_API: &str = "gateway.networking.k8s.io";

/// The objects that lead to each Service, by the Service's namespace and name.
pub(crate) type RouteIndex = HashMap<(SmolStr, SmolStr), Vec<ObjectId>>;

/// The kinds that lead from outside to Services.
const KINDS: &[(&str, &str)] = &[
    ("networking.k8s.io", "Ingress"),
    ("extensions", "Ingress"),
    (GATEWAY_API, "HTTPRoute"),
    (GATEWAY_API, "GRPCRoute"),
    (GATEWAY_API, "TLSRoute"),
    (GATEWAY_API, "TCPRoute"),
    (GATEWAY_API, "UDPRoute"),
    ("route.openshift.io", "Route"),
    ("networking.istio.io", "VirtualService"),
    ("traefik.io", "IngressRoute"),
    ("traefik.io", "IngressRouteTCP"),
    ("traefik.containo.us", "IngressRoute"),
    ("traefik.containo.us", "IngressRouteTCP"),
    ("projectcontour.io", "HTTPProxy"),
];

pub(crate) fn index(inventory: &Inventory) -> RouteIndex {
    let mut index = RouteIndex::new();
    for (group, kind) in KINDS {
        for (id, route) in inventory.of_with_ids(group, kind) {
            for (namespace, service) in backends(route, inventory.namespace_of(route)) {
                index.entry((namespace, service)).or_default().push(id);
            }
        }
    }
    index
}

impl Inventory {
    /// The objects that lead from outside to a Service: Ingresses and routes.
    pub fn routes_to(&self, service: &Object) -> impl Iterator<Item = &Object> {
        self.routes_with_ids(service).map(|(_, route)| route)
    }

    pub(crate) fn routes_with_ids(&self, service: &Object) -> impl Iterator<Item = (ObjectId, &Object)> {
        let key = (SmolStr::new(self.namespace_of(service)), service.name.clone());
        let ids = self.route_index().get(&key).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| Some((*id, self.object(*id)?)))
    }
}

/// Whether a route is reached from inside a private network only, as far as its class and annotations say.
pub(crate) fn is_internal(route: &Object, inventory: &Inventory) -> bool {
    if route.group() == GATEWAY_API {
        let parents = route.root.at(&["spec", "parentRefs"]).map_or(&[][..], Node::items);
        let class = |parent: &Node| {
            let namespace = parent.get("namespace").and_then(Node::as_str);
            let namespace = namespace.unwrap_or(inventory.namespace_of(route));
            let gateway = inventory.find(GATEWAY_API, "Gateway", Some(namespace), parent.str("name"))?;
            gateway.root.at(&["spec", "gatewayClassName"])?.as_str()
        };
        return !parents.is_empty()
            && parents.iter().all(|parent| class(parent).is_some_and(is_internal_class));
    }
    let class = route.root.at(&["spec", "ingressClassName"]).and_then(Node::as_str);
    let class = class.or_else(|| route.annotation("kubernetes.io/ingress.class")).unwrap_or("");
    // The AWS controller makes internal load balancers unless the scheme says otherwise.
    let aws =
        class == "alb" && route.annotation("alb.ingress.kubernetes.io/scheme") != Some("internet-facing");
    aws || is_internal_class(class)
        || route.annotation("alb.ingress.kubernetes.io/scheme") == Some("internal")
        || route.annotation("appgw.ingress.kubernetes.io/use-private-ip") == Some("true")
}

fn is_internal_class(class: &str) -> bool {
    ["internal", "private", "rilb", "tailscale"].iter().any(|word| class.contains(word))
}

/// The namespace and name of each Service that an object leads to, each once.
fn backends(route: &Object, namespace: &str) -> BTreeSet<(SmolStr, SmolStr)> {
    let mut found = Found { namespace, services: BTreeSet::new() };
    let Some(spec) = route.root.get("spec") else { return found.services };
    match (route.group(), route.kind.as_str()) {
        (_, "Ingress") => ingress(spec, &mut found),
        (GATEWAY_API, _) => gateway_route(spec, &mut found),
        (_, "Route") => {
            let others = items(spec, "alternateBackends").iter();
            spec.get("to").into_iter().chain(others).for_each(|to| found.add(to));
        }
        (_, "VirtualService") => virtual_service(spec, &mut found),
        _ => items(spec, "routes")
            .iter()
            .flat_map(|route| items(route, "services"))
            .for_each(|to| found.add(to)),
    }
    found.services
}

struct Found<'a> {
    /// Where a Service is looked for that names no namespace.
    namespace: &'a str,
    services: BTreeSet<(SmolStr, SmolStr)>,
}

impl Found<'_> {
    /// A reference by `name`, perhaps `namespace` and `kind`.
    fn add(&mut self, reference: &Node) {
        if matches!(reference.str("kind"), "" | "Service") {
            let namespace = reference.get("namespace").and_then(Node::as_str).unwrap_or(self.namespace);
            self.services.insert((namespace.into(), reference.str("name").into()));
        }
    }
}

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map_or(&[][..], Node::items)
}

fn ingress(spec: &Node, found: &mut Found<'_>) {
    let rules = items(spec, "rules").iter().filter_map(|rule| rule.at(&["http", "paths"]));
    let paths = rules.flat_map(Node::items).filter_map(|path| path.get("backend"));
    for backend in ["defaultBackend", "backend"].iter().filter_map(|key| spec.get(key)).chain(paths) {
        if let Some(service) = backend.get("service") {
            found.add(service);
        } else if !backend.str("serviceName").is_empty() {
            // The form of the versions before v1.
            found.services.insert((found.namespace.into(), backend.str("serviceName").into()));
        }
    }
}

/// A route that is attached to Services alone steers traffic inside the mesh and lets none in.
fn gateway_route(spec: &Node, found: &mut Found<'_>) {
    let parents = items(spec, "parentRefs");
    if !parents.is_empty() && parents.iter().all(|parent| parent.str("kind") == "Service") {
        return;
    }
    items(spec, "rules").iter().flat_map(|rule| items(rule, "backendRefs")).for_each(|to| found.add(to));
}

/// Without gateways, or with `mesh` alone, the rules hold for callers inside the mesh.
fn virtual_service(spec: &Node, found: &mut Found<'_>) {
    if spec.strings("gateways").all(|gateway| gateway == "mesh") {
        return;
    }
    let routes =
        ["http", "tls", "tcp"].iter().flat_map(|key| items(spec, key)).flat_map(|rule| items(rule, "route"));
    for host in routes.filter_map(|route| route.at(&["destination", "host"])?.as_str()) {
        let mut parts = host.split('.');
        let name = parts.next().unwrap_or("");
        let namespace = parts.next().unwrap_or(found.namespace);
        found.services.insert((namespace.into(), name.into()));
    }
}
