//! A command, an argument, a probe or a hook of a container holds a credential as plain text.
//!
//! ## Why
//!
//! Beside everyone who reads the manifest, every process on the node that may list processes sees the command line, and
//! so do monitoring and crash reports.
//!
//! ## Mend
//!
//! Change the credential, since it has been seen. Let the program read it from a file of a mounted Secret; where it
//! takes it as an argument only, refer to a variable that comes from a Secret: `$(DB_PASSWORD)`.
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
//!       command: [server]
//!       args:
//!         - --port=8080
//!         - --admin-password=9wTr4vLq2Zx7 # here
//!       livenessProbe:
//!         exec:
//!           command:
//!             - mysqladmin
//!             - ping
//!             - -p9wTr4vLq2Zx7 # here
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
//!       command: [server]
//!       args:
//!         - --port=8080
//!         - --admin-password-file=/run/secrets/admin/password
//!         - --metrics-password=$(METRICS_PASSWORD)
//!       livenessProbe:
//!         exec:
//!           command: [sh, -c, 'mysqladmin ping -p"$MYSQL_ROOT_PASSWORD"']
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Good practices for Kubernetes Secrets

use super::prelude::*;
use crate::credential::{self, Credential};

pub(super) const CHECK: Check = Check {
    id: "credential-in-arguments",
    title: "Credential in a command line",
    message: "argument `{variable}` of container `{container}` holds a credential ({kind})",
    variants: &[
        ("unnamed", "an argument of container `{container}` holds a credential ({kind})"),
        ("header", "header `{variable}` of a probe of container `{container}` holds a credential ({kind})"),
    ],
    remedy: "Change the credential and let the program read it from a mounted Secret",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Code, Phase::Develop, Mode::Preventive),
    controls: &[
        "owasp-2022/K08",
        "owasp-2025/K03",
        "nsa-cisa/secrets-protection",
        "nist-800-190/4.1.4",
        "pci/6",
        "attack/T1552.001",
        "attack/T1552.007",
    ],
    cel: None,
    examine: Examine::Container(examine),
};

/// Where commands stand beside `command` and `args`.
const HANDLERS: &[&[&str]] = &[
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    // The two lists are one command line.
    examine_command(container, &[field!["command"], field!["args"]], examination);
    for handler in HANDLERS {
        let handler: FieldPath = handler.iter().copied().collect();
        examine_command(container, &[handler.join(&field!["exec", "command"])], examination);
        examine_headers(container, &handler.join(&field!["httpGet", "httpHeaders"]), examination);
    }
}

fn examine_command<'a>(container: &'a Container<'a>, lists: &[FieldPath], examination: &mut Examination<'a>) {
    let mut places = Vec::new();
    let mut items = Vec::new();
    for list in lists {
        for (index, item) in container.node.resolve(list).map_or(&[][..], Node::items).iter().enumerate() {
            places.push(container.field(list.child(index)));
            items.push(item.as_str());
        }
    }
    for (index, hit) in credential::arguments(&items) {
        let Some(place) = places.get(index) else { continue };
        let found = found(place.clone(), hit.credential);
        examination.report(if hit.name.is_empty() {
            found.variant("unnamed").identity(hit.credential.kind)
        } else {
            found.arg("variable", hit.name.clone()).identity(hit.name)
        });
    }
}

fn examine_headers<'a>(container: &'a Container<'a>, list: &FieldPath, examination: &mut Examination<'a>) {
    for (index, header) in container.node.resolve(list).map_or(&[][..], Node::items).iter().enumerate() {
        let name = header.str("name");
        if let Some(credential) = credential::judge(name, header.str("value")) {
            let place = container.field(list.child(index).child("value"));
            examination.report(found(place, credential).variant("header").arg("variable", name));
        }
    }
}

fn found(place: Place<'_>, credential: Credential) -> Found<'_> {
    let weak = credential.confidence == Confidence::Low;
    Found::at(place)
        .secret()
        .arg("kind", credential.kind)
        .severity(if weak { Severity::Medium } else { CHECK.severity })
        .confidence(credential.confidence)
}
