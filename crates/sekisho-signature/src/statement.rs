//! Statements (in-toto): a claim about things that are named by their digests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The type of statements of version 1.
pub const STATEMENT_V1: &str = "https://in-toto.io/Statement/v1";
const STATEMENT_V01: &str = "https://in-toto.io/Statement/v0.1";

/// The most bytes of a statement: bills of materials of large images.
pub const STATEMENT_LIMIT: usize = 64 << 20;
/// The most things that one statement is about.
const SUBJECTS: usize = 10_000;

/// A claim about things that are named by their digests.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Statement {
    /// The form of the statement.
    #[serde(rename = "_type")]
    pub kind: String,
    /// What it is about.
    pub subject: Vec<Subject>,
    /// What kind of claim it is.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// The claim.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub predicate: Value,
}

/// A thing that a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Subject {
    /// What it is called; nothing is concluded from it.
    #[serde(default)]
    pub name: String,
    /// Its digests, each by the name of its hash function.
    pub digest: BTreeMap<String, String>,
}

/// Why there is no statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// It is larger than statements are.
    #[error("the statement has more than {limit} bytes, the limit")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// It is no JSON, or not of this form.
    #[error("the statement cannot be read: {0}")]
    Syntax(String),
    /// Another form.
    #[error("`{0}` is no form of a statement that is known")]
    Kind(String),
    /// It is about more things than are looked at.
    #[error("the statement is about more than {limit} things, the limit")]
    Subjects {
        /// The limit.
        limit: usize,
    },
}

impl Statement {
    /// A statement about one thing that is named by its SHA-256.
    pub fn about(name: &str, sha256: &str, predicate_type: &str, predicate: Value) -> Self {
        let digest = BTreeMap::from([("sha256".to_owned(), sha256.to_owned())]);
        Self {
            kind: STATEMENT_V1.to_owned(),
            subject: vec![Subject { name: name.to_owned(), digest }],
            predicate_type: predicate_type.to_owned(),
            predicate,
        }
    }

    /// Reads a statement.
    pub fn of_json(bytes: &[u8]) -> Result<Self, StatementError> {
        if bytes.len() > STATEMENT_LIMIT {
            return Err(StatementError::TooLarge { limit: STATEMENT_LIMIT });
        }
        let statement: Self =
            serde_json::from_slice(bytes).map_err(|error| StatementError::Syntax(error.to_string()))?;
        if statement.kind != STATEMENT_V1 && statement.kind != STATEMENT_V01 {
            return Err(StatementError::Kind(statement.kind.chars().take(100).collect()));
        }
        if statement.subject.len() > SUBJECTS {
            return Err(StatementError::Subjects { limit: SUBJECTS });
        }
        Ok(statement)
    }

    /// Whether it is about what has this digest.
    pub fn is_about(&self, algorithm: &str, value: &str) -> bool {
        self.subject.iter().any(|subject| {
            subject.digest.get(algorithm).is_some_and(|digest| digest.eq_ignore_ascii_case(value))
        })
    }
}
