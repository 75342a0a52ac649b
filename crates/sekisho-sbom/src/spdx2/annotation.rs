//! Notes as SPDX 2 carries them: the comment of an annotation, a pair in each line.

use sekisho_manifest::Node;

use crate::notes::{Notes, PREFIX};

/// Who annotates.
pub(super) const ANNOTATOR: &str = "Tool: sekisho";

/// The comment that says these pairs; none where there are none.
pub(super) fn comment(notes: &Notes, others: &[(String, String)]) -> Option<String> {
    let ours = notes.0.iter().map(|(name, value)| format!("{PREFIX}{}={}", escape(name), escape(value)));
    let others = others.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    let lines: Vec<String> = ours.chain(others).collect();
    Some(lines.join("\n")).filter(|text| !text.is_empty())
}

/// The pairs that an annotation says, ours or Trivy's.
pub(super) fn pairs(annotation: &Node) -> Vec<(String, String)> {
    let (who, comment) = (annotation.str("annotator"), annotation.str("comment"));
    if who.starts_with(ANNOTATOR) {
        let pairs = comment.lines().filter_map(|line| line.split_once('='));
        return pairs.map(|(name, value)| (unescape(name), unescape(value))).collect();
    }
    if who.starts_with("Tool: trivy") {
        return trivy(comment).into_iter().collect();
    }
    Vec::new()
}

/// A pair of Trivy: `LayerDiffID: sha256:…`.
pub(super) fn trivy(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once(": ")?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name.then(|| (format!("aquasecurity:trivy:{name}"), value.to_owned()))
}

/// Without line feeds, without `=` in names, and without what ends a text of tag-value.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '=' => escaped.push_str("\\e"),
            '<' => escaped.push_str("\\l"),
            character => escaped.push(character),
        }
    }
    escaped
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('e') => plain.push('='),
            Some('l') => plain.push('<'),
            other => plain.extend(other),
        }
    }
    plain
}
