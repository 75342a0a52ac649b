//! CycloneDX in XML has the shape of that in JSON, but for attributes and for the names of items: one table tells
//! them, both ways.

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::json::Json;
use crate::markup::{Element, escape};
use crate::tree::{list, object, text};

/// Lists: what they are called, and what each of their items is called in XML.
const LISTS: [(&str, &str); 29] = [
    ("components", "component"),
    ("services", "service"),
    ("hashes", "hash"),
    ("licenses", "license"),
    ("externalReferences", "reference"),
    ("properties", "property"),
    ("dependencies", "dependency"),
    ("compositions", "composition"),
    ("assemblies", "assembly"),
    ("occurrences", "occurrence"),
    ("vulnerabilities", "vulnerability"),
    ("ratings", "rating"),
    ("cwes", "cwe"),
    ("references", "reference"),
    ("advisories", "advisory"),
    ("affects", "target"),
    ("versions", "version"),
    ("authors", "author"),
    ("lifecycles", "lifecycle"),
    ("tags", "tag"),
    ("responses", "response"),
    ("annotations", "annotation"),
    ("subjects", "subject"),
    ("endpoints", "endpoint"),
    ("tools", "tool"),
    ("commits", "commit"),
    ("patches", "patch"),
    ("notes", "note"),
    ("issues", "issue"),
];

/// What attributes elements have, and the field that their text is where they have attributes beside it.
fn attributes(element: &str) -> (&'static [&'static str], Option<&'static str>) {
    match element {
        "bom" => (&["serialNumber", "version"], None),
        "component" => (&["type", "mime-type", "bom-ref"], None),
        "hash" => (&["alg"], Some("content")),
        "property" => (&["name"], Some("value")),
        "reference" => (&["type"], None),
        "dependency" => (&["ref"], None),
        "vulnerability" | "service" | "license" | "occurrence" | "composition" => (&["bom-ref"], None),
        "text" => (&["contentType", "encoding"], Some("content")),
        _ => (&[], None),
    }
}

/// The tree that the same bill has in JSON.
pub(crate) fn of_xml(root: &Element) -> Node {
    let version =
        root.namespace.as_deref().and_then(|namespace| namespace.rsplit('/').next()).unwrap_or_default();
    let head = [("bomFormat", "CycloneDX"), ("specVersion", version)];
    let fields = head.map(|(key, value)| (SmolStr::from(key), text(value)));
    let rest = fields_of(root);
    object(fields.into_iter().chain(rest))
}

fn value(element: &Element) -> Node {
    let name = element.name.as_str();
    if let Some((_, item)) = LISTS.iter().find(|(list, _)| *list == name) {
        // Tools are a list up to 1.4, and an object of lists since.
        let is_list = name != "tools" || element.children.iter().all(|child| child.name == "tool");
        if is_list {
            return list(own(element).map(|child| entry(name, item, child)).collect());
        }
    }
    if own(element).next().is_none() && element.attributes.is_empty() {
        return text(element.text.trim());
    }
    object(fields_of(element))
}

/// An item of a list.
fn entry(list: &str, item: &str, child: &Element) -> Node {
    match list {
        "licenses" => object([(child.name.as_str().into(), licensed(child))]),
        "assemblies" | "subjects" => text(child.attributes.first().map_or("", |(_, value)| value.as_str())),
        _ if child.name == item || list == "tools" => value(child),
        _ => value(child),
    }
}

/// A licence, or an expression with the attributes that it may have.
fn licensed(child: &Element) -> Node {
    if child.name == "expression" { text(child.text.trim()) } else { object(fields_of(child)) }
}

fn fields_of(element: &Element) -> Vec<(SmolStr, Node)> {
    let (_, content) = attributes(&element.name);
    let mut fields: Vec<(SmolStr, Node)> =
        element.attributes.iter().map(|(name, value)| (name.as_str().into(), text(value.as_str()))).collect();
    let mut needs = Vec::new();
    for child in own(element) {
        if element.name == "dependency" && child.name == "dependency" {
            needs.extend(
                child.attributes.iter().filter(|(name, _)| name == "ref").map(|(_, need)| text(need)),
            );
        } else {
            fields.push((child.name.as_str().into(), value(child)));
        }
    }
    if !needs.is_empty() {
        fields.push(("dependsOn".into(), list(needs)));
    }
    if let Some(content) = content {
        let is_exact = element.name == "property";
        fields
            .push((content.into(), text(if is_exact { element.text.as_str() } else { element.text.trim() })));
    }
    fields
}

/// The children that are of CycloneDX's own vocabulary.
fn own(element: &Element) -> impl Iterator<Item = &Element> {
    element.children.iter().filter(|child| !child.is_foreign)
}

/// A bill as XML, from the tree that it has in JSON, whose fields must stand in the order of the XML schema.
pub(super) fn to_xml(bill: &Json, version: &str) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/",
    );
    out.push_str(version);
    out.push('"');
    let Json::Object(fields) = bill else { return out };
    let is_attribute = |key: &str| matches!(key, "serialNumber" | "version");
    for (key, value) in fields.0.iter().filter(|(key, _)| is_attribute(key)) {
        attribute(key, value, &mut out);
    }
    out.push_str(">\n");
    for (key, value) in &fields.0 {
        if !is_attribute(key) && !matches!(key.as_str(), "$schema" | "bomFormat" | "specVersion") {
            put(key, value, 1, &mut out);
        }
    }
    out.push_str("</bom>\n");
    out
}

fn attribute(name: &str, value: &Json, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(&scalar(value), out);
    out.push('"');
}

fn scalar(value: &Json) -> String {
    match value {
        Json::Text(text) => text.clone(),
        Json::Bool(value) => value.to_string(),
        Json::Integer(value) => value.to_string(),
        Json::Float(value) => value.to_string(),
        Json::Null | Json::List(_) | Json::Object(_) => String::new(),
    }
}

fn put(name: &str, value: &Json, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Json::List(items) if name == "dependsOn" => {
            for item in items {
                out.push_str(&indent);
                out.push_str("<dependency");
                attribute("ref", item, out);
                out.push_str("/>\n");
            }
        }
        Json::List(items) => {
            let item_name = LISTS.iter().find(|(list, _)| *list == name).map_or(name, |(_, item)| item);
            out.push_str(&format_args!("{indent}<{name}>\n").to_string());
            for item in items {
                put_item(item_name, item, depth + 1, out);
            }
            out.push_str(&format_args!("{indent}</{name}>\n").to_string());
        }
        Json::Object(fields) => {
            let (attributes, content) = attributes(name);
            out.push_str(&indent);
            out.push('<');
            out.push_str(name);
            for key in attributes {
                if let Some((_, value)) = fields.0.iter().find(|(known, _)| known == key) {
                    attribute(key, value, out);
                }
            }
            out.push('>');
            if let Some(content) = content {
                if let Some((_, value)) = fields.0.iter().find(|(known, _)| known == content) {
                    escape(&scalar(value), out);
                }
            } else {
                out.push('\n');
                for (key, value) in &fields.0 {
                    if !attributes.contains(&key.as_str()) {
                        put(key, value, depth + 1, out);
                    }
                }
                out.push_str(&indent);
            }
            out.push_str("</");
            out.push_str(name);
            out.push_str(">\n");
        }
        scalar_value => {
            out.push_str(&indent);
            out.push('<');
            out.push_str(name);
            out.push('>');
            escape(&scalar(scalar_value), out);
            out.push_str("</");
            out.push_str(name);
            out.push_str(">\n");
        }
    }
}

fn put_item(name: &str, item: &Json, depth: usize, out: &mut String) {
    match (name, item) {
        // In JSON a licence stands in an object that says which kind it is.
        ("license", Json::Object(fields)) => {
            for (key, value) in &fields.0 {
                put(key, value, depth, out);
            }
        }
        ("assembly", item) => {
            out.push_str(&"  ".repeat(depth));
            out.push_str("<assembly");
            attribute("ref", item, out);
            out.push_str("/>\n");
        }
        (name, item) => put(name, item, depth, out),
    }
}
