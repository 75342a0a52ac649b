//! Functions of encodings and digests.

use data_encoding::{BASE64, HEXLOWER};
use md5::Md5;
use sekisho_manifest::{Budget, SourceId, load_one};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::function::{Argument, Function, Given, Type, function, text};
use crate::jmespath::error::JmespathError;
use crate::jmespath::surroundings::Surroundings;
use crate::jmespath::token::json;
use crate::value::Value;

const STRING: &[Type] = &[Type::String];

pub(super) const TABLE: &[Function] = &[
    function(("base64_decode", &[STRING], base64_decode)),
    function(("base64_encode", &[STRING], |given, around| {
        let source = text(given, 0)?;
        around.text(source.len().saturating_mul(2))?;
        Ok(BASE64.encode(source.as_bytes()).into())
    })),
    function(("sha256", &[STRING], digest::<Sha256>)),
    function(("sha1", &[STRING], digest::<Sha1>)),
    function(("md5", &[STRING], digest::<Md5>)),
    function(("parse_json", &[STRING], |given, around| {
        let source = text(given, 0)?;
        around.text(source.len().saturating_mul(16))?;
        json(&source)
    })),
    function(("parse_yaml", &[STRING], parse_yaml)),
];

/// Decodes the standard alphabet with padding; line breaks are passed over. What is no text becomes one.
fn base64_decode(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let source = text(given, 0)?;
    around.text(source.len().saturating_mul(2))?;
    let plain: Vec<u8> = source.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let mut lenient = data_encoding::Specification::new();
    lenient.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    lenient.padding = Some('=');
    // Bits behind the last byte may be set.
    lenient.check_trailing_bits = false;
    let decoded = lenient.encoding().ok().and_then(|encoding| encoding.decode(&plain).ok());
    let decoded = decoded.ok_or_else(|| JmespathError::refused("illegal base64 data"))?;
    // Each byte that is no text counts as one character.
    let mut text = String::with_capacity(decoded.len());
    for chunk in decoded.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    Ok(text.into())
}

fn digest<D: Digest>(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let source = text(given, 0)?;
    around.meter.work(source.len() / 4)?;
    Ok(HEXLOWER.encode(&D::digest(source.as_bytes())).into())
}

fn parse_yaml(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let source = text(given, 0)?;
    around.text(source.len().saturating_mul(16))?;
    let budget = Budget { depth: 500, nodes: 1_000_000, ..Budget::default() };
    let loaded = load_one(SourceId(0), &source, &budget);
    if let Some(error) = loaded.errors.first() {
        return Err(JmespathError::refused(error.to_string()));
    }
    let root = loaded.documents.first().map(|document| Value::from_node(&document.root));
    let value = root.unwrap_or_default().with_floats();
    around.items(value.size())?;
    Ok(value)
}
