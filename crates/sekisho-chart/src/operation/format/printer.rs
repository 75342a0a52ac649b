//! Printing of one value under a verb.

use std::any::Any;

use sekisho_go::quote::{is_printable, quote_bytes};

use super::Allow;
use super::number::{Digits, float, integer};
use crate::error::BudgetError;
use crate::operation::complex::{Complex, as_complex};
use crate::value::{Data, Host, HostKind, IntType, Origin, Text, TextBuilder, Type, Value};

/// An integer above 64 bits, by its digits: Go's `*big.Int`.
#[derive(Debug)]
pub(crate) struct BigInteger {
    pub(crate) decimal: String,
    pub(crate) hexadecimal: String,
    pub(crate) octal: String,
    pub(crate) binary: String,
}

impl Host for BigInteger {
    fn type_name(&self) -> &'static str {
        "*big.Int"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// How deep values are shown.
const MAX_NESTING: usize = 1_000;

/// The flags, width and precision of a directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that a directive can carry")]
pub(super) struct Flags {
    pub(super) plus: bool,
    pub(super) minus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`
    pub(super) named: bool,
    /// `%#v`
    pub(super) syntax: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

/// Prints values one behind and inside the other.
pub(super) struct Printer<'a> {
    pub(super) out: TextBuilder,
    pub(super) flags: Flags,
    allow: Allow<'a>,
    /// How many of the bytes were asked for.
    noted: usize,
    origin: Origin,
    /// Whether a value is shown that does not fit its verb; its own way to be shown is then not used.
    is_fault: bool,
}

type Outcome = Result<(), BudgetError>;

impl<'a> Printer<'a> {
    pub(super) fn new(allow: Allow<'a>) -> Self {
        Self {
            out: TextBuilder::new(),
            flags: Flags::default(),
            allow,
            noted: 0,
            origin: Origin::default(),
            is_fault: false,
        }
    }

    pub(super) fn finish(self) -> Text {
        self.out.finish()
    }

    pub(super) fn push(&mut self, text: &str) {
        self.out.push_bytes(text.as_bytes(), &self.origin);
    }

    /// Asks for what was printed since the last time, and for `more` that is about to be.
    fn account(&mut self, more: usize) -> Outcome {
        let made = self.out.len();
        (self.allow)(made.saturating_sub(self.noted).saturating_add(more))?;
        self.noted = made.saturating_add(more);
        Ok(())
    }

    /// Prints an argument.
    pub(super) fn argument(&mut self, value: &Value, verb: char) -> Outcome {
        match (verb, value.type_of()) {
            ('T' | 'v', None) => self.pad(b"<nil>"),
            (_, None) => self.bad_verb(value, verb),
            ('T', Some(kind)) => self.text(kind.to_string().as_bytes(), 's', value),
            _ => self.value(value, verb, 0),
        }
    }

    fn value(&mut self, value: &Value, verb: char, depth: usize) -> Outcome {
        if depth > MAX_NESTING {
            return Err(BudgetError::Nesting { limit: MAX_NESTING });
        }
        let outer = value.key.clone().map(|key| std::mem::replace(&mut self.origin, Origin::of_key(key)));
        self.data(value, verb, depth)?;
        if let Some(outer) = outer {
            self.origin = outer;
        }
        self.account(0)
    }

    fn data(&mut self, value: &Value, verb: char, depth: usize) -> Outcome {
        if !self.is_fault
            && !self.flags.syntax
            && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q')
            && let Some(text) = own_display(value)
        {
            return self.text(text.as_bytes(), verb, value);
        }
        if !self.is_fault
            && self.flags.syntax
            && let Data::Host(host) = &value.data
            && let Some(text) = host.syntax()
        {
            return self.text(text.as_bytes(), 's', value);
        }
        match &value.data {
            Data::Absent | Data::Nil => {
                self.push(if self.flags.syntax { "interface {}(nil)" } else { "<nil>" });
                Ok(())
            }
            Data::Bool(truth) => match verb {
                't' | 'v' => self.pad(if *truth { b"true" } else { b"false" }),
                _ => self.bad_verb(value, verb),
            },
            Data::Int(int, _) => {
                let digits = Digits { magnitude: int.unsigned_abs(), is_negative: *int < 0 };
                self.integer(digits, verb, value, true)
            }
            Data::Uint(uint, _) => {
                let digits = Digits { magnitude: *uint, is_negative: false };
                self.integer(digits, verb, value, false)
            }
            Data::Float(number) => self.float(*number, verb, value),
            Data::Text(text) => {
                if matches!(verb, 's' | 'v')
                    && self.flags.width.is_none()
                    && self.flags.precision.is_none()
                    && !self.flags.syntax
                {
                    self.out.push_text(text);
                    return Ok(());
                }
                let outer = std::mem::replace(&mut self.origin, text.origin_at(0));
                self.origin.is_literal = false;
                self.text(text.as_bytes(), verb, value)?;
                self.origin = outer;
                Ok(())
            }
            Data::Bytes(bytes) => self.bytes(bytes, verb, value),
            Data::List(list) => {
                let kind = Type::List(list.element());
                let items = list.items().iter().map(|item| (None, item.clone()));
                self.sequence(&kind.to_string(), list.is_nil(), items, verb, depth)
            }
            Data::Map(map) => {
                let kind = map.map_type().to_string();
                let entries = map.snapshot().into_iter().map(|(key, item)| (Some(Value::text(key)), item));
                self.mapping(&kind, map.is_nil(), entries, verb, depth)
            }
            Data::Host(host) => match as_complex(value) {
                Some(number) => self.complex(number, verb, value),
                None => self.host(&**host, verb, depth),
            },
        }
    }

    fn host(&mut self, host: &dyn Host, verb: char, depth: usize) -> Outcome {
        let name = host.type_name();
        if let Some(number) = host.as_any().downcast_ref::<BigInteger>() {
            let digits = match verb {
                'x' => number.hexadecimal.clone(),
                'X' => number.hexadecimal.to_ascii_uppercase(),
                'o' => number.octal.clone(),
                'b' => number.binary.clone(),
                _ => number.decimal.clone(),
            };
            return self.pad(digits.as_bytes());
        }
        let entries = host.entries().into_iter();
        match host.kind() {
            HostKind::List => self.sequence(name, false, entries.map(|(_, item)| (None, item)), verb, depth),
            HostKind::Map => {
                let entries = entries.map(|(key, item)| (Some(Value::text(key)), item));
                self.mapping(name, false, entries, verb, depth)
            }
            HostKind::Struct => {
                if self.flags.syntax {
                    self.push(&name.replacen('*', "&", 1));
                } else if name.starts_with('*') && depth == 0 {
                    self.push("&");
                }
                self.push("{");
                for (index, (field, item)) in entries.enumerate() {
                    if index > 0 {
                        self.push(if self.flags.syntax { ", " } else { " " });
                    }
                    if self.flags.syntax || self.flags.named {
                        self.push(&field);
                        self.push(":");
                    }
                    self.value(&item, verb, depth + 1)?;
                }
                self.push("}");
                Ok(())
            }
        }
    }

    fn sequence(
        &mut self,
        kind: &str,
        is_nil: bool,
        items: impl Iterator<Item = (Option<Value>, Value)>,
        verb: char,
        depth: usize,
    ) -> Outcome {
        let (open, separator, close) = if self.flags.syntax {
            self.push(kind);
            if is_nil {
                self.push("(nil)");
                return Ok(());
            }
            ("{", ", ", "}")
        } else {
            ("[", " ", "]")
        };
        self.entries([open, separator, close], items, verb, depth)
    }

    fn mapping(
        &mut self,
        kind: &str,
        is_nil: bool,
        entries: impl Iterator<Item = (Option<Value>, Value)>,
        verb: char,
        depth: usize,
    ) -> Outcome {
        let (open, separator, close) = if self.flags.syntax {
            self.push(kind);
            if is_nil {
                self.push("(nil)");
                return Ok(());
            }
            ("{", ", ", "}")
        } else {
            ("map[", " ", "]")
        };
        self.entries([open, separator, close], entries, verb, depth)
    }

    fn entries(
        &mut self,
        [open, separator, close]: [&str; 3],
        entries: impl Iterator<Item = (Option<Value>, Value)>,
        verb: char,
        depth: usize,
    ) -> Outcome {
        // Work beside the bytes: a list can hold another one twice, and that a third one twice.
        const CONTAINER: usize = 32;
        (self.allow)(CONTAINER)?;
        self.push(open);
        for (index, (key, item)) in entries.enumerate() {
            if index > 0 {
                self.push(separator);
            }
            if let Some(key) = key {
                self.value(&key, verb, depth + 1)?;
                self.push(":");
            }
            self.value(&item, verb, depth + 1)?;
        }
        self.push(close);
        Ok(())
    }

    /// A text as a verb for texts shows it.
    fn text(&mut self, bytes: &[u8], verb: char, value: &Value) -> Outcome {
        match verb {
            'v' if self.flags.syntax => self.quoted(bytes),
            'v' | 's' => {
                let bytes = self.cut(bytes);
                self.pad(bytes)
            }
            'q' => self.quoted(bytes),
            'x' => self.hexadecimal(bytes, false),
            'X' => self.hexadecimal(bytes, true),
            _ => self.bad_verb(value, verb),
        }
    }

    /// The first characters, as many as the precision says.
    fn cut<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let Some(precision) = self.flags.precision else {
            return bytes;
        };
        let mut end = 0;
        for _ in 0..precision {
            let rest = bytes.get(end..).unwrap_or_default();
            let Some(chunk) = rest.utf8_chunks().next() else { break };
            end += chunk.valid().chars().next().map_or(1, char::len_utf8);
        }
        bytes.get(..end).unwrap_or(bytes)
    }

    fn quoted(&mut self, bytes: &[u8]) -> Outcome {
        let bytes = self.cut(bytes);
        self.account(bytes.len())?;
        if self.flags.sharp
            && let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| is_raw_quotable(text))
        {
            return self.pad(format!("`{text}`").as_bytes());
        }
        self.pad(quote_bytes(bytes, '"', self.flags.plus).as_bytes())
    }

    fn hexadecimal(&mut self, bytes: &[u8], is_upper: bool) -> Outcome {
        let bytes = bytes.get(..self.flags.precision.unwrap_or(bytes.len())).unwrap_or(bytes);
        self.account(bytes.len().saturating_mul(2))?;
        let mut shown = String::with_capacity(bytes.len() * 2);
        for (index, byte) in bytes.iter().enumerate() {
            if self.flags.space && index > 0 {
                shown.push(' ');
            }
            if self.flags.sharp && (self.flags.space || index == 0) {
                shown.push_str(if is_upper { "0X" } else { "0x" });
            }
            let digits: &[u8; 16] = if is_upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
            for digit in [byte >> 4, byte & 15] {
                shown.push(digits.get(usize::from(digit)).copied().map_or('0', char::from));
            }
        }
        self.pad(shown.as_bytes())
    }

    fn bytes(&mut self, bytes: &[u8], verb: char, value: &Value) -> Outcome {
        if matches!(verb, 's' | 'q' | 'x' | 'X') {
            return self.text(bytes, verb, value);
        }
        if !matches!(verb, 'v' | 'd') && verb != 'b' {
            return self.bad_verb(value, verb);
        }
        if verb != 'b' && self.flags == Flags::default() {
            return self.plain_bytes(bytes);
        }
        self.push(if self.flags.syntax { "[]byte{" } else { "[" });
        for (index, byte) in bytes.iter().enumerate() {
            if index > 0 {
                self.push(if self.flags.syntax { ", " } else { " " });
            }
            let digits = Digits { magnitude: (*byte).into(), is_negative: false };
            self.integer(digits, verb, value, false)?;
        }
        self.push(if self.flags.syntax { "}" } else { "]" });
        Ok(())
    }

    /// Bytes as numbers in brackets, at once: charts print files of megabytes by mistake.
    fn plain_bytes(&mut self, bytes: &[u8]) -> Outcome {
        const LONGEST: usize = "255 ".len();
        self.account(bytes.len().saturating_mul(LONGEST))?;
        let mut shown = Vec::with_capacity(bytes.len().saturating_mul(LONGEST).saturating_add(2));
        shown.push(b'[');
        for byte in bytes {
            if *byte >= 100 {
                shown.push(b'0' + byte / 100);
            }
            if *byte >= 10 {
                shown.push(b'0' + byte / 10 % 10);
            }
            shown.extend([b'0' + byte % 10, b' ']);
        }
        if !bytes.is_empty() {
            shown.pop();
        }
        shown.push(b']');
        self.out.push_bytes(&shown, &self.origin);
        Ok(())
    }

    fn integer(&mut self, digits: Digits, verb: char, value: &Value, is_signed: bool) -> Outcome {
        let character = || {
            let code = u32::try_from(digits.magnitude).ok().filter(|_| !digits.is_negative);
            code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
        };
        let shown = match verb {
            'v' if self.flags.syntax && !is_signed => {
                integer(digits, 'x', &Flags { sharp: true, ..self.flags })
            }
            'v' => integer(digits, 'd', &self.flags),
            'd' | 'b' | 'o' | 'O' | 'x' | 'X' => integer(digits, verb, &self.flags),
            'c' => character().to_string(),
            'q' => quote_bytes(character().encode_utf8(&mut [0; 4]).as_bytes(), '\'', self.flags.plus),
            'U' => {
                let precision = self.flags.precision.unwrap_or(4).max(4);
                let code =
                    if digits.is_negative { digits.magnitude.wrapping_neg() } else { digits.magnitude };
                let sign = character();
                self.account(precision)?;
                let digits = format!("{code:X}");
                let zeros = "0".repeat(precision.saturating_sub(digits.len()));
                let shown = format!("U+{zeros}{digits}");
                let is_shown = self.flags.sharp && code <= 0x0010_FFFF && is_printable(sign);
                let flags = std::mem::take(&mut self.flags);
                self.flags = Flags { width: flags.width, minus: flags.minus, ..Flags::default() };
                let shown = if is_shown { format!("{shown} '{sign}'") } else { shown };
                let outcome = self.pad(shown.as_bytes());
                self.flags = flags;
                return outcome;
            }
            _ => return self.bad_verb(value, verb),
        };
        self.account(shown.len())?;
        if matches!(verb, 'c' | 'q') {
            return self.pad(shown.as_bytes());
        }
        // Zeros are among the digits already.
        let flags = self.flags;
        self.flags.zero = false;
        let outcome = self.pad(shown.as_bytes());
        self.flags = flags;
        outcome
    }

    fn float(&mut self, number: f64, verb: char, value: &Value) -> Outcome {
        let (verb, precision) = match verb {
            'v' => ('g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
            'f' | 'F' => ('f', Some(6)),
            'e' | 'E' => (verb, Some(6)),
            _ => return self.bad_verb(value, verb),
        };
        let precision = self.flags.precision.or(precision);
        self.account(precision.unwrap_or(0))?;
        let shown = float(number, verb, precision, &self.flags);
        let flags = self.flags;
        if !number.is_finite() {
            self.flags.zero = false;
        }
        let outcome = match (self.flags.width, shown.get(..1)) {
            // The sign stands before zeros.
            (Some(width), Some(sign @ ("+" | "-" | " "))) if self.flags.zero && !self.flags.minus => {
                self.push(sign);
                self.flags.width = Some(width.saturating_sub(1));
                self.pad(shown.get(1..).unwrap_or("").as_bytes())
            }
            _ => self.pad(shown.as_bytes()),
        };
        self.flags = flags;
        outcome
    }

    fn complex(&mut self, number: Complex, verb: char, value: &Value) -> Outcome {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return self.bad_verb(value, verb);
        }
        self.push("(");
        self.float(number.real, verb, value)?;
        let plus = std::mem::replace(&mut self.flags.plus, true);
        self.float(number.imaginary, verb, value)?;
        self.flags.plus = plus;
        self.push("i)");
        Ok(())
    }

    /// Prints bytes in the directive's width.
    fn pad(&mut self, bytes: &[u8]) -> Outcome {
        let width = self.flags.width.unwrap_or(0);
        let shown = if width == 0 { 0 } else { characters(bytes) };
        let padding = width.saturating_sub(shown);
        self.account(padding.saturating_add(bytes.len()))?;
        if padding == 0 {
            self.out.push_bytes(bytes, &self.origin);
        } else if self.flags.minus {
            self.out.push_bytes(bytes, &self.origin);
            self.push(&" ".repeat(padding));
        } else {
            self.push(&if self.flags.zero { "0" } else { " " }.repeat(padding));
            self.out.push_bytes(bytes, &self.origin);
        }
        Ok(())
    }

    /// Shows a value that does not fit its verb.
    fn bad_verb(&mut self, value: &Value, verb: char) -> Outcome {
        self.push(&format!("%!{verb}("));
        let was_fault = std::mem::replace(&mut self.is_fault, true);
        match value.type_of() {
            None => self.push("<nil>"),
            Some(kind) => {
                self.push(&format!("{kind}="));
                self.argument(value, 'v')?;
            }
        }
        self.is_fault = was_fault;
        self.push(")");
        Ok(())
    }
}

/// What a value shows of itself (Go's `Stringer`).
fn own_display(value: &Value) -> Option<Text> {
    match &value.data {
        Data::Host(host) => host.display(),
        Data::Int(int, IntType::Duration) => Some(super::number::duration(*int).into()),
        Data::Int(int, IntType::Month) => Some(super::number::month(*int).into()),
        Data::Int(int, IntType::Weekday) => Some(super::number::weekday(*int).into()),
        _ => None,
    }
}

/// Whether a text can stand between backquotes.
fn is_raw_quotable(text: &str) -> bool {
    !text.chars().any(|character| {
        matches!(character, '`' | '\u{7f}' | '\u{feff}') || character < ' ' && character != '\t'
    })
}

/// The number of characters; a byte that is none counts as one.
fn characters(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}
