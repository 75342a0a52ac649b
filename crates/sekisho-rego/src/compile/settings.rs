//! What a compilation is told besides its modules.

use std::collections::HashMap;

/// How modules and queries are compiled.
#[derive(Debug, Default, Clone)]
pub(crate) struct Settings {
    pub(crate) is_strict: bool,
    pub(crate) keeps_print: bool,
    /// Functions of the host: their places and how many arguments they take.
    pub(crate) host: HashMap<String, (usize, usize)>,
    /// Built-in functions that may not be called.
    pub(crate) forbidden: Vec<String>,
}
