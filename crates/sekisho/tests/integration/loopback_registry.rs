//! A registry on loopback that takes what is put there, and that tests may tamper with. It keeps no list of referrers.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// What it holds: by `NAME/blobs/DIGEST` and `NAME/manifests/REFERENCE`, with the media type.
pub(crate) type Shelf = BTreeMap<String, (String, Vec<u8>)>;
type Held = Arc<Mutex<Shelf>>;
/// What it answers first, once each, whatever it holds.
type Turns = Arc<Mutex<Vec<(String, String, Vec<u8>)>>>;

/// A registry; it goes with the process.
pub(crate) struct LoopbackRegistry {
    pub(crate) host: String,
    held: Held,
    turns: Turns,
}

/// An image as it is put there.
pub(crate) struct Pushed {
    pub(crate) digest: String,
    pub(crate) manifest: Vec<u8>,
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// `sha256:…` of bytes.
pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(bytes)))
}

impl LoopbackRegistry {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let (held, turns) = (Held::default(), Turns::default());
        let (kept, taken) = (Arc::clone(&held), Arc::clone(&turns));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (held, turns) = (Arc::clone(&kept), Arc::clone(&taken));
                thread::spawn(move || answer(stream, &held, &turns));
            }
        });
        Self { host, held, turns }
    }

    /// Puts a manifest, or a blob under its digest, behind everybody's back.
    pub(crate) fn put(&self, path: &str, media_type: &str, bytes: &[u8]) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(path.to_owned(), (media_type.to_owned(), bytes.to_vec()));
    }

    /// What lies under a path.
    pub(crate) fn get(&self, path: &str) -> Option<Vec<u8>> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(path).map(|(_, bytes)| bytes.clone())
    }

    /// All that it holds.
    pub(crate) fn shelf(&self) -> Shelf {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers once with a manifest of these bytes, and then with what it holds.
    pub(crate) fn answer_once(&self, path: &str, bytes: &[u8]) {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.push((path.to_owned(), MANIFEST.to_owned(), bytes.to_vec()));
    }

    /// An image of these layers with these annotations, under a tag and its digest. It runs as a user who is not root.
    pub(crate) fn image(
        &self,
        name: &str,
        tag: &str,
        layers: &[Vec<u8>],
        annotations: &[(&str, &str)],
    ) -> Pushed {
        let blob = |bytes: &[u8], media_type: &str| {
            self.put(&format!("{name}/blobs/{}", digest(bytes)), "", bytes);
            serde_json::json!({"mediaType": media_type, "digest": digest(bytes), "size": bytes.len()})
        };
        let diff_ids: Vec<String> = layers.iter().map(|layer| digest(layer)).collect();
        let configuration = serde_json::json!({
            "os": "linux", "architecture": "amd64", "config": {"User": "1000"},
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        });
        let configuration =
            blob(configuration.to_string().as_bytes(), "application/vnd.oci.image.config.v1+json");
        let layers: Vec<_> =
            layers.iter().map(|layer| blob(layer, "application/vnd.oci.image.layer.v1.tar")).collect();
        let annotations: BTreeMap<&str, &str> = annotations.iter().copied().collect();
        let manifest = serde_json::json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": configuration, "layers": layers,
            "annotations": annotations,
        });
        self.tagged(name, tag, MANIFEST, manifest.to_string().into_bytes())
    }

    /// A list of images, one a platform.
    pub(crate) fn index(&self, name: &str, tag: &str, images: &[&Pushed]) -> Pushed {
        let manifests: Vec<_> = ["amd64", "arm64", "riscv64"]
            .iter()
            .zip(images)
            .map(|(architecture, image)| {
                serde_json::json!({
                    "mediaType": MANIFEST, "digest": image.digest, "size": image.manifest.len(),
                    "platform": {"os": "linux", "architecture": architecture},
                })
            })
            .collect();
        let index = serde_json::json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
        self.tagged(name, tag, INDEX, index.to_string().into_bytes())
    }

    fn tagged(&self, name: &str, tag: &str, media_type: &str, manifest: Vec<u8>) -> Pushed {
        let digest = digest(&manifest);
        for reference in [tag, &digest] {
            self.put(&format!("{name}/manifests/{reference}"), media_type, &manifest);
        }
        Pushed { digest, manifest }
    }

    /// An artifact of these layers (media type, file that it is, bytes) under a tag.
    pub(crate) fn artifact(&self, name: &str, tag: &str, layers: &[(&str, &str, &[u8])]) {
        self.put(&format!("{name}/blobs/{}", digest(b"{}")), "", b"{}");
        let layers: Vec<_> = layers
            .iter()
            .map(|(media_type, title, bytes)| {
                self.put(&format!("{name}/blobs/{}", digest(bytes)), "", bytes);
                let mut layer =
                    serde_json::json!({"mediaType": media_type, "digest": digest(bytes), "size": bytes.len()});
                if !title.is_empty() {
                    layer["annotations"] = serde_json::json!({"org.opencontainers.image.title": title});
                }
                layer
            })
            .collect();
        let manifest = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest(b"{}"), "size": 2},
            "layers": layers,
        });
        self.put(&format!("{name}/manifests/{tag}"), MANIFEST, manifest.to_string().as_bytes());
    }
}

fn answer(stream: TcpStream, held: &Held, turns: &Turns) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.replace("%3A", ":"));
    let (mut length, mut media_type) = (0, String::new());
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "content-type" => value.trim().clone_into(&mut media_type),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let path = target.strip_prefix("/v2/").unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
    let (status, more, bytes): (&str, String, Vec<u8>) = match method.as_str() {
        "POST" => ("202 Accepted", format!("location: /v2/{path}one\r\n"), Vec::new()),
        "PUT" => {
            let found = digest(&body);
            if let Some((name, _)) = path.split_once("/blobs/uploads/") {
                assert_eq!(query, format!("digest={found}"));
                held.insert(format!("{name}/blobs/{found}"), (String::new(), body));
            } else if let Some((name, _)) = path.split_once("/manifests/") {
                held.insert(format!("{name}/manifests/{found}"), (media_type.clone(), body.clone()));
                held.insert(path.to_owned(), (media_type, body));
            }
            ("201 Created", String::new(), Vec::new())
        }
        _ if path.is_empty() => ("200 OK", String::new(), Vec::new()),
        _ => match turn(turns, path).or_else(|| held.get(path).cloned()) {
            Some((kind, bytes)) => ("200 OK", format!("content-type: {kind}\r\n"), bytes),
            None => ("404 Not Found", String::new(), Vec::new()),
        },
    };
    drop(held);
    let stream = reader.get_mut();
    let heading =
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{more}\r\n", bytes.len());
    stream.write_all(heading.as_bytes()).ok()?;
    if method != "HEAD" {
        stream.write_all(&bytes).ok()?;
    }
    stream.flush().ok()
}

/// What it answers first.
fn turn(turns: &Turns, path: &str) -> Option<(String, Vec<u8>)> {
    let mut turns = turns.lock().unwrap_or_else(PoisonError::into_inner);
    let place = turns.iter().position(|(of, ..)| of == path)?;
    let (_, media_type, bytes) = turns.remove(place);
    Some((media_type, bytes))
}
