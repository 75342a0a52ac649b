//! Points in time as Go's `time` package has them, and the functions of dates.
//!
//! Nothing here looks at a clock: [`now`](super::State::now) is an instant of the run's settings, and the
//! local time zone is UTC.

mod civil;
mod functions;
mod layout;
mod moment;
mod parse;
mod zone;

pub(super) use self::functions::FAMILY;
pub(super) use self::moment::Moment;
pub(super) use self::parse::parse;
pub(super) use self::zone::Zone;
