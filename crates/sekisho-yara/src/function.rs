//! Functions of the modules `math`, `hash` and `string`, which need nothing but bytes.

use data_encoding::HEXLOWER;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::Sha256;

use crate::value::Value;

/// A function of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Entropy,
    Mean,
    Deviation,
    SerialCorrelation,
    InRange,
    Minimum,
    Maximum,
    Absolute,
    ToNumber,
    ByteCount,
    BytePercentage,
    Mode,
    Md5,
    Sha1,
    Sha256,
    Checksum,
    ToInteger,
    Length,
    Log,
}

/// The modules that are known, evaluated or not.
pub(crate) const EVALUATED: [&str; 4] = ["math", "hash", "string", "console"];

impl Function {
    /// The function of this name.
    pub(crate) fn named(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("math", "entropy") => Self::Entropy,
            ("math", "mean") => Self::Mean,
            ("math", "deviation") => Self::Deviation,
            ("math", "serial_correlation") => Self::SerialCorrelation,
            ("math", "in_range") => Self::InRange,
            ("math", "min") => Self::Minimum,
            ("math", "max") => Self::Maximum,
            ("math", "abs") => Self::Absolute,
            ("math", "to_number") => Self::ToNumber,
            ("math", "count") => Self::ByteCount,
            ("math", "percentage") => Self::BytePercentage,
            ("math", "mode") => Self::Mode,
            ("hash", "md5") => Self::Md5,
            ("hash", "sha1") => Self::Sha1,
            ("hash", "sha256") => Self::Sha256,
            ("hash", "checksum32") => Self::Checksum,
            ("string", "to_int") => Self::ToInteger,
            ("string", "length") => Self::Length,
            ("console", "log" | "hex") => Self::Log,
            _ => return None,
        })
    }

    /// Its value for these arguments over a file.
    pub(crate) fn call(self, arguments: &[Value], bytes: &[u8]) -> Value {
        self.value(arguments, bytes).unwrap_or(Value::Undefined)
    }

    fn value(self, arguments: &[Value], bytes: &[u8]) -> Option<Value> {
        let float = |place: usize| arguments.get(place).and_then(Value::float);
        let integer = |place: usize| arguments.get(place).and_then(Value::integer);
        Some(match self {
            Self::Log => Value::Bool(true),
            Self::Minimum => Value::Integer(integer(0)?.min(integer(1)?)),
            Self::Maximum => Value::Integer(integer(0)?.max(integer(1)?)),
            Self::Absolute => Value::Integer(integer(0)?.wrapping_abs()),
            Self::ToNumber => Value::Integer(integer(0)?),
            Self::InRange => {
                let value = float(0)?;
                Value::Bool(value >= float(1)? && value <= float(2)?)
            }
            Self::ToInteger => {
                let Value::Text(text) = arguments.first()? else { return None };
                let text = std::str::from_utf8(text).ok()?.trim();
                let base = integer(1).unwrap_or(10);
                Value::Integer(
                    i64::from_str_radix(
                        text,
                        u32::try_from(base).ok().filter(|base| (2..=36).contains(base))?,
                    )
                    .ok()?,
                )
            }
            Self::Length => {
                let Value::Text(text) = arguments.first()? else { return None };
                Value::Integer(i64::try_from(text.len()).ok()?)
            }
            Self::Entropy => Value::Float(entropy(piece(arguments, bytes)?)),
            Self::Mean => Value::Float(mean(piece(arguments, bytes)?)?),
            Self::Deviation => {
                let (last, rest) = arguments.split_last()?;
                Value::Float(deviation(piece(rest, bytes)?, last.float()?)?)
            }
            Self::SerialCorrelation => Value::Float(serial_correlation(piece(arguments, bytes)?)),
            Self::ByteCount | Self::BytePercentage => {
                let (first, rest) = arguments.split_first()?;
                let wanted = u8::try_from(first.integer()?).ok()?;
                let piece = if rest.is_empty() { bytes } else { piece(rest, bytes)? };
                let count = counts(piece).get(usize::from(wanted)).copied().unwrap_or(0);
                if self == Self::ByteCount {
                    Value::Integer(i64::try_from(count).ok()?)
                } else {
                    Value::Float(number(count) / number(piece.len()))
                }
            }
            Self::Mode => {
                let piece = if arguments.is_empty() { bytes } else { piece(arguments, bytes)? };
                let counts = counts(piece);
                // Of several the lowest.
                let best = (0_i64..).zip(counts).max_by_key(|(byte, count)| (*count, -byte));
                Value::Integer(best?.0)
            }
            Self::Md5 => digest::<Md5>(piece(arguments, bytes)?),
            Self::Sha1 => digest::<Sha1>(piece(arguments, bytes)?),
            Self::Sha256 => digest::<Sha256>(piece(arguments, bytes)?),
            Self::Checksum => {
                let sum =
                    piece(arguments, bytes)?.iter().fold(0_u32, |sum, byte| sum.wrapping_add((*byte).into()));
                Value::Integer(sum.into())
            }
        })
    }
}

/// The constants of modules.
pub(crate) fn constant(module: &str, name: &str) -> Option<Value> {
    (module == "math" && name == "MEAN_BYTES").then_some(Value::Float(127.5))
}

/// A text, or so many bytes of the file from a place.
fn piece<'b>(arguments: &'b [Value], bytes: &'b [u8]) -> Option<&'b [u8]> {
    match arguments {
        [Value::Text(text)] => Some(text),
        [start, length] => {
            let start = usize::try_from(start.integer()?).ok()?;
            let length = usize::try_from(length.integer()?).ok()?;
            let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
            Some(rest.get(..length).unwrap_or(rest))
        }
        _ => None,
    }
}

fn digest<D: Digest>(bytes: &[u8]) -> Value {
    Value::Text(HEXLOWER.encode(&D::digest(bytes)).into_bytes())
}

#[allow(clippy::cast_precision_loss, reason = "files are smaller than what a float counts exactly")]
fn number(count: usize) -> f64 {
    count as f64
}

fn counts(bytes: &[u8]) -> [usize; 256] {
    let mut counts = [0; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    counts
}

fn entropy(bytes: &[u8]) -> f64 {
    let all = number(bytes.len());
    let shares = counts(bytes).into_iter().filter(|count| *count > 0).map(|count| number(count) / all);
    -shares.map(|share| share * share.log2()).sum::<f64>()
}

fn mean(bytes: &[u8]) -> Option<f64> {
    let sum: f64 = bytes.iter().map(|byte| f64::from(*byte)).sum();
    (!bytes.is_empty()).then(|| sum / number(bytes.len()))
}

fn deviation(bytes: &[u8], from: f64) -> Option<f64> {
    let sum: f64 = bytes.iter().map(|byte| (f64::from(*byte) - from).abs()).sum();
    (!bytes.is_empty()).then(|| sum / number(bytes.len()))
}

/// How much each byte says of the next one, the last of the first.
fn serial_correlation(bytes: &[u8]) -> f64 {
    let all = number(bytes.len());
    let after = bytes.iter().skip(1).chain(bytes.first());
    let (mut products, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for (byte, next) in bytes.iter().zip(after) {
        let (byte, next) = (f64::from(*byte), f64::from(*next));
        products += byte * next;
        sum += byte;
        squares += byte * byte;
    }
    let below = all * squares - sum * sum;
    if below == 0.0 { -100_000.0 } else { (all * products - sum * sum) / below }
}

/// How many bytes of the file a function looks at, so that a loop around it has an end.
pub(crate) fn cost(arguments: &[Value]) -> u64 {
    match arguments {
        [.., Value::Integer(_), Value::Integer(length)] => u64::try_from(*length).unwrap_or(0),
        _ => 0,
    }
}
