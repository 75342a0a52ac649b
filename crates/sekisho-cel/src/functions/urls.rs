//! URLs as Go's standard library reads them.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::map::Map;
use crate::value::url::{Url, unescape_query};
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
        let (Some(key), Some(value)) = (unescape_query(key), unescape_query(value)) else {
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
