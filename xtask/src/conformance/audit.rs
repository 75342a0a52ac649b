//! Audit logs and the rules of others for them: real logs, Falco's rules over them, and Sigma's rules.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sekisho_audit::{Parser, SOURCE, catalog};
use sekisho_falco::{Evaluator, LoadBudget, Loader, Matching, RuleSet};
use sekisho_manifest::SourceId;

use super::Outcome;

/// Rules of Falco's plugin and the logs that they are about; a rule behind a `!` must not match.
const EXPECTED: &[(&str, &str)] = &[
    ("anonymous_creates_namespace_foo", "Anonymous Request Allowed"),
    ("attach_cluster_admin_role", "Attach to cluster-admin Role"),
    ("attach_pod", "Attach/Exec Pod"),
    ("create_cluster_role_pod_exec", "ClusterRole With Pod Exec Created"),
    ("create_cluster_role_wildcard_resources", "ClusterRole With Wildcard Created"),
    ("create_cluster_role_wildcard_verbs", "ClusterRole With Wildcard Created"),
    ("create_cluster_role_write_privileges", "ClusterRole With Write Privileges Created"),
    ("create_clusterrole", "K8s ClusterRole Created"),
    ("create_clusterrolebinding", "K8s ClusterRoleBinding Created"),
    ("create_configmap", "K8s ConfigMap Created"),
    ("create_configmap_no_sensitive_values", "!Create/Modify Configmap With Private Credentials"),
    ("create_configmap_sensitive_values", "Create/Modify Configmap With Private Credentials"),
    ("create_deployment", "K8s Deployment Created"),
    ("create_kube_system_secret", "!K8s Secret Created"),
    ("create_nginx_pod_hostnetwork", "Create HostNetwork Pod"),
    ("create_nginx_pod_no_secctx_1st_container_privileged_2nd_container", "Create Privileged Pod"),
    ("create_nginx_pod_nohostnetwork", "!Create HostNetwork Pod"),
    ("create_nginx_pod_privileged", "Create Privileged Pod"),
    ("create_nginx_pod_privileged_2nd_container", "Create Privileged Pod"),
    ("create_nginx_pod_sensitive_mount", "Create Sensitive Mount Pod"),
    ("create_nginx_pod_sensitive_mount_2nd_container", "Create Sensitive Mount Pod"),
    ("create_nginx_pod_unprivileged", "!Create Privileged Pod"),
    ("create_nginx_pod_unsensitive_mount", "!Create Sensitive Mount Pod"),
    ("create_nginx_service_nodeport", "Create NodePort Service"),
    ("create_nginx_service_nonodeport", "!Create NodePort Service"),
    ("create_pod_kube_public_namespace", "Pod Created in Kube Namespace"),
    ("create_pod_kube_system_namespace", "Pod Created in Kube Namespace"),
    ("create_secret", "K8s Secret Created"),
    ("create_service", "K8s Service Created"),
    ("create_service_account_token_secret", "!K8s Secret Created"),
    ("create_serviceaccount", "K8s Serviceaccount Created"),
    ("create_serviceaccount_kube_public_namespace", "Service Account Created in Kube Namespace"),
    ("create_serviceaccount_kube_system_namespace", "Service Account Created in Kube Namespace"),
    ("delete_cluster_role_kube_aggregator", "System ClusterRole Modified/Deleted"),
    ("delete_clusterrole", "K8s ClusterRole Deleted"),
    ("delete_clusterrolebinding", "K8s ClusterRoleBinding Deleted"),
    ("delete_configmap", "K8s ConfigMap Deleted"),
    ("delete_deployment", "K8s Deployment Deleted"),
    ("delete_namespace_foo", "K8s Namespace Deleted"),
    ("delete_secret", "K8s Secret Deleted"),
    ("delete_service", "K8s Service Deleted"),
    ("delete_serviceaccount", "K8s Serviceaccount Deleted"),
    ("exec_pod", "Attach/Exec Pod"),
    ("minikube_creates_namespace_foo", "K8s Namespace Created"),
    ("modify_cluster_role_node_problem_detector", "System ClusterRole Modified/Deleted"),
    ("some-user_creates_namespace_foo", "K8s Namespace Created"),
];

/// Logs that were made to break what reads them, and hold no event.
const BROKEN: &[&str] = &["fal_01_003"];

/// Every log is read to its end, and those that hold no event are refused.
pub(super) fn logs(data: &Path) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for path in files(data, "json")? {
        let mut errors = Vec::new();
        let mut count = 0;
        each(&fs::read(&path)?, &mut |event| match event {
            Ok(_) => count += 1,
            Err(error) => errors.push(error),
        });
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if BROKEN.contains(&id.as_str()) {
            let miss = errors.is_empty().then(|| "must be refused".to_owned());
            outcomes.push(Outcome { id, miss });
            continue;
        }
        if count == 0 {
            errors.push("no event".to_owned());
        }
        outcomes.push(Outcome { id, miss: (!errors.is_empty()).then(|| errors.join("; ")) });
    }
    Ok(outcomes)
}

/// Falco's rules over the logs; `data` is a checkout of its plugins, `logs` the folder of the logs.
pub(super) fn falco(data: &Path, logs: &Path) -> Result<Vec<Outcome>> {
    let path = data.join("plugins/k8saudit/rules/k8s_audit_rules.yaml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let (result, rules) = Loader::new(catalog(), LoadBudget::default()).load(&text);
    let rules = rules.with_context(|| format!("{:?}", result.messages()))?;
    let mut outcomes = Vec::new();
    for (log, wanted) in EXPECTED {
        let bytes = fs::read(logs.join(format!("{log}.json")))?;
        let found = names(&rules, &bytes);
        let (fires, rule) = match wanted.strip_prefix('!') {
            Some(rule) => (false, rule),
            None => (true, *wanted),
        };
        ensure!(rules.rule(rule).is_some(), "there is no rule `{rule}`");
        let miss = (found.contains(rule) != fires).then(|| format!("wants {wanted}, found {found:?}"));
        outcomes.push(Outcome { id: format!("{log}:{rule}"), miss });
    }
    Ok(outcomes)
}

/// Sigma's rules for Kubernetes; `data` is a checkout of its rules. Each file must load and compile.
pub(super) fn sigma(data: &Path) -> Result<Vec<Outcome>> {
    let folder = data.join("rules/application/kubernetes");
    let mut outcomes = Vec::new();
    let mut loader = Loader::new(catalog(), LoadBudget::default());
    for path in files(&folder, "yml")? {
        let text = fs::read_to_string(&path)?;
        let file = sekisho_sigma::load(SourceId(0), &text, &sekisho_sigma::Budget::default());
        let mut errors: Vec<_> = file.errors.iter().map(ToString::to_string).collect();
        let rules: Vec<_> = file
            .rules
            .into_iter()
            .map(|rule| {
                let name = rule.title.clone();
                rule.into_rule(name, SOURCE)
            })
            .collect();
        if rules.is_empty() {
            errors.push("no rule".to_owned());
        }
        let (result, _) = loader.add(rules);
        errors.extend(result.errors().map(ToString::to_string));
        let id = path.strip_prefix(data).unwrap_or(&path).display().to_string();
        outcomes.push(Outcome { id, miss: (!errors.is_empty()).then(|| errors.join("; ")) });
    }
    Ok(outcomes)
}

fn names(rules: &RuleSet, log: &[u8]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut evaluator = Evaluator::new();
    each(log, &mut |event| {
        let Ok(event) = event else { return };
        let matches = rules.matches(&mut evaluator, &event, Matching::All);
        names.extend(matches.iter().map(|found| found.rule.name.clone()));
    });
    names
}

fn each(log: &[u8], take: &mut dyn FnMut(Result<sekisho_audit::AuditEvent<'_>, String>)) {
    let mut parser = Parser::default();
    for line in log.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        match parser.parse(line) {
            Ok(parsed) => parsed.events(&mut |event| take(event.map_err(|error| error.to_string()))),
            Err(error) => take(Err(error.to_string())),
        }
    }
}

fn files(folder: &Path, kind: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(&path, kind)?);
        } else if path.extension().is_some_and(|known| known == kind) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
