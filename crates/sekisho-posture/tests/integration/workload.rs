//! What the checks of workloads make of defaults, of Pod and container together, and of one fault in two places.

use sekisho_finding::{Confidence, Finding, Safety, Severity};
use sekisho_posture::{Check, Examine, Settings, examine};

use crate::support::{check, inventory, settings};

fn found(id: &str, text: &str) -> Vec<Finding> {
    examine(&inventory(text), &[check(id)], &settings())
}

/// The fields that a check finds fault with, below `spec` of the Pod.
fn fields(id: &str, text: &str) -> Vec<String> {
    let short = |finding: &Finding| {
        let field = finding.location.field.to_string();
        field.rsplit_once("spec.").map_or(field.clone(), |(_, rest)| rest.to_owned())
    };
    found(id, text).iter().map(short).collect()
}

/// The one finding of a check.
fn one(id: &str, text: &str) -> Finding {
    let mut all = found(id, text);
    assert_eq!(all.len(), 1, "{id}: {all:?}\n{text}");
    all.remove(0)
}

fn safety(finding: &Finding) -> Option<Safety> {
    finding.fix.as_ref().map(|fix| fix.safety)
}

/// A Pod with this `spec`, indented by nothing.
fn pod(spec: &str) -> String {
    let mut text = String::from("apiVersion: v1\nkind: Pod\nmetadata:\n  name: shop\nspec:\n");
    for line in spec.trim_start_matches('\n').lines() {
        text.push_str("  ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// A Pod with one container `web` of this security context, in flow style.
fn secured(context: &str) -> String {
    pod(&format!("containers:\n  - {{name: web, image: web:1, securityContext: {context}}}"))
}

#[test]
fn escalation_that_the_api_server_would_not_let_one_forbid_is_not_reported() {
    for context in
        ["{privileged: true}", "{capabilities: {add: [CAP_SYS_ADMIN]}}", "{allowPrivilegeEscalation: false}"]
    {
        assert!(fields("privilege-escalation", &secured(context)).is_empty(), "{context}");
    }
    for context in ["{}", "null", "{allowPrivilegeEscalation: null}", "{allowPrivilegeEscalation: true}"] {
        let finding = one("privilege-escalation", &secured(context));
        assert_eq!(safety(&finding), Some(Safety::Safe), "{context}");
    }
    // The API server takes these, and who is not root gets them by escalation only.
    for context in ["{capabilities: {add: [SYS_ADMIN]}}", "{capabilities: {add: [all]}}"] {
        let finding = one("privilege-escalation", &secured(context));
        assert_eq!(safety(&finding), Some(Safety::Unsafe), "{context}");
    }
}

#[test]
fn windows_is_exempt_from_what_only_linux_has() {
    let windows = pod("
os: {name: windows}
securityContext: {runAsNonRoot: true}
containers:
  - {name: web, image: registry.example.com/web:1.4.2}");
    let by_node = windows.replace("os: {name: windows}", "nodeSelector: {kubernetes.io/os: windows}");
    for id in [
        "privilege-escalation",
        "capabilities-not-dropped",
        "seccomp-unset",
        "writable-root-filesystem",
        "run-as-non-root-unset",
        "no-user-namespace",
    ] {
        assert!(fields(id, &windows).is_empty(), "{id}");
        assert!(fields(id, &by_node).is_empty(), "{id}");
    }
    let open = windows.replace("securityContext: {runAsNonRoot: true}", "");
    assert_eq!(fields("run-as-non-root-unset", &open), ["securityContext.runAsNonRoot"]);
}

#[test]
fn a_container_says_before_its_pod_who_it_runs_as() {
    let text = pod("
securityContext: {runAsUser: 0}
containers:
  - {name: web, image: web:1, securityContext: {runAsUser: 1000}}
  - {name: log, image: log:1, securityContext: {runAsUser: 1001}}");
    assert!(fields("run-as-root", &text).is_empty());
    let one_inherits = text.replace("securityContext: {runAsUser: 1001}", "");
    assert_eq!(fields("run-as-root", &one_inherits), ["securityContext.runAsUser"]);

    let allowed = pod("
securityContext: {runAsNonRoot: true}
containers:
  - {name: web, image: web:1, securityContext: {runAsNonRoot: false}}
  - {name: log, image: log:1, securityContext: {runAsNonRoot: false, runAsUser: 1000}}");
    assert_eq!(fields("run-as-root", &allowed), ["containers[0].securityContext.runAsNonRoot"]);
    assert!(fields("run-as-non-root-unset", &allowed).is_empty());
}

#[test]
fn root_that_the_kubelet_refuses_or_that_is_nobody_on_the_node_weighs_less() {
    let refused = one("run-as-root", &secured("{runAsUser: 0, runAsNonRoot: true}"));
    assert_eq!(refused.severity, Severity::Low);
    assert!(refused.message.to_string().contains("cannot start"));
    assert_eq!(safety(&refused), Some(Safety::Safe));
    assert_eq!(safety(&one("run-as-root", &secured("{runAsUser: 0}"))), Some(Safety::Unsafe));
    let mapped = pod("
hostUsers: false
containers:
  - {name: web, image: web:1, securityContext: {runAsUser: 0}}");
    assert_eq!(one("run-as-root", &mapped).severity, Severity::Low);
    assert_eq!(one("run-as-root", &secured("{runAsUser: 0}")).severity, Severity::Medium);
}

#[test]
fn a_user_without_enforcement_is_held_where_that_cannot_break_another_container() {
    let text = pod("
containers:
  - {name: web, image: web:1, securityContext: {runAsUser: 1000}}
  - {name: log, image: log:1, securityContext: {runAsUser: 1001}}");
    let finding = one("non-root-not-enforced", &text);
    assert_eq!(finding.location.field.to_string(), "spec.securityContext.runAsNonRoot");
    assert_eq!(safety(&finding), Some(Safety::Safe));
    let beside_root = text.replace("runAsUser: 1001", "runAsUser: 0");
    assert_eq!(fields("non-root-not-enforced", &beside_root), ["containers[0].securityContext.runAsNonRoot"]);
    assert!(fields("non-root-not-enforced", &secured("{runAsUser: 1000, runAsNonRoot: true}")).is_empty());
    assert!(fields("non-root-not-enforced", &secured("{}")).is_empty());
}

#[test]
fn unmasked_proc_is_for_user_namespaces_only() {
    let text = secured("{procMount: Unmasked}");
    let finding = one("unmasked-proc", &text);
    assert_eq!((finding.severity, safety(&finding)), (Severity::High, Some(Safety::Safe)));
    let mapped = one("unmasked-proc", &text.replace("spec:", "spec:\n  hostUsers: false"));
    assert_eq!((mapped.severity, safety(&mapped)), (Severity::Low, Some(Safety::Unsafe)));
}

#[test]
fn what_all_containers_lack_is_one_finding_of_the_pod() {
    let both = pod("
containers:
  - {name: web, image: web:1}
  - {name: log, image: log:1}");
    assert_eq!(fields("seccomp-unset", &both), ["securityContext.seccompProfile"]);
    assert_eq!(fields("run-as-non-root-unset", &both), ["securityContext.runAsNonRoot"]);
    let one_has = both.replace(
        "image: web:1",
        "image: web:1, securityContext: {runAsUser: 7, seccompProfile: {type: RuntimeDefault}}",
    );
    assert_eq!(fields("seccomp-unset", &one_has), ["containers[1].securityContext.seccompProfile"]);
    assert_eq!(fields("run-as-non-root-unset", &one_has), ["containers[1].securityContext.runAsNonRoot"]);
}

#[test]
fn a_privileged_container_is_not_asked_for_what_privilege_makes_moot() {
    let text = secured("{privileged: true}");
    for id in ["seccomp-unset", "capabilities-not-dropped", "privilege-escalation"] {
        assert!(fields(id, &text).is_empty(), "{id}");
    }
    let beside = pod("
containers:
  - {name: agent, image: agent:1, securityContext: {privileged: true}}
  - {name: web, image: web:1}");
    assert_eq!(fields("seccomp-unset", &beside), ["securityContext.seccompProfile"]);
}

#[test]
fn seccomp_annotations_count_only_where_they_are_read() {
    let text = "
apiVersion: v1
kind: Pod
metadata:
  name: shop
  annotations: {seccomp.security.alpha.kubernetes.io/pod: runtime/default}
spec:
  containers:
    - {name: web, image: web:1}
    - {name: log, image: log:1}
";
    let finding = one("seccomp-unset", text);
    assert!(finding.location.field.to_string().contains("annotations"));
    assert_eq!(finding.fix.as_ref().map(|fix| fix.edits.len()), Some(2));
    let old = Settings { kubernetes_minor: Some(26), ..settings() };
    assert!(examine(&inventory(text), &[check("seccomp-unset")], &old).is_empty());

    let unconfined = text.replace("runtime/default", "unconfined");
    assert!(found("seccomp-unconfined", &unconfined).is_empty());
    assert_eq!(found("seccomp-unset", &unconfined).len(), 1);
    let found_then = |id: &str, text: &str| examine(&inventory(text), &[check(id)], &old).len();
    assert_eq!(found_then("seccomp-unconfined", &unconfined), 1);
    assert_eq!(found_then("seccomp-unset", &unconfined), 0);
    let field_first =
        unconfined.replace("spec:", "spec:\n  securityContext: {seccompProfile: {type: Localhost}}");
    assert_eq!(found_then("seccomp-unconfined", &field_first), 0);
}

#[test]
fn a_capability_is_one_finding_and_weighs_by_what_it_can_do_here() {
    let all = secured("{capabilities: {add: [ALL]}}");
    assert_eq!(one("dangerous-capability", &all).severity, Severity::Critical);
    assert!(fields("added-capabilities", &all).is_empty());
    assert!(fields("capabilities-not-dropped", &all).is_empty());

    let mixed = secured("{capabilities: {drop: [ALL], add: [chown, NET_RAW, CAP_NET_ADMIN]}}");
    assert_eq!(fields("added-capabilities", &mixed), ["containers[0].securityContext.capabilities.add[1]"]);
    assert_eq!(one("dangerous-capability", &mixed).severity, Severity::Medium);
    let on_host = mixed.replace("spec:", "spec:\n  hostNetwork: true");
    assert_eq!(one("dangerous-capability", &on_host).severity, Severity::High);

    let idle =
        "{runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {add: [SYS_MODULE, IPC_LOCK]}}";
    let held = one("dangerous-capability", &secured(idle));
    assert_eq!((held.severity, safety(&held)), (Severity::Low, Some(Safety::Safe)));
    let kept = one("capabilities-not-dropped", &secured(idle));
    assert_eq!(safety(&kept), Some(Safety::Safe));
    let rooted = one("capabilities-not-dropped", &secured("{capabilities: {drop: [NET_RAW]}}"));
    assert_eq!(safety(&rooted), Some(Safety::Unsafe));
}

#[test]
fn ports_of_the_host_network_are_not_reported_again() {
    let text = pod("
hostNetwork: true
containers:
  - {name: web, image: web:1, ports: [{containerPort: 80, hostPort: 80}]}");
    assert!(fields("host-port", &text).is_empty());
    let unset = text.replace("hostNetwork: true", "").replace("hostPort: 80", "hostPort: 0");
    assert!(fields("host-port", &unset).is_empty());
}

/// The checks of host paths that report, each with its severity.
fn host_path(path: &str, mount: &str) -> Vec<(&'static str, Severity)> {
    let text = pod(&format!(
        "
containers:
  - name: web
    image: web:1
    volumeMounts:
      - {{name: node, mountPath: /node{mount}}}
volumes:
  - {{name: node, hostPath: {{path: '{path}'}}}}"
    ));
    let family = ["host-path-volume", "host-path-writable", "host-path-sensitive", "container-socket"];
    family.into_iter().flat_map(|id| found(id, &text).into_iter().map(move |f| (id, f.severity))).collect()
}

#[test]
fn a_host_path_is_reported_once_for_the_worst_it_opens() {
    use Severity::{Critical, High, Low, Medium};
    let read = ", readOnly: true";
    for (path, mount, expected) in [
        ("/srv/shop", "", ("host-path-writable", Medium)),
        ("/srv/shop", read, ("host-path-volume", Low)),
        ("/", read, ("host-path-sensitive", Critical)),
        ("/", ", subPath: srv/shop, readOnly: true", ("host-path-volume", Low)),
        ("/", ", subPath: var/run/docker.sock", ("container-socket", Critical)),
        ("/srv/../etc/kubernetes/", read, ("host-path-sensitive", High)),
        ("//etc//cron.d", "", ("host-path-sensitive", Critical)),
        ("/etc/cron.d", read, ("host-path-volume", Low)),
        ("/etc/ssl/certs", read, ("host-path-volume", Low)),
        ("/etc/kubernetes-addons", "", ("host-path-writable", Medium)),
        ("/var/lib", read, ("host-path-sensitive", Critical)),
        ("/var/lib/kubelet/plugins/example", "", ("host-path-writable", Medium)),
        ("/var/log", read, ("host-path-volume", Low)),
        ("/var/log", "", ("host-path-sensitive", High)),
        ("/var/run/containerd/containerd.sock", read, ("container-socket", Critical)),
        ("/run", read, ("container-socket", Critical)),
        ("/home/builder/docker.sock", "", ("container-socket", Critical)),
        (r"\\.\pipe\docker_engine", "", ("container-socket", Critical)),
        (r"C:\", read, ("host-path-sensitive", Critical)),
    ] {
        assert_eq!(host_path(path, mount), [expected], "{path}{mount}");
    }
}

#[test]
fn a_host_path_weighs_less_where_no_container_is_root_and_counts_where_none_mounts_it() {
    let text = pod("
securityContext: {runAsNonRoot: true}
containers:
  - name: web
    image: web:1
    volumeMounts:
      - {name: node, mountPath: /node, readOnly: true}
volumes:
  - {name: node, hostPath: {path: /}}
  - {name: socket, hostPath: {path: /run/docker.sock}}");
    assert_eq!(one("host-path-sensitive", &text).severity, Severity::Medium);
    let socket = one("container-socket", &text);
    assert_eq!(socket.confidence, Confidence::Medium);
    assert_eq!(safety(&socket), Some(Safety::Safe));
}

#[test]
fn resources_come_from_the_container_the_pod_or_the_namespace() {
    let bare = pod("
initContainers:
  - {name: setup, image: setup:1}
containers:
  - {name: web, image: web:1}
ephemeralContainers:
  - {name: debug, image: debug:1}");
    assert_eq!(fields("missing-memory-limit", &bare).len(), 2);

    let of_pod = bare.replace("spec:", "spec:\n  resources: {limits: {memory: 1Gi}}");
    assert!(fields("missing-memory-limit", &of_pod).is_empty());
    assert!(fields("missing-memory-request", &of_pod).is_empty());
    assert_eq!(fields("missing-cpu-limit", &of_pod).len(), 2);

    let range = |kind: &str, namespace: &str| {
        format!(
            "{bare}---\napiVersion: v1\nkind: LimitRange\nmetadata: {{name: range, namespace: {namespace}}}\n\
             spec: {{limits: [{{type: {kind}, default: {{memory: 1Gi}}}}]}}\n"
        )
    };
    assert!(fields("missing-memory-limit", &range("Container", "default")).is_empty());
    assert!(fields("missing-memory-request", &range("Container", "default")).is_empty());
    assert_eq!(fields("missing-memory-limit", &range("Pod", "default")).len(), 2);
    assert_eq!(fields("missing-memory-limit", &range("Container", "other")).len(), 2);
}

#[test]
fn a_request_follows_the_limit_and_a_limit_of_zero_is_none() {
    let with = |resources: &str| {
        pod(&format!("containers:\n  - {{name: web, image: web:1, resources: {resources}}}"))
    };
    assert!(fields("missing-cpu-request", &with("{limits: {cpu: 1}}")).is_empty());
    assert_eq!(fields("missing-cpu-limit", &with("{limits: {cpu: '0'}}")).len(), 1);
    assert_eq!(fields("missing-memory-limit", &with("{limits: {memory: 0Mi}}")).len(), 1);
    assert_eq!(fields("missing-memory-limit", &with("{limits: {memory: null}}")).len(), 1);
    assert_eq!(fields("missing-memory-limit", &with("null")).len(), 1);
}

#[test]
fn probes_are_asked_of_containers_that_stay() {
    let text = pod("
initContainers:
  - {name: setup, image: setup:1}
  - {name: proxy, image: proxy:1, restartPolicy: Always}
containers:
  - {name: web, image: web:1}
ephemeralContainers:
  - {name: debug, image: debug:1}");
    for id in ["missing-liveness-probe", "missing-readiness-probe"] {
        let containers: Vec<_> =
            found(id, &text).into_iter().filter_map(|finding| finding.subject.container).collect();
        assert_eq!(containers, ["proxy", "web"], "{id}");
        assert!(fields(id, &text.replace("spec:", "spec:\n  restartPolicy: Never")).is_empty(), "{id}");
    }
    let cron = "
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: report, image: report:1}]}}}}}
";
    assert!(found("missing-liveness-probe", cron).is_empty());
    assert_eq!(found("missing-memory-limit", cron).len(), 1);
}

#[test]
fn images_are_named_as_docker_completes_them() {
    let image = |image: &str| pod(&format!("containers:\n  - {{name: web, image: '{image}'}}"));
    let digest = format!("sha256:{}", "ab".repeat(32));
    for (name, floating) in [
        ("nginx", true),
        ("nginx:latest", true),
        ("localhost:5000/nginx", true),
        ("nginx:1.29", false),
        ("", false),
        ("$(IMAGE)", false),
        ("Nginx", false),
    ] {
        assert_eq!(!fields("latest-tag", &image(name)).is_empty(), floating, "{name}");
    }
    for name in [format!("nginx@{digest}"), format!("nginx:latest@{digest}")] {
        assert!(fields("latest-tag", &image(&name)).is_empty());
        assert!(fields("missing-image-digest", &image(&name)).is_empty());
        assert!(fields("image-pull-policy", &image(&name)).is_empty());
    }
    let trusting = |registry: &str| Settings { trusted_registries: vec![registry.into()], ..settings() };
    for (registry, name, trusted) in [
        ("docker.io", "nginx", true),
        ("docker.io", "index.docker.io/acme/web", true),
        ("docker.io/library", "nginx", true),
        ("docker.io/nginx", "nginx", true),
        ("docker.io/acme/", "acme/web", true),
        ("docker.io/acme", "acmeevil/web", false),
        ("ghcr.io/acme", "ghcr.io/acme/web", true),
        ("ghcr.io/acme", "ghcr.io/acme-evil/web", false),
        ("GHCR.io", "ghcr.io/acme/web", true),
        ("ghcr.io", "ghcr.io.evil.example/acme/web", false),
        ("registry.example.com", "registry.example.com:5000/web", false),
    ] {
        let findings = examine(&inventory(&image(name)), &[check("untrusted-registry")], &trusting(registry));
        assert_eq!(findings.is_empty(), trusted, "{name} of {registry}");
    }
    let nothing_trusted = Settings { trusted_registries: Vec::new(), ..settings() };
    assert!(examine(&inventory(&image("evil")), &[check("untrusted-registry")], &nothing_trusted).is_empty());
}

#[test]
fn characters_that_deceive_are_shown_by_number() {
    let text = pod("containers:\n  - {name: web, image: \"example.com/w\u{0435}b\u{202e}:1\"}");
    let finding = one("look-alike-image-name", &text);
    let said = finding.message.to_string();
    assert!(said.is_ascii() && said.contains("U+0435") && said.contains("U+202E"), "{said}");
}

#[test]
fn a_token_weighs_by_what_its_account_may_do() {
    let account = |automount: &str| {
        format!("apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: shop}}\n{automount}\n---\n")
    };
    let workload = pod("
serviceAccountName: shop
containers:
  - {name: web, image: web:1}");
    let binding = "---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: shop}
subjects: [{kind: ServiceAccount, name: shop}]
";
    let id = "service-account-token-mounted";
    let stranger = one(id, &workload);
    assert_eq!((stranger.confidence, safety(&stranger)), (Confidence::Medium, Some(Safety::Unsafe)));
    let powerless = one(id, &format!("{}{workload}", account("")));
    assert_eq!((powerless.confidence, safety(&powerless)), (Confidence::Medium, Some(Safety::Safe)));
    assert!(found(id, &format!("{}{workload}{binding}", account(""))).is_empty(), "it has rights to use");
    assert!(found(id, &format!("{}{workload}", account("automountServiceAccountToken: false"))).is_empty());

    let default = workload.replace("  serviceAccountName: shop\n", "");
    assert_eq!(one(id, &default).confidence, Confidence::High);
    let shared = binding.replace("ServiceAccount, name: shop", "ServiceAccount, name: default");
    let bound = one(id, &format!("{default}{shared}"));
    assert_eq!((bound.confidence, safety(&bound)), (Confidence::Low, Some(Safety::Unsafe)));
    let elsewhere = default.replace("name: shop", "name: shop\n  labels: {tier: control-plane}");
    assert!(found(id, &elsewhere).is_empty());
}

#[test]
fn custom_resources_leave_room_for_their_operator() {
    let custom = "
apiVersion: example.com/v1
kind: Engine
metadata: {name: engine}
spec:
  template:
    spec:
      containers:
        - {name: web, image: 'web:1'}
        - {name: patched}
";
    let limits = found("missing-memory-limit", custom);
    assert_eq!(limits.len(), 1);
    assert_eq!(limits[0].confidence, Confidence::Medium);
    assert!(found("default-service-account", custom).is_empty());
}

#[test]
fn a_patch_is_not_asked_for_what_stands_elsewhere() {
    let patch = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - {name: web, securityContext: {privileged: true}}
";
    let of_pods = |check: &&Check| matches!(check.examine, Examine::Container(_) | Examine::Pod(_));
    let all: Vec<_> = sekisho_posture::checks().filter(of_pods).collect();
    let rules: Vec<_> =
        examine(&inventory(patch), &all, &settings()).into_iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["privileged-container"]);
}

#[test]
fn nothing_of_the_wrong_type_is_taken_for_something_else() {
    let text = "
apiVersion: v1
kind: Pod
metadata: {name: [shop], labels: 7, annotations: []}
spec:
  hostNetwork: 'true'
  hostPID: 1
  os: windows
  nodeSelector: []
  securityContext: [runAsUser]
  tolerations: {operator: Exists}
  serviceAccountName: {}
  volumes: [1, {hostPath: /}, {hostPath: {path: []}}, null]
  initContainers: {name: web}
  containers:
    - 5
    - {name: {}, image: [web], securityContext: {capabilities: [ALL], privileged: 'yes please'}}
    - {name: web, image: web:1, ports: {hostPort: 80}, resources: [], volumeMounts: 3, livenessProbe: [httpGet]}
";
    let all: Vec<_> = sekisho_posture::checks().collect();
    let rules: Vec<_> = examine(&inventory(text), &all, &settings()).into_iter().map(|f| f.rule).collect();
    for absent in ["host-network", "host-pid", "privileged-container", "host-port", "host-path-sensitive"] {
        assert!(!rules.iter().any(|rule| rule == absent), "{absent}");
    }
}

#[test]
fn replicas_are_counted_with_their_autoscaler() {
    let deployment = |replicas: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: shop}}\nspec:\n  {replicas}\n  template:\n    \
             metadata: {{labels: {{app: shop}}}}\n    spec: {{containers: [{{name: web, image: web:1}}]}}\n"
        )
    };
    let budget = |selector: &str| {
        format!(
            "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: b}}\nspec: {selector}\n"
        )
    };
    assert_eq!(found("single-replica", &deployment("replicas: 1")).len(), 1);
    assert!(found("single-replica", &deployment("replicas: 0")).is_empty());
    assert!(found("missing-disruption-budget", &deployment("replicas: 1")).is_empty());
    assert_eq!(found("missing-disruption-budget", &deployment("replicas: 2")).len(), 1);
    for (selector, guards) in [
        ("{selector: {matchLabels: {app: shop}}}", true),
        ("{selector: {matchExpressions: [{key: app, operator: In, values: [shop, cart]}]}}", true),
        ("{selector: {}}", true),
        ("{selector: {matchLabels: {app: cart}}}", false),
        ("{}", false),
    ] {
        let text = format!("{}{}", deployment("replicas: 2"), budget(selector));
        assert_eq!(found("missing-disruption-budget", &text).is_empty(), guards, "{selector}");
    }
}
