//! A container holds a key of a cloud account that does not change by itself.
//!
//! ## Why
//!
//! A static key works from anywhere and until somebody revokes it. Whoever reads the manifest, the Secret, the
//! process's environment or a crash report can then act in the cloud account, past everything that the cluster
//! forbids. Workload identity gives the Pod tokens that last for minutes and need no storing.
//!
//! ## Mend
//!
//! Use the cloud's workload identity: EKS Pod Identity or IAM roles for service accounts, Workload Identity
//! Federation for GKE, Microsoft Entra Workload ID. Then delete the key in the account.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: uploader
//!       image: registry.example.com/uploader:1.4.2
//!       env:
//!         - name: AWS_ACCESS_KEY_ID
//!           value: AKIAQYLPMN5HHHFPZAM2
//!         - name: AWS_SECRET_ACCESS_KEY # here
//!           value: 1tUm636uS1yOEcfP5pvfqJ/ml36mF7AkyHsEU0IU
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: importer
//!       image: registry.example.com/importer:1.4.2
//!       env:
//!         - name: GOOGLE_APPLICATION_CREDENTIALS # here
//!           value: /var/run/google/key.json
//!       volumeMounts:
//!         - name: key
//!           mountPath: /var/run/google
//!   volumes:
//!     - name: key
//!       secret:
//!         secretName: google-key
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   serviceAccountName: uploader
//!   containers:
//!     - name: uploader
//!       image: registry.example.com/uploader:1.4.2
//!       env:
//!         - name: AWS_REGION
//!           value: eu-central-1
//! ```
//!
//! ## References
//!
//! - Amazon EKS: EKS Pod Identity
//! - Google Kubernetes Engine: Workload Identity Federation
//! - Azure: Microsoft Entra Workload ID
//! - OWASP Kubernetes Top 10 2025, K08: cluster-to-cloud lateral movement

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "static-cloud-keys",
    title: "Container holds a static cloud key",
    message: "container `{container}` holds a static key of {cloud} in `{variable}`, written into the manifest",
    variants: &[
        ("secret", "container `{container}` holds a static key of {cloud} in `{variable}`, from a Secret"),
        ("file", "container `{container}` holds a static key of {cloud} in the file that `{variable}` names"),
    ],
    remedy: "Replace the key by the workload identity of the cloud, and revoke it",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cloud, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K08",
        "owasp-2025/K03",
        "owasp-2025/K08",
        "nist-800-190/4.1.4",
        "nsa-cisa/secrets-protection",
        "pci/6",
        "attack/T1552.001",
        "attack/T1078",
        "microsoft-threat-matrix/MS-TA9001",
        "microsoft-threat-matrix/MS-TA9020",
        "microsoft-threat-matrix/MS-TA9027",
    ],
    cel: None,
    examine: Examine::Container(examine),
};

/// A cloud and the variables by which its clients take a static key, the most secret first.
struct Provider {
    title: &'static str,
    keys: &'static [&'static str],
    /// Variables that hold the path of a file with a key.
    files: &'static [&'static str],
}

const PROVIDERS: &[Provider] = &[
    Provider {
        title: "AWS",
        keys: &["AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_ACCESS_KEY_ID"],
        files: &["AWS_SHARED_CREDENTIALS_FILE"],
    },
    Provider {
        title: "Azure",
        keys: &[
            "AZURE_CLIENT_SECRET",
            "ARM_CLIENT_SECRET",
            "AZURE_STORAGE_KEY",
            "AZURE_STORAGE_ACCOUNT_KEY",
            "AZURE_STORAGE_CONNECTION_STRING",
        ],
        files: &["AZURE_CLIENT_CERTIFICATE_PATH"],
    },
    Provider {
        title: "Google Cloud",
        keys: &["GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS_JSON", "GCP_SERVICE_ACCOUNT_KEY"],
        files: &["GOOGLE_APPLICATION_CREDENTIALS"],
    },
    Provider {
        title: "Alibaba Cloud",
        keys: &["ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALICLOUD_SECRET_KEY"],
        files: &[],
    },
    Provider {
        title: "DigitalOcean",
        keys: &["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"],
        files: &[],
    },
    Provider { title: "Hetzner Cloud", keys: &["HCLOUD_TOKEN"], files: &[] },
    Provider { title: "IBM Cloud", keys: &["IBMCLOUD_API_KEY", "IC_API_KEY"], files: &[] },
    Provider { title: "Linode", keys: &["LINODE_TOKEN"], files: &[] },
    Provider { title: "Scaleway", keys: &["SCW_SECRET_KEY"], files: &[] },
    Provider { title: "Tencent Cloud", keys: &["TENCENTCLOUD_SECRET_KEY"], files: &[] },
];

/// Words that stand in for a key in examples and in tests against a local stand-in.
const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "dummy",
    "example",
    "fake",
    "foo",
    "localstack",
    "minio",
    "minioadmin",
    "none",
    "placeholder",
    "test",
];

/// How a variable gets its value.
enum Kind {
    Literal,
    Secret,
    File,
}

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let variables = container.node.get("env").map_or(&[][..], Node::items);
    // Clients of a store that only speaks the cloud's protocol are told its address.
    let elsewhere = variables.iter().any(|variable| {
        let name = variable.str("name");
        name.contains("ENDPOINT") && !variable.str("value").contains("amazonaws.com")
    });
    for provider in PROVIDERS {
        let candidates = provider.keys.iter().chain(provider.files);
        let found = candidates.filter_map(|name| {
            let index = variables.iter().rposition(|variable| variable.str("name") == *name)?;
            let kind = kind(container, variables.get(index)?, provider.files.contains(name), elsewhere)?;
            Some((index, *name, kind))
        });
        let order = |kind: &Kind| match kind {
            Kind::Literal => 0,
            Kind::Secret => 1,
            Kind::File => 2,
        };
        let Some((index, name, kind)) = found.min_by_key(|(_, _, kind)| order(kind)) else { continue };
        let found = Found::at(container.field(field!["env", index, "name"]));
        let found = match kind {
            Kind::Literal => found,
            Kind::Secret => found.variant("secret").severity(Severity::Low),
            Kind::File => found.variant("file").severity(Severity::Low),
        };
        examination.report(found.arg("cloud", provider.title).arg("variable", name));
    }
}

fn kind(container: &Container<'_>, variable: &Node, holds_path: bool, elsewhere: bool) -> Option<Kind> {
    if variable.at(&["valueFrom", "secretKeyRef"]).is_some() {
        return (!elsewhere).then_some(Kind::Secret);
    }
    let value = variable.str("value").trim();
    let json = value.starts_with('{') && value.contains("private_key");
    if json {
        return Some(Kind::Literal);
    }
    if holds_path {
        return comes_from_secret(container, value).then_some(Kind::File);
    }
    let lower = value.to_ascii_lowercase();
    let placeholder = value.is_empty()
        || value.starts_with(['<', '$', '{', '%'])
        || PLACEHOLDERS.contains(&lower.as_str())
        || lower.starts_with("your")
        || lower.chars().all(|letter| matches!(letter, 'x' | '*' | '.' | '-'));
    (!placeholder && (!elsewhere || is_aws_key(value))).then_some(Kind::Literal)
}

/// Whether a value has the shape of the identifier of an AWS key.
fn is_aws_key(value: &str) -> bool {
    value.len() == 20
        && (value.starts_with("AKIA") || value.starts_with("ASIA"))
        && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether a path lies in a volume that a Secret fills. What federates a workload's identity is no secret and
/// comes from a ConfigMap or a projected token.
fn comes_from_secret(container: &Container<'_>, path: &str) -> bool {
    let mounts = container.node.get("volumeMounts").map_or(&[][..], Node::items);
    let mount = mounts
        .iter()
        .filter(|mount| {
            let folder = mount.str("mountPath").trim_end_matches('/');
            let below = path.strip_prefix(folder);
            !folder.is_empty() && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
        .max_by_key(|mount| mount.str("mountPath").len());
    let Some(mount) = mount else { return false };
    let volumes = container.pod.spec.get("volumes").map_or(&[][..], Node::items);
    volumes.iter().any(|volume| volume.str("name") == mount.str("name") && volume.get("secret").is_some())
}
