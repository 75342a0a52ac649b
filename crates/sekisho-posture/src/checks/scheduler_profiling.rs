//! The scheduler serves profiles of itself under `/debug/pprof`.
//!
//! ## Why
//!
//! A profile shows memory, goroutines and command line of the process, and taking one costs processor time:
//! whoever may ask learns about the cluster and can slow it down. Profiling is on unless it is switched off,
//! and nothing in normal operation needs it.
//!
//! ## Mend
//!
//! Set `--profiling=false` or, in a configuration file, `enableProfiling: false`. Switch it on for the time of
//! an inquiry.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-scheduler
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-scheduler
//!       image: registry.k8s.io/kube-scheduler:v1.34.2
//!       command:
//!         - kube-scheduler # here
//!         - --bind-address=127.0.0.1
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-scheduler
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-scheduler
//!       image: registry.k8s.io/kube-scheduler:v1.34.2
//!       command:
//!         - kube-scheduler
//!         - --profiling=true # here
//! ```
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! scheduler: # here
//!   extraVolumes: []
//! ```
//!
//! ```yaml bad
//! apiVersion: kubescheduler.config.k8s.io/v1
//! kind: KubeSchedulerConfiguration # here
//! leaderElection:
//!   leaderElect: true
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-scheduler
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-scheduler
//!       image: registry.k8s.io/kube-scheduler:v1.34.2
//!       command:
//!         - kube-scheduler
//!         - --profiling=false
//! ```
//!
//! ```yaml good
//! apiVersion: kubescheduler.config.k8s.io/v1
//! kind: KubeSchedulerConfiguration
//! enableProfiling: false
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kube-scheduler`

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "scheduler-profiling",
    title: "Scheduler serves profiles",
    message: "the scheduler serves profiles of itself: `{setting}`",
    variants: &[("unset", "the scheduler serves profiles of itself, because `{flag}` is not set")],
    remedy: "Set `--profiling=false`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/1.4.1",
        "nsa-cisa/control-plane-hardening",
        "pci/15",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Scheduler], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    // With a configuration file the flag has no effect.
    if settings.has("config") {
        return;
    }
    if settings.boolean("profiling", true) == Some(true) {
        let mend = settings.mend(Safety::Safe, "profiling", false);
        examination.report(settings.found("profiling").mend(mend));
    }
}
