//! The frameworks, one file each, and how controls are found.

mod attack;
mod cis_1_12;
mod microsoft_threat_matrix;
mod nist_800_190;
mod nsa_cisa;
mod owasp_2022;
mod owasp_2025;
mod pci;
mod pss;

pub use pss::pod_security_controls;

use crate::control::{Control, Framework};

static FRAMEWORKS: [&Framework; 9] = [
    &owasp_2022::FRAMEWORK,
    &owasp_2025::FRAMEWORK,
    &cis_1_12::FRAMEWORK,
    &nsa_cisa::FRAMEWORK,
    &nist_800_190::FRAMEWORK,
    &pci::FRAMEWORK,
    &pss::FRAMEWORK,
    &attack::FRAMEWORK,
    &microsoft_threat_matrix::FRAMEWORK,
];

/// Every framework.
pub fn frameworks() -> impl Iterator<Item = &'static Framework> {
    FRAMEWORKS.into_iter()
}

/// The framework with this slug.
pub fn framework(id: &str) -> Option<&'static Framework> {
    frameworks().find(|framework| framework.id == id)
}

/// The control that `framework/control` names, by its present or a former identifier, and its framework.
pub fn control(id: &str) -> Option<(&'static Framework, &'static Control)> {
    let (framework_id, control_id) = id.split_once('/')?;
    let framework = framework(framework_id)?;
    Some((framework, framework.control(control_id)?))
}
