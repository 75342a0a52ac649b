//! DER, the encoding of keys and certificates, as far as stand-ins need it.

/// An element: its tag, what is in it, and all of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'d> {
    pub(super) tag: u8,
    pub(super) content: &'d [u8],
    pub(super) whole: &'d [u8],
}

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0C;
pub(super) const PRINTABLE_STRING: u8 = 0x13;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The tag of a part that is told from others by its number.
pub(super) const fn context(number: u8, is_constructed: bool) -> u8 {
    0x80 | if is_constructed { 0x20 } else { 0 } | number
}

/// Takes the first element off the bytes.
pub(super) fn take<'d>(bytes: &mut &'d [u8]) -> Option<Element<'d>> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7F => (usize::from(short), rest),
        long => {
            let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7F))?;
            if digits.is_empty() || digits.len() > 4 {
                return None;
            }
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
    };
    let (content, behind) = rest.split_at_checked(length)?;
    let whole = bytes.get(..bytes.len() - behind.len())?;
    *bytes = behind;
    Some(Element { tag: *tag, content, whole })
}

/// Takes the first element off the bytes where it has this tag.
pub(super) fn take_tagged<'d>(bytes: &mut &'d [u8], tag: u8) -> Option<Element<'d>> {
    let mut ahead = *bytes;
    let element = take(&mut ahead).filter(|element| element.tag == tag)?;
    *bytes = ahead;
    Some(element)
}

/// The content of bytes that are one element of this tag.
pub(super) fn only(mut bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let element = take_tagged(&mut bytes, tag)?;
    bytes.is_empty().then_some(element.content)
}

/// Writes an element.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    if let Ok(short @ 0..=0x7F) = u8::try_from(content.len()) {
        bytes.push(short);
    } else {
        let length = content.len().to_be_bytes();
        let digits: Vec<u8> = length.iter().copied().skip_while(|digit| *digit == 0).collect();
        bytes.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
        bytes.extend(digits);
    }
    bytes.extend_from_slice(content);
    bytes
}

/// Writes a sequence of elements.
pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

/// Writes bits that fill their bytes.
pub(super) fn bits(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes].concat())
}

/// Writes an integer above 0.
pub(super) fn positive(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let digits = bytes.get(start..).unwrap_or_default();
    // A first bit would be a sign.
    let sign: &[u8] = if digits.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    element(INTEGER, &[sign, digits].concat())
}
