//! `time`: the present, and times as schedules.

use sekisho_cel::{Call, Environment, Failure, Timestamp, Value};

use super::super::outside::Question;
use super::function::{Given, ask, globals};

/// Nanoseconds from the beginning of year 1, from which Go counts whole spans, to 1970.
const SINCE_YEAR_1: i128 = 62_135_596_800_000_000_000;

pub(super) fn extend(environment: Environment) -> Environment {
    let environment = globals(environment, &["time.now"], "-> timestamp", now);
    let environment = globals(environment, &["time.toCron"], "timestamp -> string", to_cron);
    globals(environment, &["time.truncate"], "timestamp, duration -> timestamp", truncate)
}

fn now(call: &mut Call<'_>) -> Given {
    match ask(call, Question::Now)? {
        Value::String(text) => {
            Timestamp::parse(&text).map(Value::Timestamp).ok_or(Failure::Overflow("timestamp"))
        }
        _ => Err(Failure::UnknownFact("the time".to_owned())),
    }
}

fn to_cron(call: &mut Call<'_>) -> Given {
    let [Value::Timestamp(time)] = call.arguments() else { return Err(Failure::NoSuchOverload) };
    let minutes = time.seconds().div_euclid(60);
    let (hours, minute) = (minutes.div_euclid(60), minutes.rem_euclid(60));
    let (days, hour) = (hours.div_euclid(24), hours.rem_euclid(24));
    let (month, day) = month_and_day(days);
    // The first of January 1970 was a Thursday.
    let weekday = (days + 4).rem_euclid(7);
    Ok(Value::from(format!("{minute} {hour} {day} {month} {weekday}")))
}

/// Month and day of the day that is so many after the first of January 1970.
fn month_and_day(days: i64) -> (i64, i64) {
    // Counted from the first of March of year 0, in cycles of 400 years.
    let day = (days + 719_468).rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    (if month < 10 { month + 3 } else { month - 9 }, of_month)
}

fn truncate(call: &mut Call<'_>) -> Given {
    let [Value::Timestamp(time), Value::Duration(span)] = call.arguments() else {
        return Err(Failure::NoSuchOverload);
    };
    let span = i128::from(span.nanoseconds());
    if span <= 0 {
        return Ok(Value::Timestamp(*time));
    }
    let nanoseconds = time.nanoseconds();
    let whole = nanoseconds - (nanoseconds + SINCE_YEAR_1).rem_euclid(span);
    Timestamp::from_nanoseconds(whole).map(Value::Timestamp).ok_or(Failure::Overflow("timestamp"))
}
