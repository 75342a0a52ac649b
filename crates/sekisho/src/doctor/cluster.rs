//! The cluster itself: its version, its clock, and whether whoever asks may install.

use jiff::SignedDuration;
use sekisho_cluster::Right;
use sekisho_posture::end_of_support;

use super::{Diagnosis, Grade, Patient};

/// The first minor in which everything is there that an installation needs: conditions of webhooks and admission
/// policies.
const FIRST: u32 = 30;

/// How far clocks may be apart: certificates begin to hold an hour before they are made.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The version of the server; none where it does not answer.
pub(super) fn server(patient: &Patient<'_>, diagnosis: &mut Diagnosis) -> Option<()> {
    const ABOUT: &str = "api-server";
    let version = match patient.connection.get("/version") {
        Ok(version) => version,
        Err(error) => {
            diagnosis.enter(
                ABOUT,
                Grade::Problem,
                error.to_string(),
                "name the cluster with --kubeconfig and --context, and look whether it answers",
            );
            return None;
        }
    };
    let release = version.str("gitVersion");
    let minor: u32 = version.str("minor").trim_end_matches('+').parse().unwrap_or(0);
    if minor < FIRST {
        let says =
            format!("{release} is older than 1.{FIRST}, the first that has what an installation needs");
        diagnosis.enter(ABOUT, Grade::Problem, says, "upgrade the cluster");
    } else {
        match end_of_support(minor) {
            Some(end) if end.day < patient.now.as_second() / 86_400 => {
                let says = format!("{release} has had no fixes since {end}");
                diagnosis.enter(ABOUT, Grade::Warning, says, "upgrade the cluster");
            }
            Some(end) => diagnosis.well(ABOUT, format!("{release} answers, supported until {end}")),
            None => diagnosis.well(ABOUT, format!("{release} answers")),
        }
    }
    Some(())
}

/// Whether the clocks agree by which certificates hold and glass is broken.
pub(super) fn clock(patient: &Patient<'_>, diagnosis: &mut Diagnosis) {
    const ABOUT: &str = "clock";
    match patient.connection.server_time() {
        Ok(Some(time)) => {
            let apart = patient.now.duration_since(time).abs();
            let seconds = apart.as_secs();
            if apart > SKEW {
                let says = format!("the API server's clock and the one here are {seconds} s apart");
                let mend = "let the clocks be set by NTP: certificates and breaks of glass go by them";
                diagnosis.enter(ABOUT, Grade::Warning, says, mend);
            } else {
                diagnosis.well(ABOUT, format!("{seconds} s from the API server's"));
            }
        }
        Ok(None) => diagnosis.unknown(ABOUT, "the API server does not say its time"),
        Err(error) => diagnosis.unknown(ABOUT, error.to_string()),
    }
}

/// What an installation makes.
const MADE: &[(&str, &str, bool)] = &[
    ("", "namespaces", false),
    ("", "serviceaccounts", true),
    ("", "secrets", true),
    ("", "configmaps", true),
    ("", "services", true),
    ("apps", "deployments", true),
    ("policy", "poddisruptionbudgets", true),
    ("networking.k8s.io", "networkpolicies", true),
    ("rbac.authorization.k8s.io", "roles", true),
    ("rbac.authorization.k8s.io", "rolebindings", true),
    ("rbac.authorization.k8s.io", "clusterroles", false),
    ("rbac.authorization.k8s.io", "clusterrolebindings", false),
    ("admissionregistration.k8s.io", "validatingwebhookconfigurations", false),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations", false),
    ("admissionregistration.k8s.io", "validatingadmissionpolicies", false),
    ("admissionregistration.k8s.io", "validatingadmissionpolicybindings", false),
];

/// Whether whoever asks may install.
pub(super) fn rights_to_install(patient: &Patient<'_>, diagnosis: &mut Diagnosis) {
    const ABOUT: &str = "rights";
    let mut lacking = Vec::new();
    for (group, resource, namespaced) in MADE {
        let namespace = if *namespaced { patient.namespace } else { "" };
        for verb in ["create", "patch"] {
            let right = Right { verb, group, resource, namespace, ..Right::default() };
            match patient.connection.may(right, None) {
                Ok(true) => {}
                Ok(false) => lacking.push(right.words()),
                Err(error) => return diagnosis.unknown(ABOUT, error.to_string()),
            }
        }
    }
    if lacking.is_empty() {
        diagnosis.well(ABOUT, "whoever asks here may install");
    } else {
        let says = format!("to install it takes more rights: {}", lacking.join(", "));
        diagnosis.enter(ABOUT, Grade::Problem, says, "install as an administrator of the cluster");
    }
}
