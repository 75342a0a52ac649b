//! XML → a tree of elements, within limits, and without entities that the file declares.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::budget::{Budget, SbomError};

/// An element: its name without prefix, its attributes, its text and what it holds.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// The namespace that its first tag declares for names without prefix.
    pub(crate) namespace: Option<String>,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
    /// Whether its prefix is one of another vocabulary.
    pub(crate) is_foreign: bool,
}

/// Reads XML: its root.
pub(crate) fn read(text: &str, budget: &Budget) -> Result<Element, SbomError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open = vec![Element::default()];
    let mut count = 0_usize;
    // The prefix of the root is that of the vocabulary.
    let mut own: Option<Vec<u8>> = None;
    loop {
        let at = |position: u64| {
            let above = text.get(..usize::try_from(position).unwrap_or(usize::MAX)).unwrap_or(text);
            above.bytes().filter(|byte| *byte == b'\n').count() + 1
        };
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                let prefix = start.name().prefix().map(|prefix| prefix.as_ref().to_vec()).unwrap_or_default();
                let is_foreign = *own.get_or_insert_with(|| prefix.clone()) != prefix;
                let element = element(&start, is_foreign);
                count += 1 + element.attributes.len();
                if open.len() > budget.depth {
                    return Err(SbomError::Limit { what: "levels", limit: budget.depth });
                }
                if count > budget.nodes {
                    return Err(SbomError::Limit { what: "elements", limit: budget.nodes });
                }
                open.push(element);
            }
            Ok(Event::End(_)) => close(&mut open),
            Ok(Event::Text(piece)) => {
                if let (Some(element), Ok(piece)) = (open.last_mut(), piece.decode()) {
                    element.text.push_str(&piece);
                }
            }
            Ok(Event::CData(piece)) => {
                if let (Some(element), Ok(piece)) = (open.last_mut(), piece.decode()) {
                    element.text.push_str(&piece);
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                let Some(element) = open.last_mut() else { break };
                if let Ok(Some(character)) = reference.resolve_char_ref() {
                    element.text.push(character);
                } else if let Ok(name) = reference.decode()
                    && let Some(piece) = quick_xml::escape::resolve_predefined_entity(&name)
                {
                    element.text.push_str(piece);
                }
            }
            Ok(Event::DocType(_)) => return Err(SbomError::DocumentType(at(reader.buffer_position()))),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                let reason = format!("line {}: {error}", at(reader.error_position()));
                return Err(SbomError::Syntax { format: "XML", reason: reason.replace('\n', " ") });
            }
        }
    }
    if open.len() > 1 {
        return Err(SbomError::Syntax { format: "XML", reason: "it ends within an element".to_owned() });
    }
    let root = open.pop().and_then(|top| top.children.into_iter().next());
    root.ok_or_else(|| SbomError::Syntax { format: "XML", reason: "it holds no element".to_owned() })
}

fn element(start: &BytesStart<'_>, is_foreign: bool) -> Element {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut element = Element { name: text(start.local_name().as_ref()), is_foreign, ..Element::default() };
    for attribute in start.attributes().flatten() {
        let value = attribute
            .normalized_value(XmlVersion::default())
            .map_or_else(|_| text(&attribute.value), Into::into);
        let key = attribute.key;
        if key.as_ref() == b"xmlns" || (key.as_ref().starts_with(b"xmlns:") && element.namespace.is_none()) {
            element.namespace = Some(value);
        } else if key.prefix().is_none() {
            element.attributes.push((text(key.local_name().as_ref()), value));
        }
    }
    element
}

fn close(open: &mut Vec<Element>) {
    if open.len() > 1
        && let Some(element) = open.pop()
        && let Some(parent) = open.last_mut()
    {
        parent.children.push(element);
    }
}

/// Appends text as XML has it; characters that XML cannot hold become the replacement character.
pub(crate) fn escape(text: &str, into: &mut String) {
    for character in text.chars() {
        match character {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                into.push_str(match character {
                    '\t' => "&#9;",
                    '\n' => "&#10;",
                    _ => "&#13;",
                });
            }
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => into.push('\u{fffd}'),
            character => into.push(character),
        }
    }
}
