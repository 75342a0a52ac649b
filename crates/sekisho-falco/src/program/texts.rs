//! Sets of texts that a value may be: asked by length first, and then by a quick hash.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// Texts.
#[derive(Default)]
pub(crate) struct TextSet {
    texts: HashSet<Box<[u8]>, BuildHasherDefault<TextHasher>>,
    /// The lengths that occur, by bits; the last stands for all that are longer.
    lengths: u64,
}

impl TextSet {
    pub(crate) fn contains(&self, text: &[u8]) -> bool {
        self.lengths >> text.len().min(63) & 1 == 1 && self.texts.contains(text)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.texts.iter().map(|text| &text[..])
    }
}

impl FromIterator<Box<[u8]>> for TextSet {
    fn from_iter<I: IntoIterator<Item = Box<[u8]>>>(texts: I) -> Self {
        let texts: HashSet<_, _> = texts.into_iter().collect();
        let lengths = texts.iter().fold(0, |lengths, text| lengths | 1 << text.len().min(63));
        Self { texts, lengths }
    }
}

/// A hash of bytes, eight at a time. Only rules put texts into a set, so that nothing is gained by making it collide.
#[derive(Default)]
pub(crate) struct TextHasher {
    hash: u64,
}

impl TextHasher {
    fn add(&mut self, word: u64) {
        self.hash = (self.hash.rotate_left(5) ^ word).wrapping_mul(0x517C_C1B7_2722_0A95);
    }
}

impl Hasher for TextHasher {
    fn finish(&self) -> u64 {
        // The high bits are the best mixed, and the set looks at both ends.
        self.hash ^ self.hash >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        let mut last = [0_u8; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        self.add(u64::from_le_bytes(last));
    }

    fn write_usize(&mut self, number: usize) {
        self.add(number as u64);
    }
}
