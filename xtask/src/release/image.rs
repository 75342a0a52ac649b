//! The image of a release as an archive of an OCI layout: one layer with the program and the certificates that it
//! trusts, and nothing else that could be vulnerable.

use anyhow::Result;
use serde_json::{Value, json};

use super::archive::{Entry, gzip, tar};
use super::{Source, hex};

/// The user of the image: nobody that a node knows.
const USER: &str = "65532:65532";

/// What goes into the image.
pub(super) struct Content<'a> {
    pub(super) program: &'a [u8],
    pub(super) certificates: &'a [u8],
    /// The architecture by its OCI name.
    pub(super) architecture: &'a str,
    pub(super) source: &'a Source,
}

/// The layout as a tar archive, as `skopeo copy oci-archive:…` and `sekisho scan` take it.
pub(super) fn layout(content: &Content<'_>) -> Result<Vec<u8>> {
    let time = content.source.time;
    let entries = [
        Entry { path: "etc/", mode: 0o755, bytes: b"" },
        Entry { path: "etc/ssl/", mode: 0o755, bytes: b"" },
        Entry { path: "etc/ssl/certs/", mode: 0o755, bytes: b"" },
        Entry { path: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, bytes: content.certificates },
        Entry { path: "usr/", mode: 0o755, bytes: b"" },
        Entry { path: "usr/bin/", mode: 0o755, bytes: b"" },
        Entry { path: "usr/bin/sekisho", mode: 0o755, bytes: content.program },
    ];
    let unpacked = tar(&entries, time)?;
    let layer = gzip(&unpacked)?;
    let created = jiff::Timestamp::from_second(i64::try_from(time)?)?.to_string();
    let labels = json!({
        "org.opencontainers.image.title": "sekisho",
        "org.opencontainers.image.version": content.source.version,
        "org.opencontainers.image.revision": content.source.commit,
        "org.opencontainers.image.licenses": "Apache-2.0",
    });
    let configuration = bytes(&json!({
        "created": created,
        "architecture": content.architecture,
        "os": "linux",
        "config": {
            "User": USER,
            "Env": ["PATH=/usr/bin"],
            "Entrypoint": ["/usr/bin/sekisho"],
            "WorkingDir": "/",
            "Labels": labels,
        },
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{}", hex(&unpacked))]},
        "history": [{"created": created, "created_by": "cargo xtask release"}],
    }))?;
    let manifest = bytes(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor("application/vnd.oci.image.config.v1+json", &configuration),
        "layers": [descriptor("application/vnd.oci.image.layer.v1.tar+gzip", &layer)],
        "annotations": labels,
    }))?;
    let mut entry = descriptor("application/vnd.oci.image.manifest.v1+json", &manifest);
    entry["annotations"] = json!({"org.opencontainers.image.ref.name": content.source.version});
    entry["platform"] = json!({"architecture": content.architecture, "os": "linux"});
    let index = bytes(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [entry],
    }))?;
    let blobs = [&layer, &configuration, &manifest].map(|blob| (format!("blobs/sha256/{}", hex(blob)), blob));
    let mut files = vec![
        Entry { path: "oci-layout", mode: 0o644, bytes: br#"{"imageLayoutVersion":"1.0.0"}"# },
        Entry { path: "index.json", mode: 0o644, bytes: &index },
    ];
    files.extend(blobs.iter().map(|(path, blob)| Entry { path, mode: 0o644, bytes: blob }));
    tar(&files, time)
}

fn bytes(value: &Value) -> Result<Vec<u8>> {
    Ok(serde_json::to_vec(value)?)
}

fn descriptor(media_type: &str, blob: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": format!("sha256:{}", hex(blob)), "size": blob.len()})
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read as _;

    use serde_json::Value;

    use super::{Content, layout};
    use crate::release::{Source, hex};

    /// Every digest that a part of the layout names is that of the blob it means.
    #[test]
    fn digests_hold() {
        let source = Source { version: "1.2.3".to_owned(), commit: "ab".repeat(20), time: 1_700_000_000 };
        let content = Content {
            program: b"program",
            certificates: b"certificates",
            architecture: "arm64",
            source: &source,
        };
        let image = layout(&content).expect("a layout");
        assert_eq!(image, layout(&content).expect("a layout"));
        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(&image[..]).entries().expect("an archive") {
            let mut entry = entry.expect("an entry");
            let path = entry.path().expect("a path").to_string_lossy().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("a file");
            files.insert(path, bytes);
        }
        let blob = |descriptor: &Value| {
            let digest =
                descriptor["digest"].as_str().expect("a digest").strip_prefix("sha256:").expect("SHA-256");
            let bytes = &files[&format!("blobs/sha256/{digest}")];
            assert_eq!(hex(bytes), digest);
            assert_eq!(descriptor["size"], bytes.len());
            bytes.clone()
        };
        let index: Value = serde_json::from_slice(&files["index.json"]).expect("an index");
        let manifest: Value = serde_json::from_slice(&blob(&index["manifests"][0])).expect("a manifest");
        let configuration: Value =
            serde_json::from_slice(&blob(&manifest["config"])).expect("a configuration");
        let mut layer = Vec::new();
        flate2::read::GzDecoder::new(&blob(&manifest["layers"][0])[..])
            .read_to_end(&mut layer)
            .expect("a layer");
        assert_eq!(configuration["rootfs"]["diff_ids"][0], format!("sha256:{}", hex(&layer)));
        assert_eq!(configuration["created"], "2023-11-14T22:13:20Z");
        let entries: Vec<_> = tar::Archive::new(&layer[..])
            .entries()
            .expect("an archive")
            .map(|entry| {
                entry.and_then(|entry| Ok((entry.path()?.display().to_string(), entry.header().mode()?)))
            })
            .collect::<Result<_, _>>()
            .expect("entries");
        assert!(entries.contains(&("usr/bin/sekisho".to_owned(), 0o755)), "{entries:?}");
    }
}
