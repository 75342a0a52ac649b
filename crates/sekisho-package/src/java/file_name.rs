//! The name of an archive's file, `commons-io-2.11.0.jar`, as name and version.

/// The name and the version of a file's name without its ending. The version begins behind the first hyphen after
/// which a digit stands, or a word that begins versions (`rc1`, `build7`, `r09`); else behind `_` or `.`.
pub(crate) fn name_and_version(file: &str) -> (&str, Option<&str>) {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let split = |separators: &[char]| {
        stem.match_indices(separators)
            .map(|(at, _)| (stem.get(..at).unwrap_or_default(), stem.get(at + 1..).unwrap_or_default()))
            .find(|(name, version)| !name.is_empty() && begins_version(version))
    };
    split(&['-'])
        .or_else(|| split(&['_', '.']).filter(|(_, version)| version.contains('.')))
        .map_or((stem, None), |(name, version)| (name, Some(version)))
}

fn begins_version(text: &str) -> bool {
    let is_digit = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    is_digit(text) || ["build", "rc", "r"].iter().any(|word| text.strip_prefix(word).is_some_and(is_digit))
}
