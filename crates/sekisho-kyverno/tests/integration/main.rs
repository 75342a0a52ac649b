//! Kyverno's language through the public API: policies, expressions and values in, verdicts out.

mod tables;
mod values;
