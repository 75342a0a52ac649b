//! Decisions that are kept.

use std::sync::Arc;

use jiff::SignedDuration;
use sekisho_trust::{Cache, CacheKey};

use crate::support::{DIGITS, judged, now, policy, signed};

fn key(digest: &str) -> CacheKey {
    CacheKey { name: "example.com/team/app".to_owned(), digest: digest.to_owned(), policies: "p".to_owned() }
}

#[test]
fn decisions_end_and_the_oldest_goes() {
    let minute = SignedDuration::from_mins(1);
    let mut cache = Cache::new(2, minute * 10, minute);
    let approved = Arc::new(judged(&[policy(1, &[0])], &[signed(0, DIGITS)]));
    let refused = Arc::new(judged(&[policy(1, &[0])], &[]));
    cache.put(key("a"), Arc::clone(&approved), now());
    cache.put(key("b"), refused, now());
    assert!(cache.get(&key("a"), now() + minute * 9).is_some());
    assert!(cache.get(&key("a"), now() + minute * 11).is_none());
    assert!(cache.get(&key("b"), now() + minute * 2).is_none());
    assert!(cache.get(&key("a"), now() - minute).is_none(), "the clock was set back");
    assert!(cache.get(&CacheKey { policies: "q".to_owned(), ..key("a") }, now()).is_none());
    cache.put(key("c"), approved, now());
    assert_eq!(cache.len(), 2);
    assert!(cache.get(&key("a"), now()).is_none());
}
