//! Base64 text behind the tag `!!binary`.

/// The text that base64 spells: line breaks are passed over, padding is required, and what is no UTF-8
/// becomes U+FFFD byte for byte, as JSON in Go has it.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut group = [0; 4];
    let mut filled = 0;
    let mut padding = 0;
    for byte in text.bytes() {
        let value = match byte {
            b'\r' | b'\n' => continue,
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if filled >= 2 && filled + padding < 4 => {
                padding += 1;
                continue;
            }
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        *group.get_mut(filled)? = value;
        filled += 1;
        if filled == 4 {
            push(&mut bytes, group, 3);
            group = [0; 4];
            filled = 0;
        }
    }
    match (filled, padding) {
        (0, 0) => {}
        (2, 2) => push(&mut bytes, group, 1),
        (3, 1) => push(&mut bytes, group, 2),
        _ => return None,
    }
    Some(lossy(&bytes))
}

fn push(bytes: &mut Vec<u8>, [a, b, c, d]: [u8; 4], count: usize) {
    let group = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    bytes.extend(group.into_iter().take(count));
}

fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}
