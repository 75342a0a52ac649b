//! The functions of dates, and what templates may ask of a point in time.
//!
//! Nothing here looks at a clock: [`now`](super::State::now) is an instant of the run's settings.

mod functions;
mod moment;

pub(super) use self::functions::FAMILY;
