//! Regular expressions.

use std::rc::Rc;

use regex::bytes::RegexBuilder;
use smol_str::SmolStr;

use sekisho_go::characters::{is_digit, is_letter, runes};
use sekisho_go::quote;
use sekisho_go::regexp::{PatternError, translate};

use super::arguments::{int, strings, text};
use super::function::{Body, Family, Function};
use crate::call::{Call, Expression};
use crate::error::{BudgetError, CallError};
use crate::value::{List, Text, TextBuilder, Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("regexMatch", TWO, |call, args| match expression(call, args) {
        Err(CallError::Message(_)) => Ok(false.into()),
        Err(error) => Err(error),
        Ok(expression) => is_match(call, &expression, args),
    }),
    Function::new("mustRegexMatch", TWO, |call, args| {
        let expression = expression(call, args)?;
        is_match(call, &expression, args)
    }),
    Function::new("regexFind", TWO, |call, args| find(call, args, certain)),
    Function::new("mustRegexFind", TWO, |call, args| find(call, args, expression)),
    Function::new("regexFindAll", TWO_AND_COUNT, |call, args| find_all(call, args, certain)),
    Function::new("mustRegexFindAll", TWO_AND_COUNT, |call, args| find_all(call, args, expression)),
    Function::new("regexReplaceAll", THREE, |call, args| replace(call, args, certain, true)),
    Function::new("mustRegexReplaceAll", THREE, |call, args| replace(call, args, expression, true)),
    Function::new("regexReplaceAllLiteral", THREE, |call, args| replace(call, args, certain, false)),
    Function::new("mustRegexReplaceAllLiteral", THREE, |call, args| replace(call, args, expression, false)),
    Function::new("regexSplit", TWO_AND_COUNT, |call, args| split(call, args, certain)),
    Function::new("mustRegexSplit", TWO_AND_COUNT, |call, args| split(call, args, expression)),
    Function::new("regexQuoteMeta", &[Type::String], QUOTE_META),
];

const TWO: &[Type] = &[Type::String, Type::String];
const TWO_AND_COUNT: &[Type] = &[Type::String, Type::String, Type::INT];
const THREE: &[Type] = &[Type::String, Type::String, Type::String];

/// The largest compiled expression, in bytes.
const MAX_COMPILED: usize = 1 << 20;

/// How a function comes by its expression.
type Compile = fn(&mut Call<'_>, &[Value]) -> Result<Rc<Expression>, CallError>;

/// The expression of the first argument.
fn expression(call: &mut Call<'_>, args: &[Value]) -> Result<Rc<Expression>, CallError> {
    let given = text(args, 0);
    let Some(written) = given.as_str() else {
        return Err(CallError::Message(format!("error parsing regexp: invalid UTF-8: `{}`", given.to_str())));
    };
    if let Some(known) = call.state().expression(written) {
        return Ok(known);
    }
    let message = |error: PatternError| CallError::Message(error.to_string());
    let pattern = translate(written).map_err(message)?;
    call.charge(500_u64.saturating_add(pattern.weight.saturating_mul(16)))?;
    let regex =
        RegexBuilder::new(&pattern.text).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).build();
    let regex = regex.map_err(|_| message(PatternError::TooLarge(written.to_owned())))?;
    let expression = Rc::new(Expression { regex, names: pattern.names });
    call.state().keep_expression(SmolStr::new(written), &expression);
    Ok(expression)
}

/// The expression of the first argument, for functions that give up where it is none.
fn certain(call: &mut Call<'_>, args: &[Value]) -> Result<Rc<Expression>, CallError> {
    expression(call, args).map_err(|error| match error {
        CallError::Message(message) => {
            let bytes = text(args, 0).as_bytes();
            let shown = match text(args, 0).as_str() {
                Some(plain) if is_backquotable(plain) => format!("`{plain}`"),
                _ => quote::quote_bytes(bytes, '"', false),
            };
            CallError::Message(format!("regexp: Compile({shown}): {message}"))
        }
        error => error,
    })
}

/// Whether Go would show a text between backquotes.
fn is_backquotable(text: &str) -> bool {
    text.chars().all(|c| c == '\t' || !(c < ' ' || matches!(c, '`' | '\u{7f}' | '\u{feff}')))
}

/// Work in proportion to a text that is searched.
fn charge(call: &mut Call<'_>, text: &Text) -> Result<(), CallError> {
    Ok(call.charge(1 + text.len() as u64 / 32)?)
}

/// Each search may look at everything that is left, whatever it finds.
fn charge_search(call: &mut Call<'_>, bytes: &[u8], from: usize) -> Result<(), BudgetError> {
    call.charge(bytes.len().saturating_sub(from) as u64 / 128)
}

fn is_match(call: &mut Call<'_>, expression: &Expression, args: &[Value]) -> Result<Value, CallError> {
    charge(call, text(args, 1))?;
    Ok(expression.regex.is_match(text(args, 1).as_bytes()).into())
}

/// The bounds of the first match from a byte on.
fn find_at(expression: &Expression, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let found = expression.regex.find_at(bytes, at)?;
        if !(found.is_empty() && is_inside(bytes, found.start())) {
            return Some((found.start(), found.end()));
        }
        at = found.start() + 1;
    }
}

/// Whether a place lies inside a character of several bytes, where nothing can be matched.
fn is_inside(bytes: &[u8], at: usize) -> bool {
    let start = at.saturating_sub(3);
    let around = bytes.get(start..).unwrap_or_default();
    let is_continued = |byte: &u8| byte & 0xC0 == 0x80;
    bytes.get(at).is_some_and(is_continued)
        && (start..at).rev().find(|at| !bytes.get(*at).is_some_and(is_continued)).is_some_and(|first| {
            let character = around.get(first - start..).unwrap_or_default();
            runes(character).next().is_some_and(|rune| first + rune.width > at)
        })
}

/// The character at a place, and how many bytes it takes; none at the end.
fn character_at(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    // No more than it can take: all of what is given is looked at.
    let end = bytes.len().min(at + 4);
    runes(bytes.get(at..end)?).next().map(|rune| (rune.character, rune.width))
}

/// How many bytes the character at a place takes; none at the end.
fn width_at(bytes: &[u8], at: usize) -> usize {
    character_at(bytes, at).map_or(0, |(_, width)| width)
}

/// All matches, at most so many; an empty one right behind another does not count.
fn matches(
    call: &mut Call<'_>,
    expression: &Expression,
    bytes: &[u8],
    most: i64,
) -> Result<Vec<(usize, usize)>, BudgetError> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let mut from = 0;
    let mut last_end = None;
    while found.len() < most && from <= bytes.len() {
        charge_search(call, bytes, from)?;
        let Some((start, end)) = find_at(expression, bytes, from) else {
            break;
        };
        let mut counts = true;
        if end == from {
            counts = last_end != Some(start);
            from = match width_at(bytes, from) {
                0 => bytes.len() + 1,
                width => from + width,
            };
        } else {
            from = end;
        }
        last_end = Some(end);
        if counts {
            found.push((start, end));
        }
    }
    Ok(found)
}

fn find(call: &mut Call<'_>, args: &[Value], compile: Compile) -> Result<Value, CallError> {
    let expression = compile(call, args)?;
    let whole = text(args, 1);
    charge(call, whole)?;
    Ok(match find_at(&expression, whole.as_bytes(), 0) {
        Some((start, end)) => whole.slice(start..end),
        None => Text::EMPTY,
    }
    .into())
}

fn find_all(call: &mut Call<'_>, args: &[Value], compile: Compile) -> Result<Value, CallError> {
    let expression = compile(call, args)?;
    let whole = text(args, 1);
    charge(call, whole)?;
    let found = matches(call, &expression, whole.as_bytes(), int(args, 2))?;
    if found.is_empty() {
        return Ok(List::nil(&Type::String).into());
    }
    call.allocate(found.len().saturating_mul(size_of::<Value>()))?;
    Ok(strings(found.into_iter().map(|(start, end)| whole.slice(start..end))))
}

fn split(call: &mut Call<'_>, args: &[Value], compile: Compile) -> Result<Value, CallError> {
    let expression = compile(call, args)?;
    let (whole, most) = (text(args, 1), int(args, 2));
    charge(call, whole)?;
    if most == 0 {
        return Ok(List::nil(&Type::String).into());
    }
    if whole.is_empty() && !text(args, 0).is_empty() {
        return Ok(strings([Text::EMPTY]));
    }
    let found = matches(call, &expression, whole.as_bytes(), most)?;
    call.allocate(found.len().saturating_mul(size_of::<Value>()))?;
    let room = usize::try_from(most).unwrap_or(usize::MAX).saturating_sub(1);
    let mut parts = Vec::new();
    let (mut start, mut end) = (0, 0);
    for (match_start, match_end) in found {
        if parts.len() >= room {
            break;
        }
        end = match_start;
        // An empty match at the very start parts nothing.
        if match_end != 0 {
            parts.push(whole.slice(start..end));
        }
        start = match_end;
    }
    if end != whole.len() {
        parts.push(whole.slice(start..whole.len()));
    }
    Ok(strings(parts))
}

/// Replaces all matches; where `expands`, `$1` and `${name}` in the replacement stand for groups.
fn replace(call: &mut Call<'_>, args: &[Value], compile: Compile, expands: bool) -> Result<Value, CallError> {
    let expression = compile(call, args)?;
    let (whole, replacement) = (text(args, 1), text(args, 2));
    charge(call, whole)?;
    let expands = expands && memchr::memchr(b'$', replacement.as_bytes()).is_some();
    let bytes = whole.as_bytes();
    let mut out = TextBuilder::with_capacity(bytes.len());
    let (mut kept, mut from, mut replaced) = (0, 0, false);
    while from <= bytes.len() {
        charge_search(call, bytes, from)?;
        let Some((start, end)) = find_at(&expression, bytes, from) else {
            break;
        };
        out.push_slice(whole, kept..start);
        if end > kept || start == 0 {
            replaced = true;
            call.charge(1 + replacement.len() as u64 / 64)?;
            let before = out.len();
            if expands {
                // Every sign of a group takes a piece of its own, and the groups are searched for.
                call.charge(memchr::memchr_iter(b'$', replacement.as_bytes()).count() as u64)?;
                charge_search(call, bytes, from)?;
                expand(&expression, whole, from, replacement, &mut out);
            } else {
                out.push_text(replacement);
            }
            call.allocate(out.len() - before)?;
        }
        kept = end;
        from = if end > from { end } else { from + width_at(bytes, from).max(1) };
    }
    if !replaced {
        return Ok(whole.clone().into());
    }
    out.push_slice(whole, kept..bytes.len());
    Ok(out.finish().into())
}

/// Writes a replacement with the groups of the match that is found from a byte on.
fn expand(expression: &Expression, whole: &Text, from: usize, replacement: &Text, out: &mut TextBuilder) {
    let Some(captures) = expression.regex.captures_at(whole.as_bytes(), from) else {
        return;
    };
    let bytes = replacement.as_bytes();
    let mut at = 0;
    while let Some(dollar) = memchr::memchr(b'$', bytes.get(at..).unwrap_or_default()).map(|to| at + to) {
        out.push_slice(replacement, at..dollar);
        at = dollar + 1;
        let behind = bytes.get(at..).unwrap_or_default();
        if behind.starts_with(b"$") {
            out.push("$");
            at += 1;
            continue;
        }
        let Some((name, length)) = group_name(behind) else {
            out.push("$");
            continue;
        };
        at += length;
        let group = if let Some(number) = group_number(name) {
            captures.get(number)
        } else {
            let mut groups = expression.names.iter().enumerate();
            groups.find_map(|(number, known)| captures.get(number).filter(|_| known == name))
        };
        if let Some(group) = group {
            out.push_slice(whole, group.start()..group.end());
        }
    }
    out.push_slice(replacement, at..bytes.len());
}

/// The name of a group behind `$`, in braces or not, and how long it is written.
fn group_name(behind: &[u8]) -> Option<(&str, usize)> {
    let in_braces = behind.starts_with(b"{");
    let start = usize::from(in_braces);
    let rest = behind.get(start..)?;
    let fits = |character: char| is_letter(character) || is_digit(character) || character == '_';
    let mut length = 0;
    while let Some((_, width)) = character_at(rest, length).filter(|(character, _)| fits(*character)) {
        length += width;
    }
    let name = std::str::from_utf8(rest.get(..length)?).ok().filter(|name| !name.is_empty())?;
    match (in_braces, rest.get(length)) {
        (false, _) => Some((name, length)),
        (true, Some(b'}')) => Some((name, length + 2)),
        _ => None,
    }
}

/// The number that a group's name is, if it is one.
fn group_number(name: &str) -> Option<usize> {
    let leading_zero = name.len() > 1 && name.starts_with('0');
    let digits = name.bytes().all(|byte| byte.is_ascii_digit());
    (digits && !leading_zero && name.len() < 10).then(|| name.parse().ok())?
}

const QUOTE_META: Body = |call, args| {
    let whole = text(args, 0);
    let special = |byte: &u8| br"\.+*?()|[]{}^$".contains(byte);
    call.allocate(whole.len() * 2)?;
    if !whole.as_bytes().iter().any(special) {
        return Ok(whole.clone().into());
    }
    let mut out = Vec::with_capacity(whole.len() + 8);
    for byte in whole.as_bytes() {
        if special(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    Ok(Text::from_bytes(out).into())
};
