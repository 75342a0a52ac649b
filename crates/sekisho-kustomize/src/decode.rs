//! Nodes → typed values, as Go's JSON decoder fills its structures: names in any case, null as nothing.

use sekisho_manifest::{Entry, Node, Span, Value};
use smol_str::{SmolStr, format_smolstr};

use crate::error::{BuildErrorKind, Fault, Result};

/// Text and where it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Text {
    pub(crate) value: SmolStr,
    pub(crate) span: Span,
}

impl Text {
    pub(crate) fn is_empty(&self) -> bool {
        self.value.is_empty()
    }
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.value
    }
}

/// A key with a text, and where both stand.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pair {
    pub(crate) key: SmolStr,
    pub(crate) key_span: Span,
    pub(crate) value: Text,
}

/// How closely a document must keep to its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Every field is known and every value has its type.
    Strict,
    /// Fields that are not known are passed over, and numbers and truth values are taken for text.
    Lenient,
}

/// The fields of a mapping, of which each is taken once.
pub(crate) struct Fields<'n> {
    node: &'n Node,
    mode: Mode,
    taken: Vec<bool>,
}

impl<'n> Fields<'n> {
    /// The fields of a mapping; null has none.
    pub(crate) fn new(node: &'n Node, mode: Mode) -> Result<Self> {
        match node.value {
            Value::Mapping(_) | Value::Null => {
                Ok(Self { node, mode, taken: vec![false; node.entries().len()] })
            }
            _ => {
                let field = SmolStr::new_static("the entry");
                Err(BuildErrorKind::Type { field, expected: "a mapping" }.at(node.span))
            }
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.node.span
    }

    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// The value of a field; none where it is missing or null.
    pub(crate) fn node(&mut self, name: &str) -> Option<&'n Node> {
        self.entry(name).map(|entry| &entry.node).filter(|node| !node.is_null())
    }

    /// The entry of a field. Of entries that differ in case only, the last one counts.
    fn entry(&mut self, name: &str) -> Option<&'n Entry> {
        let mut found = None;
        for (taken, entry) in self.taken.iter_mut().zip(self.node.entries()) {
            if entry.key == name || entry.key.eq_ignore_ascii_case(name) {
                *taken = true;
                found = Some(entry);
            }
        }
        found
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Result<Text> {
        Ok(self.optional_text(name)?.unwrap_or_default())
    }

    pub(crate) fn optional_text(&mut self, name: &'static str) -> Result<Option<Text>> {
        let mode = self.mode;
        self.node(name).map(|node| text(node, name, mode)).transpose()
    }

    pub(crate) fn flag(&mut self, name: &'static str) -> Result<bool> {
        match self.node(name) {
            None => Ok(false),
            Some(node) => match (&node.value, self.mode) {
                (Value::Bool(value), _) => Ok(*value),
                _ => Err(wrong(node, name, "`true` or `false`")),
            },
        }
    }

    pub(crate) fn integer(&mut self, name: &'static str) -> Result<Option<(i64, Span)>> {
        match self.node(name) {
            None => Ok(None),
            Some(node) => match node.value {
                Value::Int(value) => Ok(Some((value, node.span))),
                _ => Err(wrong(node, name, "a whole number")),
            },
        }
    }

    /// The items of a list; none where it is missing or null.
    pub(crate) fn items(&mut self, name: &'static str) -> Result<&'n [Node]> {
        match self.node(name) {
            None => Ok(&[]),
            Some(node) => match &node.value {
                Value::Sequence(items) => Ok(items),
                _ => Err(wrong(node, name, "a list")),
            },
        }
    }

    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Vec<Text>> {
        let mode = self.mode;
        self.items(name)?
            .iter()
            .map(|item| if item.is_null() { Ok(empty(item)) } else { text(item, name, mode) })
            .collect()
    }

    /// The entries of a mapping whose values are texts.
    pub(crate) fn pairs(&mut self, name: &'static str) -> Result<Vec<Pair>> {
        let mode = self.mode;
        let Some(node) = self.node(name) else { return Ok(Vec::new()) };
        if node.as_mapping().is_none() {
            return Err(wrong(node, name, "a mapping"));
        }
        node.entries()
            .iter()
            .map(|entry| {
                let value =
                    if entry.node.is_null() { empty(&entry.node) } else { text(&entry.node, name, mode)? };
                Ok(Pair { key: entry.key.clone(), key_span: entry.key_span, value })
            })
            .collect()
    }

    /// Reads each item of a list.
    pub(crate) fn list<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(Fields<'n>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mode = self.mode;
        self.items(name)?.iter().map(|item| read(Fields::new(item, mode)?)).collect()
    }

    /// Reads a mapping.
    pub(crate) fn part<T>(
        &mut self,
        name: &str,
        read: impl Fn(Fields<'n>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mode = self.mode;
        self.node(name).map(|node| read(Fields::new(node, mode)?)).transpose()
    }

    /// Ends the reading: a field that nobody took is an error, where the form is strict.
    pub(crate) fn finish(self) -> Result<()> {
        let left = self.taken.iter().zip(self.node.entries()).find(|(taken, _)| !**taken);
        match left {
            Some((_, entry)) if self.mode == Mode::Strict => {
                Err(BuildErrorKind::UnknownField(entry.key.clone()).at(entry.key_span))
            }
            _ => Ok(()),
        }
    }
}

fn empty(node: &Node) -> Text {
    Text { value: SmolStr::default(), span: node.span }
}

fn text(node: &Node, field: &'static str, mode: Mode) -> Result<Text> {
    let value = match (&node.value, mode) {
        (Value::String(text), _) => text.clone(),
        (Value::Bool(value), Mode::Lenient) => format_smolstr!("{value}"),
        (Value::Int(value), Mode::Lenient) => format_smolstr!("{value}"),
        (Value::UInt(value), Mode::Lenient) => format_smolstr!("{value}"),
        (Value::Float(value), Mode::Lenient) => format_smolstr!("{value}"),
        _ => return Err(wrong(node, field, "text")),
    };
    Ok(Text { value, span: node.span })
}

fn wrong(node: &Node, field: &'static str, expected: &'static str) -> Fault {
    BuildErrorKind::Type { field: field.into(), expected }.at(node.span)
}
