//! What encoded texts become. Only what is text is taken for decoded.

use std::sync::LazyLock;

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding as Alphabet};

use super::Encoding;

/// The alphabets, with and without padding. Bits that are left over may be set, as many encoders leave them.
static STANDARD: LazyLock<[Alphabet; 2]> = LazyLock::new(|| [lenient(&BASE64), lenient(&BASE64_NOPAD)]);
static URL: LazyLock<[Alphabet; 2]> = LazyLock::new(|| [lenient(&BASE64URL), lenient(&BASE64URL_NOPAD)]);

fn lenient(alphabet: &Alphabet) -> Alphabet {
    let mut specification = alphabet.specification();
    specification.check_trailing_bits = false;
    specification.encoding().unwrap_or_else(|_| alphabet.clone())
}

/// What a text stands for; none where it stands for nothing, or for what is no text.
pub(super) fn decode(encoding: Encoding, written: &[u8]) -> Option<Vec<u8>> {
    let decoded = match encoding {
        Encoding::Percent => percent(written),
        Encoding::Unicode => unicode(written),
        Encoding::Hexadecimal => hexadecimal(written),
        Encoding::Base64 => base64(written),
    };
    decoded.filter(|decoded| !decoded.is_empty())
}

fn is_text(byte: u8) -> bool {
    matches!(byte, 0x09..=0x7e)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn percent(written: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some((first, behind)) = rest.split_first() {
        if let (b'%', [high, low, behind @ ..]) = (first, behind)
            && let (Some(high), Some(low)) = (digit(*high), digit(*low))
        {
            decoded.push(high << 4 | low);
            rest = behind;
            if !decoded.last().is_some_and(|byte| is_text(*byte)) {
                return None;
            }
            continue;
        }
        decoded.push(*first);
        rest = behind;
    }
    Some(decoded)
}

fn unicode(written: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(written).ok()?;
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let marked = rest.find(['u', '+'])? + 1;
        let digits = rest.get(marked..).and_then(|digits| digits.get(..4));
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if let Some(digits) = digits {
            let code = u32::from_str_radix(digits, 16).ok()?;
            decoded.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            rest = rest.get(marked + 4..)?.trim_start_matches([' ', '\t', '\r', '\n', '\x0c']);
        } else {
            rest = rest.get(marked..)?;
        }
    }
    Some(decoded.into_bytes())
}

fn hexadecimal(written: &[u8]) -> Option<Vec<u8>> {
    if !written.len().is_multiple_of(2) || !written.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let bytes = written.chunks_exact(2).map(|pair| {
        let [high, low] = pair else { return None };
        let byte = digit(*high)? << 4 | digit(*low)?;
        is_text(byte).then_some(byte)
    });
    bytes.collect()
}

/// With padding in either alphabet, or without it in that of URLs; letters alone are words rather.
fn base64(written: &[u8]) -> Option<Vec<u8>> {
    if !written.iter().any(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'/' | b'-' | b'_')) {
        return None;
    }
    let is_url = written.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let is_standard = written.iter().any(|byte| matches!(byte, b'+' | b'/'));
    if is_standard && is_url {
        return None;
    }
    let [padded, unpadded] = if is_url { &*URL } else { &*STANDARD };
    let alphabet = if written.ends_with(b"=") { padded } else { unpadded };
    // Four characters tell most words from encoded text.
    let head = written.get(..4).and_then(|head| alphabet.decode(head).ok())?;
    if !head.iter().all(|byte| is_text(*byte)) {
        return None;
    }
    let decoded = alphabet.decode(written).ok()?;
    decoded.iter().all(|byte| is_text(*byte)).then_some(decoded)
}
