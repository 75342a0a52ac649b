//! YAML as Kubernetes reads it: sigs.k8s.io/yaml, which stands on libyaml's grammar and go-yaml 2's types.

mod binary;
mod number;
mod parser;
mod property;
pub(crate) mod resolve;
mod scalar;
mod scanner;
mod timestamp;
mod token;
pub(crate) mod value;

pub(crate) use self::resolve::{Words, is_text};

use self::parser::{End, Parser, control_character};
use crate::error::{Fault, LoadError, LoadErrorKind};
use crate::tree::Tree;
use crate::{Budget, Node, SourceId};

/// How many bytes Kubernetes' YAML library reads ahead at a time.
const CHUNK: usize = 512;

/// Reads the first document of a text that begins at `base` of its source.
pub(crate) fn read(
    text: &str,
    words: Words,
    source: SourceId,
    base: usize,
    document: u32,
    budget: &Budget,
) -> Result<(Node, Vec<LoadError>), Fault> {
    let text_start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let text = text.get(text_start..).unwrap_or("");
    let shift =
        |fault: Fault| Fault { start: fault.start + text_start, end: fault.end + text_start, ..fault };
    let control = find_control(text);
    let readable = control.map_or(text, |at| text.get(..at).unwrap_or(""));

    let mut tree = Tree::new(source, base + text_start, document, budget);
    let mut parser = Parser::new(readable, words, &mut tree);
    let outcome = parser.document();
    let (at, looked_at) = (parser.scanner.at, parser.scanner.looked_at());
    let end = match (outcome, control) {
        (Ok(end), None) => end,
        (Ok(end), Some(control)) if end.before_end && unread(text, text_start, looked_at, control) => end,
        (Err(fault), None) => return Err(shift(template(fault, text))),
        (Err(fault), Some(control)) if fault.start < control && at < control => {
            return Err(shift(template(fault, text)));
        }
        (_, Some(control)) => return Err(shift(control_character(text, control))),
    };
    let ignored = ignored_text(text, &end);
    let span = ignored.map(|(start, end)| tree.span(start, end));
    let (root, mut warnings) = tree.finish().map_err(shift)?;
    if let Some(span) = span {
        warnings.push(LoadError { kind: LoadErrorKind::IgnoredText, span, document });
    }
    Ok((root, warnings))
}

/// Tells a template from other mistakes.
fn template(fault: Fault, text: &str) -> Fault {
    let start = fault.start.saturating_sub(1);
    if matches!(fault.kind, LoadErrorKind::Key(_))
        && text.get(start..).is_some_and(|rest| rest.starts_with("{{"))
    {
        return Fault::new(LoadErrorKind::Template, start, start + 2);
    }
    fault
}

/// Whether a control character lies in a chunk that is not read when nothing behind `end` is looked at.
fn unread(text: &str, offset: usize, end: usize, control: usize) -> bool {
    // A chunk ends before a character that it would cut.
    let mut start = 0;
    loop {
        let mut next = (start + CHUNK).min(text.len() + offset);
        while next > offset && !text.is_char_boundary(next - offset) {
            next -= 1;
        }
        if next <= start || next >= text.len() + offset {
            return false;
        }
        if control + offset < next {
            return false;
        }
        start = next;
        if end + offset <= start {
            return true;
        }
    }
}

/// What stands behind the end of the first document, blanks and comments left out.
fn ignored_text(text: &str, end: &End) -> Option<(usize, usize)> {
    if !end.before_end {
        return None;
    }
    let rest = text.get(end.at..)?;
    let mut at = end.at;
    for line in rest.split_inclusive('\n') {
        let content = line.trim();
        if !content.is_empty() && !content.starts_with('#') && content != "---" && content != "..." {
            let start = at + (line.len() - line.trim_start().len());
            return Some((start, end.at + rest.trim_end().len()));
        }
        at += line.len();
    }
    None
}

/// The first character that YAML does not allow.
fn find_control(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let block = bytes.get(at..(at + 64).min(bytes.len())).unwrap_or_default();
        let suspicious = block.iter().fold(false, |found, byte| {
            found
                | (*byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'))
                | matches!(byte, 0x7F | 0xC2 | 0xEF)
        });
        if suspicious {
            for (step, byte) in block.iter().enumerate() {
                let next = |count: usize| bytes.get(at + step + count).copied().unwrap_or(0);
                let refused = match byte {
                    b'\t' | b'\n' | b'\r' => false,
                    0x00..0x20 | 0x7F => true,
                    0xC2 => next(1) < 0xA0 && next(1) != 0x85,
                    0xEF => next(1) == 0xBF && matches!(next(2), 0xBE | 0xBF),
                    _ => false,
                };
                if refused {
                    return Some(at + step);
                }
            }
        }
        at += block.len();
    }
    None
}
