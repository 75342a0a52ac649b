//! A text that comes piece by piece, looked through in bounded memory.

use crate::detector::{Detector, Leak, Origin};
use crate::window::{SHARED, is_text};

/// How many bytes are held before they are looked through.
const HELD: usize = 1 << 20;
/// How many bytes decide whether it is a text.
const HEAD: usize = 8_192;

/// One text on its way through a [`Detector`]. What is no text, by its first bytes, is let pass.
pub struct Stream<'d, 'r> {
    detector: &'d Detector<'r>,
    path: String,
    commit: Option<String>,
    held: Vec<u8>,
    /// How many of the held bytes were looked through before.
    fresh: usize,
    /// Lines and bytes before those that are held.
    lines: usize,
    offset: usize,
    is_text: Option<bool>,
    leaks: Vec<Leak<'r>>,
}

impl<'d, 'r> Stream<'d, 'r> {
    /// Begins with a text of this origin; none where a list allows all of it.
    pub fn new(detector: &'d Detector<'r>, origin: Origin<'_>) -> Option<Self> {
        if detector.skips(origin) {
            return None;
        }
        Some(Self {
            detector,
            path: origin.path.to_owned(),
            commit: origin.commit.map(str::to_owned),
            held: Vec::new(),
            fresh: 0,
            lines: 0,
            offset: 0,
            is_text: None,
            leaks: detector.scan_path(origin),
        })
    }

    /// The next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.is_text == Some(false) || self.leaks.len() >= self.detector.limits().leaks {
            return;
        }
        self.held.extend_from_slice(bytes);
        if self.is_text.is_none() && self.held.len() >= HEAD {
            self.decide();
        }
        if self.held.len() >= HELD {
            self.look();
            self.release();
        }
    }

    /// What was found, in the order of its places, after the last bytes.
    pub fn finish(self) -> Vec<Leak<'r>> {
        self.finish_with_text().0
    }

    /// As [`Self::finish`], with the whole text where all of it is still held: at most a mebibyte.
    pub fn finish_with_text(mut self) -> (Vec<Leak<'r>>, Option<Vec<u8>>) {
        if self.is_text.is_none() {
            self.decide();
        }
        self.look();
        self.leaks.truncate(self.detector.limits().leaks);
        let is_whole = self.offset == 0 && self.is_text == Some(true);
        (self.leaks, is_whole.then_some(self.held))
    }

    fn decide(&mut self) {
        let is_text = is_text(&self.held);
        self.is_text = Some(is_text);
        if !is_text {
            self.held = Vec::new();
        }
    }

    fn look(&mut self) {
        let origin = Origin { path: &self.path, commit: self.commit.as_deref() };
        let found = self.detector.scan_part(origin, &self.held, self.fresh);
        self.leaks.extend(found.into_iter().map(|leak| leak.moved(self.lines, self.offset)));
    }

    /// Lets go of all but the last lines, in which something may begin.
    fn release(&mut self) {
        let tail = self.held.len().saturating_sub(SHARED);
        let behind = self.held.get(tail..).unwrap_or_default();
        let start = tail + memchr::memchr(b'\n', behind).map_or(0, |at| at + 1);
        let gone = self.held.get(..start).unwrap_or_default();
        self.lines += memchr::memchr_iter(b'\n', gone).count();
        self.offset += start;
        self.held.drain(..start);
        self.fresh = self.held.len();
    }
}
