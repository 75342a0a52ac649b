//! Base 64 and base 32.

use sekisho_go::base64::{base32_decode, base32_encode, base64_decode, base64_encode};

use super::arguments::text;
use super::function::{Family, Function};
use crate::value::{Origin, Text, TextBuilder, Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("b64enc", ONE, |_, args| {
        let text = text(args, 0);
        Ok(coded(base64_encode(text.as_bytes()).into_bytes(), text))
    }),
    Function::new("b64dec", ONE, |_, args| {
        let text = text(args, 0);
        Ok(decoded(base64_decode(text.as_bytes()), text))
    }),
    Function::new("b32enc", ONE, |_, args| {
        let text = text(args, 0);
        Ok(coded(base32_encode(text.as_bytes()).into_bytes(), text))
    }),
    Function::new("b32dec", ONE, |_, args| {
        let text = text(args, 0);
        Ok(decoded(base32_decode(text.as_bytes()), text))
    }),
];

const ONE: &[Type] = &[Type::String];

/// The bytes that a text became: they come from where the text does.
fn coded(bytes: Vec<u8>, text: &Text) -> Value {
    let mut out = TextBuilder::with_capacity(bytes.len());
    out.push_bytes(&bytes, &Origin { is_literal: false, ..text.origin_at(0) });
    out.finish().into()
}

/// What was decoded, or, as Helm does it, the error as the text.
fn decoded(result: Result<Vec<u8>, String>, text: &Text) -> Value {
    match result {
        Ok(bytes) => coded(bytes, text),
        Err(error) => error.into(),
    }
}
