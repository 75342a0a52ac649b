//! Layers over one another, and entries that mean harm.

use sekisho_package::{Budget, Entry, Kind, Layer, LayerScan, Observer, ScanError, Streamed};

use crate::support::{Item, layer, scanned};

const FILE: Item<'_> = Item::File(b"x");

#[test]
fn whiteouts_hide_files_and_all_that_is_below_them() {
    let above = layer(&[("a/.wh.b", FILE), (".wh.c", FILE)]);
    assert!(above.hides("a/b") && above.hides("a/b/x/y") && above.hides("c/d"));
    assert!(!above.hides("a/bb") && !above.hides("a") && !above.hides("cc"));
}

#[test]
fn an_opaque_folder_hides_what_is_in_it_wherever_it_stands_among_the_entries() {
    for entries in [[("a/.wh..wh..opq", FILE), ("a/new", FILE)], [("a/new", FILE), ("a/.wh..wh..opq", FILE)]]
    {
        let above = layer(&entries);
        assert!(above.hides("a/old") && above.hides("a/old/deep"));
        assert!(!above.hides("a") && !above.hides("b/old"));
        assert!(above.paths.contains("a/new"));
    }
    assert!(layer(&[(".wh..wh..opq", FILE)]).hides("anything"));
}

#[test]
fn a_file_or_link_in_place_of_a_folder_hides_the_folder() {
    let above = layer(&[("a", Item::Symlink("/etc")), ("b", FILE), ("c", Item::Folder)]);
    assert!(above.hides("a/passwd") && above.hides("b/x") && !above.hides("c/x"));
}

#[test]
fn whiteouts_of_nothing_are_named_and_hide_nothing() {
    let above = layer(&[("a/.wh..", FILE), ("a/.wh...", FILE), ("a/.wh.", FILE), ("a/.wh..wh.plnk", FILE)]);
    assert_eq!(above.unread.len(), 3);
    assert!(!above.hides("a") && !above.hides("a/b"));
}

#[test]
fn paths_that_leave_the_root_are_named_and_not_taken() {
    let layer =
        layer(&[("../etc/os-release", FILE), ("a/../../x", FILE), ("/etc/absolute", FILE), ("./", FILE)]);
    assert_eq!(layer.unread.len(), 3, "{:?}", layer.unread);
    assert!(layer.paths.contains("etc/absolute"));
    let layer = crate::support::layer(&[("x", Item::Hardlink("../../etc/shadow"))]);
    assert_eq!(layer.unread.len(), 1);
}

#[test]
fn the_last_of_two_entries_of_one_path_holds() {
    let path = "etc/os-release";
    let layer = layer(&[(path, Item::File(b"ID=first")), (path, Item::File(b"ID=second"))]);
    let contents = sekisho_package::merge(&[&layer]).contents;
    assert_eq!(contents.distribution.expect("a distribution").id, "second");
}

#[test]
fn a_hard_link_keeps_a_file_whose_name_is_taken_away() {
    let below = layer(&[
        ("usr/lib/os-release", Item::File(b"ID=kept")),
        ("etc/os-release", Item::Hardlink("usr/lib/os-release")),
    ]);
    let above = layer(&[("usr/lib/.wh.os-release", FILE)]);
    let contents = sekisho_package::merge(&[&below, &above]).contents;
    assert_eq!(contents.distribution.expect("a distribution").id, "kept");
}

#[test]
fn more_entries_than_the_budget_end_the_scan_and_name_it() {
    let mut scan = LayerScan::layer(Budget { entries: 3, ..Budget::default() });
    let mut result = Ok(());
    for index in 0..10 {
        let path = format!("f{index}");
        let entry = Entry { path: &path, kind: Kind::File, mode: 0o644, size: 0 };
        result = scan.entry(&entry, &mut Streamed(&b""[..]), &mut []);
        if result.is_err() {
            break;
        }
    }
    assert!(matches!(result, Err(ScanError::Entries(3))));
    assert_eq!(scan.finish().paths.len(), 3);
}

#[test]
fn a_file_larger_than_its_analyzer_takes_is_unread_also_where_the_size_lies() {
    let large = vec![b'x'; 100 << 10];
    for size in [large.len() as u64, 10] {
        let mut scan = LayerScan::root(Budget::default());
        let entry = Entry { path: "etc/os-release", kind: Kind::File, mode: 0o644, size };
        scan.entry(&entry, &mut Streamed(&large[..]), &mut []).expect("the scan goes on");
        let layer = scan.finish();
        assert_eq!(layer.unread.len(), 1, "{:?}", layer.unread);
        assert!(layer.unread[0].reason.contains("65536 bytes"), "{}", layer.unread[0].reason);
    }
}

#[derive(Default)]
struct Watcher {
    bytes: Vec<u8>,
    ended: usize,
}

impl Observer for Watcher {
    fn wants(&mut self, entry: &Entry<'_>) -> bool {
        entry.path != "unwanted"
    }

    fn chunk(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn end(&mut self, whole: bool) {
        assert!(whole);
        self.ended += 1;
    }
}

#[test]
fn observers_read_the_bytes_that_analyzers_read_and_those_they_do_not() {
    let mut watcher = Watcher::default();
    let mut scan = LayerScan::root(Budget::default());
    let long = vec![b'y'; 300_000];
    let files: [(&str, &[u8]); 4] =
        [("etc/os-release", b"ID=a\n"), ("other", b"b"), ("unwanted", b"c"), ("long", &long)];
    for (path, bytes) in files {
        let entry = Entry { path, kind: Kind::File, mode: 0o755, size: bytes.len() as u64 };
        scan.entry(&entry, &mut Streamed(bytes), &mut [&mut watcher]).expect("the scan goes on");
    }
    assert_eq!(watcher.ended, 3);
    assert_eq!(watcher.bytes.len(), 5 + 1 + 300_000);
    assert!(watcher.bytes.starts_with(b"ID=a\nby"));
    assert_eq!(scan.finish().files.len(), 1);
}

#[test]
fn a_layer_survives_serialisation() {
    let layer = scanned(
        LayerScan::layer(Budget::default()),
        &[("etc/os-release", Item::File(b"ID=a")), ("lib", Item::Symlink("usr/lib")), ("x/.wh.y", FILE)],
    );
    let text = serde_json::to_string(&layer).expect("text");
    assert_eq!(serde_json::from_str::<Layer>(&text).expect("a layer"), layer);
}
