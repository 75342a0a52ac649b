//! Functions of texts.

use smol_str::SmolStr;

use super::function::{Argument, Function, Given, Type, function, list, number, text, value};
use crate::budget::BudgetError;
use crate::image::Image;
use crate::jmespath::error::JmespathError;
use crate::jmespath::surroundings::Surroundings;
use crate::scalar::{Range, Version, truncated};
use crate::value::Value;

const STRING: &[Type] = &[Type::String];

pub(super) const TABLE: &[Function] = &[
    function(("starts_with", &[STRING, STRING], |given, _| {
        Ok(text(given, 0)?.starts_with(text(given, 1)?.as_str()).into())
    })),
    function(("ends_with", &[STRING, STRING], |given, _| {
        Ok(text(given, 0)?.ends_with(text(given, 1)?.as_str()).into())
    })),
    function(("join", &[STRING, &[Type::Strings]], join)),
    function(("to_string", &[&[Type::Any]], to_string)),
    function(("compare", &[STRING, STRING], |given, _| {
        Ok(Value::Int(text(given, 0)?.cmp(&text(given, 1)?) as i64))
    })),
    function(("equal_fold", &[STRING, STRING], equal_fold)),
    function(("replace", &[STRING, STRING, STRING, &[Type::Number]], |given, around| {
        let times = usize::try_from(truncated(number(given, 3)?)).ok();
        replace(&text(given, 0)?, &text(given, 1)?, &text(given, 2)?, times, around)
    })),
    function(("replace_all", &[STRING, STRING, STRING], |given, around| {
        replace(&text(given, 0)?, &text(given, 1)?, &text(given, 2)?, None, around)
    })),
    function(("to_upper", &[STRING], |given, around| {
        letters(&text(given, 0)?, around, |letter| single(letter, letter.to_uppercase()))
    })),
    function(("to_lower", &[STRING], |given, around| {
        letters(&text(given, 0)?, around, |letter| single(letter, letter.to_lowercase()))
    })),
    function(("trim", &[STRING, STRING], |given, _| {
        let (source, cut) = (text(given, 0)?, text(given, 1)?);
        Ok(source.trim_matches(|letter| cut.contains(letter)).into())
    })),
    function(("trim_prefix", &[STRING, STRING], |given, _| {
        let (source, prefix) = (text(given, 0)?, text(given, 1)?);
        Ok(source.strip_prefix(prefix.as_str()).unwrap_or(&source).into())
    })),
    function(("split", &[STRING, STRING], split)),
    function(("to_boolean", &[STRING], to_boolean)),
    function(("path_canonicalize", &[STRING], |given, around| {
        let path = text(given, 0)?;
        around.text(path.len())?;
        Ok(clean_path(&path).into())
    })),
    function(("truncate", &[STRING, &[Type::Number]], |given, around| {
        let (source, length) = (text(given, 0)?, truncated(number(given, 1)?.max(0.0)));
        around.text(source.len())?;
        let kept = usize::try_from(length).unwrap_or(0);
        Ok(source.chars().take(kept).collect::<SmolStr>().into())
    })),
    function(("semver_compare", &[STRING, STRING], |given, _| {
        let version = Version::parse(&text(given, 0)?).unwrap_or_default();
        let range = Range::parse(&text(given, 1)?);
        let range = range.map_err(|problem| JmespathError::refused(problem.to_string()))?;
        Ok(range.contains(&version).into())
    })),
    function(("image_normalize", &[STRING], |given, around| {
        let image = Image::parse(&text(given, 0)?, around.settings);
        let image = image.map_err(|problem| {
            JmespathError::refused(format!("JMESPath function 'image_normalize': {problem}"))
        })?;
        Ok(image.reference().into())
    })),
];

fn join(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let (separator, items) = (text(given, 0)?, list(given, 1)?);
    let parts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
    let length: usize = parts.iter().map(|part| part.len()).sum();
    around.text(length.saturating_add(separator.len().saturating_mul(parts.len())))?;
    Ok(parts.join(&separator).into())
}

fn to_string(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let given = value(given, 0);
    if let Value::String(_) = given {
        return Ok(given);
    }
    around.meter.weigh(&given)?;
    if !given.is_finite() {
        return Err(JmespathError::refused("json: unsupported value: NaN"));
    }
    let text = given.to_json();
    around.text(text.len())?;
    Ok(text.into())
}

fn equal_fold(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let (one, other) = (text(given, 0)?, text(given, 1)?);
    around.meter.work(one.len() / 4)?;
    let fold = |letter: char| {
        let upper = single(letter, letter.to_uppercase());
        single(upper, upper.to_lowercase())
    };
    Ok(one.chars().map(fold).eq(other.chars().map(fold)).into())
}

/// The one letter of a mapping; the letter itself where the mapping has more.
fn single(letter: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => letter,
    }
}

fn letters(source: &SmolStr, around: &Surroundings<'_>, each: fn(char) -> char) -> Given {
    around.text(source.len())?;
    Ok(source.chars().map(each).collect::<SmolStr>().into())
}

/// Replaces a text, as often as said, or everywhere. The empty text stands before each letter and at the end.
fn replace(source: &str, old: &str, new: &str, times: Option<usize>, around: &Surroundings<'_>) -> Given {
    around.text(source.len())?;
    let found = if old.is_empty() { source.chars().count() + 1 } else { source.matches(old).count() };
    let times = times.unwrap_or(found).min(found);
    around.text(new.len().checked_mul(times).ok_or(BudgetError::Memory)?)?;
    Ok(source.replacen(old, new, times).into())
}

fn split(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let (source, separator) = (text(given, 0)?, text(given, 1)?);
    around.text(source.len())?;
    let parts: Vec<Value> = if separator.is_empty() {
        source.chars().map(|letter| Value::String(SmolStr::from_iter([letter]))).collect()
    } else {
        source.split(separator.as_str()).map(Value::from).collect()
    };
    around.items(parts.len())?;
    Ok(parts.into())
}

fn to_boolean(given: &[Argument<'_>], _: &Surroundings<'_>) -> Given {
    let source = text(given, 0)?;
    if source.eq_ignore_ascii_case("true") {
        return Ok(true.into());
    }
    if source.eq_ignore_ascii_case("false") {
        return Ok(false.into());
    }
    Err(JmespathError::refused(format!(
        "JMESPath function 'to_boolean': lowercase argument must be 'true' or 'false' (provided: '{source}')"
    )))
}

/// A path without empty parts, `.`, and `..` where something stands before it.
fn clean_path(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            other => parts.push(other),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}
