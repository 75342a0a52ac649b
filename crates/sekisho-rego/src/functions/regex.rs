//! Regular expressions with Go's syntax and Go's ways to search, part and replace.

use std::sync::Arc;

use regex::{Captures, Regex, RegexBuilder};
use sekisho_go::regexp;

use super::arguments::{integer, string, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::expression::Expression;
use super::globs;
use super::kept::Kind;
use super::types::{STRINGS, Type};
use crate::value::{Value, quote};

use Type::{Any as A, Boolean as B, Number as N, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("re_match", &[S, S], B, is_match),
    Builtin::new(
        "regex.find_all_string_submatch_n",
        &[S, S, N],
        Type::Array(&[], Some(&STRINGS)),
        find_groups,
    ),
    Builtin::new("regex.find_n", &[S, S, N], STRINGS, find),
    Builtin::new("regex.globs_match", &[S, S], B, |call, args| {
        Ok(globs::intersect(call, string(args, 0)?, string(args, 1)?)?.into())
    }),
    Builtin::new("regex.is_valid", &[A], B, |call, args| {
        let Some(pattern) = value(args, 0).as_str() else {
            return Ok(false.into());
        };
        match compile(call, pattern) {
            Ok(_) => Ok(true.into()),
            Err(BuiltinError::Failed(_)) => Ok(false.into()),
            Err(error) => Err(error),
        }
    }),
    Builtin::new("regex.match", &[S, S], B, is_match),
    Builtin::new("regex.replace", &[S, S, S], S, replace),
    Builtin::new("regex.split", &[S, S], STRINGS, split),
    Builtin::new("regex.template_match", &[S, S, S, S], B, template_match),
];

/// The largest compiled expression, in bytes.
const MAX_COMPILED: usize = 8 << 20;

/// The compiled form of an expression in Go's syntax.
pub(super) fn compile(call: &mut Call<'_>, pattern: &str) -> Result<Arc<Expression>, BuiltinError> {
    if let Some(known) = call.kept.compiled(Kind::Regex, pattern) {
        return Ok(known);
    }
    call.charge(16 + pattern.len())?;
    let translated = regexp::translate(pattern).map_err(|error| BuiltinError::failed(error.to_string()))?;
    let weight = usize::try_from(translated.weight).unwrap_or(usize::MAX);
    call.charge(weight.saturating_mul(8))?;
    let regex = build(call, &translated.text)?;
    let Some(regex) = regex else {
        return Err(BuiltinError::failed(format!("error parsing regexp: expression too large: `{pattern}`")));
    };
    let expression = Arc::new(Expression { regex, names: translated.names });
    call.kept.keep(Kind::Regex, pattern, &expression);
    Ok(expression)
}

fn build(call: &mut Call<'_>, pattern: &str) -> Result<Option<Regex>, BuiltinError> {
    // Large expressions are refused by what they would take; small ones take little.
    call.allocate(pattern.len().saturating_mul(64).min(MAX_COMPILED))?;
    Ok(RegexBuilder::new(pattern).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED / 4).build().ok())
}

/// The compiled form of an expression in the syntax of the `regex` crate that stands for a glob.
pub(super) fn compile_glob(
    call: &mut Call<'_>,
    key: &str,
    pattern: &str,
) -> Result<Arc<Expression>, BuiltinError> {
    call.charge(16 + pattern.len().saturating_mul(8))?;
    let Some(regex) = build(call, pattern)? else {
        return Err(BuiltinError::failed("glob: the pattern is too large or nested too deeply"));
    };
    let expression = Arc::new(Expression { regex, names: Vec::new() });
    call.kept.keep(Kind::Glob, key, &expression);
    Ok(expression)
}

/// Takes the work of searching a text.
fn charge(call: &mut Call<'_>, text: &str) -> Result<(), BuiltinError> {
    call.charge(1 + text.len() / 8)
}

fn is_match(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (pattern, text) = (string(args, 0)?, string(args, 1)?);
    let expression = compile(call, pattern)?;
    charge(call, text)?;
    Ok(expression.regex.is_match(text).into())
}

/// How many matches are wanted; a negative number is no limit.
fn limit(args: &[Value], index: usize) -> Result<usize, BuiltinError> {
    Ok(usize::try_from(integer(args, index)?).unwrap_or(usize::MAX))
}

fn find(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (pattern, text, most) = (string(args, 0)?, string(args, 1)?, limit(args, 2)?);
    let expression = compile(call, pattern)?;
    charge(call, text)?;
    let mut found = Vec::new();
    for part in expression.regex.find_iter(text).take(most) {
        call.charge(1)?;
        call.allocate(size_of::<Value>() + part.len())?;
        found.push(Value::from(part.as_str()));
    }
    Ok(Value::array(found))
}

fn find_groups(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (pattern, text, most) = (string(args, 0)?, string(args, 1)?, limit(args, 2)?);
    let expression = compile(call, pattern)?;
    charge(call, text)?;
    let mut found = Vec::new();
    for captures in expression.regex.captures_iter(text).take(most) {
        call.allocate_values(captures.len() + 2)?;
        let whole = captures.get(0).map_or(0, |whole| whole.len());
        call.charge(captures.len() + whole / 8)?;
        call.allocate(whole.saturating_mul(captures.len()))?;
        let groups = captures.iter().map(|group| Value::from(group.map_or("", |group| group.as_str())));
        found.push(Value::array(groups.collect()));
    }
    Ok(Value::array(found))
}

fn split(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (pattern, text) = (string(args, 0)?, string(args, 1)?);
    let expression = compile(call, pattern)?;
    charge(call, text)?;
    if !pattern.is_empty() && text.is_empty() {
        return Ok(Value::array(vec!["".into()]));
    }
    let mut parts: Vec<Value> = Vec::new();
    let (mut start, mut end) = (0, 0);
    for found in expression.regex.find_iter(text) {
        call.charge(1)?;
        call.allocate(size_of::<Value>())?;
        end = found.start();
        // An empty match at the very start parts nothing.
        if found.end() != 0 {
            parts.push(text.get(start..end).unwrap_or("").into());
        }
        start = found.end();
    }
    if end != text.len() {
        parts.push(text.get(start..).unwrap_or("").into());
    }
    call.allocate(text.len())?;
    Ok(Value::array(parts))
}

fn replace(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (text, pattern, replacement) = (string(args, 0)?, string(args, 1)?, string(args, 2)?);
    let expression = compile(call, pattern)?;
    charge(call, text)?;
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    for captures in expression.regex.captures_iter(text) {
        let Some(whole) = captures.get(0) else { break };
        let before = out.len();
        out.push_str(text.get(kept..whole.start()).unwrap_or(""));
        expand(&expression, &captures, replacement, &mut out);
        call.charge(1)?;
        call.allocate_text(out.len() - before)?;
        kept = whole.end();
    }
    if kept == 0 && out.is_empty() {
        return Ok(value(args, 0).clone());
    }
    out.push_str(text.get(kept..).unwrap_or(""));
    Ok(out.into())
}

/// Writes a replacement, in which `$1`, `$name` and `${name}` stand for groups and `$$` for a dollar.
fn expand(expression: &Expression, captures: &Captures<'_>, replacement: &str, out: &mut String) {
    let mut rest = replacement;
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(behind) = behind.strip_prefix('$') {
            out.push('$');
            rest = behind;
            continue;
        }
        let Some((name, behind)) = group_name(behind) else {
            out.push('$');
            rest = behind;
            continue;
        };
        rest = behind;
        let group = if let Some(number) = group_number(name) {
            captures.get(number)
        } else {
            let mut named = expression.names.iter().enumerate().filter(|(_, known)| *known == name);
            named.find_map(|(number, _)| captures.get(number))
        };
        out.push_str(group.map_or("", |group| group.as_str()));
    }
    out.push_str(rest);
}

/// The name of a group behind a dollar, in braces or not, and what stands behind it.
fn group_name(behind: &str) -> Option<(&str, &str)> {
    let in_braces = behind.strip_prefix('{');
    let rest = in_braces.unwrap_or(behind);
    let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let (name, rest) = rest.split_at_checked(length)?;
    if name.is_empty() {
        return None;
    }
    match in_braces {
        Some(_) => Some((name, rest.strip_prefix('}')?)),
        None => Some((name, rest)),
    }
}

/// The number that a group's name is, if it is one.
fn group_number(name: &str) -> Option<usize> {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    if is_number && name.len() < 9 { name.parse().ok() } else { None }
}

fn template_match(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (template, text, start, end) =
        (string(args, 0)?, string(args, 1)?, string(args, 2)?, string(args, 3)?);
    let one = |what: &str, mark: &str| match mark.as_bytes() {
        [byte] => Ok(*byte),
        _ => Err(BuiltinError::failed(format!(
            "{what} delimiter has to be exactly one character long but is {} long",
            start.len()
        ))),
    };
    let (open, close) = (one("start", start)?, one("end", end)?);
    let mut pattern = String::from("^");
    let mut kept = 0;
    for (from, to) in delimited(template, open, close)? {
        pattern.push_str(&regex::escape(template.get(kept..from).unwrap_or("")));
        let inner = template.get(from + 1..to.saturating_sub(1)).unwrap_or("");
        compile(call, &format!("^{inner}$"))?;
        pattern.push('(');
        pattern.push_str(inner);
        pattern.push(')');
        kept = to;
    }
    pattern.push_str(&regex::escape(template.get(kept..).unwrap_or("")));
    pattern.push('$');
    let expression = compile(call, &pattern)?;
    charge(call, text)?;
    Ok(expression.regex.is_match(text).into())
}

/// The outermost parts of a text between two delimiters, these included.
fn delimited(text: &str, open: u8, close: u8) -> Result<Vec<(usize, usize)>, BuiltinError> {
    let unbalanced = || BuiltinError::failed(format!("unbalanced braces in {}", quote(text)));
    let mut parts = Vec::new();
    let (mut level, mut start) = (0_usize, 0);
    for (at, byte) in text.bytes().enumerate() {
        if byte == open {
            level += 1;
            if level == 1 {
                start = at;
            }
        } else if byte == close {
            level = level.checked_sub(1).ok_or_else(unbalanced)?;
            if level == 0 {
                parts.push((start, at + 1));
            }
        }
    }
    if level == 0 { Ok(parts) } else { Err(unbalanced()) }
}
