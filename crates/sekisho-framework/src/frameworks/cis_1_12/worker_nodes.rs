//! Section 4: worker nodes.

use super::{COMPONENT, HOST, automated_1, manual_1, manual_2};
use crate::control::Control;

pub(super) const SECTION_4_1: &[Control] = &[
    automated_1(
        "4.1.1",
        "Kubelet service file has mode 600 or stricter",
        "Only the owner can read or write the unit file that starts the kubelet.",
        HOST,
    ),
    automated_1(
        "4.1.2",
        "Kubelet service file belongs to root",
        "User and group `root` own the unit file that starts the kubelet.",
        HOST,
    ),
    manual_1(
        "4.1.3",
        "kube-proxy kubeconfig has mode 600 or stricter",
        "Where kube-proxy reads a kubeconfig file, only the owner can read or write it.",
        HOST,
    ),
    manual_1(
        "4.1.4",
        "kube-proxy kubeconfig belongs to root",
        "Where kube-proxy reads a kubeconfig file, user and group `root` own it.",
        HOST,
    ),
    automated_1(
        "4.1.5",
        "Kubelet kubeconfig has mode 600 or stricter",
        "Only the owner can read or write the node's credential for the API server.",
        HOST,
    ),
    automated_1(
        "4.1.6",
        "Kubelet kubeconfig belongs to root",
        "User and group `root` own the node's credential for the API server.",
        HOST,
    ),
    manual_1(
        "4.1.7",
        "Client CA file has mode 644 or stricter",
        "Nobody but the owner can write the file of the authorities whose clients the kubelet accepts.",
        HOST,
    ),
    manual_1(
        "4.1.8",
        "Client CA file belongs to root",
        "User and group `root` own the file of the authorities whose clients the kubelet accepts.",
        HOST,
    ),
    automated_1(
        "4.1.9",
        "Kubelet configuration has mode 600 or stricter",
        "Only the owner can read or write the kubelet's configuration file.",
        HOST,
    ),
    automated_1(
        "4.1.10",
        "Kubelet configuration belongs to root",
        "User and group `root` own the kubelet's configuration file.",
        HOST,
    ),
];

pub(super) const SECTION_4_2: &[Control] = &[
    automated_1(
        "4.2.1",
        "Kubelet refuses anonymous requests",
        "`authentication.anonymous.enabled` is false.",
        COMPONENT,
    ),
    automated_1(
        "4.2.2",
        "Kubelet does not allow every request",
        "`authorization.mode` is not `AlwaysAllow`; `Webhook` asks the API server.",
        COMPONENT,
    ),
    automated_1(
        "4.2.3",
        "Kubelet verifies client certificates",
        "`authentication.x509.clientCAFile` names the authority whose clients are accepted.",
        COMPONENT,
    ),
    manual_1(
        "4.2.4",
        "Kubelet's read-only port is closed",
        "`readOnlyPort` is 0 or unset; the port answers without authentication.",
        COMPONENT,
    ),
    manual_1(
        "4.2.5",
        "Idle streams to the kubelet end",
        "`streamingConnectionIdleTimeout` is not 0, so forgotten `exec` and port-forward sessions are \
         closed.",
        COMPONENT,
    ),
    automated_1(
        "4.2.6",
        "Kubelet manages its iptables chains",
        "`makeIPTablesUtilChains` is true, so rules on the node agree with the cluster's network.",
        COMPONENT,
    ),
    manual_1(
        "4.2.7",
        "Node name is not overridden",
        "`--hostname-override` is unset, or the cloud provider needs it: another name breaks the tie \
         between node, certificate and log.",
        HOST,
    ),
    manual_2(
        "4.2.8",
        "Kubelet does not drop events",
        "`eventRecordQPS` is high enough, or 0 for no limit, that security events are not lost.",
        COMPONENT,
    ),
    manual_1(
        "4.2.9",
        "Kubelet serves with a certificate",
        "`tlsCertFile` and `tlsPrivateKeyFile` are set, or serving certificates come from the cluster \
         by rotation.",
        COMPONENT,
    ),
    automated_1(
        "4.2.10",
        "Kubelet's client certificate rotates",
        "`rotateCertificates` is not false.",
        COMPONENT,
    ),
    manual_1(
        "4.2.11",
        "Kubelet's serving certificate rotates",
        "Feature `RotateKubeletServerCertificate` or `serverTLSBootstrap` is on in the kubelet.",
        COMPONENT,
    ),
    manual_1(
        "4.2.12",
        "Kubelet accepts strong ciphers only",
        "`tlsCipherSuites` lists no suite that is broken or lacks forward secrecy.",
        COMPONENT,
    ),
    manual_1(
        "4.2.13",
        "Pods have a limit of processes",
        "`podPidsLimit` is set, so one Pod cannot exhaust the process ids of its node.",
        COMPONENT,
    ),
    manual_1(
        "4.2.14",
        "Containers get a seccomp profile by default",
        "`seccompDefault` is true, so a container that says nothing runs with the runtime's profile.",
        COMPONENT,
    ),
];

pub(super) const SECTION_4_3: &[Control] = &[automated_1(
    "4.3.1",
    "kube-proxy shows metrics on loopback only",
    "`metricsBindAddress` is an address of the loopback interface.",
    COMPONENT,
)];
