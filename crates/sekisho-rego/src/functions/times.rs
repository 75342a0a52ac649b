//! Points in time and durations.

use std::fmt::Write;

use num_traits::ToPrimitive;
use sekisho_go::time::{Civil, Moment, WEEKDAYS, Zone, month_length, parse};

use super::arguments::{integer, string, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::types::{TIME, Type};
use crate::value::{Value, bytes_of, quote, text_of_bytes};

use Type::{Array, Either, Number as N, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("time.add_date", &[TIME, N, N, N], N, add_date),
    Builtin::new("time.clock", &[TIME], Array(&[N, N, N], None), |_, args| {
        let civil = point(args, 0)?.0.civil();
        Ok(numbers(&[civil.hour, civil.minute, civil.second]))
    }),
    Builtin::new("time.date", &[TIME], Array(&[N, N, N], None), |_, args| {
        let civil = point(args, 0)?.0.civil();
        Ok(numbers(&[civil.year, civil.month, civil.day]))
    }),
    Builtin::new("time.diff", &[TIME, TIME], Array(&[N, N, N, N, N, N], None), difference),
    Builtin::new("time.format", &[FORMATTED], S, |call, args| {
        let (moment, layout) = point(args, 0)?;
        let layout = layout.map_or(RFC3339_NANO, named_layout);
        call.allocate_text(layout.len().saturating_mul(4))?;
        Ok(text_of_bytes(&moment.format(&bytes_of(layout))).into())
    }),
    Builtin::new("time.now_ns", &[], N, |call, _| Ok(call.world.now.into())).nondeterministic(),
    Builtin::new("time.parse_duration_ns", &[S], N, |call, args| {
        let text = string(args, 0)?;
        call.charge_text(text.len())?;
        Ok(duration(text)?.into())
    }),
    Builtin::new("time.parse_ns", &[S, S], N, |call, args| {
        let (layout, text) = (string(args, 0)?, string(args, 1)?);
        call.charge_text(layout.len() + text.len())?;
        parsed(named_layout(layout), text)
    }),
    Builtin::new("time.parse_rfc3339_ns", &[S], N, |call, args| {
        let text = string(args, 0)?;
        call.charge_text(text.len())?;
        parsed("2006-01-02T15:04:05Z07:00", text)
    }),
    Builtin::new("time.weekday", &[TIME], S, |_, args| {
        let day = usize::try_from(point(args, 0)?.0.civil().weekday()).unwrap_or(0);
        Ok(WEEKDAYS.get(day).copied().unwrap_or("").into())
    }),
];

const FORMATTED: Type = Either(&[N, Array(&[N, S], None), Array(&[N, S, S], None)]);

const SECOND: i64 = 1_000_000_000;

const RFC3339_NANO: &str = "2006-01-02T15:04:05.999999999Z07:00";

/// The layout that a name of Go's stands for; any other text is a layout itself.
fn named_layout(name: &str) -> &str {
    match name {
        "ANSIC" => "Mon Jan _2 15:04:05 2006",
        "UnixDate" => "Mon Jan _2 15:04:05 MST 2006",
        "RubyDate" => "Mon Jan 02 15:04:05 -0700 2006",
        "RFC822" => "02 Jan 06 15:04 MST",
        "RFC822Z" => "02 Jan 06 15:04 -0700",
        "RFC850" => "Monday, 02-Jan-06 15:04:05 MST",
        "RFC1123" => "Mon, 02 Jan 2006 15:04:05 MST",
        "RFC1123Z" => "Mon, 02 Jan 2006 15:04:05 -0700",
        "RFC3339" => "2006-01-02T15:04:05Z07:00",
        "RFC3339Nano" => RFC3339_NANO,
        layout => layout,
    }
}

fn numbers(numbers: &[i64]) -> Value {
    Value::array(numbers.iter().map(|number| Value::from(*number)).collect())
}

/// The point in time of an operand in its zone, and the layout behind it.
fn point(args: &[Value], index: usize) -> Result<(Moment, Option<&str>), BuiltinError> {
    const EXPECTED: &[&str] = &["either number (ns) or [number (ns), string (tz)]"];
    let given = value(args, index);
    let (number, zone, layout) = match given {
        Value::Number(number) => (number, None, None),
        Value::Array(items) if !items.is_empty() => {
            let first = value(items, 0);
            let number = first.as_number();
            let number = number.ok_or_else(|| BuiltinError::operand_type(1, first, &["number"]))?;
            let text = |index: usize| match items.get(index) {
                Some(item) => {
                    let text = item.as_str();
                    text.map(Some).ok_or_else(|| BuiltinError::operand_type(1, item, &["string"]))
                }
                None => Ok(None),
            };
            (number, text(1)?, text(2)?)
        }
        other => return Err(BuiltinError::operand_type(1, other, EXPECTED)),
    };
    let zone = match zone.unwrap_or("") {
        "" | "UTC" => Zone::Utc,
        name => Zone::named(name).ok_or_else(|| BuiltinError::failed(format!("unknown time zone {name}")))?,
    };
    // Nanoseconds with a fraction, or more than 64 bits of them, are no point in time.
    let nanoseconds = match number.as_i64() {
        Some(nanoseconds) => Some(nanoseconds),
        None => number.to_real().exact_integer().and_then(|whole| whole.to_i64()),
    };
    let nanoseconds = nanoseconds.ok_or_else(|| BuiltinError::failed("timestamp too big"))?;
    let moment = Moment {
        seconds: nanoseconds.div_euclid(SECOND),
        nanoseconds: u32::try_from(nanoseconds.rem_euclid(SECOND)).unwrap_or(0),
        zone,
    };
    Ok((moment, layout.filter(|layout| !layout.is_empty())))
}

/// The nanoseconds of a point in time.
fn nanoseconds(moment: &Moment) -> Result<Value, BuiltinError> {
    let total = i128::from(moment.seconds) * i128::from(SECOND) + i128::from(moment.nanoseconds);
    let total = i64::try_from(total).ok();
    total.map(Value::from).ok_or_else(|| BuiltinError::failed("time outside of valid range"))
}

fn parsed(layout: &str, text: &str) -> Result<Value, BuiltinError> {
    let moment = parse(&bytes_of(layout), &bytes_of(text)).map_err(BuiltinError::failed)?;
    nanoseconds(&moment)
}

fn add_date(_: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let moment = point(args, 0)?.0;
    let (years, months, days) = (integer(args, 1)?, integer(args, 2)?, integer(args, 3)?);
    let mut civil = moment.civil();
    civil.year = civil.year.wrapping_add(years);
    civil.month = civil.month.wrapping_add(months);
    civil.day = civil.day.wrapping_add(days);
    nanoseconds(&Moment::of(civil, moment.nanoseconds, moment.zone))
}

/// The years, months, days, hours, minutes and seconds between two points, whichever is earlier.
fn difference(_: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (one, two) = (point(args, 0)?.0, point(args, 1)?.0);
    let two = two.within(one.zone.clone());
    let is_later = (one.seconds, one.nanoseconds) > (two.seconds, two.nanoseconds);
    let (early, late): (Civil, Civil) =
        if is_later { (two.civil(), one.civil()) } else { (one.civil(), two.civil()) };
    let mut parts = [
        late.year - early.year,
        late.month - early.month,
        late.day - early.day,
        late.hour - early.hour,
        late.minute - early.minute,
        late.second - early.second,
    ];
    // What is below 0 borrows from the next larger part.
    let lengths = [0, 12, month_length(early.year, early.month), 24, 60, 60];
    for place in (1..parts.len()).rev() {
        if let Some((above, [part, ..])) = parts.split_at_mut_checked(place)
            && *part < 0
        {
            *part += lengths.get(place).copied().unwrap_or(0);
            if let Some(above) = above.last_mut() {
                *above -= 1;
            }
        }
    }
    Ok(numbers(&parts))
}

/// The nanoseconds of a duration as Go reads it, with days, weeks and years besides.
fn duration(text: &str) -> Result<i64, BuiltinError> {
    let invalid = || BuiltinError::failed(format!("time: invalid duration {}", quote(text)));
    if text.is_empty() {
        return Err(invalid());
    }
    if !text.contains(['d', 'w', 'y']) {
        return go_duration(text)
            .map_err(|problem| BuiltinError::failed(format!("time: {problem} duration {}", quote(text))));
    }
    let rewritten = in_hours(text).ok_or_else(invalid)?;
    go_duration(&rewritten)
        .map_err(|problem| BuiltinError::failed(format!("time: {problem} duration {}", quote(text))))
}

/// The duration with its days, weeks and years as hours.
fn in_hours(text: &str) -> Option<String> {
    let sign = text.get(..text.len() - text.trim_start_matches(['-', '+']).len())?;
    if sign.len() > 1 {
        return None;
    }
    let mut rewritten = sign.to_owned();
    let mut rest = text.get(sign.len()..)?;
    while !rest.is_empty() {
        let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (digits, behind) = rest.split_at_checked(length)?;
        let unit = ["ms", "us", "µs", "ns"].into_iter().find(|unit| behind.starts_with(unit));
        let unit = match unit {
            Some(unit) => unit,
            None => behind.get(..1).filter(|unit| unit.bytes().all(|byte| byte.is_ascii_lowercase()))?,
        };
        if digits.is_empty() {
            return None;
        }
        rest = behind.get(unit.len()..)?;
        let hours = match unit {
            "d" => 24.0,
            "w" => 7.0 * 24.0,
            "y" => 365.0 * 24.0,
            _ => {
                rewritten.push_str(digits);
                rewritten.push_str(unit);
                continue;
            }
        };
        let count: f64 = digits.parse().ok().filter(|count: &f64| count.is_finite())?;
        let _ = write!(rewritten, "{}h", count * hours);
    }
    Some(rewritten)
}

/// Reads a duration as Go does; the problem is the part of its message before the word `duration`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Go reckons fractions in floating point"
)]
fn go_duration(text: &str) -> Result<i64, String> {
    const LARGEST: u64 = 1 << 63;
    let invalid = || "invalid".to_owned();
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let whole_length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, mut behind) = rest.split_at(whole_length);
        let whole: u64 = if digits.is_empty() { 0 } else { digits.parse().map_err(|_| invalid())? };
        if whole > LARGEST {
            return Err(invalid());
        }
        let (mut fraction, mut scale, mut has_fraction) = (0_u64, 1.0_f64, false);
        if let Some(after) = behind.strip_prefix('.') {
            let length = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let (digits, after) = after.split_at(length);
            has_fraction = !digits.is_empty();
            for digit in digits.bytes() {
                // Further digits are too fine to count.
                let next =
                    fraction.checked_mul(10).and_then(|more| more.checked_add(u64::from(digit - b'0')));
                match next.filter(|next| *next <= LARGEST) {
                    Some(next) => fraction = next,
                    None => break,
                }
                scale *= 10.0;
            }
            behind = after;
        }
        if digits.is_empty() && !has_fraction {
            return Err(invalid());
        }
        let length = behind.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, after) = behind.split_at(length);
        let size: u64 = match unit {
            "" => return Err("missing unit in".to_owned()),
            "ns" => 1,
            "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            other => return Err(format!("unknown unit {} in", quote(other))),
        };
        if whole > LARGEST / size {
            return Err(invalid());
        }
        let mut part = whole * size;
        if fraction > 0 {
            part += (fraction as f64 * (size as f64 / scale)) as u64;
        }
        total = total.checked_add(part).filter(|total| *total <= LARGEST).ok_or_else(invalid)?;
        rest = after;
    }
    if negative {
        return Ok(0_i64.wrapping_sub_unsigned(total));
    }
    i64::try_from(total).map_err(|_| invalid())
}
