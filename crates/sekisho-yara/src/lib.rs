//! YARA rules: text to compiled rules, and bytes of a file to the rules that hold of them.
//!
//! [`Rules::compile`] reads rules and says of each that it leaves out why: those that need a module other than `elf`,
//! `pe`, `math`, `hash` and `string` are not evaluated, and nothing is passed over in silence. [`Rules::scan`] looks at a file in
//! memory. One automaton finds for all rules which of their strings can be there at all; only those are looked for.
//!
//! Nothing is compiled to machine code, and a scan ends within its budget.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod condition;
mod error;
mod evaluate;
mod function;
mod hex;
mod module;
mod parser;
mod path;
mod pattern;
mod rule;
mod rules;
mod scan;
mod token;
mod value;

pub use error::{Omission, ScanError, SyntaxError};
pub use rules::{Match, Rules, Subject};
