//! Context entries to values, when a variable first needs them.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::entry::{ContextEntry, EntrySource};
use crate::facts::{ApiCall, Service};
use crate::jmespath::{Expression, JmespathError, Surroundings};
use crate::value::Value;
use crate::variables::{VariableError, Variables, substitute};

/// Whose entries are loaded: it has variables, and takes what was loaded.
pub(super) trait Holder: Variables {
    /// What evaluations may use.
    fn around(&self) -> &Surroundings<'_>;

    /// The namespace of the policy; empty where it has none.
    fn policy_namespace(&self) -> &SmolStr;

    /// Adds the data of an entry; maps are merged.
    fn add_entry(&self, name: &str, data: Value) -> Result<(), VariableError>;

    /// Sets the data of an entry.
    fn replace_entry(&self, name: &str, data: Value) -> Result<(), VariableError>;
}

type Loaded = Result<Value, VariableError>;

/// Adds a limit that was passed to the others, and turns every other failure into text.
fn plain(error: JmespathError) -> VariableError {
    match error {
        JmespathError::Budget(limit) => limit.into(),
        other => VariableError::failed(other.to_string()),
    }
}

/// The value of an entry that is loaded for the first time, or for a variable every time. The value of what
/// was fetched is kept and stored again.
pub(super) fn load(entry: &ContextEntry, context: &dyn Holder, kept: Option<Value>) -> Loaded {
    let name = &entry.name;
    match &entry.source {
        EntrySource::Variable { value, jmespath, default } => {
            let output = variable(name, value, jmespath, default, context)?.with_floats();
            context.replace_entry(name, output.clone())?;
            Ok(output)
        }
        EntrySource::ConfigMap { name: map, namespace } => {
            let data = match kept {
                Some(kept) => kept,
                None => config_map(name, map, namespace, context).map_err(|error| {
                    error.within(&format!("failed to retrieve config map for context entry {name}"))
                })?,
            };
            context.add_entry(name, data.clone())?;
            Ok(data)
        }
        EntrySource::ApiCall { call, jmespath, default } => {
            let data = match kept {
                Some(kept) => kept,
                None => api_call(name, call, default, context)
                    .map_err(|error| error.within("failed to fetch data for APICall"))?,
            };
            store_answer(name, &data, jmespath, default, context)
                .map_err(|error| error.within("failed to store data for APICall"))?;
            Ok(data)
        }
        EntrySource::ImageRegistry { reference, jmespath } => {
            let data = match kept {
                Some(kept) => kept,
                None => image(name, reference, jmespath, context)?,
            };
            context.add_entry(name, data.clone())?;
            Ok(data)
        }
        EntrySource::GlobalReference { name: global, jmespath } => {
            let data = global_data(name, global, jmespath, context).map_err(|error| {
                error.within(&format!("failed to marshal APICall data for context entry {name}"))
            })?;
            context.add_entry(name, data.clone())?;
            Ok(data)
        }
    }
}

/// A text with its variables replaced, which must stay a text.
fn text(source: &SmolStr, context: &dyn Holder) -> Result<Option<SmolStr>, VariableError> {
    Ok(match substitute(&Value::String(source.clone()), context)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

fn variable(name: &str, value: &Value, jmespath: &SmolStr, default: &Value, context: &dyn Holder) -> Loaded {
    let failed = |what: &str| format!("failed to substitute variables in context entry {name} {what}");
    let path = text(jmespath, context).map_err(|error| error.within(&failed(jmespath)))?;
    let Some(path) = path else {
        return Err(VariableError::failed(format!(
            "jmespath value must be a string {name} {jmespath}: <nil>"
        )));
    };
    let default = substitute(default, context).map_err(|error| error.within(&failed(&default.to_plain())))?;
    let no_result = |found: &Value, error: VariableError| match error {
        VariableError::Failed(text) if default.is_null() => Err(VariableError::failed(format!(
            "failed to apply jmespath {path} to variable {}: {text}",
            found.to_plain()
        ))),
        VariableError::Failed(_) => Ok(default.clone()),
        limit @ VariableError::Budget(_) => Err(limit),
    };
    let output = if !value.is_null() {
        let value = substitute(value, context).map_err(|error| error.within(&failed(&value.to_plain())))?;
        if path.is_empty() {
            value
        } else {
            let found = compiled(&path, context.around())
                .and_then(|expression| expression.search(&value, context.around()).map_err(plain));
            found.or_else(|error| no_result(&Value::Null, error))?
        }
    } else if path.is_empty() {
        default
    } else {
        match context.query(&path) {
            Ok(Value::Null) => default,
            Ok(found) => found,
            Err(error) => no_result(&Value::Null, error)?,
        }
    };
    if output.is_null() {
        return Err(VariableError::failed(format!(
            "failed to add context entry for variable {name} since it evaluated to nil"
        )));
    }
    Ok(output)
}

fn config_map(entry: &str, name: &SmolStr, namespace: &SmolStr, context: &dyn Holder) -> Loaded {
    let part = |what: &str, source: &SmolStr| {
        let failed = format!("failed to substitute variables in context {entry} configMap.{what} {source}");
        text(source, context)
            .map_err(|error| error.within(&failed))?
            .ok_or_else(|| VariableError::failed(format!("{failed}: expected string")))
    };
    let (name, mut namespace) = (part("name", name)?, part("namespace", namespace)?);
    let home = context.policy_namespace();
    if namespace.is_empty() {
        namespace = if home.is_empty() { SmolStr::new_static("default") } else { home.clone() };
    }
    if !home.is_empty() && namespace != *home {
        return Err(VariableError::failed(format!(
            "context entry {entry}: configMap namespace {namespace:?} is different from policy namespace {home:?}"
        )));
    }
    let found = context.around().facts.config_map(&namespace, &name);
    found.map_err(|error| {
        VariableError::failed(format!("failed to get configmap {namespace}/{name} : {error}"))
    })
}

fn api_call(entry: &str, call: &Value, default: &Value, context: &dyn Holder) -> Loaded {
    let written = call.get("urlPath").and_then(Value::as_str).unwrap_or("");
    let call = substitute(call, context).map_err(|error| {
        error.within(&format!("failed to substitute variables in context entry {entry} {written}"))
    })?;
    let field = |value: &Value, key: &str| SmolStr::new(value.get(key).and_then(Value::as_str).unwrap_or(""));
    let url_path = field(&call, "urlPath");
    let home = context.policy_namespace();
    if !home.is_empty() {
        let path = clean(&url_path);
        match namespace_of(&path) {
            Some(namespace) if namespace == home => {}
            Some(namespace) => {
                return Err(VariableError::failed(format!(
                    "path {path} refers to namespace {namespace}, which is different from the policy namespace {home}"
                )));
            }
            None => {
                return Err(VariableError::failed(format!(
                    "path {path} does not contain a namespace segment, which is required for namespaced policies"
                )));
            }
        }
    }
    let method = match field(&call, "method") {
        method if method.is_empty() => SmolStr::new_static("GET"),
        method => method,
    };
    let service = call.get("service").filter(|service| !service.is_null()).map(|service| Service {
        url: field(service, "url"),
        headers: service
            .get("headers")
            .and_then(Value::as_list)
            .unwrap_or(&[])
            .iter()
            .map(|header| (field(header, "key"), field(header, "value")))
            .collect(),
    });
    let data = call.get("data").and_then(Value::as_list).map(|items| {
        items
            .iter()
            .map(|item| (field(item, "key"), item.get("value").cloned().unwrap_or_default()))
            .collect()
    });
    match context.around().facts.api_call(&ApiCall { url_path, method, data, service }) {
        Ok(answer) => Ok(answer.with_floats()),
        Err(_) if !default.is_null() => Ok(default.clone()),
        Err(error) => Err(VariableError::failed(error.to_string())),
    }
}

/// The namespace that a path of the API server lies in.
fn namespace_of(path: &str) -> Option<&str> {
    if !path.starts_with("/api/") && !path.starts_with("/apis/") {
        return None;
    }
    let (_, behind) = path.split_once("/namespaces/")?;
    behind.split('/').next().filter(|namespace| !namespace.is_empty())
}

/// A path with `%…` decoded and `..` resolved, so that neither hides another namespace.
fn clean(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let decoded = (byte == b'%')
            .then(|| {
                let mut ahead = rest.clone();
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let value = digit(ahead.next())? * 16 + digit(ahead.next())?;
                rest = ahead;
                u8::try_from(value).ok()
            })
            .flatten();
        bytes.push(decoded.unwrap_or(byte));
    }
    let text = String::from_utf8_lossy(&bytes);
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    format!("/{}", parts.join("/"))
}

fn store_answer(
    entry: &str,
    data: &Value,
    jmespath: &SmolStr,
    default: &Value,
    context: &dyn Holder,
) -> Result<(), VariableError> {
    if jmespath.is_empty() || (!default.is_null() && data == default) {
        return context.add_entry(entry, data.clone());
    }
    let path = text(jmespath, context).map_err(|error| {
        error.within(&format!("failed to substitute variables in context entry {entry} JMESPath {jmespath}"))
    })?;
    let path = path.unwrap_or_default();
    let found = searched(&path, data, context).map_err(|error| {
        error.within(&format!("failed to apply JMESPath {path} for context entry {entry}"))
    })?;
    context.add_entry(entry, found)
}

/// Reads an expression that is not over the context.
fn compiled(expression: &str, around: &Surroundings<'_>) -> Result<Arc<Expression>, VariableError> {
    Expression::shared(expression, around).map_err(|error| match error {
        JmespathError::Budget(limit) => VariableError::Budget(limit),
        other => VariableError::failed(format!("failed to compile JMESPath: {expression}, error: {other}")),
    })
}

fn searched(path: &SmolStr, data: &Value, context: &dyn Holder) -> Loaded {
    let expression = compiled(path, context.around())?;
    Ok(expression.search(data, context.around()).map_err(plain)?.with_floats())
}

fn image(entry: &str, reference: &SmolStr, jmespath: &SmolStr, context: &dyn Holder) -> Loaded {
    let part = |source: &SmolStr| {
        text(source, context).map_err(|error| {
            error.within(&format!("failed to substitute variables in context entry {entry} {source}"))
        })
    };
    let Some(reference) = part(reference)? else {
        return Err(VariableError::failed(format!(
            "invalid image reference {reference}, image reference must be a string"
        )));
    };
    let path = part(jmespath)?.unwrap_or_default();
    let data = context.around().facts.image(&reference).map_err(|error| {
        VariableError::failed(format!("failed to fetch image descriptor: {reference}, error: {error}"))
    })?;
    let data = data.with_floats();
    if path.is_empty() {
        return Ok(data);
    }
    searched(&path, &data, context).map_err(|error| match error {
        VariableError::Failed(text) => VariableError::failed(format!(
            "failed to apply JMESPath ({jmespath}) results to context entry {entry}, error: {text}"
        )),
        limit @ VariableError::Budget(_) => limit,
    })
}

fn global_data(entry: &str, name: &SmolStr, jmespath: &SmolStr, context: &dyn Holder) -> Loaded {
    if !context.policy_namespace().is_empty() {
        return Err(VariableError::failed(format!(
            "context entry {entry}: globalReference is not allowed in namespaced policies"
        )));
    }
    let name = text(name, context)?.unwrap_or_default();
    let path = text(jmespath, context)?.unwrap_or_default();
    let (global, rest) = name.split_once('.').unwrap_or((&name, ""));
    let projection = rest.split('.').next().unwrap_or("");
    let found = context.around().facts.global(global, projection);
    let data = found.map_err(|error| VariableError::failed(error.to_string()))?.with_floats();
    if path.is_empty() {
        return Ok(data);
    }
    let what = format_smolstr!("failed to apply JMESPath {path} for context entry {entry}");
    searched(&path, &data, context).map_err(|error| error.within(&what))
}
