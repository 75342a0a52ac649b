//! Conditions on claims, in CEL: `predicate`, `predicateType`, `image`, `bundle` and `now` are known.

use std::sync::Arc;

use jiff::Timestamp;
use sekisho_cel::{Bindings, Budget, Environment, Nulls, Program, Type, Value};
use sekisho_manifest::{Format, SourceId, load};

use crate::policy::BundleInForce;

/// The release of Kubernetes whose functions are known.
const RELEASE: u32 = 36;
/// The most bytes of a claim that conditions look at.
const CLAIM_LIMIT: usize = 64 << 20;

/// A condition that a claim must meet.
#[derive(Debug, Clone)]
pub struct Condition {
    text: String,
    program: Arc<Program>,
}

/// Why there is no condition, or why it is not met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// It is no CEL.
    #[error("`{text}` is no condition: {message}")]
    Syntax {
        /// The text.
        text: String,
        /// What is wrong.
        message: String,
    },
    /// It does not hold.
    #[error("the claim does not meet `{0}`")]
    NotMet(String),
    /// It has no value.
    #[error("the claim does not meet `{text}`: {message}")]
    Failed {
        /// The text.
        text: String,
        /// Why.
        message: String,
    },
    /// It is no truth value.
    #[error("`{0}` gives neither true nor false")]
    NoTruth(String),
    /// The claim cannot be looked at.
    #[error("the claim is too large or too deep to be looked at")]
    Claim,
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
        let program = environment.compile(text).map_err(|error| ConditionError::Syntax {
            text: text.chars().take(200).collect(),
            message: error.to_string(),
        })?;
        Ok(Self { text: text.to_owned(), program: Arc::new(program) })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether what is bound meets it.
    pub(crate) fn check(&self, bindings: &Bindings) -> Result<(), ConditionError> {
        let text = || self.text.clone();
        match self.program.evaluate(bindings, &mut Budget::default()) {
            Ok(Value::Bool(true)) => Ok(()),
            Ok(Value::Bool(false)) => Err(ConditionError::NotMet(text())),
            Ok(_) => Err(ConditionError::NoTruth(text())),
            Err(error) => Err(ConditionError::Failed { text: text(), message: error.to_string() }),
        }
    }
}

/// What conditions know of a claim.
pub(crate) fn bindings(
    predicate: &serde_json::Value,
    predicate_type: &str,
    image: (&str, &str),
    bundle: Option<&BundleInForce>,
    now: Timestamp,
) -> Result<Bindings, ConditionError> {
    let (name, digest) = image;
    let about = serde_json::json!({ "name": name, "digest": digest });
    let now = sekisho_cel::Timestamp::from_seconds(now.as_second()).ok_or(ConditionError::Claim)?;
    let bindings = match bundle {
        // A condition that asks for a bundle has no value where none is in force, and is not met.
        None => Bindings::new(),
        Some(BundleInForce { digest, commit, source }) => {
            let about = serde_json::json!({ "digest": digest, "commit": commit, "source": source });
            Bindings::new().with("bundle", value(&about)?)
        }
    };
    Ok(bindings
        .with("predicate", value(predicate)?)
        .with("predicateType", predicate_type)
        .with("image", value(&about)?)
        .with("now", Value::Timestamp(now)))
}

fn value(json: &serde_json::Value) -> Result<Value, ConditionError> {
    let text = json.to_string();
    let budget = sekisho_manifest::Budget { bytes: CLAIM_LIMIT, ..sekisho_manifest::Budget::default() };
    let loaded = load(SourceId(0), &text, Format::Json, &budget);
    let document = loaded.documents.into_iter().next().ok_or(ConditionError::Claim)?;
    Ok(Value::from_node(&document.root, Nulls::Kept))
}
