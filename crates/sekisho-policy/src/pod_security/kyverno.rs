//! The controls as Kyverno's rules ask them (`validate.podSecurity`, as of Kyverno 1.19).

use super::catalogue::CONTROLS;
use super::level::{Level, LevelVersion, Version};
use super::pod::Pod;
use super::violation::Violation;

/// The newest version that Kyverno knows.
const NEWEST: Version = Version::Minor(34);

/// What Kyverno has against a Pod, in its order, before a rule's exclusions.
///
/// It asks all controls of a level, also those whose place a stricter one takes; in versions that are older than a
/// control it asks what the control's first edition does; and any level but the baseline is the restricted one. Of
/// the hosts of probes it names no field, so that no exclusion finds them.
pub fn evaluate_as_kyverno(policy: LevelVersion, pod: &Pod<'_>) -> Vec<Violation> {
    let mut violations: Vec<Violation> = CONTROLS
        .into_iter()
        .filter(|control| control.level == Level::Baseline || policy.level != Level::Baseline)
        .filter_map(|control| {
            let first = control.editions.first().map(|edition| Version::Minor(edition.since))?;
            let version = policy.version.min(NEWEST).max(first);
            if version > NEWEST { None } else { control.examine(version, pod) }
        })
        .collect();
    violations.sort_by_key(|violation| violation.control);
    for violation in
        violations.iter_mut().filter(|violation| violation.control == "hostProbesAndHostLifecycle")
    {
        violation.faults.clear();
    }
    violations
}
