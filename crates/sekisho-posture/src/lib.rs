//! The built-in checks over the inventory, one file each under `checks/`.
//!
//! [`checks`] lists them, [`examine`] runs them, [`Census`] counts what each could look at. A check is a
//! [`Check`] value: its identity, its texts, its mappings and the function that looks. Its manual page is the
//! `//!` comment of its file.

mod admission;
mod api_version;
mod audit;
mod build;
mod capability;
mod census;
mod check;
mod checks;
mod cluster_component;
mod component;
mod credential;
mod default_deny;
mod distribution_release;
mod encryption;
mod engine;
mod host_path;
mod image;
mod instance_metadata;
mod kubernetes_release;
mod kyverno;
mod pod_security;
mod rbac;
mod replicas;
mod resources;
mod seccomp;
mod security_context;
mod service_account;
mod settings;

pub use build::Build;
pub use census::Census;
pub use check::{Check, Examine, Found, KindName, Mend};
pub use cluster_component::{ClusterComponent, Exposure, KnownVulnerability, exposure};
pub use component::{Component, ComponentSettings, Given, Setting};
pub use engine::{Examination, examine};
pub use image::IMAGE_KIND;
pub use kubernetes_release::end_of_support;
pub use settings::Settings;

/// Every built-in check, in the order of their slugs.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    checks::CHECKS.iter().map(|(check, _)| *check)
}

/// The check with this slug.
pub fn check(id: &str) -> Option<&'static Check> {
    checks().find(|check| check.id == id)
}

/// The manual page of a check as Markdown; none for a slug that is no check.
pub fn manual(id: &str) -> Option<&'static str> {
    checks::CHECKS.iter().find(|(check, _)| check.id == id).map(|(_, manual)| *manual)
}

/// What messages call the credentials that checks find (`GitHub token`, `private key`), some more than once:
/// the values of their place `{kind}`, for translators.
pub fn credential_kinds() -> impl Iterator<Item = &'static str> {
    credential::kinds()
}
