//! Regular expressions beyond `matches`: those of the language's extension and those of Kubernetes.

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::Value;

pub(crate) const TABLE: &[Line] = &[
    ("regex.extract", Global, "regex_extract_string_string", "string, string -> optional(string)", extract),
    (
        "regex.extractAll",
        Global,
        "regex_extractAll_string_string",
        "string, string -> list(string)",
        extract_all,
    ),
    (
        "regex.replace",
        Global,
        "regex_replace_string_string_string",
        "string, string, string -> string",
        replace,
    ),
    (
        "regex.replace",
        Global,
        "regex_replace_string_string_string_int",
        "string, string, string, int -> string",
        replace,
    ),
];

pub(crate) const KUBERNETES: &[Line] = &[
    ("find", Member, "string_find_string", "string, string -> string", find),
    ("findAll", Member, "string_find_all_string", "string, string -> list(string)", find_all),
    ("findAll", Member, "string_find_all_string_int", "string, string, int -> list(string)", find_all),
];

fn find(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::String(text), Value::String(pattern)] = values else {
        return Err(Failure::NoSuchOverload);
    };
    let regex = meter.pattern(pattern)?;
    meter.work(text.len() / 4)?;
    let found = regex.find(text).map_or("", |found| found.as_str());
    meter.memory(found.len())?;
    Ok(Value::string(found))
}

fn find_all(meter: &mut Meter, values: &[Value]) -> Given {
    let (text, pattern, limit) = match values {
        [Value::String(text), Value::String(pattern)] => (text, pattern, -1),
        [Value::String(text), Value::String(pattern), Value::Int(limit)] => (text, pattern, *limit),
        _ => return Err(Failure::NoSuchOverload),
    };
    let regex = meter.pattern(pattern)?;
    meter.work(text.len() / 4)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut all = Vec::new();
    for found in regex.find_iter(text).take(limit) {
        meter.items(1)?;
        meter.memory(found.len())?;
        all.push(Value::string(found.as_str()));
    }
    Ok(Value::list(all))
}

fn extract(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::String(text), Value::String(pattern)] = values else {
        return Err(Failure::NoSuchOverload);
    };
    let regex = meter.pattern(pattern)?;
    one_group(&regex, pattern)?;
    meter.work(text.len() / 4)?;
    let found = regex.captures(text).and_then(|found| {
        let group = usize::from(regex.captures_len() > 1);
        found.get(group).map(|part| part.as_str().to_owned())
    });
    Ok(Value::Optional(found.map(|text| std::sync::Arc::new(Value::from(text)))))
}

fn one_group(regex: &regex::Regex, pattern: &str) -> Result<(), Failure> {
    if regex.captures_len() > 2 {
        return Err(Failure::Argument(format!(
            "regular expression has more than one capturing group: \"{pattern}\""
        )));
    }
    Ok(())
}

fn extract_all(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::String(text), Value::String(pattern)] = values else {
        return Err(Failure::NoSuchOverload);
    };
    let regex = meter.pattern(pattern)?;
    one_group(&regex, pattern)?;
    meter.work(text.len() / 4)?;
    let mut all = Vec::new();
    for found in regex.captures_iter(text) {
        let part = if regex.captures_len() > 1 { found.get(1) } else { found.get(0) };
        if let Some(part) = part {
            meter.items(1)?;
            meter.memory(part.len())?;
            all.push(Value::string(part.as_str()));
        }
    }
    Ok(Value::list(all))
}

fn replace(meter: &mut Meter, values: &[Value]) -> Given {
    let (text, pattern, with, limit) = match values {
        [Value::String(text), Value::String(pattern), Value::String(with)] => (text, pattern, with, -1),
        [Value::String(text), Value::String(pattern), Value::String(with), Value::Int(limit)] => {
            (text, pattern, with, *limit)
        }
        _ => return Err(Failure::NoSuchOverload),
    };
    let regex = meter.pattern(pattern)?;
    meter.work(text.len() / 4)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut out = String::new();
    let mut end = 0;
    for found in regex.captures_iter(text).take(limit) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(text.get(end..whole.start()).unwrap_or(""));
        expand(with, &found, &mut out)?;
        meter.memory(out.len().saturating_sub(end))?;
        end = whole.end();
    }
    out.push_str(text.get(end..).unwrap_or(""));
    meter.memory(out.len())?;
    Ok(Value::String(out.into()))
}

/// Writes a replacement: `\1` stands for a group, `\\` for a backslash.
fn expand(with: &str, found: &regex::Captures<'_>, out: &mut String) -> Result<(), Failure> {
    let mut letters = with.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('\\') => out.push('\\'),
            Some(digit) if digit.is_ascii_digit() => {
                let group = digit.to_digit(10).unwrap_or(0) as usize;
                if group >= found.len() {
                    let message = format!("replacement string references group {group} but regex has fewer");
                    return Err(Failure::Argument(message));
                }
                out.push_str(found.get(group).map_or("", |part| part.as_str()));
            }
            _ => {
                return Err(Failure::argument(
                    "invalid replacement string: \\ must be followed by a digit or \\",
                ));
            }
        }
    }
    Ok(())
}
