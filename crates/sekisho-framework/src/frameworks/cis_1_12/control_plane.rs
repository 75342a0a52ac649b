//! Sections 1.3 to 3: the other components of the control plane, etcd, and the settings that all share.

use super::{
    COMPONENT, HOST, JUDGED_COMPONENT, JUDGED_HOST, JUDGED_OBJECTS, automated_1, manual_1, manual_2,
};
use crate::control::Control;

pub(super) const SECTION_1_3: &[Control] = &[
    manual_1(
        "1.3.1",
        "Ended Pods are collected in time",
        "`--terminated-pod-gc-threshold` fits the cluster, so the remains of ended Pods cannot exhaust \
         etcd.",
        JUDGED_COMPONENT,
    ),
    automated_1(
        "1.3.2",
        "Controller manager offers no profiling",
        "`--profiling=false`; profiles tell about the inner state of the process.",
        COMPONENT,
    ),
    automated_1(
        "1.3.3",
        "Each controller acts with its own account",
        "`--use-service-account-credentials=true`, so every controller holds only the rights it needs.",
        COMPONENT,
    ),
    automated_1(
        "1.3.4",
        "Controller manager signs tokens with a key of their own",
        "`--service-account-private-key-file` is set to the key that signs service account tokens.",
        COMPONENT,
    ),
    automated_1(
        "1.3.5",
        "Pods can verify the API server",
        "`--root-ca-file` is set, so every service account carries the authority with which Pods \
         verify the API server.",
        COMPONENT,
    ),
    automated_1(
        "1.3.6",
        "Kubelet serving certificates rotate",
        "Feature `RotateKubeletServerCertificate` is not switched off in the controller manager.",
        COMPONENT,
    ),
    automated_1(
        "1.3.7",
        "Controller manager listens on loopback only",
        "`--bind-address=127.0.0.1`, so its metrics and health are not open to the network.",
        COMPONENT,
    ),
];

pub(super) const SECTION_1_4: &[Control] = &[
    automated_1(
        "1.4.1",
        "Scheduler offers no profiling",
        "`--profiling=false`; profiles tell about the inner state of the process.",
        COMPONENT,
    ),
    automated_1(
        "1.4.2",
        "Scheduler listens on loopback only",
        "`--bind-address=127.0.0.1`, so its metrics and health are not open to the network.",
        COMPONENT,
    ),
];

pub(super) const SECTION_2: &[Control] = &[
    automated_1("2.1", "etcd serves clients over TLS", "`--cert-file` and `--key-file` are set.", COMPONENT),
    automated_1(
        "2.2",
        "etcd demands client certificates",
        "`--client-cert-auth=true`, so only known clients read and write the state of the cluster.",
        COMPONENT,
    ),
    automated_1(
        "2.3",
        "etcd does not sign its own client-facing certificate",
        "`--auto-tls` is not true: a self-signed certificate cannot be verified by clients.",
        COMPONENT,
    ),
    automated_1(
        "2.4",
        "etcd members talk over TLS",
        "`--peer-cert-file` and `--peer-key-file` are set.",
        COMPONENT,
    ),
    automated_1(
        "2.5",
        "etcd members demand certificates of each other",
        "`--peer-client-cert-auth=true`, so nothing else joins the etcd cluster.",
        COMPONENT,
    ),
    automated_1(
        "2.6",
        "etcd does not sign its own peer certificate",
        "`--peer-auto-tls` is not true: members could not verify each other.",
        COMPONENT,
    ),
    manual_2(
        "2.7",
        "etcd trusts a certificate authority of its own",
        "The authority that etcd accepts signs nothing else; otherwise every client certificate of the \
         cluster opens etcd.",
        HOST,
    ),
];

pub(super) const SECTION_3_1: &[Control] = &[
    manual_1(
        "3.1.1",
        "People do not use client certificates",
        "A client certificate cannot be withdrawn before it expires; people log in by OIDC or a \
         similar method.",
        JUDGED_COMPONENT,
    ),
    manual_1(
        "3.1.2",
        "People do not use service account tokens",
        "Service accounts are for workloads; people have accounts of their own that name them.",
        JUDGED_OBJECTS,
    ),
    manual_1(
        "3.1.3",
        "People do not use bootstrap tokens",
        "Bootstrap tokens serve to join nodes and nothing else.",
        JUDGED_COMPONENT,
    ),
];

pub(super) const SECTION_3_2: &[Control] = &[
    manual_1(
        "3.2.1",
        "An audit policy exists",
        "`--audit-policy-file` names a policy; without one nothing is recorded.",
        COMPONENT,
    ),
    manual_2(
        "3.2.2",
        "Audit policy covers what matters",
        "Access to Secrets, changes of Pods, use of `exec` and the like are recorded, without writing \
         the content of Secrets to the log.",
        JUDGED_HOST,
    ),
];
