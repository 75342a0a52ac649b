//! Templates of generating policies: YAML in which `(( … ))` holds an expression.

use std::sync::Arc;

use sekisho_cel::Value;
use sekisho_manifest::{Budget, Entry, Format, Mapping, Node, SourceId, Span, Value as NodeValue, load};
use smol_str::SmolStr;

use super::evaluation::Evaluation;
use super::expression::{Compiler, Expression};
use crate::admission::{At, Reader};

/// A compiled template.
#[derive(Debug)]
pub(super) struct Template {
    documents: Vec<Part>,
}

/// A part of a document.
#[derive(Debug)]
enum Part {
    Literal(Node),
    Mapping(Vec<(SmolStr, Part)>),
    Sequence(Vec<Part>),
    /// A text that is an expression and nothing else: its value stands there.
    Whole(Placeholder),
    Text(Vec<Segment>),
}

#[derive(Debug)]
struct Placeholder {
    text: String,
    expression: Expression,
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    Placeholder(Placeholder),
}

/// A piece of a text as it is written.
enum Piece {
    Literal(String),
    Expression(String),
}

/// Reads the template of a field.
pub(super) fn read(reader: &mut Reader<'_>, at: &At<'_>, compiler: &Compiler) -> Option<Template> {
    let field = at.get("value");
    let text = reader.needed_text(&field);
    let fills = reader.text(&at.get("interpolate")) == "cel";
    let loaded = load(SourceId(0), &text, Format::Yaml, &Budget::default());
    if let Some(error) = loaded.errors.first() {
        reader.refuse(&field, format!("failed to parse YAML: {error}"));
        return None;
    }
    let mut documents = Vec::new();
    for document in loaded.documents.iter().filter(|document| !document.root.is_null()) {
        let reading = Reading { compiler, fills, field: &field };
        match reading.part(reader, &document.root) {
            Ok(part) if part.can_be_an_object() => documents.push(part),
            Ok(_) => reader.refuse(&field, "document must be a mapping describing a resource"),
            Err(why) => reader.refuse(&field, why),
        }
    }
    if documents.is_empty() {
        reader.refuse(&field, "template must contain at least one YAML document");
    }
    Some(Template { documents })
}

struct Reading<'r> {
    compiler: &'r Compiler,
    fills: bool,
    field: &'r At<'r>,
}

impl Reading<'_> {
    fn part(&self, reader: &mut Reader<'_>, node: &Node) -> Result<Part, String> {
        if !self.fills || !has_placeholder(node) {
            return Ok(Part::Literal(node.clone()));
        }
        match &node.value {
            NodeValue::Mapping(mapping) => {
                let mut parts = Vec::new();
                for entry in mapping.entries() {
                    if is_marked(&entry.key) {
                        return Err(format!(
                            "placeholders are not supported in mapping keys: give `{}` a whole value",
                            entry.key
                        ));
                    }
                    parts.push((entry.key.clone(), self.part(reader, &entry.node)?));
                }
                Ok(Part::Mapping(parts))
            }
            NodeValue::Sequence(items) => {
                let parts: Result<Vec<Part>, String> =
                    items.iter().map(|item| self.part(reader, item)).collect();
                Ok(Part::Sequence(parts?))
            }
            NodeValue::String(text) => self.text(reader, text),
            _ => Ok(Part::Literal(node.clone())),
        }
    }

    fn text(&self, reader: &mut Reader<'_>, text: &str) -> Result<Part, String> {
        let mut segments = Vec::new();
        for piece in scan(text)? {
            segments.push(match piece {
                Piece::Literal(text) => Segment::Literal(text),
                Piece::Expression(text) => Segment::Placeholder(self.placeholder(reader, text)?),
            });
        }
        Ok(match segments.pop() {
            Some(Segment::Placeholder(only)) if segments.is_empty() => Part::Whole(only),
            last => {
                segments.extend(last);
                Part::Text(segments)
            }
        })
    }

    fn placeholder(&self, reader: &mut Reader<'_>, text: String) -> Result<Placeholder, String> {
        let node = Node { span: self.field.span, value: NodeValue::String(text.as_str().into()) };
        let at = At { node: Some(&node), path: self.field.path.clone(), span: self.field.span };
        match self.compiler.compile(reader, &at, &[]) {
            Some(expression) => Ok(Placeholder { text, expression }),
            None => Err(format!("invalid placeholder expression `{text}`")),
        }
    }
}

impl Part {
    fn can_be_an_object(&self) -> bool {
        match self {
            Self::Mapping(_) | Self::Whole(_) => true,
            Self::Literal(node) => node.as_mapping().is_some(),
            Self::Sequence(_) | Self::Text(_) => false,
        }
    }

    fn fill(&self, evaluation: &Evaluation<'_>) -> Result<Node, String> {
        let value = match self {
            Self::Literal(node) => return Ok(node.clone()),
            Self::Mapping(parts) => {
                let mut entries = Vec::with_capacity(parts.len());
                for (key, part) in parts {
                    let node = part.fill(evaluation).map_err(|why| format!("field \"{key}\": {why}"))?;
                    entries.push(Entry { key: key.clone(), key_span: Span::default(), node });
                }
                NodeValue::Mapping(Arc::new(Mapping::new(entries)))
            }
            Self::Sequence(parts) => {
                let mut items = Vec::with_capacity(parts.len());
                for (place, part) in parts.iter().enumerate() {
                    items.push(part.fill(evaluation).map_err(|why| format!("item {place}: {why}"))?);
                }
                NodeValue::Sequence(Arc::new(items))
            }
            Self::Whole(placeholder) => return placeholder.value(evaluation),
            Self::Text(segments) => {
                let mut text = String::new();
                for segment in segments {
                    match segment {
                        Segment::Literal(literal) => text.push_str(literal),
                        Segment::Placeholder(placeholder) => placeholder.print(evaluation, &mut text)?,
                    }
                }
                NodeValue::String(text.into())
            }
        };
        Ok(Node { span: Span::default(), value })
    }
}

impl Placeholder {
    fn value(&self, evaluation: &Evaluation<'_>) -> Result<Node, String> {
        let value = self.evaluated(evaluation)?;
        value
            .to_node()
            .map_err(|why| format!("failed to convert placeholder \"{}\" result: {why}", self.text))
    }

    fn evaluated(&self, evaluation: &Evaluation<'_>) -> Result<Value, String> {
        let value = evaluation.evaluate(&self.expression);
        value.map_err(|why| format!("failed to evaluate placeholder \"{}\": {why}", self.text))
    }

    fn print(&self, evaluation: &Evaluation<'_>, text: &mut String) -> Result<(), String> {
        match self.evaluated(evaluation)? {
            Value::String(value) => text.push_str(&value),
            Value::Bool(value) => text.push_str(&value.to_string()),
            Value::Int(value) => text.push_str(&value.to_string()),
            Value::UInt(value) => text.push_str(&value.to_string()),
            Value::Double(value) => text.push_str(&value.to_string()),
            other => {
                return Err(format!(
                    "placeholder \"{}\" embedded in a string must evaluate to a scalar, got {}; use a whole-value \
                     placeholder for structured results",
                    self.text,
                    other.type_name()
                ));
            }
        }
        Ok(())
    }
}

impl Template {
    /// The objects of the template, filled in.
    pub(super) fn fill(&self, evaluation: &Evaluation<'_>) -> Result<Vec<Node>, String> {
        let mut objects = Vec::with_capacity(self.documents.len());
        for (place, document) in self.documents.iter().enumerate() {
            let number = place + 1;
            let object = document.fill(evaluation).map_err(|why| format!("document {number}: {why}"))?;
            if object.as_mapping().is_none() {
                return Err(format!("document {number}: expected a mapping describing a resource"));
            }
            objects.push(object);
        }
        Ok(objects)
    }
}

fn has_placeholder(node: &Node) -> bool {
    node.as_str().is_some_and(|text| is_marked(text) || text.contains("\\(("))
        || node.items().iter().any(has_placeholder)
        || node.entries().iter().any(|entry| is_marked(&entry.key) || has_placeholder(&entry.node))
}

/// Whether a text has `((` that is not written `\((`.
fn is_marked(text: &str) -> bool {
    text.replace("\\((", "").contains("((")
}

/// The pieces of a text.
fn scan(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let (mut literal, mut rest) = (String::new(), text);
    while let Some(place) = rest.find("((") {
        let (before, behind) = rest.split_at(place);
        let behind = behind.strip_prefix("((").unwrap_or(behind);
        if let Some(before) = before.strip_suffix('\\') {
            literal.push_str(before);
            literal.push_str("((");
            rest = behind;
            continue;
        }
        literal.push_str(before);
        let offset = text.len() - rest.len() + place;
        let end = end_of_expression(behind, offset)?;
        let (expression, after) = behind.split_at(end);
        if expression.trim().is_empty() {
            return Err(format!("empty placeholder at offset {offset}"));
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(Piece::Expression(expression.trim().to_owned()));
        rest = after.strip_prefix("))").unwrap_or(after);
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

/// Where the `))` of an expression stands, which is not inside of a text or of parentheses.
fn end_of_expression(text: &str, offset: usize) -> Result<usize, String> {
    let (mut depth, mut quote) = (0_usize, None);
    let mut letters = text.char_indices();
    while let Some((place, letter)) = letters.next() {
        match (quote, letter) {
            (Some(_), '\\') => drop(letters.next()),
            (Some(open), letter) if open == letter => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(') => depth = depth.saturating_add(1),
            (None, ')') if depth > 0 => depth = depth.saturating_sub(1),
            (None, ')') => {
                let closes = text.get(place..).is_some_and(|rest| rest.starts_with("))"));
                return if closes {
                    Ok(place)
                } else {
                    Err(format!("unbalanced parenthesis in placeholder starting at offset {offset}"))
                };
            }
            _ => {}
        }
    }
    Err(match quote {
        Some(_) => format!("unterminated string literal in placeholder starting at offset {offset}"),
        None => format!("unterminated placeholder starting at offset {offset}: missing closing '))'"),
    })
}
