//! URLs as Go's standard library reads them.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::map::Map;
use crate::value::{Opaque, Value};

pub(crate) const TABLE: &[Line] = &[
    ("url", Global, "string_to_url", "string -> kubernetes.URL", url),
    ("isURL", Global, "is_url_string", "string -> bool", is_url),
    ("getScheme", Member, "url_get_scheme", "kubernetes.URL -> string", scheme),
    ("getHost", Member, "url_get_host", "kubernetes.URL -> string", host),
    ("getHostname", Member, "url_get_hostname", "kubernetes.URL -> string", hostname),
    ("getPort", Member, "url_get_port", "kubernetes.URL -> string", port),
    ("getEscapedPath", Member, "url_get_escaped_path", "kubernetes.URL -> string", escaped_path),
    ("getQuery", Member, "url_get_query", "kubernetes.URL -> map(string, list(string))", query),
];

/// An absolute URL, or an absolute path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    scheme: String,
    opaque: String,
    user: String,
    host: String,
    escaped_path: String,
    query: String,
    fragment: String,
}

/// Where percent signs stand for bytes differs between the parts.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Path,
    Query,
    Host,
}

impl Url {
    /// Reads a URL; none where the Kubernetes API refuses it.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        // What is tested is the text as a whole, what is taken apart ends before the fragment.
        Self::request(text)?;
        match text.split_once('#') {
            Some((text, fragment)) => {
                unescape(fragment, Part::Path).ok_or("invalid URL escape")?;
                Self::split(text, fragment, false)
            }
            None => Self::split(text, "", false),
        }
    }

    /// Whether a text is a URL that may be requested, and why not.
    pub(crate) fn request(text: &str) -> Result<(), &'static str> {
        Self::split(text, "", true).map(drop)
    }

    fn split(text: &str, fragment: &str, strict: bool) -> Result<Self, &'static str> {
        if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
            return Err("net/url: invalid control character in URL");
        }
        if text.is_empty() {
            return Err("empty url");
        }
        let (scheme, rest) = split_scheme(text)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self {
            scheme: scheme.to_ascii_lowercase(),
            opaque: String::new(),
            user: String::new(),
            host: String::new(),
            escaped_path: String::new(),
            query: query.to_owned(),
            fragment: fragment.to_owned(),
        };
        if text == "*" {
            "*".clone_into(&mut url.escaped_path);
            return Ok(url);
        }
        if !rest.starts_with('/') {
            if scheme.is_empty() {
                return Err("invalid URI for request");
            }
            rest.clone_into(&mut url.opaque);
            return Ok(url);
        }
        let mut path = rest;
        // To be requested, a URL without scheme is a path even where it begins like a host.
        if (!scheme.is_empty() || !strict && !rest.starts_with("///"))
            && let Some(behind) = rest.strip_prefix("//")
        {
            let end = behind.find('/').unwrap_or(behind.len());
            let (authority, behind) = behind.split_at(end);
            path = behind;
            let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
            if !user.bytes().all(is_user_byte) || unescape(user, Part::Path).is_none() {
                return Err("net/url: invalid userinfo");
            }
            user.clone_into(&mut url.user);
            url.host = read_host(host)?;
        }
        let plain = unescape(path, Part::Path).ok_or("invalid URL escape")?;
        let encoded = path.bytes().all(|byte| is_plain(byte) || b"!$&'()*+,;=:@[]%/".contains(&byte));
        url.escaped_path = if encoded { path.to_owned() } else { escape_path(&plain) };
        Ok(url)
    }

    fn hostname(&self) -> &str {
        if let Some(inner) = self.host.strip_prefix('[')
            && let Some((name, _)) = inner.split_once(']')
        {
            return name;
        }
        split_port(&self.host).0
    }

    fn port(&self) -> &str {
        split_port(&self.host).1
    }
}

fn split_scheme(text: &str) -> Result<(&str, &str), &'static str> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme"),
            b':' => return Ok((text.get(..at).unwrap_or(""), text.get(at + 1..).unwrap_or(""))),
            _ => return Ok(("", text)),
        }
    }
    Ok(("", text))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)
}

fn is_user_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte)
}

fn read_host(host: &str) -> Result<String, &'static str> {
    let port = if host.starts_with('[') {
        let end = host.rfind(']').ok_or("missing ']' in host")?;
        host.get(end + 1..).unwrap_or("")
    } else {
        host.rfind(':').and_then(|at| host.get(at..)).unwrap_or("")
    };
    let digits = port
        .strip_prefix(':')
        .map_or(port.is_empty(), |digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if !digits {
        return Err("invalid port after host");
    }
    unescape(host, Part::Host).ok_or("invalid character in host name")
}

fn split_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, port),
        _ => (host, ""),
    }
}

fn unescape(text: &str, part: Part) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'%' => {
                let digits = text.get(at + 1..at + 3).filter(|digits| !digits.starts_with('+'))?;
                let value = u8::from_str_radix(digits, 16).ok()?;
                if part == Part::Host && value < 0x80 && digits != "25" {
                    return None;
                }
                out.push(value);
                at += 3;
                continue;
            }
            b'+' if part == Part::Query => out.push(b' '),
            byte if part == Part::Host
                && byte.is_ascii()
                && !is_plain(*byte)
                && !b"!$&'()*+,;=:[]<>\"".contains(byte) =>
            {
                return None;
            }
            byte => out.push(*byte),
        }
        at += 1;
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

fn escape_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if is_plain(byte) || b"$&+,/:;=@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    out
}

fn text(values: &[Value]) -> Result<&SmolStr, Failure> {
    match values {
        [Value::String(text)] => Ok(text),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn one(values: &[Value]) -> Result<&Url, Failure> {
    match values {
        [Value::Opaque(Opaque::Url(url))] => Ok(url),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn url(meter: &mut Meter, values: &[Value]) -> Given {
    let text = text(values)?;
    meter.memory(text.len().saturating_mul(2))?;
    let parsed = Url::parse(text).map_err(|why| {
        let shown = super::format_kubernetes::quoted(text);
        Failure::Argument(format!("URL parse error during conversion from string: parse {shown}: {why}"))
    })?;
    Ok(Value::Opaque(Opaque::Url(Arc::new(parsed))))
}

fn is_url(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(Url::request(text(values)?).is_ok()))
}

fn scheme(_: &mut Meter, values: &[Value]) -> Given {
    one(values).map(|url| Value::string(url.scheme.as_str()))
}

fn host(_: &mut Meter, values: &[Value]) -> Given {
    one(values).map(|url| Value::string(url.host.as_str()))
}

fn hostname(_: &mut Meter, values: &[Value]) -> Given {
    one(values).map(|url| Value::string(url.hostname()))
}

fn port(_: &mut Meter, values: &[Value]) -> Given {
    one(values).map(|url| Value::string(url.port()))
}

fn escaped_path(_: &mut Meter, values: &[Value]) -> Given {
    one(values).map(|url| Value::string(url.escaped_path.as_str()))
}

fn query(meter: &mut Meter, values: &[Value]) -> Given {
    let url = one(values)?;
    let mut found: Vec<(String, Vec<Value>)> = Vec::new();
    for pair in url.query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';')) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(key), Some(value)) = (unescape(key, Part::Query), unescape(value, Part::Query)) else {
            continue;
        };
        meter.items(4)?;
        meter.work(found.len())?;
        match found.iter_mut().find(|(known, _)| *known == key) {
            Some((_, all)) => all.push(Value::from(value)),
            None => found.push((key, vec![Value::from(value)])),
        }
    }
    let entries = found.into_iter().map(|(key, all)| (Value::from(key), Value::list(all))).collect();
    Map::new(entries).map(Value::Map).ok_or(Failure::NoSuchOverload)
}
