//! A file tree or the layers of an image → packages with the file and the layer that they came from.
//!
//! An adapter streams the entries of a layer, or of a folder, once through a [`LayerScan`]; every [`Analyzer`] that
//! asks for a file, and every [`Observer`], reads the same bytes. The result, a [`Layer`], is plain data: it is kept
//! by the digest of its layer and by [`analyzers_version`]. [`merge`] lays layers over one another, with whiteouts,
//! and gives the [`Contents`](sekisho_contents::Contents).

mod analyzer;
mod analyzers;
mod archive;
mod budget;
mod content;
mod convention;
mod delivery;
mod digest;
mod entry;
mod fault;
mod go_version;
mod java;
mod joining;
mod layer;
mod license_policy;
mod listing;
mod markup;
mod merge;
mod ownership;
mod paragraphs;
mod path;
mod program;
mod report;
mod roster;
mod rpm;
mod scan;
mod selection;
mod settle;
mod sheet;
mod term;
mod tree;
mod zip;

pub use analyzer::{Access, Analyzer, Purpose, ReadError, Select};
pub use archive::{ArchiveLimits, each_file, is_archive};
pub use budget::Budget;
pub use content::{Content, File, RandomAccess, Streamed};
pub use delivery::{Checksums, Deliveries};
pub use digest::digest_beginning;
pub use entry::{Entry, Kind};
pub use joining::{Joining, Seen};
pub use layer::{FileMode, Layer, Link, PathSet};
pub use license_policy::{LicenseException, LicensePolicy, Refusal, Refused};
pub use merge::{Merged, Unusual, merge, merge_image};
pub use path::path_hash;
pub use report::{Fact, FileReport, Found, Report};
pub use roster::{analyzers, analyzers_version};
pub use scan::{LayerScan, Observer, ScanError};
pub use sekisho_contents::license;
