//! Components of clusters: known by their images, and what is known of their versions.

use sekisho_finding::{Confidence, Severity};
use sekisho_posture::{ClusterComponent, Settings, check, end_of_support, examine, exposure};

use crate::support::{inventory, settings};

fn component(image: &str) -> Option<&'static str> {
    ClusterComponent::of_image(&image.parse().expect("an image")).map(|component| component.id)
}

#[test]
fn components_are_known_by_their_images() {
    for (image, id) in [
        ("registry.k8s.io/coredns/coredns:v1.11.1", "coredns"),
        ("602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/coredns:v1.10.1-eksbuild.5", "coredns"),
        ("rancher/mirrored-coredns-coredns:1.10.1", "coredns"),
        ("registry.k8s.io/ingress-nginx/controller:v1.11.3", "ingress-nginx"),
        ("quay.io/metallb/controller:v0.14.3", "metallb"),
        ("quay.io/jetstack/cert-manager-webhook:v1.14.0", "cert-manager"),
        ("quay.io/calico/node:v3.27.0", "calico"),
        ("traefik:v3.0", "traefik"),
        ("registry.k8s.io/kube-apiserver:v1.30.1", "kube-apiserver"),
    ] {
        assert_eq!(component(image), Some(id), "{image}");
    }
    for image in ["registry.example.com/shop/controller:1", "nginx:1", "registry.example.com/my-coredns:1"] {
        assert_eq!(component(image), None, "{image}");
    }
}

#[test]
fn the_tables_are_whole() {
    let all = ClusterComponent::all();
    assert!(all.len() > 60);
    assert!(all.iter().all(|one| !one.name().is_empty() && !one.category.is_empty()));
    let facts = include_str!("../../data/vulnerabilities.txt");
    for line in facts.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, id, _, ranges] = words[..] else { panic!("{line}") };
        for range in ranges.split(',') {
            let (start, end) = range.split_once("..").unwrap_or_else(|| panic!("{line}"));
            let start = if start == "0" { "0.0.0" } else { start };
            let found = exposure(name, start).unwrap_or_else(|| panic!("{line}"));
            assert!(found.known.iter().any(|known| known.id == id), "{line}");
            let at_end = exposure(name, end).map(|found| found.known).unwrap_or_default();
            let next = ranges.contains(&format!("{end}.."));
            assert!(next || at_end.iter().all(|known| known.id != id), "{line}");
        }
    }
}

#[test]
fn a_version_is_mended_where_nothing_known_is_left() {
    let found = exposure("ingress-nginx", "v1.11.3").expect("vulnerabilities");
    assert_eq!(found.known.first().map(|known| (known.id, known.score)), Some(("CVE-2025-1974", Some(98))));
    assert_eq!(found.mended, "1.13.7");
    assert!(exposure("ingress-nginx", &found.mended).is_none());
    assert_eq!(exposure("kubelet", "v1.29.6").expect("one").mended, "1.29.14");
    for version in ["v1.36.3", "", "latest", "vv", "99999999999999999999.1", "-1"] {
        assert!(exposure("kubelet", version).is_none(), "{version}");
    }
}

#[test]
fn nodes_and_the_server_of_a_live_cluster_are_looked_at() {
    let text = "
apiVersion: v1
kind: Service
metadata: {name: kubernetes, namespace: default}
---
apiVersion: v1
kind: Service
metadata: {name: kubernetes, namespace: shop}
---
apiVersion: v1
kind: Node
metadata: {name: w}
status: {nodeInfo: {kubeletVersion: v1.28.1, operatingSystem: windows, containerRuntimeVersion: 'containerd://1.6.20~ds1'}}
";
    let run = |id: &str, server: Option<&str>| {
        let settings = Settings { server_version: server.map(Into::into), ..settings() };
        let found = examine(&inventory(text), &[check(id).expect("a check")], &settings);
        found
            .iter()
            .map(|one| (one.subject.object.kind.to_string(), one.severity, one.confidence))
            .collect::<Vec<_>>()
    };
    let id = "vulnerable-cluster-component";
    let of_node = |severity, confidence| ("Node".to_owned(), severity, confidence);
    let nodes = vec![
        of_node(Severity::High, Confidence::High),
        of_node(Severity::High, Confidence::High),
        of_node(Severity::High, Confidence::Medium),
    ];
    assert_eq!(run(id, None), nodes);
    let with_server = run(id, Some("v1.27.2+k3s1"));
    assert_eq!(with_server.len(), 4);
    assert_eq!(with_server[0], ("Service".to_owned(), Severity::Medium, Confidence::Medium));
    let id = "unsupported-kubernetes-version";
    let of_service = |confidence| ("Service".to_owned(), Severity::High, confidence);
    assert_eq!(run(id, None), [of_node(Severity::High, Confidence::High)]);
    assert_eq!(run(id, Some("v1.26.3"))[0], of_service(Confidence::High));
    assert_eq!(run(id, Some("v1.26.3-eks-a5565ad"))[0], of_service(Confidence::Medium));
    assert_eq!(run(id, Some("v1.34.1")).len(), 1);
}

#[test]
fn support_of_releases_ends_on_a_day() {
    assert_eq!(end_of_support(36).map(|end| end.to_string()).as_deref(), Some("2027-06-28"));
    assert_eq!(end_of_support(99), None);
}
