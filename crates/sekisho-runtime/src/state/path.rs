//! Paths: joined and made plain as the makers of events do it.

/// No path is longer than this with its folder.
const MAX_PATH_BYTES: usize = 1024;
/// What stands for a path that is too long.
const TOO_LONG: &[u8] = b"/DIR_TOO_LONG/FILENAME_TOO_LONG";

/// Whether a name is no longer with a folder of so many bytes than paths may be.
pub(crate) fn fits(folder_bytes: usize, name: &[u8]) -> bool {
    folder_bytes + name.len() < MAX_PATH_BYTES
}

/// Whether a name is a path from the root that is plain already: joined with a folder of so many bytes it is itself.
pub(crate) fn is_plain(folder_bytes: usize, name: &[u8]) -> bool {
    if !fits(folder_bytes, name) || name.first() != Some(&b'/') {
        return false;
    }
    // Behind a slash neither a slash nor a dot may follow, and nothing but the root ends with one.
    let mut after_slash = false;
    for byte in name {
        if after_slash && matches!(byte, b'/' | b'.') {
            return false;
        }
        after_slash = *byte == b'/';
    }
    !after_slash || name.len() == 1
}

/// The path that a name has in a folder: without `.`, `..` and double slashes. A folder ends with a slash.
pub(crate) fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.len() + name.len() + 1 > MAX_PATH_BYTES {
        return TOO_LONG.to_vec();
    }
    let is_relative = name.first().is_some_and(|first| *first != b'/');
    let mut out = Vec::with_capacity(folder.len() + name.len());
    if is_relative {
        out.extend(folder);
    }
    let mut rest = name;
    while let Some(first) = rest.first() {
        if *first == b'/' {
            if out.last() != Some(&b'/') {
                out.push(b'/');
            }
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let end = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        let is_apart = out.is_empty() || out.last() == Some(&b'/');
        rest = behind;
        match part {
            b"." if is_apart => rest = rest.strip_prefix(b"/").unwrap_or(rest),
            b".." if is_apart => {
                above(&mut out);
                rest = rest.strip_prefix(b"/").unwrap_or(rest);
            }
            part => out.extend(part),
        }
    }
    if out.len() > 1 && out.last() == Some(&b'/') {
        out.pop();
    }
    out
}

/// Takes the last part off; the root stays.
fn above(path: &mut Vec<u8>) {
    if path.len() <= 1 {
        return;
    }
    path.pop();
    let end = path.iter().rposition(|byte| *byte == b'/').map_or(0, |place| place + 1);
    path.truncate(end);
}

/// A folder's name with a slash at its end.
pub(crate) fn as_folder(path: &[u8]) -> Vec<u8> {
    let mut folder = path.to_vec();
    if folder.last() != Some(&b'/') {
        folder.push(b'/');
    }
    folder
}

/// The same without double slashes.
pub(crate) fn without_double_slashes(path: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(path.len());
    for byte in path {
        if *byte != b'/' || out.last() != Some(&b'/') {
            out.push(*byte);
        }
    }
    out
}
