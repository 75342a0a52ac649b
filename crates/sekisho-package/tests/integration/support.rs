//! Files in, contents out.

use sekisho_contents::Contents;
use sekisho_package::{Budget, Entry, Kind, Layer, LayerScan, Streamed, merge, merge_image};

/// What an entry of a test is.
#[derive(Clone, Copy)]
pub(crate) enum Item<'i> {
    /// A regular file.
    File(&'i [u8]),
    /// A program: a file with executable bits.
    Program(&'i [u8]),
    /// A symbolic link.
    Symlink(&'i str),
    /// A hard link.
    Hardlink(&'i str),
    /// A folder.
    Folder,
}

/// Hands entries to a scan.
pub(crate) fn scanned(mut scan: LayerScan, entries: &[(&str, Item<'_>)]) -> Layer {
    for (path, item) in entries {
        let (kind, mode, bytes): (_, _, &[u8]) = match item {
            Item::File(bytes) => (Kind::File, 0o644, bytes),
            Item::Program(bytes) => (Kind::File, 0o755, bytes),
            Item::Symlink(target) => (Kind::Symlink(target), 0o777, &[]),
            Item::Hardlink(target) => (Kind::Hardlink(target), 0o644, &[]),
            Item::Folder => (Kind::Directory, 0o755, &[]),
        };
        let entry = Entry { path, kind, mode, size: bytes.len() as u64 };
        scan.entry(&entry, &mut Streamed(bytes), &mut []).expect("the scan goes on");
    }
    scan.finish()
}

/// A layer of an image.
pub(crate) fn layer(entries: &[(&str, Item<'_>)]) -> Layer {
    scanned(LayerScan::layer(Budget::default()), entries)
}

/// What a root file system of these files contains.
pub(crate) fn root(files: &[(&str, &[u8])]) -> Contents {
    let entries: Vec<_> = files.iter().map(|(path, bytes)| (*path, Item::File(bytes))).collect();
    merge(&[&scanned(LayerScan::root(Budget::default()), &entries)]).contents
}

/// The package URLs of what is contained, in order.
pub(crate) fn urls(contents: &Contents) -> Vec<String> {
    contents.packages.iter().map(|package| package.url.to_string()).collect()
}

/// What an image of these layers contains, the lowest first.
pub(crate) fn image(layers: &[&[(&str, Item<'_>)]]) -> Contents {
    let layers: Vec<Layer> = layers.iter().map(|entries| layer(entries)).collect();
    merge_image(&layers.iter().collect::<Vec<_>>()).contents
}
