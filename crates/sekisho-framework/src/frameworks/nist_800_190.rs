//! The countermeasures of NIST SP 800-190, sections 4.1 to 4.5.

use crate::control::Evidence::{Cluster, Image, Manifest, Manual, Node, Registry, RuntimeEvents};
use crate::control::{Control, Framework, Section};

pub(super) static FRAMEWORK: Framework = Framework {
    id: "nist-800-190",
    name: "SP 800-190, Application Container Security Guide",
    version: "2017",
    publisher: "National Institute of Standards and Technology",
    url: "https://doi.org/10.6028/NIST.SP.800-190",
    sections: &[
        Section { id: "4.1", title: "Images", controls: SECTION_4_1 },
        Section { id: "4.2", title: "Registries", controls: SECTION_4_2 },
        Section { id: "4.3", title: "Orchestrator", controls: SECTION_4_3 },
        Section { id: "4.4", title: "Containers", controls: SECTION_4_4 },
        Section { id: "4.5", title: "Hosts", controls: SECTION_4_5 },
    ],
};

const SECTION_4_1: &[Control] = &[
    Control::new(
        "4.1.1",
        "Vulnerabilities of images are managed",
        "Images are scanned layer by layer through their whole life, and those above the limit are \
         stopped.",
        &[&[Image], &[Registry]],
    ),
    Control::new(
        "4.1.2",
        "Images are configured well",
        "Images run as an ordinary user, come from a small trusted base, start no remote shell, and \
         are held to a policy.",
        &[&[Manifest], &[Image]],
    ),
    Control::new(
        "4.1.3",
        "Images hold no malware",
        "Images are watched for malicious files and behaviour.",
        &[&[Image]],
    ),
    Control::new(
        "4.1.4",
        "Images and manifests hold no secrets in the clear",
        "Credentials are kept outside the image and given to the container when it runs.",
        &[&[Manifest], &[Image]],
    ),
    Control::new(
        "4.1.5",
        "Only trusted images run",
        "Images come from a controlled set of sources, are named by digest or signature, and others \
         are refused.",
        &[&[Manifest], &[Registry]],
    ),
];

const SECTION_4_2: &[Control] = &[
    Control::new(
        "4.2.1",
        "Registries are reached over encrypted channels",
        "Pushes and pulls use authenticated TLS.",
        &[&[Manifest], &[Registry]],
    ),
    Control::new(
        "4.2.2",
        "Stale images are gone",
        "Old images are pruned, and workloads name immutable versions instead of `latest`.",
        &[&[Manifest], &[Registry]],
    ),
    Control::new(
        "4.2.3",
        "Registries authenticate and authorize",
        "Writing, and reading of what is not public, needs an identity, is logged, and follows a scan.",
        &[&[Registry], &[Manual]],
    ),
];

const SECTION_4_3: &[Control] = &[
    Control::new(
        "4.3.1",
        "Administrative access has bounds",
        "Users of the orchestrator get the rights of their role only, over their workloads only.",
        &[&[Cluster]],
    ),
    Control::new(
        "4.3.2",
        "Access to the orchestrator is guarded",
        "Accounts with wide rights use strong authentication and single sign-on; stored data is \
         encrypted.",
        &[&[Cluster, Node], &[Manual]],
    ),
    Control::new(
        "4.3.3",
        "Traffic between containers is separated",
        "Networks of different sensitivity are divided, with few well-defined ways between them.",
        &[&[Cluster]],
    ),
    Control::new(
        "4.3.4",
        "Workloads of different sensitivity do not share nodes",
        "Scheduling rules or separate clusters keep sensitive workloads apart from others.",
        &[&[Cluster], &[Manual]],
    ),
    Control::new(
        "4.3.5",
        "The orchestrator trusts nodes with reason",
        "Nodes join securely, have an identity of their own, talk over authenticated channels, and one \
         lost node does not endanger the rest.",
        &[&[Node]],
    ),
];

const SECTION_4_4: &[Control] = &[
    Control::new(
        "4.4.1",
        "The container runtime is patched",
        "Runtimes are watched for vulnerabilities and updated quickly.",
        &[&[Node]],
    ),
    Control::new(
        "4.4.2",
        "Outgoing traffic of containers has bounds",
        "Containers reach only the networks they need, and unusual traffic is noticed.",
        &[&[Cluster]],
    ),
    Control::new(
        "4.4.3",
        "Containers run with secure settings",
        "Containers keep within seccomp, AppArmor or SELinux, few capabilities and no host access.",
        &[&[Manifest]],
    ),
    Control::new(
        "4.4.4",
        "Broken applications are contained",
        "Read-only file systems and behaviour profiles limit what a compromised application can do, \
         and show it.",
        &[&[Manifest], &[RuntimeEvents]],
    ),
    Control::new(
        "4.4.5",
        "No unapproved containers run",
        "Environments for development, test and production are separate; who starts a container is \
         known, and only approved ones start in production.",
        &[&[Cluster], &[RuntimeEvents]],
    ),
];

const SECTION_4_5: &[Control] = &[
    Control::new(
        "4.5.1",
        "The host is small",
        "Nodes run an operating system made for containers, or one reduced to what is needed.",
        &[&[Node]],
    ),
    Control::new(
        "4.5.2",
        "Hosts run containers only",
        "Containerized and other workloads do not share a kernel.",
        &[&[Node], &[Manual]],
    ),
    Control::new(
        "4.5.3",
        "The host is patched",
        "Kernel and system components are kept current, with tools that know the host.",
        &[&[Node]],
    ),
    Control::new(
        "4.5.4",
        "Few people log in to hosts",
        "Work goes through the orchestrator; direct logins are rare, authenticated and recorded.",
        &[&[Node], &[Manual]],
    ),
    Control::new(
        "4.5.5",
        "Containers cannot change the host's files",
        "Containers mount few host directories, none of them sensitive, and read-only where possible.",
        &[&[Manifest], &[Node]],
    ),
];
