//! Semantic versions.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::{Opaque, Value};

pub(crate) const TABLE: &[Line] = &[
    ("semver", Global, "string_to_semver", "string -> kubernetes.Semver", semver),
    ("semver", Global, "string_bool_to_semver", "string, bool -> kubernetes.Semver", semver),
    ("isSemver", Global, "is_semver_string", "string -> bool", is_semver),
    ("isSemver", Global, "is_semver_string_bool", "string, bool -> bool", is_semver),
    (
        "isGreaterThan",
        Member,
        "semver_is_greater_than",
        "kubernetes.Semver, kubernetes.Semver -> bool",
        is_greater_than,
    ),
    (
        "isLessThan",
        Member,
        "semver_is_less_than",
        "kubernetes.Semver, kubernetes.Semver -> bool",
        is_less_than,
    ),
    ("compareTo", Member, "semver_compare_to", "kubernetes.Semver, kubernetes.Semver -> int", compare_to),
    ("major", Member, "semver_major", "kubernetes.Semver -> int", major),
    ("minor", Member, "semver_minor", "kubernetes.Semver -> int", minor),
    ("patch", Member, "semver_patch", "kubernetes.Semver -> int", patch),
];

/// A semantic version; what is built into it has no part in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    numbers: [u64; 3],
    before: Vec<Identifier>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    Number(u64),
    Word(String),
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
        let word = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if build.is_some_and(|build| !build.split('.').all(word)) {
            return None;
        }
        let (core, before) = text.split_once('-').map_or((text, None), |(core, before)| (core, Some(before)));
        let mut parts = core.split('.').map(number);
        let numbers = [parts.next()??, parts.next()??, parts.next()??];
        if parts.next().is_some() {
            return None;
        }
        let identifier = |part: &str| {
            if part.bytes().all(|byte| byte.is_ascii_digit()) {
                return number(part).map(Identifier::Number);
            }
            word(part).then(|| Identifier::Word(part.to_owned()))
        };
        let before = match before {
            Some(before) => before.split('.').map(identifier).collect::<Option<Vec<_>>>()?,
            None => Vec::new(),
        };
        Some(Self { numbers, before })
    }

    /// Reads versions as people write them: `v1.2`, `01.02.3`.
    fn parse_tolerant(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts: Vec<String> = text.splitn(3, '.').map(without_zeros).collect();
        if parts.len() < 3 && parts.last().is_some_and(|last| last.contains(['+', '-'])) {
            return None;
        }
        parts.resize(3, "0".to_owned());
        Self::parse(&parts.join("."))
    }

    /// The order of two versions.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| {
            match (self.before.is_empty(), other.before.is_empty()) {
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                _ => self.before.cmp(&other.before),
            }
        })
    }
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (text.len() == 1 || !text.starts_with('0'))).then(|| text.parse().ok())?
}

fn without_zeros(part: &str) -> String {
    if part.len() <= 1 {
        return part.to_owned();
    }
    let trimmed = part.trim_start_matches('0');
    if trimmed.starts_with(|letter: char| letter.is_ascii_digit()) {
        trimmed.to_owned()
    } else {
        format!("0{trimmed}")
    }
}

fn parse(values: &[Value]) -> Result<Option<Version>, Failure> {
    match values {
        [Value::String(text)] | [Value::String(text), Value::Bool(false)] => Ok(Version::parse(text)),
        [Value::String(text), Value::Bool(true)] => Ok(Version::parse_tolerant(text)),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn one(values: &[Value]) -> Result<&Version, Failure> {
    match values {
        [Value::Opaque(Opaque::Version(version))] => Ok(version),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn order(values: &[Value]) -> Result<Ordering, Failure> {
    match values {
        [Value::Opaque(Opaque::Version(a)), Value::Opaque(Opaque::Version(b))] => Ok(a.order(b)),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn semver(_: &mut Meter, values: &[Value]) -> Given {
    let version = parse(values)?.ok_or_else(|| Failure::argument("no semantic version: write `1.2.3`"))?;
    Ok(Value::Opaque(Opaque::Version(Arc::new(version))))
}

fn is_semver(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(parse(values)?.is_some()))
}

fn is_greater_than(_: &mut Meter, values: &[Value]) -> Given {
    order(values).map(|order| Value::Bool(order.is_gt()))
}

fn is_less_than(_: &mut Meter, values: &[Value]) -> Given {
    order(values).map(|order| Value::Bool(order.is_lt()))
}

fn compare_to(_: &mut Meter, values: &[Value]) -> Given {
    order(values).map(|order| Value::Int(order as i64))
}

fn part(values: &[Value], place: usize) -> Given {
    let number = one(values)?.numbers.get(place).copied().unwrap_or(0);
    Ok(Value::Int(number.cast_signed()))
}

fn major(_: &mut Meter, values: &[Value]) -> Given {
    part(values, 0)
}

fn minor(_: &mut Meter, values: &[Value]) -> Given {
    part(values, 1)
}

fn patch(_: &mut Meter, values: &[Value]) -> Given {
    part(values, 2)
}
