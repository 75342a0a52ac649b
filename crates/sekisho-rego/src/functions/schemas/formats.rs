//! The formats that schemas can ask of strings.

use std::net::IpAddr;

use sekisho_go::time;
use sekisho_go::url::Url;

use super::super::call::Call;
use super::super::error::BuiltinError;
use super::super::regex;
use crate::value::bytes_of;

/// Whether a text is of a format; everything is of one that is not known.
pub(super) fn fits(call: &mut Call<'_>, format: &str, text: &str) -> Result<bool, BuiltinError> {
    call.charge(1 + text.len() / 8)?;
    let is_time = |layouts: &[&str]| {
        layouts.iter().any(|layout| time::parse(layout.as_bytes(), text.as_bytes()).is_ok())
    };
    let url = || Url::parse(&bytes_of(text)).ok().filter(|_| !text.contains('\\'));
    let mut matches = |pattern: &str| -> Result<bool, BuiltinError> {
        Ok(regex::compile(call, pattern)?.regex.is_match(text))
    };
    Ok(match format {
        "date" => is_time(&["2006-01-02"]),
        "time" => is_time(&["15:04:05Z07:00", "15:04:05"]),
        "date-time" => is_time(&["15:04:05", "15:04:05Z07:00", "2006-01-02", "2006-01-02T15:04:05Z07:00"]),
        "hostname" => {
            text.len() < 256
                && matches(
                    r"^([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])(\.([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9]))*$",
                )?
        }
        "email" | "idn-email" => is_address(text),
        "ipv4" => text.contains('.') && text.parse::<IpAddr>().is_ok(),
        "ipv6" => text.contains(':') && text.parse::<IpAddr>().is_ok(),
        "uri" | "iri" => url().is_some_and(|url| !url.scheme.is_empty()),
        "uri-reference" | "iri-reference" => url().is_some(),
        "uri-template" => url().is_some_and(|url| has_balanced_braces(&url.path)),
        "uuid" => matches("^(?i)[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$")?,
        "regex" => match regex::compile(call, text) {
            Ok(_) => true,
            Err(BuiltinError::Failed(_)) => false,
            Err(other) => return Err(other),
        },
        "json-pointer" => matches("^(?:/(?:[^~/]|~0|~1)*)*$")?,
        "relative-json-pointer" => matches("^(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~0|~1)*)*)$")?,
        _ => true,
    })
}

fn has_balanced_braces(path: &[u8]) -> bool {
    let mut is_open = false;
    for byte in path {
        match byte {
            b'{' if !is_open => is_open = true,
            b'}' => is_open = false,
            _ => {}
        }
    }
    !is_open
}

/// Whether this is an address as mail has them: a local part of words, with an optional name before it.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    let address = match text.strip_suffix('>').map(|text| text.rsplit_once('<')) {
        Some(Some((_, address))) => address,
        Some(None) => return false,
        None => text,
    };
    let is_word = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || !c.is_ascii() || "!#$%&'*+-/=?^_`{|}~".contains(c))
    };
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let is_quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    let is_literal = domain.starts_with('[') && domain.ends_with(']');
    (is_quoted || local.split('.').all(is_word)) && (is_literal || domain.split('.').all(is_word))
}
