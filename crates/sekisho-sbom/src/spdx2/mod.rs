//! SPDX 2.x, as JSON, YAML and tag-value.

mod annotation;
mod read;
mod tag_value;
mod words;
mod write;

pub(crate) use read::read;
pub(crate) use tag_value::of_tag_value;
pub(crate) use write::{write_json, write_tag_value};
