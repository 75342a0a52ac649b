//! The name of an image or a label holds characters that look like others, or that change the order of what one reads.
//!
//! ## Why
//!
//! A Cyrillic `а` looks like a Latin one, a zero-width space like nothing, and a bidirectional mark turns text around. A
//! reviewer approves `nginx` and gets something else; a selector or an allow-list is passed by a value that only looks
//! like the listed one. Names of images and labels are plain ASCII, so there is no good reason for such a character.
//!
//! A registry whose name is encoded (`xn--…`) may be shown with such letters and is a hint.
//!
//! ## Mend
//!
//! Type the name anew.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//!   labels:
//!     app: wеb # here
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/wеb:1.4.2 # here
//!     - name: log
//!       image: xn--registry-9fg.example.com/log:2.0.1 # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//!   labels:
//!     app: web
//!   annotations:
//!     description: オンラインショップ
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Unicode Technical Standard 39, "Unicode Security Mechanisms"
//! - MITRE ATT&CK T1036.005: Match Legitimate Resource Name or Location

use super::prelude::*;
use sekisho_manifest::workload;
use smol_str::{SmolStr, format_smolstr};

pub(super) const CHECK: Check = Check {
    id: "look-alike-image-name",
    title: "Name of an image or a label holds look-alike characters",
    message: "the image name of container `{container}` holds {character}, which is not what it seems: `{text}`",
    variants: &[
        ("label", "the label `{text}` holds {character}, which is not what it seems"),
        (
            "encoded",
            "the registry of image `{text}` is an encoded name, which may be shown with look-alike letters",
        ),
    ],
    remedy: "Write names of images and labels in plain ASCII",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Distribute, Mode::Preventive),
    controls: &[
        "owasp-2022/K02",
        "nsa-cisa/secure-images",
        "nist-800-190/4.1.5",
        "pci/13",
        "attack/T1036.005",
        "microsoft-threat-matrix/MS-TA9002",
    ],
    cel: None,
    examine: Examine::AnyObject(examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    labels(&object.place(field!["metadata", "labels"]), examination);
    for pod in &workload::pods(object) {
        if !pod.metadata_path.parent().is_none_or(|parent| parent.is_root()) {
            labels(&pod.metadata_field(field!["labels"]), examination);
        }
        for container in &pod.containers() {
            image(container, examination);
        }
    }
}

fn image(container: &Container<'_>, examination: &mut Examination<'_>) {
    let text = container.image();
    let found = Found::at(container.field(field!["image"])).container(container).arg("text", shown(text));
    if let Some(character) = strange(text) {
        examination.report(found.arg("character", character));
    } else if text.split_once('/').is_some_and(|(host, _)| is_encoded(host)) {
        examination.report(found.variant("encoded").severity(Severity::Medium).confidence(Confidence::Low));
    }
}

fn labels(labels: &Place<'_>, examination: &mut Examination<'_>) {
    for label in labels.node().map_or(&[][..], Node::entries) {
        let value = label.node.as_str().unwrap_or("");
        let Some(character) = strange(&label.key).or_else(|| strange(value)) else { continue };
        let text = shown(&format!("{}: {value}", label.key));
        let found = Found::at(labels.child(&label.key)).variant("label").severity(Severity::Medium);
        examination.report(found.arg("text", text).arg("character", character));
    }
}

/// The first character that no name has, by its number.
fn strange(text: &str) -> Option<SmolStr> {
    let character = text.chars().find(|character| !character.is_ascii())?;
    Some(format_smolstr!("U+{:04X}", u32::from(character)))
}

/// The text with every strange character written as its number, so that it cannot deceive again.
fn shown(text: &str) -> SmolStr {
    text.chars()
        .map(|character| {
            if character.is_ascii() {
                character.to_string()
            } else {
                format!("<U+{:04X}>", u32::from(character))
            }
        })
        .collect::<String>()
        .into()
}

/// Whether a part of the host is Punycode.
fn is_encoded(host: &str) -> bool {
    host.contains('.')
        && host.split('.').any(|label| label.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("xn--")))
}
