//! The methods that templates may call on a point in time.

use std::any::Any;
use std::rc::Rc;

use sekisho_go::quote::quote;
use sekisho_go::time::{Civil, MONTHS, Moment, Zone};
use sekisho_manifest::Duration;
use smol_str::SmolStr;

use crate::functions::arguments::{int, text, value};
use crate::value::{Data, Host, IntType, Method, Text, Type, Value};

/// The type that functions ask for.
pub(crate) const MOMENT: Type = Type::Host("time.Time");

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
        Some(Text::from_bytes(self.format(b"2006-01-02 15:04:05.999999999 -0700 MST")))
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
        body: |_, host, args| Ok(Value::host(own(host).add_date([0, 1, 2].map(|at| int(args, at))))),
    },
    Method {
        name: "After",
        parameters: &[MOMENT],
        body: |_, host, args| Ok((own(host).total() > other(args).total()).into()),
    },
    Method {
        name: "Before",
        parameters: &[MOMENT],
        body: |_, host, args| Ok((own(host).total() < other(args).total()).into()),
    },
    Method {
        name: "Compare",
        parameters: &[MOMENT],
        body: |_, host, args| Ok(Value::int(own(host).total().cmp(&other(args).total()) as i64)),
    },
    Method {
        name: "Equal",
        parameters: &[MOMENT],
        body: |_, host, args| Ok((own(host).total() == other(args).total()).into()),
    },
    Method {
        name: "Format",
        parameters: &[Type::String],
        body: |_, host, args| Ok(Text::from_bytes(own(host).format(text(args, 0).as_bytes())).into()),
    },
    Method {
        name: "Round",
        parameters: &[DURATION],
        body: |_, host, args| Ok(Value::host(own(host).rounded(int(args, 0)))),
    },
    Method {
        name: "Sub",
        parameters: &[MOMENT],
        body: |_, host, args| Ok(duration(own(host).since(&other(args)))),
    },
    Method {
        name: "Truncate",
        parameters: &[DURATION],
        body: |_, host, args| Ok(Value::host(own(host).truncated(int(args, 0)))),
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
