//! Fields that look at the event as JSON.

use std::borrow::Cow;
use std::net::IpAddr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sekisho_falco::Value;

use super::path::resolve_path;
use super::values::{push, text};
use crate::event::AuditEvent;
use crate::json::{Json, JsonKind};

/// A field of the event as JSON.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfJson {
    /// What a JSON pointer points at.
    Pointer,
    /// The event, with a line for each value.
    Object,
    /// The event as it came.
    Text,
    /// The time in nanoseconds.
    Time,
    /// What lies at a path, through arrays.
    Value,
    /// The same, where it is a number.
    Number,
    /// The same, where it is an address.
    Address,
    /// A part of the time at a path.
    Date,
    /// Whether anything lies at a path, be it null.
    Member,
}

impl OfJson {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "json.value" | "jevt.value" => Self::Pointer,
            "json.obj" | "jevt.obj" => Self::Object,
            "json.rawtime" | "jevt.rawtime" => Self::Time,
            "evt.plugininfo" | "audit.text" => Self::Text,
            "audit.value" => Self::Value,
            "audit.number" => Self::Number,
            "audit.address" => Self::Address,
            "audit.date" => Self::Date,
            "audit.member" => Self::Member,
            _ => return None,
        })
    }
}

pub(super) fn extract<'e>(
    event: &'e AuditEvent<'_>,
    what: OfJson,
    argument: Option<&[u8]>,
    values: &mut Vec<Value<'e>>,
) -> bool {
    let Ok(argument) = std::str::from_utf8(argument.unwrap_or_default()) else { return false };
    let root = event.root();
    match what {
        OfJson::Pointer => {
            let Some(value) = pointed(root, argument) else { return false };
            push(value, values);
        }
        OfJson::Object => {
            let mut out = String::new();
            indented(root, 0, &mut out);
            values.push(text(Cow::Owned(out)));
        }
        OfJson::Text => values.push(Value::text(root.raw())),
        OfJson::Time => values.push(text(Cow::Owned(event.time().to_string()))),
        OfJson::Value => resolve_path(event, argument, &mut |value| {
            if !value.is_null() {
                push(value, values);
            }
        }),
        OfJson::Number => resolve_path(event, argument, &mut |value| {
            let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
            values.extend(number.map(Value::Int));
        }),
        OfJson::Address => resolve_path(event, argument, &mut |value| {
            let address = value.as_str().and_then(|text| text.trim().parse::<IpAddr>().ok());
            values.extend(address.map(Value::Ip));
        }),
        OfJson::Date => {
            let Some((unit, path)) = argument.split_once(':') else { return false };
            resolve_path(event, path, &mut |value| {
                values.extend(value.as_str().and_then(|text| part(&text, unit)).map(Value::Int));
            });
        }
        OfJson::Member => {
            let mut is_there = false;
            resolve_path(event, argument, &mut |_| is_there = true);
            if is_there {
                values.push(Value::text("true"));
            }
        }
    }
    true
}

/// What a JSON pointer points at; the slash at its front may be left out.
fn pointed<'t>(root: Json<'t>, pointer: &str) -> Option<Json<'t>> {
    if pointer.is_empty() {
        return Some(root);
    }
    pointer.strip_prefix('/').unwrap_or(pointer).split('/').try_fold(root, |value, key| {
        if key.contains('~') { value.get(&key.replace("~1", "/").replace("~0", "~")) } else { value.get(key) }
    })
}

fn part(time: &str, unit: &str) -> Option<i64> {
    let time: Timestamp = time.parse().ok()?;
    let time = time.to_zoned(TimeZone::UTC);
    Some(match unit {
        "minute" => time.minute().into(),
        "hour" => time.hour().into(),
        "day" => time.day().into(),
        "week" => time.date().iso_week_date().week().into(),
        "month" => time.month().into(),
        "year" => time.year().into(),
        _ => return None,
    })
}

/// Writes a value with two blanks for each level, as Go's library does. The depth was limited when it was read.
fn indented(value: Json<'_>, depth: usize, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    let is_object = value.kind() == JsonKind::Object;
    if !is_object && value.kind() != JsonKind::Array {
        value.write_compact(out);
        return;
    }
    out.push(if is_object { '{' } else { '[' });
    let mut is_empty = true;
    let mut separate = |out: &mut String| {
        if !is_empty {
            out.push(',');
        }
        is_empty = false;
        line(depth + 1, out);
    };
    for item in value.items() {
        separate(out);
        indented(item, depth + 1, out);
    }
    for (key, member) in value.members() {
        separate(out);
        out.push('"');
        out.push_str(key.raw());
        out.push_str("\": ");
        indented(member, depth + 1, out);
    }
    if !is_empty {
        line(depth, out);
    }
    out.push(if is_object { '}' } else { ']' });
}
