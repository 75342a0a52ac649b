//! Quantities with units, such as `10Mi`.

use num_bigint::{BigInt, BigUint};

use super::arguments::string;
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::types::Type;
use crate::value::{MAX_BITS, Number, NumberError, Real, Value, parse_decimal, ten_to};

use Type::{Number as N, String as S};

pub(super) const FAMILY: Family =
    &[Builtin::new("units.parse", &[S], N, parse), Builtin::new("units.parse_bytes", &[S], N, parse_bytes)];

/// More digits than an exponent may have.
const MAX_EXPONENT_DIGITS: usize = 6;

/// What one unit multiplies by, from the small prefix on: `k` and `ki` and so on.
fn factor(prefix: char, is_binary: bool) -> Option<u64> {
    let power = u32::try_from("kmgtpe".find(prefix)?).ok()? + 1;
    if is_binary { 1024_u64.checked_pow(power) } else { 1000_u64.checked_pow(power) }
}

/// The number in front of a text, and the unit behind it; none where the exponent is too long.
fn number_and_unit(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'e' | b'E' => {
                let next = bytes.get(at + 1).copied();
                let is_signed = matches!(next, Some(b'+' | b'-'));
                if !is_signed && !next.is_some_and(|byte| byte.is_ascii_digit()) {
                    return Some(text.split_at(at));
                }
                at += usize::from(is_signed);
                let digits = bytes.iter().skip(at + 1).take_while(|byte| byte.is_ascii_digit()).count();
                if digits > MAX_EXPONENT_DIGITS {
                    return None;
                }
            }
            b'0'..=b'9' | b'.' | b'+' | b'-' => {}
            _ => return Some(text.split_at(at)),
        }
        at += 1;
    }
    Some((text, ""))
}

/// The number and the unit of the operand; `name` stands in messages, and what is counted.
fn read<'t>(text: &'t str, name: &str, amount: &str) -> Result<(&'t str, &'t str), BuiltinError> {
    let failed = |problem: &str| BuiltinError::failed(format!("{name}: {problem}"));
    if text.contains(' ') {
        return Err(failed("spaces not allowed in resource strings"));
    }
    let (number, unit) = number_and_unit(text).ok_or_else(|| failed("exponent too large"))?;
    if number.is_empty() {
        return Err(failed(&format!("no {amount} provided")));
    }
    Ok((number, unit))
}

/// The decimal number: its sign, digits, and power of ten.
fn decimal(number: &str) -> Result<Option<(bool, BigUint, i64)>, NumberError> {
    match parse_decimal(number) {
        Ok(decimal) => Ok(Some(decimal)),
        Err(NumberError::Syntax) => Ok(None),
        Err(error) => Err(error),
    }
}

fn parse(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let text = string(args, 0)?.replace('"', "");
    call.charge(8 + text.len() / 4)?;
    let (number, written) = read(&text, "units.parse", "amount")?;
    // Behind the first letter, which tells `m` from `M`, case does not matter.
    let mut letters = written.chars();
    let unit: String = letters.next().into_iter().chain(letters.as_str().to_lowercase().chars()).collect();
    let (numerator, denominator) = match unit.as_str() {
        "" => (BigInt::from(1), BigInt::from(1)),
        // The float that is nearest to a thousandth.
        "m" => (BigInt::from(1_152_921_504_606_847_u64), BigInt::from(1) << 60),
        _ => {
            let mut letters = unit.chars();
            let prefix = letters.next().filter(|prefix| unit != "M" || *prefix == 'M');
            let factor = match (prefix, letters.as_str()) {
                (Some(prefix), "") => factor(prefix.to_ascii_lowercase(), false),
                (Some(prefix), "i") => factor(prefix.to_ascii_lowercase(), true),
                _ => None,
            };
            let factor = factor
                .ok_or_else(|| BuiltinError::failed(format!("units.parse: unit {unit} not recognized")))?;
            (BigInt::from(factor), BigInt::from(1))
        }
    };
    let Some((negative, digits, exponent)) = decimal(number)? else {
        return Err(BuiltinError::failed("units.parse: could not parse amount to a number"));
    };
    let digits = BigInt::from(digits);
    let power = BigInt::from(ten_to(exponent.unsigned_abs()));
    let (numerator, denominator) = if exponent >= 0 {
        (numerator * digits * power, denominator)
    } else {
        (numerator * digits, denominator * power)
    };
    let (numerator, denominator) =
        if negative { (-numerator, denominator) } else { (numerator, denominator) };
    call.charge(usize::try_from((numerator.bits() + denominator.bits()) / 16).unwrap_or(usize::MAX))?;
    if &numerator % &denominator == BigInt::ZERO {
        return Ok(Number::from_big(&(numerator / denominator))?.into());
    }
    Ok(Number::parse(&with_ten_places(&numerator, &denominator))?.into())
}

/// A fraction with ten digits behind the point, the last one rounded, halves away from 0.
fn with_ten_places(numerator: &BigInt, denominator: &BigInt) -> String {
    let scale = BigInt::from(10_000_000_000_u64);
    let negative = numerator.sign() == num_bigint::Sign::Minus;
    let size = if negative { -numerator } else { numerator.clone() };
    let rounded = (size * &scale * 2 + denominator) / (denominator * 2);
    let (whole, fraction): (BigInt, BigInt) = (&rounded / &scale, &rounded % &scale);
    format!("{}{whole}.{:0>10}", if negative { "-" } else { "" }, fraction.to_string())
}

fn parse_bytes(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let text = string(args, 0)?.to_lowercase().replace('"', "");
    call.charge(8 + text.len() / 4)?;
    let (number, unit) = read(&text, "units.parse_bytes", "byte amount")?;
    let factor = if unit.is_empty() {
        Some(1)
    } else {
        let mut letters = unit.chars();
        let prefix = letters.next();
        match letters.as_str() {
            "" | "b" => prefix.and_then(|prefix| factor(prefix, false)),
            "i" | "ib" => prefix.and_then(|prefix| factor(prefix, true)),
            _ => None,
        }
    };
    let Some(factor) = factor else {
        let problem = format!("units.parse_bytes: byte unit {unit} not recognized");
        return Err(BuiltinError::failed(problem));
    };
    let Some((negative, digits, exponent)) = decimal(number)? else {
        return Err(BuiltinError::failed("units.parse_bytes: could not parse byte amount to a number"));
    };
    let amount = Real::from_decimal(negative, &digits, exponent);
    let bytes = amount.multiply(Real::from_decimal(false, &BigUint::from(factor), 0)).truncated();
    call.charge(usize::try_from(MAX_BITS.min(bytes.bits()) / 16).unwrap_or(usize::MAX))?;
    Ok(Number::from_big(&bytes)?.into())
}
