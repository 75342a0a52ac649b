//! What a cluster is made of, its known vulnerabilities, and how its components are set up, on a real API server.

use serde_json::{Value, json};

use super::{ApiServer, alone, objects, wait};
use crate::command::{Ran, Workbench};

fn run(arguments: &[&str]) -> Ran {
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    Workbench::new().run(&[arguments, &["--kubeconfig", &kubeconfig]].concat())
}

fn parse(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err))
}

const NODE: &str = "{apiVersion: v1, kind: Node, metadata: {name: bill-worker, labels: {node-role.kubernetes.io/worker: ''}}}";

const WORKLOADS: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress}
spec:
  replicas: 1
  selector: {matchLabels: {app: ingress}}
  template:
    metadata: {labels: {app: ingress}}
    spec:
      containers:
      - {name: controller, image: 'registry.k8s.io/ingress-nginx/controller:v1.11.3'}
---
apiVersion: v1
kind: Service
metadata: {name: ingress}
spec: {selector: {app: ingress}, ports: [{port: 443}]}
";

const DIGEST: &str = "sha256:4d8f6e9b9b8a7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d";

/// Makes a node and a Pod that say what a kubelet would have said of them.
fn set_up(server: &ApiServer) {
    for object in objects(NODE) {
        server.create(&object, "");
    }
    let info = json!({"status": {"nodeInfo": {
        "architecture": "amd64", "bootID": "", "containerRuntimeVersion": "containerd://1.6.8",
        "kernelVersion": "6.1.0-18", "kubeProxyVersion": "", "kubeletVersion": "v1.28.1", "machineID": "",
        "operatingSystem": "linux", "osImage": "Debian GNU/Linux 12 (bookworm)", "systemUUID": ""
    }}});
    let path = "/api/v1/nodes/bill-worker/status";
    server.connection.patch(path, sekisho_cluster::MERGE_PATCH, &info.to_string()).expect("a node");
    server.namespace("bill", &[]);
    for object in objects(WORKLOADS) {
        server.create(&object, "bill");
    }
    let pod = wait("a Pod", || {
        let pods = server.connection.get("/api/v1/namespaces/bill/pods").expect("Pods");
        pods.get("items")?
            .items()
            .first()
            .and_then(|pod| Some(pod.at(&["metadata", "name"])?.as_str()?.to_owned()))
    });
    let status = json!({"status": {"containerStatuses": [{
        "name": "controller", "image": "registry.k8s.io/ingress-nginx/controller:v1.11.3", "ready": true,
        "restartCount": 0, "imageID": format!("registry.k8s.io/ingress-nginx/controller@{DIGEST}")
    }]}});
    let path = format!("/api/v1/namespaces/bill/pods/{pod}/status");
    server.connection.patch(&path, sekisho_cluster::MERGE_PATCH, &status.to_string()).expect("a status");
}

fn assert_bill(bill: &Value) {
    assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&json!("CycloneDX"), &json!("1.6")));
    assert_eq!(bill["metadata"]["component"]["version"], "v1.36.3");
    assert_eq!(bill["compositions"][0]["aggregate"], "complete");
    let components = bill["components"].as_array().expect("components");
    let of = |reference: &str| components.iter().find(|one| one["bom-ref"] == reference);
    let node = of("node/bill-worker").expect("the node");
    let parts: Vec<_> = node["components"]
        .as_array()
        .expect("parts")
        .iter()
        .map(|part| (&part["name"], &part["version"]))
        .collect();
    assert_eq!(parts[0], (&json!("kubelet"), &json!("v1.28.1")));
    assert_eq!(parts[3], (&json!("containerd"), &json!("1.6.8")));
    let image =
        of(&format!("image/registry.k8s.io/ingress-nginx/controller:v1.11.3@{DIGEST}")).expect("the image");
    assert_eq!(image["version"], DIGEST);
    let workload = image["properties"]
        .as_array()
        .expect("properties")
        .iter()
        .find(|one| one["name"] == "sekisho:workload");
    assert_eq!(workload.expect("a workload")["value"], "Deployment bill/ingress (container controller)");
    assert!(image["purl"].as_str().expect("a purl").starts_with("pkg:oci/controller@sha256%3A"), "{image}");
    let ingress = of("component/ingress-nginx@v1.11.3").expect("the component");
    assert_eq!(ingress["name"], "ingress-nginx");
    let vulnerabilities = bill["vulnerabilities"].as_array().expect("vulnerabilities");
    let affects = |id: &str| {
        vulnerabilities.iter().find(|one| one["id"] == id).map(|one| one["affects"][0]["ref"].clone())
    };
    assert_eq!(affects("CVE-2025-1974"), Some(json!("component/ingress-nginx@v1.11.3")));
    assert_eq!(affects("CVE-2024-10220"), Some(json!("node/bill-worker/kubelet")));
    let services = bill["services"].as_array().expect("services");
    let service = services.iter().find(|one| one["name"] == "ingress").expect("the Service");
    assert_eq!(service["endpoints"], json!(["tcp://ingress.bill.svc:443"]));
}

#[test]
fn a_cluster_on_the_api_server_is_billed() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    set_up(&server);

    let ran = run(&["sbom", "cluster"]);
    let alike = ["sbom", "cluster", "--namespace", "bill"].as_slice();
    let (first, again) = (run(alike), run(alike));
    let scanned = run(&[
        "scan",
        "cluster",
        "--format",
        "json",
        "--fail-on",
        "none",
        "--only",
        "vulnerable-cluster-component,unsupported-kubernetes-version",
    ]);
    for object in objects(WORKLOADS) {
        server.delete(&object, "bill");
    }
    for object in objects(NODE) {
        server.delete(&object, "");
    }
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(first.out == again.out, "the same cluster gives the same bytes");
    assert_bill(&parse(&ran));

    let report = parse(&scanned);
    let found: Vec<_> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| {
            let object = &finding["object"];
            (
                finding["rule"].as_str().unwrap_or(""),
                object["kind"].as_str().unwrap_or(""),
                object["name"].as_str().unwrap_or(""),
            )
        })
        .collect();
    for expected in [
        ("vulnerable-cluster-component", "Node", "bill-worker"),
        ("vulnerable-cluster-component", "Deployment", "ingress"),
        ("unsupported-kubernetes-version", "Node", "bill-worker"),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
}

#[test]
fn a_bill_without_rights_on_the_api_server_is_incomplete_and_says_so() {
    if ApiServer::get().is_none() {
        return;
    }
    let ran = run(&["sbom", "cluster", "--as", "nobody"]);
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(ran.err.contains("cluster/nodes: nodes is forbidden"), "{}", ran.err);
    assert_eq!(parse(&ran)["compositions"][0]["aggregate"], "incomplete");
}

const SET_UP: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: kubeadm-config, namespace: kube-system}
data:
  ClusterConfiguration: |
    apiVersion: kubeadm.k8s.io/v1beta4
    kind: ClusterConfiguration
    kubernetesVersion: v1.28.4
    apiServer:
      extraArgs:
      - {name: anonymous-auth, value: 'true'}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kubelet-config, namespace: kube-system}
data:
  kubelet: |
    apiVersion: kubelet.config.k8s.io/v1beta1
    kind: KubeletConfiguration
    readOnlyPort: 10255
";

#[test]
fn set_up_that_the_api_server_keeps_in_config_maps_is_read() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    for object in objects(SET_UP) {
        server.create(&object, "kube-system");
    }
    let ran =
        run(&["scan", "cluster", "--namespace", "kube-system", "--format", "json", "--fail-on", "none"]);
    for object in objects(SET_UP) {
        server.delete(&object, "kube-system");
    }
    let report = parse(&ran);
    let findings = report["findings"].as_array().expect("findings");
    let place = |rule: &str| {
        findings
            .iter()
            .find(|one| one["rule"] == rule)
            .map(|one| one["location"]["file"].as_str().unwrap_or("").to_owned())
    };
    let kubeadm = "cluster/kube-system/configmaps/kubeadm-config/ClusterConfiguration";
    assert_eq!(place("unsupported-kubernetes-version").as_deref(), Some(kubeadm));
    assert_eq!(place("api-server-anonymous-access").as_deref(), Some(kubeadm));
    let kubelet = "cluster/kube-system/configmaps/kubelet-config/kubelet";
    assert_eq!(place("kubelet-read-only-port").as_deref(), Some(kubelet));
}

const APPLIED: &str = r#"
apiVersion: storage.k8s.io/v1
kind: VolumeAttributesClass
metadata:
  name: applied
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"apiVersion":"storage.k8s.io/v1beta1","kind":"VolumeAttributesClass"}'
driverName: disk.csi.example.com
parameters: {iops: '1000'}
"#;

#[test]
fn the_version_in_which_an_object_of_the_api_server_was_applied_counts() {
    let Some(server) = ApiServer::get() else { return };
    for object in objects(APPLIED) {
        server.create(&object, "");
    }
    let ran = run(&[
        "scan",
        "cluster",
        "--only",
        "deprecated-api-version",
        "--format",
        "json",
        "--fail-on",
        "none",
    ]);
    for object in objects(APPLIED) {
        server.delete(&object, "");
    }
    let report = parse(&ran);
    let findings = report["findings"].as_array().expect("findings");
    let found = findings.iter().find(|one| one["object"]["name"] == "applied").expect("a finding");
    assert!(found["message"].as_str().is_some_and(|text| text.contains("storage.k8s.io/v1beta1")), "{found}");
    assert!(!ran.out.contains("last-applied"), "{}", ran.out);
}

const POLICY: &str = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: owned}
spec:
  rules:
  - name: owner
    match: {any: [{resources: {kinds: [Deployment]}}]}
    validate: {message: name an owner, pattern: {metadata: {labels: {owner: '?*'}}}}
";

#[test]
fn policies_are_applied_to_what_the_api_server_holds() {
    let Some(server) = ApiServer::get() else { return };
    server.namespace("owned", &[]);
    for object in objects(WORKLOADS) {
        server.create(&object, "owned");
    }
    let bench = Workbench::new();
    bench.file("policy.yaml", POLICY);
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let ran = bench.run(&[
        "scan",
        "cluster",
        "--namespace",
        "owned",
        "--policy",
        "policy.yaml",
        "--format",
        "json",
        "--fail-on",
        "none",
        "--kubeconfig",
        &kubeconfig,
    ]);
    for object in objects(WORKLOADS) {
        server.delete(&object, "owned");
    }
    let report = parse(&ran);
    let found: Vec<_> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|one| one["rule"].as_str().is_some_and(|rule| rule.contains("owned")))
        .map(|one| one["object"]["name"].as_str().unwrap_or("").to_owned())
        .collect();
    assert_eq!(found, ["ingress"], "{}", ran.out);
}
