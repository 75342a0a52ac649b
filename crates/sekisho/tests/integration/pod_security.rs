//! Pod Security at the command line: the configuration of the API server, the short form, labels of namespaces.

use serde_json::Value;

use crate::command::{Ran, Workbench};

const RESOURCES: &str = r#"
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: baseline
    pod-security.kubernetes.io/warn: restricted
    pod-security.kubernetes.io/warn-version: v1.24
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  hostNetwork: true
  containers:
  - name: web
    image: web:1
    securityContext:
      privileged: true
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: back, namespace: shop}
spec:
  selector: {}
  template:
    spec:
      containers: [{name: back, image: "back:1"}]
---
apiVersion: v1
kind: Pod
metadata: {name: free, namespace: other}
spec:
  containers: [{name: web, image: "web:1", ports: [{containerPort: 1, hostPort: 1}]}]
"#;

const CONFIGURATION: &str = "apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    defaults:
      enforce: baseline
      enforce-version: latest
    exemptions:
      usernames: [admin]
      runtimeClasses: [sandbox]
      namespaces: [kube-system]
";

fn bench(files: &[(&str, &str)]) -> Workbench {
    let bench = Workbench::new();
    for (name, text) in files {
        bench.file(name, text);
    }
    bench
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).expect("JSON")
}

/// Each row in one line: policy, rule, resource, result.
fn rows(report: &Value) -> Vec<String> {
    let rows = report["results"].as_array().expect("rows").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rows.map(|row| {
        let name = text(&row["resource"]["name"]);
        format!("{} {} {name} {}", text(&row["policy"]), text(&row["rule"]), text(&row["result"]))
    })
    .collect()
}

#[test]
fn labels_of_namespaces_win_over_the_level_of_the_command_line() {
    let bench = bench(&[("all.yaml", RESOURCES)]);
    let ran = bench.run(&["policy", "check", "--pod-security", "privileged", "-r", "all.yaml", "-f", "json"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let report = json(&ran);
    assert_eq!(
        rows(&report),
        ["baseline:latest enforce web fail", "restricted:v1.24 warn back warn"],
        "{}",
        ran.out
    );
    let web = &report["results"][0];
    assert_eq!(
        web["message"],
        "violates PodSecurity \"baseline:latest\": host namespaces (hostNetwork=true), privileged \
         (container \"web\" must not set securityContext.privileged=true)"
    );
    assert_eq!((web["location"]["line"].as_u64(), web["location"]["column"].as_u64()), (Some(15), Some(3)));
    assert_eq!(web["otherLocations"][0]["field"], "spec.containers[0].securityContext.privileged");
    assert_eq!(web["policyLocation"]["line"], 7);
    let back = &report["results"][1];
    let message = back["message"].as_str().expect("a message");
    assert!(message.starts_with("would violate PodSecurity \"restricted:v1.24\": "), "{message}");
    assert_eq!(back["enforcement"], serde_json::json!(["warn"]));
    assert_eq!(back["policyLocation"]["field"], "metadata.labels['pod-security.kubernetes.io/warn']");

    let all = bench.run(&["policy", "check", "--pod-security", "baseline", "-r", "all.yaml", "-f", "json"]);
    assert!(rows(&json(&all)).contains(&"baseline:latest enforce free fail".to_owned()), "{}", all.out);
}

#[test]
fn a_level_alone_warns_of_what_makes_pods() {
    let bench = bench(&[("all.yaml", &RESOURCES.replace("namespace: shop", "namespace: third"))]);
    let check = |more: &[&str]| {
        let mut arguments = vec!["policy", "check", "-r", "all.yaml", "-f", "json"];
        arguments.extend(more);
        bench.run(&arguments)
    };
    let ran = check(&["--pod-security", "restricted:v1.31"]);
    assert_eq!(
        rows(&json(&ran)),
        [
            "restricted:v1.31 enforce web fail",
            "restricted:v1.31 warn back warn",
            "restricted:v1.31 enforce free fail"
        ]
    );
    let ran = check(&["--pod-security", "audit=restricted"]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert_eq!(
        rows(&json(&ran)),
        [
            "restricted:latest audit web warn",
            "restricted:latest audit back warn",
            "restricted:latest audit free warn"
        ]
    );
    assert_eq!(check(&["--pod-security", "audit=restricted", "--fail-on", "warn"]).status, 1);
    assert_eq!(check(&["--pod-security", "restricted", "--fail-on", "none"]).status, 0);
}

#[test]
fn levels_and_versions_that_are_none_are_refused_in_the_words_of_the_api_server() {
    let bench = bench(&[("all.yaml", RESOURCES)]);
    let said = |level: &str| {
        let ran = bench.run(&["policy", "check", "--pod-security", level, "-r", "all.yaml"]);
        assert_eq!(ran.status, 2, "{}", ran.out);
        ran.err
    };
    assert!(said("strict").contains("must be one of privileged, baseline, restricted"));
    assert!(said("baseline:1.31").contains("must be \"latest\" or \"v1.x\""));
    assert!(said("refuse=baseline").contains("use enforce, audit or warn"));
    let twice = bench.run(&[
        "policy",
        "check",
        "--pod-security",
        "baseline",
        "--pod-security",
        "enforce=restricted",
        "-r",
        "all.yaml",
    ]);
    assert_eq!(twice.status, 2);
    assert!(twice.err.contains("names the level of `enforce` twice"), "{}", twice.err);
}

#[test]
fn the_configuration_of_the_api_server_is_a_policy() {
    let pods = "
apiVersion: v1
kind: Pod
metadata: {name: plain, namespace: default}
spec: {hostPID: true, containers: [{name: a, image: a}]}
---
apiVersion: v1
kind: Pod
metadata: {name: sandboxed, namespace: default}
spec: {hostPID: true, runtimeClassName: sandbox, containers: [{name: a, image: a}]}
---
apiVersion: v1
kind: Pod
metadata: {name: system, namespace: kube-system}
spec: {hostPID: true, containers: [{name: a, image: a}]}
";
    let bench = bench(&[("admission.yaml", CONFIGURATION), ("pods.yaml", pods)]);
    let check = |more: &[&str]| {
        let mut arguments = vec!["policy", "check", "-p", "admission.yaml", "-r", "pods.yaml", "-f", "json"];
        arguments.extend(more);
        bench.run(&arguments)
    };
    let ran = check(&[]);
    let report = json(&ran);
    assert_eq!(
        rows(&report),
        [
            "baseline:latest enforce plain fail",
            "pod-security exemptions sandboxed skip",
            "pod-security exemptions system skip"
        ]
    );
    let place = &report["results"][0]["policyLocation"];
    assert_eq!((place["file"].as_str(), place["line"].as_u64()), (Some("admission.yaml"), Some(9)));
    assert_eq!(place["field"], "plugins[0].configuration.defaults.enforce");
    assert_eq!(report["results"][2]["message"], "exempt by namespace");
    let exempt = check(&["--as", "admin"]);
    assert_eq!((exempt.status, rows(&json(&exempt)).len()), (0, 3), "{}", exempt.out);
    let stricter = check(&["--pod-security", "restricted"]);
    assert_eq!(rows(&json(&stricter))[0], "restricted:latest enforce plain fail");
}

#[test]
fn a_wrong_configuration_is_named_with_its_places() {
    let wrong = CONFIGURATION
        .replace("enforce: baseline", "enforce: strict")
        .replace("enforce-version: latest", "enforce-version: \"1.3\"")
        .replace("[admin]", "[admin, admin]");
    let elsewhere = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n\
         - {name: PodSecurity, path: pod-security.yaml}\n";
    let bench = bench(&[("wrong.yaml", &wrong), ("elsewhere.yaml", elsewhere), ("all.yaml", RESOURCES)]);
    let ran = bench.run(&["policy", "check", "-p", "wrong.yaml", "-r", "all.yaml"]);
    assert_eq!(ran.status, 4);
    for line in [
        "wrong.yaml:9:16: plugins[0].configuration.defaults.enforce: `strict` must be one of privileged, \
         baseline, restricted",
        "wrong.yaml:10:24: plugins[0].configuration.defaults.enforce-version: `1.3` must be \"latest\" or \
         \"v1.x\"",
        "wrong.yaml:12:26: plugins[0].configuration.exemptions.usernames[1]: `admin` stands twice: remove one",
    ] {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
    let ran = bench.run(&["policy", "check", "-p", "elsewhere.yaml", "-r", "all.yaml"]);
    assert_eq!(ran.status, 4);
    assert!(ran.out.contains("`pod-security.yaml` stands in another file"), "{}", ran.out);
}

#[test]
fn labels_of_a_namespace_that_cannot_be_read_are_refused_where_they_stand() {
    let labels = RESOURCES.replace("enforce: baseline", "enforce: strict");
    let bench = bench(&[("all.yaml", &labels)]);
    let ran = bench.run(&["policy", "check", "--pod-security", "privileged", "-r", "all.yaml", "-f", "json"]);
    let report = json(&ran);
    let row = &report["results"][0];
    assert_eq!((row["rule"].as_str(), row["result"].as_str()), (Some("labels"), Some("fail")));
    assert_eq!(
        row["message"],
        "Namespace \"shop\" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \
         \"strict\": must be one of privileged, baseline, restricted"
    );
    assert_eq!((row["location"]["line"].as_u64(), row["location"]["column"].as_u64()), (Some(7), Some(5)));
    assert_eq!(rows(&report)[1], "restricted:latest enforce web fail");
}

#[test]
fn scan_reports_a_level_once_an_object() {
    let bench = bench(&[("all.yaml", RESOURCES), ("admission.yaml", CONFIGURATION)]);
    let scan = |more: &[&str]| {
        let mut arguments = vec!["scan", "all.yaml", "--only", "host-ipc", "-f", "json"];
        arguments.extend(more);
        bench.run(&arguments)
    };
    let rules = |ran: &Ran| -> Vec<String> {
        let report = json(ran);
        let findings = report["findings"].as_array().expect("findings").iter();
        findings
            .map(|one| {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                format!("{} {} {}", text(&one["rule"]), text(&one["object"]["name"]), text(&one["severity"]))
            })
            .collect()
    };
    let ran = scan(&["--pod-security", "baseline"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let mut found = rules(&ran);
    found.sort();
    assert_eq!(
        found,
        [
            "pod-security/baseline free high",
            "pod-security/baseline web high",
            "pod-security/restricted back medium"
        ]
    );
    let ran = scan(&["--policy", "admission.yaml"]);
    assert_eq!(rules(&ran).len(), 3, "{}", ran.out);
}
