//! An image is built on a release of a distribution that nobody mends any more.
//!
//! ## Why
//!
//! After the end of a release its packages get no fixes, and often no advisories either: a scan that finds few
//! vulnerabilities in it says nothing. What newer releases mend is public and stays open here.
//!
//! ## Mend
//!
//! Build on a release that is mended. Who has a contract for longer support makes an exception with its last day.
//!
//! What is examined is the image, written as an object:
//!
//! ```yaml bad
//! apiVersion: sekisho/v1
//! kind: Image
//! metadata:
//!   name: registry.example.com/web:1.4.2
//! distribution:
//!   id: debian
//!   release: "10" # here
//! ```
//!
//! ```yaml bad
//! apiVersion: sekisho/v1
//! kind: Image
//! metadata:
//!   name: registry.example.com/web:1.4.2
//! distribution:
//!   id: alpine
//!   release: 3.18.4 # here
//! ```
//!
//! ```yaml good
//! apiVersion: sekisho/v1
//! kind: Image
//! metadata:
//!   name: registry.example.com/web:1.4.2
//! distribution:
//!   id: debian
//!   release: "12"
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.1

use super::prelude::*;
use crate::distribution_release::last_day;
use crate::kubernetes_release::days_since_epoch;

pub(super) static CHECK: Check = Check {
    id: "end-of-life-distribution",
    title: "Image of a distribution that is no longer mended",
    message: "`{release}` has not been mended since {date}",
    variants: &[],
    remedy: "Build the image on a release that is mended",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Distribute, Mode::Detective),
    controls: &["owasp-2022/K02", "nist-800-190/4.1.1", "pci/10", "nsa-cisa/vulnerability-patching"],
    cel: None,
    examine: Examine::Object(&[("sekisho", "Image")], examine),
};

/// Days after which a release is so old that its public faults have tools.
const LONG_AGO: i64 = 365;

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let Some(today) = examination.settings().today else { return };
    let text = |key: &str| object.root.at(&["distribution", key]).and_then(Node::as_str).unwrap_or("");
    let (id, release) = (text("id"), text("release"));
    let Some((year, month, day)) = last_day(id, release) else { return };
    let ended = days_since_epoch(year, month, day);
    if ended >= today {
        return;
    }
    let severity = if today.saturating_sub(ended) > LONG_AGO { Severity::High } else { Severity::Medium };
    let found = Found::at(object.place(field!["distribution", "release"]))
        .severity(severity)
        .arg("release", format!("{id} {release}"))
        .arg("date", format!("{year:04}-{month:02}-{day:02}"));
    examination.report(found);
}
