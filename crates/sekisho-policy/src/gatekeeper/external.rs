//! `external_data` in rules: answered from facts, and never asked from outside.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use sekisho_rego::HostFunction;
use sekisho_rego::value::Value;

use crate::facts::Facts;

/// The name of the function.
pub(super) const NAME: &str = "external_data";

/// What Gatekeeper says of a provider that is not registered.
const UNREGISTERED: &str = "key is not found in provider cache";

/// What providers answer in one evaluation.
pub(super) struct Providers<'f> {
    facts: &'f dyn Facts,
    unknown: RefCell<BTreeSet<(String, String)>>,
}

/// The function as it is declared to the compiler; evaluations bring answers of their own.
pub(super) fn function() -> HostFunction {
    HostFunction {
        name: NAME.to_owned(),
        arity: 1,
        call: Arc::new(|_| Err("no external data is known here".to_owned())),
    }
}

impl<'f> Providers<'f> {
    pub(super) fn new(facts: &'f dyn Facts) -> Self {
        Self { facts, unknown: RefCell::default() }
    }

    /// The answer to a request of a rule: `provider` and `keys`.
    pub(super) fn answer(&self, arguments: &[Value]) -> Value {
        let request = arguments.first();
        let provider = request.and_then(|request| request.field("provider")).and_then(Value::as_str);
        let provider = provider.unwrap_or_default();
        if !self.facts.has_provider(provider) {
            return Value::fields([
                ("errors", Value::Null),
                ("responses", Value::Null),
                ("status_code", Value::from(400_i64)),
                ("system_error", Value::string(UNREGISTERED)),
            ]);
        }
        let keys = request.and_then(|request| request.field("keys")).and_then(Value::as_array);
        let (mut responses, mut errors, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        for key in keys.unwrap_or_default().iter().filter_map(Value::as_str) {
            match self.facts.external(provider, key) {
                Some(answer) if answer.error.is_empty() => {
                    responses.push(Value::array(vec![Value::string(key), Value::from(&answer.value)]));
                }
                Some(answer) => {
                    errors.push(Value::array(vec![Value::string(key), Value::string(answer.error)]));
                }
                None => missing.push(key),
            }
        }
        let failure = if missing.is_empty() { String::new() } else { refusal(provider, &missing) };
        let unknown = missing.into_iter().map(|key| (provider.to_owned(), key.to_owned()));
        self.unknown.borrow_mut().extend(unknown);
        let status: i64 = if failure.is_empty() { 200 } else { 400 };
        Value::fields([
            ("errors", Value::array(errors)),
            ("responses", Value::array(responses)),
            ("status_code", Value::from(status)),
            ("system_error", Value::string(failure)),
        ])
    }

    /// What was asked and is not known, in words.
    pub(super) fn unanswered(&self) -> Option<String> {
        let unknown = self.unknown.borrow();
        let (provider, _) = unknown.first()?;
        let keys: Vec<&str> =
            unknown.iter().filter(|(one, _)| one == provider).map(|(_, key)| key.as_str()).collect();
        Some(refusal(provider, &keys))
    }
}

fn refusal(provider: &str, keys: &[&str]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    format!(
        "external data provider `{provider}` is not asked from here: declare its answers to {} in a document \
         of kind `ExternalData`",
        keys.join(", ")
    )
}
