//! Which of two findings of one text counts.

use crate::Leak;

/// Leaves out what a rule of any credential found where a rule of one issuer found the same, and what was found
/// twice.
pub(crate) fn settle(leaks: &mut Vec<Leak<'_>>) {
    leaks.sort_by(|left, right| {
        let key = |leak: &Leak<'_>| (leak.place.start, leak.place.end, leak.depth);
        key(left).cmp(&key(right)).then_with(|| left.rule.id.cmp(&right.rule.id))
    });
    leaks.dedup_by(|later, earlier| {
        later.rule.id == earlier.rule.id && later.place == earlier.place && later.secret == earlier.secret
    });
    let covered: Vec<bool> = leaks.iter().map(|leak| is_generic(leak) && is_covered(leak, leaks)).collect();
    let mut covered = covered.into_iter();
    leaks.retain(|_| !covered.next().unwrap_or(false));
}

fn is_generic(leak: &Leak<'_>) -> bool {
    leak.rule.id.to_lowercase().contains("generic")
}

fn is_covered(leak: &Leak<'_>, all: &[Leak<'_>]) -> bool {
    let near = all.iter().filter(|other| other.place.line == leak.place.line && !is_generic(other));
    let secret = leak.secret.reveal();
    near.into_iter().any(|other| memchr::memmem::find(other.secret.reveal(), secret).is_some())
}
