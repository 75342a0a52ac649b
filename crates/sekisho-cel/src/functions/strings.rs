//! Texts: search, cut, split, join, replace. Places count code points.

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::Value;

pub(crate) const TABLE: &[Line] = &[
    ("charAt", Member, "string_char_at_int", "string, int -> string", char_at),
    ("indexOf", Member, "string_index_of_string", "string, string -> int", index_of),
    ("indexOf", Member, "string_index_of_string_int", "string, string, int -> int", index_of),
    ("lastIndexOf", Member, "string_last_index_of_string", "string, string -> int", last_index_of),
    ("lastIndexOf", Member, "string_last_index_of_string_int", "string, string, int -> int", last_index_of),
    ("lowerAscii", Member, "string_lower_ascii", "string -> string", lower),
    ("upperAscii", Member, "string_upper_ascii", "string -> string", upper),
    ("replace", Member, "string_replace_string_string", "string, string, string -> string", replace),
    ("replace", Member, "string_replace_string_string_int", "string, string, string, int -> string", replace),
    ("split", Member, "string_split_string", "string, string -> list(string)", split),
    ("split", Member, "string_split_string_int", "string, string, int -> list(string)", split),
    ("substring", Member, "string_substring_int", "string, int -> string", substring),
    ("substring", Member, "string_substring_int_int", "string, int, int -> string", substring),
    ("trim", Member, "string_trim", "string -> string", trim),
    ("join", Member, "list_join", "list(string) -> string", join),
    ("join", Member, "list_join_string", "list(string), string -> string", join),
    ("strings.quote", Global, "strings_quote", "string -> string", quote),
];

pub(crate) const REVERSE: &[Line] = &[("reverse", Member, "string_reverse", "string -> string", reverse)];

fn out_of_range(index: i64) -> Failure {
    Failure::argument(format!("index out of range: {index}"))
}

fn text(meter: &mut Meter, made: String) -> Given {
    meter.memory(made.len())?;
    Ok(Value::String(made.into()))
}

/// The byte at which the code point of this number begins; the end for one past the last.
fn offset(text: &str, place: i64) -> Option<usize> {
    let place = usize::try_from(place).ok()?;
    if text.is_ascii() {
        return (place <= text.len()).then_some(place);
    }
    text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(place)
}

fn count(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

fn char_at(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::String(string), Value::Int(index)] = values else { return Err(Failure::NoSuchOverload) };
    meter.work(string.len() / 16)?;
    let at = offset(string, *index).ok_or_else(|| out_of_range(*index))?;
    let letter = string.get(at..).and_then(|rest| rest.chars().next());
    text(meter, letter.map(String::from).unwrap_or_default())
}

fn index_of(meter: &mut Meter, values: &[Value]) -> Given {
    let (string, part, from) = match values {
        [Value::String(string), Value::String(part)] => (string, part, 0),
        [Value::String(string), Value::String(part), Value::Int(from)] => (string, part, *from),
        _ => return Err(Failure::NoSuchOverload),
    };
    meter.work(string.len() / 16)?;
    if from < 0 {
        return Err(out_of_range(from));
    }
    let Some(start) = offset(string, from) else {
        return Ok(Value::Int(if part.is_empty() { count(string) } else { -1 }));
    };
    let found = string.get(start..).and_then(|rest| rest.find(part.as_str()));
    let place = found.map(|found| from + count(string.get(start..start + found).unwrap_or("")));
    Ok(Value::Int(place.unwrap_or(-1)))
}

fn last_index_of(meter: &mut Meter, values: &[Value]) -> Given {
    let (string, part, upto) = match values {
        [Value::String(string), Value::String(part)] => (string, part, None),
        [Value::String(string), Value::String(part), Value::Int(upto)] => (string, part, Some(*upto)),
        _ => return Err(Failure::NoSuchOverload),
    };
    meter.work(string.len() / 16)?;
    let Some(upto) = upto else {
        let found = string.rfind(part.as_str());
        let place = found.map(|found| count(string.get(..found).unwrap_or("")));
        return Ok(Value::Int(place.unwrap_or(-1)));
    };
    if upto < 0 {
        return Err(out_of_range(upto));
    }
    let length = count(string);
    if part.is_empty() {
        return Ok(Value::Int(upto.min(length)));
    }
    if upto >= length {
        return Ok(Value::Int(-1));
    }
    // The match may begin at that place at the latest.
    let end = offset(string, upto.saturating_add(count(part)).min(length)).unwrap_or(string.len());
    let found = string.get(..end).and_then(|head| head.rfind(part.as_str()));
    let place = found.map(|found| count(string.get(..found).unwrap_or("")));
    Ok(Value::Int(place.unwrap_or(-1)))
}

fn lower(meter: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::String(string)] => text(meter, string.to_ascii_lowercase()),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn upper(meter: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::String(string)] => text(meter, string.to_ascii_uppercase()),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn replace(meter: &mut Meter, values: &[Value]) -> Given {
    let (string, old, new, limit) = match values {
        [Value::String(string), Value::String(old), Value::String(new)] => (string, old, new, -1),
        [Value::String(string), Value::String(old), Value::String(new), Value::Int(limit)] => {
            (string, old, new, *limit)
        }
        _ => return Err(Failure::NoSuchOverload),
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let most = if old.is_empty() { string.len() + 1 } else { string.len() / old.len() }.min(limit);
    meter.memory(string.len().saturating_add(most.saturating_mul(new.len())))?;
    meter.work(string.len() / 16 + most)?;
    Ok(Value::String(string.replacen(old.as_str(), new, limit).into()))
}

fn split(meter: &mut Meter, values: &[Value]) -> Given {
    let (string, separator, limit) = match values {
        [Value::String(string), Value::String(separator)] => (string, separator, -1),
        [Value::String(string), Value::String(separator), Value::Int(limit)] => (string, separator, *limit),
        _ => return Err(Failure::NoSuchOverload),
    };
    if limit == 0 {
        return Ok(Value::list(Vec::new()));
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut parts: Vec<Value> = Vec::new();
    if separator.is_empty() {
        let mut rest = string.as_str();
        while let Some(letter) = rest.chars().next() {
            meter.items(1)?;
            if parts.len() + 1 >= limit {
                parts.push(Value::string(rest));
                return Ok(Value::list(parts));
            }
            let (first, behind) = rest.split_at(letter.len_utf8());
            parts.push(Value::string(first));
            rest = behind;
        }
        return Ok(Value::list(parts));
    }
    for part in string.splitn(limit, separator.as_str()) {
        meter.items(1)?;
        meter.memory(part.len())?;
        parts.push(Value::string(part));
    }
    Ok(Value::list(parts))
}

fn substring(meter: &mut Meter, values: &[Value]) -> Given {
    let (string, from, to) = match values {
        [Value::String(string), Value::Int(from)] => (string, *from, None),
        [Value::String(string), Value::Int(from), Value::Int(to)] => (string, *from, Some(*to)),
        _ => return Err(Failure::NoSuchOverload),
    };
    meter.work(string.len() / 16)?;
    if let Some(to) = to.filter(|to| from > *to) {
        let message = format!("invalid substring range. start: {from}, end: {to}");
        return Err(Failure::Argument(message));
    }
    let start = offset(string, from).ok_or_else(|| out_of_range(from))?;
    let end = match to {
        Some(to) => offset(string, to).ok_or_else(|| out_of_range(to))?,
        None => string.len(),
    };
    text(meter, string.get(start..end).unwrap_or("").to_owned())
}

fn trim(meter: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::String(string)] => text(meter, string.trim().to_owned()),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn join(meter: &mut Meter, values: &[Value]) -> Given {
    let (list, separator) = match values {
        [Value::List(list)] => (list, ""),
        [Value::List(list), Value::String(separator)] => (list, separator.as_str()),
        _ => return Err(Failure::NoSuchOverload),
    };
    let mut joined = String::new();
    for (place, item) in list.iter().enumerate() {
        let Value::String(part) = item else {
            let shown = super::convert::display(&item);
            return Err(Failure::Argument(format!("join: invalid input: {shown}")));
        };
        let separator = if place > 0 { separator } else { "" };
        meter.work(1)?;
        meter.memory(part.len() + separator.len())?;
        joined.push_str(separator);
        joined.push_str(&part);
    }
    Ok(Value::String(joined.into()))
}

fn quote(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::String(string)] = values else { return Err(Failure::NoSuchOverload) };
    meter.memory(string.len().saturating_mul(2))?;
    let mut quoted = String::with_capacity(string.len() + 2);
    quoted.push('"');
    for letter in string.chars() {
        match letter {
            '\u{07}' => quoted.push_str("\\a"),
            '\u{08}' => quoted.push_str("\\b"),
            '\u{0c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{0b}' => quoted.push_str("\\v"),
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    text(meter, quoted)
}

fn reverse(meter: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::String(string)] => text(meter, string.chars().rev().collect()),
        _ => Err(Failure::NoSuchOverload),
    }
}
