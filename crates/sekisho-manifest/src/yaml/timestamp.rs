//! The timestamps that the tag `!!timestamp` may stand on.

/// Whether a text is a date, or a date and a time, in one of the forms that Kubernetes' YAML library reads.
pub(super) fn is_timestamp(text: &str) -> bool {
    let mut rest = Rest(text.as_bytes());
    rest.date().is_some_and(|()| {
        rest.0.is_empty()
            || match rest.0.first() {
                Some(b'T' | b't') => {
                    rest.0 = rest.0.get(1..).unwrap_or_default();
                    rest.time().and_then(|()| rest.zone()).is_some()
                }
                Some(b' ') => {
                    rest.spaces();
                    rest.time().is_some()
                }
                _ => false,
            } && rest.0.is_empty()
    })
}

/// What of the text is still to be read.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    fn date(&mut self) -> Option<()> {
        let year = self.fixed(4)?;
        self.literal(b'-')?;
        let month = self.number()?;
        self.literal(b'-')?;
        let day = self.number()?;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u32::from(leap),
            _ => return None,
        };
        (1..=days).contains(&day).then_some(())
    }

    fn time(&mut self) -> Option<()> {
        let hour = self.number()?;
        self.literal(b':')?;
        let minute = self.number()?;
        self.literal(b':')?;
        let second = self.number()?;
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        if let [b'.' | b',', b'0'..=b'9', ..] = self.0 {
            self.0 = self.0.get(1..)?;
            while let [b'0'..=b'9', rest @ ..] = self.0 {
                self.0 = rest;
            }
        }
        Some(())
    }

    fn zone(&mut self) -> Option<()> {
        if self.literal(b'Z').is_some() {
            return Some(());
        }
        self.literal(b'+').or_else(|| self.literal(b'-'))?;
        let hour = self.fixed(2)?;
        self.literal(b':')?;
        let minute = self.fixed(2)?;
        (hour <= 24 && minute <= 60).then_some(())
    }

    fn literal(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        (*first == byte).then(|| self.0 = rest)
    }

    fn spaces(&mut self) {
        while let [b' ', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    /// A number of exactly so many digits.
    fn fixed(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits
            .iter()
            .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    }

    /// A number of one or two digits.
    fn number(&mut self) -> Option<u32> {
        let two = self.0.get(1).is_some_and(u8::is_ascii_digit);
        self.fixed(if two { 2 } else { 1 })
    }
}
