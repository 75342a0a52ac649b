//! Values and bytes as text: JSON, YAML, base64, hexadecimal digits, query strings, URLs.

use std::fmt::Write;

use sekisho_go::base64::base64_decode;
use sekisho_go::quote::{is_printable, quote_bytes};
use sekisho_go::url::Url;
use sekisho_manifest::{Budget, Format, LoadError, LoadErrorKind, SourceId};

use super::arguments::{object, string, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::meter::MeterError;
use super::types::{SET_OF_STRINGS, STRINGS, Type};
use crate::value::{
    MAX_DEPTH, Value, bytes_of, is_json, read_json, text_of_bytes, write_json, write_json_indented,
};

use Type::{Any as A, Boolean as B, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("base64.decode", &[S], S, |call, args| {
        let text = string(args, 0)?;
        call.allocate_text(text.len())?;
        Ok(text_of_bytes(&base64(text.as_bytes())?).into())
    }),
    Builtin::new("base64.encode", &[S], S, |call, args| encoded(call, args, &data_encoding::BASE64)),
    Builtin::new("base64.is_valid", &[A], B, |call, args| {
        let Some(text) = value(args, 0).as_str() else {
            return Ok(false.into());
        };
        call.allocate_text(text.len())?;
        Ok(base64(text.as_bytes()).is_ok().into())
    }),
    Builtin::new("base64url.decode", &[S], S, |call, args| {
        let text = string(args, 0)?;
        call.allocate_text(text.len())?;
        Ok(text_of_bytes(&base64_url(text)?).into())
    }),
    Builtin::new("base64url.encode", &[S], S, |call, args| encoded(call, args, &data_encoding::BASE64URL)),
    Builtin::new("base64url.encode_no_pad", &[S], S, |call, args| {
        encoded(call, args, &data_encoding::BASE64URL_NOPAD)
    }),
    Builtin::new("hex.decode", &[S], S, |call, args| {
        let text = string(args, 0)?;
        call.allocate_text(text.len())?;
        Ok(text_of_bytes(&hex(text)?).into())
    }),
    Builtin::new("hex.encode", &[S], S, |call, args| encoded(call, args, &data_encoding::HEXLOWER)),
    Builtin::new("json.is_valid", &[A], B, |call, args| {
        let Some(text) = value(args, 0).as_str() else {
            return Ok(false.into());
        };
        charge_reading(call, text)?;
        Ok(is_json(text).into())
    }),
    Builtin::new("json.marshal", &[A], S, |call, args| {
        let text = write_json(value(args, 0), call.bytes_left()).ok_or(MeterError::Bytes)?;
        call.allocate_text(text.len())?;
        Ok(text.into())
    }),
    Builtin::new("json.marshal_with_options", &[A, LAYOUT], S, marshal_with_options),
    Builtin::new("json.unmarshal", &[S], A, |call, args| {
        let text = string(args, 0)?;
        charge_reading(call, text)?;
        Ok(read_json(text)?)
    }),
    Builtin::new("uri.is_valid", &[A], B, |call, args| {
        let Some(text) = value(args, 0).as_str().filter(|text| !text.is_empty()) else {
            return Ok(false.into());
        };
        call.allocate_text(text.len())?;
        Ok(Url::parse(&bytes_of(text)).is_ok().into())
    }),
    Builtin::new("uri.parse", &[S], Type::Object(&[], Some((&S, &A))), parse_uri),
    Builtin::new("urlquery.decode", &[S], S, |call, args| {
        let text = string(args, 0)?;
        call.allocate_text(text.len())?;
        unescape(text)
    }),
    Builtin::new("urlquery.decode_object", &[S], Type::Object(&[], Some((&S, &STRINGS))), decode_query),
    Builtin::new("urlquery.encode", &[S], S, |call, args| {
        let text = string(args, 0)?;
        call.allocate_text(text.len().saturating_mul(3))?;
        Ok(escape(text).into())
    }),
    Builtin::new("urlquery.encode_object", &[QUERY], S, encode_query),
    Builtin::new("yaml.is_valid", &[A], B, |call, args| {
        let Some(text) = value(args, 0).as_str() else {
            return Ok(false.into());
        };
        charge_reading(call, text)?;
        Ok(read_yaml(text).is_ok().into())
    }),
    Builtin::new("yaml.marshal", &[A], S, marshal_yaml),
    Builtin::new("yaml.unmarshal", &[S], A, |call, args| {
        let text = string(args, 0)?;
        charge_reading(call, text)?;
        let read = read_yaml(text).map_err(BuiltinError::failed)?;
        // Aliases make a document larger than its text is long.
        if !read.has_at_most(call.bytes_left() / size_of::<Value>()) {
            return Err(MeterError::Bytes.into());
        }
        Ok(read)
    }),
];

/// The options of `json.marshal_with_options`.
const LAYOUT: Type = Type::Object(&[("indent", S), ("prefix", S), ("pretty", B)], Some((&S, &A)));

const QUERY: Type = Type::Object(&[], Some((&S, &Type::Either(&[S, STRINGS, SET_OF_STRINGS]))));

/// Takes the work and memory of reading a text that holds a document.
fn charge_reading(call: &mut Call<'_>, text: &str) -> Result<(), BuiltinError> {
    call.charge(text.len() / 8)?;
    call.allocate(text.len().saturating_mul(8))
}

fn encoded(
    call: &mut Call<'_>,
    args: &[Value],
    encoding: &data_encoding::Encoding,
) -> Result<Value, BuiltinError> {
    let text = string(args, 0)?;
    call.allocate_text(encoding.encode_len(text.len()))?;
    Ok(encoding.encode(&bytes_of(text)).into())
}

fn base64(text: &[u8]) -> Result<Vec<u8>, BuiltinError> {
    base64_decode(text).map_err(BuiltinError::failed)
}

/// Bytes of the alphabet for URLs, padded or not.
pub(super) fn base64_url(text: &str) -> Result<Vec<u8>, BuiltinError> {
    let mut standard: Vec<u8> = text
        .bytes()
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            // No letters of this alphabet.
            b'+' | b'/' => b'!',
            other => other,
        })
        .collect();
    if !text.ends_with('=') {
        match text.len() % 4 {
            0 => {}
            2 => standard.extend(b"=="),
            3 => standard.push(b'='),
            _ => return Err(BuiltinError::failed(format!("illegal base64url string: {text}"))),
        }
    }
    base64(&standard)
}

fn hex(text: &str) -> Result<Vec<u8>, BuiltinError> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut rest = text.as_bytes().chunks_exact(2);
    let invalid = |byte: u8| {
        let character = char::from(byte);
        let shown = if is_printable(character) { format!(" '{character}'") } else { String::new() };
        BuiltinError::failed(format!("encoding/hex: invalid byte: U+{byte:04X}{shown}"))
    };
    for pair in rest.by_ref() {
        let [high, low] = pair else { continue };
        let high = digit(*high).ok_or_else(|| invalid(*high))?;
        let low = digit(*low).ok_or_else(|| invalid(*low))?;
        bytes.push(high << 4 | low);
    }
    match rest.remainder().first() {
        Some(byte) if digit(*byte).is_none() => Err(invalid(*byte)),
        Some(_) => Err(BuiltinError::failed("encoding/hex: odd length hex string")),
        None => Ok(bytes),
    }
}

fn marshal_with_options(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let whole = value(args, 0);
    let (mut prefix, mut indent, mut pretty, mut is_laid_out) = ("", "\t", None, false);
    for (index, (key, option)) in object(args, 1)?.entries().iter().enumerate() {
        let Some(name) = key.as_str() else {
            return Err(BuiltinError::operand(
                2,
                format!(
                    "failed to stringify key {key} at index {index}: operand {index} must be string but got {}",
                    key.type_name()
                ),
            ));
        };
        match name {
            "prefix" | "indent" => {
                let Some(text) = option.as_str() else {
                    let got = option.type_name();
                    return Err(BuiltinError::operand(
                        2,
                        format!(
                            "key {key} failed cast to string: operand {index} must be string but got {got}"
                        ),
                    ));
                };
                *if name == "prefix" { &mut prefix } else { &mut indent } = text;
                is_laid_out = true;
            }
            "pretty" => match option.as_bool() {
                Some(wanted) => pretty = Some(wanted),
                None => return Err(BuiltinError::operand(2, format!("key {key} failed cast to bool"))),
            },
            _ => return Err(BuiltinError::operand(2, format!("object contained unknown key {key}"))),
        }
    }
    let most = call.bytes_left();
    let text = if pretty.unwrap_or(is_laid_out) {
        write_json_indented(whole, prefix, indent, most).map(|text| format!("{prefix}{text}"))
    } else {
        write_json(whole, most)
    };
    let text = text.ok_or(MeterError::Bytes)?;
    call.allocate_text(text.len())?;
    Ok(text.into())
}

fn parse_uri(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let text = string(args, 0)?;
    call.allocate_text(text.len())?;
    let url = Url::parse(&bytes_of(text)).map_err(BuiltinError::failed)?;
    let raw_path = if url.raw_path.is_empty() { &url.path } else { &url.raw_path };
    let parts: [(&str, &[u8]); 7] = [
        ("scheme", &url.scheme),
        ("hostname", url.hostname()),
        ("port", url.port()),
        ("path", &url.path),
        ("raw_path", raw_path),
        ("raw_query", &url.query),
        ("fragment", &url.fragment),
    ];
    let parts = parts.into_iter().filter(|(_, part)| !part.is_empty());
    Ok(Value::fields(parts.map(|(name, part)| (name, text_of_bytes(part).into()))))
}

/// A text as it stands in a query.
pub(super) fn escape(text: &str) -> String {
    let bytes = bytes_of(text);
    let mut escaped = String::with_capacity(bytes.len() + 8);
    for byte in bytes.iter() {
        match byte {
            b' ' => escaped.push('+'),
            b'-' | b'_' | b'.' | b'~' => escaped.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => escaped.push(char::from(*byte)),
            byte => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

fn unescape(text: &str) -> Result<Value, BuiltinError> {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'+' => plain.push(b' '),
            b'%' => {
                let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
                let code =
                    digit(at).zip(digit(at + 1)).and_then(|(one, two)| u8::try_from(one << 4 | two).ok());
                let Some(code) = code else {
                    let shown = bytes.get(at - 1..bytes.len().min(at + 2)).unwrap_or_default();
                    let shown = quote_bytes(shown, '"', false);
                    return Err(BuiltinError::failed(format!("invalid URL escape {shown}")));
                };
                plain.push(code);
                at += 2;
            }
            byte => plain.push(*byte),
        }
    }
    Ok(text_of_bytes(&plain).into())
}

fn decode_query(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let text = string(args, 0)?;
    charge_reading(call, text)?;
    let mut pairs: Vec<(Value, Value)> = Vec::new();
    let mut problem = None;
    for part in text.split('&').filter(|part| !part.is_empty()) {
        if part.contains(';') {
            problem = problem.or(Some(BuiltinError::failed("invalid semicolon separator in query")));
            continue;
        }
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match (unescape(key), unescape(value)) {
            (Ok(key), Ok(value)) => pairs.push((key, value)),
            (Err(error), _) | (_, Err(error)) => problem = problem.or(Some(error)),
        }
    }
    if let Some(problem) = problem {
        return Err(problem);
    }
    // Of one key the values stay in their order.
    pairs.sort_by(|one, two| one.0.cmp(&two.0));
    let mut entries: Vec<(Value, Vec<Value>)> = Vec::new();
    for (key, value) in pairs {
        match entries.last_mut() {
            Some((last, values)) if *last == key => values.push(value),
            _ => entries.push((key, vec![value])),
        }
    }
    Ok(Value::object(entries.into_iter().map(|(key, values)| (key, Value::array(values))).collect()))
}

fn encode_query(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let whole = object(args, 0)?;
    let refused = || BuiltinError::operand(1, "values must be string, array[string], or set[string]");
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (key, value) in whole.entries() {
        let key = match key {
            Value::String(text) => escape(text),
            other => escape(&other.to_json()),
        };
        let values = match value {
            Value::String(_) => std::slice::from_ref(value),
            other => super::arguments::members(other).ok_or_else(refused)?,
        };
        for value in values {
            let text = value.as_str().ok_or_else(refused)?;
            call.allocate_text(key.len() + text.len().saturating_mul(3))?;
            pairs.push((key.clone(), escape(text)));
        }
    }
    let pairs = pairs.into_iter().map(|(key, value)| format!("{key}={value}"));
    Ok(pairs.collect::<Vec<_>>().join("&").into())
}

/// Reads the first document of a text; what stands behind it must be YAML as well.
fn read_yaml(text: &str) -> Result<Value, String> {
    let budget = Budget { depth: MAX_DEPTH, nodes: 1_000_000, ..Budget::default() };
    let source = SourceId::default();
    let loaded = sekisho_manifest::load_one_as(source, text, Format::YamlCore, &budget);
    let problem = |error: &LoadError| format!("yaml: {}", error.kind);
    if let Some(error) = loaded.errors.first() {
        return Err(problem(error));
    }
    if loaded.warnings.iter().any(|warning| warning.kind == LoadErrorKind::IgnoredText) {
        let all = sekisho_manifest::load(source, text, Format::YamlCore, &budget);
        if let Some(error) = all.errors.first() {
            return Err(problem(error));
        }
    }
    let Some(document) = loaded.documents.first() else {
        return Ok(Value::Null);
    };
    let span = document.root.span;
    let part = |from: u32, to: usize| text.get(from as usize..to).unwrap_or("");
    let is_closed = part(span.start, text.len()).starts_with(['[', '{', '"', '\'']);
    if is_closed && !is_end(part(span.end, text.len())) {
        return Err("yaml: did not find expected <document start>".to_owned());
    }
    Ok(Value::from(&document.root))
}

/// Whether nothing stands here, up to the end of the document, that would belong to it.
fn is_end(rest: &str) -> bool {
    for (index, line) in rest.lines().enumerate() {
        if index > 0 && (line.starts_with("---") || line.starts_with("...")) {
            return true;
        }
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') {
            return false;
        }
    }
    true
}

/// Characters that YAML has only as escapes; JSON has them as they are.
fn is_control(character: char) -> bool {
    matches!(
        character,
        '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

fn marshal_yaml(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let whole = value(args, 0);
    if !whole.has_at_most(call.bytes_left() / size_of::<Value>()) {
        return Err(MeterError::Bytes.into());
    }
    let json = write_json(whole, call.bytes_left()).ok_or(MeterError::Bytes)?;
    charge_reading(call, &json)?;
    if json.contains(is_control) {
        return Err(BuiltinError::failed("yaml: control characters are not allowed"));
    }
    let text = sekisho_manifest::to_yaml_pretty(&whole.into());
    call.allocate_text(text.len())?;
    Ok(text.into())
}
