//! JSON, YAML and TOML → one tree with places.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use sekisho_manifest::{Budget, Entry, Format, Mapping, Node, SourceId, Span, Value, load, load_one_as};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fault::Fault;
use crate::listing::Listing;
use crate::sheet::Sheet;

/// What one file may cost.
const BUDGET: Budget = Budget { bytes: Sheet::LARGEST, depth: 200, nodes: 1_000_000, documents: 100 };

/// The most bytes of TOML: its reader takes some sixteen times as much.
const LARGEST_TOML: usize = 8 << 20;

/// Reads JSON; with comments and commas behind the last item too, as some tools write it.
pub(crate) fn json(sheet: &Sheet<'_>, listing: &mut Listing) -> Option<Node> {
    let text = strict(&sheet.text);
    let loaded = load(SourceId(0), &text, Format::Json, &BUDGET);
    note(sheet, listing, loaded.errors);
    loaded.documents.into_iter().next().map(|document| document.root)
}

/// Reads the documents of YAML.
pub(crate) fn yaml(sheet: &Sheet<'_>, listing: &mut Listing) -> Vec<Node> {
    let loaded = load(SourceId(0), &sheet.text, Format::YamlCore, &BUDGET);
    note(sheet, listing, loaded.errors);
    loaded.documents.into_iter().map(|document| document.root).collect()
}

/// Reads YAML of one document, whatever its lines begin with.
pub(crate) fn yaml_one(sheet: &Sheet<'_>, listing: &mut Listing) -> Option<Node> {
    let loaded = load_one_as(SourceId(0), &sheet.text, Format::YamlCore, &BUDGET);
    note(sheet, listing, loaded.errors);
    loaded.documents.into_iter().next().map(|document| document.root).filter(|root| !root.is_null())
}

fn note(sheet: &Sheet<'_>, listing: &mut Listing, errors: Vec<sekisho_manifest::LoadError>) {
    for error in errors.into_iter().take(10) {
        let line = sheet.line_at(error.span.start as usize);
        listing.fault(Fault::Syntax { line, message: error.kind.to_string() });
    }
}

/// Reads TOML. Behind a fault, what can be read is.
pub(crate) fn toml(sheet: &Sheet<'_>, listing: &mut Listing) -> Option<Node> {
    if sheet.text.len() > LARGEST_TOML {
        listing.fault(Fault::Large { size: sheet.text.len(), limit: LARGEST_TOML });
        return None;
    }
    let (table, errors) = DeTable::parse_recoverable(&sheet.text);
    for error in errors.iter().take(10) {
        let line = sheet.line_at(error.span().map_or(0, |span| span.start));
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        listing.fault(Fault::Syntax { line, message });
    }
    let mut left = BUDGET.nodes;
    let range = table.span();
    let root = table_node(table.into_inner(), range, &mut left);
    if root.is_none() {
        let message = format!("the file has more than {} values", BUDGET.nodes);
        listing.fault(Fault::Syntax { line: 1, message });
    }
    root
}

fn span_of(range: Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { source: SourceId(0), start: offset(range.start), end: offset(range.end) }
}

fn table_node(table: DeTable<'_>, range: Range<usize>, left: &mut usize) -> Option<Node> {
    let mut entries = Vec::with_capacity(table.len());
    for (key, value) in table {
        let (key_span, key) = (span_of(key.span()), key.into_inner());
        entries.push(Entry { key: key.into(), key_span, node: value_node(value, left)? });
    }
    Some(Node { span: span_of(range), value: Value::Mapping(Arc::new(Mapping::new(entries))) })
}

fn value_node(value: Spanned<DeValue<'_>>, left: &mut usize) -> Option<Node> {
    *left = left.checked_sub(1)?;
    let range = value.span();
    let value = match value.into_inner() {
        DeValue::Table(table) => return table_node(table, range, left),
        DeValue::Array(items) => {
            let items: Option<Vec<Node>> = items.into_iter().map(|item| value_node(item, left)).collect();
            Value::Sequence(Arc::new(items?))
        }
        DeValue::String(text) => Value::String(text.into()),
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Integer(number) => match number.as_str().parse() {
            Ok(number) => Value::Int(number),
            Err(_) => Value::String(number.as_str().into()),
        },
        DeValue::Float(number) => Value::String(number.as_str().into()),
        DeValue::Datetime(time) => Value::String(time.to_string().into()),
    };
    Some(Node { span: span_of(range), value })
}

/// JSON with blanks for comments and for commas behind which nothing comes. Places stay.
fn strict(text: &str) -> Cow<'_, str> {
    let mut bytes = Cow::Borrowed(text.as_bytes());
    let mut comma = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let mut next = at + 1;
        match byte {
            b'"' => {
                comma = None;
                while let Some(inner) = bytes.get(next).copied() {
                    next += if inner == b'\\' { 2 } else { 1 };
                    if inner == b'"' {
                        break;
                    }
                }
            }
            b'/' if matches!(bytes.get(next), Some(b'/' | b'*')) => {
                let rest = bytes.get(next + 1..).unwrap_or_default();
                let end = if bytes.get(next) == Some(&b'/') {
                    rest.iter().position(|byte| *byte == b'\n')
                } else {
                    rest.windows(2).position(|pair| pair == b"*/").map(|end| end + 2)
                };
                next = end.map_or(bytes.len(), |end| next + 1 + end);
                if let Some(comment) = bytes.to_mut().get_mut(at..next) {
                    comment.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
                }
            }
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take()
                    && let Some(byte) = bytes.to_mut().get_mut(comma)
                {
                    *byte = b' ';
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        at = next;
    }
    match bytes {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        // A comment may be cut within a character only at its ends, which are ASCII.
        Cow::Owned(bytes) => String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned),
    }
}

impl Sheet<'_> {
    /// The text of a scalar, as it is written where it is no text: `1.10` stays what it is.
    pub(crate) fn scalar<'n>(&'n self, node: &'n Node) -> &'n str {
        match &node.value {
            Value::String(text) => text,
            Value::Bool(_) | Value::Int(_) | Value::UInt(_) | Value::Float(_) => {
                self.text.get(node.span.start as usize..node.span.end as usize).unwrap_or_default().trim()
            }
            _ => "",
        }
    }

    /// The text of the scalar in a field; empty where there is none.
    pub(crate) fn field<'n>(&'n self, node: &'n Node, key: &str) -> &'n str {
        node.get(key).map_or("", |value| self.scalar(value))
    }

    /// The bytes of the file that a span of the text is.
    pub(crate) fn place(&self, span: Span) -> Range<u32> {
        self.span(span.start as usize..span.end as usize)
    }

    /// The bytes of the file in which a node begins: of a collection, its first line alone.
    pub(crate) fn head(&self, node: &Node) -> Range<u32> {
        let (start, end) = (node.span.start as usize, node.span.end as usize);
        let text = self.text.get(start..end).unwrap_or_default();
        let length = text.find('\n').unwrap_or(text.len());
        self.span(start..start + text.get(..length).unwrap_or_default().trim_end().len())
    }
}

/// The texts that a field holds: one, or a list of them.
pub(crate) fn words<'n>(node: &'n Node, key: &str) -> Vec<&'n str> {
    match node.get(key) {
        Some(one) if one.as_str().is_some() => one.as_str().into_iter().collect(),
        Some(many) => many.items().iter().filter_map(Node::as_str).collect(),
        None => Vec::new(),
    }
}

/// The keys of the mapping in a field.
pub(crate) fn keys<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = &'n str> + use<'n> {
    node.get(key).map_or(&[][..], Node::entries).iter().map(|entry| entry.key.as_str())
}
