//! Templates in, rendered texts and origins out.

mod language;
mod semver;
