//! Paths within an image: one spelling, no way out of the root.

use std::borrow::Cow;

/// The longest path that is taken, in bytes.
const LONGEST: usize = 8192;

/// The path without leading slash, empty and `.` parts. None where it is empty, leaves the root, holds a NUL, or is
/// longer than any file system takes.
pub(crate) fn normalized(path: &str) -> Option<Cow<'_, str>> {
    if path.len() > LONGEST || path.contains('\0') {
        return None;
    }
    let trimmed = path.strip_prefix("./").unwrap_or(path).trim_matches('/');
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    if trimmed.split('/').all(is_plain) {
        return Some(Cow::Borrowed(trimmed));
    }
    let parts = trimmed.split('/').filter(|part| !part.is_empty() && *part != ".");
    let mut kept: Vec<&str> = Vec::new();
    for part in parts {
        if part == ".." {
            return None;
        }
        kept.push(part);
    }
    (!kept.is_empty()).then(|| Cow::Owned(kept.join("/")))
}

/// The last part of a path.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Whether a path ends with one of these; case counts.
pub(crate) fn ends(path: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| path.ends_with(ending))
}

/// The folder of a path; empty at the root.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The path and the folders above it, the nearest first, without the root.
pub(crate) fn ancestry(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(folder, _)| folder))
}

/// The number by which sets of paths know a path: 64 bits of FNV-1a over it without a leading slash, finished so
/// that similar paths lie apart. Two of ten million paths meet by chance once in 370,000 images.
pub fn path_hash(path: &str) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in path.trim_start_matches('/').bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

/// Where a symbolic link leads, as a path from the root; none where it leaves it or is empty.
pub(crate) fn led(link: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => folder(link).split('/').filter(|part| !part.is_empty()).collect(),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            // The root is its own parent.
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}
