//! Namespaces in which Pods may run that the inventory does not show: an operator makes them from a custom
//! resource, with labels that only the operator knows.

use std::collections::HashSet;

use sekisho_manifest::Object;
use smol_str::SmolStr;

use crate::Inventory;

/// Groups of custom resources that make no Pods.
const PASSIVE_GROUPS: &[&str] = &[
    "acme.cert-manager.io",
    "bitnami.com",
    "cert-manager.io",
    "cilium.io",
    "constraints.gatekeeper.sh",
    "crd.projectcalico.org",
    "external-secrets.io",
    "generators.external-secrets.io",
    "kyverno.io",
    "metallb.io",
    "networking.istio.io",
    "policies.kyverno.io",
    "policy.linkerd.io",
    "projectcalico.org",
    "projectcontour.io",
    "route.openshift.io",
    "secrets-store.csi.x-k8s.io",
    "security.istio.io",
    "telemetry.istio.io",
    "templates.gatekeeper.sh",
    "traefik.containo.us",
    "traefik.io",
    "wgpolicyk8s.io",
];

/// Kinds that make no Pods, of groups in which others do.
const PASSIVE_KINDS: &[(&str, &str)] = &[
    ("monitoring.coreos.com", "AlertmanagerConfig"),
    ("monitoring.coreos.com", "PodMonitor"),
    ("monitoring.coreos.com", "Probe"),
    ("monitoring.coreos.com", "PrometheusRule"),
    ("monitoring.coreos.com", "ScrapeConfig"),
    ("monitoring.coreos.com", "ServiceMonitor"),
    ("argoproj.io", "AppProject"),
    ("keda.sh", "ScaledObject"),
    ("keda.sh", "TriggerAuthentication"),
];

pub(crate) fn namespaces(inventory: &Inventory) -> HashSet<SmolStr> {
    let makers = inventory.objects().iter().filter(|object| may_make_pods(object));
    makers.map(|object| SmolStr::new(inventory.namespace_of(object))).collect()
}

fn may_make_pods(object: &Object) -> bool {
    let group = object.group();
    if object.is("gateway.networking.k8s.io", "Gateway") {
        return true;
    }
    let custom = group.contains('.') && (!group.ends_with(".k8s.io") || group.ends_with(".x-k8s.io"));
    custom
        && !PASSIVE_GROUPS.contains(&group)
        && !PASSIVE_KINDS.iter().any(|(group, kind)| object.is(group, kind))
}

impl Inventory {
    /// Whether Pods may run in a namespace that the inventory does not show, because an operator makes them
    /// from a custom resource.
    pub fn may_have_unseen_pods(&self, namespace: &str) -> bool {
        self.unseen().contains(namespace)
    }
}
