//! Reads the fields of a policy's document, and collects what is wrong with them.

use sekisho_cel::{Environment, Program, Type};
use sekisho_manifest::selector::Selector;
use sekisho_manifest::{FieldPath, Node, Segment, Span, Value};
use smol_str::SmolStr;

use super::place;
use crate::problem::{Problem, Weight};

/// A field of a document, there or not.
#[derive(Debug, Clone)]
pub(crate) struct At<'a> {
    pub(crate) node: Option<&'a Node>,
    pub(crate) path: FieldPath,
    /// Where the field stands, or the nearest thing above it that does.
    pub(crate) span: Span,
}

impl<'a> At<'a> {
    pub(crate) fn root(node: &'a Node) -> Self {
        Self { node: Some(node), path: FieldPath::root(), span: node.span }
    }

    fn child(&self, segment: impl Into<Segment>, node: Option<&'a Node>) -> Self {
        let span = node.map_or(self.span, |node| node.span);
        Self { node, path: self.path.child(segment), span }
    }

    /// A field below this one. A null is no field.
    pub(crate) fn get(&self, key: &str) -> Self {
        self.child(key, self.node.and_then(|node| node.get(key)))
    }

    /// An item of this list.
    pub(crate) fn item(&self, place: usize) -> Self {
        self.child(place, self.node.and_then(|node| node.items().get(place)))
    }

    pub(crate) fn is_there(&self) -> bool {
        self.node.is_some()
    }
}

/// Collects the faults of a document while it is read.
#[derive(Debug)]
pub(crate) struct Reader<'s> {
    /// The text that the document was read from; empty where it is not at hand.
    source: &'s str,
    pub(crate) problems: Vec<Problem>,
}

impl<'s> Reader<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        Self { source, problems: Vec::new() }
    }

    /// The document is refused because of this field.
    pub(crate) fn refuse(&mut self, at: &At<'_>, message: impl Into<String>) {
        self.add(at.span, &at.path, &message.into());
    }

    /// The document is refused because of a part of the text of a field.
    pub(crate) fn refuse_part(&mut self, at: &At<'_>, part: sekisho_cel::Span, message: &str) {
        self.add(self.part(at, part), &at.path, message);
    }

    /// The document works, though a part of the text of a field may not be as it was meant.
    pub(crate) fn warn_part(&mut self, at: &At<'_>, part: sekisho_cel::Span, message: &str) {
        let (span, message) = (self.part(at, part), format!("`{}`: {message}", at.path));
        self.problems.push(Problem { span, message, weight: Weight::Warning });
    }

    /// The document works, though a field may not be as it was meant.
    pub(crate) fn warn(&mut self, at: &At<'_>, message: &str) {
        let message = format!("`{}`: {message}", at.path);
        self.problems.push(Problem { span: at.span, message, weight: Weight::Warning });
    }

    fn part(&self, at: &At<'_>, part: sekisho_cel::Span) -> Span {
        let text = at.node.and_then(Node::as_str).unwrap_or("");
        let range = usize::try_from(part.start).unwrap_or(0)..usize::try_from(part.end).unwrap_or(0);
        place::locate(self.source, at.span, text, range).unwrap_or(at.span)
    }

    fn add(&mut self, span: Span, path: &FieldPath, message: &str) {
        let message = format!("`{path}`: {message}");
        self.problems.push(Problem { span, message, weight: Weight::Error });
    }

    fn require(&mut self, at: &At<'_>) {
        self.refuse(at, "the field is missing: write it");
    }

    /// The text of a field; empty where it is missing.
    pub(crate) fn text(&mut self, at: &At<'_>) -> SmolStr {
        match at.node.map(|node| &node.value) {
            None => SmolStr::default(),
            Some(Value::String(text)) => text.clone(),
            Some(_) => {
                self.refuse(at, "this is no text: put it in quotes");
                SmolStr::default()
            }
        }
    }

    /// The text of a field that must be there and not empty.
    pub(crate) fn needed_text(&mut self, at: &At<'_>) -> SmolStr {
        let before = self.problems.len();
        let text = self.text(at);
        if text.trim().is_empty() && self.problems.len() == before {
            self.require(at);
        }
        text
    }

    /// The program of a field that must hold an expression, and its text; none where it is refused. `wanted` are
    /// the types that its value may have; none: any.
    pub(crate) fn program(
        &mut self,
        environment: &Environment,
        at: &At<'_>,
        wanted: &[Type],
    ) -> Option<(SmolStr, Program)> {
        let text = self.needed_text(at);
        if text.trim().is_empty() {
            return None;
        }
        let program = match environment.compile(&text) {
            Ok(program) => program,
            Err(error) => {
                for fault in error.faults {
                    self.refuse_part(at, fault.span, &fault.problem.to_string());
                }
                return None;
            }
        };
        if !wanted.is_empty() && !wanted.contains(program.output_type()) {
            let known: Vec<String> = wanted.iter().map(|kind| format!("`{kind}`")).collect();
            let found = program.output_type();
            self.refuse(at, format!("must evaluate to {} but got `{found}`", known.join(" or ")));
            return None;
        }
        Some((text, program))
    }

    /// The text of a field that is one of a few; none where it is missing or another one.
    pub(crate) fn choice<T: Copy>(&mut self, at: &At<'_>, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(at);
        if text.is_empty() {
            return None;
        }
        let found = choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice);
        if found.is_none() {
            let known: Vec<String> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
            self.refuse(at, format!("`{text}` is not known here: use {}", known.join(", ")));
        }
        found
    }

    /// The items of a list; none where it is missing.
    pub(crate) fn items<'a>(&mut self, at: &At<'a>) -> Vec<At<'a>> {
        match at.node {
            None => Vec::new(),
            Some(node) if matches!(node.value, Value::Sequence(_)) => {
                let items = node.items().iter().enumerate();
                items.map(|(index, item)| at.child(index, Some(item))).collect()
            }
            Some(_) => {
                self.refuse(at, "this is no list: write one");
                Vec::new()
            }
        }
    }

    /// The texts of a list.
    pub(crate) fn texts(&mut self, at: &At<'_>) -> Vec<SmolStr> {
        let items = self.items(at);
        items.iter().map(|item| self.text(item)).collect()
    }

    /// A field that must be a mapping; false where it is missing.
    pub(crate) fn mapping(&mut self, at: &At<'_>) -> bool {
        match at.node {
            Some(node) if node.as_mapping().is_some() => true,
            Some(_) => {
                self.refuse(at, "this is no mapping: write one");
                false
            }
            None => false,
        }
    }

    /// A mapping that must be there.
    pub(crate) fn needed_mapping(&mut self, at: &At<'_>) -> bool {
        if !at.is_there() {
            self.require(at);
        }
        self.mapping(at)
    }

    /// A label selector; everything where it is missing.
    pub(crate) fn selector(&mut self, at: &At<'_>) -> Selector {
        let Some(node) = at.node else { return Selector::everything() };
        match Selector::from_label_selector(node) {
            Ok(selector) => selector,
            Err(error) => {
                let span = node.resolve(&error.path).map_or(at.span, |node| node.span);
                self.add(span, &at.path.join(&error.path), &error.kind.to_string());
                Selector::nothing()
            }
        }
    }

    /// The name of the object, which must be a DNS subdomain.
    pub(crate) fn object_name(&mut self, at: &At<'_>) -> SmolStr {
        let name = self.needed_text(at);
        if !name.is_empty() && !is_subdomain(&name) {
            self.refuse(at, format!("`{name}` is no name: use lower case letters, digits, `-` and `.`"));
        }
        name
    }
}

/// Whether a text is a DNS subdomain (RFC 1123), as names of most objects must be.
pub(crate) fn is_subdomain(text: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(plain)
            && bytes.last().is_some_and(plain)
            && bytes.iter().all(|byte| plain(byte) || *byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_part)
}

/// Whether a text is a qualified name: a name of at most 63 characters, behind an optional domain and `/`.
pub(crate) fn is_qualified_name(text: &str) -> bool {
    let (domain, name) = text.split_once('/').map_or((None, text), |(domain, name)| (Some(domain), name));
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    domain.is_none_or(is_subdomain)
        && bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}
