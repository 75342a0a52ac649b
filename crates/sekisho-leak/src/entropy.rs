//! How random a text looks.

use std::collections::HashMap;

/// The entropy of a text after Shannon in bits, counted by characters over its length in bytes, as gitleaks counts.
pub fn entropy(text: &[u8]) -> f64 {
    if text.is_empty() {
        return 0.0;
    }
    let length = count(text.len());
    let of = |times: usize| {
        let share = count(times) / length;
        -share * share.log2()
    };
    if text.is_ascii() {
        let mut times = [0_usize; 128];
        for byte in text {
            if let Some(slot) = times.get_mut(usize::from(*byte)) {
                *slot += 1;
            }
        }
        return times.into_iter().filter(|times| *times > 0).map(of).sum();
    }
    let mut times = HashMap::new();
    for character in String::from_utf8_lossy(text).chars() {
        *times.entry(character).or_insert(0_usize) += 1;
    }
    let mut times: Vec<usize> = times.into_values().collect();
    times.sort_unstable();
    times.into_iter().map(of).sum()
}

#[expect(clippy::cast_precision_loss, reason = "texts are shorter than 2^52 bytes")]
fn count(number: usize) -> f64 {
    number as f64
}
