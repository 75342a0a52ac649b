//! A point in time, with the methods that templates may call on it.

use std::any::Any;
use std::rc::Rc;

use sekisho_manifest::Duration;
use smol_str::SmolStr;

use super::civil::{Civil, MONTHS};
use super::layout;
use super::zone::{Offset, Zone};
use crate::functions::arguments::{int, text, value};
use crate::template::quote::quote;
use crate::value::{Data, Host, IntType, Method, Text, Type, Value};

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;

/// The seconds from 1970 back to the first day of the year 1, Go's zero time.
const ZERO: i64 = -62_135_596_800;

/// A point in time, and the zone that it is shown in: Go's `time.Time`.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Seconds since 1970.
    pub seconds: i64,
    /// Nanoseconds of the second.
    pub nanoseconds: u32,
    /// The zone that it is shown in.
    pub zone: Zone,
}

impl Moment {
    /// The type that functions ask for.
    pub(crate) const TYPE: Type = Type::Host("time.Time");

    /// An instant in the local zone.
    pub(in crate::functions) fn local(seconds: i64) -> Self {
        Self { seconds, nanoseconds: 0, zone: Zone::Local }
    }

    /// Go's zero time.
    pub(super) fn zero() -> Self {
        Self { seconds: ZERO, nanoseconds: 0, zone: Zone::Utc }
    }

    /// The instant of a day and a time in a zone.
    pub fn of(civil: Civil, nanoseconds: u32, zone: Zone) -> Self {
        let local = civil.seconds();
        // The offset is that at the instant itself, which is known only once it is subtracted.
        let first = zone.at(local).seconds;
        let second = zone.at(local.wrapping_sub(first)).seconds;
        let seconds = local.wrapping_sub(second);
        let seconds = if zone.at(seconds).seconds == second { seconds } else { local.wrapping_sub(first) };
        Self { seconds, nanoseconds, zone }
    }

    /// What its zone says of it.
    pub fn offset(&self) -> Offset {
        self.zone.at(self.seconds)
    }

    /// The day and time in its zone.
    pub fn civil(&self) -> Civil {
        Civil::of(self.seconds.wrapping_add(self.offset().seconds))
    }

    /// The same instant in another zone.
    #[must_use]
    pub fn within(&self, zone: Zone) -> Self {
        Self { zone, ..self.clone() }
    }

    /// The instant so many nanoseconds later.
    #[must_use]
    pub(super) fn plus(&self, nanoseconds: i64) -> Self {
        let sum = self.total().saturating_add(nanoseconds.into());
        let seconds = i64::try_from(sum.div_euclid(SECOND)).unwrap_or(i64::MAX);
        let nanoseconds = u32::try_from(sum.rem_euclid(SECOND)).unwrap_or(0);
        Self { seconds, nanoseconds, zone: self.zone.clone() }
    }

    /// The time since another instant; the longest or shortest that there is, where it is longer or shorter.
    pub(super) fn since(&self, other: &Self) -> Duration {
        let difference = self.total() - other.total();
        let limit = if difference < 0 { i64::MIN } else { i64::MAX };
        Duration::from_nanoseconds(i64::try_from(difference).unwrap_or(limit))
    }

    fn total(&self) -> i128 {
        i128::from(self.seconds) * SECOND + i128::from(self.nanoseconds)
    }

    /// The instant in a layout.
    pub fn format(&self, layout: &[u8]) -> Text {
        Text::from_bytes(layout::format(self, layout))
    }

    /// The instant as RFC 3339 has it, as Go writes it to JSON.
    pub(crate) fn rfc3339(&self) -> Text {
        self.format(b"2006-01-02T15:04:05.999999999Z07:00")
    }
}

/// A duration rounded to a multiple of a unit, half away from 0.
pub(super) fn round(duration: Duration, unit: i64) -> Duration {
    if unit <= 0 {
        return duration;
    }
    let (own, unit) = (i128::from(duration.nanoseconds()), i128::from(unit));
    let rest = own % unit;
    let whole = own - rest;
    let rounded = if rest.abs() * 2 < unit { whole } else { whole + unit * rest.signum() };
    let limit = if rounded < 0 { i64::MIN } else { i64::MAX };
    Duration::from_nanoseconds(i64::try_from(rounded).unwrap_or(limit))
}

/// A duration as templates have it.
fn duration(duration: Duration) -> Value {
    Data::Int(duration.nanoseconds(), IntType::Duration).into()
}

impl Host for Moment {
    fn type_name(&self) -> &'static str {
        "time.Time"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn methods(&self) -> &'static [Method] {
        METHODS
    }

    fn entries(&self) -> Vec<(SmolStr, Value)> {
        Vec::new()
    }

    fn display(&self) -> Option<Text> {
        Some(self.format(b"2006-01-02 15:04:05.999999999 -0700 MST"))
    }

    fn syntax(&self) -> Option<Text> {
        let Civil { year, month, day, hour, minute, second } = self.civil();
        let month = usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).unwrap_or(&"");
        let zone = match &self.zone {
            Zone::Utc => "time.UTC".to_owned(),
            Zone::Local => "time.Local".to_owned(),
            zone => format!("time.Location({})", quote(zone.name())),
        };
        let nanoseconds = self.nanoseconds;
        let shown = format!(
            "time.Date({year}, time.{month}, {day}, {hour}, {minute}, {second}, {nanoseconds}, {zone})"
        );
        Some(shown.into())
    }
}

/// A method without parameters.
const fn plain(name: &'static str, body: crate::value::MethodBody) -> Method {
    Method { name, parameters: &[], body }
}

const DURATION: Type = Type::Int(IntType::Duration);

const METHODS: &[Method] = &[
    Method {
        name: "Add",
        parameters: &[DURATION],
        body: |_, host, args| Ok(Value::host(own(host).plus(int(args, 0)))),
    },
    Method {
        name: "AddDate",
        parameters: &[Type::INT, Type::INT, Type::INT],
        body: |_, host, args| Ok(Value::host(add_date(own(host), [0, 1, 2].map(|at| int(args, at))))),
    },
    Method {
        name: "After",
        parameters: &[Moment::TYPE],
        body: |_, host, args| Ok((own(host).total() > other(args).total()).into()),
    },
    Method {
        name: "Before",
        parameters: &[Moment::TYPE],
        body: |_, host, args| Ok((own(host).total() < other(args).total()).into()),
    },
    Method {
        name: "Compare",
        parameters: &[Moment::TYPE],
        body: |_, host, args| Ok(Value::int(own(host).total().cmp(&other(args).total()) as i64)),
    },
    Method {
        name: "Equal",
        parameters: &[Moment::TYPE],
        body: |_, host, args| Ok((own(host).total() == other(args).total()).into()),
    },
    Method {
        name: "Format",
        parameters: &[Type::String],
        body: |_, host, args| Ok(own(host).format(text(args, 0).as_bytes()).into()),
    },
    Method {
        name: "Round",
        parameters: &[DURATION],
        body: |_, host, args| Ok(Value::host(to_multiple(own(host), int(args, 0), true))),
    },
    Method {
        name: "Sub",
        parameters: &[Moment::TYPE],
        body: |_, host, args| Ok(duration(own(host).since(&other(args)))),
    },
    Method {
        name: "Truncate",
        parameters: &[DURATION],
        body: |_, host, args| Ok(Value::host(to_multiple(own(host), int(args, 0), false))),
    },
    plain("Day", |_, host, _| Ok(Value::int(own(host).civil().day))),
    plain("Hour", |_, host, _| Ok(Value::int(own(host).civil().hour))),
    plain("IsDST", |_, host, _| Ok(own(host).offset().is_dst.into())),
    plain("IsZero", |_, host, _| Ok((own(host).total() == Moment::zero().total()).into())),
    plain("Local", |_, host, _| Ok(Value::host(own(host).within(Zone::Local)))),
    plain("Location", |_, host, _| Ok(Value::host(Location(own(host).zone.name().into())))),
    plain("Minute", |_, host, _| Ok(Value::int(own(host).civil().minute))),
    plain("Month", |_, host, _| Ok(Data::Int(own(host).civil().month, IntType::Month).into())),
    plain("Nanosecond", |_, host, _| Ok(Value::int(own(host).nanoseconds.into()))),
    plain("Second", |_, host, _| Ok(Value::int(own(host).civil().second))),
    plain("String", |_, host, _| Ok(own(host).display().unwrap_or_default().into())),
    plain("UTC", |_, host, _| Ok(Value::host(own(host).within(Zone::Utc)))),
    plain("Unix", |_, host, _| Ok(Value::int64(own(host).seconds))),
    plain("UnixMicro", |_, host, _| Ok(unix(host, 1_000))),
    plain("UnixMilli", |_, host, _| Ok(unix(host, 1_000_000))),
    plain("UnixNano", |_, host, _| Ok(unix(host, 1))),
    plain("Weekday", |_, host, _| Ok(Data::Int(own(host).civil().weekday(), IntType::Weekday).into())),
    plain("Year", |_, host, _| Ok(Value::int(own(host).civil().year))),
    plain("YearDay", |_, host, _| Ok(Value::int(own(host).civil().year_day()))),
];

/// The time whose method is called.
fn own(host: &Rc<dyn Host>) -> Moment {
    host.as_any().downcast_ref::<Moment>().cloned().unwrap_or_else(Moment::zero)
}

/// The time that is the argument.
fn other(args: &[Value]) -> Moment {
    value(args, 0).as_host::<Moment>().cloned().unwrap_or_else(Moment::zero)
}

fn add_date(moment: Moment, [years, months, days]: [i64; 3]) -> Moment {
    let mut civil = moment.civil();
    civil.year = civil.year.wrapping_add(years);
    civil.month = civil.month.wrapping_add(months);
    civil.day = civil.day.wrapping_add(days);
    Moment::of(civil, moment.nanoseconds, moment.zone)
}

/// The time at a multiple of a unit since the year 1: the last one, or the nearest.
fn to_multiple(moment: Moment, unit: i64, rounds: bool) -> Moment {
    if unit <= 0 {
        return moment;
    }
    let rest = (moment.total() - Moment::zero().total()).rem_euclid(unit.into());
    let rest = i64::try_from(rest).unwrap_or(0);
    let goes_up = rounds && rest >= unit - rest;
    moment.plus(if goes_up { unit - rest } else { -rest })
}

/// The units of so many nanoseconds since 1970.
fn unix(host: &Rc<dyn Host>, unit: i128) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "Go's numbers wrap around here too")]
    Value::int64(own(host).total().div_euclid(unit) as i64)
}

/// Go's `*time.Location`: the name of a zone.
#[derive(Debug)]
struct Location(SmolStr);

impl Host for Location {
    fn type_name(&self) -> &'static str {
        "*time.Location"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn methods(&self) -> &'static [Method] {
        const METHODS: &[Method] =
            &[plain("String", |_, host, _| Ok(host.display().unwrap_or_default().into()))];
        METHODS
    }

    fn display(&self) -> Option<Text> {
        Some(self.0.clone().into())
    }
}
