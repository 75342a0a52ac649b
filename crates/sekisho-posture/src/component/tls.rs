//! Which TLS versions and cipher suites are too weak.

use sekisho_finding::{Safety, Severity};

use super::{ComponentSettings, Setting};
use crate::Examination;

/// Reports a version that is too old in the check's own wording, weak suites in its wording `suites` with
/// `{suites}`. `version` is the oldest that is good, as the component writes it.
pub(crate) fn report(
    settings: &ComponentSettings<'_>,
    examination: &mut Examination<'_>,
    suites_flag: &str,
    version: &str,
) {
    if let Some(setting) = settings.weak_tls_version() {
        let mend = settings.mend(Safety::Unsafe, "tls-min-version", version);
        examination.report(settings.found_at(setting).mend(mend));
    }
    for (setting, suites) in settings.weak_cipher_suites(suites_flag) {
        let broken = suites.iter().any(|suite| is_broken(suite));
        let severity = if broken { Severity::Medium } else { Severity::Low };
        let shown = suites.iter().map(|suite| format!("`{suite}`")).collect::<Vec<_>>().join(", ");
        examination
            .report(settings.found_at(setting).variant("suites").severity(severity).arg("suites", shown));
    }
}

impl<'a> ComponentSettings<'a> {
    /// The setting that allows TLS 1.0 or 1.1, if one does.
    fn weak_tls_version(&self) -> Option<&Setting<'a>> {
        let setting = self.setting("tls-min-version")?;
        let value = setting.value.as_deref()?;
        matches!(value, "VersionTLS10" | "VersionTLS11" | "TLS1.0" | "TLS1.1").then_some(setting)
    }

    /// The settings that allow weak cipher suites, and which.
    fn weak_cipher_suites(&self, flag: &str) -> Vec<(&Setting<'a>, Vec<&str>)> {
        self.all(flag)
            .filter_map(|setting| {
                let suites = setting.value.as_deref()?.split(',').map(str::trim);
                let weak: Vec<_> = suites.filter(|suite| is_weak(suite)).collect();
                (!weak.is_empty()).then_some((setting, weak))
            })
            .collect()
    }
}

/// Whether a suite lacks forward secrecy or authenticated encryption, by its IANA name: not one of TLS 1.3,
/// and not an ephemeral key exchange with GCM or ChaCha20.
fn is_weak(suite: &str) -> bool {
    let Some(name) = suite.strip_prefix("TLS_") else { return false };
    let ephemeral = name.starts_with("ECDHE_") || name.starts_with("DHE_");
    let authenticated = name.contains("_GCM_") || name.contains("CHACHA20");
    let third_version = !name.contains("_WITH_");
    !(third_version || ephemeral && authenticated)
}

/// Whether a suite is broken: its cipher can be attacked in practice, or there is none.
fn is_broken(suite: &str) -> bool {
    ["_RC4_", "_3DES_", "_DES_", "_NULL_", "_EXPORT_"].iter().any(|part| suite.contains(part))
}
