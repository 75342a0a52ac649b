//! The locality sensitive hash TLSH with 128 buckets and a checksum of one byte (Oliver, Cheng, Chen 2013).

use std::fmt::Write as _;

/// The permutation of bytes that Pearson published with his hash function (1990).
const PERMUTATION: [u8; 256] = [
    1, 87, 49, 12, 176, 178, 102, 166, 121, 193, 6, 84, 249, 230, 44, 163, 14, 197, 213, 181, 161, 85, 218,
    80, 64, 239, 24, 226, 236, 142, 38, 200, 110, 177, 104, 103, 141, 253, 255, 50, 77, 101, 81, 18, 45, 96,
    31, 222, 25, 107, 190, 70, 86, 237, 240, 34, 72, 242, 20, 214, 244, 227, 149, 235, 97, 234, 57, 22, 60,
    250, 82, 175, 208, 5, 127, 199, 111, 62, 135, 248, 174, 169, 211, 58, 66, 154, 106, 195, 245, 171, 17,
    187, 182, 179, 0, 243, 132, 56, 148, 75, 128, 133, 158, 100, 130, 126, 91, 13, 153, 246, 216, 219, 119,
    68, 223, 78, 83, 88, 201, 99, 122, 11, 92, 32, 136, 114, 52, 10, 138, 30, 48, 183, 156, 35, 61, 26, 143,
    74, 251, 94, 129, 162, 63, 152, 170, 7, 115, 167, 241, 206, 3, 150, 55, 59, 151, 220, 90, 53, 23, 131,
    125, 173, 15, 238, 79, 95, 89, 16, 105, 137, 225, 224, 217, 160, 37, 123, 118, 73, 2, 157, 46, 116, 9,
    145, 134, 228, 207, 212, 202, 215, 69, 229, 27, 188, 67, 124, 168, 252, 42, 4, 29, 108, 21, 247, 19, 205,
    39, 203, 233, 40, 186, 147, 198, 192, 155, 33, 164, 191, 98, 204, 165, 180, 117, 76, 140, 36, 210, 172,
    41, 54, 159, 8, 185, 232, 113, 196, 231, 47, 146, 120, 51, 65, 28, 144, 254, 221, 93, 189, 194, 139, 112,
    43, 71, 109, 184, 209,
];
/// The fewest bytes of which a hash says anything.
const SHORTEST: usize = 50;
const BUCKETS: usize = 128;
/// Salts, and which bytes of the window each is hashed with; zero is the newest.
const TRIPLES: [(u8, [usize; 3]); 6] =
    [(2, [0, 1, 2]), (3, [0, 1, 3]), (5, [0, 2, 3]), (7, [0, 2, 4]), (11, [0, 1, 4]), (13, [0, 3, 4])];

/// The hash with its version before it; none where the text is too short or too uniform for one.
pub(crate) fn tlsh(text: &[u8]) -> Option<String> {
    if text.len() < SHORTEST {
        return None;
    }
    let mut buckets = [0_u32; 256];
    let mut checksum = 0;
    for window in text.windows(5) {
        let at = |back: usize| window.get(4 - back).copied().unwrap_or(0);
        checksum = pearson(0, [at(0), at(1), checksum]);
        for (salt, bytes) in TRIPLES {
            if let Some(bucket) = buckets.get_mut(usize::from(pearson(salt, bytes.map(at)))) {
                *bucket += 1;
            }
        }
    }
    let counted = buckets.get(..BUCKETS).unwrap_or_default();
    let mut sorted = counted.to_vec();
    sorted.sort_unstable();
    let quartile = |number: usize| sorted.get(number * BUCKETS / 4 - 1).copied().unwrap_or(0);
    let quartiles = [quartile(1), quartile(2), quartile(3)];
    let [first, second, third] = quartiles;
    if third == 0 || counted.iter().filter(|count| **count > 0).count() <= BUCKETS / 2 {
        return None;
    }
    let ratios = ratio(second, third) << 4 | ratio(first, third);
    let mut hash = "T1".to_owned();
    for byte in [checksum, length_class(text.len()), ratios] {
        let _ = write!(hash, "{:02X}", byte.rotate_left(4));
    }
    for group in counted.chunks(4).rev() {
        let above = |count: u32| quartiles.iter().filter(|quartile| **quartile < count).count();
        let byte = group.iter().rev().fold(0, |byte, count| byte << 2 | above(*count));
        let _ = write!(hash, "{byte:02X}");
    }
    Some(hash)
}

fn pearson(salt: u8, bytes: [u8; 3]) -> u8 {
    let permuted = |byte: u8| PERMUTATION.get(usize::from(byte)).copied().unwrap_or(0);
    bytes.into_iter().fold(permuted(salt), |hash, byte| permuted(hash ^ byte))
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the hash is defined by numbers of 32 bits"
)]
fn ratio(part: u32, whole: u32) -> u8 {
    ((part.wrapping_mul(100) as f32 / whole as f32) as u32 % 16) as u8
}

/// The length on a scale that grows by a factor.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the class of any length is below 256"
)]
fn length_class(length: usize) -> u8 {
    let logarithm = (length as f64).ln();
    let class = match length {
        0..=656 => logarithm / 1.5_f64.ln(),
        657..=3199 => logarithm / 1.3_f64.ln() - 8.72777,
        _ => logarithm / 1.1_f64.ln() - 62.5472,
    };
    class.floor() as u8
}
