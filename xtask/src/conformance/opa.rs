//! The cases of `conformance/opa`: modules, documents and queries of OPA's own suite, and what OPA answers.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sekisho_rego::Memory;
use sekisho_rego::functions::{Facts, World};
use sekisho_rego::value::{Object, Value, read_json};
use sekisho_rego::{Compiled, HostFunction, Options, Request, Source, compile};

use super::Outcome;

pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let path = data.join("cases.jsonl");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let mut outcomes = Vec::new();
    let mut seen = std::collections::HashMap::new();
    for (line, text) in text.lines().enumerate() {
        let Ok(case) = read_json(text) else { bail!("`{}` line {} is no JSON", path.display(), line + 1) };
        let note = case.field("note").and_then(Value::as_str).unwrap_or("").trim().to_owned();
        // A line of the ledger that begins with `#` is a remark.
        let note = if note.starts_with('#') { format!("case {note}") } else { note };
        let count: &mut u32 = seen.entry(note.clone()).or_default();
        *count += 1;
        let id = if *count > 1 { format!("{note}#{count}") } else { note };
        outcomes.push(Outcome { id, miss: miss(&case) });
    }
    Ok(outcomes)
}

/// The words that an error must hold: the code first, then the message.
fn wanted_error(case: &Value) -> Option<(Option<&str>, &str)> {
    let code = case.field("want_error_code").and_then(Value::as_str);
    let message = case.field("want_error").and_then(Value::as_str).unwrap_or("");
    (code.is_some() || !message.is_empty()).then_some((code, message))
}

/// Why a case does not pass.
fn miss(case: &Value) -> Option<String> {
    let wanted_error = wanted_error(case);
    let found = answers(case);
    match (found, wanted_error) {
        (Err(error), Some((code, message))) => {
            let has_code = code.is_none_or(|code| error.contains(code));
            // OPA has since added detail to messages, so that the head of what is wanted counts.
            let has_message = error.contains(message) || error.contains(head(message));
            (!has_code || !has_message).then(|| format!("wants {code:?} `{message}`, not `{error}`"))
        }
        (Err(error), None) => Some(format!("fails: {error}")),
        (Ok(found), Some((_, message))) => Some(format!("wants the error `{message}`, not {found:?}")),
        (Ok(found), None) => {
            let sorts = case.field("sort_bindings").and_then(Value::as_bool) == Some(true);
            let wanted = case.field("want_result")?.as_array()?.iter();
            let mut wanted: Vec<Value> = wanted.map(|answer| comparable(answer, sorts)).collect();
            let mut found: Vec<Value> = found.iter().map(|answer| comparable(answer, sorts)).collect();
            wanted.sort();
            found.sort();
            (wanted != found).then(|| format!("wants {wanted:?}, not {found:?}"))
        }
    }
}

/// The part of a message before what later versions put in brackets or after a colon at its end.
fn head(message: &str) -> &str {
    message.split(" (").next().unwrap_or(message)
}

/// An answer as JSON has it; with `sorts` arrays at its top are sorted.
fn comparable(answer: &Value, sorts: bool) -> Value {
    let plain = read_json(&answer.to_json()).unwrap_or_default();
    if !sorts {
        return plain;
    }
    let Value::Object(object) = &plain else { return plain };
    let sorted = object.entries().iter().map(|(key, value)| match value {
        Value::Array(items) => {
            let mut items = items.to_vec();
            items.sort();
            (key.clone(), Value::array(items))
        }
        other => (key.clone(), other.clone()),
    });
    Value::object(sorted.collect())
}

fn answers(case: &Value) -> Result<Vec<Value>, String> {
    let texts: Vec<&str> = case
        .field("modules")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let names: Vec<String> = (0..texts.len()).map(|index| format!("test-{index}.rego")).collect();
    let sources: Vec<Source<'_>> = texts
        .iter()
        .zip(&names)
        .map(|(text, name)| Source { file: name, text, ..Source::default() })
        .collect();
    // OPA's own runner has a function that waits; here nothing does.
    let sleep = |_: &[Value]| Ok(Some(Value::Null));
    let sleep = HostFunction { name: "test.sleep".to_owned(), arity: 1, call: std::sync::Arc::new(sleep) };
    let options = Options { functions: vec![sleep], steady: vec!["steady".to_owned()], ..Options::default() };
    let compiled = compile(&sources, &options).map_err(|errors| all(&errors))?;
    let input = match case.field("input_term").and_then(Value::as_str) {
        Some(term) => Some(term_value(term)?),
        None => case.field("input").cloned(),
    };
    let query = case.field("query").and_then(Value::as_str).unwrap_or("");
    let request = request(case, input.as_ref());
    compare_specialized(&compiled, &request)?;
    ask(&compiled, query, &request)
}

/// Every rule gives the same when it is made smaller for what the input is known to be: nothing, every other field,
/// every field.
fn compare_specialized(compiled: &Compiled, request: &Request<'_>) -> Result<(), String> {
    let request = Request { strict_errors: false, ..*request };
    let entries = request.input.and_then(Value::as_object).map(Object::entries).unwrap_or_default();
    let fields: Vec<(&str, &Value)> =
        entries.iter().filter_map(|(key, value)| Some((key.as_str()?, value))).collect();
    for module in compiled.modules() {
        for rule in &module.rules {
            let path: Vec<&str> =
                module.package.iter().chain([&rule.head.name]).map(|name| &**name).collect();
            let Some(document) = compiled.document(&path) else { continue };
            let value =
                |found: Result<sekisho_rego::Outcome, _>| found.map(|outcome| outcome.value).map_err(drop);
            let plain = value(compiled.evaluate(document, &request, &mut Memory::new()));
            for step in [usize::MAX, 2, 1] {
                let known: Vec<_> =
                    fields.iter().step_by(step).skip(usize::from(step > 2)).copied().collect();
                let present: Vec<&str> = fields.iter().map(|(key, _)| *key).collect();
                let Some(special) = compiled.specialize(document, &known, &present) else { continue };
                let found = value(special.evaluate(&request, &mut Memory::new()));
                if found != plain {
                    return Err(format!(
                        "`{}` gives {found:?} for known fields, not {plain:?}",
                        path.join(".")
                    ));
                }
            }
        }
    }
    Ok(())
}

/// What needs no network: addresses that are written out, and this machine's own name.
struct Local;

impl Facts for Local {
    fn http_send(&self, _: &Value) -> Result<Value, String> {
        Err("no requests are made here".to_owned())
    }

    fn lookup_ip_addr(&self, host: &str) -> Result<Vec<String>, String> {
        if host == "localhost" {
            return Ok(vec!["127.0.0.1".to_owned()]);
        }
        let address: std::net::IpAddr = host.parse().map_err(|_| format!("lookup {host}: no such host"))?;
        Ok(vec![address.to_string()])
    }
}

fn request<'r>(case: &'r Value, input: Option<&'r Value>) -> Request<'r> {
    Request {
        input,
        data: case.field("data").filter(|data| data.as_object().is_some()),
        world: World { now: 1_770_000_000_000_000_000, facts: Some(&Local), ..World::default() },
        strict_errors: case.field("strict_error").and_then(Value::as_bool) == Some(true),
        ..Request::default()
    }
}

fn ask(compiled: &Compiled, query: &str, request: &Request<'_>) -> Result<Vec<Value>, String> {
    let query = compiled.query(query).map_err(|errors| all(&errors))?;
    let answers = compiled.ask(&query, request, &mut Memory::new()).map_err(|error| error.to_string())?;
    let names = answers.names;
    let object = |bindings: Vec<Value>| {
        Value::object(names.iter().map(|name| Value::String(name.clone())).zip(bindings).collect())
    };
    Ok(answers.answers.into_iter().map(|answer| object(answer.bindings)).collect())
}

/// The value of a term of the language.
fn term_value(term: &str) -> Result<Value, String> {
    let compiled = compile(&[], &Options::default()).map_err(|errors| all(&errors))?;
    let found = ask(&compiled, &format!("x = {term}"), &Request::default())?;
    found.first().and_then(|answer| answer.field("x").cloned()).ok_or_else(|| "input is undefined".to_owned())
}

fn all(errors: &[sekisho_rego::RegoError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
