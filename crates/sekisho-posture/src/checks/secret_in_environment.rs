//! A container gets a Secret through environment variables.
//!
//! ## Why
//!
//! Variables are inherited by every child process, printed by debug pages and crash reports, and shown to whoever may
//! inspect the container. They keep their value until the container restarts, so that rotation waits for that.
//!
//! ## Mend
//!
//! Mount the Secret as a volume and let the program read the file.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       env:
//!         - name: DB_PASSWORD
//!           valueFrom:
//!             secretKeyRef: # here
//!               name: database
//!               key: password
//!       envFrom:
//!         - secretRef: # here
//!             name: shop
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       env:
//!         - name: DB_PASSWORD_FILE
//!           value: /run/secrets/database/password
//!       envFrom:
//!         - configMapRef:
//!             name: shop
//!       volumeMounts:
//!         - name: database
//!           mountPath: /run/secrets/database
//!           readOnly: true
//! ```
//!
//! ## References
//!
//! - CIS Kubernetes Benchmark 1.12, 5.4.1

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "secret-in-environment",
    title: "Secret passed through the environment",
    message: "container `{container}` gets the Secret `{secret}` through its environment",
    variants: &[],
    remedy: "Mount the Secret as a volume",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K08",
        "owasp-2025/K03",
        "cis-1.12/5.4.1",
        "nsa-cisa/secrets-protection",
        "nist-800-190/4.1.4",
        "pci/6",
        "attack/T1552.007",
    ],
    cel: Some(concat!(
        "container.?env.orValue([]).all(variable, !has(variable.valueFrom) || ",
        "!has(variable.valueFrom.secretKeyRef)) && container.?envFrom.orValue([]).all(source, ",
        "!has(source.secretRef))"
    )),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let lists = [("env", field!["valueFrom", "secretKeyRef"]), ("envFrom", field!["secretRef"])];
    for (list, reference) in lists {
        let items = container.node.get(list).map_or(&[][..], Node::items);
        for (index, item) in items.iter().enumerate() {
            let Some(node) = item.resolve(&reference).filter(|node| node.as_mapping().is_some()) else {
                continue;
            };
            let place = container.field(field![list, index].join(&reference));
            examination.report(Found::at(place).arg("secret", node.str("name")));
        }
    }
}
