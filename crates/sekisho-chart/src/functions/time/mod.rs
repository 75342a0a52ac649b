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

pub use self::civil::{Civil, MONTHS, WEEKDAYS, month_length};
pub(super) use self::functions::FAMILY;
pub use self::moment::Moment;
pub use self::parse::parse;
pub use self::zone::{Offset, Zone};
