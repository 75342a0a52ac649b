//! What transformers make of values.

use std::borrow::Cow;

use data_encoding::{BASE64, BASE64_NOPAD};

use crate::condition::Transformer;
use crate::value::Value;

/// Applies a transformer of one argument to every value; none where one has no transformed value.
pub(crate) fn apply<'e>(
    transformer: Transformer,
    is_list: bool,
    values: &[Value<'e>],
) -> Option<Vec<Value<'e>>> {
    if transformer == Transformer::Length {
        let length = if is_list { values.len() } else { values.first()?.as_bytes()?.len() };
        return Some(vec![Value::UInt(length as u64)]);
    }
    values.iter().map(|value| one(transformer, value)).collect()
}

fn one<'e>(transformer: Transformer, value: &Value<'e>) -> Option<Value<'e>> {
    let made = |bytes: Vec<u8>| match value {
        Value::Bytes(_) => Value::Bytes(Cow::Owned(bytes)),
        _ => Value::Text(Cow::Owned(bytes)),
    };
    let bytes = value.as_bytes()?;
    Some(match transformer {
        Transformer::ToLower => made(bytes.to_ascii_lowercase()),
        Transformer::ToUpper => made(bytes.to_ascii_uppercase()),
        Transformer::BaseName => made(bytes.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec()),
        Transformer::Base64 => {
            let decoded = BASE64.decode(bytes).or_else(|_| BASE64_NOPAD.decode(bytes)).ok()?;
            // What comes behind a zero byte is no part of a text.
            let end = decoded.iter().position(|byte| *byte == 0).filter(|_| matches!(value, Value::Text(_)));
            made(decoded.get(..end.unwrap_or(decoded.len())).unwrap_or_default().to_vec())
        }
        _ => value.clone(),
    })
}

/// Texts with a text between them.
pub(crate) fn join<'e>(separator: &[Value<'e>], texts: &[Value<'e>]) -> Option<Value<'e>> {
    let separator = separator.first()?.as_bytes()?;
    let texts: Option<Vec<&[u8]>> = texts.iter().map(Value::as_bytes).collect();
    Some(Value::Text(Cow::Owned(texts?.join(separator))))
}

/// Texts behind one another.
pub(crate) fn concat<'e>(texts: &[&[Value<'e>]]) -> Option<Value<'e>> {
    let texts: Option<Vec<&[u8]>> = texts.iter().map(|values| values.first()?.as_bytes()).collect();
    Some(Value::Text(Cow::Owned(texts?.concat())))
}

/// The short options among arguments, by a description such as `ab:` in which a colon stands behind each that has
/// a value. Without `wanted` every option and value in order; with it the value of its last occurrence, or its
/// letter where it has none.
pub(crate) fn options<'e>(
    arguments: &[Value<'e>],
    description: &[Value<'e>],
    wanted: Option<u8>,
) -> Option<Vec<Value<'e>>> {
    let description = description.first()?.as_bytes()?;
    let description = description.strip_prefix(b":").unwrap_or(description);
    let place = |option: u8| description.iter().position(|known| *known == option && option != b':');
    let mut found: Vec<Value<'e>> = Vec::new();
    let mut last = None;
    let text = |bytes: &[u8]| Value::Text(Cow::Owned(bytes.to_vec()));
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let argument = argument.as_bytes()?;
        if argument == b"--" {
            break;
        }
        if argument.starts_with(b"--") {
            continue;
        }
        let Some(letters) = argument.strip_prefix(b"-").filter(|letters| !letters.is_empty()) else { break };
        for (index, option) in letters.iter().enumerate() {
            let Some(known) = place(*option) else {
                if wanted.is_none() {
                    found.push(text(b"?"));
                }
                continue;
            };
            let is_wanted = wanted.is_none_or(|wanted| wanted == *option);
            if description.get(known + 1) != Some(&b':') {
                if is_wanted {
                    last = Some(text(&[*option]));
                    found.extend(last.clone());
                }
                continue;
            }
            let behind = letters.get(index + 1..).filter(|behind| !behind.is_empty());
            let value = match behind {
                Some(behind) => Some(behind.to_vec()),
                None => rest.next().and_then(Value::as_bytes).map(<[u8]>::to_vec),
            };
            if is_wanted {
                match value {
                    Some(value) => {
                        last = Some(text(&value));
                        found.push(text(&[*option]));
                    }
                    None => last = Some(text(b"")),
                }
                found.extend(last.clone());
            }
            break;
        }
    }
    if wanted.is_some() { last.map(|last| vec![last]) } else { Some(found) }
}
