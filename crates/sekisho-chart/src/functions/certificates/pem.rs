//! PEM: DER between lines that tell what it is.

use sekisho_go::base64::{base64_decode, base64_encode};

/// Writes a block in lines of 64 characters.
pub(super) fn encode(kind: &str, der: &[u8]) -> String {
    let digits = base64_encode(der);
    let mut text = format!("-----BEGIN {kind}-----\n");
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(digit);
    }
    text + "\n-----END " + kind + "-----\n"
}

/// Reads the first block of a text: what it is, and its DER.
pub(super) fn decode(text: &[u8]) -> Option<(String, Vec<u8>)> {
    let text = String::from_utf8_lossy(text);
    let mut lines = text.lines();
    loop {
        let kind =
            lines.next()?.strip_prefix("-----BEGIN ").and_then(|line| line.trim_end().strip_suffix("-----"));
        let Some(kind) = kind else {
            continue;
        };
        let end = format!("-----END {kind}-----");
        let mut digits = String::new();
        let mut ahead = lines.clone();
        let closed = ahead.any(|line| {
            let line = line.trim_end();
            // Headers stand before the digits.
            if line != end && !line.contains(':') {
                digits.push_str(line);
            }
            line == end
        });
        if let (true, Ok(der)) = (closed, base64_decode(digits.as_bytes())) {
            return Some((kind.to_owned(), der));
        }
    }
}
