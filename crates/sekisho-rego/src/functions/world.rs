//! What functions learn from outside: the time, seeds, and answers that were gathered before.

use std::fmt;

use crate::value::Value;

/// What functions learn from outside; everything in it is a declared fact.
#[derive(Clone, Copy, Default)]
pub struct World<'w> {
    /// The time, in nanoseconds since 1970 in UTC.
    pub now: i64,
    /// The seed of everything random.
    pub seed: u64,
    /// What `opa.runtime` gives, without it an empty object.
    pub runtime: Option<&'w Value>,
    /// Who answers questions about the network; without it they are refused.
    pub facts: Option<&'w dyn Facts>,
    /// Who reads the text of a module for `rego.parse_module`.
    pub modules: Option<&'w dyn Modules>,
}

impl fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("now", &self.now).field("seed", &self.seed).finish_non_exhaustive()
    }
}

/// Answers that were gathered before the evaluation.
pub trait Facts {
    /// The response to a request of `http.send`.
    ///
    /// # Errors
    /// What went wrong, or why the request is refused.
    fn http_send(&self, request: &Value) -> Result<Value, String>;

    /// The addresses of a host, as texts.
    ///
    /// # Errors
    /// What went wrong, or why the question is refused.
    fn lookup_ip_addr(&self, host: &str) -> Result<Vec<String>, String>;
}

/// A reader of modules.
pub trait Modules {
    /// The syntax tree of a module, as a value.
    ///
    /// # Errors
    /// Why the text is none.
    fn parse(&self, file: &str, text: &str) -> Result<Value, String>;
}
