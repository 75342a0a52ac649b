//! Where images come from, and the one pass over their bytes. The only code that talks to a registry.
//!
//! A [`Target`] says where an image lies: in a registry, an archive, a layout, the storage of a runtime, with a
//! daemon. [`open`] finds its manifest and configuration there, and [`Opened::open_layer`] the bytes of each layer,
//! as a stream that goes on where it was broken off. [`pass_layer`] takes them past all analyzers of
//! `sekisho-package` and proves their digests; [`Cache`] keeps what was found by those digests.
//!
//! There is no async runtime: whoever wants several layers at once has threads. Nothing here prints, and what is
//! secret has no `Debug`.

mod address;
mod blob;
mod cache;
mod challenge;
mod client;
mod configurations;
mod credential;
mod error;
mod folder;
mod pass;
mod repository;
mod secret;
mod section;
mod settings;
mod signatures;
mod source;
mod tls;

pub use blob::Blob;
pub use cache::{Cache, CacheError, Proof};
pub use client::Client;
pub use credential::{
    Credential, CredentialDocument, CredentialError, Credentials, DocumentError, HelperError,
};
pub use error::{RegistryError, SourceError};
pub use pass::{Limits, PassError, Passed, pass_folder, pass_layer, pass_paths};
pub use repository::{Held, Referrers, Repository, fallback_tag};
pub use secret::Secret;
pub use section::Section;
pub use settings::Settings;
pub use signatures::{
    CANDIDATES_LIMIT, Found, Layout, REFERRERS_LIMIT, Search, attach_bundle, attach_layer, find_signatures,
    find_signatures_elsewhere, find_signatures_within,
};
pub use source::{LayerBytes, Opened, Target, TargetError, Wanted, digests, open};
