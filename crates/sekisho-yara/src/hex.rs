//! Strings of hexadecimal digits, with holes, jumps and alternatives.

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, Repetition};

/// How deep alternatives may lie in one another.
const DEPTH: usize = 16;
/// The longest jump with an end.
const LONGEST_JUMP: u32 = 1 << 16;

/// What a string means, or what is wrong with it.
pub(crate) fn read(text: &[u8]) -> Result<Hir, String> {
    let mut reader = Reader { text, at: 0 };
    let pattern = reader.sequence(0)?;
    if reader.peek().is_some() {
        return Err("a `)` or `|` stands outside of parentheses".to_owned());
    }
    Ok(pattern)
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.peek();
        self.at += usize::from(byte.is_some());
        byte
    }

    fn sequence(&mut self, depth: usize) -> Result<Hir, String> {
        if depth > DEPTH {
            return Err(format!("alternatives lie more than {DEPTH} deep, the limit"));
        }
        let mut parts = Vec::new();
        let mut fixed = Vec::new();
        while let Some(byte) = self.peek().filter(|byte| !matches!(byte, b')' | b'|')) {
            if byte == b'(' || byte == b'[' {
                parts.push(Hir::literal(std::mem::take(&mut fixed)));
                self.at += 1;
                parts.push(if byte == b'(' { self.alternatives(depth)? } else { self.jump()? });
                continue;
            }
            let is_not = byte == b'~';
            self.at += usize::from(is_not);
            let (Some(high), Some(low)) = (self.take(), self.take()) else {
                return Err("a byte has two digits".to_owned());
            };
            match (nibble(high)?, nibble(low)?, is_not) {
                (Some(high), Some(low), false) => fixed.push(high << 4 | low),
                (high, low, is_not) => {
                    parts.push(Hir::literal(std::mem::take(&mut fixed)));
                    parts.push(some_bytes(high, low, is_not)?);
                }
            }
        }
        parts.push(Hir::literal(fixed));
        Ok(Hir::concat(parts))
    }

    fn alternatives(&mut self, depth: usize) -> Result<Hir, String> {
        let mut parts = vec![self.sequence(depth + 1)?];
        loop {
            match self.take() {
                Some(b'|') => parts.push(self.sequence(depth + 1)?),
                Some(b')') => return Ok(Hir::alternation(parts)),
                _ => return Err("a `(` has no `)`".to_owned()),
            }
        }
    }

    fn jump(&mut self) -> Result<Hir, String> {
        let end = self.text.get(self.at..).and_then(|rest| rest.iter().position(|byte| *byte == b']'));
        let end = end.ok_or("a `[` has no `]`")?;
        let inside = self.text.get(self.at..self.at + end).unwrap_or_default();
        self.at += end + 1;
        let inside = String::from_utf8_lossy(inside);
        let number = |text: &str| match text {
            "" => Ok(None),
            _ => text.parse::<u32>().map(Some).map_err(|_| format!("`[{inside}]` is no jump")),
        };
        let (least, most) = if let Some((least, most)) = inside.split_once('-') {
            (number(least)?.unwrap_or(0), number(most)?)
        } else {
            let count = number(&inside)?.ok_or("`[]` is no jump")?;
            (count, Some(count))
        };
        if most.is_some_and(|most| most < least) || least.max(most.unwrap_or(0)) > LONGEST_JUMP {
            return Err(format!("`[{inside}]` is no jump, or longer than {LONGEST_JUMP}"));
        }
        let any = Hir::class(Class::Bytes(ClassBytes::new([ClassBytesRange::new(0, 0xff)])));
        Ok(Hir::repetition(Repetition { min: least, max: most, greedy: false, sub: Box::new(any) }))
    }
}

/// A digit; none for `?`.
fn nibble(byte: u8) -> Result<Option<u8>, String> {
    match byte {
        b'?' => Ok(None),
        b'0'..=b'9' => Ok(Some(byte - b'0')),
        b'a'..=b'f' => Ok(Some(byte - b'a' + 10)),
        b'A'..=b'F' => Ok(Some(byte - b'A' + 10)),
        _ => Err(format!("`{}` is no hexadecimal digit", char::from(byte).escape_default())),
    }
}

/// The bytes with these digits, or all but those.
fn some_bytes(high: Option<u8>, low: Option<u8>, is_not: bool) -> Result<Hir, String> {
    let ranges: Vec<ClassBytesRange> = match (high, low) {
        (None, None) => vec![ClassBytesRange::new(0, 0xff)],
        (Some(high), None) => vec![ClassBytesRange::new(high << 4, high << 4 | 0xf)],
        (None, Some(low)) => {
            (0..16).map(|high: u8| ClassBytesRange::new(high << 4 | low, high << 4 | low)).collect()
        }
        (Some(high), Some(low)) => vec![ClassBytesRange::new(high << 4 | low, high << 4 | low)],
    };
    let mut class = ClassBytes::new(ranges);
    if is_not {
        class.negate();
        if class.ranges().is_empty() {
            return Err("`~??` is no byte".to_owned());
        }
    }
    Ok(Hir::class(Class::Bytes(class)))
}
