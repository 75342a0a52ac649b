//! Time zones by name, by offset, and the local one, which is UTC.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use smol_str::SmolStr;

/// A time zone.
#[derive(Debug, Clone)]
pub enum Zone {
    /// UTC.
    Utc,
    /// The zone of the machine, which is UTC for every run.
    Local,
    /// An offset in seconds that a text gave, with the abbreviation that it gave.
    Fixed(SmolStr, i64),
    /// A zone of the database.
    Named(TimeZone),
}

/// What a zone says of an instant.
pub struct Offset {
    /// Seconds east of UTC.
    pub seconds: i64,
    /// How it is shown.
    pub abbreviation: SmolStr,
    /// Whether it is summer time.
    pub is_dst: bool,
}

/// The database of time zones that is part of the program.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

impl Zone {
    /// The zone of a name as `time.LoadLocation` takes it, letters of the right case only.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "" | "UTC" => Some(Self::Utc),
            "Local" => Some(Self::Local),
            _ => {
                let zone = DATABASE.get(name).ok()?;
                (zone.iana_name() == Some(name)).then_some(Self::Named(zone))
            }
        }
    }

    /// The offset at an instant.
    pub fn at(&self, seconds: i64) -> Offset {
        match self {
            Self::Utc | Self::Local => Offset { seconds: 0, abbreviation: "UTC".into(), is_dst: false },
            Self::Fixed(name, offset) => {
                Offset { seconds: *offset, abbreviation: name.clone(), is_dst: false }
            }
            Self::Named(zone) => {
                let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
                let instant = Timestamp::from_second(seconds.clamp(first, last)).unwrap_or_default();
                let info = zone.to_offset_info(instant);
                Offset {
                    seconds: info.offset().seconds().into(),
                    abbreviation: info.abbreviation().into(),
                    is_dst: info.dst().is_dst(),
                }
            }
        }
    }

    /// The name that a location shows.
    pub fn name(&self) -> &str {
        match self {
            Self::Utc | Self::Local => "UTC",
            Self::Fixed(name, _) => name,
            Self::Named(zone) => zone.iana_name().unwrap_or(""),
        }
    }
}
