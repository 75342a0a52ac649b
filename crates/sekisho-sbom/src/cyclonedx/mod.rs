//! CycloneDX 1.x, as JSON and as XML.

mod read;
mod shape;
mod words;
mod write;

pub(crate) use read::read;
pub(crate) use shape::of_xml;
pub(crate) use write::{write_json, write_xml};
