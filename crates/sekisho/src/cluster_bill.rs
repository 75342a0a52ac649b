//! The bill of materials of a cluster, as CycloneDX 1.6.

use std::collections::BTreeMap;

use sekisho_cluster::{Composition, ImageUse, NodeFacts, ServiceFacts};
use sekisho_manifest::ImageRef;
use sekisho_posture::{ClusterComponent, KnownVulnerability, end_of_support, exposure};
use sekisho_sbom::serial_number;
use serde_json::{Value, json};

/// The reference of the cluster itself.
const CLUSTER: &str = "cluster";

/// The document of a cluster that is called so.
pub(crate) fn document(composition: &Composition, name: &str) -> Value {
    let mut bill = Bill::default();
    bill.server(&composition.version);
    for node in &composition.nodes {
        bill.node(node);
    }
    bill.images(&composition.images);
    let services: Vec<Value> = composition.services.iter().map(service).collect();
    let minor = minor(&composition.version);
    let mut about = vec![property("cluster-id", &composition.identifier)];
    about.extend(minor.and_then(end_of_support).map(|end| property("end-of-support", &end.to_string())));
    about.retain(|property| property["value"] != "");
    let top: Vec<Value> = bill.components.iter().map(|component| component["bom-ref"].clone()).collect();
    bill.dependencies.insert(0, json!({"ref": CLUSTER, "dependsOn": top}));
    let mut document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "sekisho", "version": env!("CARGO_PKG_VERSION")}]},
            "component": {
                "type": "platform",
                "bom-ref": CLUSTER,
                "name": name,
                "version": composition.version,
                "properties": about,
            },
        },
        "components": bill.components,
        "services": services,
        "dependencies": bill.dependencies,
        "compositions": [{
            "aggregate": if composition.unread.is_empty() { "complete" } else { "incomplete" },
            "assemblies": [CLUSTER],
        }],
        "vulnerabilities": bill.vulnerabilities.into_values().collect::<Vec<_>>(),
    });
    let serial = serial_number(&document.to_string());
    document["serialNumber"] = serial.into();
    document
}

#[derive(Debug, Default)]
struct Bill {
    components: Vec<Value>,
    dependencies: Vec<Value>,
    vulnerabilities: BTreeMap<&'static str, Value>,
}

impl Bill {
    fn server(&mut self, version: &str) {
        let reference = "kube-apiserver";
        self.components.push(json!({
            "type": "application",
            "bom-ref": reference,
            "name": "kube-apiserver",
            "version": version,
            "purl": kubernetes(version),
            "properties": [property("category", "control-plane")],
        }));
        self.expose("kube-apiserver", version, reference);
    }

    fn node(&mut self, node: &NodeFacts) {
        let reference = format!("node/{}", node.name);
        let inner = |kind: &str| format!("{reference}/{kind}");
        let mut parts = vec![
            json!({"type": "application", "bom-ref": inner("kubelet"), "name": "kubelet", "version": node.kubelet,
                   "purl": kubernetes(&node.kubelet)}),
            json!({"type": "operating-system", "bom-ref": inner("os"), "name": node.distribution}),
            json!({"type": "operating-system", "bom-ref": inner("kernel"), "name": node.operating_system,
                   "version": node.kernel}),
        ];
        self.expose("kubelet", &node.kubelet, &inner("kubelet"));
        if node.operating_system == "windows" {
            self.expose("kubelet/windows", &node.kubelet, &inner("kubelet"));
        }
        if let Some((name, version)) = node.runtime.split_once("://") {
            let mut part =
                json!({"type": "application", "bom-ref": inner("runtime"), "name": name, "version": version});
            if let Some(purl) = runtime(name, version) {
                part["purl"] = purl.into();
            }
            parts.push(part);
            self.expose(name, version, &inner("runtime"));
        }
        let mut properties = vec![property("architecture", &node.architecture)];
        properties.extend(node.roles.iter().map(|role| property("role", role)));
        let below: Vec<Value> = parts.iter().map(|part| part["bom-ref"].clone()).collect();
        self.dependencies.push(json!({"ref": reference, "dependsOn": below}));
        self.components.push(json!({
            "type": "platform",
            "bom-ref": reference,
            "name": node.name,
            "properties": properties,
            "components": parts,
        }));
    }

    /// The images, and the components of the cluster that are known by them.
    fn images(&mut self, images: &[ImageUse]) {
        let mut known: BTreeMap<(&str, String), (&ClusterComponent, Vec<String>)> = BTreeMap::new();
        for image in images {
            let digest = image.digest.as_deref().unwrap_or("");
            let reference = format!("image/{}", identity(&image.reference, digest));
            let parsed: Option<ImageRef> = image.reference.parse().ok();
            if let Some(image) = &parsed
                && let Some(component) = ClusterComponent::of_image(image)
            {
                let version = image.tag.as_deref().unwrap_or("").to_owned();
                known
                    .entry((component.id, version))
                    .or_insert((component, Vec::new()))
                    .1
                    .push(reference.clone());
            }
            self.components.push(container(image, parsed.as_ref(), &reference));
        }
        for ((id, version), (component, images)) in known {
            let reference = format!("component/{id}@{version}");
            self.components.push(json!({
                "type": "application",
                "bom-ref": reference,
                "name": component.name(),
                "version": version,
                "properties": [property("component", id), property("category", component.category)],
            }));
            self.dependencies.push(json!({"ref": reference, "dependsOn": images}));
            self.expose(id, &version, &reference);
        }
    }

    /// Enters what a version is known to be vulnerable to.
    fn expose(&mut self, component: &str, version: &str, reference: &str) {
        let Some(exposure) = exposure(component, version) else { return };
        for known in exposure.known {
            let entry = self.vulnerabilities.entry(known.id).or_insert_with(|| vulnerability(known));
            if let Some(affects) = entry["affects"].as_array_mut() {
                let affected =
                    json!({"ref": reference, "versions": [{"version": version, "status": "affected"}]});
                if !affects.contains(&affected) {
                    affects.push(affected);
                }
            }
        }
    }
}

fn vulnerability(known: &KnownVulnerability) -> Value {
    let mut entry = json!({
        "id": known.id,
        "source": {"name": "NVD", "url": format!("https://nvd.nist.gov/vuln/detail/{}", known.id)},
        "affects": [],
    });
    if let Some(score) = known.score {
        let severity = match score {
            90.. => "critical",
            70.. => "high",
            40.. => "medium",
            _ => "low",
        };
        entry["ratings"] =
            json!([{"score": f64::from(score) / 10.0, "severity": severity, "method": "CVSSv3"}]);
    }
    entry
}

fn container(image: &ImageUse, parsed: Option<&ImageRef>, reference: &str) -> Value {
    let mut properties = vec![property("image", &image.reference)];
    properties.extend(image.users.iter().map(|user| property("workload", &user.to_string())));
    let mut component = json!({
        "type": "container",
        "bom-ref": reference,
        "name": parsed.map_or_else(|| image.reference.clone(), |image| image.name().to_string()),
        "properties": properties,
    });
    if let Some(tag) = parsed.and_then(|image| image.requested_tag()) {
        component["version"] = tag.into();
    }
    if let Some(digest) = image.digest.as_deref() {
        component["version"] = digest.into();
        if let Some(content) = digest.strip_prefix("sha256:") {
            component["hashes"] = json!([{"alg": "SHA-256", "content": content}]);
        }
        if let Some(image) = parsed {
            component["purl"] = package(image, digest).into();
        }
    }
    component
}

/// The package URL of an image: `pkg:oci/nginx@sha256%3A…?repository_url=docker.io%2Flibrary%2Fnginx&tag=1.27`.
fn package(image: &ImageRef, digest: &str) -> String {
    let name = image.repository.rsplit('/').next().unwrap_or(&image.repository);
    let place = escaped(&image.name());
    let tag = image.tag.as_deref().map(|tag| format!("&tag={}", escaped(tag))).unwrap_or_default();
    format!("pkg:oci/{name}@{}?repository_url={place}{tag}", escaped(digest))
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace(':', "%3A").replace('/', "%2F").replace('+', "%2B")
}

fn kubernetes(version: &str) -> String {
    format!("pkg:golang/k8s.io/kubernetes@{}", escaped(version))
}

/// The package URL of a container runtime, where its module is known.
fn runtime(name: &str, version: &str) -> Option<String> {
    let module = match name {
        "containerd" if version.trim_start_matches('v').starts_with("2.") => {
            "github.com/containerd/containerd/v2"
        }
        "containerd" => "github.com/containerd/containerd",
        "cri-o" => "github.com/cri-o/cri-o",
        _ => return None,
    };
    Some(format!("pkg:golang/{module}@v{}", escaped(version.trim_start_matches('v'))))
}

fn service(service: &ServiceFacts) -> Value {
    let host = format!("{}.{}.svc", service.name, service.namespace);
    let endpoints: Vec<String> = service
        .ports
        .iter()
        .filter_map(|port| port.split_once('/'))
        .map(|(number, protocol)| format!("{}://{host}:{number}", protocol.to_lowercase()))
        .collect();
    json!({
        "bom-ref": format!("service/{}/{}", service.namespace, service.name),
        "group": service.namespace,
        "name": service.name,
        "endpoints": endpoints,
        "properties": [property("type", &service.kind)],
    })
}

/// What tells images apart: the same reference may run with several digests.
fn identity(reference: &str, digest: &str) -> String {
    if digest.is_empty() || reference.ends_with(digest) {
        reference.to_owned()
    } else {
        format!("{reference}@{digest}")
    }
}

fn property(name: &str, value: &str) -> Value {
    json!({"name": format!("sekisho:{name}"), "value": value})
}

/// The minor of a version: `36` of `v1.36.3`.
fn minor(version: &str) -> Option<u32> {
    version.trim_start_matches('v').strip_prefix("1.")?.split('.').next()?.parse().ok()
}
