//! Kustomizations built natively, as kustomize 5.8 does, with the place of every field of the result.
//!
//! [`build`] takes a folder and a view on files and returns the objects in kustomize's order. Every node of
//! an object keeps the span of what made it: the file of the base, the patch, or the entry of the
//! kustomization. Charts are rendered by the caller, through [`Charts`].
//!
//! This crate reads no file and reaches no network: a base that lies elsewhere is refused, unless the caller
//! knows where it lies on disk.

mod accumulate;
mod build;
mod builder;
mod charts;
mod config;
mod decode;
mod default_specs;
mod embedded;
mod error;
mod field_spec;
mod files;
mod generate;
mod go_json;
mod id;
mod json_patch;
mod kustomization;
mod merge;
mod name_reference;
mod origin;
mod path;
mod plugin;
mod read;
mod resource;
mod resource_set;
mod schema;
mod selector;
mod take_over;
mod texts;
mod transform;
mod tree;
mod variable;
mod yaml3;

pub use build::{Built, Options, build};
pub use builder::Budget;
pub use charts::{Chart, Charts};
pub use error::{BuildError, BuildErrorKind};
pub use files::{Files, is_kustomization};
pub use merge::merge_strategic;
