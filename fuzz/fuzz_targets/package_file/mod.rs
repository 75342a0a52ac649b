//! What the fuzz targets of package files share: one file is read, and every package URL can be read back.

use sekisho_package::{Budget, Entry, Kind, LayerScan, Streamed, merge};
use sekisho_version::PackageUrl;

/// Reads bytes as a file; the first of them chooses its name.
pub fn read(names: &[&str], bytes: &[u8]) {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let path = names[usize::from(*first) % names.len()];
    let mut scan = LayerScan::folder(Budget::default());
    let entry = Entry { path, kind: Kind::File, mode: 0o644, size: bytes.len() as u64 };
    scan.entry(&entry, &mut Streamed(bytes), &mut []).expect("a file in memory can be read");
    for package in merge(&[&scan.finish()]).contents.packages {
        let text = package.url.to_string();
        if text.len() <= PackageUrl::LONGEST {
            assert_eq!(PackageUrl::parse(&text).map(|read| read.to_string()), Ok(text));
        }
    }
}
