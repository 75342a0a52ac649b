//! Text → Kubernetes objects exactly as the API server would read them, with the place of every field.
//!
//! The one loader of the workspace: every YAML or JSON manifest enters through [`load`]. The result is a
//! tree of [`Node`]s that know their [`Span`], cut into [`Object`]s (a `List` is opened), over which
//! [`workload`] gives typed views.
//!
//! A file that holds one document by its nature (values, a kustomization) is read with [`load_one`], bytes
//! become text with [`decode`], and [`to_yaml`] writes what `kubectl -o yaml` would.
//!
//! This crate reads no file and knows no rule; it takes text and returns values.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

pub mod api;
mod decode;
mod duration;
pub mod edit;
mod error;
pub mod float;
mod image;
mod json;
mod list;
mod load;
mod node;
mod object;
mod operation;
mod origin;
mod path;
mod print;
mod quantity;
pub mod rbac;
mod renumber;
pub mod selector;
mod span;
mod tree;
pub mod workload;
mod yaml;

pub use decode::decode;
pub use duration::{Duration, DurationError};
pub use error::{LoadError, LoadErrorKind};
pub use image::{ImageRef, ImageRefError};
pub use load::{Budget, Document, Format, Loaded, load, load_one, load_one_as};
pub use node::{Entry, Mapping, Node, Value};
pub use object::{Object, ObjectRef, Place};
pub use operation::Operation;
pub use origin::{Origin, Origins, Traced, ValueOrigin};
pub use path::{FieldPath, Segment};
pub use print::{YamlMark, to_yaml, to_yaml_pretty, to_yaml_with_marks};
pub use quantity::{Quantity, QuantityError, Style as QuantityStyle};
pub use renumber::Renumbering;
pub use span::{LineIndex, Position, Source, SourceId, Span};
