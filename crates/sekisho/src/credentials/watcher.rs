//! Looks at files while they pass the analyzers of packages.

use sekisho_leak::{Detector, Origin, Stream};
use sekisho_package::{Entry, Observer};

use super::Record;

/// The largest file that is looked through: what is larger is data, and made by programs.
const LARGEST: u64 = 64 << 20;

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
