//! What kustomize reads otherwise than the API server: it stands on go-yaml 3, which turns dates into
//! timestamps, and cannot write keys that are no text.

use std::fmt::Write as _;
use std::sync::Arc;

use sekisho_manifest::{Budget, Entry, Format, Mapping, Node, SourceId, Value, load};
use smol_str::format_smolstr;

use crate::error::{BuildErrorKind, Fault};

/// The tree as kustomize reads it; none where it is the same. Spans count in `text`.
pub(crate) fn adapt(node: &Node, text: &str) -> Result<Option<Node>, Fault> {
    let written = |start: u32, end: u32| text.get(start as usize..end as usize).unwrap_or("");
    let here = written(node.span.start, node.span.end);
    let changed = |value| Ok(Some(Node { span: node.span, value }));
    match &node.value {
        Value::String(value) if here == value => match timestamp(value) {
            Some(time) => changed(Value::String(time.into())),
            None => Ok(None),
        },
        Value::Sequence(items) => {
            let mut new: Option<Vec<Node>> = None;
            for (index, item) in items.iter().enumerate() {
                if let Some(item) = adapt(item, text)? {
                    let new = new.get_or_insert_with(|| items.to_vec());
                    if let Some(place) = new.get_mut(index) {
                        *place = item;
                    }
                }
            }
            Ok(new.map(|items| Node { span: node.span, value: Value::Sequence(Arc::new(items)) }))
        }
        Value::Mapping(mapping) => {
            let mut new: Option<Vec<Entry>> = None;
            for (index, entry) in mapping.entries().iter().enumerate() {
                let written = written(entry.key_span.start, entry.key_span.end);
                check_key(written).map_err(|kind| kind.at(entry.key_span))?;
                if let Some(value) = adapt(&entry.node, text)? {
                    let new = new.get_or_insert_with(|| mapping.entries().to_vec());
                    if let Some(place) = new.get_mut(index) {
                        place.node = value;
                    }
                }
            }
            Ok(new.map(|entries| Node {
                span: node.span,
                value: Value::Mapping(Arc::new(Mapping::new(entries))),
            }))
        }
        _ => Ok(None),
    }
}

/// Refuses a key that is no text, which cannot be written as JSON.
fn check_key(written: &str) -> Result<(), BuildErrorKind> {
    let suspicious = match written.as_bytes().first() {
        Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'~') => true,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => written.len() < 6,
        _ => false,
    };
    if !suspicious {
        return Ok(());
    }
    match resolve(written) {
        Value::String(_) => Ok(()),
        _ => Err(BuildErrorKind::KeyType(written.into())),
    }
}

/// What a scalar without quotes is.
pub(crate) fn resolve(text: &str) -> Value {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Value::Null;
    }
    let special = text.bytes().next().is_none_or(|first| {
        first.is_ascii_digit()
            || matches!(first, b'+' | b'-' | b'.' | b'~' | b't' | b'T' | b'f' | b'F' | b'n' | b'N')
    });
    let single = !text.contains(|letter: char| letter.is_whitespace() || matches!(letter, '#' | ':'));
    if special && single && text.len() < 64 {
        let loaded = load(SourceId::default(), text, Format::YamlCore, &Budget::default());
        if let Some(document) = loaded.documents.first()
            && loaded.errors.is_empty()
        {
            let value = &document.root.value;
            if matches!(
                value,
                Value::Null | Value::Bool(_) | Value::Int(_) | Value::UInt(_) | Value::Float(_)
            ) {
                return value.clone();
            }
        }
    }
    Value::String(text.into())
}

/// A date, or date and time, as go-yaml 3 hands it on; none where the text is neither.
fn timestamp(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes.get(..4)?.iter().all(u8::is_ascii_digit) || bytes.get(4) != Some(&b'-') {
        return None;
    }
    let mut rest = Rest(text);
    let year = rest.fixed(4)?;
    rest.literal('-')?;
    let month = rest.short()?;
    rest.literal('-')?;
    let day = rest.short()?;
    if !(1..=12).contains(&month) || day < 1 || day > days(year, month) {
        return None;
    }
    let mut out = format!("{year:04}-{month:02}-{day:02}T");
    if rest.0.is_empty() {
        out.push_str("00:00:00Z");
        return Some(out);
    }
    let zoned = match rest.0.chars().next()? {
        'T' | 't' => true,
        ' ' => false,
        _ => return None,
    };
    rest.0 = rest.0.get(1..)?;
    if !zoned {
        rest.0 = rest.0.trim_start_matches(' ');
    }
    let hour = rest.short()?;
    rest.literal(':')?;
    let minute = rest.short()?;
    rest.literal(':')?;
    let second = rest.short()?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    write!(out, "{hour:02}:{minute:02}:{second:02}").ok()?;
    if let Some(fraction) = rest.0.strip_prefix(['.', ',']) {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        let shown = fraction.get(..digits.min(9))?.trim_end_matches('0');
        if !shown.is_empty() {
            write!(out, ".{shown}").ok()?;
        }
        rest.0 = fraction.get(digits..)?;
    }
    if zoned {
        rest.zone(&mut out)?;
    } else {
        out.push('Z');
    }
    rest.0.is_empty().then_some(out)
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What of a timestamp is still to be read.
struct Rest<'t>(&'t str);

impl Rest<'_> {
    fn fixed(&mut self, length: usize) -> Option<u32> {
        let digits = self.0.get(..length)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.0 = self.0.get(length..)?;
        digits.parse().ok()
    }

    /// One or two digits.
    fn short(&mut self) -> Option<u32> {
        self.fixed(2).or_else(|| self.fixed(1))
    }

    fn literal(&mut self, wanted: char) -> Option<()> {
        self.0 = self.0.strip_prefix(wanted)?;
        Some(())
    }

    /// `Z`, or hours and minutes apart from it.
    fn zone(&mut self, out: &mut String) -> Option<()> {
        if let Some(rest) = self.0.strip_prefix('Z') {
            self.0 = rest;
            out.push('Z');
            return Some(());
        }
        let sign = self.0.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
        self.0 = self.0.get(1..)?;
        let hours = self.fixed(2)?;
        self.literal(':')?;
        let minutes = self.fixed(2)?;
        if hours > 24 || minutes > 60 {
            return None;
        }
        if hours == 0 && minutes == 0 {
            out.push('Z');
        } else {
            out.push_str(&format_smolstr!("{sign}{hours:02}:{minutes:02}"));
        }
        Some(())
    }
}
