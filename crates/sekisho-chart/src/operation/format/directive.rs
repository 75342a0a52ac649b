//! `printf`: texts with directives.

use super::Allow;
use super::printer::{Flags, Printer};
use crate::call::Call;
use crate::error::{BudgetError, CallError};
use crate::value::{Data, Text, Value};

/// The largest width, precision or index.
const MAX_NUMBER: usize = 1_000_000;

/// Prints arguments as the format says.
pub(crate) fn print_formatted(
    call: &mut Call<'_>,
    format: &Text,
    values: &[Value],
) -> Result<Text, CallError> {
    Ok(print_within(&mut |bytes: usize| call.allocate(bytes), format, values)?)
}

/// Prints arguments as the format says, as long as it may.
pub(crate) fn print_within(allow: Allow<'_>, format: &Text, values: &[Value]) -> Result<Text, BudgetError> {
    let mut formatter = Formatter {
        format: format.as_bytes(),
        at: 0,
        values,
        next: 0,
        is_reordered: false,
        is_good_index: true,
        printer: Printer::new(allow),
    };
    formatter.run(format)?;
    Ok(formatter.printer.finish())
}

struct Formatter<'a> {
    format: &'a [u8],
    at: usize,
    values: &'a [Value],
    /// The argument for the next directive.
    next: usize,
    /// Whether any directive chose its argument by an index.
    is_reordered: bool,
    /// Whether the index of the current directive is one.
    is_good_index: bool,
    printer: Printer<'a>,
}

impl Formatter<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    fn run(&mut self, format: &Text) -> Result<(), BudgetError> {
        while self.at < self.format.len() {
            let rest = self.format.get(self.at..).unwrap_or_default();
            let plain = memchr::memchr(b'%', rest).unwrap_or(rest.len());
            self.printer.out.push_slice(format, self.at..self.at + plain);
            self.at += plain;
            if self.peek().is_some() {
                self.at += 1;
                self.directive()?;
            }
        }
        if !self.is_reordered && self.next < self.values.len() {
            self.extra()?;
        }
        Ok(())
    }

    /// Prints what follows a `%`.
    fn directive(&mut self) -> Result<(), BudgetError> {
        self.is_good_index = true;
        self.printer.flags = Flags::default();
        loop {
            let flags = &mut self.printer.flags;
            let flag = match self.format.get(self.at) {
                Some(b'#') => &mut flags.sharp,
                Some(b'0') => &mut flags.zero,
                Some(b'+') => &mut flags.plus,
                Some(b'-') => &mut flags.minus,
                Some(b' ') => &mut flags.space,
                _ => break,
            };
            *flag = true;
            self.at += 1;
        }
        let mut after_index = self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.number_argument() {
                Some(width) => {
                    if width < 0 {
                        self.printer.flags.minus = true;
                        self.printer.flags.zero = false;
                    }
                    self.printer.flags.width = usize::try_from(width.unsigned_abs()).ok();
                }
                None => self.printer.push("%!(BADWIDTH)"),
            }
            after_index = false;
        } else {
            self.printer.flags.width = self.number();
            if after_index && self.printer.flags.width.is_some() {
                self.is_good_index = false;
            }
        }
        if self.peek() == Some(b'.') && self.at + 1 < self.format.len() {
            self.at += 1;
            if after_index {
                self.is_good_index = false;
            }
            after_index = self.index();
            if self.peek() == Some(b'*') {
                self.at += 1;
                match self.number_argument().map(usize::try_from) {
                    Some(Ok(precision)) => self.printer.flags.precision = Some(precision),
                    _ => self.printer.push("%!(BADPREC)"),
                }
                after_index = false;
            } else {
                self.printer.flags.precision = Some(self.number().unwrap_or(0));
            }
        }
        if !after_index {
            self.index();
        }
        self.verb()
    }

    fn verb(&mut self) -> Result<(), BudgetError> {
        let rest = self.format.get(self.at..).unwrap_or_default();
        let Some(chunk) = rest.utf8_chunks().next() else {
            self.printer.push("%!(NOVERB)");
            return Ok(());
        };
        let (verb, length) = match chunk.valid().chars().next() {
            Some(verb) => (verb, verb.len_utf8()),
            None => (char::REPLACEMENT_CHARACTER, 1),
        };
        self.at += length;
        if verb == '%' {
            self.printer.push("%");
        } else if !self.is_good_index {
            self.printer.push(&format!("%!{verb}(BADINDEX)"));
        } else if let Some(value) = self.values.get(self.next) {
            if verb == 'v' {
                let flags = &mut self.printer.flags;
                flags.syntax = std::mem::take(&mut flags.sharp);
                flags.named = std::mem::take(&mut flags.plus);
            }
            self.next += 1;
            self.printer.argument(value, verb)?;
        } else {
            self.printer.push(&format!("%!{verb}(MISSING)"));
        }
        Ok(())
    }

    /// Reads `[3]`: the argument that comes next.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.is_reordered = true;
        let rest = self.format.get(self.at..).unwrap_or_default();
        let Some(close) = memchr::memchr(b']', rest) else {
            self.at += 1;
            self.is_good_index = false;
            return false;
        };
        let digits = rest.get(1..close).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or("");
        let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        let number = digits.parse::<usize>().ok().filter(|number| is_number && *number <= MAX_NUMBER);
        self.at += close + 1;
        match number {
            Some(number @ 1..) if number <= self.values.len() => {
                self.next = number - 1;
                true
            }
            number => {
                self.is_good_index = false;
                number.is_some()
            }
        }
    }

    /// Reads a number that stands here.
    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let so_far = number.unwrap_or(0);
            if so_far > MAX_NUMBER {
                self.at = self.format.len();
                return None;
            }
            number = Some(so_far * 10 + usize::from(digit - b'0'));
            self.at += 1;
        }
        number
    }

    /// The next argument as a width or precision.
    fn number_argument(&mut self) -> Option<i64> {
        let value = self.values.get(self.next)?;
        self.next += 1;
        let number = match value.data {
            Data::Int(number, _) => number,
            Data::Uint(number, _) => i64::try_from(number).ok()?,
            _ => return None,
        };
        let magnitude = usize::try_from(number.unsigned_abs()).ok()?;
        (magnitude <= MAX_NUMBER).then_some(number)
    }

    /// Shows the arguments that no directive took.
    fn extra(&mut self) -> Result<(), BudgetError> {
        self.printer.flags = Flags::default();
        self.printer.push("%!(EXTRA ");
        for (index, value) in self.values.iter().skip(self.next).enumerate() {
            if index > 0 {
                self.printer.push(", ");
            }
            match value.type_of() {
                None => self.printer.push("<nil>"),
                Some(kind) => {
                    self.printer.push(&format!("{kind}="));
                    self.printer.argument(value, 'v')?;
                }
            }
        }
        self.printer.push(")");
        Ok(())
    }
}
