//! Results that are kept, and those that must not be taken for good.

use std::fs;
use std::sync::Arc;

use sekisho_oci::digest::Digest;
use sekisho_package::Layer;
use sekisho_registry::{Cache, Client, Proof, Settings, Target, open};

use crate::server::Server;
use crate::support::{Image, layer, open_at, pass, quick, wanted};

#[test]
fn a_layer_is_kept_by_what_proves_it() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(folder.path().join("deep/layers"));
    let image = Image::debian();
    let server = Server::start(move |_, request| image.serve(request));
    let opened = open_at(&format!("{}/app", server.host), quick()).unwrap();
    let passed = pass(&opened);
    let (bytes, expected) = opened.open_layer(0).unwrap();
    let (other, _) = opened.open_layer(1).unwrap();
    let diff_id = expected.diff_id.unwrap();
    let proof = Proof::of(&bytes, expected.digest.as_ref()).unwrap();
    assert_eq!(cache.layer(&proof, &diff_id, "1"), None);
    cache.keep(Some(&proof), &diff_id, "1", &passed[0].layer).unwrap();
    assert_eq!(cache.layer(&proof, &diff_id, "1").as_ref(), Some(&passed[0].layer));
    assert_eq!(cache.layer(&proof, &diff_id, "2"), None);
    // A registry that claims the diff id of a good layer for other bytes gains nothing.
    let claimed = Proof::of(&other, Some(&Digest::of(b"other"))).unwrap();
    assert_eq!(cache.layer(&claimed, &diff_id, "1"), None);
    // Broken results are as good as none.
    for entry in fs::read_dir(folder.path().join("deep/layers")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(cache.layer(&proof, &diff_id, "1"), None);
}

#[cfg(unix)]
#[test]
fn a_file_that_has_changed_proves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    let write = |content: &str| {
        let layer = layer(&[("file", content)]);
        let configuration = format!(r#"{{"rootfs":{{"diff_ids":["{}"]}}}}"#, Digest::of(&layer));
        let mut builder = tar::Builder::new(Vec::new());
        let list = r#"[{"Config":"c.json","Layers":["layer.tar"]}]"#;
        for (name, bytes) in [
            ("layer.tar", layer.as_slice()),
            ("c.json", configuration.as_bytes()),
            ("manifest.json", list.as_bytes()),
        ] {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            builder.append_data(&mut header, name, bytes).unwrap();
        }
        fs::write(&path, builder.into_inner().unwrap()).unwrap();
    };
    let proof = || {
        let target = Target::File { path: path.clone(), name: None };
        let opened = open(&target, &wanted(), &Arc::new(Client::new(Settings::default()))).unwrap();
        let (bytes, expected) = opened.open_layer(0).unwrap();
        Proof::of(&bytes, expected.digest.as_ref()).unwrap()
    };
    write("one");
    let first = proof();
    assert_eq!(proof(), first);
    // A moment later, so that the clock of the file system has moved.
    std::thread::sleep(std::time::Duration::from_millis(20));
    write("two");
    assert_ne!(proof(), first);
}

#[test]
fn the_oldest_results_go_first() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(folder.path().to_owned()).with_limit(4_000);
    let large = Layer { whiteouts: vec!["x".repeat(1_000).into()], ..Layer::default() };
    for number in 0..10_u8 {
        cache.keep(None, &Digest::of(&[number]), "1", &large).unwrap();
    }
    let total: u64 =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    assert!(total <= 4_000, "{total}");
    let proof = Proof::of(&sekisho_registry_stream(), Some(&Digest::of(&[9]))).unwrap();
    cache.keep(Some(&proof), &Digest::of(&[9]), "1", &Layer::default()).unwrap();
    assert!(cache.layer(&proof, &Digest::of(&[9]), "1").is_some());
}

/// Bytes of a registry, which nobody reads.
fn sekisho_registry_stream() -> sekisho_registry::LayerBytes {
    let image = Image::debian();
    let server = Server::start(move |_, request| image.serve(request));
    open_at(&format!("{}/app", server.host), quick()).unwrap().open_layer(0).unwrap().0
}
