//! Blocks of base 64 between lines with dashes.

/// A block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::functions) struct Block {
    /// What stands behind `BEGIN`.
    pub(in crate::functions) kind: String,
    pub(in crate::functions) bytes: Vec<u8>,
}

/// The first block of a text, and what stands behind it. What stands before it does not matter, nor do blocks
/// that are not whole.
pub(in crate::functions) fn decode(text: &str) -> Option<(Block, &str)> {
    const BEGIN: &str = "-----BEGIN ";
    const DASHES: &str = "-----";
    let mut rest = text;
    loop {
        let start =
            if rest.starts_with(BEGIN) { BEGIN.len() } else { rest.find("\n-----BEGIN ")? + 1 + BEGIN.len() };
        rest = rest.get(start..)?;
        let (line, behind) = split_line(rest);
        let Some(kind) = line.trim_end().strip_suffix(DASHES) else {
            continue;
        };
        let end = format!("-----END {kind}-----");
        let (body, behind) = if let Some(behind) = behind.strip_prefix(&end) {
            ("", behind)
        } else {
            let Some(at) = behind.find(&format!("\n{end}")) else {
                continue;
            };
            (behind.get(..at)?, behind.get(at + 1 + end.len()..)?)
        };
        let (last, after) = split_line(behind);
        if !last.trim().is_empty() {
            continue;
        }
        let Some(bytes) = body_bytes(body) else {
            continue;
        };
        return Some((Block { kind: kind.to_owned(), bytes }, after));
    }
}

/// The bytes of a block's lines; lines with a colon in front of them are its headers.
fn body_bytes(body: &str) -> Option<Vec<u8>> {
    let mut lines = body;
    loop {
        let (line, behind) = split_line(lines);
        if !line.contains(':') {
            break;
        }
        lines = behind;
    }
    let digits: String = lines.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    data_encoding::BASE64.decode(digits.as_bytes()).ok()
}

fn split_line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}
