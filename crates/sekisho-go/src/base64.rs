//! Base 64 and base 32, with the messages of Go.

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Encodes in base 64 with padding.
pub fn base64_encode(bytes: &[u8]) -> String {
    encode::<3>(bytes, BASE64, 4)
}

/// Encodes in base 32 with padding.
pub fn base32_encode(bytes: &[u8]) -> String {
    encode::<5>(bytes, BASE32, 8)
}

/// Encodes groups of `GROUP` bytes as so many digits each, the last one padded.
fn encode<const GROUP: usize>(bytes: &[u8], alphabet: &[u8], digits: usize) -> String {
    let bits = GROUP * 8 / digits;
    let mut out = String::with_capacity(bytes.len().div_ceil(GROUP) * digits);
    for group in bytes.chunks(GROUP) {
        let mut number = 0_u64;
        for at in 0..GROUP {
            number = number << 8 | u64::from(group.get(at).copied().unwrap_or(0));
        }
        let used = (group.len() * 8).div_ceil(bits);
        for at in 0..digits {
            let place = usize::try_from(number >> (bits * (digits - 1 - at))).unwrap_or(0);
            let digit = alphabet.get(place % alphabet.len()).copied().unwrap_or(b'=');
            out.push(char::from(if at < used { digit } else { b'=' }));
        }
    }
    out
}

fn digit(alphabet: &[u8], byte: u8) -> Option<u64> {
    alphabet.iter().position(|digit| *digit == byte).map(|place| place as u64)
}

fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The bytes of a group of digits.
fn unpack(number: u64, digits: usize, bits: usize, out: &mut Vec<u8>) {
    let spare = digits * bits % 8;
    let count = digits * bits / 8;
    let bytes = (number >> spare).to_be_bytes();
    out.extend_from_slice(bytes.get(8 - count..).unwrap_or_default());
}

/// Decodes base 64 with padding; line breaks do not count.
///
/// # Errors
/// Go's message with the place of the first byte that does not fit.
pub fn base64_decode(written: &[u8]) -> Result<Vec<u8>, String> {
    let corrupt = |at: usize| Err(format!("illegal base64 data at input byte {at}"));
    let mut out = Vec::with_capacity(written.len() / 4 * 3);
    let mut rest = written.iter().copied().enumerate().filter(|(_, byte)| !is_line_break(*byte));
    loop {
        let (mut number, mut count) = (0, 0);
        while count < 4 {
            let Some((at, byte)) = rest.next() else {
                if count == 0 {
                    return Ok(out);
                }
                return corrupt(written.len() - count);
            };
            if let Some(digit) = digit(BASE64, byte) {
                number = number << 6 | digit;
                count += 1;
                continue;
            }
            if byte != b'=' || count < 2 {
                return corrupt(at);
            }
            if count == 2 {
                match rest.next() {
                    None => return corrupt(written.len()),
                    Some((_, b'=')) => {}
                    Some((at, _)) => return corrupt(at - 1),
                }
            }
            if let Some((at, _)) = rest.next() {
                return corrupt(at);
            }
            unpack(number, count, 6, &mut out);
            return Ok(out);
        }
        unpack(number, 4, 6, &mut out);
    }
}

/// Decodes base 32 with padding; line breaks do not count, not even for places in messages.
pub fn base32_decode(written: &[u8]) -> Result<Vec<u8>, String> {
    let corrupt = |at: usize| Err(format!("illegal base32 data at input byte {at}"));
    let digits: Vec<u8> = written.iter().copied().filter(|byte| !is_line_break(*byte)).collect();
    let mut out = Vec::with_capacity(digits.len() / 8 * 5);
    let (mut number, mut count) = (0, 0);
    for (at, byte) in digits.iter().copied().enumerate() {
        let behind = digits.get(at + 1..).unwrap_or_default();
        if byte == b'=' && count >= 2 && behind.len() < 8 {
            if behind.len() + count < 7 {
                return corrupt(digits.len());
            }
            // What stands behind the padding of the group is not looked at.
            if let Some(other) = behind.iter().take(7 - count).position(|byte| *byte != b'=') {
                return corrupt(at + other);
            }
            if matches!(count, 3 | 6) {
                return corrupt(at);
            }
            unpack(number, count, 5, &mut out);
            return Ok(out);
        }
        let Some(digit) = digit(BASE32, byte) else {
            return corrupt(at);
        };
        number = number << 5 | digit;
        count += 1;
        if count == 8 {
            unpack(number, 8, 5, &mut out);
            (number, count) = (0, 0);
        }
    }
    if count > 0 { corrupt(digits.len() - count) } else { Ok(out) }
}
