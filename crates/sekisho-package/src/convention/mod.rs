//! What several analyzers of an ecosystem share: how it writes names, sources and checksums.

pub(crate) mod conan;
pub(crate) mod conda;
pub(crate) mod headers;
pub(crate) mod maven;
pub(crate) mod npm;
pub(crate) mod python;
pub(crate) mod python_name;
