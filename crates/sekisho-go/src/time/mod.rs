//! Points in time as Go's `time` package has them, their zones, and the layouts that they are read and written by.
//!
//! Nothing here looks at a clock, and the local time zone is UTC.

mod civil;
mod layout;
mod moment;
mod parse;
mod zone;

pub use self::civil::{Civil, MONTHS, WEEKDAYS, month_length};
pub use self::moment::{Moment, round};
pub use self::parse::{parse, quote};
pub use self::zone::{Offset, Zone};
