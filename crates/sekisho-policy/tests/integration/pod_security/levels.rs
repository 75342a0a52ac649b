//! Levels, versions, and the order of the controls.

use sekisho_policy::pod_security::{CONTROLS, Level, LevelVersion, Version, controls_of};

use super::policy_of;

fn ids(policy: &str) -> Vec<&'static str> {
    controls_of(policy_of(policy)).map(|control| control.id).collect()
}

#[test]
fn versions_are_read_as_the_api_server_reads_them() {
    assert_eq!(Version::parse("latest"), Ok(Version::Latest));
    assert_eq!(Version::parse("v1.0"), Ok(Version::Minor(0)));
    assert_eq!(Version::parse("v1.37"), Ok(Version::Minor(37)));
    assert_eq!(Version::parse("v1.9223372036854775807"), Ok(Version::Minor(9_223_372_036_854_775_807)));
    let refused =
        ["", "v1", "v1.", "v1.01", "v1.+1", "v1.-1", "1.30", "V1.30", "v2.0", "v1.30 ", "Latest", "v1.3x"];
    for text in refused.into_iter().chain(["v1.9223372036854775808", "v1.99999999999999999999"]) {
        assert!(Version::parse(text).is_err(), "{text}");
    }
    let error = Version::parse("v2").expect_err("no version");
    assert_eq!(error.to_string(), "must be \"latest\" or \"v1.x\"");
}

#[test]
fn levels_are_read_as_the_api_server_reads_them() {
    assert_eq!(Level::parse("baseline"), Ok(Level::Baseline));
    let error = Level::parse("Baseline").expect_err("no level");
    assert_eq!(error.to_string(), "must be one of privileged, baseline, restricted");
    assert!(Level::Privileged < Level::Baseline && Level::Baseline < Level::Restricted);
    assert_eq!(LevelVersion::latest(Level::Restricted).to_string(), "restricted:latest");
    assert_eq!(policy_of("baseline:v1.24").to_string(), "baseline:v1.24");
}

#[test]
fn nothing_is_asked_of_the_privileged() {
    assert_eq!(ids("privileged:latest"), [""; 0]);
}

#[test]
fn each_version_has_its_controls_in_order() {
    let first = [
        "appArmorProfile",
        "capabilities_baseline",
        "hostNamespaces",
        "hostPathVolumes",
        "hostPorts",
        "privileged",
        "procMount",
        "seLinuxOptions",
        "seccompProfile_baseline",
        "sysctls",
        "windowsHostProcess",
    ];
    assert_eq!(ids("baseline:v1.0"), first);
    assert_eq!(ids("baseline:v1.33"), first);
    let latest = [
        "appArmorProfile",
        "hostNamespaces",
        "hostPorts",
        "hostProbesAndHostLifecycle",
        "privileged",
        "seLinuxOptions",
        "sysctls",
        "windowsHostProcess",
        "allowPrivilegeEscalation",
        "capabilities_restricted",
        "procMount_restricted",
        "restrictedVolumes",
        "runAsNonRoot",
        "runAsUser",
        "seccompProfile_restricted",
    ];
    assert_eq!(ids("restricted:latest"), latest);
    assert_eq!(ids("restricted:v1.99"), latest);
    assert_eq!(ids("restricted:v1.37"), latest);
    assert!(ids("restricted:v1.34").contains(&"procMount"));
    assert!(!ids("restricted:v1.7").contains(&"allowPrivilegeEscalation"));
}

#[test]
fn a_control_has_one_id_and_one_name_for_both_levels() {
    let mut ids: Vec<_> = CONTROLS.iter().map(|control| control.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), CONTROLS.len());
    let names = |name: &str| CONTROLS.iter().filter(|control| control.name == name).count();
    assert_eq!(
        (names("Capabilities"), names("Seccomp"), names("/proc Mount Type"), names("Sysctls")),
        (2, 2, 2, 1)
    );
}
