//! The checks, held against the examples of their own manual pages and against each other.

mod cel;
mod census;
mod components;
mod examples;
mod mappings;
mod support;
