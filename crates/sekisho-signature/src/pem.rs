//! PEM: labelled blocks of base 64 in a text.

use data_encoding::BASE64;

/// The blocks of a text, each with its label, in their order. A block that is not whole ends the reading.
pub(crate) fn blocks(text: &str) -> impl Iterator<Item = (&str, Vec<u8>)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, behind) = rest.split_once("-----BEGIN ")?;
        let (label, behind) = behind.split_once("-----")?;
        let (body, behind) = behind.split_once(&format!("-----END {label}-----"))?;
        rest = behind;
        let letters: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        Some((label, BASE64.decode(&letters).ok()?))
    })
}

/// A block with a label.
pub(crate) fn write(label: &str, bytes: &[u8]) -> String {
    let letters = BASE64.encode(bytes);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in letters.as_bytes().chunks(64) {
        text.extend(line.iter().copied().map(char::from));
        text.push('\n');
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}
