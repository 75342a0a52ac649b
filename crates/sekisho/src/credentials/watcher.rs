//! Looks at files while they pass the analyzers of packages.

use sekisho_leak::{Detector, Origin, Stream};
use sekisho_package::{ArchiveLimits, Entry, Observer, RandomAccess, ReadError, each_file, is_archive};

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
        let (detector, records) = (self.detector, &mut self.records);
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
            records.extend(stream.finish().iter().map(|leak| Record::of(leak, &path)));
        };
        // What is no archive though it is called one holds nothing to be looked through.
        if let Err(ReadError::Limit { .. }) = each_file(file, &ArchiveLimits::default(), &wants, &mut take) {
            self.large.push(entry.path.to_owned());
        }
    }

    fn chunk(&mut self, bytes: &[u8]) {
        if let Some((_, stream)) = &mut self.current {
            stream.push(bytes);
        }
    }

    fn end(&mut self, _: bool) {
        if let Some((path, stream)) = self.current.take() {
            self.records.extend(stream.finish().iter().map(|leak| Record::of(leak, &path)));
        }
    }
}
