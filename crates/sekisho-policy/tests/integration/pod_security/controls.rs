//! What the controls say, beyond the Pods of the conformance suite.

use sekisho_policy::pod_security::{Control, Found, Pod, Version, details, evaluate_as_kyverno, reasons};

use super::{node, violations};

/// What a level says of a Pod, in one line.
fn said(policy: &str, pod: &str) -> String {
    details(&violations(policy, pod))
}

#[test]
fn all_that_is_wrong_is_said_in_one_line() {
    let pod = "
metadata: {name: shop}
spec:
  hostNetwork: true
  containers:
  - name: a
    securityContext: {privileged: true, runAsUser: 0}
  - name: b
    ports: [{hostPort: 9090}, {hostPort: 80}]
";
    let found = violations("restricted:latest", pod);
    assert_eq!(
        reasons(&found),
        "host namespaces, hostPort, privileged, allowPrivilegeEscalation != false, unrestricted capabilities, \
         runAsNonRoot != true, runAsUser=0, seccompProfile"
    );
    assert_eq!(
        details(&found),
        "host namespaces (hostNetwork=true), hostPort (container \"b\" uses hostPorts 80, 9090), privileged \
         (container \"a\" must not set securityContext.privileged=true), allowPrivilegeEscalation != false \
         (containers \"a\", \"b\" must set securityContext.allowPrivilegeEscalation=false), unrestricted \
         capabilities (containers \"a\", \"b\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot \
         != true (pod or containers \"a\", \"b\" must set securityContext.runAsNonRoot=true), runAsUser=0 \
         (container \"a\" must not set runAsUser=0), seccompProfile (pod or containers \"a\", \"b\" must set \
         securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")"
    );
}

#[test]
fn containers_are_named_init_first_and_ephemeral_last() {
    let pod = "
spec:
  containers: [{name: b, securityContext: {privileged: true}}]
  ephemeralContainers: [{name: c, securityContext: {privileged: true}}]
  initContainers: [{name: a, securityContext: {privileged: true}}]
";
    let found = violations("baseline:latest", pod);
    assert_eq!(
        details(&found),
        "privileged (containers \"a\", \"b\", \"c\" must not set securityContext.privileged=true)"
    );
    let paths: Vec<_> = found[0].faults.iter().map(|fault| fault.path.to_string()).collect();
    assert_eq!(
        paths,
        [
            "spec.initContainers[0].securityContext.privileged",
            "spec.containers[0].securityContext.privileged",
            "spec.ephemeralContainers[0].securityContext.privileged"
        ]
    );
}

#[test]
fn host_ports_are_listed_by_their_digits() {
    let pod = "spec: {containers: [{name: a, ports: [{hostPort: 9}, {hostPort: 80}, {hostPort: 443}, {hostPort: 80}]}]}";
    assert_eq!(said("baseline:latest", pod), "hostPort (container \"a\" uses hostPorts 443, 80, 9)");
}

#[test]
fn a_null_is_nothing_and_null_in_a_list_is_empty() {
    let pod = "
metadata: {annotations: {seccomp.security.alpha.kubernetes.io/pod: null}}
spec:
  hostNetwork: null
  securityContext: {seccompProfile: null, sysctls: [null]}
  volumes: [null, {name: a, hostPath: null}]
  containers: [null, {name: a, securityContext: {privileged: null, procMount: null, capabilities: {add: [null]}}}]
";
    assert_eq!(
        said("baseline:latest", pod),
        "non-default capabilities (container \"a\" must not include \"\" in securityContext.capabilities.add), \
         forbidden sysctls"
    );
    assert!(
        said("baseline:v1.0", pod)
            .contains("seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod=\"\")")
    );
    assert!(!said("restricted:latest", pod).contains("volume"));
}

#[test]
fn a_field_of_the_wrong_type_is_as_good_as_absent() {
    let pod = "
spec:
  hostNetwork: yes please
  securityContext: [1]
  volumes: {a: b}
  containers: [7, {name: [x], securityContext: {privileged: 'true', allowPrivilegeEscalation: 'false'}}]
  initContainers: text
";
    assert_eq!(said("baseline:latest", pod), "");
    assert!(
        said("restricted:latest", pod)
            .starts_with("allowPrivilegeEscalation != false (containers \"\", \"\" must")
    );
}

#[test]
fn a_pod_without_spec_has_nothing_to_refuse() {
    assert_eq!(said("restricted:latest", "{kind: Pod}"), "");
    assert!(
        sekisho_policy::pod_security::evaluate(super::policy_of("restricted:latest"), &Pod::new(None, None))
            .is_empty()
    );
}

#[test]
fn windows_is_asked_for_less_since_1_25() {
    let pod = "spec: {os: {name: windows}, containers: [{name: a}]}";
    assert_eq!(
        said("restricted:latest", pod),
        "runAsNonRoot != true (pod or container \"a\" must set securityContext.runAsNonRoot=true)"
    );
    assert!(said("restricted:v1.24", pod).contains("unrestricted capabilities"));
}

#[test]
fn users_of_its_own_let_a_pod_run_as_root_since_1_35() {
    let pod = "
spec:
  hostUsers: false
  securityContext: {runAsUser: 0, runAsNonRoot: false}
  containers: [{name: a, securityContext: {procMount: Unmasked}}]
";
    assert_eq!(said("baseline:v1.35", pod), "");
    assert!(said("baseline:v1.34", pod).contains("procMount"));
    let restricted = said("restricted:v1.35", pod);
    assert!(restricted.contains("procMount") && !restricted.contains("runAs"), "{restricted}");
    assert!(said("restricted:v1.34", pod).contains("runAsUser=0 (pod must not set runAsUser=0)"));
    assert!(said("baseline:v1.35", &pod.replace("false\n  sec", "true\n  sec")).contains("procMount"));
}

#[test]
fn a_volume_without_source_is_an_empty_dir_and_one_with_an_unknown_source_is_refused() {
    let pod = "spec: {volumes: [{name: a}, {name: b, tape: {}}, {name: c, nfs: {}, hostPath: {}}, {name: d, image: {}}]}";
    assert_eq!(
        said("restricted:latest", pod),
        "restricted volume types (volumes \"b\", \"c\" use restricted volume types \"hostPath\", \"unknown\")"
    );
    let paths: Vec<_> = violations("restricted:latest", pod)
        .iter()
        .flat_map(|violation| violation.faults.iter().map(|fault| fault.path.to_string()))
        .collect();
    assert_eq!(paths, ["spec.volumes[1].tape", "spec.volumes[2].hostPath"]);
}

#[test]
fn annotations_are_quoted_as_go_quotes() {
    let pod = r#"
metadata:
  annotations:
    container.apparmor.security.beta.kubernetes.io/b: "\"\\\a\b\f\n\r\t\v\x01\x7F\x80\xA0\xADé日\u200B\u0301\U0001F600\U000E0001"
    container.apparmor.security.beta.kubernetes.io/a: unconfined
spec:
  containers: [{name: c, securityContext: {appArmorProfile: {type: Unconfined}}}]
"#;
    assert_eq!(
        said("baseline:latest", pod),
        "forbidden AppArmor profiles (container \"c\" and annotations must not set AppArmor profile type to \
         \"Unconfined\", \"container.apparmor.security.beta.kubernetes.io/a=\"unconfined\"\", \
         \"container.apparmor.security.beta.kubernetes.io/b=\"\\\"\\\\\\a\\b\\f\\n\\r\\t\\v\\x01\\x7f\\u0080\\u00a0\\u00adé日\\u200b\u{301}😀\\U000e0001\"\")"
    );
}

#[test]
fn the_same_control_can_be_asked_alone() {
    let root = node(
        "spec: {containers: [{name: a, securityContext: {capabilities: {add: [SYS_ADMIN, KILL, BPF]}}}]}",
    );
    let pod = Pod::of(&root);
    let control = Control::of("capabilities_baseline").expect("a control");
    let violation = control.examine(Version::Latest, &pod).expect("a violation");
    let fault = &violation.faults[0];
    assert_eq!(fault.restricted_field(), "spec.containers[*].securityContext.capabilities.add");
    assert_eq!(fault.container(), Some(("containers", 0)));
    assert_eq!(fault.found, Found::Texts(vec!["BPF".into(), "SYS_ADMIN".into()]));
    assert_eq!(fault.values(), ["BPF", "SYS_ADMIN"]);
    let probes = Control::of("hostProbesAndHostLifecycle").expect("a control");
    assert!(!probes.exists_in(Version::Minor(33)) && probes.exists_in(Version::Minor(34)));
    assert!(Control::of("nothing").is_none());
}

#[test]
fn kyverno_asks_more_and_knows_less() {
    let asked = |policy: &str, pod: &str| -> Vec<&'static str> {
        let violations = evaluate_as_kyverno(super::policy_of(policy), &Pod::of(&node(pod)));
        violations.into_iter().map(|violation| violation.control).collect()
    };
    let pod = "
spec:
  hostUsers: false
  securityContext: {runAsUser: 0, sysctls: [{name: net.ipv4.tcp_notsent_lowat}]}
  volumes: [{name: a, hostPath: {path: /}}]
  containers: [{name: a, securityContext: {procMount: Unmasked, capabilities: {add: [BPF], drop: [ALL]}}}]
";
    let restricted = [
        "allowPrivilegeEscalation",
        "capabilities_baseline",
        "capabilities_restricted",
        "hostPathVolumes",
        "procMount",
        "restrictedVolumes",
        "runAsNonRoot",
        "runAsUser",
        "seccompProfile_restricted",
        "sysctls",
    ];
    assert_eq!(asked("restricted:latest", pod), restricted);
    assert_eq!(asked("restricted:v1.37", pod), restricted);
    assert_eq!(asked("restricted:v1.0", pod), restricted);
    assert_eq!(
        asked("baseline:v1.5", pod),
        ["capabilities_baseline", "hostPathVolumes", "procMount", "sysctls"]
    );
    let probe = node("spec: {containers: [{name: a, livenessProbe: {tcpSocket: {host: b}}}]}");
    let found = evaluate_as_kyverno(super::policy_of("baseline:v1.0"), &Pod::of(&probe));
    assert_eq!((found[0].reason, found[0].faults.len()), ("probe or lifecycle host", 0));
}
