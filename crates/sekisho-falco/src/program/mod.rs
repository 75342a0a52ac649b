//! Conditions of one source, compiled into one graph in which whatever occurs twice is one node.

mod error;
mod evaluate;
mod event;
mod extract;
mod graph;
mod pattern;
mod possible;
mod test;
mod texts;
mod transform;

pub(crate) use self::error::CompileError;
pub(crate) use self::evaluate::{Run, Workspace};
pub use self::event::{Event, Grounds, IDENTITY_NUMBERS, Identity};
pub(crate) use self::extract::{Extract, Extracts};
pub use self::graph::GraphSize;
pub(crate) use self::graph::{Graph, NodeId};
pub(crate) use self::pattern::glob;
pub(crate) use self::possible::{Presence, Search};
pub(crate) use self::texts::TextHasher;
