//! Semantic versions, read as widely as their users write them, and the dialects of Dart, Julia and Bitnami.
//! See semver.org, version 2.0.0.

use crate::key::{Key, is_number, split_digits};

// A pre-release is before the release.
const PRERELEASE: u8 = 0;
const RELEASE: u8 = 1;

/// A version in its parts.
pub(crate) struct Parts<'t> {
    /// The numbers, between dots.
    pub(crate) numbers: &'t str,
    /// Without the hyphen; none where there is none.
    pub(crate) prerelease: Option<&'t str>,
    /// Without the plus sign.
    pub(crate) build: Option<&'t str>,
}

/// Takes a version apart: a `v` or `=` in front, numbers between dots, then a pre-release and a build.
pub(crate) fn split(text: &str) -> Option<Parts<'_>> {
    let text = text.trim_start_matches(['=', ' ']);
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let (text, build) = match text.split_once('+') {
        Some((text, build)) => (text, Some(build)),
        None => (text, None),
    };
    let mut end = 0;
    let mut rest = text;
    loop {
        let (digits, after) = split_digits(rest);
        if digits.is_empty() {
            // `1.a`: the dot belongs to the pre-release.
            break;
        }
        end = text.len() - after.len();
        match after.strip_prefix('.') {
            Some(after) => rest = after,
            None => break,
        }
    }
    let (numbers, rest) = text.split_at(end);
    if numbers.is_empty() {
        return None;
    }
    let prerelease = rest.strip_prefix('-').or_else(|| rest.strip_prefix('.')).unwrap_or(rest);
    let is_readable = prerelease.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    if !is_readable || rest.starts_with("..") {
        return None;
    }
    Some(Parts { numbers, prerelease: (!rest.is_empty()).then_some(prerelease), build })
}

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let parts = split(text)?;
    write_numbers(parts.numbers, key);
    write_prerelease(parts.prerelease, key);
    Some(())
}

/// Dart: a build is after none, and builds are compared as pre-releases are.
pub(super) fn write_pub(text: &str, key: &mut Key) -> Option<()> {
    write(text, key)?;
    if let Some(build) = split(text)?.build {
        write_identifiers(build, key);
    }
    Some(())
}

/// Julia: the same, and `1.0.0-` is before every other pre-release.
pub(super) fn write_julia(text: &str, key: &mut Key) -> Option<()> {
    write_pub(text, key)
}

/// Bitnami: a number alone behind the hyphen is a revision of the package, which is newer than none.
pub(super) fn write_bitnami(text: &str, key: &mut Key) -> Option<()> {
    let parts = split(text)?;
    write_numbers(parts.numbers, key);
    if let Some(revision) = parts.prerelease.filter(|revision| is_number(revision)) {
        key.byte(RELEASE);
        key.number(revision);
    } else {
        write_prerelease(parts.prerelease, key);
        key.number("");
    }
    Some(())
}

/// Numbers without the zeros at their end, so that `1` is `1.0.0`.
pub(super) fn write_numbers(numbers: &str, key: &mut Key) {
    let mut zeros = 0;
    for number in numbers.split('.') {
        if number.bytes().all(|byte| byte == b'0') {
            zeros += 1;
            continue;
        }
        for _ in 0..zeros {
            key.byte(1);
            key.number("");
        }
        zeros = 0;
        key.byte(1);
        key.number(number);
    }
    key.byte(0);
}

pub(super) fn write_prerelease(prerelease: Option<&str>, key: &mut Key) {
    match prerelease {
        Some(prerelease) => {
            key.byte(PRERELEASE);
            write_identifiers(prerelease, key);
        }
        None => key.byte(RELEASE),
    }
}

/// Identifiers between dots: empty ones, numbers, texts.
fn write_identifiers(identifiers: &str, key: &mut Key) {
    for identifier in identifiers.split('.') {
        if identifier.is_empty() {
            key.byte(1);
        } else if is_number(identifier) {
            key.byte(2);
            key.number(identifier);
        } else {
            key.byte(3);
            key.text(identifier);
        }
    }
    key.byte(0);
}

pub(super) fn is_prerelease(text: &str) -> bool {
    split(text).is_some_and(|parts| parts.prerelease.is_some())
}
