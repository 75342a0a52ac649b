//! Texts between quotes, as Go writes and reads them.

use std::fmt::Write as _;

/// A text in double quotes.
pub fn quote(text: &str) -> String {
    quote_bytes(text.as_bytes(), '"', false)
}

/// Bytes in quotes of this kind; those that are no UTF-8 as `\x`, and with `ascii` everything beyond ASCII
/// escaped.
pub fn quote_bytes(bytes: &[u8], mark: char, ascii: bool) -> String {
    let mut quoted = String::with_capacity(bytes.len() + 2);
    quoted.push(mark);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            push_escaped(&mut quoted, character, mark, ascii);
        }
        for byte in chunk.invalid() {
            let _ = write!(quoted, "\\x{byte:02x}");
        }
    }
    quoted.push(mark);
    quoted
}

fn push_escaped(quoted: &mut String, character: char, mark: char, ascii: bool) {
    if character == mark || character == '\\' {
        quoted.push('\\');
        quoted.push(character);
        return;
    }
    if if ascii { matches!(character, ' '..='~') } else { is_printable(character) } {
        quoted.push(character);
        return;
    }
    let code = u32::from(character);
    let _ = match character {
        '\u{7}' => write!(quoted, "\\a"),
        '\u{8}' => write!(quoted, "\\b"),
        '\u{c}' => write!(quoted, "\\f"),
        '\n' => write!(quoted, "\\n"),
        '\r' => write!(quoted, "\\r"),
        '\t' => write!(quoted, "\\t"),
        '\u{b}' => write!(quoted, "\\v"),
        _ if code < 0x20 || code == 0x7f => write!(quoted, "\\x{code:02x}"),
        _ if code < 0x10000 => write!(quoted, "\\u{code:04x}"),
        _ => write!(quoted, "\\U{code:08x}"),
    };
}

/// Whether Go prints the character as it is: a letter, a mark, a number, a sign, or the ASCII space.
pub fn is_printable(character: char) -> bool {
    match character {
        ' '..='~' => true,
        '\0'..'\u{a1}' | '\u{ad}' => false,
        // What Rust's own quoting leaves as it is, is printable; it escapes grapheme extenders besides.
        _ => {
            let escaped = character.escape_debug();
            escaped.len() == 1 || is_grapheme_extender(character)
        }
    }
}

fn is_grapheme_extender(character: char) -> bool {
    // Behind another character Rust leaves an extender as it is.
    let mut text = String::from("a");
    text.push(character);
    text.escape_debug().count() == 2
}

/// Reads a literal with its quotes: a text in double quotes or backquotes. None where it is none.
pub fn unquote(literal: &str) -> Option<Vec<u8>> {
    let mark = literal.chars().next()?;
    let inner = literal.get(1..)?.strip_suffix(mark)?;
    match mark {
        '`' if inner.contains('`') => None,
        '`' => Some(inner.bytes().filter(|byte| *byte != b'\r').collect()),
        '"' => {
            let mut bytes = Vec::with_capacity(inner.len());
            let mut rest = inner;
            while !rest.is_empty() {
                let (unit, behind) = read_unit(rest, '"')?;
                match unit {
                    Unit::Byte(byte) => bytes.push(byte),
                    Unit::Character(character) => {
                        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                }
                rest = behind;
            }
            Some(bytes)
        }
        _ => None,
    }
}

/// Reads a character literal with its quotes. None where it is none.
pub fn unquote_character(literal: &str) -> Option<Result<u32, ()>> {
    let inner = literal.strip_prefix('\'')?;
    let (unit, rest) = read_unit(inner, '\'')?;
    if rest != "'" {
        return Some(Err(()));
    }
    Some(Ok(match unit {
        Unit::Byte(byte) => u32::from(byte),
        Unit::Character(character) => u32::from(character),
    }))
}

/// What one character or escape stands for.
enum Unit {
    Byte(u8),
    Character(char),
}

fn read_unit(text: &str, mark: char) -> Option<(Unit, &str)> {
    let mut characters = text.chars();
    let first = characters.next()?;
    if first == mark || first == '\n' {
        return None;
    }
    if first != '\\' {
        return Some((Unit::Character(first), characters.as_str()));
    }
    let escape = characters.next()?;
    let rest = characters.as_str();
    let digits = |count: usize, radix: u32| {
        let digits = rest.get(..count).filter(|digits| !digits.starts_with(['+', '-']))?;
        Some((u32::from_str_radix(digits, radix).ok()?, rest.get(count..)?))
    };
    let simple = match escape {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '\\' => '\\',
        '\'' | '"' if escape == mark => mark,
        'x' => {
            let (code, rest) = digits(2, 16)?;
            return Some((Unit::Byte(u8::try_from(code).ok()?), rest));
        }
        'u' | 'U' => {
            let (code, rest) = digits(if escape == 'u' { 4 } else { 8 }, 16)?;
            return Some((Unit::Character(char::from_u32(code)?), rest));
        }
        '0'..='7' => {
            let octal = text.get(1..4)?;
            let code = u32::from_str_radix(octal, 8).ok()?;
            return Some((Unit::Byte(u8::try_from(code).ok()?), text.get(4..)?));
        }
        _ => return None,
    };
    Some((Unit::Character(simple), rest))
}
