//! Keys and values of generated ConfigMaps and Secrets: literals, files, and lines of env files.

use std::collections::HashSet;

use sekisho_manifest::{SourceId, Span};
use smol_str::SmolStr;

use crate::builder::Builder;
use crate::decode::Text;
use crate::error::{BuildErrorKind, Result};
use crate::kustomization::GeneratorEntry;

/// The length of a line of an env file at which kustomize stops to read it.
const MAX_LINE: usize = 64 << 10;

/// A key and its value.
#[derive(Debug)]
pub(crate) struct DataPair {
    pub(crate) key: SmolStr,
    pub(crate) key_span: Span,
    pub(crate) value: Content,
    /// Where the value stands.
    pub(crate) span: Span,
}

/// A value.
#[derive(Debug)]
pub(crate) enum Content {
    Text(SmolStr),
    /// Bytes that are no UTF-8.
    Bytes(Vec<u8>),
}

/// All pairs of a generator, in the order of env files, literals and files.
pub(crate) fn load(entry: &GeneratorEntry, folder: &str, builder: &mut Builder<'_>) -> Result<Vec<DataPair>> {
    let mut pairs = Vec::new();
    for path in &entry.envs {
        let (source, bytes) = builder.load_bytes(folder, path)?;
        env_lines(&bytes, source, path.span, &mut pairs)?;
    }
    for literal in &entry.literals {
        pairs.push(pair_of(literal)?);
    }
    for file in &entry.files {
        let (key, path) = file_of(file)?;
        let (source, bytes) = builder.load_bytes(folder, &Text { value: path, span: file.span })?;
        let (value, span) = match std::str::from_utf8(&bytes) {
            Ok(text) => (Content::Text(text.into()), builder.texts.whole(source)),
            Err(_) => (Content::Bytes(bytes.to_vec()), file.span),
        };
        pairs.push(DataPair { key, key_span: file.span, value, span });
    }
    let mut known = HashSet::new();
    for pair in &pairs {
        if !known.insert(&pair.key) {
            return Err(BuildErrorKind::DataKey(pair.key.clone()).at(pair.key_span));
        }
    }
    Ok(pairs)
}

/// A literal: `key=value`, the value perhaps in quotes.
fn pair_of(literal: &Text) -> Result<DataPair> {
    let Some((key, value)) = literal.split_once('=').filter(|(key, _)| !key.is_empty()) else {
        return Err(BuildErrorKind::Entry("a literal is written `key=value`").at(literal.span));
    };
    let unquoted = ['"', '\''].into_iter().find_map(|quote| {
        let inner = value.strip_prefix(quote)?;
        inner.strip_suffix(quote)
    });
    Ok(DataPair {
        key: key.into(),
        key_span: literal.span,
        value: Content::Text(unquoted.unwrap_or(value).into()),
        span: literal.span,
    })
}

/// The key and the path of a file: `key=path`, or the path alone, whose last part is the key.
fn file_of(file: &Text) -> Result<(SmolStr, SmolStr)> {
    let wrong = || BuildErrorKind::Entry("a file is written `key=path` or `path`").at(file.span);
    match file.split_once('=') {
        None => {
            let name = file.trim_end_matches('/').rsplit('/').next().unwrap_or("");
            Ok((name.into(), file.value.clone()))
        }
        Some((key, path)) if !key.is_empty() && !path.is_empty() && !path.contains('=') => {
            Ok((key.into(), path.into()))
        }
        Some(_) => Err(wrong()),
    }
}

/// The pairs of an env file: one a line, lines that begin with `#` left out.
fn env_lines(bytes: &[u8], source: SourceId, path: Span, pairs: &mut Vec<DataPair>) -> Result<()> {
    let mut start = 0;
    for (number, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if line.len() > MAX_LINE {
            break;
        }
        let end = start + line.len();
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let Ok(mut text) = std::str::from_utf8(content) else {
            return Err(BuildErrorKind::Entry("the env file has a line that is no UTF-8").at(path));
        };
        if number == 0 {
            text = text.strip_prefix('\u{feff}').unwrap_or(text);
        }
        let text = text.trim_start();
        if !text.starts_with('#') {
            let (key, value) = text.split_once('=').unwrap_or((text, ""));
            if !key.is_empty() {
                let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                let first = start + content.len() - text.len();
                let last = start + content.len();
                let span = |from: usize, to: usize| Span { source, start: offset(from), end: offset(to) };
                pairs.push(DataPair {
                    key: key.into(),
                    key_span: span(first, first + key.len()),
                    value: Content::Text(value.into()),
                    span: span(last - value.len(), last),
                });
            }
        }
        start = end;
    }
    Ok(())
}
