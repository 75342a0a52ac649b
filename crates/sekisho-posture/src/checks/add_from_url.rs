//! `ADD` fetches a file from an address without its digest.
//!
//! ## Why
//!
//! What an address gives may change between two builds, and nobody is asked whether the new file is the right one.
//! The file also stays in a layer of its own, even where a later instruction removes it.
//!
//! ## Mend
//!
//! Give `--checksum=sha256:…`, or fetch and verify the file in one `RUN`.
//!
//! ```dockerfile bad
//! FROM debian:12.5
//! ADD https://example.com/tool.tar.gz /opt/ # here
//! ```
//!
//! ```dockerfile good
//! FROM debian:12.5
//! ADD --checksum=sha256:0123456789012345678901234567890123456789012345678901234567890123 https://example.com/t /opt/
//! ADD local.tar.gz /opt/
//! ```
//!
//! ## References
//!
//! - CIS Docker Benchmark, 4.9

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "add-from-url",
    title: "File fetched into an image without its digest",
    message: "`ADD` fetches `{address}` without knowing what it should be",
    variants: &[],
    remedy: "Give `--checksum=sha256:` with the digest of the file",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Develop, Mode::Preventive),
    controls: &["nist-800-190/4.1.5", "pci/12"],
    cel: None,
    examine: Examine::Build(examine),
};

fn examine<'a>(build: &Build<'a>, examination: &mut Examination<'a>) {
    for step in build.steps().filter(|step| step.instruction.keyword == "ADD") {
        let Some((_, sources)) = step.instruction.arguments.split_last() else { continue };
        let is_address = |source: &&String| {
            ["http://", "https://", "ftp://"]
                .iter()
                .any(|scheme| source.to_ascii_lowercase().starts_with(scheme))
        };
        if step.instruction.flag("checksum").is_none()
            && let Some(address) = sources.iter().find(is_address)
        {
            // A query may hold a token.
            let address = address.split(['?', '#']).next().unwrap_or_default();
            let address = match address.split_once("://") {
                Some((scheme, rest)) => {
                    format!("{scheme}://{}", rest.split_once('@').map_or(rest, |(_, host)| host))
                }
                None => address.to_owned(),
            };
            examination.report(Found::at(step.place()).arg("address", address));
        }
    }
}
