//! Indexes, manifests and configurations, and what only looks like them.

use sekisho_oci::digest::Digest;
use sekisho_oci::document::{Configuration, DocumentError, Manifest, ManifestDocument};
use sekisho_oci::image::{Image, ImageError, Refusal};
use sekisho_oci::media_type::{Compression, MediaType};

use crate::support::message;

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn manifest(layer: &str, more: &str) -> String {
    format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
        "config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{DIGEST}","size":2}},
        "layers":[{{"mediaType":"{layer}","digest":"{DIGEST}","size":3{more}}}]}}"#
    )
}

fn parsed(text: &str) -> Manifest {
    match ManifestDocument::parse(text.as_bytes(), None).unwrap() {
        ManifestDocument::Manifest(manifest) => *manifest,
        ManifestDocument::Index(_) => panic!("no manifest"),
    }
}

fn refused(text: &str, media_type: Option<&str>) -> DocumentError {
    ManifestDocument::parse(text.as_bytes(), media_type).unwrap_err()
}

#[test]
fn media_types_of_both_families_are_known() {
    for (text, expected) in [
        ("application/vnd.oci.image.layer.v1.tar", Some((Compression::None, false))),
        ("application/vnd.oci.image.layer.v1.tar+gzip", Some((Compression::Gzip, false))),
        ("application/vnd.oci.image.layer.v1.tar+zstd", Some((Compression::Zstd, false))),
        ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", Some((Compression::Gzip, true))),
        ("application/vnd.docker.image.rootfs.diff.tar", Some((Compression::None, false))),
        ("application/vnd.docker.image.rootfs.diff.tar.gzip", Some((Compression::Gzip, false))),
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Some((Compression::Gzip, true))),
        ("application/vnd.oci.image.layer.v1.tar+xz", None),
        ("text/plain", None),
    ] {
        let expected = match expected {
            Some((compression, foreign)) => MediaType::Layer { compression, foreign },
            None => MediaType::Other(text.into()),
        };
        assert_eq!(MediaType::parse(text), expected);
    }
    let with_parameter = "application/vnd.oci.image.index.v1+json; charset=utf-8";
    assert_eq!(MediaType::parse(with_parameter), MediaType::Index);
    let encrypted = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted";
    assert_eq!(MediaType::parse(encrypted), MediaType::EncryptedLayer);
}

#[test]
fn a_manifest_and_its_configuration_make_an_image() {
    let manifest = parsed(&manifest("application/vnd.oci.image.layer.v1.tar+gzip", ""));
    let text = format!(
        r#"{{"architecture":"amd64","os":"linux","config":{{"User":"app","Env":["A=1","B=x=y"],"Entrypoint":null,
        "ExposedPorts":{{"80/tcp":{{}}}},"Labels":{{"l":"v"}},"Healthcheck":{{"Test":["NONE"]}}}},
        "rootfs":{{"type":"layers","diff_ids":["{DIGEST}"]}},
        "history":[{{"created_by":"ADD file"}},{{"created_by":"ENV A=1","empty_layer":true}}]}}"#
    );
    let configuration = Configuration::parse(text.as_bytes()).unwrap();
    let digest = Digest::of(b"manifest");
    let image = Image::new(Some(digest.clone()), &manifest, configuration).unwrap();
    assert_eq!(image.digest, Some(digest));
    assert_eq!(image.identifier.to_string(), DIGEST);
    assert_eq!(image.layers[0].created_by, "ADD file");
    assert_eq!(image.layers[0].refusal(), None);
    assert_eq!(image.configuration.config.user, "app");
    assert_eq!(image.configuration.variables().get("B"), Some(&"x=y"));
    assert!(image.configuration.config.exposed_ports.contains("80/tcp"));
    assert_eq!(image.configuration.platform.to_string(), "linux/amd64");
}

#[test]
fn layers_that_are_not_fetched_say_why() {
    for (kind, more, refusal) in [
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "", Some(Refusal::Foreign)),
        ("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", "", Some(Refusal::Foreign)),
        (
            "application/vnd.oci.image.layer.v1.tar",
            r#","urls":["http://127.0.0.1/steal"]"#,
            Some(Refusal::Foreign),
        ),
        ("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "", Some(Refusal::Encrypted)),
        ("application/vnd.oci.image.layer.v1.tar", r#","urls":null"#, None),
    ] {
        let text = format!(r#"{{"rootfs":{{"diff_ids":["{DIGEST}"]}}}}"#);
        let configuration = Configuration::parse(text.as_bytes()).unwrap();
        let image = Image::new(None, &parsed(&manifest(kind, more)), configuration).unwrap();
        assert_eq!(image.layers[0].refusal(), refusal, "{kind}");
    }
}

#[test]
fn layers_and_diff_ids_must_agree() {
    let manifest = parsed(&manifest("application/vnd.oci.image.layer.v1.tar", ""));
    let configuration = Configuration::parse(b"{}").unwrap();
    let error = Image::new(None, &manifest, configuration).unwrap_err();
    assert_eq!(error, ImageError::Layers { manifest: 1, configuration: 0 });
}

#[test]
fn a_history_that_does_not_fit_says_nothing() {
    let text = format!(
        r#"{{"rootfs":{{"diff_ids":["{DIGEST}"]}},"history":[{{"created_by":"a"}},{{"created_by":"b"}}]}}"#
    );
    let configuration = Configuration::parse(text.as_bytes()).unwrap();
    let manifest = parsed(&manifest("application/vnd.oci.image.layer.v1.tar", ""));
    assert_eq!(Image::new(None, &manifest, configuration).unwrap().layers[0].created_by, "");
}

#[test]
fn schema_1_is_refused_with_a_word() {
    for text in [
        r#"{"schemaVersion":1,"name":"x","tag":"y","fsLayers":[],"history":[]}"#,
        r#"{"schemaVersion":1,"mediaType":"application/vnd.docker.distribution.manifest.v1+prettyjws"}"#,
    ] {
        assert_eq!(refused(text, None), DocumentError::Schema1);
    }
    assert!(DocumentError::Schema1.to_string().contains("push the image again"));
    let two = manifest("application/vnd.oci.image.layer.v1.tar", "");
    // Docker's and OCI's manifests are one thing under two names.
    for media_type in ["application/vnd.docker.distribution.manifest.v2+json", "application/json"] {
        assert!(ManifestDocument::parse(two.as_bytes(), Some(media_type)).is_ok());
    }
}

#[test]
fn what_two_programs_read_in_two_ways_is_refused() {
    let both =
        format!(r#"{{"schemaVersion":2,"manifests":[],"layers":[],"config":{{"digest":"{DIGEST}"}}}}"#);
    assert_eq!(refused(&both, None), DocumentError::Confused);
    let as_index = manifest("application/vnd.oci.image.layer.v1.tar", "");
    let said = message(ManifestDocument::parse(
        as_index.as_bytes(),
        Some("application/vnd.oci.image.index.v1+json"),
    ));
    assert!(said.contains("came as `application/vnd.oci.image.index.v1+json`"), "{said}");
    let index =
        r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","manifests":[]}"#;
    assert_eq!(refused(index, None), DocumentError::Confused);
    for text in [
        as_index.replacen("\"layers\"", "\"layers\":[],\"layers\"", 1),
        as_index.replacen("\"layers\"", "\"Layers\":[],\"layers\"", 1),
        as_index.replacen("\"layers\"", "\"\\u006cayers\":[],\"layers\"", 1),
    ] {
        assert!(matches!(refused(&text, None), DocumentError::Ambiguous { .. }), "{text}");
    }
    let twice = Configuration::parse(br#"{"rootfs":{},"RootFS":{}}"#).unwrap_err();
    assert!(matches!(twice, DocumentError::Ambiguous { .. }));
}

#[test]
fn artifacts_are_no_images() {
    let text = manifest("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "")
        .replace("application/vnd.oci.image.config.v1+json", "application/vnd.cncf.helm.config.v1+json");
    let said = message(parsed(&text).check_image());
    assert_eq!(
        said,
        "`application/vnd.cncf.helm.config.v1+json` is no image: it is an artifact of another kind"
    );
}

#[test]
fn nonsense_is_an_error() {
    for text in [
        "",
        "null",
        "[]",
        "{",
        r#"{"schemaVersion":2}"#,
        r#"{"schemaVersion":2,"config":{"digest":"sha256:../x"}}"#,
    ] {
        assert!(ManifestDocument::parse(text.as_bytes(), None).is_err(), "{text}");
    }
    assert_eq!(refused(r#"{"schemaVersion":3}"#, None), DocumentError::SchemaVersion(3));
    let deep = format!(r#"{{"schemaVersion":2,"x":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(ManifestDocument::parse(deep.as_bytes(), None).is_err());
    let large = " ".repeat((4 << 20) + 1);
    assert_eq!(
        message(ManifestDocument::parse(large.as_bytes(), None)),
        "the manifest has more than 4194304 bytes"
    );
    assert!(message(Configuration::parse(b"[]")).starts_with("the configuration is broken"));
}

#[test]
fn digests_are_well_formed() {
    assert_eq!(Digest::of(b"").to_string(), DIGEST);
    assert!(DIGEST.parse::<Digest>().unwrap().names(b""));
    for text in
        ["", "sha256:", "sha256:E3B0", "md5:d41d8cd98f00b204e9800998ecf8427e", "sha256:../../etc/passwd"]
    {
        assert!(text.parse::<Digest>().is_err(), "{text}");
    }
    assert!(DIGEST.to_uppercase().parse::<Digest>().is_err());
}
