//! The settings of an installation, and the time.

use smol_str::SmolStr;

/// What evaluations take as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The present time, in nanoseconds since 1970-01-01 (UTC).
    pub now: i128,
    /// Where the random sequence begins.
    pub seed: u64,
    /// The registry of images that name none.
    pub default_registry: SmolStr,
    /// Whether that registry is shown in the references of such images.
    pub shows_default_registry: bool,
}

impl Default for Settings {
    /// Kyverno's own defaults, at the beginning of 1970.
    fn default() -> Self {
        Self { now: 0, seed: 0, default_registry: "docker.io".into(), shows_default_registry: true }
    }
}
