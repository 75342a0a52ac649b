//! Numbers in texts, as Go reads them.

/// A whole number that fits 64 bits with sign.
pub fn parse_int(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// A floating-point number, hexadecimal ones, `inf` and `nan` included; none where it is too large.
pub fn parse_float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.starts_with("0x") || unsigned.starts_with("0X") {
        return hexadecimal(text, unsigned.get(2..)?);
    }
    if unsigned.eq_ignore_ascii_case("nan") {
        return (unsigned.len() == text.len()).then_some(f64::NAN);
    }
    let value: f64 = text.parse().ok()?;
    let named = unsigned.starts_with(['i', 'I']);
    (value.is_finite() || named).then_some(value)
}

/// A number such as `0x1.8p3`, without its sign and prefix.
fn hexadecimal(text: &str, digits: &str) -> Option<f64> {
    let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let letters = || whole.chars().chain(fraction.chars()).filter(|letter| *letter != '_');
    letters().next()?;
    let mut value = 0.0_f64;
    for letter in letters() {
        value = value * 16.0 + f64::from(letter.to_digit(16)?);
    }
    let shift = exponent.checked_sub(i32::try_from(fraction.len().checked_mul(4)?).ok()?)?;
    let size = value * 2.0_f64.powi(shift);
    let signed = if text.starts_with('-') { -size } else { size };
    signed.is_finite().then_some(signed)
}
