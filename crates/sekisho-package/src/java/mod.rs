//! What an archive of Java says of itself: Maven's properties and models, the manifest, the name of the file.

mod file_name;
mod manifest;
mod maven;

pub(crate) use self::file_name::name_and_version;
pub(crate) use self::manifest::Manifest;
pub(crate) use self::maven::{Coordinates, model, properties};
