//! The API server answers requests that carry no credential, under the name `system:anonymous`.
//!
//! ## Why
//!
//! Whoever reaches the port may then ask what the anonymous user is allowed: by default only health and
//! version, but one careless binding to `system:anonymous` or `system:unauthenticated` opens the cluster to
//! everyone. Without anonymous access such a binding opens nothing. The flag is true unless it is set.
//!
//! ## Mend
//!
//! Hand the API server an `AuthenticationConfiguration` whose `anonymous` part names the health paths alone;
//! the probes of a static Pod and load balancers need these. Where nothing needs them, set
//! `--anonymous-auth=false`. kubeadm's probes ask without credentials, so that flag alone makes the kubelet
//! restart its API server.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-apiserver
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-apiserver
//!       image: registry.k8s.io/kube-apiserver:v1.34.2
//!       command:
//!         - kube-apiserver
//!         - --anonymous-auth=true # here
//!         - --authorization-mode=Node,RBAC
//! ```
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! apiServer:
//!   extraArgs: # here
//!     - name: authorization-mode
//!       value: Node,RBAC
//! ```
//!
//! ```yaml bad
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: AuthenticationConfiguration
//! anonymous:
//!   enabled: true # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-apiserver
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-apiserver
//!       image: registry.k8s.io/kube-apiserver:v1.34.2
//!       command:
//!         - kube-apiserver
//!         - --anonymous-auth=false
//!         - --authorization-mode=Node,RBAC
//! ```
//!
//! ```yaml good
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: AuthenticationConfiguration
//! anonymous:
//!   enabled: true
//!   conditions:
//!     - path: /livez
//!     - path: /readyz
//!     - path: /healthz
//! ```
//!
//! ## References
//!
//! - Kubernetes: authenticating, "Anonymous requests"
//! - Kubernetes enhancement 4633: only allow anonymous auth for configured endpoints

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "api-server-anonymous-access",
    title: "API server answers without a credential",
    message: "the API server answers requests without a credential: `{setting}`",
    variants: &[
        ("unset", "the API server answers requests without a credential, because `{flag}` is not set"),
        ("path", "the API server answers requests for `{path}` without a credential"),
    ],
    remedy: "Allow anonymous requests to the health paths alone, by an AuthenticationConfiguration, or set `--anonymous-auth=false`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "cis-1.12/1.2.1",
        "nsa-cisa/anonymous-access",
        "nist-800-190/4.3.2",
        "pci/1",
        "attack/T1190",
        "microsoft-threat-matrix/MS-TA9029",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

/// What probes and load balancers ask for without a credential.
const HEALTH: &[&str] = &["/healthz", "/livez", "/readyz"];

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "anonymous-auth";
    let everywhere = settings.boolean(flag, true) == Some(true);
    if everywhere && !(settings.lacks(flag) && decided_by_file(settings, examination)) {
        let everyone_may_do_all = settings.allows_everything();
        let severity = if everyone_may_do_all { Severity::Critical } else { Severity::Medium };
        let mend = settings.mend(Safety::Unsafe, flag, false);
        examination.report(settings.found(flag).severity(severity).mend(mend));
    }
    for setting in settings.all("anonymous-path") {
        let path = setting.value.as_deref().unwrap_or_default();
        let health = HEALTH.iter().any(|known| {
            path.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if !health {
            examination.report(settings.found_at(setting).variant("path").arg("path", path));
        }
    }
}

/// Whether the structured authentication says who may come without a name: it does unless its file is here
/// and leaves that to the flag.
fn decided_by_file(settings: &ComponentSettings<'_>, examination: &Examination<'_>) -> bool {
    let inventory = examination.inventory();
    let mut files = inventory.of("apiserver.config.k8s.io", "AuthenticationConfiguration").peekable();
    let elsewhere = files.peek().is_none();
    settings.has("authentication-config")
        && (elsewhere || files.any(|file| file.root.get("anonymous").is_some()))
}
