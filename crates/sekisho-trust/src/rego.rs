//! Rego as policy-controller asks it: `data.sigstore.isCompliant` over a document.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use sekisho_rego::ast::RegoVersion;
use sekisho_rego::functions::World;
use sekisho_rego::value::{Value, read_json};
use sekisho_rego::{Compiled, Document, Memory, Options, Request, Source, compile};

use crate::error::ConditionError;

/// A module whose `isCompliant` is asked.
#[derive(Clone)]
pub(crate) struct Rego {
    compiled: Arc<Compiled>,
    document: Document,
}

impl fmt::Debug for Rego {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rego")
    }
}

impl Rego {
    /// Compiles a module, which must be of the package `sigstore`.
    pub(crate) fn of(module: &str) -> Result<Self, ConditionError> {
        let wrong = |message: String| ConditionError::Syntax { text: "isCompliant".to_owned(), message };
        let first = |version| {
            let source = Source { file: "policy.rego", text: module, version };
            compile(&[source], &Options::default())
        };
        // The language before version 1 is what such policies are written in; newer ones are taken too.
        let compiled = first(RegoVersion::V0).or_else(|errors| first(RegoVersion::V1).map_err(|_| errors));
        let compiled = compiled.map_err(|errors| {
            wrong(errors.first().map_or_else(|| "it is no Rego".to_owned(), ToString::to_string))
        })?;
        let document = compiled.document(&["sigstore", "isCompliant"]);
        let document = document
            .ok_or_else(|| wrong("there is no `isCompliant` in the package `sigstore`".to_owned()))?;
        Ok(Self { compiled: Arc::new(compiled), document })
    }

    /// Whether a document complies: `isCompliant` is true, or an object (or a set of them) whose `result` is true and which
    /// warns of nothing.
    pub(crate) fn check(&self, input: &str, now: Timestamp) -> Result<(), String> {
        let input = read_json(input).map_err(|error| error.to_string())?;
        let now = i64::try_from(now.as_nanosecond()).unwrap_or_default();
        let world = World { now, ..World::default() };
        let request = Request { input: Some(&input), world, ..Request::default() };
        let outcome = self.compiled.evaluate(self.document, &request, &mut Memory::new());
        let value = outcome.map_err(|error| error.to_string())?.value;
        let value = value.ok_or_else(|| "`isCompliant` is undefined".to_owned())?;
        judged(&value)
    }
}

fn judged(value: &Value) -> Result<(), String> {
    let json: serde_json::Value =
        serde_json::from_str(&value.to_json()).map_err(|error| error.to_string())?;
    match &json {
        serde_json::Value::Bool(true) => Ok(()),
        serde_json::Value::Array(answers) => {
            let mut reason = None;
            for answer in answers {
                match answered(answer) {
                    Ok(()) => return Ok(()),
                    Err(said) => drop(reason.get_or_insert(said)),
                }
            }
            Err(reason.unwrap_or_else(|| "`isCompliant` is empty".to_owned()))
        }
        serde_json::Value::Object(_) => answered(&json),
        _ => Err("`isCompliant` is not true".to_owned()),
    }
}

fn answered(answer: &serde_json::Value) -> Result<(), String> {
    let text = |field: &str| {
        let text = answer.get(field).and_then(serde_json::Value::as_str).unwrap_or_default();
        text.chars().take(300).collect::<String>()
    };
    let holds = answer.get("result").and_then(serde_json::Value::as_bool) == Some(true);
    match (holds, text("warning"), text("error")) {
        (true, warning, _) if warning.is_empty() => Ok(()),
        (true, warning, _) => Err(format!("it warns: {warning}")),
        (false, _, error) if error.is_empty() => Err("`isCompliant` is not true".to_owned()),
        (false, _, error) => Err(error),
    }
}
