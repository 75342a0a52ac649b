//! A credential stands in a Dockerfile, or reaches a build by a variable that the image keeps.
//!
//! ## Why
//!
//! The values of `ENV` and `LABEL` are in the configuration of the image, those of `ARG` in its history, and the text of `RUN`
//! in both. Whoever may pull the image reads them, and taking them away in a later layer takes nothing away.
//!
//! ## Mend
//!
//! Mount the credential for the one instruction that needs it: `RUN --mount=type=secret,id=token`. Change a
//! credential that was built into an image.
//!
//! ```dockerfile bad
//! FROM debian:12.5
//! ENV APP_HOME=/app \
//!     DB_PASSWORD=kR7-wq2ZpLm9 # here
//! LABEL api-token=tQ4-mf8XrLz2 # here
//! ARG NPM_TOKEN # here
//! USER app
//! ```
//!
//! ```dockerfile good
//! FROM debian:12.5
//! ENV DB_PASSWORD_FILE=/run/secrets/db TOKEN=$OTHER
//! ARG KEYBOARD=us
//! RUN --mount=type=secret,id=token make
//! USER app
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.4

use super::prelude::*;
use crate::credential::{self, Syntax};

pub(super) static CHECK: Check = Check {
    id: "credential-in-build",
    title: "Credential in a Dockerfile",
    message: "`{name}` holds a {kind}, which stays in the image",
    variants: &[
        ("argument", "the build takes a credential by the argument `{name}`, whose value stays in the image"),
        ("text", "the instruction holds a {kind}, which stays in the image"),
    ],
    remedy: "Mount the credential with `RUN --mount=type=secret` and change it",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Code, Phase::Develop, Mode::Preventive),
    controls: &["nist-800-190/4.1.4", "pci/6", "nsa-cisa/secrets-protection", "attack/T1552.001"],
    cel: None,
    examine: Examine::Build(examine),
};

fn examine<'a>(build: &Build<'a>, examination: &mut Examination<'a>) {
    for step in build.steps() {
        if matches!(step.instruction.keyword.as_str(), "ENV" | "ARG" | "LABEL") {
            for pair in &step.instruction.pairs {
                let place = step.variable(&pair.name);
                match pair.value.as_deref() {
                    Some(value) if !value.contains('$') => {
                        if let Some(credential) = credential::judge(&pair.name, value) {
                            let found = Found::at(place)
                                .arg("name", pair.name.as_str())
                                .arg("kind", credential.kind)
                                .confidence(credential.confidence)
                                .secret();
                            examination.report(found);
                        }
                    }
                    None if step.instruction.keyword == "ARG" && credential::names_credential(&pair.name) => {
                        let found = Found::at(place)
                            .variant("argument")
                            .arg("name", pair.name.as_str())
                            .severity(Severity::Medium);
                        examination.report(found);
                    }
                    _ => {}
                }
            }
        } else if let Some(script) = step.instruction.script()
            && let Some(hit) = credential::scan(&script, Syntax::Shell).first()
        {
            let found = Found::at(step.place())
                .variant("text")
                .arg("kind", hit.credential.kind)
                .confidence(hit.credential.confidence)
                .secret();
            examination.report(found);
        }
    }
}
