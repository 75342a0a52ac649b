//! What functions of Rego learn of the time.

use sekisho_rego::functions::World;

/// The world at a time, in nanoseconds since 1970 in UTC.
pub(crate) fn world(now: Option<i128>) -> World<'static> {
    let now = now.and_then(|now| i64::try_from(now).ok()).unwrap_or_default();
    World { now, seed: now.cast_unsigned(), ..World::default() }
}
