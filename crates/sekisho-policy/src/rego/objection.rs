//! Which rules object.

use crate::verdict::Enforcement;

/// What becomes of an object that a rule objects to; none where the rule is not one that objects.
pub fn objection(name: &str) -> Option<Enforcement> {
    let is = |word: &str| {
        let Some(rest) = name.strip_prefix(word) else { return false };
        let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        rest.is_empty() || rest.strip_prefix('_').is_some_and(|rest| rest.split('_').all(is_word))
    };
    match () {
        () if is("deny") || is("violation") => Some(Enforcement::Deny),
        () if is("warn") => Some(Enforcement::Warn),
        () => None,
    }
}
