//! Texts: trimmed, cut, searched, replaced, quoted, indented, split.

use std::collections::BTreeMap;

use memchr::memmem;
use smol_str::format_smolstr;

use sekisho_go::characters::{runes, valid};
use sekisho_go::quote;

use super::arguments::{int, joined, shown, shown_items, strings, text, value};
use super::function::{Family, Function};
use crate::call::Call;
use crate::error::CallError;
use crate::value::{Data, Map, Origin, Text, TextBuilder, Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("hello", &[], |_, _| Ok("Hello!".into())),
    Function::new("trim", ONE, |_, args| Ok(trim(text(args, 0), char::is_whitespace).into())),
    Function::new("trimAll", TWO, |_, args| Ok(trim_all(args))),
    Function::new("trimall", TWO, |_, args| Ok(trim_all(args))),
    Function::new("trimPrefix", TWO, |_, args| {
        let whole = text(args, 1);
        let starts = whole.as_bytes().starts_with(text(args, 0).as_bytes());
        let start = if starts { text(args, 0).len() } else { 0 };
        Ok(whole.slice(start..whole.len()).into())
    }),
    Function::new("trimSuffix", TWO, |_, args| {
        let whole = text(args, 1);
        let ends = whole.as_bytes().ends_with(text(args, 0).as_bytes());
        let end = whole.len() - if ends { text(args, 0).len() } else { 0 };
        Ok(whole.slice(0..end).into())
    }),
    Function::new("contains", TWO, |_, args| {
        Ok(memmem::find(text(args, 1).as_bytes(), text(args, 0).as_bytes()).is_some().into())
    }),
    Function::new("hasPrefix", TWO, |_, args| {
        Ok(text(args, 1).as_bytes().starts_with(text(args, 0).as_bytes()).into())
    }),
    Function::new("hasSuffix", TWO, |_, args| {
        Ok(text(args, 1).as_bytes().ends_with(text(args, 0).as_bytes()).into())
    }),
    Function::new("repeat", &[Type::INT, Type::String], repeat),
    Function::new("replace", THREE, |call, args| {
        Ok(replace(call, text(args, 2), text(args, 0), text(args, 1))?.into())
    }),
    Function::new("substr", &[Type::INT, Type::INT, Type::String], |_, args| substring(args)),
    Function::new("trunc", &[Type::INT, Type::String], |_, args| Ok(truncate(args).into())),
    Function::variadic("cat", &[], Type::Any, |call, args| {
        let mut texts = Vec::new();
        for value in args.iter().filter(|value| !value.is_nil()) {
            texts.push(printed(call, value)?);
        }
        Ok(joined(call, &texts, &" ".into())?.into())
    }),
    Function::variadic("quote", &[], Type::Any, quote_all),
    Function::variadic("squote", &[], Type::Any, |call, args| {
        let mut texts = Vec::new();
        for value in args.iter().filter(|value| !value.is_nil()) {
            let shown = printed(call, value)?;
            let mut quoted = TextBuilder::with_capacity(shown.len() + 2);
            quoted.push_before("'", &shown, 0);
            quoted.push_text(&shown);
            quoted.push_before("'", &shown, shown.len());
            texts.push(quoted.finish());
        }
        Ok(joined(call, &texts, &" ".into())?.into())
    }),
    Function::new("indent", &[Type::INT, Type::String], |call, args| {
        Ok(indent(call, int(args, 0), text(args, 1), false)?.into())
    }),
    Function::new("nindent", &[Type::INT, Type::String], |call, args| {
        Ok(indent(call, int(args, 0), text(args, 1), true)?.into())
    }),
    Function::new("plural", &[Type::String, Type::String, Type::INT], |_, args| {
        Ok(value(args, usize::from(int(args, 2) != 1)).clone())
    }),
    Function::new("toString", &[Type::Any], |call, args| Ok(shown(call, value(args, 0))?.into())),
    Function::new("toStrings", &[Type::Any], |call, args| to_strings(call, value(args, 0))),
    Function::new("join", &[Type::String, Type::Any], |call, args| {
        let texts = shown_items(call, value(args, 1))?;
        Ok(joined(call, &texts, text(args, 0))?.into())
    }),
    Function::new("sortAlpha", &[Type::Any], |call, args| {
        let mut texts = match super::arguments::items(value(args, 0)) {
            Some(_) => shown_items(call, value(args, 0))?,
            None => vec![shown(call, value(args, 0))?],
        };
        call.charge(texts.len() as u64)?;
        texts.sort();
        Ok(strings(texts))
    }),
    Function::new("splitList", TWO, |call, args| {
        Ok(strings(split(call, text(args, 1), text(args, 0), usize::MAX)?))
    }),
    Function::new("split", TWO, |call, args| {
        let parts = split(call, text(args, 1), text(args, 0), usize::MAX)?;
        numbered(call, parts)
    }),
    Function::new("splitn", &[Type::String, Type::INT, Type::String], |call, args| {
        let most = usize::try_from(int(args, 1)).unwrap_or(usize::MAX);
        let parts = split(call, text(args, 2), text(args, 0), most)?;
        numbered(call, parts)
    }),
];

const ONE: &[Type] = &[Type::String];
const TWO: &[Type] = &[Type::String, Type::String];
const THREE: &[Type] = &[Type::String, Type::String, Type::String];

/// What Go says where a count is below 0.
const NEGATIVE_COUNT: &str = "strings: negative Repeat count";

/// A value as `%v` prints it: in contrast to [`shown`], a byte slice as numbers.
fn printed(call: &mut Call<'_>, value: &Value) -> Result<Text, CallError> {
    match &value.data {
        Data::Bytes(_) => Ok(crate::operation::format::display(value, &mut |bytes| call.allocate(bytes))?),
        _ => shown(call, value),
    }
}

fn trim(whole: &Text, drops: impl Fn(char) -> bool) -> Text {
    let mut kept = runes(whole.as_bytes()).filter(|rune| !drops(rune.character));
    let Some(first) = kept.next() else {
        return whole.slice(0..0);
    };
    let last = kept.last().unwrap_or(first);
    whole.slice(first.at..last.at + last.width)
}

fn trim_all(args: &[Value]) -> Value {
    let cut = valid(text(args, 0).as_bytes());
    trim(text(args, 1), |character| cut.contains(character)).into()
}

fn repeat(call: &mut Call<'_>, args: &[Value]) -> Result<Value, CallError> {
    let whole = text(args, 1);
    let Ok(count) = usize::try_from(int(args, 0)) else {
        return Err(CallError::new(NEGATIVE_COUNT));
    };
    if whole.is_empty() {
        return Ok(whole.clone().into());
    }
    let length = whole.len().saturating_mul(count);
    call.allocate(length)?;
    call.charge(count as u64 / 16)?;
    let mut repeated = TextBuilder::with_capacity(length);
    for _ in 0..count {
        repeated.push_text(whole);
    }
    Ok(repeated.finish().into())
}

/// The text with every occurrence of `old` replaced; an empty one occurs before each character and at the end.
fn replace(call: &mut Call<'_>, whole: &Text, old: &Text, new: &Text) -> Result<Text, CallError> {
    let bytes = whole.as_bytes();
    if old.as_bytes() == new.as_bytes() {
        return Ok(whole.clone());
    }
    let places: Vec<usize> = if old.is_empty() {
        runes(bytes).map(|rune| rune.at).chain([bytes.len()]).collect()
    } else {
        memmem::find_iter(bytes, old.as_bytes()).collect()
    };
    if places.is_empty() {
        return Ok(whole.clone());
    }
    let length = bytes.len().saturating_add(places.len().saturating_mul(new.len()));
    call.allocate(length)?;
    let mut replaced = TextBuilder::with_capacity(bytes.len());
    let mut kept = 0;
    for place in places {
        replaced.push_slice(whole, kept..place);
        replaced.push_text(new);
        kept = place + old.len();
    }
    replaced.push_slice(whole, kept..bytes.len());
    Ok(replaced.finish())
}

fn substring(args: &[Value]) -> Result<Value, CallError> {
    let (start, end, whole) = (int(args, 0), int(args, 1), text(args, 2));
    let length = whole.len();
    let outside =
        |what: String| CallError::Message(format!("runtime error: slice bounds out of range {what}"));
    let end = match usize::try_from(end) {
        Ok(end) if end <= length => end,
        Ok(end) if start < 0 => return Err(outside(format!("[:{end}] with length {length}"))),
        Err(_) if start < 0 => return Err(outside(format!("[:{end}]"))),
        _ => length,
    };
    let start = usize::try_from(start).unwrap_or(0);
    if start > end {
        return Err(outside(format!("[{start}:{end}]")));
    }
    Ok(whole.slice(start..end).into())
}

fn truncate(args: &[Value]) -> Text {
    let (count, whole) = (int(args, 0), text(args, 1));
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    match whole.len().checked_sub(size) {
        Some(start) if count < 0 && start > 0 => whole.slice(start..whole.len()),
        Some(_) if count >= 0 => whole.slice(0..size),
        _ => whole.clone(),
    }
}

fn quote_all(call: &mut Call<'_>, args: &[Value]) -> Result<Value, CallError> {
    let mut texts = Vec::new();
    for value in args.iter().filter(|value| !value.is_nil()) {
        let shown = shown(call, value)?;
        texts.push(double_quoted(&shown));
    }
    Ok(joined(call, &texts, &" ".into())?.into())
}

/// A text in double quotes, which belong to where it comes from; so do escapes.
fn double_quoted(whole: &Text) -> Text {
    let quoted = quote::quote_bytes(whole.as_bytes(), '"', false);
    let mut out = TextBuilder::with_capacity(quoted.len());
    if quoted.len() == whole.len() + 2 {
        out.push_before("\"", whole, 0);
        out.push_text(whole);
        out.push_before("\"", whole, whole.len());
        return out.finish();
    }
    out.push_before("\"", whole, 0);
    for rune in runes(whole.as_bytes()) {
        let bytes = whole.as_bytes().get(rune.at..rune.at + rune.width).unwrap_or_default();
        let escaped = quote::quote_bytes(bytes, '"', false);
        let inner = escaped.get(1..escaped.len() - 1).unwrap_or_default();
        if inner.as_bytes() == bytes {
            out.push_slice(whole, rune.at..rune.at + rune.width);
        } else {
            let origin = Origin { is_literal: false, ..whole.origin_at(rune.at) };
            out.push_bytes(inner.as_bytes(), &origin);
        }
    }
    out.push_before("\"", whole, whole.len());
    out.finish()
}

/// The text with so many spaces before each line, and a line break before it all where `breaks`. What is
/// added belongs to what it stands before.
fn indent(call: &mut Call<'_>, spaces: i64, whole: &Text, breaks: bool) -> Result<Text, CallError> {
    let Ok(spaces) = usize::try_from(spaces) else {
        return Err(CallError::new(NEGATIVE_COUNT));
    };
    let bytes = whole.as_bytes();
    let lines = memchr::memchr_iter(b'\n', bytes).count() + 1;
    let length = bytes.len().saturating_add(lines.saturating_mul(spaces)).saturating_add(1);
    call.allocate(length.saturating_add(spaces))?;
    let pad = " ".repeat(spaces);
    let mut out = TextBuilder::with_capacity(length);
    if breaks {
        out.push_before("\n", whole, 0);
    }
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes).map(|at| at + 1).chain([bytes.len()]) {
        out.push_before(&pad, whole, start);
        out.push_slice(whole, start..end);
        start = end;
    }
    Ok(out.finish())
}

fn to_strings(call: &mut Call<'_>, value: &Value) -> Result<Value, CallError> {
    match &value.data {
        Data::List(list) if *list.element() == Type::String => Ok(value.clone()),
        _ => Ok(strings(shown_items(call, value)?)),
    }
}

/// The parts of a text between separators, at most so many; an empty separator parts characters.
fn split(call: &mut Call<'_>, whole: &Text, separator: &Text, most: usize) -> Result<Vec<Text>, CallError> {
    /// What a part takes: its range, its text and its value.
    const PART: usize = size_of::<std::ops::Range<usize>>() + size_of::<Text>() + size_of::<Value>();
    if most == 0 {
        return Ok(Vec::new());
    }
    let bytes = whole.as_bytes();
    let mut parts = Vec::new();
    let mut start = 0;
    if separator.is_empty() {
        let starts = runes(bytes).map(|rune| rune.at).skip(1);
        for at in starts.take(most - 1) {
            call.allocate(PART)?;
            parts.push(start..at);
            start = at;
        }
        if bytes.is_empty() {
            return Ok(Vec::new());
        }
    } else {
        for at in memmem::find_iter(bytes, separator.as_bytes()).take(most - 1) {
            call.allocate(PART)?;
            parts.push(start..at);
            start = at + separator.len();
        }
    }
    parts.push(start..bytes.len());
    Ok(parts.into_iter().map(|range| whole.slice(range)).collect())
}

/// A map of texts by the names `_0`, `_1`, ….
fn numbered(call: &mut Call<'_>, parts: Vec<Text>) -> Result<Value, CallError> {
    call.allocate(Map::footprint(parts.len()))?;
    let entries: BTreeMap<_, _> = parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| (format_smolstr!("_{index}"), part.into()))
        .collect();
    Ok(Map::of(Type::Map(&Type::String), entries).into())
}
