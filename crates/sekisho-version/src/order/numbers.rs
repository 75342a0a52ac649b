//! Numbers between separators, and nothing else: Haskell and R. The longer of two that begin alike is newer.

use crate::key::{Key, is_number};

pub(super) fn write(text: &str, separators: &[char], key: &mut Key) -> Option<()> {
    for part in text.split(separators) {
        if !is_number(part) {
            return None;
        }
        key.byte(1);
        key.number(part);
    }
    key.byte(0);
    Some(())
}
