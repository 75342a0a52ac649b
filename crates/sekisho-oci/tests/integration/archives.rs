//! Archives of whole images.

use std::io::Cursor;

use sekisho_oci::archive::{
    Contents, DockerEntry, check_layout_mark, choose_in_layout, docker_entries, layout_index,
};
use sekisho_oci::budget::Budget;
use sekisho_oci::digest::Digest;

use crate::support::{Fields, Tape, message};

#[test]
fn files_of_an_archive_are_found() {
    let link = Fields { name: b"b/layer.tar", kind: b'2', link: b"../a/layer.tar", ..Fields::default() };
    let circle = Fields { name: b"c", kind: b'2', link: b"c", ..Fields::default() };
    let out = Fields { name: b"d", kind: b'2', link: b"../../../etc/passwd", ..Fields::default() };
    let tape = Tape::default().file("./a/layer.tar", b"layer").file("manifest.json", b"[]");
    let bytes =
        tape.entry(&link, b"").entry(&circle, b"").entry(&out, b"").file("manifest.json", b"other").end();
    let contents = Contents::read(Cursor::new(&bytes), Budget::default()).unwrap();
    let text = |path: &str| {
        let extent = contents.find(path)?;
        let (start, size) = (usize::try_from(extent.offset).unwrap(), usize::try_from(extent.size).unwrap());
        Some(std::str::from_utf8(&bytes[start..start + size]).unwrap())
    };
    assert_eq!(text("a/layer.tar"), Some("layer"));
    assert_eq!(text("b/layer.tar"), Some("layer"));
    assert_eq!(text("manifest.json"), Some("[]"));
    assert_eq!(text("c"), None);
    assert_eq!(text("d"), None);
    assert_eq!(text("e"), None);
}

const LIST: &str = r#"[
    {"Config":"a.json","RepoTags":["nginx:1.27","example.com/team/app:1"],"Layers":["a/layer.tar"]},
    {"Config":"b.json","RepoTags":null,"Layers":["a/layer.tar","b/layer.tar"]}]"#;

#[test]
fn an_image_of_docker_is_chosen() {
    let entries = docker_entries(LIST.as_bytes()).unwrap();
    let config = |name: &str| DockerEntry::choose(&entries, Some(name)).map(|entry| entry.config.clone());
    assert_eq!(config("nginx:1.27").unwrap(), "a.json");
    assert_eq!(config("docker.io/library/nginx:1.27").unwrap(), "a.json");
    assert_eq!(config("example.com/team/app:1").unwrap(), "a.json");
    assert_eq!(config("@1").unwrap(), "b.json");
    assert_eq!(
        message(config("nginx")),
        "it holds no image `nginx`, only `nginx:1.27`, `example.com/team/app:1`"
    );
    let said = message(DockerEntry::choose(&entries, None));
    assert_eq!(said, "it holds 2 images: name one of `nginx:1.27`, `example.com/team/app:1`");
    assert_eq!(message(DockerEntry::choose(&[], None)), "it holds no image");
    assert!(docker_entries(b"{}").is_err());
}

#[test]
fn docker_layers_are_those_of_the_configuration() {
    let entries = docker_entries(LIST.as_bytes()).unwrap();
    let digest = Digest::of(b"layer");
    let configuration = format!(r#"{{"rootfs":{{"diff_ids":["{digest}"]}}}}"#);
    let image = entries[0].image(configuration.as_bytes()).unwrap();
    assert_eq!(image.identifier, Digest::of(configuration.as_bytes()));
    assert_eq!(image.layers[0].diff_id, digest);
    let said = message(entries[1].image(configuration.as_bytes()));
    assert_eq!(said, "the manifest has 2 layers, and the configuration 1");
}

#[test]
fn an_image_of_a_layout_is_chosen() {
    let entry = |number: u8, annotations: &str| {
        format!(r#"{{"digest":"sha256:{number:064}","size":1,"annotations":{{{annotations}}}}}"#)
    };
    let list = |entries: &[String]| {
        let text = format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, entries.join(","));
        layout_index(text.as_bytes()).unwrap()
    };
    let first = entry(1, r#""org.opencontainers.image.ref.name":"1.0""#);
    let second = entry(2, r#""io.containerd.image.name":"docker.io/library/nginx:latest""#);
    let both = list(&[first.clone(), second]);
    let digest = |name: &str| choose_in_layout(&both, Some(name)).map(|one| one.digest.to_string());
    assert!(digest("1.0").unwrap().ends_with('1'));
    assert!(digest("nginx").unwrap().ends_with('2'));
    assert!(digest(&format!("@sha256:{:064}", 2)).unwrap().ends_with('2'));
    assert!(message(digest("2.0")).contains("it holds no image `2.0`"));
    assert!(message(choose_in_layout(&both, None)).contains("it holds 2 images"));
    assert!(choose_in_layout(&list(&[first.clone(), first]), None).is_ok());
    assert_eq!(message(choose_in_layout(&list(&[]), None)), "it holds no image");
    let statement = entry(3, r#""vnd.docker.reference.type":"attestation-manifest""#);
    assert!(choose_in_layout(&list(&[statement]), None).is_err());
}

#[test]
fn a_layout_says_its_version() {
    assert!(check_layout_mark(br#"{"imageLayoutVersion":"1.0.0"}"#).is_ok());
    assert!(message(check_layout_mark(br#"{"imageLayoutVersion":"2.0.0"}"#)).contains("2.0.0"));
    assert!(check_layout_mark(b"{}").is_err());
}

#[test]
fn an_archive_that_breaks_off_is_broken() {
    let bytes = Tape::default().file("layer.tar", &[1; 4000]).file("manifest.json", b"[]").end();
    for length in [100, 600, 4000, 4700] {
        let said = message(Contents::read(Cursor::new(&bytes[..length]), Budget::default()));
        assert!(said.contains("breaks off"), "{length}: {said}");
    }
}
