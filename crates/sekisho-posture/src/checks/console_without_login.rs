//! A console is told to let everyone in.
//!
//! ## Why
//!
//! The console then acts for whoever opens it with the rights of its own service account: for Argo CD and Argo
//! Workflows that is, in effect, deploying anything. Every Pod of the cluster can reach it, and so can every
//! web page that a person with a port-forward visits.
//!
//! ## Mend
//!
//! Remove the argument. Let the console ask the organisation's identity provider, and give its service account
//! the rights of a reader.
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: kubernetes-dashboard
//! spec:
//!   template:
//!     spec:
//!       containers:
//!         - name: dashboard
//!           image: registry.example.com/kubernetesui/dashboard:v2.7.0
//!           args:
//!             - --namespace=kubernetes-dashboard
//!             - --enable-skip-login # here
//! ```
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: argo-server
//! spec:
//!   template:
//!     spec:
//!       containers:
//!         - name: argo-server
//!           image: registry.example.com/argoproj/argocli:v3.7.2
//!           args:
//!             - server
//!             - --auth-mode=server # here
//! ```
//!
//! ```yaml good
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: kubernetes-dashboard
//! spec:
//!   template:
//!     spec:
//!       containers:
//!         - name: dashboard
//!           image: registry.example.com/kubernetesui/dashboard:v2.7.0
//!           args:
//!             - --namespace=kubernetes-dashboard
//!             - --auto-generate-certificates
//! ```
//!
//! ## References
//!
//! - Kubernetes Dashboard: arguments
//! - Argo Workflows: "Auth mode"
//! - Argo CD: reference of `argocd-server`
//! - Traefik: "API & dashboard"

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "console-without-login",
    title: "Console lets everyone in",
    message: "{console} in container `{container}` asks nobody who he is: `{argument}`",
    variants: &[],
    remedy: "Remove the argument and let the console ask for a login",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2022/K09",
        "owasp-2025/K06",
        "owasp-2025/K09",
        "nsa-cisa/anonymous-access",
        "nist-800-190/4.3.2",
        "pci/1",
        "attack/T1133",
        "microsoft-threat-matrix/MS-TA9005",
    ],
    cel: None,
    examine: Examine::Container(examine),
};

/// An argument that opens a console.
struct Opening {
    /// A part of the image's name, or of the program's.
    program: &'static str,
    title: &'static str,
    flag: &'static str,
    /// The value that opens; none: true.
    value: Option<&'static str>,
    severity: Severity,
}

const OPENINGS: &[Opening] = &[
    Opening {
        program: "dashboard",
        title: "Kubernetes Dashboard",
        flag: "enable-skip-login",
        value: None,
        severity: Severity::High,
    },
    Opening {
        program: "dashboard",
        title: "Kubernetes Dashboard",
        flag: "enable-insecure-login",
        value: None,
        severity: Severity::Medium,
    },
    Opening {
        program: "argocli",
        title: "Argo Workflows",
        flag: "auth-mode",
        value: Some("server"),
        severity: Severity::High,
    },
    Opening {
        program: "argocd",
        title: "Argo CD",
        flag: "disable-auth",
        value: None,
        severity: Severity::Critical,
    },
    Opening {
        program: "traefik",
        title: "Traefik",
        flag: "api.insecure",
        value: None,
        severity: Severity::Medium,
    },
];

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let image = container.image();
    let program = container.node.strings("command").next().unwrap_or_default();
    for opening in OPENINGS {
        if !image.contains(opening.program) && !program.contains(opening.program) {
            continue;
        }
        for list in ["command", "args"] {
            let items: Vec<_> = container.node.get(list).map_or(&[][..], Node::items).iter().collect();
            for (index, item) in items.iter().enumerate() {
                let next = items.get(index + 1).and_then(|next| next.as_str());
                if item.as_str().is_some_and(|item| opens(opening, item, next)) {
                    let place = container.field(field![list, index]);
                    let argument = item.as_str().unwrap_or_default();
                    let found = Found::at(place.clone()).severity(opening.severity);
                    let mend = Mend::risky(format!("remove `--{}`", opening.flag)).remove(&place);
                    let fixable = argument.contains('=') || opening.value.is_none();
                    let found = found.mend(fixable.then_some(mend));
                    examination.report(found.arg("console", opening.title).arg("argument", argument));
                }
            }
        }
    }
}

/// Whether an argument, or it and the next one, open the console.
fn opens(opening: &Opening, argument: &str, next: Option<&str>) -> bool {
    let Some(body) = argument.strip_prefix("--") else { return false };
    let (flag, value) = body.split_once('=').map_or((body, None), |(flag, value)| (flag, Some(value)));
    flag == opening.flag
        && match opening.value {
            None => value.is_none_or(|value| value.eq_ignore_ascii_case("true")),
            Some(wanted) => value.or(next) == Some(wanted),
        }
}
