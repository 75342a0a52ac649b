//! Conditions on claims: in CEL, where `predicate`, `predicateType`, `image`, `bundle` and `now` are known; in Rego, as
//! policy-controller has them; and as Kyverno writes them, over the claim.

use std::sync::Arc;

use jiff::Timestamp;
use sekisho_cel::{Bindings, Budget, Environment, Nulls, Program, Type, Value};
use sekisho_kyverno::context::Context;
use sekisho_kyverno::jmespath::Surroundings;
use sekisho_kyverno::operators::Conditions;
use sekisho_kyverno::{NoFacts, Settings};
use sekisho_manifest::{Format, SourceId, load};
use sekisho_signature::statement::Statement;

use crate::bundle::BundleInForce;
use crate::error::ConditionError;
use crate::rego::Rego;

/// The release of Kubernetes whose functions are known.
const RELEASE: u32 = 36;
/// How conditions on whole statements call them.
const PAYLOAD: &str = "payload";
/// The most bytes of a claim that conditions look at.
const CLAIM_LIMIT: usize = 64 << 20;

/// A condition that a claim must meet.
#[derive(Debug, Clone)]
pub struct Condition {
    text: String,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Cel(Arc<Program>),
    /// Over the whole statement, as `payload`.
    Payload(Arc<Program>),
    Rego(Rego),
    Kyverno(Arc<Conditions>),
}

/// What conditions look at.
pub(crate) struct Looked<'l> {
    pub(crate) statement: &'l Statement,
    /// The name and the digest of the image.
    pub(crate) image: (&'l str, &'l str),
    pub(crate) bundle: Option<&'l BundleInForce>,
    pub(crate) now: Timestamp,
}

impl Condition {
    /// Compiles a condition.
    pub fn of(text: &str) -> Result<Self, ConditionError> {
        let environment = Environment::kubernetes(RELEASE)
            .with_variable("predicate", Type::Dyn)
            .with_variable("predicateType", Type::String)
            .with_variable("image", Type::Dyn)
            .with_variable("bundle", Type::Dyn)
            .with_variable("now", Type::Timestamp);
        Ok(Self { text: text.to_owned(), form: Form::Cel(compiled(&environment, text)?) })
    }

    /// A condition in CEL on the whole statement, which it knows as `payload`.
    pub(crate) fn of_payload(text: &str) -> Result<Self, ConditionError> {
        let environment = Environment::kubernetes(RELEASE).with_variable(PAYLOAD, Type::Dyn);
        Ok(Self { text: text.to_owned(), form: Form::Payload(compiled(&environment, text)?) })
    }

    /// A module of Rego whose `data.sigstore.isCompliant` must hold of the statement, which is the input.
    pub(crate) fn of_rego(module: &str) -> Result<Self, ConditionError> {
        Ok(Self { text: "isCompliant".to_owned(), form: Form::Rego(Rego::of(module)?) })
    }

    /// Conditions of Kyverno, whose variables are the fields of the claim.
    pub(crate) fn of_kyverno(conditions: &serde_json::Value) -> Result<Self, ConditionError> {
        let wrong = |message: String| ConditionError::Syntax { text: "conditions".to_owned(), message };
        let source = sekisho_kyverno::Value::from_node(&node(conditions)?);
        let read = Conditions::read(&source).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { text: "conditions".to_owned(), form: Form::Kyverno(Arc::new(read)) })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it may ask for a variable. Other languages than CEL may ask for the time, and for no bundle.
    pub(crate) fn names(&self, variable: &str) -> bool {
        match &self.form {
            Form::Cel(_) => self.text.contains(variable),
            Form::Payload(_) => false,
            Form::Rego(_) | Form::Kyverno(_) => variable == "now",
        }
    }

    fn truth(&self, program: &Program, bindings: &Bindings) -> Result<(), ConditionError> {
        match program.evaluate(bindings, &mut Budget::default()) {
            Ok(Value::Bool(true)) => Ok(()),
            Ok(Value::Bool(false)) => Err(ConditionError::NotMet(self.text.clone())),
            Ok(_) => Err(ConditionError::NoTruth(self.text.clone())),
            Err(error) => Err(ConditionError::Failed { text: self.text.clone(), message: error.to_string() }),
        }
    }

    /// Whether a claim meets it.
    pub(crate) fn check(&self, looked: &Looked<'_>) -> Result<(), ConditionError> {
        let text = || self.text.clone();
        let failed = |message: String| ConditionError::Failed { text: text(), message };
        match &self.form {
            Form::Cel(program) => self.truth(program, &bindings(looked)?),
            Form::Payload(program) => {
                let payload = serde_json::to_value(looked.statement).map_err(|_| ConditionError::Claim)?;
                self.truth(program, &Bindings::new().with(PAYLOAD, value(&payload)?))
            }
            Form::Rego(rego) => {
                let input = serde_json::to_string(looked.statement).map_err(|_| ConditionError::Claim)?;
                rego.check(&input, looked.now).map_err(failed)
            }
            Form::Kyverno(conditions) => {
                let meter = sekisho_kyverno::Meter::default();
                let settings = Settings { now: looked.now.as_nanosecond(), ..Settings::default() };
                let around = Surroundings::new(&meter, &NoFacts, &settings);
                let context = Context::new(&around);
                let claim = sekisho_kyverno::Value::from_node(&node(&looked.statement.predicate)?);
                for (name, value) in claim.as_map().into_iter().flat_map(sekisho_kyverno::Map::iter) {
                    context.add_entry(name, value.clone()).map_err(|error| failed(error.to_string()))?;
                }
                let held = conditions.evaluate(&context).map_err(|error| failed(error.to_string()))?;
                match (held.holds, held.message.is_empty()) {
                    (true, _) => Ok(()),
                    (false, true) => Err(ConditionError::NotMet(text())),
                    (false, false) => Err(failed(held.message)),
                }
            }
        }
    }
}

fn compiled(environment: &Environment, text: &str) -> Result<Arc<Program>, ConditionError> {
    let program = environment.compile(text).map_err(|error| ConditionError::Syntax {
        text: text.chars().take(200).collect(),
        message: error.to_string(),
    })?;
    Ok(Arc::new(program))
}

/// What conditions in CEL know of a claim.
fn bindings(looked: &Looked<'_>) -> Result<Bindings, ConditionError> {
    let (name, digest) = looked.image;
    let about = serde_json::json!({ "name": name, "digest": digest });
    let now = sekisho_cel::Timestamp::from_seconds(looked.now.as_second()).ok_or(ConditionError::Claim)?;
    let bindings = match looked.bundle {
        // A condition that asks for a bundle has no value where none is in force, and is not met.
        None => Bindings::new(),
        Some(BundleInForce { digest, commit, source }) => {
            let about = serde_json::json!({ "digest": digest, "commit": commit, "source": source });
            Bindings::new().with("bundle", value(&about)?)
        }
    };
    Ok(bindings
        .with("predicate", value(&looked.statement.predicate)?)
        .with("predicateType", looked.statement.predicate_type.as_str())
        .with("image", value(&about)?)
        .with("now", Value::Timestamp(now)))
}

fn value(json: &serde_json::Value) -> Result<Value, ConditionError> {
    Ok(Value::from_node(&node(json)?, Nulls::Kept))
}

pub(crate) fn node(json: &serde_json::Value) -> Result<sekisho_manifest::Node, ConditionError> {
    let text = json.to_string();
    let budget = sekisho_manifest::Budget { bytes: CLAIM_LIMIT, ..sekisho_manifest::Budget::default() };
    let loaded = load(SourceId(0), &text, Format::Json, &budget);
    loaded.documents.into_iter().next().map(|document| document.root).ok_or(ConditionError::Claim)
}
