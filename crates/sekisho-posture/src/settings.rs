//! What a run tells the checks: the choices of its user, and the date.

use smol_str::SmolStr;

/// The choices that checks depend on. Time is here because checks have no clock.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Registries (`ghcr.io`, or with a path `ghcr.io/acme`) that images may come from; empty: any.
    pub trusted_registries: Vec<SmolStr>,
    /// The Kubernetes minor version that the manifests are meant for: `34` for 1.34; none: not said.
    pub kubernetes_minor: Option<u32>,
    /// The version that the API server of a live cluster says it is: `v1.36.3`; none where there is no live cluster.
    pub server_version: Option<SmolStr>,
    /// Today as days since 1970-01-01; none: unknown, and checks that need it stay silent.
    pub today: Option<i64>,
}
