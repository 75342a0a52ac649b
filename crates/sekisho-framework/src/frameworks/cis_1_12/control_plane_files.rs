//! Section 1.1: files of the control plane.

use super::{HOST, automated_1, manual_1};
use crate::control::Control;

pub(super) const SECTION_1_1: &[Control] = &[
    automated_1(
        "1.1.1",
        "API server Pod file has mode 600 or stricter",
        "Only its owner can read or write the static Pod file of the API server, so nobody else on the \
         host can change how it starts.",
        HOST,
    ),
    automated_1(
        "1.1.2",
        "API server Pod file belongs to root",
        "User and group `root` own the static Pod file of the API server.",
        HOST,
    ),
    automated_1(
        "1.1.3",
        "Controller manager Pod file has mode 600 or stricter",
        "Only its owner can read or write the static Pod file of the controller manager.",
        HOST,
    ),
    automated_1(
        "1.1.4",
        "Controller manager Pod file belongs to root",
        "User and group `root` own the static Pod file of the controller manager.",
        HOST,
    ),
    automated_1(
        "1.1.5",
        "Scheduler Pod file has mode 600 or stricter",
        "Only its owner can read or write the static Pod file of the scheduler.",
        HOST,
    ),
    automated_1(
        "1.1.6",
        "Scheduler Pod file belongs to root",
        "User and group `root` own the static Pod file of the scheduler.",
        HOST,
    ),
    automated_1(
        "1.1.7",
        "etcd Pod file has mode 600 or stricter",
        "Only its owner can read or write the static Pod file of etcd.",
        HOST,
    ),
    automated_1(
        "1.1.8",
        "etcd Pod file belongs to root",
        "User and group `root` own the static Pod file of etcd.",
        HOST,
    ),
    manual_1(
        "1.1.9",
        "CNI files have mode 600 or stricter",
        "Only their owner can read or write the files that configure the network plugin.",
        HOST,
    ),
    manual_1(
        "1.1.10",
        "CNI files belong to root",
        "User and group `root` own the files that configure the network plugin.",
        HOST,
    ),
    automated_1(
        "1.1.11",
        "etcd data directory has mode 700 or stricter",
        "Nobody but the owner can list or enter the directory in which etcd keeps the state of the \
         cluster.",
        HOST,
    ),
    automated_1(
        "1.1.12",
        "etcd data directory belongs to etcd",
        "User and group `etcd` own the directory in which etcd keeps the state of the cluster.",
        HOST,
    ),
    automated_1(
        "1.1.13",
        "Administrator kubeconfig files have mode 600",
        "Only the owner can read `admin.conf` and `super-admin.conf`, which hold full rights over the \
         cluster.",
        HOST,
    ),
    automated_1(
        "1.1.14",
        "Administrator kubeconfig files belong to root",
        "User and group `root` own `admin.conf` and `super-admin.conf`.",
        HOST,
    ),
    automated_1(
        "1.1.15",
        "Scheduler kubeconfig has mode 600 or stricter",
        "Only the owner can read or write `scheduler.conf`, the scheduler's credential for the API \
         server.",
        HOST,
    ),
    automated_1(
        "1.1.16",
        "Scheduler kubeconfig belongs to root",
        "User and group `root` own `scheduler.conf`.",
        HOST,
    ),
    automated_1(
        "1.1.17",
        "Controller manager kubeconfig has mode 600 or stricter",
        "Only the owner can read or write `controller-manager.conf`, the controller manager's \
         credential for the API server.",
        HOST,
    ),
    automated_1(
        "1.1.18",
        "Controller manager kubeconfig belongs to root",
        "User and group `root` own `controller-manager.conf`.",
        HOST,
    ),
    automated_1(
        "1.1.19",
        "PKI directory and its files belong to root",
        "User and group `root` own the directory of the cluster's keys and certificates, and \
         everything in it.",
        HOST,
    ),
    manual_1(
        "1.1.20",
        "PKI certificates have mode 644 or stricter",
        "Nobody but the owner can write the certificate files of the cluster.",
        HOST,
    ),
    manual_1(
        "1.1.21",
        "PKI private keys have mode 600",
        "Nobody but the owner can read the private keys of the cluster.",
        HOST,
    ),
];
