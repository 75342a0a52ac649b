//! The techniques of the ATT&CK matrix for containers, each under the first of its tactics in the order of the
//! matrix, and those of other platforms that a weakness of a cluster opens. Names of techniques are MITRE's.

use crate::control::Evidence::{Cloud, Cluster, Image, Manifest, Manual, Node, Registry, RuntimeEvents};
use crate::control::Tactic::{
    Collection, CommandAndControl, CredentialAccess, DefenseImpairment, Discovery, Execution, Exfiltration,
    Impact, InitialAccess, LateralMovement, Persistence, PrivilegeEscalation, Stealth,
};
use crate::control::{Control, Framework, Section};

pub(super) static FRAMEWORK: Framework = Framework {
    id: "attack",
    name: "ATT&CK for Containers",
    version: "19",
    publisher: "The MITRE Corporation",
    url: "https://attack.mitre.org/matrices/enterprise/containers/",
    sections: &[
        Section { id: "initial-access", title: "Initial access", controls: INITIAL_ACCESS },
        Section { id: "execution", title: "Execution", controls: EXECUTION },
        Section { id: "persistence", title: "Persistence", controls: PERSISTENCE },
        Section { id: "privilege-escalation", title: "Privilege escalation", controls: PRIVILEGE_ESCALATION },
        Section { id: "stealth", title: "Stealth", controls: STEALTH },
        Section { id: "defense-impairment", title: "Defense impairment", controls: DEFENSE_IMPAIRMENT },
        Section { id: "credential-access", title: "Credential access", controls: CREDENTIAL_ACCESS },
        Section { id: "discovery", title: "Discovery", controls: DISCOVERY },
        Section { id: "lateral-movement", title: "Lateral movement", controls: LATERAL_MOVEMENT },
        Section { id: "impact", title: "Impact", controls: IMPACT },
        Section {
            id: "other-platforms",
            title: "Of other platforms, reached through containers",
            controls: OTHER_PLATFORMS,
        },
    ],
};

const INITIAL_ACCESS: &[Control] = &[
    Control::new(
        "T1078",
        "Valid Accounts",
        "Stolen or left-over identities of people and workloads are used to enter and move; narrow \
         rights and short lives limit their worth.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[InitialAccess, Persistence, PrivilegeEscalation, Stealth]),
    Control::new(
        "T1078.001",
        "Default Accounts",
        "Accounts that exist from the start, such as the `default` service account, are used with the \
         rights that were given to them.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[InitialAccess, Persistence, PrivilegeEscalation, Stealth]),
    Control::new(
        "T1078.003",
        "Local Accounts",
        "Accounts that one system keeps by itself, such as root on a node or a service account, are \
         used to enter or to rise.",
        &[&[Node], &[RuntimeEvents]],
    )
    .technique(&[InitialAccess, Persistence, PrivilegeEscalation, Stealth]),
    Control::new(
        "T1133",
        "External Remote Services",
        "Interfaces meant for administration, such as the API server, kubelet or a dashboard, answer \
         to the internet.",
        &[&[Cluster], &[Cloud], &[RuntimeEvents]],
    )
    .technique(&[InitialAccess, Persistence]),
    Control::new(
        "T1190",
        "Exploit Public-Facing Application",
        "A vulnerability of an application that the internet reaches gives code execution in its \
         container.",
        &[&[Image], &[Cluster], &[RuntimeEvents]],
    )
    .technique(&[InitialAccess]),
];

const EXECUTION: &[Control] = &[
    Control::new(
        "T1053",
        "Scheduled Task/Job",
        "Jobs that start at set times run an attacker's code again and again.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Execution, Persistence, PrivilegeEscalation]),
    Control::new(
        "T1053.007",
        "Container Orchestration Job",
        "A Job or CronJob runs an attacker's container, on many nodes or after each clean-up.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Execution, Persistence, PrivilegeEscalation]),
    Control::new(
        "T1059",
        "Command and Scripting Interpreter",
        "Shells and script interpreters that lie in an image run an attacker's commands.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[Execution]),
    Control::new(
        "T1059.013",
        "Container CLI/API",
        "Command-line clients and APIs of containers, such as `kubectl`, `docker` or the runtime's \
         socket, run commands and containers.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Execution]),
    Control::new(
        "T1204",
        "User Execution",
        "A person is led to start something malicious.",
        &[&[Image], &[RuntimeEvents]],
    )
    .technique(&[Execution]),
    Control::new(
        "T1204.003",
        "Malicious Image",
        "A person deploys an image that carries malware, often from a public registry under a familiar \
         name.",
        &[&[Manifest], &[Image], &[RuntimeEvents]],
    )
    .technique(&[Execution]),
    Control::new(
        "T1609",
        "Container Administration Command",
        "`exec`, the kubelet's API or the runtime's socket run commands inside containers.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Execution]),
    Control::new(
        "T1610",
        "Deploy Container",
        "A new container runs malicious code or, with host access, opens the node.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Execution]),
];

const PERSISTENCE: &[Control] = &[
    Control::new(
        "T1098",
        "Account Manipulation",
        "Rights or credentials are added to accounts so that access lasts.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Persistence, PrivilegeEscalation]),
    Control::new(
        "T1098.006",
        "Additional Container Cluster Roles",
        "A binding adds roles to an account that the attacker holds.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Persistence, PrivilegeEscalation]),
    Control::new(
        "T1136",
        "Create Account",
        "A new account keeps access when others are closed.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Persistence]),
    Control::new(
        "T1136.001",
        "Local Account",
        "A new account on a host, or a service account in the cluster, keeps access.",
        &[&[Cluster], &[Node], &[RuntimeEvents]],
    )
    .technique(&[Persistence]),
    Control::new(
        "T1525",
        "Implant Internal Image",
        "A back door is put into an image of the organization's own registry.",
        &[&[Image], &[Registry]],
    )
    .technique(&[Persistence]),
    Control::new(
        "T1543",
        "Create or Modify System Process",
        "Services that start by themselves are added or changed to run malicious code.",
        &[&[Node], &[RuntimeEvents]],
    )
    .technique(&[Persistence, PrivilegeEscalation]),
    Control::new(
        "T1543.005",
        "Container Service",
        "A DaemonSet, a restart policy or a unit of the host keeps a malicious container running.",
        &[&[Cluster], &[Node], &[RuntimeEvents]],
    )
    .technique(&[Persistence, PrivilegeEscalation]),
];

const PRIVILEGE_ESCALATION: &[Control] = &[
    Control::new(
        "T1068",
        "Exploitation for Privilege Escalation",
        "A flaw of the kernel, runtime or a set-user-id program gives higher rights; hardened \
         containers reach fewer of them.",
        &[&[Manifest], &[Node], &[RuntimeEvents]],
    )
    .technique(&[PrivilegeEscalation]),
    Control::new(
        "T1611",
        "Escape to Host",
        "A container with too much access, or a flaw beneath it, lets a process out to the node.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[PrivilegeEscalation]),
];

const STEALTH: &[Control] = &[
    Control::new(
        "T1036",
        "Masquerading",
        "Malicious objects look like the ones people expect.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Stealth]),
    Control::new(
        "T1036.005",
        "Match Legitimate Resource Name or Location",
        "Names, labels or images imitate those of the system or of trusted publishers.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[Stealth]),
    Control::new(
        "T1036.010",
        "Masquerade Account Name",
        "An account's name imitates that of a legitimate account.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Stealth]),
    Control::new(
        "T1070",
        "Indicator Removal",
        "Logs, events and files that show an intrusion are removed.",
        &[&[RuntimeEvents]],
    )
    .technique(&[Stealth]),
    Control::new(
        "T1612",
        "Build Image on Host",
        "An image is built on the node itself, past the registry's checks.",
        &[&[Node], &[RuntimeEvents]],
    )
    .technique(&[Stealth]),
];

const DEFENSE_IMPAIRMENT: &[Control] = &[Control::new(
    "T1685",
    "Disable or Modify Tools",
    "Sensors, agents, policies and their configuration are switched off or changed.",
    &[&[Node], &[RuntimeEvents]],
)
.technique(&[DefenseImpairment])
.former(&["T1562", "T1562.001"])];

const CREDENTIAL_ACCESS: &[Control] = &[
    Control::new(
        "T1110",
        "Brute Force",
        "Credentials are found by trying many.",
        &[&[Cluster, Node], &[RuntimeEvents]],
    )
    .technique(&[CredentialAccess]),
    Control::new(
        "T1110.001",
        "Password Guessing",
        "Likely passwords are tried against one account.",
        &[&[Cluster, Node], &[RuntimeEvents]],
    )
    .technique(&[CredentialAccess]),
    Control::new(
        "T1110.003",
        "Password Spraying",
        "A few common passwords are tried against many accounts.",
        &[&[Cluster, Node], &[RuntimeEvents]],
    )
    .technique(&[CredentialAccess]),
    Control::new(
        "T1110.004",
        "Credential Stuffing",
        "Credentials leaked elsewhere are tried here.",
        &[&[Cluster, Node], &[RuntimeEvents]],
    )
    .technique(&[CredentialAccess]),
    Control::new(
        "T1528",
        "Steal Application Access Token",
        "The service account token of a Pod, or another application token, is taken and used.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[CredentialAccess]),
    Control::new(
        "T1552",
        "Unsecured Credentials",
        "Credentials lie where they should not: files, variables, logs, metadata.",
        &[&[Manifest], &[Image], &[RuntimeEvents]],
    )
    .technique(&[CredentialAccess]),
    Control::new(
        "T1552.001",
        "Credentials In Files",
        "Passwords and keys stand in manifests, images or mounted files.",
        &[&[Manifest], &[Image]],
    )
    .technique(&[CredentialAccess]),
    Control::new(
        "T1552.007",
        "Container API",
        "The API server or a runtime's API hands out Secrets and credentials of Pods.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[CredentialAccess]),
];

const DISCOVERY: &[Control] = &[
    Control::new(
        "T1046",
        "Network Service Discovery",
        "Services in the cluster are found by scanning, where no policy stops it.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Discovery]),
    Control::new(
        "T1069",
        "Permission Groups Discovery",
        "Roles and groups are read to find who holds which rights.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Discovery]),
    Control::new(
        "T1613",
        "Container and Resource Discovery",
        "Pods, nodes and other objects are listed to learn the environment.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Discovery]),
];

const LATERAL_MOVEMENT: &[Control] = &[
    Control::new(
        "T1550",
        "Use Alternate Authentication Material",
        "Tokens, certificates or tickets serve in place of a password.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[LateralMovement]),
    Control::new(
        "T1550.001",
        "Application Access Token",
        "A stolen service account or cloud token opens other parts of the environment.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[LateralMovement]),
];

const IMPACT: &[Control] = &[
    Control::new(
        "T1485",
        "Data Destruction",
        "Data, volumes or whole namespaces are deleted.",
        &[&[Cluster], &[RuntimeEvents], &[Manual]],
    )
    .technique(&[Impact]),
    Control::new(
        "T1490",
        "Inhibit System Recovery",
        "Backups, snapshots and controllers that would restore the system are removed.",
        &[&[Cluster], &[Manual]],
    )
    .technique(&[Impact]),
    Control::new(
        "T1496",
        "Resource Hijacking",
        "Computing power, bandwidth or services are used for the attacker's ends.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[Impact]),
    Control::new(
        "T1496.001",
        "Compute Hijacking",
        "Processors are used, most often to mine cryptocurrency; limits keep the damage small.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[Impact]),
    Control::new(
        "T1496.002",
        "Bandwidth Hijacking",
        "Network capacity is used or sold, for proxies or floods.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Impact]),
    Control::new(
        "T1498",
        "Network Denial of Service",
        "Traffic exhausts the network before the service.",
        &[&[Cluster], &[Cloud], &[RuntimeEvents]],
    )
    .technique(&[Impact]),
    Control::new(
        "T1499",
        "Endpoint Denial of Service",
        "Requests or processes exhaust a service, a node or the API server.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[Impact]),
];

const OTHER_PLATFORMS: &[Control] = &[
    Control::new(
        "T1040",
        "Network Sniffing",
        "A Pod on the host's network or with raw sockets reads the traffic of others.",
        &[&[Manifest], &[RuntimeEvents]],
    )
    .technique(&[CredentialAccess, Discovery]),
    Control::new(
        "T1048",
        "Exfiltration Over Alternative Protocol",
        "Data leaves by a protocol that nobody watches, where outgoing traffic is open.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Exfiltration]),
    Control::new(
        "T1071",
        "Application Layer Protocol",
        "Commands reach the intruder's program hidden in ordinary traffic, such as web requests or \
         name lookups.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[CommandAndControl]),
    Control::new(
        "T1078.004",
        "Cloud Accounts",
        "Cloud identities that Pods or nodes carry open the cloud account.",
        &[&[Cluster], &[Cloud], &[RuntimeEvents]],
    )
    .technique(&[InitialAccess, Persistence, PrivilegeEscalation, Stealth]),
    Control::new(
        "T1090",
        "Proxy",
        "Traffic goes through a relay to hide where it comes from.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[CommandAndControl]),
    Control::new(
        "T1195.002",
        "Compromise Software Supply Chain",
        "Software is tampered with before it arrives: in its source, its build or its registry.",
        &[&[Manifest], &[Image], &[Registry]],
    )
    .technique(&[InitialAccess]),
    Control::new(
        "T1210",
        "Exploitation of Remote Services",
        "A flaw of a service inside the network gives the way to the next system.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[LateralMovement]),
    Control::new(
        "T1530",
        "Data from Cloud Storage",
        "Buckets and other storage of the cloud are read.",
        &[&[Cloud], &[RuntimeEvents]],
    )
    .technique(&[Collection]),
    Control::new(
        "T1546",
        "Event Triggered Execution",
        "Something that reacts to events, such as an admission webhook, runs the attacker's code.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[Persistence, PrivilegeEscalation]),
    Control::new(
        "T1547.006",
        "Kernel Modules and Extensions",
        "A module loaded into the node's kernel stays and hides; `SYS_MODULE` permits it.",
        &[&[Manifest], &[Node]],
    )
    .technique(&[Persistence, PrivilegeEscalation]),
    Control::new(
        "T1552.004",
        "Private Keys",
        "Private keys are found in files of the container, image or host.",
        &[&[Manifest], &[Image], &[Node]],
    )
    .technique(&[CredentialAccess]),
    Control::new(
        "T1552.005",
        "Cloud Instance Metadata API",
        "A Pod asks the metadata service for the credentials of its node.",
        &[&[Cluster], &[Cloud]],
    )
    .technique(&[CredentialAccess]),
    Control::new(
        "T1557",
        "Adversary-in-the-Middle",
        "Traffic is drawn through the attacker: by forged ARP or DNS, `externalIPs` or missing TLS.",
        &[&[Cluster], &[RuntimeEvents]],
    )
    .technique(&[CredentialAccess, Collection]),
    Control::new(
        "T1685.004",
        "Disable or Modify Linux Audit System Log",
        "The audit system of the node is stopped or its rules are changed.",
        &[&[Node], &[RuntimeEvents]],
    )
    .technique(&[DefenseImpairment])
    .former(&["T1562.012"]),
];
