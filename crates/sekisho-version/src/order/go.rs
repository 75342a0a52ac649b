//! Go: semantic versions of modules, and the names of toolchains (`go1.21rc2`), which become semantic versions as
//! Go's vulnerability database writes them (`1.21.0-rc.2`).

use crate::key::{Key, split_digits};
use crate::order::semver;

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let Some(toolchain) = text.strip_prefix("go") else { return semver::write(text, key) };
    // `go1.24.1 X:boringcrypto` and `go1.24.1-suffix` are builds of 1.24.1.
    let toolchain = toolchain.split([' ', '-', '+']).next().unwrap_or_default();
    let numbers = toolchain.len()
        - toolchain
            .trim_start_matches(|character: char| character.is_ascii_digit() || character == '.')
            .len();
    let (numbers, rest) = toolchain.split_at(numbers);
    if split_digits(numbers).0.is_empty() {
        return None;
    }
    semver::write_numbers(numbers, key);
    if rest.is_empty() {
        semver::write_prerelease(None, key);
        return Some(());
    }
    let digits = rest.trim_start_matches(|character: char| character.is_ascii_lowercase());
    let name = rest.strip_suffix(digits)?;
    semver::write_prerelease(Some(&format!("{name}.{digits}")), key);
    Some(())
}
