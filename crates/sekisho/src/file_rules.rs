//! The rules about what files contain and images are, which stand beside the checks.

use sekisho_finding::fault::{DENIED_FILE, IMAGE_DRIFT, LEAKED_CREDENTIAL, REFUSED_BASE, REFUSED_LICENSE};
use sekisho_leak::RuleSet;

/// The rules about what files contain and images are, which stand beside the checks.
pub(crate) const RULES: [&str; 7] = [
    "vulnerability",
    "malicious-package",
    REFUSED_LICENSE.id,
    LEAKED_CREDENTIAL.id,
    IMAGE_DRIFT.id,
    DENIED_FILE.id,
    REFUSED_BASE.id,
];

/// Whether a word names what files contain: a vulnerability, a rule for credentials, or the rules about them. It need
/// not be found in this run.
pub(crate) fn is_contained(word: &str) -> bool {
    let shape = |word: &str| {
        let (begin, rest) = word.split_once('-').unwrap_or((word, ""));
        begin.len() > 1
            && begin.bytes().all(|byte| byte.is_ascii_uppercase())
            && rest.bytes().any(|byte| byte.is_ascii_alphanumeric())
    };
    let is_credential = || RuleSet::ours().rules().iter().any(|rule| rule.id == word);
    RULES.contains(&word) || shape(word) || is_credential()
}
