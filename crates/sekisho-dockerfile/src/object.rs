//! A Dockerfile as an object of the inventory, so that checks, places and ignore comments work as for manifests.

use std::sync::Arc;

use sekisho_manifest::{Entry, FieldPath, Mapping, Node, Object, SourceId, Span, Value};
use smol_str::SmolStr;

use crate::instruction::{Dockerfile, Instruction};

/// The kind of objects that are Dockerfiles.
pub const KIND: &str = "Dockerfile";
/// Their API version, of a group that no API server has.
pub const API_VERSION: &str = "sekisho/v1";

impl Dockerfile {
    /// The object of this name, whose field `stages[i].instructions[j]` is the instruction at that place, with its
    /// `variables` by name and its `image`. Values of variables are left out: they may be credentials.
    pub fn object(&self, source: SourceId, name: &str) -> Object {
        let whole = Span { source, start: 0, end: 0 };
        let stages = self.stages.iter().map(|stage| {
            let items =
                stage.instructions.iter().map(|instruction| instruction_node(instruction, stage.image_span));
            let span = stage.instructions.first().map_or(whole, |first| first.span);
            mapping(span, vec![("instructions", span, sequence(span, items.collect()))])
        });
        let fields = vec![
            ("apiVersion", whole, text(whole, API_VERSION)),
            ("kind", whole, text(whole, KIND)),
            ("isHistory", whole, Node { span: whole, value: Value::Bool(self.is_history) }),
            ("stages", whole, sequence(whole, stages.collect())),
        ];
        Object {
            api_version: API_VERSION.into(),
            kind: KIND.into(),
            name: name.into(),
            namespace: None,
            root: mapping(whole, fields),
            source,
            document: 0,
            within: FieldPath::root(),
        }
    }
}

/// The name tells the instruction from others; of one that sets variables it holds their names only.
fn instruction_node(instruction: &Instruction, image_span: Span) -> Node {
    let span = instruction.span;
    let mut name = instruction.keyword.clone();
    if instruction.pairs.is_empty() {
        name.push(' ');
        name.push_str(&instruction.text);
    }
    for pair in &instruction.pairs {
        name.push(' ');
        name.push_str(&pair.name);
    }
    let mut fields = vec![("name", span, text(span, &name))];
    if instruction.keyword == "FROM" {
        fields.push(("image", image_span, text(image_span, "")));
    }
    let mut variables: Vec<Entry> = Vec::new();
    for pair in &instruction.pairs {
        if !variables.iter().any(|entry| entry.key == pair.name) {
            let node = Node { span: pair.span, value: Value::Null };
            variables.push(Entry { key: pair.name.as_str().into(), key_span: pair.span, node });
        }
    }
    if !variables.is_empty() {
        let node = Node { span, value: Value::Mapping(Arc::new(Mapping::new(variables))) };
        fields.push(("variables", span, node));
    }
    mapping(span, fields)
}

fn text(span: Span, text: &str) -> Node {
    Node { span, value: Value::String(SmolStr::new(text)) }
}

fn sequence(span: Span, items: Vec<Node>) -> Node {
    Node { span, value: Value::Sequence(Arc::new(items)) }
}

fn mapping(span: Span, fields: Vec<(&str, Span, Node)>) -> Node {
    let entries = fields.into_iter().map(|(key, key_span, node)| Entry { key: key.into(), key_span, node });
    Node { span, value: Value::Mapping(Arc::new(Mapping::new(entries.collect()))) }
}
