//! `x509.decode`: a certificate, or a request for one, as an object.

use std::sync::LazyLock;

use sekisho_cel::{Call, Environment, Nulls, Value};
use sekisho_kyverno::jmespath::{Expression, JmespathError, Surroundings};
use sekisho_kyverno::{Budget, Meter};
use sekisho_kyverno::{NoFacts, Settings};

use super::function::{Given, failed, globals, text};

pub(super) fn extend(environment: Environment) -> Environment {
    globals(environment, &["x509.decode"], "string -> dyn", decode)
}

/// Classic rules decode the same way.
static DECODE: LazyLock<Result<Expression, JmespathError>> =
    LazyLock::new(|| Expression::compile("x509_decode(@)"));

fn decode(call: &mut Call<'_>) -> Given {
    let text = text(call, 0)?;
    call.work(text.len())?;
    let expression = DECODE.as_ref().map_err(|error| failed(error.to_string()))?;
    let meter = Meter::new(Budget::default());
    let settings = Settings::default();
    let around = Surroundings::new(&meter, &NoFacts, &settings);
    let data = sekisho_kyverno::Value::String(text);
    let decoded = expression.search(&data, &around).map_err(|error| failed(error.to_string()))?;
    Ok(Value::from_node(&decoded.to_node(), Nulls::Kept))
}
