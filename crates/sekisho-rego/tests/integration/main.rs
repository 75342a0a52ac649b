//! Rego through the public API: modules in, results out.

mod budgets;
mod errors;
mod evaluation;
mod language;
mod support;
