//! A quick hash of numbers and short texts that captures tell.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Hashes numbers and bytes with a secret that is drawn once, so that no capture can be made to collide.
#[derive(Clone, Debug)]
pub struct NumberHash {
    secret: u64,
}

impl Default for NumberHash {
    fn default() -> Self {
        Self { secret: RandomState::new().hash_one(0_u8) }
    }
}

impl BuildHasher for NumberHash {
    type Hasher = NumberHasher;

    fn build_hasher(&self) -> NumberHasher {
        NumberHasher { hash: self.secret }
    }
}

/// The state of one hash.
#[derive(Debug)]
pub struct NumberHasher {
    hash: u64,
}

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.hash
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let mut last = [0_u8; 8];
            for (to, from) in last.iter_mut().zip(rest) {
                *to = *from;
            }
            self.write_u64(u64::from_le_bytes(last));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let product = u128::from(number ^ self.hash).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        let [low, high] = [0_u32, 64].map(|shift| (product >> shift).to_le_bytes());
        let half = |bytes: [u8; 16]| bytes.first_chunk().map_or(0, |half| u64::from_le_bytes(*half));
        self.hash = half(low) ^ half(high);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }
}
