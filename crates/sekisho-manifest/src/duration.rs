//! Spans of time (`90s`, `1h30m`): read and printed as the API server does for fields of type `Duration`.

use std::fmt;
use std::str::FromStr;

/// A span of time in nanoseconds, negative ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration {
    nanoseconds: i64,
}

/// Why a text is no span of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DurationError {
    /// Not numbers each followed by a unit.
    #[error("`{0}` is no duration: write numbers with units, as in `1h30m` or `500ms`")]
    Shape(String),
    /// More than 292 years.
    #[error("the duration `{0}` is too long: the longest is `2562047h47m16.854775807s`")]
    TooLong(String),
}

/// The units and their nanoseconds; both signs for "micro" are in use.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// The longest text that is read: every span of time can be said in far less.
const LONGEST: usize = 256;

impl Duration {
    /// So many nanoseconds.
    pub const fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self { nanoseconds }
    }

    /// So many seconds; the longest span where that is too many.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self { nanoseconds: seconds.saturating_mul(1_000_000_000) }
    }

    /// The span in nanoseconds.
    pub const fn nanoseconds(self) -> i64 {
        self.nanoseconds
    }

    /// The span in whole seconds, the rest cut off.
    pub const fn seconds(self) -> i64 {
        self.nanoseconds / 1_000_000_000
    }
}

impl FromStr for Duration {
    type Err = DurationError;

    /// Reads a sign, then numbers, with a fraction if need be, each with its unit; `0` needs none.
    fn from_str(text: &str) -> Result<Self, DurationError> {
        let shape = || DurationError::Shape(text.chars().take(LONGEST).collect());
        let long = || DurationError::TooLong(text.to_owned());
        if text.len() > LONGEST {
            return Err(shape());
        }
        let negative = text.starts_with('-');
        let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
        if rest == "0" {
            return Ok(Self::default());
        }
        if rest.is_empty() {
            return Err(shape());
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let (whole, behind) = split_digits(rest);
            let (fraction, behind) = behind.strip_prefix('.').map_or(("", behind), split_digits);
            if whole.is_empty() && fraction.is_empty() {
                return Err(shape());
            }
            let end =
                behind.bytes().position(|byte| byte == b'.' || byte.is_ascii_digit()).unwrap_or(behind.len());
            let (unit, behind) = behind.split_at(end);
            let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(shape)?;
            let part = part(whole, fraction, *unit).ok_or_else(long)?;
            total = total.checked_add(part).filter(|total| *total <= 1 << 63).ok_or_else(long)?;
            rest = behind;
        }
        let nanoseconds =
            if negative { 0_i64.checked_sub_unsigned(total) } else { i64::try_from(total).ok() };
        nanoseconds.map(Self::from_nanoseconds).ok_or_else(long)
    }
}

/// The nanoseconds of one number with its unit, anything finer cut off; none where that is too long.
fn part(whole: &str, fraction: &str, unit: u64) -> Option<u64> {
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    whole.checked_mul(unit)?.checked_add(fine_part(fraction, unit))
}

/// The nanoseconds of a fraction, in floating point as the API server reckons: `0.3333333333333333333h` is
/// twenty minutes.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rounding is the point"
)]
fn fine_part(fraction: &str, unit: u64) -> u64 {
    let (mut digits, mut scale) = (0_u64, 1.0_f64);
    for digit in fraction.bytes().map(|digit| u64::from(digit.saturating_sub(b'0'))) {
        let Some(more) = digits.checked_mul(10).and_then(|more| more.checked_add(digit)) else { break };
        if more > 1 << 63 {
            break;
        }
        (digits, scale) = (more, scale * 10.0);
    }
    (digits as f64 * (unit as f64 / scale)) as u64
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

impl fmt::Display for Duration {
    /// Prints hours, minutes and seconds, from the largest that is not zero: `1h0m0s`; below a second the
    /// one unit that fits: `1.5ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.nanoseconds.unsigned_abs();
        let sign = if self.nanoseconds < 0 { "-" } else { "" };
        let text = match size {
            0 => "0s".to_owned(),
            1..1_000 => format!("{size}ns"),
            1_000..1_000_000 => format!("{}\u{b5}s", with_fraction(size, 3)),
            1_000_000..1_000_000_000 => format!("{}ms", with_fraction(size, 6)),
            _ => {
                let (minutes, rest) = (size / 60_000_000_000, size % 60_000_000_000);
                let seconds = with_fraction(rest, 9);
                match (minutes / 60, minutes % 60) {
                    (0, 0) => format!("{seconds}s"),
                    (0, minutes) => format!("{minutes}m{seconds}s"),
                    (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
                }
            }
        };
        f.pad(&format!("{sign}{text}"))
    }
}

/// A number with its last `digits` digits behind the point, zeros at the end left out.
fn with_fraction(value: u64, digits: u32) -> String {
    let scale = 10_u64.pow(digits);
    let text = format!("{}.{:0width$}", value / scale, value % scale, width = digits as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
