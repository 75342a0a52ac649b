//! What a change did, as people and `patch` read it.

use similar::TextDiff;

/// The unified difference between two texts of a file, with three lines around each change; empty where
/// they are the same.
pub fn diff(old: &str, new: &str, name: &str) -> String {
    TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header(
            &format!("a/{}", name.trim_start_matches('/')),
            &format!("b/{}", name.trim_start_matches('/')),
        )
        .to_string()
}
