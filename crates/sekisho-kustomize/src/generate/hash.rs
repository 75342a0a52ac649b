//! The hash of a ConfigMap's or Secret's content that is put behind its name.

use sha2::{Digest, Sha256};

use sekisho_manifest::Node;
use serde_json::{Value, json};
use smol_str::format_smolstr;

use crate::error::Result;
use crate::go_json;
use crate::resource::Resource;
use crate::resource_set::ResourceSet;

/// How much of the hash is shown.
const LENGTH: usize = 10;

/// Puts hashes behind the names of generated objects.
pub(crate) fn add(set: &mut ResourceSet) -> Result<()> {
    for resource in set.resources.iter_mut().filter(|resource| resource.needs_hash) {
        let name = format_smolstr!("{}-{}", resource.name(), of(resource));
        let span = resource.span();
        resource.remember();
        resource.set_name(&name, span)?;
    }
    Ok(())
}

/// The hash of an object's content.
fn of(resource: &Resource) -> String {
    let root = &resource.root;
    let field = |name: &str| root.entry(name).map(|entry| &entry.node);
    let value = |name: &str| field(name).map_or_else(|| Value::from(""), content);
    let optional = |name: &str| field(name).filter(|node| node.as_mapping().is_some()).map(content);
    let content = match resource.kind().as_str() {
        // The name has no part in it.
        "ConfigMap" => {
            let mut content = json!({"kind": "ConfigMap", "name": "", "data": value("data")});
            if let (Some(binary), Some(map)) = (optional("binaryData"), content.as_object_mut()) {
                map.insert("binaryData".to_owned(), binary);
            }
            content
        }
        "Secret" => {
            let mut content =
                json!({"kind": "Secret", "type": value("type"), "name": "", "data": value("data")});
            if let (Some(text), Some(map)) = (optional("stringData"), content.as_object_mut()) {
                map.insert("stringData".to_owned(), text);
            }
            content
        }
        _ => root.to_json(),
    };
    let digest = Sha256::digest(go_json::text(content, false).unwrap_or_default());
    let hex = data_encoding::HEXLOWER.encode(&digest);
    hex.chars().take(LENGTH).map(letter).collect()
}

fn content(node: &Node) -> Value {
    if node.is_null() { Value::Null } else { node.to_json() }
}

/// The characters that could make up words are replaced by others.
fn letter(digit: char) -> char {
    match digit {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        other => other,
    }
}
