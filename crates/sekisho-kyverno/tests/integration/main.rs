//! Kyverno's language through the public API: policies, expressions and values in, verdicts out.

mod declared;
mod hostile;
mod rules;
mod tables;
mod values;
