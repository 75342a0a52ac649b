//! XML → a tree with places.

use std::ops::Range;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::fault::Fault;
use crate::listing::Listing;
use crate::sheet::Sheet;

/// An element: its name without prefix, its attributes, its text and what it holds.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
    /// Its first tag.
    pub(crate) span: Range<u32>,
}

/// How deep elements may nest.
const DEPTH: usize = 200;
/// How many elements and attributes a file may have.
const MOST: usize = 300_000;

impl Element {
    /// The children with a name.
    pub(crate) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child with a name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child with a name, without the space around it.
    pub(crate) fn child_text(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.trim())
    }

    /// Follows names downward.
    pub(crate) fn at(&self, names: &[&str]) -> Option<&Self> {
        names.iter().try_fold(self, |element, name| element.child(name))
    }

    /// An attribute, whatever the case of its name.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.trim())
    }
}

/// Reads XML: an element without name that holds the root. Behind a fault nothing more is read. Entities that the
/// file declares stand for nothing.
pub(crate) fn xml(sheet: &Sheet<'_>, listing: &mut Listing) -> Element {
    let mut reader = Reader::from_str(&sheet.text);
    reader.config_mut().expand_empty_elements = true;
    let mut open = vec![Element::default()];
    let mut count = 0usize;
    let mut fault = |at: u64, message: String| {
        let line = sheet.line_at(usize::try_from(at).unwrap_or(usize::MAX));
        listing.fault(Fault::Syntax { line, message });
    };
    loop {
        let before = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
                let element = element(&start, sheet.span(before..end));
                count += 1 + element.attributes.len();
                if open.len() >= DEPTH || count > MOST {
                    fault(
                        reader.buffer_position(),
                        format!("more than {DEPTH} levels or {MOST} elements of XML"),
                    );
                    break;
                }
                open.push(element);
            }
            Ok(Event::End(_)) => close(&mut open),
            Ok(Event::Text(text)) => {
                if let (Some(element), Ok(text)) = (open.last_mut(), text.decode()) {
                    element.text.push_str(&text);
                }
            }
            Ok(Event::CData(text)) => {
                if let (Some(element), Ok(text)) = (open.last_mut(), text.decode()) {
                    element.text.push_str(&text);
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                let Some(element) = open.last_mut() else { break };
                if let Ok(Some(character)) = reference.resolve_char_ref() {
                    element.text.push(character);
                } else if let Ok(name) = reference.decode()
                    && let Some(text) = quick_xml::escape::resolve_predefined_entity(&name)
                {
                    element.text.push_str(text);
                }
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                fault(reader.error_position(), error.to_string().replace('\n', " "));
                break;
            }
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().unwrap_or_default()
}

fn element(start: &BytesStart<'_>, span: Range<u32>) -> Element {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let attributes = start.attributes().flatten().map(|attribute| {
        let value = attribute
            .normalized_value(XmlVersion::default())
            .map_or_else(|_| text(&attribute.value), Into::into);
        (text(attribute.key.local_name().as_ref()), value)
    });
    Element {
        name: text(start.local_name().as_ref()),
        attributes: attributes.collect(),
        span,
        ..Element::default()
    }
}

fn close(open: &mut Vec<Element>) {
    if open.len() > 1
        && let Some(element) = open.pop()
        && let Some(parent) = open.last_mut()
    {
        parent.children.push(element);
    }
}
