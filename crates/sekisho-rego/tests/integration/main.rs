//! Rego through the public API: modules in, results out.
