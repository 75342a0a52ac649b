//! The controller of an installation, where there is one: replicas, who of them works, and the rights of their account.

use jiff::{SignedDuration, Timestamp};
use sekisho_cluster::Right;
use sekisho_manifest::Node;

use super::{Diagnosis, Grade, Patient};

/// The Deployment, its account and its lease.
const CONTROLLER: &str = "sekisho-controller";

/// How old the lease may be: it is renewed every 5 seconds, and clocks differ.
const RENEWED: SignedDuration = SignedDuration::from_mins(1);

/// Looks at the controller; nothing is said where none is installed.
pub(super) fn controller(patient: &Patient<'_>, diagnosis: &mut Diagnosis) {
    const ABOUT: &str = "controller";
    let path = format!("/apis/apps/v1/namespaces/{}/deployments/{CONTROLLER}", patient.namespace);
    let deployment = match patient.connection.get(&path) {
        Ok(deployment) => deployment,
        Err(error) if error.is_absent() => return,
        Err(error) => return diagnosis.unknown(ABOUT, error.to_string()),
    };
    let number = |path: &[&str]| deployment.at(path).and_then(Node::as_i64).unwrap_or(0);
    let (wanted, available) = (number(&["spec", "replicas"]), number(&["status", "availableReplicas"]));
    let describe = format!("kubectl describe deployment {CONTROLLER} --namespace {}", patient.namespace);
    if available == 0 {
        let says = format!("none of {wanted} replicas is ready: nothing is audited");
        diagnosis.enter(ABOUT, Grade::Problem, says, describe);
    } else if available < wanted {
        diagnosis.enter(
            ABOUT,
            Grade::Warning,
            format!("{available} of {wanted} replicas are ready"),
            describe,
        );
    } else {
        diagnosis.well(ABOUT, format!("{available} of {wanted} are ready"));
    }
    lease(patient, diagnosis);
    rights(patient, &deployment, diagnosis);
}

/// Whether a replica holds the lease, and renews it.
fn lease(patient: &Patient<'_>, diagnosis: &mut Diagnosis) {
    const ABOUT: &str = "lease";
    const MEND: &str = "look at the log of the controller";
    let path = format!("/apis/coordination.k8s.io/v1/namespaces/{}/leases/{CONTROLLER}", patient.namespace);
    let lease = match patient.connection.get(&path) {
        Ok(lease) => lease,
        Err(error) if error.is_absent() => {
            let mend = "apply what `sekisho install` prints again";
            return diagnosis.enter(ABOUT, Grade::Problem, "the lease of the controller is not there", mend);
        }
        Err(error) => return diagnosis.unknown(ABOUT, error.to_string()),
    };
    let text = |key: &str| lease.at(&["spec", key]).and_then(Node::as_str).unwrap_or("");
    let (holder, renewed) = (text("holderIdentity"), text("renewTime").parse::<Timestamp>());
    match renewed {
        _ if holder.is_empty() => diagnosis.enter(ABOUT, Grade::Problem, "no replica works", MEND),
        Ok(renewed) if patient.now.duration_since(renewed) > RENEWED => {
            let says = format!("`{holder}` has not renewed its lease since {renewed}");
            diagnosis.enter(ABOUT, Grade::Problem, says, MEND);
        }
        Ok(_) => diagnosis.well(ABOUT, format!("`{holder}` works")),
        Err(_) => diagnosis.enter(ABOUT, Grade::Warning, format!("`{holder}` never renewed its lease"), MEND),
    }
}

/// Whether the account of the controller has the rights that it needs, and none that it was not installed with.
fn rights(patient: &Patient<'_>, deployment: &Node, diagnosis: &mut Diagnosis) {
    const ABOUT: &str = "controller-rights";
    let namespace = patient.namespace;
    let of_all = |verb, resource| Right { verb, resource, ..Right::default() };
    let lease =
        |verb| Right { verb, group: "coordination.k8s.io", resource: "leases", name: CONTROLLER, namespace };
    let needed = [of_all("list", "namespaces"), of_all("watch", "namespaces"), lease("get"), lease("update")];
    let mut lacking = Vec::new();
    for right in needed {
        match patient.connection.may(right, Some((namespace, CONTROLLER))) {
            Ok(true) => {}
            Ok(false) => lacking.push(right.words()),
            Err(error) => return diagnosis.unknown(ABOUT, error.to_string()),
        }
    }
    if lacking.is_empty() {
        diagnosis.well(ABOUT, "the controller's account has what it needs");
    } else {
        let says = format!("the controller's account lacks: {}", lacking.join(", "));
        diagnosis.enter(ABOUT, Grade::Problem, says, "apply what `sekisho install` prints again");
    }
    let containers = deployment.at(&["spec", "template", "spec", "containers"]).map_or(&[][..], Node::items);
    let arguments: Vec<&str> = containers.iter().flat_map(|container| container.strings("args")).collect();
    let beyond = [
        ("--effects", "create", "pods"),
        ("--effects", "update", "configmaps"),
        ("--cleanup", "delete", "pods"),
        ("--effects", "list", "secrets"),
    ];
    for (option, verb, resource) in beyond {
        let is_asked_for = arguments.contains(&option) || arguments.contains(&"--cleanup");
        let may = || patient.connection.may(of_all(verb, resource), Some((namespace, CONTROLLER)));
        if !is_asked_for && matches!(may(), Ok(true)) {
            let says = format!(
                "the controller's account may {verb} {resource} everywhere, which it is not asked to"
            );
            diagnosis.enter(ABOUT, Grade::Warning, says, "look who binds it to a further role");
        }
    }
}
