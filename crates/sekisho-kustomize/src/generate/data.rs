//! ConfigMaps and Secrets of generators.

use data_encoding::BASE64;
use sekisho_manifest::{Entry, Node, Span, Value};

use super::pairs::{Content, DataPair, load};
use crate::builder::Builder;
use crate::decode::Pair;
use crate::error::{BuildErrorKind, Result};
use crate::kustomization::{GeneratorEntry, GeneratorOptions};
use crate::resource::{Maker, Resource};
use crate::tree;

/// The length of a line of encoded bytes.
const LINE: usize = 70;

/// Generates the object of an entry.
pub(crate) fn generate(
    entry: &GeneratorEntry,
    global: Option<&GeneratorOptions>,
    folder: &str,
    builder: &mut Builder<'_>,
) -> Result<Resource> {
    if entry.name.is_empty() {
        return Err(BuildErrorKind::Entry("a generator needs `name`").at(entry.span));
    }
    let options = match (&entry.options, global) {
        (None, None) => None,
        (Some(own), None) => Some(own.clone()),
        (own, Some(global)) => Some(own.clone().unwrap_or_default().or(global)),
    };
    let pairs = load(entry, folder, builder)?;
    let root = object(entry, pairs, options.as_ref());
    let mut resource = Resource::new(root);
    resource.maker = Maker::Generator;
    resource.behavior = entry.behavior;
    resource.needs_hash = !options.is_some_and(|options| options.disable_name_suffix_hash);
    Ok(resource)
}

fn object(entry: &GeneratorEntry, mut pairs: Vec<DataPair>, options: Option<&GeneratorOptions>) -> Node {
    let span = entry.span;
    let field = |key: &str, node: Node| tree::entry(key, span, node);
    let named = |key: &str, text: &crate::decode::Text| {
        tree::entry(key, text.span, tree::text(text.value.clone(), text.span))
    };
    let mut metadata = vec![named("name", &entry.name)];
    if !entry.namespace.is_empty() {
        metadata.push(named("namespace", &entry.namespace));
    }
    for (key, pairs) in options
        .map(|options| [("labels", &options.labels), ("annotations", &options.annotations)])
        .into_iter()
        .flatten()
    {
        if !pairs.is_empty() {
            metadata.push(field(key, texts_of(pairs, span)));
        }
    }
    pairs.sort_by(|one, other| one.key.cmp(&other.key));
    let kind = if entry.secret_type.is_some() { "Secret" } else { "ConfigMap" };
    let mut entries = vec![
        field("apiVersion", tree::text("v1", span)),
        field("kind", tree::text(kind, span)),
        field("metadata", tree::mapping_of(metadata, span)),
    ];
    if let Some(secret_type) = &entry.secret_type {
        entries.push(if secret_type.is_empty() {
            field("type", tree::text("Opaque", span))
        } else {
            named("type", secret_type)
        });
        let data = pairs.iter().map(|pair| {
            let bytes = match &pair.value {
                Content::Text(text) => text.as_bytes(),
                Content::Bytes(bytes) => bytes,
            };
            tree::entry(pair.key.clone(), pair.key_span, tree::text(encoded(bytes), pair.span))
        });
        entries.push(field("data", tree::mapping_of(data.collect(), span)));
    } else {
        entries.extend(config_map_data(&pairs, span));
    }
    if options.is_some_and(|options| options.immutable) {
        entries.push(field("immutable", Node { span, value: Value::Bool(true) }));
    }
    tree::mapping_of(entries, span)
}

fn config_map_data(pairs: &[DataPair], span: Span) -> Vec<Entry> {
    let (mut data, mut binary) = (Vec::new(), Vec::new());
    for pair in pairs {
        let (list, text) = match &pair.value {
            Content::Text(text) => (&mut data, text.clone()),
            Content::Bytes(bytes) => (&mut binary, encoded(bytes).into()),
        };
        list.push(tree::entry(pair.key.clone(), pair.key_span, tree::text(text, pair.span)));
    }
    [("data", data), ("binaryData", binary)]
        .into_iter()
        .filter(|(_, entries)| !entries.is_empty())
        .map(|(key, entries)| tree::entry(key, span, tree::mapping_of(entries, span)))
        .collect()
}

fn texts_of(pairs: &[Pair], span: Span) -> Node {
    let entries = pairs.iter().map(|pair| {
        let value = tree::text(pair.value.value.clone(), pair.value.span);
        tree::entry(pair.key.clone(), pair.key_span, value)
    });
    tree::mapping_of(entries.collect(), span)
}

/// Bytes as base64, over several lines where one would be too long.
fn encoded(bytes: &[u8]) -> String {
    let text = BASE64.encode(bytes);
    if text.len() < LINE {
        return text;
    }
    let mut lines = String::with_capacity(text.len() + text.len() / LINE + 1);
    for (place, character) in text.chars().enumerate() {
        if place > 0 && place.is_multiple_of(LINE) {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines.push('\n');
    lines
}
