//! NuGet: up to four numbers, a pre-release without regard to case; the build counts for nothing.

use crate::key::Key;
use crate::order::semver;

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let parts = semver::split(text)?;
    semver::write_numbers(parts.numbers, key);
    semver::write_prerelease(parts.prerelease.map(str::to_ascii_lowercase).as_deref(), key);
    Some(())
}
