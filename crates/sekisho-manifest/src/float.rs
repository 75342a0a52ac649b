//! Floats as Go writes them: as few digits as tell a number from its neighbours.

/// The shortest digits of a finite number that is not 0, without the point, and the power of ten of the
/// first one.
fn digits(scientific: &str) -> (String, i32) {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(char::from).collect();
    (digits, exponent.parse().unwrap_or(0))
}

/// The shortest scientific form of a number. Where two forms of the same length are equally near, the one
/// with the even last digit: Rust takes the upper one.
macro_rules! shortest {
    ($value:expr, $float:ty) => {{
        let value: $float = $value;
        let short = format!("{value:e}");
        let length = digits(&short).0.len();
        let nearest = format!("{value:.*e}", length - 1);
        if nearest.parse() == Ok(value) { nearest } else { short }
    }};
}

/// A number as JSON in Go has it: with an exponent below 1e-6 and from 1e21 on.
pub fn json_text(value: f64) -> String {
    let scientific = shortest!(value, f64);
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        exponent_form(value.is_sign_negative(), &digits(&scientific), 1)
    } else {
        plain_form(value.is_sign_negative(), &digits(&scientific))
    }
}

/// A number as YAML in Go has it: with an exponent below 1e-4 and from 1e6 on.
pub fn yaml_text(value: f64) -> String {
    general(value.is_sign_negative(), &digits(&shortest!(value, f64)))
}

/// A number as the text of a key, which Go writes with 32 bits; none when that is too few.
pub(crate) fn key_text(value: f64) -> Option<String> {
    #[expect(clippy::cast_possible_truncation, reason = "Kubernetes writes such keys with 32 bits")]
    let short = value as f32;
    short.is_finite().then(|| general(value.is_sign_negative(), &digits(&shortest!(short, f32))))
}

/// Go's format `g`: with an exponent below -4 and from 6 on.
fn general(negative: bool, number: &(String, i32)) -> String {
    if (-4..6).contains(&number.1) {
        plain_form(negative, number)
    } else {
        exponent_form(negative, number, 2)
    }
}

fn exponent_form(negative: bool, (digits, exponent): &(String, i32), width: usize) -> String {
    let minus = if negative { "-" } else { "" };
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if *exponent < 0 { '-' } else { '+' };
    format!("{minus}{first}{point}{rest}e{sign}{:0width$}", exponent.unsigned_abs())
}

fn plain_form(negative: bool, (digits, exponent): &(String, i32)) -> String {
    let mut text = String::from(if negative { "-" } else { "" });
    if *exponent < 0 {
        text.push_str("0.");
        text.extend((1..exponent.unsigned_abs()).map(|_| '0'));
        text.push_str(digits);
        return text;
    }
    let whole = exponent.unsigned_abs() as usize + 1;
    let (before, behind) = digits.split_at_checked(whole).unwrap_or((digits, ""));
    text.push_str(before);
    text.extend((before.len()..whole).map(|_| '0'));
    if !behind.is_empty() {
        text.push('.');
        text.push_str(behind);
    }
    text
}
