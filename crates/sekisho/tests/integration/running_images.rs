//! The images that a cluster runs: by digest, with the secrets of their Pods, each once; and what their tags name now.
//! One server on the loopback interface is the API server and the registry.

use std::io::{BufRead as _, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::command::Workbench;
use crate::images::{digest, django};

/// What the server has, and what it was asked.
#[derive(Default)]
struct Served {
    host: String,
    layer: Vec<u8>,
    configuration: String,
    manifest: String,
    asked: Mutex<Vec<String>>,
}

/// `user:secret`.
const SIGNED: &str = "Basic dXNlcjpzZWNyZXQ=";
const NEWER: &str = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"digest":"sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff","size":2},"layers":[]}"#;

impl Served {
    fn pod(&self, name: &str, digest: &str) -> Value {
        let image = format!("{}/shop/web:1", self.host);
        json!({
            "metadata": {"name": name, "namespace": "shop", "uid": name,
                "ownerReferences": [{"controller": true, "kind": "ReplicaSet", "name": "web-1", "uid": "rs"}]},
            "spec": {"nodeName": "n", "imagePullSecrets": [{"name": "pull"}],
                "containers": [{"name": "web", "image": image}]},
            "status": {"containerStatuses": [
                {"name": "web", "imageID": format!("{}/shop/web@{digest}", self.host)}]},
        })
    }

    /// The status and the body for a path.
    fn answer(&self, path: &str, signed: bool) -> (u16, Vec<u8>) {
        let list = |items: Value| (200, json!({"metadata": {}, "items": items}).to_string().into_bytes());
        let owner = json!([{"controller": true, "kind": "Deployment", "name": "web", "uid": "d"}]);
        match path.split('?').next().unwrap_or(path) {
            "/version" => (200, br#"{"major":"1","minor":"36","gitVersion":"v1.36.3"}"#.to_vec()),
            "/api" | "/apis" => (200, br#"{"kind":"APIGroupDiscoveryList","items":[]}"#.to_vec()),
            "/api/v1/pods" => {
                let digest = digest(self.manifest.as_bytes());
                list(json!([self.pod("a", &digest), self.pod("b", &digest), {
                    "metadata": {"name": "waits", "namespace": "shop", "uid": "w"},
                    "spec": {"containers": [{"name": "c", "image": "example.com/later:1"}]}}]))
            }
            "/api/v1/nodes" => list(json!([{"metadata": {"name": "n"},
                "status": {"nodeInfo": {"operatingSystem": "linux", "architecture": "amd64"}}}])),
            "/apis/apps/v1/replicasets" => list(
                json!([{"metadata": {"name": "web-1", "namespace": "shop", "uid": "rs", "ownerReferences": owner}}]),
            ),
            "/apis/batch/v1/jobs" => list(json!([])),
            "/api/v1/namespaces/shop/secrets/pull" => {
                let config =
                    json!({"auths": {&self.host: {"username": "user", "password": "secret"}}}).to_string();
                let data = data_encoding::BASE64.encode(config.as_bytes());
                (200, json!({"kind": "Secret", "data": {".dockerconfigjson": data}}).to_string().into_bytes())
            }
            path if path.starts_with("/v2/") && !signed => (401, Vec::new()),
            "/v2/shop/web/manifests/1" => (200, NEWER.into()),
            path if path.ends_with(&digest(self.manifest.as_bytes())) => {
                (200, self.manifest.clone().into_bytes())
            }
            path if path.ends_with(&digest(self.configuration.as_bytes())) => {
                (200, self.configuration.clone().into_bytes())
            }
            path if path.ends_with(&digest(&self.layer)) => (200, self.layer.clone()),
            _ => (404, Vec::new()),
        }
    }

    fn converse(&self, stream: TcpStream) {
        let mut writer = stream.try_clone().expect("a stream");
        let mut reader = BufReader::new(stream);
        loop {
            let (mut path, mut signed) = (None, false);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 {
                    return;
                }
                match line.trim() {
                    "" => break,
                    line if path.is_none() => path = line.split(' ').nth(1).map(str::to_owned),
                    line => {
                        signed |= line.to_lowercase() == format!("authorization: {}", SIGNED.to_lowercase());
                    }
                }
            }
            let path = path.expect("a path");
            let (status, body) = self.answer(&path, signed);
            if status == 200 {
                self.asked.lock().expect("a list").push(path.clone());
            }
            let kind = if path.contains("/manifests/") {
                "application/vnd.oci.image.manifest.v1+json"
            } else {
                "application/json"
            };
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\nwww-authenticate: Basic realm=\"x\"\r\n\
                 content-length: {}\r\n\r\n",
                body.len()
            );
            if writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(&body)).is_err() {
                return;
            }
        }
    }
}

fn serve() -> Arc<Served> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let layer = django();
    let configuration = format!(
        r#"{{"os":"linux","architecture":"amd64","config":{{"User":"1000"}},"rootfs":{{"diff_ids":["{}"]}}}}"#,
        digest(&layer)
    );
    let manifest = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(configuration.as_bytes()),
            "size": configuration.len()},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(&layer),
            "size": layer.len()}]});
    let served = Arc::new(Served {
        host: listener.local_addr().expect("an address").to_string(),
        layer,
        configuration,
        manifest: manifest.to_string(),
        asked: Mutex::default(),
    });
    let shared = Arc::clone(&served);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let served = Arc::clone(&shared);
            thread::spawn(move || served.converse(stream));
        }
    });
    served
}

#[test]
fn what_runs_is_examined_by_its_digest() {
    let served = serve();
    let bench = Workbench::new();
    let config = json!({"current-context": "prod", "contexts": [{"name": "prod", "context": {"cluster": "c"}}],
        "clusters": [{"name": "c", "cluster": {"server": format!("http://{}", served.host)}}]});
    bench.file("config", config.to_string());
    let common =
        ["scan", "cluster", "--kubeconfig", "config", "--format", "json", "--inventories", "kept.db"];
    let silent = bench.run(&common);
    assert!(
        !served.asked.lock().expect("a list").iter().any(|path| path.starts_with("/v2/")),
        "{}",
        silent.err
    );

    let ran = bench.run(&[&common[..], &["--images"]].concat());
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err));
    let findings = report["findings"].as_array().expect("findings");
    let of = |rule: &str| findings.iter().filter(|one| one["rule"] == rule).collect::<Vec<_>>();
    let vulnerable = of("vulnerability");
    assert!(!vulnerable.is_empty(), "{report:#}");
    let digest = digest(served.manifest.as_bytes());
    for finding in vulnerable {
        let file = finding["location"]["file"].as_str().expect("a file");
        assert!(file.starts_with(&format!("{}/shop/web@{digest}!/", served.host)), "{file}");
        let message = finding["message"].as_str().expect("a message");
        assert!(message.ends_with("runs in Deployment shop/web (container web)"), "{message}");
    }
    let [drift] = of("image-drift")[..] else { panic!("{report:#}") };
    assert_eq!(drift["object"]["kind"], "Deployment");
    assert!(drift["message"].as_str().expect("a message").contains("its tag now names sha256:"), "{drift}");
    let skipped = report["coverage"]["skipped"].to_string();
    assert!(skipped.contains("no node has said yet"), "{skipped}");
    let layers = served.asked.lock().expect("a list").iter().filter(|path| path.contains("/blobs/")).count();
    assert_eq!(layers, 2, "two Pods, one configuration and one layer");

    let affected = bench.run(&["db", "affected", "CVE-2022-28346", "--inventories", "kept.db"]);
    assert!(affected.out.contains("runs in Deployment shop/web (container web) of prod"), "{}", affected.out);
}

#[test]
fn an_image_beside_manifests_is_told_with_the_workloads_that_name_it() {
    let served = serve();
    let bench = Workbench::new();
    let image = format!("{}/shop/web@{}", served.host, digest(served.manifest.as_bytes()));
    bench.file(
        "deploy.yaml",
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: shop}}\nspec:\n  template:\n    \
             spec:\n      containers:\n      - {{name: web, image: '{image}'}}\n"
        ),
    );
    let auths = json!({"auths": {&served.host: {"username": "user", "password": "secret"}}});
    bench.file("auth.json", auths.to_string());
    let ran = bench.run(&[
        "scan",
        "--format",
        "json",
        "--no-cache",
        "--registry-credentials",
        "auth.json",
        &image,
        "deploy.yaml",
    ]);
    assert!(ran.has("vulnerability"), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("runs in Deployment shop/web (container web)"), "{}", ran.out);
}
