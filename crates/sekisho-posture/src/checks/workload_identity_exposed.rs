//! A workload that can be reached from outside acts in the cloud under an identity of its own.
//!
//! ## Why
//!
//! Workload identity is the right way to give a Pod rights in the cloud. But whoever finds a fault in a
//! workload that the internet reaches holds these rights next, and from the cloud account often the rest of the
//! cluster. Here least privilege counts most.
//!
//! ## Mend
//!
//! Look at what the role may do, and take away what the workload does not need, above all rights over
//! identities, secrets and machines. Let a second workload that nobody reaches from outside do what needs more.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata:
//!   name: shop
//!   annotations:
//!     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/shop
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop
//! spec:
//!   selector:
//!     matchLabels:
//!       app: shop
//!   template:
//!     metadata:
//!       labels:
//!         app: shop
//!     spec:
//!       serviceAccountName: shop # here
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ---
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: shop
//! spec:
//!   type: LoadBalancer
//!   selector:
//!     app: shop
//!   ports:
//!     - port: 443
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata:
//!   name: importer
//!   annotations:
//!     iam.gke.io/gcp-service-account: importer@shop.iam.gserviceaccount.com
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: importer
//! spec:
//!   selector:
//!     matchLabels:
//!       app: importer
//!   template:
//!     metadata:
//!       labels:
//!         app: importer
//!     spec:
//!       serviceAccountName: importer
//!       containers:
//!         - name: importer
//!           image: registry.example.com/importer:1.4.2
//! ```
//!
//! ## References
//!
//! - OWASP Kubernetes Top 10 2025, K08: cluster-to-cloud lateral movement
//! - Amazon EKS: IAM roles for service accounts
//! - Google Kubernetes Engine: Workload Identity Federation
//! - Azure: Microsoft Entra Workload ID

use super::prelude::*;
use sekisho_inventory::{Inventory, Reach};

pub(super) const CHECK: Check = Check {
    id: "workload-identity-exposed",
    title: "Exposed workload acts in the cloud",
    message: "the Pod acts in {cloud} as `{identity}` and can be reached from outside through {kind} `{name}`",
    variants: &[],
    remedy: "Hold the rights of the identity to what the workload needs",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cloud, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K08",
        "nist-800-190/4.4.2",
        "pci/2",
        "attack/T1078",
        "attack/T1190",
        "microsoft-threat-matrix/MS-TA9020",
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

/// Annotations by which a service account stands for an identity of a cloud.
const IDENTITIES: &[(&str, &str)] = &[
    ("eks.amazonaws.com/role-arn", "AWS"),
    ("iam.gke.io/gcp-service-account", "Google Cloud"),
    (AZURE, "Azure"),
];
const AZURE: &str = "azure.workload.identity/client-id";

/// Objects that give a service account a role of AWS, and the mapping that names both.
const ASSOCIATIONS: &[(&str, &str, &[&str], &str)] = &[
    ("eks.services.k8s.aws", "PodIdentityAssociation", &["spec"], "roleARN"),
    ("eks.aws.upbound.io", "PodIdentityAssociation", &["spec", "forProvider"], "roleArn"),
];

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let inventory = examination.inventory();
    let Some((cloud, identity, granted)) = identity(pod, inventory) else { return };
    let exposure = inventory.exposure(pod);
    let Some(way) = exposure.ways.iter().rfind(|way| way.reach >= Reach::ExternalAddress && !way.internal)
    else {
        return;
    };
    let named = pod.field(field!["serviceAccountName"]);
    let place = if named.node().is_some() { named } else { pod.object.head() };
    let found = Found::at(place)
        .arg("cloud", cloud)
        .arg("identity", identity)
        .arg("kind", way.object.kind.clone())
        .arg("name", way.object.name.clone())
        .related(granted, "the identity is given here")
        .related(way.object.head(), "this opens it to the outside");
    examination.report(found);
}

/// The cloud that a Pod acts in, its identity there, and where it is given.
fn identity<'a>(pod: &Pod<'a>, inventory: &'a Inventory) -> Option<(&'static str, &'a str, Place<'a>)> {
    let namespace = inventory.namespace_of(pod.object);
    let name = pod.service_account();
    if let Some(account) = inventory.find("", "ServiceAccount", Some(namespace), name) {
        for (annotation, cloud) in IDENTITIES {
            let identity = account.annotation(annotation).filter(|identity| !identity.is_empty());
            // Azure's webhook serves only Pods that ask for it.
            let asked = *annotation != AZURE || pod.label("azure.workload.identity/use") == Some("true");
            if let Some(identity) = identity.filter(|_| asked) {
                let place = account.place(field!["metadata", "annotations", *annotation]);
                return Some((cloud, identity, place));
            }
        }
    }
    ASSOCIATIONS.iter().find_map(|(group, kind, path, role)| {
        inventory.of(group, kind).find_map(|association| {
            let parameters = association.root.at(path)?;
            let this = parameters.str("namespace") == namespace && parameters.str("serviceAccount") == name;
            this.then(|| ("AWS", parameters.str(role), association.head()))
        })
    })
}
