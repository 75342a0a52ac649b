//! Container images as bytes and as a model: OCI's image specification and Docker's second schema.
//!
//! A reference leads to a [`ManifestDocument`](document::ManifestDocument): an index, of which
//! [`choose`](document::Index::choose) gives the entry for a [`Platform`](platform::Platform), or a manifest. With
//! its configuration a manifest makes an [`Image`](image::Image). [`LayerReader`](layer::LayerReader) turns the bytes
//! of a layer into entries as they come, holds nothing of them, and proves the digests of the packed and the unpacked
//! bytes at the end. Whiteouts are entries like others here: whoever lays layers over one another gives them their
//! meaning.
//!
//! Nothing is fetched and no file is opened here; every byte may be hostile, and every limit of a
//! [`Budget`](budget::Budget) is an error that names it.

pub mod archive;
pub mod budget;
pub mod digest;
pub mod document;
pub mod error;
pub mod image;
pub mod layer;
pub mod media_type;
pub mod platform;
pub mod stream;
pub mod tar;
mod window;
