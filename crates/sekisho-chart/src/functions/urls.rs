//! The functions of URLs.

use sekisho_go::url::Url;
use smol_str::SmolStr;

use super::arguments::{kind_name, map, text};
use super::function::{Family, Function};
use crate::error::CallError;
use crate::value::{Map, Text, Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("urlParse", &[Type::String], |_, args| {
        let url = Url::parse(text(args, 0).as_bytes())
            .map_err(|error| CallError::Message(format!("unable to parse url: {error}")))?;
        let dict = Map::new();
        let hostname = url.hostname().to_vec();
        let parts = [
            ("scheme", url.scheme),
            ("hostname", hostname),
            ("host", url.host),
            ("path", url.path),
            ("query", url.query),
            ("opaque", url.opaque),
            ("fragment", url.fragment),
            ("userinfo", url.user.map_or_else(Vec::new, |user| user.written())),
        ];
        for (key, part) in parts {
            dict.set(SmolStr::new_static(key), Text::from_bytes(part).into())?;
        }
        Ok(dict.into())
    }),
    Function::new("urlJoin", &[Type::MAP], |_, args| join(&map(args, 0))),
];

/// Puts a URL together from a map of its parts.
fn join(parts: &Map) -> Result<Value, CallError> {
    let part = |key: &str| match parts.get(key) {
        None => Ok(Vec::new()),
        Some(value) if value.is_nil() => Err(CallError::new(super::arguments::NIL_DEREFERENCE)),
        Some(value) => match value.as_text() {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => Err(CallError::Message(format!(
                "unable to parse {key} key, must be of type string, but {} found",
                kind_name(&value)
            ))),
        },
    };
    let mut url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        user: None,
        raw_path: Vec::new(),
    };
    let user = part("userinfo")?;
    if !user.is_empty() {
        let whole = [b"proto://", user.as_slice(), b"@host"].concat();
        let parsed = Url::parse(&whole)
            .map_err(|error| CallError::Message(format!("unable to parse userinfo in dict: {error}")))?;
        url.user = parsed.user;
    }
    Ok(Text::from_bytes(url.written()).into())
}
