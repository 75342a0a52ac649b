//! Numbers as text.

use sekisho_go::time::{MONTHS, WEEKDAYS};

use super::Flags;

/// An integer apart from its sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Digits {
    pub(super) magnitude: u64,
    pub(super) is_negative: bool,
}

/// An integer under one of the verbs `d`, `b`, `o`, `O`, `x`, `X`, without its padding by spaces.
pub(super) fn integer(number: Digits, verb: char, flags: &Flags) -> String {
    let is_signed = number.is_negative || flags.plus || flags.space;
    // Whole files are printed as lists of numbers, so the plain case must cost little.
    if verb == 'd' && !is_signed && flags.precision.is_none() && flags.width.is_none() {
        return number.magnitude.to_string();
    }
    let at_least = match (flags.precision, flags.width) {
        (Some(0), _) if number.magnitude == 0 => return String::new(),
        (Some(precision), _) => precision,
        (None, Some(width)) if flags.zero && !flags.minus => width.saturating_sub(usize::from(is_signed)),
        _ => 0,
    };
    let magnitude = number.magnitude;
    let digits = match verb {
        'b' => format!("{magnitude:b}"),
        'o' | 'O' => format!("{magnitude:o}"),
        'x' => format!("{magnitude:x}"),
        'X' => format!("{magnitude:X}"),
        _ => magnitude.to_string(),
    };
    let zeros = "0".repeat(at_least.saturating_sub(digits.len()));
    let prefix = match verb {
        'O' if flags.sharp && zeros.is_empty() && !digits.starts_with('0') => "0o0",
        'O' => "0o",
        'b' if flags.sharp => "0b",
        'o' if flags.sharp && zeros.is_empty() && !digits.starts_with('0') => "0",
        'x' if flags.sharp => "0x",
        'X' if flags.sharp => "0X",
        _ => "",
    };
    let sign = match number.is_negative {
        true => "-",
        false if flags.plus => "+",
        false if flags.space => " ",
        false => "",
    };
    format!("{sign}{prefix}{zeros}{digits}")
}

/// A float under one of the verbs `b`, `e`, `E`, `f`, `g`, `G`, `x`, `X`, with its sign where it shows.
pub(super) fn float(number: f64, verb: char, precision: Option<usize>, flags: &Flags) -> String {
    let is_negative = number.is_sign_negative() && !number.is_nan();
    let sign = match is_negative {
        true => "-",
        false if flags.plus => "+",
        false if flags.space => " ",
        false if number.is_infinite() => "+",
        false => "",
    };
    if number.is_nan() {
        return format!("{sign}NaN");
    }
    if number.is_infinite() {
        return format!("{sign}Inf");
    }
    let magnitude = number.abs();
    let mut digits = match verb {
        'b' => binary(magnitude),
        'e' | 'E' => scientific(magnitude, precision),
        'f' => match precision {
            Some(precision) => fixed(magnitude, precision),
            None => format!("{magnitude}"),
        },
        'x' | 'X' => hexadecimal(magnitude, precision),
        _ => general(magnitude, precision),
    };
    if flags.sharp && verb != 'b' {
        digits = with_point(&digits, verb, precision);
    }
    if verb.is_ascii_uppercase() {
        digits = digits.to_ascii_uppercase();
    }
    format!("{sign}{digits}")
}

/// Behind so many digits a float has nothing but zeros.
const MAX_DIGITS: usize = 1_100;

/// So many digits behind the point.
fn fixed(magnitude: f64, precision: usize) -> String {
    let exact = precision.min(MAX_DIGITS);
    format!("{magnitude:.exact$}{}", "0".repeat(precision - exact))
}

/// Scientific notation: `1.5e+06`.
fn scientific(magnitude: f64, precision: Option<usize>) -> String {
    let exact = precision.map(|precision| precision.min(MAX_DIGITS));
    let shown = match exact {
        Some(exact) => format!("{magnitude:.exact$e}"),
        None => format!("{magnitude:e}"),
    };
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    let zeros = "0".repeat(precision.unwrap_or(0) - exact.unwrap_or(0));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{zeros}e{sign}{:02}", exponent.unsigned_abs())
}

/// The shorter of both notations; without precision as few digits as mean the number.
fn general(magnitude: f64, precision: Option<usize>) -> String {
    let digits = precision.map(|precision| precision.max(1));
    let shown = match digits {
        Some(digits) => scientific(magnitude, Some(digits - 1)),
        None => scientific(magnitude, None),
    };
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mantissa =
        if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    let significant = mantissa.len() - usize::from(mantissa.contains('.'));
    let limit = match digits {
        None => SHORTEST_LIMIT,
        // A number that needs fewer digits than it may have is shown whole only as far as those reach.
        Some(digits) => {
            let whole = usize::try_from(exponent + 1).unwrap_or(0);
            let limit = if digits > significant && significant >= whole { significant } else { digits };
            i32::try_from(limit).unwrap_or(i32::MAX)
        }
    };
    if exponent < -4 || exponent >= limit {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
    let behind_point = i32::try_from(significant).unwrap_or(i32::MAX) - 1 - exponent;
    let places = usize::try_from(behind_point).unwrap_or(0);
    fixed(magnitude, places)
}

/// From this exponent on, a number in as few digits as mean it is shown in scientific notation.
const SHORTEST_LIMIT: i32 = 6;

/// `4503599627370496p-52`
fn binary(magnitude: f64) -> String {
    let (mantissa, exponent) = decode(magnitude);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}p{sign}{}", exponent.unsigned_abs())
}

/// Mantissa and exponent with magnitude = mantissa × 2^exponent.
fn decode(magnitude: f64) -> (u64, i32) {
    const FRACTION_BITS: u32 = 52;
    let bits = magnitude.to_bits();
    let fraction = bits & ((1 << FRACTION_BITS) - 1);
    let exponent = i32::try_from(bits >> FRACTION_BITS & 0x7ff).unwrap_or(0);
    if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << FRACTION_BITS, exponent - 1075) }
}

/// `0x1.8p+01`
fn hexadecimal(magnitude: f64, precision: Option<usize>) -> String {
    let (mut mantissa, mut exponent) = decode(magnitude);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // The leading 1 stands at bit 60, sixty bits of fraction behind it.
        let shift = mantissa.leading_zeros() - 3;
        mantissa <<= shift;
        exponent += 60 - i32::try_from(shift).unwrap_or(0);
    }
    if let Some(precision) = precision.filter(|precision| *precision < 15) {
        let dropped = 60 - u32::try_from(precision).unwrap_or(0) * 4;
        let half = 1_u64 << (dropped - 1);
        let rest = mantissa & ((half << 1) - 1);
        mantissa >>= dropped;
        if rest > half || rest == half && mantissa & 1 == 1 {
            mantissa += 1;
        }
        mantissa <<= dropped;
        if mantissa >> 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let fraction = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(precision) => {
            let zeros = "0".repeat(precision.saturating_sub(fraction.len()));
            format!("{}{zeros}", fraction.get(..precision).unwrap_or(&fraction))
        }
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("0x{}{point}{fraction}p{sign}{:02}", mantissa >> 60, exponent.unsigned_abs())
}

/// The digits with a decimal point, and with the zeros behind it that the precision asks for.
fn with_point(shown: &str, verb: char, precision: Option<usize>) -> String {
    let is_hexadecimal = matches!(verb, 'x' | 'X');
    let cut = shown.find(|sign: char| sign == 'p' || !is_hexadecimal && sign == 'e').unwrap_or(shown.len());
    let (digits, tail) = shown.split_at(cut);
    let mut wanted = match verb {
        'g' | 'G' | 'x' => precision.unwrap_or(6),
        _ => 0,
    };
    let mut seen_nonzero = false;
    for digit in digits.chars().filter(|digit| *digit != '.') {
        seen_nonzero |= digit != '0';
        if seen_nonzero {
            wanted = wanted.saturating_sub(1);
        }
    }
    let mut pointed = digits.to_owned();
    if !digits.contains('.') {
        if digits == "0" {
            wanted = wanted.saturating_sub(1);
        }
        pointed.push('.');
    }
    pointed.push_str(&"0".repeat(wanted));
    pointed.push_str(tail);
    pointed
}

/// A duration in nanoseconds as Go shows it: `1h2m3.5s`.
pub(super) fn duration(nanoseconds: i64) -> String {
    const SECOND: u64 = 1_000_000_000;
    let magnitude = nanoseconds.unsigned_abs();
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let fraction = |whole: u64, rest: u64, places: usize| {
        let rest = format!("{rest:0places$}");
        let rest = rest.trim_end_matches('0');
        if rest.is_empty() { whole.to_string() } else { format!("{whole}.{rest}") }
    };
    match magnitude {
        0 => return "0s".to_owned(),
        1..1_000 => return format!("{sign}{magnitude}ns"),
        1_000..1_000_000 => {
            return format!("{sign}{}µs", fraction(magnitude / 1_000, magnitude % 1_000, 3));
        }
        1_000_000..SECOND => {
            return format!("{sign}{}ms", fraction(magnitude / 1_000_000, magnitude % 1_000_000, 6));
        }
        _ => {}
    }
    let seconds = magnitude / SECOND;
    let shown = fraction(seconds % 60, magnitude % SECOND, 9);
    let minutes = seconds / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{shown}s"),
        (0, minutes) => format!("{sign}{minutes}m{shown}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{shown}s"),
    }
}

/// The name of a month, from 1.
pub(super) fn month(number: i64) -> String {
    let name = usize::try_from(number).ok().and_then(|number| MONTHS.get(number.checked_sub(1)?));
    name.map_or_else(|| format!("%!Month({number})"), |name| (*name).to_owned())
}

/// The name of a day of the week; Sunday is 0.
pub(super) fn weekday(number: i64) -> String {
    let name = usize::try_from(number).ok().and_then(|number| WEEKDAYS.get(number));
    name.map_or_else(|| format!("%!Weekday({number})"), |name| (*name).to_owned())
}
