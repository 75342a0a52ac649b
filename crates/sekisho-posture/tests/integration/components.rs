//! Components of the control plane and of nodes: every form in which settings are written means the same.

use std::collections::BTreeSet;

use sekisho_finding::{Finding, Persona, Severity};
use sekisho_manifest::edit::Operation;

use crate::support::{findings, inventory, settings};

/// What one check finds in one text.
fn found(rule: &str, text: &str) -> Vec<Finding> {
    let check: Vec<_> = sekisho_posture::checks().filter(|check| check.id == rule).collect();
    assert_eq!(check.len(), 1, "`{rule}` is no check");
    check.into_iter().flat_map(|check| findings(check, text)).collect()
}

/// The lines on which one check finds something.
fn lines(rule: &str, text: &str) -> Vec<u32> {
    found(rule, text).iter().map(|finding| finding.location.start.line).collect()
}

/// The checks for everyone that look at components and find something.
fn rules(text: &str) -> BTreeSet<&'static str> {
    let prefixes = [
        "api-server",
        "audit",
        "component",
        "controller-manager",
        "encryption-provider",
        "etcd",
        "kube",
        "scheduler",
    ];
    sekisho_posture::checks()
        .filter(|check| check.persona == Persona::Default)
        .filter(|check| prefixes.iter().any(|prefix| check.id.starts_with(prefix)))
        .filter(|check| !findings(check, text).is_empty())
        .map(|check| check.id)
        .collect()
}

fn pod(container: &str) -> String {
    let container = container.replace('\n', "\n      ");
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: component\n  namespace: kube-system\nspec:\n  \
         containers:\n    - name: component\n      {container}\n"
    )
}

/// The line of `pod` on which the first line of its argument stands.
const FIRST: u32 = 9;

/// As kubeadm 1.34 writes it.
const KUBEADM_API_SERVER: &str = "\
command:
- kube-apiserver
- --advertise-address=192.168.65.3
- --allow-privileged=true
- --authorization-mode=Node,RBAC
- --client-ca-file=/etc/kubernetes/pki/ca.crt
- --enable-admission-plugins=NodeRestriction
- --enable-bootstrap-token-auth=true
- --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
- --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
- --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key
- --etcd-servers=https://127.0.0.1:2379
- --kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt
- --kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key
- --kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname
- --proxy-client-cert-file=/etc/kubernetes/pki/front-proxy-client.crt
- --proxy-client-key-file=/etc/kubernetes/pki/front-proxy-client.key
- --requestheader-allowed-names=front-proxy-client
- --requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt
- --secure-port=6443
- --service-account-issuer=https://kubernetes.default.svc.cluster.local
- --service-account-key-file=/etc/kubernetes/pki/sa.pub
- --service-account-signing-key-file=/etc/kubernetes/pki/sa.key
- --service-cluster-ip-range=10.96.0.0/12
- --tls-cert-file=/etc/kubernetes/pki/apiserver.crt
- --tls-private-key-file=/etc/kubernetes/pki/apiserver.key
image: registry.k8s.io/kube-apiserver:v1.34.2";

const KUBEADM_ETCD: &str = "\
command:
- etcd
- --advertise-client-urls=https://192.168.65.3:2379
- --cert-file=/etc/kubernetes/pki/etcd/server.crt
- --client-cert-auth=true
- --data-dir=/var/lib/etcd
- --initial-advertise-peer-urls=https://192.168.65.3:2380
- --key-file=/etc/kubernetes/pki/etcd/server.key
- --listen-client-urls=https://127.0.0.1:2379,https://192.168.65.3:2379
- --listen-metrics-urls=http://127.0.0.1:2381
- --listen-peer-urls=https://192.168.65.3:2380
- --name=node
- --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
- --peer-client-cert-auth=true
- --peer-key-file=/etc/kubernetes/pki/etcd/peer.key
- --peer-trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
- --snapshot-count=10000
- --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
image: registry.k8s.io/etcd:3.6.5-0";

#[test]
fn the_control_plane_of_kubeadm_lacks_what_kubeadm_leaves_out() {
    let api_server = BTreeSet::from([
        "api-server-anonymous-access",
        "api-server-kubelet-authority",
        "api-server-profiling",
        "api-server-without-audit-log",
        "encryption-provider-missing",
    ]);
    assert_eq!(rules(&pod(KUBEADM_API_SERVER)), api_server);
    assert_eq!(rules(&pod(KUBEADM_ETCD)), BTreeSet::new());

    let mut all = api_server;
    all.extend(["controller-manager-profiling", "scheduler-profiling"]);
    let configuration =
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.34.2\n";
    assert_eq!(rules(configuration), all, "the same by kubeadm's configuration");
}

#[test]
fn an_argument_means_the_same_in_every_form() {
    let forms = [
        ("command:\n- kube-apiserver\n- --profiling=true", 2),
        ("command: [kube-apiserver]\nargs:\n- --profiling", 2),
        ("command: [/usr/local/bin/kube-apiserver]\nargs:\n- --profiling\n- \"true\"", 2),
        ("command:\n- kube-apiserver\n- --profiling=false\n- --profiling=true", 3),
        ("command: [/hyperkube, apiserver]\nargs:\n- --profiling=true", 2),
        ("command: [/go-runner, --log-file=/dev/null, kube-apiserver]\nargs:\n- --profiling=true", 2),
        ("image: registry.k8s.io/kube-apiserver:v1.34.2\nargs:\n- --v=2\n- --profiling=true", 3),
        ("command: [sh, -ec]\nargs:\n- exec kube-apiserver --profiling=true", 2),
        (
            "command:\n- /bin/sh\n- -c\n- |\n  set -e\n  FOO=1 exec /usr/local/bin/kube-apiserver \\\n    --v=2 \\\n    '--profiling=true' 1>>/var/log/a 2>&1",
            3,
        ),
        (
            "command: [kube-apiserver]\nargs:\n- --profiling=$(PROFILING)\nenv:\n- {name: PROFILING, value: \"true\"}",
            2,
        ),
    ];
    for (container, line) in forms {
        assert_eq!(lines("api-server-profiling", &pod(container)), [FIRST + line], "{container}");
    }
}

#[test]
fn a_setting_that_is_off_is_off_in_every_form() {
    let forms = [
        "command:\n- kube-apiserver\n- --profiling=false",
        "command:\n- kube-apiserver\n- --profiling\n- \"false\"",
        "command:\n- kube-apiserver\n- --profiling=F",
        "command:\n- kube-apiserver\n- --profiling=true\n- --profiling=0",
        "command: [bash, -c, \"kube-apiserver --v=2 --profiling=false\"]",
        "command: [bash, -c, \"kube-apiserver --v=2 $FLAGS\"]",
        "command: [kube-apiserver]\nargs: [\"--profiling=$(X)\"]\nenv: [{name: X, valueFrom: {configMapKeyRef: {name: a, key: b}}}]",
        "command: [kube-apiserver]\nargs: [\"$(MORE)\"]",
    ];
    for container in forms {
        assert_eq!(lines("api-server-profiling", &pod(container)), [0; 0], "{container}");
    }
}

#[test]
fn what_only_speaks_of_a_component_is_none() {
    let others = [
        "command: [kubectl, get, pods, kube-apiserver]",
        "command: [probe, --target, kube-apiserver]",
        "command: [kube-apiserver, --version]",
        "image: registry.example.com/etcd-backup:1.0.0\nargs: [--data-dir, /var/lib/etcd]",
        "command: [sh, -c, \"echo kube-apiserver is up\"]",
        "image: registry.example.com/apiserver:1.0.0\ncommand: [/apiserver]",
        "command: kube-apiserver",
        "command: [{a: b}, null]\nargs: 7",
        "command: [sh, -c]",
        "command: [sh]\nargs: [\"'\"]",
        "command: [hyperkube]",
        "image: 5",
    ];
    for container in others {
        assert_eq!(rules(&pod(container)), BTreeSet::new(), "{container}");
    }
}

#[test]
fn values_may_stand_in_the_next_argument() {
    let text = pod("command: [kube-controller-manager]\nargs:\n- --terminated-pod-gc-threshold\n- \"-1\"");
    assert_eq!(lines("controller-manager-terminated-pod-gc", &text), [FIRST + 2]);
    let text =
        pod("command: [kube-apiserver]\nargs:\n- --audit-log-path\n- \"-\"\n- --audit-policy-file=/a.yaml");
    assert_eq!(lines("audit-log-retention", &text), [0; 0]);
    assert_eq!(lines("api-server-without-audit-log", &text), [0; 0]);
    let text = pod("command: [kube-apiserver]\nargs:\n- --token_auth_file\n- /tokens.csv");
    assert_eq!(lines("api-server-token-file", &text), [FIRST + 2], "words may be joined by `_`");
}

#[test]
fn arguments_of_kubeadm_take_the_place_of_its_own() {
    let given = |key: &str, value: &str| {
        [
            format!(
                "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n    \
                 {key}: {value}\n"
            ),
            format!(
                "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n    - \
                 name: {key}\n      value: {value}\n"
            ),
        ]
    };
    for text in given("authorization-mode", "AlwaysAllow") {
        assert_eq!(lines("api-server-always-allow", &text), [5]);
    }
    for text in given("enable-admission-plugins", "EventRateLimit") {
        assert_eq!(lines("api-server-without-node-restriction", &text), [5]);
    }
    for text in given("enable-admission-plugins", "EventRateLimit,NodeRestriction") {
        assert_eq!(lines("api-server-without-node-restriction", &text), [0; 0]);
    }
    for text in given("kubelet-client-key", "\"\"") {
        assert_eq!(lines("api-server-kubelet-certificate", &text), [4], "empty is as good as missing");
    }
}

#[test]
fn kubeadm_is_read_where_cluster_api_carries_it() {
    let text = "\
apiVersion: controlplane.cluster.x-k8s.io/v1beta1
kind: KubeadmControlPlane
metadata:
  name: shop
spec:
  version: v1.34.2
  kubeadmConfigSpec:
    clusterConfiguration:
      apiServer:
        extraArgs:
          anonymous-auth: \"false\"
          profiling: \"true\"
      etcd:
        local:
          extraArgs:
            auto-tls: \"true\"
    joinConfiguration:
      nodeRegistration:
        kubeletExtraArgs:
          read-only-port: \"10255\"
";
    assert_eq!(lines("api-server-anonymous-access", text), [0; 0]);
    assert_eq!(lines("api-server-profiling", text), [12]);
    assert_eq!(lines("etcd-auto-tls", text), [16]);
    assert_eq!(lines("kubelet-read-only-port", text), [20]);
    assert_eq!(lines("kubelet-always-allow", text), [0; 0], "the rest stands in a file");
}

#[test]
fn an_external_etcd_is_that_of_the_configuration() {
    let text = "\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
etcd:
  external:
    endpoints:
      - https://10.0.0.5:2379
      - http://10.0.0.6:2379
    caFile: /etc/etcd/ca.crt
";
    assert_eq!(lines("api-server-without-etcd-tls", text), [7]);
    assert_eq!(lines("etcd-without-client-auth", text), [0; 0], "kubeadm runs no etcd");
    let text = text.replace("http:", "https:");
    let found = found("api-server-without-etcd-tls", &text);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].message.to_string().contains("`--etcd-certfile`, `--etcd-keyfile`"),
        "{}",
        found[0].message
    );
}

#[test]
fn the_file_of_the_kubelet_has_other_defaults_than_its_flags() {
    let file = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
    assert_eq!(rules(file), BTreeSet::from(["kubelet-without-client-ca"]));
    let flags = BTreeSet::from([
        "kubelet-always-allow",
        "kubelet-anonymous-access",
        "kubelet-read-only-port",
        "kubelet-without-client-ca",
    ]);
    assert_eq!(rules(&pod("command: [kubelet]")), flags);
    assert_eq!(rules(&pod("command: [kubelet, --config=/etc/kubelet.yaml]")), BTreeSet::new());
    let both = format!("{file}---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n");
    assert_eq!(rules(&both), BTreeSet::new(), "kubeadm fills in the authority");
}

#[test]
fn null_and_wrong_types_are_absent() {
    for text in [
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication: yes\n",
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication:\n  anonymous: []\n",
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: null\nfeatureGates: 7\n",
    ] {
        assert_eq!(rules(text), BTreeSet::from(["kubelet-without-client-ca"]), "{text}");
    }
    for text in [
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer: []\netcd: 5\n",
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer:\n  extraArgs: [5, null, {value: a}]\n",
        "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\napiServer:\n  extraArgs: {a: {}, b: []}\n",
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: {}\n",
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [5, {level: Metadata}]\n",
        "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\nanonymous: 5\n",
    ] {
        rules(text);
    }
}

#[test]
fn anonymous_access_is_judged_where_it_is_decided() {
    let api_server = pod("command: [kube-apiserver, --authentication-config=/a.yaml]");
    assert_eq!(lines("api-server-anonymous-access", &api_server), [0; 0], "the file is not here");
    let with = |anonymous: &str| {
        format!(
            "{api_server}---\napiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n{anonymous}"
        )
    };
    assert_eq!(
        lines("api-server-anonymous-access", &with("jwt: []\n")),
        [9],
        "the file leaves it to the flag"
    );
    assert_eq!(lines("api-server-anonymous-access", &with("anonymous:\n  enabled: false\n")), [0; 0]);
    assert_eq!(lines("api-server-anonymous-access", &with("anonymous:\n  enabled: true\n")), [14]);
    let paths = "anonymous:\n  enabled: true\n  conditions:\n  - path: /livez\n  - path: /api\n  - path: /healthz/etcd\n";
    assert_eq!(lines("api-server-anonymous-access", &with(paths)), [17]);
}

#[test]
fn anonymous_access_without_authorization_is_critical() {
    let text = pod("command: [kube-apiserver, --anonymous-auth=true, --authorization-mode=AlwaysAllow]");
    assert_eq!(found("api-server-anonymous-access", &text)[0].severity, Severity::Critical);
    let text = pod("command: [kube-apiserver, --anonymous-auth=true, --authorization-config=/a.yaml]");
    assert_eq!(found("api-server-anonymous-access", &text)[0].severity, Severity::Medium);
    assert_eq!(lines("api-server-always-allow", &text), [0; 0]);
}

#[test]
fn the_insecure_port_was_open_by_default_up_to_1_19() {
    let api_server =
        |tag: &str| pod(&format!("command: [kube-apiserver]\nimage: registry.k8s.io/kube-apiserver:{tag}"));
    assert_eq!(lines("api-server-insecure-port", &api_server("v1.19.16")).len(), 1);
    assert_eq!(lines("api-server-insecure-port", &api_server("v1.20.0")), [0; 0]);
    assert_eq!(lines("api-server-insecure-port", &api_server("latest")), [0; 0]);
}

#[test]
fn etcd_is_read_from_its_environment_too() {
    let text = pod(
        "image: quay.io/coreos/etcd:v3.6.5\nenv:\n- name: ETCD_CLIENT_CERT_AUTH\n  value: \"false\"\n- name: \
         ETCD_PEER_CLIENT_CERT_AUTH\n  value: \"true\"",
    );
    assert_eq!(lines("etcd-without-client-auth", &text), [FIRST + 3]);
    assert_eq!(lines("etcd-without-peer-auth", &text), [0; 0]);
    let text = text.replace("env:", "args: [-client-cert-auth]\nenv:".replace('\n', "\n      ").as_str());
    assert_eq!(lines("etcd-without-client-auth", &text), [0; 0], "the flag wins");
    let text = pod("image: quay.io/coreos/etcd:v3.6.5\nenvFrom:\n- configMapRef: {name: etcd}");
    assert_eq!(lines("etcd-without-client-auth", &text), [0; 0], "it may stand elsewhere");
}

#[test]
fn fixes_change_the_argument_itself_or_add_it() {
    let edit = |text: &str| {
        let finding = found("api-server-profiling", text).remove(0);
        let change = finding.fix.expect("a fix").edits.remove(0).change;
        (change.path.to_string(), change.operation)
    };
    let set = |value: &str| Operation::Set(value.into());
    let command = pod("command: [kube-apiserver, --profiling=true]");
    assert_eq!(edit(&command), ("spec.containers[0].command[1]".into(), set("--profiling=false")));
    let split = pod("command: [kube-apiserver]\nargs: [--profiling, \"true\"]");
    assert_eq!(edit(&split), ("spec.containers[0].args[1]".into(), set("false")));
    let absent = pod("command: [kube-apiserver]\nargs: [--v=2]");
    let append = Operation::Append("--profiling=false".into());
    assert_eq!(edit(&absent), ("spec.containers[0].args".into(), append));
    let map = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\n";
    assert_eq!(edit(map), ("apiServer.extraArgs.profiling".into(), set("false")));
    let list = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n";
    let append = Operation::Append(serde_json::json!({ "name": "profiling", "value": "false" }));
    assert_eq!(edit(list), ("apiServer.extraArgs".into(), append));
    let shell = pod("command: [sh, -c, kube-apiserver --profiling=true]");
    assert!(found("api-server-profiling", &shell)[0].fix.is_none(), "a shell line is for a person");
}

#[test]
fn weak_suites_are_those_without_forward_secrecy_or_authentication() {
    let suites = |suites: &str| {
        let text = pod(&format!("command: [kube-apiserver, \"--tls-cipher-suites={suites}\"]"));
        found("api-server-weak-tls", &text).first().map(|finding| finding.severity)
    };
    assert_eq!(suites("TLS_AES_128_GCM_SHA256,TLS_CHACHA20_POLY1305_SHA256"), None);
    assert_eq!(suites("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305"), None);
    assert_eq!(suites("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"), Some(Severity::Low));
    assert_eq!(suites("TLS_RSA_WITH_AES_256_GCM_SHA384"), Some(Severity::Low));
    assert_eq!(suites("TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_RC4_128_SHA"), Some(Severity::Medium));
}

#[test]
fn kops_is_read_by_the_words_of_the_flags() {
    let text = "\
apiVersion: kops.k8s.io/v1alpha2
kind: Cluster
metadata:
  name: shop.example.com
spec:
  kubernetesApiAccess:
    - 0.0.0.0/0
  kubeAPIServer:
    anonymousAuth: true
    auditLogPath: /var/log/audit.log
    auditLogMaxAge: 2
    enableAdmissionPlugins: [AlwaysAdmit, NodeRestriction]
  kubelet:
    readOnlyPort: 10255
";
    assert_eq!(lines("api-server-anonymous-access", text), [9]);
    assert_eq!(lines("audit-log-retention", text), [11]);
    assert_eq!(lines("api-server-always-admit", text), [12]);
    assert_eq!(lines("kubelet-read-only-port", text), [14]);
    assert_eq!(lines("public-cluster-endpoint", text), [7]);
    assert_eq!(lines("encryption-provider-missing", text), [0; 0], "kOps may set it by itself");
}

#[test]
fn other_tools_say_only_what_they_change() {
    let rancher = "\
apiVersion: provisioning.cattle.io/v1
kind: Cluster
metadata:
  name: shop
spec:
  kubernetesVersion: v1.34.2+rke2r1
  rkeConfig:
    machineGlobalConfig:
      kube-apiserver-arg:
        - anonymous-auth=false
        - tls-min-version=VersionTLS11
    machineSelectorConfig:
      - config:
          kubelet-arg: [read-only-port=10255]
";
    assert_eq!(lines("api-server-weak-tls", rancher), [11]);
    assert_eq!(lines("kubelet-read-only-port", rancher), [14]);
    let others = BTreeSet::from(["api-server-weak-tls", "kubelet-read-only-port"]);
    assert_eq!(rules(rancher), others);
    let eksctl = "\
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: shop, region: eu-central-1}
nodeGroups:
  - name: web
    kubeletExtraConfig:
      readOnlyPort: 10255
      featureGates: {RotateKubeletServerCertificate: false}
";
    assert_eq!(lines("kubelet-read-only-port", eksctl), [7]);
    assert_eq!(lines("kubelet-certificate-rotation", eksctl), [8]);
    assert_eq!(lines("kubelet-without-client-ca", eksctl), [0; 0]);
}

#[test]
fn the_first_rule_of_an_audit_policy_that_matches_decides() {
    let policy = |rules: &str| format!("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n{rules}");
    let secrets = "resources: [{group: \"\", resources: [secrets, configmaps, serviceaccounts/token]}, {group: authentication.k8s.io, resources: [tokenreviews]}]";
    let covered = policy(&format!("- {{level: Metadata, {secrets}}}\n- level: RequestResponse\n"));
    assert_eq!(lines("audit-policy-secret-bodies", &covered), [0; 0]);
    let some_users = policy(&format!("- {{level: None, users: [a], {secrets}}}\n- level: Request\n"));
    assert_eq!(lines("audit-policy-secret-bodies", &some_users), [5]);
    let reads = policy("- {level: Request, verbs: [get, list, watch, delete]}\n- level: Metadata\n");
    assert_eq!(lines("audit-policy-secret-bodies", &reads), [0; 0], "these requests have no body");
    let maps = policy(
        "- level: RequestResponse\n  resources: [{group: \"\", resources: [configmaps]}]\n- level: Metadata\n",
    );
    assert_eq!(found("audit-policy-secret-bodies", &maps)[0].severity, Severity::Low);
    let other_group = policy("- level: Request\n  resources: [{group: apps}]\n- level: Metadata\n");
    assert_eq!(lines("audit-policy-secret-bodies", &other_group), [0; 0]);

    let rule = "audit-policy-misses-credential-issuing";
    let partial = policy("- {level: None, userGroups: [system:nodes]}\n- level: Metadata\n");
    assert_eq!(lines(rule, &partial), [0; 0]);
    let everyone =
        policy("- {level: None, userGroups: [system:authenticated], verbs: [create]}\n- level: Metadata\n");
    assert_eq!(lines(rule, &everyone), [4]);
    let star =
        policy("- level: None\n  resources: [{group: \"\", resources: [\"*/token\"]}]\n- level: Metadata\n");
    assert_eq!(lines(rule, &star), [4]);
    let nothing = policy("- level: None\n");
    assert_eq!(rules(&nothing), BTreeSet::from(["audit-policy-catch-all-none"]), "one finding says it");
}

#[test]
fn support_ends_on_a_day() {
    let text =
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: stable-1.31\n";
    let check = sekisho_posture::check("unsupported-kubernetes-version").expect("a check");
    let on = |today: Option<i64>| {
        let settings = sekisho_posture::Settings { today, ..settings() };
        sekisho_posture::examine(&inventory(text), &[check], &settings)
    };
    let last_day = 20_403; // 2025-11-11
    assert!(on(None).is_empty(), "without a date nothing can be said");
    assert!(on(Some(last_day)).is_empty());
    let after = on(Some(last_day + 1));
    assert_eq!(after[0].message.to_string(), "Kubernetes 1.31 has had no fixes since 2025-11-11");
    assert_eq!(after[0].severity, Severity::Medium);
    assert_eq!(on(Some(last_day + 400))[0].severity, Severity::High);
}

#[test]
fn the_version_of_a_component_is_that_of_its_own_image() {
    let rule = "unsupported-component-version";
    let image = |image: &str| lines(rule, &pod(&format!("image: {image}\ncommand: [kube-proxy, --v=2]")));
    assert_eq!(image("registry.k8s.io/kube-proxy:v1.28.1"), [FIRST]);
    assert_eq!(image("registry.k8s.io:443/kube-proxy:v1.28.1-eks@sha256:0000"), [FIRST]);
    assert_eq!(image("registry.k8s.io/kube-proxy:v1.34.1"), [0; 0]);
    assert_eq!(image("registry.k8s.io/kube-proxy:v1.99.1"), [0; 0], "newer than this program");
    assert_eq!(image("registry.example.com/node-tools:1.2.0"), [0; 0], "counts in its own way");
    assert_eq!(image("registry.k8s.io/kube-proxy"), [0; 0]);
}

#[test]
fn a_console_is_known_by_its_image_behind_any_name() {
    let text = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: tools}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: docker.io/weaveworks/scope:1.13.2
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: tools}
spec:
  type: NodePort
  selector: {app: web}
---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: tools}
spec:
  type: NodePort
  selector: {app: other}
";
    assert_eq!(lines("exposed-dashboard", text), [16]);
    assert_eq!(found("exposed-dashboard", text)[0].severity, Severity::Critical);
    let internal = text.replace(
        "{name: web, namespace: tools}\nspec:\n  type: NodePort",
        "{name: web, namespace: tools, annotations: {networking.gke.io/load-balancer-type: Internal}}\nspec:\n  type: LoadBalancer",
    );
    assert_eq!(lines("exposed-dashboard", &internal), [0; 0]);
}

#[test]
fn cloud_keys_are_keys_of_a_cloud() {
    let container =
        |environment: &str| pod(&format!("image: registry.example.com/web:1.0.0\nenv:\n{environment}"));
    let literal = container(
        "- {name: AWS_ACCESS_KEY_ID, value: AKIAQYLPMN5HHHFPZAM2}\n- {name: AWS_SECRET_ACCESS_KEY, value: abcdefghijklmnopqrst}",
    );
    let all = found("static-cloud-keys", &literal);
    assert_eq!(all.len(), 1, "one finding a cloud");
    assert_eq!(all[0].severity, Severity::High);
    let secret = container("- {name: AZURE_CLIENT_SECRET, valueFrom: {secretKeyRef: {name: a, key: b}}}");
    assert_eq!(found("static-cloud-keys", &secret)[0].severity, Severity::Low);
    for harmless in [
        "- {name: AWS_REGION, value: eu-central-1}",
        "- {name: AWS_SECRET_ACCESS_KEY, value: \"\"}",
        "- {name: AWS_SECRET_ACCESS_KEY, value: $(SECRET)}",
        "- {name: AWS_SECRET_ACCESS_KEY, value: minioadmin}",
        "- {name: AWS_SECRET_ACCESS_KEY, value: abcdefghijkl}\n- {name: S3_ENDPOINT, value: http://minio:9000}",
        "- {name: GOOGLE_APPLICATION_CREDENTIALS, value: /var/run/secrets/federation.json}",
        "- {name: AWS_SECRET_ACCESS_KEY}",
    ] {
        assert_eq!(lines("static-cloud-keys", &container(harmless)), [0; 0], "{harmless}");
    }
}

#[test]
fn an_identity_in_the_cloud_counts_where_the_outside_reaches_the_pod() {
    let text = "\
apiVersion: v1
kind: ServiceAccount
metadata: {name: shop, annotations: {azure.workload.identity/client-id: 00000000-0000-0000-0000-000000000001}}
---
apiVersion: v1
kind: Pod
metadata: {name: shop, labels: {app: shop, azure.workload.identity/use: \"true\"}}
spec:
  serviceAccountName: shop
  containers: [{name: web, image: registry.example.com/web:1.0.0}]
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  defaultBackend: {service: {name: shop, port: {number: 80}}}
";
    let rule = "workload-identity-exposed";
    assert_eq!(lines(rule, text), [9]);
    let said = found(rule, text)[0].message.to_string();
    assert!(said.ends_with("through Ingress `shop`"), "{said}");
    assert_eq!(lines(rule, &text.replace(", azure.workload.identity/use: \"true\"", "")), [0; 0]);
    assert_eq!(lines(rule, &text.replace("kind: Ingress", "kind: IngressClass")), [0; 0]);
}

#[test]
fn variables_that_would_fill_the_memory_stay_unknown() {
    let arguments = "\"--etcd-servers=$(A)$(A)$(A)$(A)$(A)$(A)$(A)$(A)\",".repeat(500);
    let value = "a".repeat(300_000);
    let text = pod(&format!(
        "command: [kube-apiserver]\nargs: [{arguments} --profiling=true]\nenv: [{{name: A, value: {value}}}]"
    ));
    assert_eq!(lines("api-server-profiling", &text).len(), 1);
}
