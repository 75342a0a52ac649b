//! What is installed: replicas and their version, the rights of their account, policies, and broken glass.

use sekisho_cluster::{BreakGlass, Right};
use sekisho_manifest::Node;

use super::{Diagnosis, Grade, Patient};
use crate::command::break_glass;

/// The Deployment, its account, and the ConfigMap of the policies.
const ADMISSION: &str = "sekisho-admission";

/// Looks at the Deployment; whether there is one.
pub(super) fn deployment(patient: &Patient<'_>, diagnosis: &mut Diagnosis) -> bool {
    const ABOUT: &str = "replicas";
    let path = format!("/apis/apps/v1/namespaces/{}/deployments/{ADMISSION}", patient.namespace);
    let deployment = match patient.connection.get(&path) {
        Ok(deployment) => deployment,
        Err(error) if error.is_absent() => {
            let says = format!("there is no `{ADMISSION}` in the namespace `{}`", patient.namespace);
            let mend = "install with `sekisho install`, or name the namespace of the installation";
            diagnosis.enter("installation", Grade::Warning, says, mend);
            return false;
        }
        Err(error) => {
            diagnosis.unknown("installation", error.to_string());
            return false;
        }
    };
    let number = |path: &[&str]| deployment.at(path).and_then(Node::as_i64).unwrap_or(0);
    let wanted = number(&["spec", "replicas"]);
    let available = number(&["status", "availableReplicas"]);
    let describe = format!("kubectl describe deployment {ADMISSION} --namespace {}", patient.namespace);
    if available == 0 {
        diagnosis.enter(ABOUT, Grade::Problem, format!("none of {wanted} replicas answers"), describe);
    } else if available < wanted {
        let says = format!("{available} of {wanted} replicas answer");
        diagnosis.enter(ABOUT, Grade::Warning, says, describe);
    } else if wanted < 2 {
        let mend = "let two run: `--set replicas=2`";
        diagnosis.enter(ABOUT, Grade::Warning, "one replica is away whenever its node is", mend);
    } else {
        diagnosis.well(ABOUT, format!("{available} of {wanted} answer"));
    }
    version(&deployment, diagnosis);
    true
}

fn version(deployment: &Node, diagnosis: &mut Diagnosis) {
    let label = ["metadata", "labels", "app.kubernetes.io/version"];
    let installed = deployment.at(&label).and_then(Node::as_str).unwrap_or("");
    let here = env!("CARGO_PKG_VERSION");
    if installed == here {
        diagnosis.well("version", format!("{here}, as here"));
    } else if !installed.is_empty() {
        let says = format!("{installed} is installed, and this is {here}");
        diagnosis.enter("version", Grade::Warning, says, "install again with the version that you test with");
    }
}

/// Whether the account of the webhook has the rights that it needs.
pub(super) fn rights(patient: &Patient<'_>, diagnosis: &mut Diagnosis) {
    const ABOUT: &str = "rights";
    let webhooks = "admissionregistration.k8s.io";
    let namespace = patient.namespace;
    let of_all = |verb, resource| Right { verb, resource, ..Right::default() };
    let own = |verb, resource, name| Right { verb, resource, name, namespace, ..Right::default() };
    let configuration =
        |resource| Right { verb: "patch", group: webhooks, resource, name: "sekisho", ..Right::default() };
    let needed = [
        of_all("list", "namespaces"),
        of_all("watch", "namespaces"),
        of_all("list", "pods"),
        own("get", "secrets", "sekisho-admission-authority"),
        own("update", "secrets", "sekisho-admission-authority"),
        own("list", "configmaps", ""),
        own("watch", "configmaps", ""),
        configuration("validatingwebhookconfigurations"),
        configuration("mutatingwebhookconfigurations"),
        Right {
            verb: "get",
            resource: "configmaps",
            name: "extension-apiserver-authentication",
            namespace: "kube-system",
            ..Right::default()
        },
    ];
    let mut lacking = Vec::new();
    for right in needed {
        match patient.connection.may(right, Some((namespace, ADMISSION))) {
            Ok(true) => {}
            Ok(false) => lacking.push(right.words()),
            Err(error) => return diagnosis.unknown(ABOUT, error.to_string()),
        }
    }
    if lacking.is_empty() {
        diagnosis.well(ABOUT, "the webhook's account has what it needs");
    } else {
        let says = format!("the webhook's account lacks: {}", lacking.join(", "));
        diagnosis.enter(ABOUT, Grade::Problem, says, "apply what `sekisho install` prints again");
    }
    let too_many = [("list", "secrets"), ("create", "pods"), ("update", "configmaps")];
    for (verb, resource) in too_many {
        if matches!(patient.connection.may(of_all(verb, resource), Some((namespace, ADMISSION))), Ok(true)) {
            let says = format!("the webhook's account may {verb} {resource} everywhere, which it never does");
            diagnosis.enter(ABOUT, Grade::Warning, says, "look who binds it to a further role");
        }
    }
}

/// Whether there are policies, and what the replicas say of them.
pub(super) fn policies(patient: &Patient<'_>, diagnosis: &mut Diagnosis) {
    const ABOUT: &str = "policies";
    if let Some(source) = followed(patient) {
        diagnosis.well(ABOUT, format!("of the bundle {source}"));
        return replicas(patient, diagnosis);
    }
    let path = format!("/api/v1/namespaces/{}/configmaps/sekisho-policies", patient.namespace);
    match patient.connection.get(&path) {
        Ok(map) => {
            let files = map.get("data").map_or(0, |data| data.entries().len());
            if files == 0 {
                let mend = "put policies into it: `sekisho install --policy FOLDER`";
                diagnosis.enter(ABOUT, Grade::Warning, "the ConfigMap `sekisho-policies` is empty", mend);
            } else {
                diagnosis.well(ABOUT, format!("{files} files in the ConfigMap `sekisho-policies`"));
            }
        }
        Err(error) if error.is_absent() => {
            let mend = "make it, or install with `sekisho install --policy FOLDER`: no Pod starts without it";
            diagnosis.enter(ABOUT, Grade::Problem, "there is no ConfigMap `sekisho-policies`", mend);
        }
        Err(error) => diagnosis.unknown(ABOUT, error.to_string()),
    }
    replicas(patient, diagnosis);
}

/// The bundle that is followed instead of the ConfigMap.
fn followed(patient: &Patient<'_>) -> Option<String> {
    let path = format!("/apis/apps/v1/namespaces/{}/deployments/{ADMISSION}", patient.namespace);
    let deployment = patient.connection.get(&path).ok()?;
    let containers = deployment.at(&["spec", "template", "spec", "containers"]).map_or(&[][..], Node::items);
    let mut arguments = containers.iter().flat_map(|container| container.strings("args"));
    arguments.find_map(|argument| argument.strip_prefix("--bundle=").map(str::to_owned))
}

/// What each replica says of the policies that count, where the network lets it be asked.
fn replicas(patient: &Patient<'_>, diagnosis: &mut Diagnosis) {
    const ABOUT: &str = "bundle";
    let pods = format!(
        "/api/v1/namespaces/{}/pods?labelSelector=app.kubernetes.io%2Fcomponent%3Dadmission",
        patient.namespace
    );
    let Ok(pods) = patient.connection.get(&pods) else { return };
    for pod in pods.get("items").map_or(&[][..], Node::items) {
        let text = |path: &[&str]| pod.at(path).and_then(Node::as_str).unwrap_or("");
        let name = text(&["metadata", "name"]);
        if text(&["status", "phase"]) != "Running" {
            continue;
        }
        let path = format!("/api/v1/namespaces/{}/pods/{name}:8081/proxy/readyz", patient.namespace);
        match patient.connection.get(&path) {
            Ok(told) => {
                let said = |path: &[&str]| told.at(path).and_then(Node::as_str).unwrap_or("").to_owned();
                let digest = said(&["policies", "revision", "digest"]);
                let refused = said(&["policies", "refused", "reason"]);
                if refused.is_empty() {
                    diagnosis.well(ABOUT, format!("{name} has {digest}"));
                } else {
                    let says =
                        format!("{name} keeps {digest}, since the newer policies cannot be used: {refused}");
                    diagnosis.enter(
                        ABOUT,
                        Grade::Warning,
                        says,
                        "mend the policies; the last good ones count",
                    );
                }
            }
            Err(error) => diagnosis.unknown(ABOUT, format!("{name} cannot be asked: {error}")),
        }
    }
}

/// Whether glass is broken.
pub(super) fn broken_glass(patient: &Patient<'_>, diagnosis: &mut Diagnosis) {
    const ABOUT: &str = "break-glass";
    let maps = match break_glass::maps(patient.connection, patient.namespace) {
        Ok(maps) => maps,
        Err(error) => return diagnosis.unknown(ABOUT, error.to_string()),
    };
    let mut is_whole = true;
    for map in &maps {
        match BreakGlass::read(map) {
            Ok(glass) if glass.is_open(patient.now) => {
                is_whole = false;
                let BreakGlass { name, person, until, reason, .. } = &glass;
                let says = format!("`{name}` by {person} is open until {until}: {reason}");
                let mend = format!("when it is over: `sekisho break-glass close {name}`");
                diagnosis.enter(ABOUT, Grade::Warning, says, mend);
            }
            Ok(_) => {}
            Err(error) => diagnosis.enter(ABOUT, Grade::Warning, error.to_string(), "remove the ConfigMap"),
        }
    }
    if is_whole {
        diagnosis.well(ABOUT, "the glass is whole");
    }
}
