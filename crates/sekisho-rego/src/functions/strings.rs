//! Texts: searched, cut, replaced, trimmed, joined.

use super::arguments::{integer, members, object, string, strings, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::types::{NUMBERS, STRING_OR_STRINGS, STRINGS, Type};
use crate::value::{Value, text_of_bytes};

use Type::{Boolean as B, Number as N, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("concat", &[S, Type::Either(&[STRINGS, Type::Set(&S)])], S, concat),
    Builtin::new("contains", &[S, S], B, |call, args| test(call, args, |text, part| text.contains(part))),
    Builtin::new("endswith", &[S, S], B, |call, args| test(call, args, |text, part| text.ends_with(part))),
    Builtin::new("indexof", &[S, S], N, |call, args| {
        Ok(index_of(call, args)?.next().map_or_else(|| (-1_i64).into(), Value::from))
    }),
    Builtin::new("indexof_n", &[S, S], NUMBERS, |call, args| {
        Ok(Value::array(index_of(call, args)?.map(Value::from).collect()))
    }),
    Builtin::new("lower", &[S], S, |call, args| mapped(call, args, sekisho_go::characters::to_lower)),
    Builtin::new("replace", &[S, S, S], S, |call, args| {
        let (text, old, new) = (string(args, 0)?, string(args, 1)?, string(args, 2)?);
        replace(call, text, &[(old, new)])
    }),
    Builtin::new("split", &[S, S], STRINGS, split),
    Builtin::new("startswith", &[S, S], B, |call, args| {
        test(call, args, |text, part| text.starts_with(part))
    }),
    Builtin::new("strings.any_prefix_match", &[STRING_OR_STRINGS, STRING_OR_STRINGS], B, |call, args| {
        any_affix(call, args, |text, affix| text.starts_with(affix))
    }),
    Builtin::new("strings.any_suffix_match", &[STRING_OR_STRINGS, STRING_OR_STRINGS], B, |call, args| {
        any_affix(call, args, |text, affix| text.ends_with(affix))
    }),
    Builtin::new("strings.count", &[S, S], N, count),
    Builtin::new("strings.replace_n", &[Type::Object(&[], Some((&S, &S))), S], S, replace_n),
    Builtin::new("strings.reverse", &[S], S, |call, args| {
        let text = string(args, 0)?;
        call.allocate_text(text.len())?;
        Ok(text.chars().rev().collect::<String>().into())
    }),
    Builtin::new("strings.split_n", &[S, S, N], STRINGS, split_n),
    Builtin::new("substring", &[S, N, N], S, substring),
    Builtin::new("trim", &[S, S], S, |_, args| {
        let cut = string(args, 1)?;
        part(args, |text| text.trim_matches(|c| cut.contains(c)))
    }),
    Builtin::new("trim_left", &[S, S], S, |_, args| {
        let cut = string(args, 1)?;
        part(args, |text| text.trim_start_matches(|c| cut.contains(c)))
    }),
    Builtin::new("trim_prefix", &[S, S], S, |_, args| {
        let cut = string(args, 1)?;
        part(args, |text| text.strip_prefix(cut).unwrap_or(text))
    }),
    Builtin::new("trim_right", &[S, S], S, |_, args| {
        let cut = string(args, 1)?;
        part(args, |text| text.trim_end_matches(|c| cut.contains(c)))
    }),
    Builtin::new("trim_space", &[S], S, |_, args| part(args, str::trim)),
    Builtin::new("trim_suffix", &[S, S], S, |_, args| {
        let cut = string(args, 1)?;
        part(args, |text| text.strip_suffix(cut).unwrap_or(text))
    }),
    Builtin::new("upper", &[S], S, |call, args| mapped(call, args, sekisho_go::characters::to_upper)),
];

/// A part of the first operand.
fn part<'a>(args: &'a [Value], cut: impl FnOnce(&'a str) -> &'a str) -> Result<Value, BuiltinError> {
    let text = string(args, 0)?;
    let part = cut(text);
    Ok(if part.len() == text.len() { value(args, 0).clone() } else { part.into() })
}

fn test(call: &mut Call<'_>, args: &[Value], holds: fn(&str, &str) -> bool) -> Result<Value, BuiltinError> {
    let (text, part) = (string(args, 0)?, string(args, 1)?);
    call.charge_text(text.len())?;
    Ok(holds(text, part).into())
}

fn mapped(call: &mut Call<'_>, args: &[Value], map: fn(char) -> char) -> Result<Value, BuiltinError> {
    let text = string(args, 0)?;
    call.allocate_text(text.len())?;
    Ok(text.chars().map(map).collect::<String>().into())
}

fn concat(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let separator = string(args, 0)?;
    let whole = value(args, 1);
    let Some(members) = members(whole) else {
        return Err(BuiltinError::operand_type(2, whole, &["set", "array"]));
    };
    let mut size = separator.len().saturating_mul(members.len());
    for member in members {
        let Some(text) = member.as_str() else {
            return Err(BuiltinError::operand_element(2, whole, member, &["string"]));
        };
        size = size.saturating_add(text.len());
    }
    call.allocate_text(size)?;
    let mut joined = String::with_capacity(size);
    for (index, member) in members.iter().filter_map(Value::as_str).enumerate() {
        if index > 0 {
            joined.push_str(separator);
        }
        joined.push_str(member);
    }
    Ok(joined.into())
}

/// The places of a text in another, counted in characters; they may overlap.
fn index_of<'a>(
    call: &mut Call<'_>,
    args: &'a [Value],
) -> Result<impl Iterator<Item = usize> + use<'a>, BuiltinError> {
    let (text, wanted) = (string(args, 0)?, string(args, 1)?);
    if wanted.is_empty() {
        return Err(BuiltinError::failed("empty search character"));
    }
    // Places may overlap, so that text is looked at again for each.
    call.charge_text(text.len().saturating_mul(1 + wanted.len() / 64))?;
    call.allocate_values(if wanted.len() <= text.len() { text.len() / wanted.len() } else { 0 })?;
    let step = wanted.chars().next().map_or(1, char::len_utf8);
    let (mut at, mut characters) = (0, 0);
    Ok(std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let found = rest.find(wanted)?;
        characters += rest.get(..found)?.chars().count();
        at += found + step;
        characters += 1;
        Some(characters - 1)
    }))
}

fn substring(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (text, start, length) = (string(args, 0)?, integer(args, 1)?, integer(args, 2)?);
    let Ok(start) = usize::try_from(start) else {
        return Err(BuiltinError::failed("negative offset"));
    };
    call.charge_text(text.len())?;
    let from = text.char_indices().nth(start).map_or(text.len(), |(at, _)| at);
    let rest = text.get(from..).unwrap_or("");
    let to = match usize::try_from(length) {
        Ok(length) => rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at),
        Err(_) => rest.len(),
    };
    call.allocate(to)?;
    Ok(rest.get(..to).unwrap_or("").into())
}

/// The parts of a text between separators; with an empty separator, its characters.
fn parts<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    if separator.is_empty() {
        text.char_indices().filter_map(|(at, c)| text.get(at..at + c.len_utf8())).collect()
    } else {
        text.split(separator).collect()
    }
}

fn split(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (text, separator) = (string(args, 0)?, string(args, 1)?);
    call.charge_text(text.len())?;
    let parts = parts(text, separator);
    call.allocate_values(parts.len())?;
    call.allocate(text.len())?;
    Ok(Value::array(parts.into_iter().map(Value::from).collect()))
}

fn split_n(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (text, separator, count) = (string(args, 0)?, string(args, 1)?, integer(args, 2)?);
    call.charge_text(text.len())?;
    let parts = parts(text, separator);
    call.allocate_values(parts.len())?;
    call.allocate(text.len())?;
    let taken = if let Ok(count) = usize::try_from(count) {
        parts.get(..count.min(parts.len()))
    } else {
        let count = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
        parts.get(parts.len().saturating_sub(count)..)
    };
    Ok(Value::array(taken.unwrap_or_default().iter().map(|part| Value::from(*part)).collect()))
}

fn count(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (text, wanted) = (string(args, 0)?, string(args, 1)?);
    call.charge_text(text.len())?;
    Ok(if wanted.is_empty() { text.chars().count() + 1 } else { text.matches(wanted).count() }.into())
}

fn replace_n(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let patterns = object(args, 0)?;
    let text = string(args, 1)?;
    let mut pairs = Vec::with_capacity(patterns.len());
    for (old, new) in patterns.entries() {
        let Some(old) = old.as_str() else {
            return Err(BuiltinError::operand(1, "non-string key found in pattern object"));
        };
        let Some(new) = new.as_str() else {
            return Err(BuiltinError::operand(1, "non-string value found in pattern object"));
        };
        pairs.push((old, new));
    }
    replace(call, text, &pairs)
}

/// Replaces, from the start on, what begins with one of the patterns; of several the first counts. An empty
/// pattern is found before each byte and at the end, but not behind itself.
fn replace(call: &mut Call<'_>, text: &str, pairs: &[(&str, &str)]) -> Result<Value, BuiltinError> {
    call.charge_text(text.len())?;
    if let [(old, new)] = pairs
        && !old.is_empty()
    {
        let found = text.matches(old).count();
        call.allocate_text(text.len().saturating_add(found.saturating_mul(new.len())))?;
        return Ok(text.replace(old, new).into());
    }
    let bytes = text.as_bytes();
    let mut by_first: [Vec<usize>; 256] = std::array::from_fn(|_| Vec::new());
    let mut empty = None;
    for (index, (old, _)) in pairs.iter().enumerate() {
        match old.as_bytes().first().and_then(|byte| by_first.get_mut(usize::from(*byte))) {
            Some(list) => list.push(index),
            None => empty = empty.or(Some(index)),
        }
    }
    let mut out = Vec::with_capacity(text.len());
    let (mut at, mut kept, mut after_empty) = (0, 0, false);
    while at <= bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let candidates = rest.first().and_then(|byte| by_first.get(usize::from(*byte)));
        let candidates = candidates.map_or(&[][..], Vec::as_slice);
        call.charge(candidates.len() / 4)?;
        let fits =
            |index: &&usize| pairs.get(**index).is_some_and(|(old, _)| rest.starts_with(old.as_bytes()));
        let found = candidates.iter().find(fits).copied();
        let chosen = [found, empty.filter(|_| !after_empty)].into_iter().flatten().min();
        let Some((old, new)) = chosen.and_then(|index| pairs.get(index)) else {
            after_empty = false;
            at += 1;
            continue;
        };
        after_empty = old.is_empty();
        let before = bytes.get(kept..at).unwrap_or_default();
        call.allocate_text(before.len() + new.len())?;
        out.extend_from_slice(before);
        out.extend_from_slice(new.as_bytes());
        at += old.len();
        kept = at;
    }
    out.extend_from_slice(bytes.get(kept..).unwrap_or_default());
    Ok(text_of_bytes(&out).into())
}

/// The texts of an operand that is one or holds several.
fn texts(args: &[Value], index: usize) -> Result<Vec<&str>, BuiltinError> {
    match value(args, index) {
        Value::String(text) => Ok(vec![text.as_str()]),
        Value::Array(_) | Value::Set(_) => strings(args, index),
        other => Err(BuiltinError::operand_type(index + 1, other, &["string", "set", "array"])),
    }
}

fn any_affix(
    call: &mut Call<'_>,
    args: &[Value],
    holds: fn(&str, &str) -> bool,
) -> Result<Value, BuiltinError> {
    let (texts, affixes) = (texts(args, 0)?, texts(args, 1)?);
    for text in &texts {
        call.charge(affixes.len() / 16)?;
        if affixes.iter().any(|affix| holds(text, affix)) {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}
