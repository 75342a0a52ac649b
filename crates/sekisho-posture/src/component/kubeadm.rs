//! Settings from kubeadm's configuration, and from the objects of Cluster API that carry it.
//!
//! kubeadm writes the static Pods itself and sets much by itself; `extraArgs` come on top and win.

use sekisho_manifest::{FieldPath, Node, Object, field};
use smol_str::{SmolStr, format_smolstr};

use crate::kubernetes_release;

use super::{Component, ComponentSettings, Setting, Style, Target, scalar};

/// What kubeadm sets for each component unasked, as far as checks ask for it.
const API_SERVER: &[(&str, &str)] = &[
    ("authorization-mode", "Node,RBAC"),
    ("client-ca-file", "/etc/kubernetes/pki/ca.crt"),
    ("enable-admission-plugins", "NodeRestriction"),
    ("insecure-port", "0"),
    ("kubelet-client-certificate", "/etc/kubernetes/pki/apiserver-kubelet-client.crt"),
    ("kubelet-client-key", "/etc/kubernetes/pki/apiserver-kubelet-client.key"),
    ("service-account-key-file", "/etc/kubernetes/pki/sa.pub"),
    ("service-account-signing-key-file", "/etc/kubernetes/pki/sa.key"),
    ("tls-cert-file", "/etc/kubernetes/pki/apiserver.crt"),
    ("tls-private-key-file", "/etc/kubernetes/pki/apiserver.key"),
];
const API_SERVER_ETCD: &[(&str, &str)] = &[
    ("etcd-cafile", "/etc/kubernetes/pki/etcd/ca.crt"),
    ("etcd-certfile", "/etc/kubernetes/pki/apiserver-etcd-client.crt"),
    ("etcd-keyfile", "/etc/kubernetes/pki/apiserver-etcd-client.key"),
    ("etcd-servers", "https://127.0.0.1:2379"),
];
const CONTROLLER_MANAGER: &[(&str, &str)] = &[
    ("bind-address", "127.0.0.1"),
    ("root-ca-file", "/etc/kubernetes/pki/ca.crt"),
    ("service-account-private-key-file", "/etc/kubernetes/pki/sa.key"),
    ("use-service-account-credentials", "true"),
];
const SCHEDULER: &[(&str, &str)] = &[("bind-address", "127.0.0.1")];
const ETCD: &[(&str, &str)] = &[
    ("cert-file", "/etc/kubernetes/pki/etcd/server.crt"),
    ("client-cert-auth", "true"),
    ("key-file", "/etc/kubernetes/pki/etcd/server.key"),
    ("listen-client-urls", "https://127.0.0.1:2379"),
    ("listen-peer-urls", "https://127.0.0.1:2380"),
    ("peer-cert-file", "/etc/kubernetes/pki/etcd/peer.crt"),
    ("peer-client-cert-auth", "true"),
    ("peer-key-file", "/etc/kubernetes/pki/etcd/peer.key"),
    ("peer-trusted-ca-file", "/etc/kubernetes/pki/etcd/ca.crt"),
    ("trusted-ca-file", "/etc/kubernetes/pki/etcd/ca.crt"),
];

/// What kubeadm sets in a `KubeletConfiguration` that it is given.
pub(super) const KUBELET: &[(&str, &str)] =
    &[("client-ca-file", "/etc/kubernetes/pki/ca.crt"), ("rotate-certificates", "true")];

/// The objects of Cluster API that carry kubeadm's configuration, and where.
const CARRIERS: &[(&str, &str, &[&str])] = &[
    ("bootstrap.cluster.x-k8s.io", "KubeadmConfig", &["spec"]),
    ("bootstrap.cluster.x-k8s.io", "KubeadmConfigTemplate", &["spec", "template", "spec"]),
    ("controlplane.cluster.x-k8s.io", "KubeadmControlPlane", &["spec", "kubeadmConfigSpec"]),
    (
        "controlplane.cluster.x-k8s.io",
        "KubeadmControlPlaneTemplate",
        &["spec", "template", "spec", "kubeadmConfigSpec"],
    ),
];

pub(super) fn collect<'a>(object: &'a Object, found: &mut Vec<ComponentSettings<'a>>) {
    if object.group() == "kubeadm.k8s.io" {
        match object.kind.as_str() {
            "ClusterConfiguration" => cluster(object, FieldPath::root(), &object.root, found),
            "InitConfiguration" | "JoinConfiguration" => {
                node(object, FieldPath::root(), &object.root, found);
            }
            _ => {}
        }
        return;
    }
    let known = CARRIERS.iter().find(|(group, kind, _)| object.is(group, kind));
    let Some((_, kind, path)) = known else { return };
    let Some(spec) = object.root.at(path) else { return };
    let path: FieldPath = path.iter().copied().collect();
    let configuration = spec.get("clusterConfiguration");
    if configuration.is_some() || kind.starts_with("KubeadmControlPlane") {
        let configuration = configuration.unwrap_or(spec);
        cluster(object, path.child("clusterConfiguration"), configuration, found);
    }
    for key in ["initConfiguration", "joinConfiguration"] {
        if let Some(configuration) = spec.get(key) {
            node(object, path.child(key), configuration, found);
        }
    }
}

/// The control plane that a `ClusterConfiguration` describes.
fn cluster<'a>(
    object: &'a Object,
    path: FieldPath,
    configuration: &'a Node,
    found: &mut Vec<ComponentSettings<'a>>,
) {
    let version = object.version();
    let mut add = |component, section: &[&str], implied: Vec<Setting<'a>>| {
        let path = section.iter().fold(path.clone(), |path, key| path.child(*key)).child("extraArgs");
        let arguments = configuration.at(section).and_then(|section| section.get("extraArgs"));
        let listed = match arguments {
            Some(arguments) => arguments.as_mapping().is_none(),
            None => lists_arguments(object.group(), version),
        };
        let mut settings = implied;
        extra_arguments(object, &path, arguments, &mut settings);
        found.push(ComponentSettings {
            component,
            container: None,
            image: None,
            kubernetes_minor: kubernetes_release::minor_of(configuration.str("kubernetesVersion")),
            head: object.place(path.clone()),
            settings,
            open: false,
            style: if listed { Style::List(path) } else { Style::Map(path) },
        });
    };
    let external = configuration.at(&["etcd", "external"]);
    let mut api_server = implied(API_SERVER);
    match external {
        Some(external) => external_etcd(object, &path, external, &mut api_server),
        None => api_server.extend(implied(API_SERVER_ETCD)),
    }
    add(Component::ApiServer, &["apiServer"], api_server);
    add(Component::ControllerManager, &["controllerManager"], implied(CONTROLLER_MANAGER));
    add(Component::Scheduler, &["scheduler"], implied(SCHEDULER));
    if external.is_none() {
        add(Component::Etcd, &["etcd", "local"], implied(ETCD));
    }
}

/// The kubelet of one node, as far as kubeadm passes it arguments; the rest stands in its own file.
fn node<'a>(
    object: &'a Object,
    path: FieldPath,
    configuration: &'a Node,
    found: &mut Vec<ComponentSettings<'a>>,
) {
    let path = path.join(&field!["nodeRegistration", "kubeletExtraArgs"]);
    let Some(arguments) = configuration.at(&["nodeRegistration", "kubeletExtraArgs"]) else { return };
    let mut settings = Vec::new();
    extra_arguments(object, &path, Some(arguments), &mut settings);
    let listed = arguments.as_mapping().is_none();
    found.push(ComponentSettings {
        component: Component::Kubelet,
        container: None,
        image: None,
        kubernetes_minor: None,
        head: object.place(path.clone()),
        settings,
        open: true,
        style: if listed { Style::List(path) } else { Style::Map(path) },
    });
}

/// Whether arguments are a list of names and values in this version, which they are where no name may
/// stand twice in a mapping: since `kubeadm.k8s.io/v1beta4` and Cluster API `v1beta2`.
fn lists_arguments(group: &str, version: &str) -> bool {
    match group {
        "kubeadm.k8s.io" => !matches!(version, "v1alpha3" | "v1beta1" | "v1beta2" | "v1beta3"),
        _ => !matches!(version, "v1alpha3" | "v1alpha4" | "v1beta1"),
    }
}

fn implied<'a>(flags: &[(&str, &str)]) -> Vec<Setting<'a>> {
    flags.iter().map(|(flag, value)| Setting::implied(flag, value)).collect()
}

/// What kubeadm tells the API server about an etcd that it does not run.
fn external_etcd<'a>(
    object: &'a Object,
    path: &FieldPath,
    external: &'a Node,
    settings: &mut Vec<Setting<'a>>,
) {
    let base = path.join(&field!["etcd", "external"]);
    for (index, endpoint) in external.get("endpoints").map_or(&[][..], Node::items).iter().enumerate() {
        let place = object.place(base.join(&field!["endpoints", index]));
        settings.extend(scalar(endpoint).map(|value| Setting {
            flag: "etcd-servers".into(),
            shown: format_smolstr!("endpoints: {value}"),
            value: Some(value),
            place: Some(place.clone()),
            target: Target::Text(place),
        }));
    }
    for (key, flag) in [("caFile", "etcd-cafile"), ("certFile", "etcd-certfile"), ("keyFile", "etcd-keyfile")]
    {
        let place = object.place(base.child(key));
        settings.extend(external.get(key).and_then(scalar).map(|value| Setting {
            flag: flag.into(),
            shown: format_smolstr!("{key}: {value}"),
            value: Some(value),
            place: Some(place.clone()),
            target: Target::Text(place),
        }));
    }
}

/// Reads `extraArgs` in both of its forms.
fn extra_arguments<'a>(
    object: &'a Object,
    path: &FieldPath,
    arguments: Option<&'a Node>,
    settings: &mut Vec<Setting<'a>>,
) {
    let Some(arguments) = arguments else { return };
    let mut given: Vec<(SmolStr, SmolStr, FieldPath, FieldPath)> = Vec::new();
    for entry in arguments.entries() {
        let path = path.child(&entry.key);
        given.extend(scalar(&entry.node).map(|value| (entry.key.clone(), value, path.clone(), path)));
    }
    for (index, item) in arguments.items().iter().enumerate() {
        let path = path.child(index);
        let value = item.get("value").and_then(scalar).unwrap_or_default();
        given.push((item.str("name").into(), value, path.clone(), path.child("value")));
    }
    let named = |name: &str| name.trim_start_matches('-').replace('_', "-");
    // An argument that is given takes the place of the one that kubeadm would set.
    settings.retain(|setting| {
        setting.place.is_some() || !given.iter().any(|(name, ..)| named(name) == setting.flag)
    });
    settings.extend(given.into_iter().filter(|(name, ..)| !name.is_empty()).map(
        |(name, value, path, value_path)| {
            let flag: SmolStr = named(&name).into();
            Setting {
                shown: format_smolstr!("--{flag}={value}"),
                flag,
                value: Some(value),
                place: Some(object.place(path)),
                target: Target::Text(object.place(value_path)),
            }
        },
    ));
}
