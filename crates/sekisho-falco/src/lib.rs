//! Falco's rules: the language, the loader with all its results, and a compiler that shares what rules share.
//!
//! A [`Loader`] takes rule files in their order and gives for each what Falco says of it, with Falco's codes, and
//! the [`RuleSet`] of all so far. A [`RuleSet`] holds one graph a source, in which every distinct comparison and
//! every distinct value occurs once, and for each type of event the rules that can hold, with what the type
//! decides already decided. An [`Event`] is the seam to where events come from: it gives the values of fields.
//! [`RuleSet::matches`] asks for each at most once.
//!
//! This crate reads no file and knows no process: it takes texts and values and returns matches.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod candidates;
mod catalog;
pub mod condition;
mod event_types;
mod judged;
mod lint;
mod load;
mod output;
mod program;
mod ruleset;
mod value;

pub use catalog::{Argument, Catalog, Field, FieldError, FieldInfo, Reading};
pub use event_types::EventTypes;
pub use lint::{Remark, RemarkCode, remarks};
pub use load::{Code, ENGINE_VERSION, FileResult, Item, ItemKind, LoadBudget, Loader, Message, Version};
pub use output::{Form, MatchField};
pub use program::{Event, GraphSize, Grounds, IDENTITY_NUMBERS, Identity};
pub use ruleset::{Cost, Evaluator, Match, Matching, Priority, Rule, RuleSet, Selector};
pub use value::Value;
