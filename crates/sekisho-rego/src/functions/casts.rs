//! What type a value has, and values turned into other types.

use super::arguments::{members, string, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::types::{ARRAY, OBJECT, SET, Type};
use crate::value::{Number, NumberError, Value, quote};

use Type::{Any as A, Boolean as B, Null, Number as N, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("cast_array", &[A], ARRAY, |_, args| {
        let given = value(args, 0);
        let members = members(given);
        let members = members.ok_or_else(|| BuiltinError::operand_type(1, given, &["array", "set"]))?;
        Ok(Value::array(members.to_vec()))
    }),
    Builtin::new("cast_boolean", &[A], B, |_, args| same(args, "boolean")),
    Builtin::new("cast_null", &[A], Null, |_, args| same(args, "null")),
    Builtin::new("cast_object", &[A], OBJECT, |_, args| same(args, "object")),
    Builtin::new("cast_set", &[A], SET, |call, args| {
        let given = value(args, 0);
        let members = members(given);
        let members = members.ok_or_else(|| BuiltinError::operand_type(1, given, &["array", "set"]))?;
        call.allocate_values(members.len())?;
        Ok(Value::set(members.to_vec()))
    }),
    Builtin::new("cast_string", &[A], S, |_, args| same(args, "string")),
    Builtin::new("is_array", &[A], B, |_, args| Ok(is(args, "array"))),
    Builtin::new("is_boolean", &[A], B, |_, args| Ok(is(args, "boolean"))),
    Builtin::new("is_null", &[A], B, |_, args| Ok(is(args, "null"))),
    Builtin::new("is_number", &[A], B, |_, args| Ok(is(args, "number"))),
    Builtin::new("is_object", &[A], B, |_, args| Ok(is(args, "object"))),
    Builtin::new("is_set", &[A], B, |_, args| Ok(is(args, "set"))),
    Builtin::new("is_string", &[A], B, |_, args| Ok(is(args, "string"))),
    Builtin::new("semver.compare", &[S, S], N, |_, args| {
        let (one, two) = (string(args, 0)?, string(args, 1)?);
        let refused = |place: usize, text: &str| {
            BuiltinError::failed(format!("operand {place}: string {} is not a valid SemVer", quote(text)))
        };
        let one = Version::parse(one).ok_or_else(|| refused(1, one))?;
        let two = Version::parse(two).ok_or_else(|| refused(2, two))?;
        Ok((one.compare(&two) as i64).into())
    }),
    Builtin::new("semver.is_valid", &[A], B, |_, args| {
        Ok(value(args, 0).as_str().is_some_and(|text| Version::parse(text).is_some()).into())
    }),
    Builtin::new("to_number", &[Type::Either(&[Null, B, N, S])], N, to_number),
    Builtin::new("type_name", &[A], S, |_, args| Ok(value(args, 0).type_name().into())),
];

fn is(args: &[Value], name: &str) -> Value {
    (value(args, 0).type_name() == name).into()
}

fn same(args: &[Value], name: &str) -> Result<Value, BuiltinError> {
    let given = value(args, 0);
    if given.type_name() == name {
        Ok(given.clone())
    } else {
        Err(BuiltinError::operand_type(1, given, &[name]))
    }
}

fn to_number(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let given = value(args, 0);
    match given {
        Value::Null => Ok(0_i64.into()),
        Value::Bool(value) => Ok(i64::from(*value).into()),
        Value::Number(_) => Ok(given.clone()),
        Value::String(text) => {
            call.charge_text(text.len())?;
            let lower = text.trim_start_matches(['+', '-']).to_lowercase();
            if matches!(lower.as_str(), "inf" | "infinity" | "nan") {
                return Err(BuiltinError::operand_type(1, given, &["valid number string"]));
            }
            let refused = |problem: &str| {
                let quoted = quote(text);
                BuiltinError::failed(format!("strconv.ParseFloat: parsing {quoted}: {problem}"))
            };
            match Number::parse(text) {
                Ok(number) if number.to_f64().is_some() => Ok(number.into()),
                Ok(_) => Err(refused("value out of range")),
                Err(NumberError::Syntax) => Err(refused("invalid syntax")),
                Err(NumberError::TooBig) if text.parse().is_ok_and(f64::is_infinite) => {
                    Err(refused("value out of range"))
                }
                Err(error) => Err(error.into()),
            }
        }
        other => Err(BuiltinError::operand_type(1, other, &["null", "boolean", "number", "string"])),
    }
}

/// A version after the specification of semantic versions, with a `v` in front or without.
struct Version<'t> {
    numbers: [i64; 3],
    release: Option<&'t str>,
}

impl<'t> Version<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = split_off(text, '+');
        let (text, release) = split_off(text, '-');
        if build.is_some_and(|build| !are_identifiers(build)) {
            return None;
        }
        if release
            .is_some_and(|release| !are_identifiers(release) || release.split('.').any(has_leading_zero))
        {
            return None;
        }
        let mut numbers = text.split('.').map(number);
        let numbers = [numbers.next()??, numbers.next()??, numbers.next()??];
        if text.split('.').count() != 3 {
            return None;
        }
        Some(Self { numbers, release })
    }

    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let release = match (self.release, other.release) {
            (None, None) => Equal,
            (None, Some(_)) => Greater,
            (Some(_), None) => Less,
            (Some(one), Some(two)) => one.split('.').map(identifier).cmp(two.split('.').map(identifier)),
        };
        self.numbers.cmp(&other.numbers).then(release)
    }
}

/// An identifier in its order: numbers before words. Numbers above 64 bits are all the same.
fn identifier(text: &str) -> (bool, i64, &str) {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        (false, text.parse().unwrap_or(i64::MAX), "")
    } else {
        (true, 0, text)
    }
}

fn split_off(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(before, behind)| (before, Some(behind)))
}

fn are_identifiers(text: &str) -> bool {
    text.split('.')
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

fn has_leading_zero(text: &str) -> bool {
    text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str) -> Option<i64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
    if is_plain && !has_leading_zero(text) { text.parse().ok() } else { None }
}
