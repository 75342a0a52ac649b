//! Images for tests.

use std::sync::Arc;
use std::time::Duration;

use sekisho_manifest::ImageRef;
use sekisho_oci::budget::Budget;
use sekisho_oci::digest::Digest;
use sekisho_registry::{
    Client, CredentialDocument, Credentials, Limits, Opened, Passed, Settings, SourceError, Target, Wanted,
    open, pass_layer,
};

use crate::server::{Reply, Request};

/// A layer with these files.
pub(crate) fn layer(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, content.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

/// The database of a distribution with one package.
pub(crate) const DPKG: &str =
    "Package: nginx\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.22.1-9\n\n";

pub(crate) const RELEASE: &str = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n";

/// An image as a registry has it.
#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) layers: Vec<Vec<u8>>,
    pub(crate) configuration: Vec<u8>,
    pub(crate) manifest: Vec<u8>,
}

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";

impl Image {
    /// An image with these layers, which are packed.
    pub(crate) fn of(layers: &[Vec<u8>]) -> Self {
        let packed: Vec<Vec<u8>> = layers.iter().map(|layer| gzip(layer)).collect();
        let diff_ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", Digest::of(layer))).collect();
        let configuration = format!(
            r#"{{"os":"linux","architecture":"amd64","rootfs":{{"type":"layers","diff_ids":[{}]}}}}"#,
            diff_ids.join(",")
        )
        .into_bytes();
        let kind = "application/vnd.oci.image.layer.v1.tar+gzip";
        let entries: Vec<String> = packed.iter().map(|bytes| descriptor(kind, bytes, "")).collect();
        let manifest = format!(
            r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{},"layers":[{}]}}"#,
            descriptor("application/vnd.oci.image.config.v1+json", &configuration, ""),
            entries.join(",")
        );
        Self { layers: packed, configuration, manifest: manifest.into_bytes() }
    }

    /// A small Debian.
    pub(crate) fn debian() -> Self {
        Self::of(&[
            layer(&[("etc/os-release", RELEASE), ("var/lib/dpkg/status", DPKG)]),
            layer(&[("app/readme", "hello")]),
        ])
    }

    /// What is asked for by a path, where it is there.
    pub(crate) fn answer(&self, request: &Request) -> Option<Reply> {
        let blobs = self.layers.iter().chain([&self.configuration]);
        let path = &request.path;
        if path.ends_with("/manifests/latest") || path.ends_with(&Digest::of(&self.manifest).to_string()) {
            return Some(Reply::bytes(&self.manifest).with("Content-Type", MANIFEST));
        }
        let bytes = blobs.into_iter().find(|bytes| path.ends_with(&Digest::of(bytes).to_string()))?;
        let from = request.from();
        let reply = Reply::bytes(&bytes[from..]);
        if from == 0 {
            return Some(reply);
        }
        let range = format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
        Some(Reply { status: 206, ..reply }.with("Content-Range", range))
    }

    pub(crate) fn serve(&self, request: &Request) -> Reply {
        self.answer(request).unwrap_or_else(|| Reply::status(404))
    }
}

pub(crate) fn descriptor(kind: &str, bytes: &[u8], more: &str) -> String {
    format!(r#"{{"mediaType":"{kind}","digest":"{}","size":{}{more}}}"#, Digest::of(bytes), bytes.len())
}

/// Settings that wait for nothing.
pub(crate) fn quick() -> Settings {
    Settings {
        patience: Duration::from_millis(500),
        pause: Duration::from_millis(1),
        longest_wait: Duration::from_millis(50),
        retries: 3,
        ..Settings::default()
    }
}

pub(crate) fn with_credentials(text: &str) -> Settings {
    let document = CredentialDocument::parse(text.as_bytes()).unwrap();
    Settings { credentials: Credentials::of(vec![document]), ..quick() }
}

pub(crate) fn wanted() -> Wanted {
    Wanted { platform: Some("linux/amd64".parse().unwrap()), budget: Budget::default() }
}

pub(crate) fn open_at(reference: &str, settings: Settings) -> Result<Opened, SourceError> {
    let target = Target::Registry(reference.parse::<ImageRef>().unwrap());
    open(&target, &wanted(), &Arc::new(Client::new(settings)))
}

/// All layers of an image.
pub(crate) fn pass(opened: &Opened) -> Vec<Passed> {
    let layers = 0..opened.image.layers.len();
    layers
        .map(|index| {
            let (bytes, expected) = opened.open_layer(index).unwrap();
            pass_layer(bytes, expected, &Limits::default(), &mut [])
        })
        .collect()
}

/// What the first layer that is at fault says.
pub(crate) fn fault(opened: &Opened) -> String {
    pass(opened).into_iter().find_map(|passed| passed.fault).unwrap().to_string()
}

/// The packages of an image, each as `layer:name@version`.
pub(crate) fn packages(opened: &Opened) -> Vec<String> {
    let passed = pass(opened);
    for passed in &passed {
        assert!(passed.fault.is_none(), "{:?}", passed.fault);
    }
    let layers: Vec<_> = passed.iter().map(|passed| &passed.layer).collect();
    let contents = sekisho_package::merge_image(&layers).contents;
    let shown = contents.packages.iter().map(|package| {
        let layer = package.places.first().and_then(|place| place.layer).unwrap();
        format!("{layer}:{}@{}", package.url.name(), package.url.version().unwrap_or_default())
    });
    shown.collect()
}

pub(crate) fn message<T>(result: Result<T, impl std::fmt::Display>) -> String {
    match result {
        Ok(_) => panic!("it was taken"),
        Err(error) => error.to_string(),
    }
}
