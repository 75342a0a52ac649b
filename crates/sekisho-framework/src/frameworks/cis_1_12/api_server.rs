//! Section 1.2: the API server.

use super::{COMPONENT, HOST, JUDGED_COMPONENT, automated_1, automated_2, manual_1};
use crate::control::Control;

pub(super) const SECTION_1_2: &[Control] = &[
    manual_1(
        "1.2.1",
        "API server refuses anonymous requests",
        "`--anonymous-auth=false`, or an authentication configuration that limits anonymous access, so \
         a request without an identity is not served.",
        COMPONENT,
    ),
    automated_1(
        "1.2.2",
        "API server uses no static token file",
        "`--token-auth-file` is absent: tokens in such a file never expire and cannot be withdrawn \
         without a restart.",
        COMPONENT,
    ),
    manual_1(
        "1.2.3",
        "Services cannot claim external IP addresses",
        "Admission plugin `DenyServiceExternalIPs` is on, so no user can draw traffic of an address to \
         a Service through `externalIPs`.",
        COMPONENT,
    ),
    automated_1(
        "1.2.4",
        "API server identifies itself to kubelets",
        "`--kubelet-client-certificate` and `--kubelet-client-key` are set, so kubelets can tell the \
         API server from others.",
        COMPONENT,
    ),
    automated_1(
        "1.2.5",
        "API server verifies kubelet certificates",
        "`--kubelet-certificate-authority` is set, so nobody between the API server and a node can \
         pose as its kubelet.",
        COMPONENT,
    ),
    automated_1(
        "1.2.6",
        "API server does not allow every request",
        "`--authorization-mode` does not contain `AlwaysAllow`.",
        COMPONENT,
    ),
    automated_1(
        "1.2.7",
        "API server authorizes nodes by the Node authorizer",
        "`--authorization-mode` contains `Node`, so a kubelet reads only what belongs to the Pods of \
         its node.",
        COMPONENT,
    ),
    automated_1(
        "1.2.8",
        "API server authorizes by RBAC",
        "`--authorization-mode` contains `RBAC`.",
        COMPONENT,
    ),
    manual_1(
        "1.2.9",
        "Events are rate-limited",
        "Admission plugin `EventRateLimit` is on with limits that fit the cluster, so a flood of \
         events cannot exhaust the API server.",
        COMPONENT,
    ),
    automated_1(
        "1.2.10",
        "Admission plugin AlwaysAdmit is off",
        "`AlwaysAdmit` is not among the enabled plugins; it lets every request through.",
        COMPONENT,
    ),
    manual_1(
        "1.2.11",
        "Images are pulled with the credentials of their Pod",
        "Admission plugin `AlwaysPullImages` is on, so a Pod cannot use an image of the node's cache \
         that it has no right to pull.",
        COMPONENT,
    ),
    automated_2(
        "1.2.12",
        "Admission plugin ServiceAccount is on",
        "`ServiceAccount` is not among the disabled plugins, so every Pod gets an account and its \
         token rules.",
        COMPONENT,
    ),
    automated_2(
        "1.2.13",
        "Admission plugin NamespaceLifecycle is on",
        "`NamespaceLifecycle` is not among the disabled plugins, so nothing is created in a namespace \
         that ends or does not exist.",
        COMPONENT,
    ),
    automated_2(
        "1.2.14",
        "Admission plugin NodeRestriction is on",
        "`NodeRestriction` is enabled, so a kubelet can change only its own Node and the Pods bound to \
         it.",
        COMPONENT,
    ),
    automated_1(
        "1.2.15",
        "API server offers no profiling",
        "`--profiling=false`; profiles tell about the inner state of the process.",
        COMPONENT,
    ),
    automated_1(
        "1.2.16",
        "API server writes an audit log",
        "`--audit-log-path` names the file to which requests are recorded.",
        COMPONENT,
    ),
    automated_1(
        "1.2.17",
        "Audit logs are kept 30 days or longer",
        "`--audit-log-maxage` is 30 or what the organization demands.",
        COMPONENT,
    ),
    automated_1(
        "1.2.18",
        "Ten or more rotated audit logs are kept",
        "`--audit-log-maxbackup` is 10 or what the organization demands.",
        COMPONENT,
    ),
    automated_1(
        "1.2.19",
        "Audit logs rotate at 100 MB",
        "`--audit-log-maxsize` is 100 or what the organization demands, so the log neither fills the \
         disk nor loses records too early.",
        COMPONENT,
    ),
    manual_1(
        "1.2.20",
        "Request timeout fits the cluster",
        "`--request-timeout` is the default, or a value chosen with reason: too long a timeout lets \
         slow requests exhaust the API server.",
        JUDGED_COMPONENT,
    ),
    automated_1(
        "1.2.21",
        "Tokens of deleted service accounts are refused",
        "`--service-account-lookup` is not false, so a token dies with its service account.",
        COMPONENT,
    ),
    automated_1(
        "1.2.22",
        "Service account tokens have a key of their own",
        "`--service-account-key-file` names the public key that verifies tokens, so the key can be \
         rotated apart from TLS keys.",
        COMPONENT,
    ),
    automated_1(
        "1.2.23",
        "API server identifies itself to etcd",
        "`--etcd-certfile` and `--etcd-keyfile` are set, so etcd can refuse other clients.",
        COMPONENT,
    ),
    automated_1(
        "1.2.24",
        "API server serves with its own certificate",
        "`--tls-cert-file` and `--tls-private-key-file` are set, so clients can verify whom they talk \
         to.",
        COMPONENT,
    ),
    automated_1(
        "1.2.25",
        "API server verifies client certificates",
        "`--client-ca-file` names the authority whose client certificates are accepted.",
        COMPONENT,
    ),
    automated_1(
        "1.2.26",
        "API server verifies etcd's certificate",
        "`--etcd-cafile` is set, so nobody can pose as etcd.",
        COMPONENT,
    ),
    manual_1(
        "1.2.27",
        "Encryption at rest is configured",
        "`--encryption-provider-config` names a configuration, so Secrets are not stored in the clear \
         in etcd.",
        COMPONENT,
    ),
    manual_1(
        "1.2.28",
        "Encryption at rest uses a strong provider",
        "The first provider for Secrets is `kms`, `aescbc` or `secretbox`, not `identity`.",
        HOST,
    ),
    manual_1(
        "1.2.29",
        "API server accepts strong ciphers only",
        "`--tls-cipher-suites` lists no suite that is broken or lacks forward secrecy.",
        COMPONENT,
    ),
    automated_1(
        "1.2.30",
        "Service account tokens keep their short life",
        "`--service-account-extend-token-expiration=false`, so tokens mounted into Pods are not \
         stretched to a year.",
        COMPONENT,
    ),
];
