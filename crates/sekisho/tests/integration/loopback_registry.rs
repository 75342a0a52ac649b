//! A registry on loopback that takes what is put there, and that tests may tamper with. It keeps no list of referrers.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// What it holds: by `NAME/blobs/DIGEST` and `NAME/manifests/REFERENCE`, with the media type.
type Held = Arc<Mutex<BTreeMap<String, (String, Vec<u8>)>>>;

/// A registry; it goes with the process.
pub(crate) struct LoopbackRegistry {
    pub(crate) host: String,
    held: Held,
}

/// `sha256:…` of bytes.
pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(bytes)))
}

impl LoopbackRegistry {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let held = Held::default();
        let kept = Arc::clone(&held);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let held = Arc::clone(&kept);
                thread::spawn(move || answer(stream, &held));
            }
        });
        Self { host, held }
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
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest(b"{}"), "size": 2},
            "layers": layers,
        });
        self.put(
            &format!("{name}/manifests/{tag}"),
            "application/vnd.oci.image.manifest.v1+json",
            manifest.to_string().as_bytes(),
        );
    }
}

fn answer(stream: TcpStream, held: &Held) -> Option<()> {
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
        _ => match held.get(path) {
            Some((kind, bytes)) => ("200 OK", format!("content-type: {kind}\r\n"), bytes.clone()),
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
