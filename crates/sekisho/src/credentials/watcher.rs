//! Looks at files while they pass the analyzers of packages.

use md5::Md5;
use sekisho_leak::{Detector, Origin, Stream};
use sekisho_package::{
    ArchiveLimits, Checksums, Entry, Observer, RandomAccess, ReadError, each_file, is_archive,
};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::Record;

/// The largest file that is looked through: what is larger is data, and made by programs.
const LARGEST: u64 = 64 << 20;
/// The largest archive.
const LARGEST_ARCHIVE: u64 = 2 << 30;
/// Endings of files in archives that hold no text.
const BINARY: [&str; 16] = [
    ".class", ".png", ".jpg", ".jpeg", ".gif", ".ico", ".so", ".dll", ".pyc", ".woff", ".woff2", ".ttf",
    ".exe", ".dex", ".jnilib", ".dylib",
];

/// Collects the credentials of one layer or folder.
pub(crate) struct Watcher<'d, 'r> {
    detector: &'d Detector<'r>,
    current: Option<(String, Stream<'d, 'r>)>,
    records: Vec<Record>,
    large: Vec<String>,
}

impl<'d, 'r> Watcher<'d, 'r> {
    pub(crate) fn new(detector: &'d Detector<'r>) -> Self {
        Self { detector, current: None, records: Vec::new(), large: Vec::new() }
    }

    /// What was found, and the files that were too large to be looked through.
    pub(crate) fn finish(self) -> (Vec<Record>, Vec<String>) {
        (self.records, self.large)
    }
}

/// The credentials in a text that is no file.
pub(crate) fn in_text(detector: &Detector<'_>, path: &str, text: &str) -> Vec<Record> {
    let Some(mut stream) = Stream::new(detector, Origin { path, commit: None }) else { return Vec::new() };
    stream.push(text.as_bytes());
    stream.finish().iter().map(|leak| Record::of(leak, path)).collect()
}

impl Observer for Watcher<'_, '_> {
    fn wants(&mut self, entry: &Entry<'_>) -> bool {
        if entry.size == 0 {
            return false;
        }
        let origin = Origin { path: entry.path, commit: None };
        if entry.size > LARGEST {
            if !self.detector.skips(origin) {
                self.large.push(entry.path.to_owned());
            }
            return false;
        }
        self.current = Stream::new(self.detector, origin).map(|stream| (entry.path.to_owned(), stream));
        self.current.is_some()
    }

    fn wants_random(&mut self, entry: &Entry<'_>) -> bool {
        if entry.size == 0 || !is_archive(entry.path) {
            return false;
        }
        let is_small = entry.size <= LARGEST_ARCHIVE;
        if !is_small {
            self.large.push(entry.path.to_owned());
        }
        is_small && !self.detector.skips(Origin { path: entry.path, commit: None })
    }

    fn random(&mut self, entry: &Entry<'_>, file: &dyn RandomAccess) {
        let (detector, mut found) = (self.detector, Vec::new());
        let wants = |name: &str| {
            let name = name.to_ascii_lowercase();
            !BINARY.iter().any(|ending| name.ends_with(ending))
        };
        let mut take = |inner: &str, bytes: &[u8]| {
            let path = format!("{}!/{inner}", entry.path);
            let Some(mut stream) = Stream::new(detector, Origin { path: &path, commit: None }) else {
                return;
            };
            stream.push(bytes);
            found.extend(stream.finish().iter().map(|leak| Record::of(leak, &path)));
        };
        // What is no archive though it is called one holds nothing to be looked through.
        if let Err(ReadError::Limit { .. }) = each_file(file, &ArchiveLimits::default(), &wants, &mut take) {
            self.large.push(entry.path.to_owned());
        }
        if !found.is_empty() {
            let sums = bytes_of(entry, file).map(|bytes| sums(&bytes));
            self.records.extend(found.into_iter().map(|record| Record { sums, ..record }));
        }
    }

    fn chunk(&mut self, bytes: &[u8]) {
        if let Some((_, stream)) = &mut self.current {
            stream.push(bytes);
        }
    }

    fn end(&mut self, _: bool) {
        if let Some((path, stream)) = self.current.take() {
            let (leaks, text) = stream.finish_with_text();
            if !leaks.is_empty() {
                let sums = text.map(|text| sums(&text));
                self.records.extend(leaks.iter().map(|leak| Record { sums, ..Record::of(leak, &path) }));
            }
        }
    }
}

/// The bytes of an archive that is not too large to be compared with what its package brought.
fn bytes_of(entry: &Entry<'_>, file: &dyn RandomAccess) -> Option<Vec<u8>> {
    let size = usize::try_from(entry.size).ok().filter(|_| entry.size <= LARGEST)?;
    let mut bytes = vec![0; size];
    let mut filled = 0;
    while filled < size {
        match file.read_at(filled as u64, bytes.get_mut(filled..)?) {
            Ok(0) | Err(_) => return None,
            Ok(count) => filled += count,
        }
    }
    Some(bytes)
}

/// What bytes give under the digests that databases of packages keep.
fn sums(bytes: &[u8]) -> Checksums {
    let beginning = |digest: &[u8]| digest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    Checksums {
        md5: beginning(&Md5::digest(bytes)),
        sha1: beginning(&Sha1::digest(bytes)),
        sha256: beginning(&Sha256::digest(bytes)),
    }
}
