//! The techniques of Microsoft's threat matrix for Kubernetes, each under the first of its tactics.

use crate::control::Evidence::{Cloud, Cluster, Image, Manifest, Manual, Node, Registry, RuntimeEvents};
use crate::control::Tactic::{
    Collection, CredentialAccess, DefenseEvasion, Discovery, Execution, Impact, InitialAccess,
    LateralMovement, Persistence, PrivilegeEscalation,
};
use crate::control::{Control, Framework, Section};

pub(super) static FRAMEWORK: Framework = Framework {
    id: "microsoft-threat-matrix",
    name: "Threat Matrix for Kubernetes",
    version: "3",
    publisher: "Microsoft",
    url: "https://microsoft.github.io/Threat-Matrix-for-Kubernetes/",
    sections: &[
        Section { id: "initial-access", title: "Initial access", controls: INITIAL_ACCESS },
        Section { id: "execution", title: "Execution", controls: EXECUTION },
        Section { id: "persistence", title: "Persistence", controls: PERSISTENCE },
        Section { id: "privilege-escalation", title: "Privilege escalation", controls: PRIVILEGE_ESCALATION },
        Section { id: "defense-evasion", title: "Defense evasion", controls: DEFENSE_EVASION },
        Section { id: "credential-access", title: "Credential access", controls: CREDENTIAL_ACCESS },
        Section { id: "discovery", title: "Discovery", controls: DISCOVERY },
        Section { id: "lateral-movement", title: "Lateral movement", controls: LATERAL_MOVEMENT },
        Section { id: "collection", title: "Collection", controls: COLLECTION },
        Section { id: "impact", title: "Impact", controls: IMPACT },
    ],
};

const INITIAL_ACCESS: &[Control] = &[
    Control::new(
        "MS-TA9001",
        "Using cloud credentials",
        "Credentials of the cloud account under a managed cluster open the cluster with it.",
        &[&[Cloud], &[RuntimeEvents]],
    )
    .technique(&[InitialAccess]),
    Control::new(
        "MS-TA9002",
        "Compromised image in registry",
        "An image in a registry that the cluster trusts was tampered with.",
        &[&[Manifest], &[Image], &[Registry]],
    )
    .technique(&[InitialAccess]),
    Control::new(
        "MS-TA9003",
        "Kubeconfig file",
        "A kubeconfig file, found on a workstation or in a repository, gives the rights of its owner.",
        &[&[Manifest], &[Manual]],
    )
    .technique(&[InitialAccess]),
    Control::new(
        "MS-TA9004",
        "Application vulnerability",
        "A flaw of an exposed application gives the first foothold in a container.",
        &[&[Image], &[Cluster], &[RuntimeEvents]],
    )
    .technique(&[InitialAccess]),
    Control::new(
        "MS-TA9005",
        "Exposed sensitive interfaces",
        "Dashboards and administrative interfaces without authentication face the internet.",
        &[&[Cluster], &[Cloud]],
    )
    .technique(&[InitialAccess, Discovery]),
];

const EXECUTION: &[Control] = &[
    Control::new(
        "MS-TA9006",
        "Exec into container",
        "Someone with the right to `exec` runs commands in containers.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Execution]),
    Control::new(
        "MS-TA9007",
        "Bash or cmd inside container",
        "A shell in the image runs the attacker's scripts.",
        &[&[Image], &[RuntimeEvents]],
    )
    .technique(&[Execution]),
    Control::new(
        "MS-TA9008",
        "New container",
        "Someone with the right to create workloads runs a container of their own.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Execution]),
    Control::new(
        "MS-TA9009",
        "Application exploit (RCE)",
        "A flaw of the application lets its attacker execute code.",
        &[&[Image], &[RuntimeEvents]],
    )
    .technique(&[Execution]),
    Control::new(
        "MS-TA9010",
        "SSH server running inside container",
        "An SSH server in a container takes guessed or stolen credentials.",
        &[&[Manifest], &[Image], &[RuntimeEvents]],
    )
    .technique(&[Execution]),
    Control::new(
        "MS-TA9011",
        "Sidecar injection",
        "A container is added to a Pod that is trusted.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Execution]),
];

const PERSISTENCE: &[Control] = &[
    Control::new(
        "MS-TA9012",
        "Backdoor container",
        "A controller such as a DaemonSet keeps the attacker's container running.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Persistence]),
    Control::new(
        "MS-TA9013",
        "Writable hostPath mount",
        "A writable directory of the node lets a container leave something behind on the host.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[Persistence, PrivilegeEscalation, LateralMovement]),
    Control::new(
        "MS-TA9014",
        "Kubernetes CronJob",
        "A CronJob brings the attacker's code back at set times.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Persistence]),
    Control::new(
        "MS-TA9015",
        "Malicious admission controller",
        "A webhook of the attacker's reads and changes what is admitted.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Persistence, CredentialAccess]),
    Control::new(
        "MS-TA9016",
        "Container service account",
        "The token mounted into a Pod speaks to the API server with the rights of its account.",
        &[&[Manifest], &[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Persistence, CredentialAccess, LateralMovement]),
    Control::new(
        "MS-TA9017",
        "Static pods",
        "A manifest in the kubelet's directory starts a Pod that the API server cannot remove.",
        &[&[Node], &[RuntimeEvents]],
    )
    .technique(&[Persistence]),
];

const PRIVILEGE_ESCALATION: &[Control] = &[
    Control::new(
        "MS-TA9018",
        "Privileged container",
        "A privileged container owns its node.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[PrivilegeEscalation]),
    Control::new(
        "MS-TA9019",
        "Cluster-admin binding",
        "Who may create bindings gives themselves `cluster-admin`.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[PrivilegeEscalation]),
    Control::new(
        "MS-TA9020",
        "Access cloud resources",
        "The node's or Pod's cloud identity reaches resources outside the cluster.",
        &[&[Cluster], &[Cloud]],
    )
    .technique(&[PrivilegeEscalation, LateralMovement]),
];

const DEFENSE_EVASION: &[Control] = &[
    Control::new(
        "MS-TA9021",
        "Clear container logs",
        "Logs of a container are deleted on its node.",
        &[&[RuntimeEvents], &[Manual]],
    )
    .technique(&[DefenseEvasion]),
    Control::new(
        "MS-TA9022",
        "Delete Kubernetes events",
        "Events that show what happened are deleted.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[DefenseEvasion]),
    Control::new(
        "MS-TA9023",
        "Pod or container name similarity",
        "A malicious Pod bears a name like those that controllers give.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[DefenseEvasion]),
    Control::new(
        "MS-TA9024",
        "Connect from proxy server",
        "The API server is reached through relays that hide the origin.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[DefenseEvasion]),
];

const CREDENTIAL_ACCESS: &[Control] = &[
    Control::new(
        "MS-TA9025",
        "List Kubernetes secrets",
        "Who may read Secrets takes the credentials in them.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[CredentialAccess]),
    Control::new(
        "MS-TA9026",
        "Mount service principal",
        "The cloud credential file of a node is read through a mount of the host.",
        &[&[Node], &[Cloud]],
    )
    .technique(&[CredentialAccess]),
    Control::new(
        "MS-TA9027",
        "Application credentials in configuration files",
        "Credentials of applications stand in manifests, ConfigMaps or environment variables.",
        &[&[Manifest], &[Image]],
    )
    .technique(&[CredentialAccess, LateralMovement]),
    Control::new(
        "MS-TA9028",
        "Access managed identity credentials",
        "A Pod takes the token of the node's managed identity from the metadata service.",
        &[&[Cluster], &[Cloud]],
    )
    .technique(&[CredentialAccess]),
];

const DISCOVERY: &[Control] = &[
    Control::new(
        "MS-TA9029",
        "Access Kubernetes API server",
        "The API server is asked what the cluster contains.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Discovery]),
    Control::new(
        "MS-TA9030",
        "Access Kubelet API",
        "A kubelet that demands no authentication tells what runs on its node.",
        &[&[Node], &[RuntimeEvents]],
    )
    .technique(&[Discovery]),
    Control::new(
        "MS-TA9031",
        "Network mapping",
        "The cluster's network is scanned from a Pod.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Discovery]),
    Control::new(
        "MS-TA9033",
        "Instance Metadata API",
        "The metadata service tells a Pod about its node and account.",
        &[&[Cluster], &[Cloud]],
    )
    .technique(&[Discovery]),
];

const LATERAL_MOVEMENT: &[Control] = &[
    Control::new(
        "MS-TA9034",
        "Cluster internal networking",
        "A Pod reaches every other Pod where no policy stops it.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[LateralMovement]),
    Control::new(
        "MS-TA9035",
        "CoreDNS poisoning",
        "Whoever changes the configuration of CoreDNS sends the names of the cluster elsewhere.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[LateralMovement]),
    Control::new(
        "MS-TA9036",
        "ARP poisoning and IP spoofing",
        "A container with `NET_RAW` forges addresses and draws the traffic of its neighbours.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[LateralMovement]),
];

const COLLECTION: &[Control] = &[
    Control::new(
        "MS-TA9037",
        "Images from a private registry",
        "The cluster's pull credentials fetch the organization's own images.",
        &[&[Registry], &[Cloud]],
    )
    .technique(&[Collection]),
    Control::new(
        "MS-TA9041",
        "Collecting data from pod",
        "Files of containers and volumes are copied out, by `kubectl cp` for example.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Collection]),
];

const IMPACT: &[Control] = &[
    Control::new(
        "MS-TA9038",
        "Data destruction",
        "Deployments, configuration, storage or nodes are deleted.",
        &[&[Cluster], &[RuntimeEvents], &[Manual]],
    )
    .technique(&[Impact]),
    Control::new(
        "MS-TA9039",
        "Resource hijacking",
        "Computing power is used for the attacker's ends, such as mining.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[Impact]),
    Control::new(
        "MS-TA9040",
        "Denial of service",
        "A container, a node or the API server is made unavailable.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[Impact]),
];
