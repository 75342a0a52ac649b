//! Settings from the configuration files of components, and from objects of other tools that hold the same
//! fields.

use sekisho_manifest::{FieldPath, Node, Object, field};
use smol_str::{SmolStr, format_smolstr};

use super::{Component, ComponentSettings, Setting, Style, Surroundings, Target, kubeadm, scalar};

/// A flag and the field of a configuration file that stands for it.
pub(super) type Field = (&'static str, &'static [&'static str]);

const KUBELET: &[Field] = &[
    ("anonymous-auth", &["authentication", "anonymous", "enabled"]),
    ("authentication-token-webhook", &["authentication", "webhook", "enabled"]),
    ("authorization-mode", &["authorization", "mode"]),
    ("client-ca-file", &["authentication", "x509", "clientCAFile"]),
    ("event-qps", &["eventRecordQPS"]),
    ("feature-gates", &["featureGates"]),
    ("make-iptables-util-chains", &["makeIPTablesUtilChains"]),
    ("pod-max-pids", &["podPidsLimit"]),
    ("protect-kernel-defaults", &["protectKernelDefaults"]),
    ("read-only-port", &["readOnlyPort"]),
    ("rotate-certificates", &["rotateCertificates"]),
    ("rotate-server-certificates", &["serverTLSBootstrap"]),
    ("seccomp-default", &["seccompDefault"]),
    ("streaming-connection-idle-timeout", &["streamingConnectionIdleTimeout"]),
    ("tls-cert-file", &["tlsCertFile"]),
    ("tls-cipher-suites", &["tlsCipherSuites"]),
    ("tls-min-version", &["tlsMinVersion"]),
    ("tls-private-key-file", &["tlsPrivateKeyFile"]),
];

/// Where the kubelet's file differs from its flags when a field is missing.
const KUBELET_DEFAULTS: &[(&str, &str)] = &[
    ("anonymous-auth", "false"),
    ("authentication-token-webhook", "true"),
    ("authorization-mode", "Webhook"),
    ("read-only-port", "0"),
];

const PROXY: &[Field] = &[
    ("bind-address", &["bindAddress"]),
    ("healthz-bind-address", &["healthzBindAddress"]),
    ("metrics-bind-address", &["metricsBindAddress"]),
    ("profiling", &["enableProfiling"]),
];

const SCHEDULER: &[Field] = &[("profiling", &["enableProfiling"])];

/// What kOps names otherwise than by the flag's own words.
const KOPS: &[(&str, &str)] = &[
    ("auditLogMaxAge", "audit-log-maxage"),
    ("auditLogMaxBackups", "audit-log-maxbackup"),
    ("auditLogMaxSize", "audit-log-maxsize"),
    ("clientCAFile", "client-ca-file"),
    ("clientCaFile", "client-ca-file"),
    ("enableProfiling", "profiling"),
    ("podPidsLimit", "pod-max-pids"),
    ("tlsCertFile", "tls-cert-file"),
];

pub(super) fn collect<'a>(
    object: &'a Object,
    surroundings: &Surroundings,
    found: &mut Vec<ComponentSettings<'a>>,
) {
    match (object.group(), object.kind.as_str()) {
        ("kubelet.config.k8s.io", "KubeletConfiguration") => {
            let mut defaults = implied(KUBELET_DEFAULTS);
            if surroundings.kubeadm.contains(&object.source) {
                defaults.extend(implied(kubeadm::KUBELET));
            }
            found.push(file(object, Component::Kubelet, FieldPath::root(), KUBELET, defaults, false));
        }
        ("kubeproxy.config.k8s.io", "KubeProxyConfiguration") => {
            let defaults = implied(&[("profiling", "false")]);
            found.push(file(object, Component::KubeProxy, FieldPath::root(), PROXY, defaults, false));
        }
        ("kubescheduler.config.k8s.io", "KubeSchedulerConfiguration") => {
            let defaults = implied(&[("profiling", "true")]);
            found.push(file(object, Component::Scheduler, FieldPath::root(), SCHEDULER, defaults, true));
        }
        ("apiserver.config.k8s.io", "AuthenticationConfiguration") => found.push(authentication(object)),
        ("apiserver.config.k8s.io", "AuthorizationConfiguration") => found.push(authorization(object)),
        ("machineconfiguration.openshift.io", "KubeletConfig") => {
            let path = field!["spec", "kubeletConfig"];
            found.push(file(object, Component::Kubelet, path, KUBELET, Vec::new(), true));
        }
        ("eksctl.io", "ClusterConfig") => {
            for list in ["nodeGroups", "managedNodeGroups"] {
                for (index, group) in object.root.get(list).map_or(&[][..], Node::items).iter().enumerate() {
                    if group.get("kubeletExtraConfig").is_some() {
                        let path = field![list, index, "kubeletExtraConfig"];
                        found.push(file(object, Component::Kubelet, path, KUBELET, Vec::new(), true));
                    }
                }
            }
        }
        ("kops.k8s.io", "Cluster" | "InstanceGroup") => kops(object, found),
        ("provisioning.cattle.io", "Cluster") => rancher(object, found),
        _ => {}
    }
}

/// The field that stands for a flag.
pub(super) fn path_of(fields: &[Field], flag: &str) -> Option<&'static [&'static str]> {
    fields.iter().find(|(known, _)| *known == flag).map(|(_, path)| *path)
}

fn implied<'a>(defaults: &[(&str, &str)]) -> Vec<Setting<'a>> {
    defaults.iter().map(|(flag, value)| Setting::implied(flag, value)).collect()
}

/// A file whose fields stand for flags. `defaults` hold where neither says anything.
fn file<'a>(
    object: &'a Object,
    component: Component,
    base: FieldPath,
    fields: &'static [Field],
    defaults: Vec<Setting<'a>>,
    open: bool,
) -> ComponentSettings<'a> {
    let mut settings = defaults;
    if let Some(root) = object.root.resolve(&base) {
        for (flag, path) in fields {
            let Some(node) = root.at(path) else { continue };
            settings.retain(|setting| setting.flag != *flag || setting.place.is_some());
            let place = path.iter().fold(base.clone(), |path, key| path.child(*key));
            values(object, flag, &path.join("."), &place, node, &mut settings);
        }
    }
    let head = object.place(if base.is_root() { field!["kind"] } else { base.clone() });
    ComponentSettings {
        component,
        container: None,
        image: None,
        kubernetes_minor: None,
        head,
        settings,
        open,
        style: Style::Fields(base, fields),
    }
}

/// A field's value as settings under the name that a person reads: one for a scalar, one an item of a list, one an entry of a mapping.
fn values<'a>(
    object: &'a Object,
    flag: &str,
    name: &str,
    path: &FieldPath,
    node: &'a Node,
    settings: &mut Vec<Setting<'a>>,
) {
    let mut add = |path: FieldPath, value: SmolStr, shown: SmolStr| {
        let place = object.place(path);
        settings.push(Setting {
            flag: flag.into(),
            value: Some(value),
            shown,
            place: Some(place.clone()),
            target: Target::Field(place),
        });
    };
    if let Some(value) = scalar(node) {
        add(path.clone(), value.clone(), format_smolstr!("{name}: {value}"));
    }
    for (index, item) in node.items().iter().enumerate() {
        if let Some(value) = scalar(item) {
            add(path.child(index), value.clone(), format_smolstr!("{name}: {value}"));
        }
    }
    for entry in node.entries() {
        if let Some(value) = scalar(&entry.node) {
            let shown = format_smolstr!("{}: {value}", entry.key);
            add(path.child(&entry.key), format_smolstr!("{}={value}", entry.key), shown);
        }
    }
}

/// Who may come without a name, as the structured authentication says it: to every path, or to some.
fn authentication(object: &Object) -> ComponentSettings<'_> {
    let mut settings = Vec::new();
    if let Some(anonymous) = object.root.get("anonymous") {
        let enabled = anonymous.is_true("enabled");
        let conditions = anonymous.get("conditions").map_or(&[][..], Node::items);
        let place = object.place(field!["anonymous", "enabled"]);
        let open_to_all = enabled && conditions.is_empty();
        settings.push(Setting {
            flag: "anonymous-auth".into(),
            value: Some(format_smolstr!("{open_to_all}")),
            place: Some(place.clone()),
            shown: format_smolstr!("anonymous.enabled: {enabled}"),
            target: Target::Field(place),
        });
        for (index, condition) in conditions.iter().enumerate().filter(|_| enabled) {
            let place = object.place(field!["anonymous", "conditions", index, "path"]);
            settings.push(Setting {
                flag: "anonymous-path".into(),
                value: Some(condition.str("path").into()),
                shown: format_smolstr!("path: {}", condition.str("path")),
                target: Target::Field(place.clone()),
                place: Some(place),
            });
        }
    }
    ComponentSettings {
        component: Component::ApiServer,
        container: None,
        image: None,
        kubernetes_minor: None,
        head: object.place(field!["kind"]),
        settings,
        open: true,
        style: Style::Fixed,
    }
}

/// The chain of authorizers, as the structured authorization says it.
fn authorization(object: &Object) -> ComponentSettings<'_> {
    let authorizers = object.root.get("authorizers").map_or(&[][..], Node::items);
    let settings = authorizers.iter().enumerate().filter_map(|(index, authorizer)| {
        let place = object.place(field!["authorizers", index, "type"]);
        let value = authorizer.get("type").and_then(scalar)?;
        Some(Setting {
            flag: "authorization-mode".into(),
            shown: format_smolstr!("type: {value}"),
            value: Some(value),
            place: Some(place),
            target: Target::Fixed,
        })
    });
    ComponentSettings {
        component: Component::ApiServer,
        container: None,
        image: None,
        kubernetes_minor: None,
        head: object.place(field!["authorizers"]),
        settings: settings.collect(),
        open: true,
        style: Style::Fixed,
    }
}

/// kOps names fields by the words of the flags and fills in what is missing by itself.
fn kops<'a>(object: &'a Object, found: &mut Vec<ComponentSettings<'a>>) {
    let sections = [
        ("kubeAPIServer", Component::ApiServer),
        ("kubeControllerManager", Component::ControllerManager),
        ("kubeScheduler", Component::Scheduler),
        ("kubelet", Component::Kubelet),
        ("masterKubelet", Component::Kubelet),
        ("controlPlaneKubelet", Component::Kubelet),
        ("kubeProxy", Component::KubeProxy),
    ];
    for (key, component) in sections {
        let Some(section) = object.root.at(&["spec", key]) else { continue };
        let base = field!["spec", key];
        let mut settings = Vec::new();
        for entry in section.entries() {
            let known = KOPS.iter().find(|(field, _)| entry.key == *field);
            let flag = known.map_or_else(|| flag_of(&entry.key), |(_, flag)| SmolStr::new(*flag));
            values(object, &flag, &entry.key, &base.child(&entry.key), &entry.node, &mut settings);
        }
        found.push(ComponentSettings {
            component,
            container: None,
            image: None,
            kubernetes_minor: None,
            head: object.place(base),
            settings,
            open: true,
            style: Style::Fixed,
        });
    }
}

/// Rancher hands lists of `flag=value` to the components of K3s and RKE2, beside what these set.
fn rancher<'a>(object: &'a Object, found: &mut Vec<ComponentSettings<'a>>) {
    let mut bases = vec![field!["spec", "rkeConfig", "machineGlobalConfig"]];
    let selected =
        object.root.at(&["spec", "rkeConfig", "machineSelectorConfig"]).map_or(&[][..], Node::items);
    bases.extend(
        (0..selected.len())
            .map(|index| field!["spec", "rkeConfig", "machineSelectorConfig", index, "config"]),
    );
    let lists = [
        ("kube-apiserver-arg", Component::ApiServer),
        ("kube-controller-manager-arg", Component::ControllerManager),
        ("kube-scheduler-arg", Component::Scheduler),
        ("etcd-arg", Component::Etcd),
        ("kubelet-arg", Component::Kubelet),
        ("kube-proxy-arg", Component::KubeProxy),
    ];
    for base in bases {
        for (key, component) in lists {
            let path = base.child(key);
            let Some(arguments) = object.root.resolve(&path) else { continue };
            let settings = arguments.items().iter().enumerate().filter_map(|(index, argument)| {
                let argument = argument.as_str()?.trim_start_matches('-');
                let (flag, value) = argument.split_once('=').unwrap_or((argument, "true"));
                Some(Setting {
                    flag: flag.replace('_', "-").into(),
                    value: Some(value.into()),
                    shown: format_smolstr!("--{argument}"),
                    place: Some(object.place(path.child(index))),
                    target: Target::Fixed,
                })
            });
            found.push(ComponentSettings {
                component,
                container: None,
                image: None,
                kubernetes_minor: None,
                head: object.place(path.clone()),
                settings: settings.collect(),
                open: true,
                style: Style::Fixed,
            });
        }
    }
}

/// `anonymousAuth` as the flag that it stands for: `anonymous-auth`.
fn flag_of(field: &str) -> SmolStr {
    let mut flag = String::with_capacity(field.len() + 4);
    for letter in field.chars() {
        if letter.is_ascii_uppercase() {
            flag.push('-');
        }
        flag.push(letter.to_ascii_lowercase());
    }
    flag.into()
}
