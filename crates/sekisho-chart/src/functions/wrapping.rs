//! Texts fitted to a width, and those that are read byte by byte.

use super::arguments::{int, text};
use super::function::{Family, Function};
use crate::call::Call;
use crate::error::CallError;
use crate::value::{Text, TextBuilder, Type};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("abbrev", &[Type::INT, Type::String], |_, args| {
        Ok(abbreviated(text(args, 1), 0, int(args, 0)).into())
    }),
    Function::new("abbrevboth", &[Type::INT, Type::INT, Type::String], |_, args| {
        let (left, right, whole) = (int(args, 0), int(args, 1), text(args, 2));
        if left > 0 && right < 7 {
            return Ok(whole.clone().into());
        }
        Ok(abbreviated(whole, left, right).into())
    }),
    Function::new("wrap", &[Type::INT, Type::String], |call, args| {
        Ok(wrap(call, text(args, 1), int(args, 0), &"\n".into(), false)?.into())
    }),
    Function::new("wrapWith", &[Type::INT, Type::String, Type::String], |call, args| {
        let given = text(args, 1);
        let line_break = if given.is_empty() { &"\n".into() } else { given };
        Ok(wrap(call, text(args, 2), int(args, 0), line_break, true)?.into())
    }),
    Function::new("nospace", &[Type::String], |_, args| {
        let whole = text(args, 0);
        let kept = |byte: &u8| !char::from(*byte).is_whitespace();
        if whole.as_bytes().iter().all(kept) {
            return Ok(whole.clone().into());
        }
        // Helm takes each byte for a character here.
        let out: String = whole.as_bytes().iter().copied().filter(kept).map(char::from).collect();
        Ok(out.into())
    }),
    Function::new("initials", &[Type::String], |_, args| {
        let mut starts = true;
        let mut out = String::new();
        for character in text(args, 0).as_bytes().iter().copied().map(char::from) {
            let begins = std::mem::replace(&mut starts, character.is_whitespace());
            if begins && !character.is_whitespace() {
                out.push(character);
            }
        }
        Ok(out.into())
    }),
];

/// The dots in the place of what is left out.
const DOTS: &str = "...";

/// The text in at most `width` bytes, with dots for what is left out; from about `offset` on, where that lies
/// behind the start.
fn abbreviated(whole: &Text, offset: i64, width: i64) -> Text {
    let length = whole.len();
    let width = match usize::try_from(width) {
        Ok(width) if (4..length).contains(&width) => width,
        _ => return whole.clone(),
    };
    let room = width - DOTS.len();
    let offset = usize::try_from(offset).unwrap_or(0).min(length).min(length - room);
    let mut out = TextBuilder::with_capacity(width);
    if offset <= 4 {
        out.push_slice(whole, 0..room);
        out.push(DOTS);
    } else if offset + room < length {
        out.push(DOTS);
        let rest = whole.slice(offset..length);
        out.push_text(&abbreviated(&rest, 0, i64::try_from(room).unwrap_or(i64::MAX)));
    } else {
        out.push(DOTS);
        out.push_slice(whole, length - room..length);
    }
    out.finish()
}

/// The text in lines of at most `width` bytes, broken at spaces; longer words are cut only where `cuts`.
fn wrap(
    call: &mut Call<'_>,
    whole: &Text,
    width: i64,
    line_break: &Text,
    cuts: bool,
) -> Result<Text, CallError> {
    let bytes = whole.as_bytes();
    let width = usize::try_from(width).unwrap_or(1).max(1);
    let breaks = bytes.len() / width;
    call.allocate(bytes.len().saturating_add(breaks.saturating_mul(line_break.len())))?;
    let mut out = TextBuilder::with_capacity(bytes.len());
    let mut start = 0;
    while bytes.len() - start > width {
        if bytes.get(start) == Some(&b' ') {
            start += 1;
            continue;
        }
        let within = bytes.get(start..=start + width).unwrap_or_default();
        let behind = bytes.get(start + width..).unwrap_or_default();
        let (end, next) = match memchr::memrchr(b' ', within) {
            Some(space) => (start + space, start + space + 1),
            None if cuts => (start + width, start + width),
            None => match memchr::memchr(b' ', behind) {
                Some(space) => (start + width + space, start + width + space + 1),
                None => break,
            },
        };
        out.push_slice(whole, start..end);
        out.push_text(line_break);
        start = next;
    }
    out.push_slice(whole, start..bytes.len());
    Ok(out.finish())
}
