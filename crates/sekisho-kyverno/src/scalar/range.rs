//! The operators that stand before a pattern, and ranges.

/// What a pattern asks of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// No sign: the value is as described.
    Equal,
    /// `!`
    NotEqual,
    /// `>`
    More,
    /// `>=`
    MoreEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `10-20`
    InRange,
    /// `10!-20`
    NotInRange,
}

impl Operator {
    /// The sign that stands before the operand.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "",
            Self::NotEqual => "!",
            Self::More => ">",
            Self::MoreEqual => ">=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::InRange => "-",
            Self::NotInRange => "!-",
        }
    }
}

/// The operator of a pattern. A pattern of one byte has none.
pub fn operator(pattern: &str) -> Operator {
    if pattern.len() < 2 {
        return Operator::Equal;
    }
    let signs =
        [Operator::MoreEqual, Operator::LessEqual, Operator::More, Operator::Less, Operator::NotEqual];
    if let Some(found) = signs.into_iter().find(|sign| pattern.starts_with(sign.sign())) {
        return found;
    }
    if ends(pattern, "!-").is_some() {
        Operator::NotInRange
    } else if ends(pattern, "-").is_some() {
        Operator::InRange
    } else {
        Operator::Equal
    }
}

/// The two ends of a range with this sign between them.
pub(super) fn ends<'t>(pattern: &'t str, sign: &str) -> Option<(&'t str, &'t str)> {
    let length = end_of_amount(pattern)?;
    let (left, rest) = pattern.split_at_checked(length)?;
    let right = rest.strip_prefix(sign)?;
    (end_of_amount(right)? == right.len()).then_some((left, right))
}

/// Where the amount ends that a text begins with: a sign, digits, a fraction, letters.
fn end_of_amount(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let run = |from: usize, wanted: fn(&u8) -> bool| {
        from + bytes.iter().skip(from).take_while(|byte| wanted(byte)).count()
    };
    let start = usize::from(bytes.first().is_some_and(|byte| matches!(byte, b'-' | b'|' | b'+')));
    let mut end = run(start, u8::is_ascii_digit);
    if end == start {
        return None;
    }
    if bytes.get(end) == Some(&b'.') {
        let fraction = run(end + 1, u8::is_ascii_digit);
        if fraction > end + 1 {
            end = fraction;
        }
    }
    Some(run(end, u8::is_ascii_alphabetic))
}
