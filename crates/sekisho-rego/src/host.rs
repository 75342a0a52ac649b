//! Functions that the host gives to rules.

use std::fmt;
use std::sync::Arc;

use crate::value::Value;

/// What a function of the host does: a value, none where it is undefined, or an error with its message.
pub type HostCall = Arc<dyn Fn(&[Value]) -> Result<Option<Value>, String> + Send + Sync>;

/// What answers the calls of functions of the host in one evaluation: the name of the function, and its
/// arguments.
pub type HostAnswers<'r> = dyn Fn(&str, &[Value]) -> Result<Option<Value>, String> + 'r;

/// A function that the host gives to rules.
#[derive(Clone)]
pub struct HostFunction {
    /// Its name, such as `external_data`. It is also found as a function of documents: `cautils.f` is what
    /// `cautils.f(x)` calls after `import data.cautils`.
    pub name: String,
    /// How many arguments it takes.
    pub arity: usize,
    /// What it does.
    pub call: HostCall,
}

impl fmt::Debug for HostFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFunction")
            .field("name", &self.name)
            .field("arity", &self.arity)
            .finish_non_exhaustive()
    }
}
