//! Paths with slashes. Helm's functions for paths of the operating system do the same on the systems whose
//! paths have slashes, and so do these on all.

use super::arguments::text;
use super::function::{Body, Family, Function};
use crate::value::{Text, Type};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("base", ONE, BASE),
    Function::new("osBase", ONE, BASE),
    Function::new("dir", ONE, DIR),
    Function::new("osDir", ONE, DIR),
    Function::new("clean", ONE, CLEAN),
    Function::new("osClean", ONE, CLEAN),
    Function::new("ext", ONE, EXT),
    Function::new("osExt", ONE, EXT),
    Function::new("isAbs", ONE, IS_ABS),
    Function::new("osIsAbs", ONE, IS_ABS),
];

const ONE: &[Type] = &[Type::String];

const BASE: Body = |_, args| {
    let path = text(args, 0);
    let bytes = path.as_bytes();
    if bytes.is_empty() {
        return Ok(".".into());
    }
    let Some(last) = bytes.iter().rposition(|byte| *byte != b'/') else {
        return Ok("/".into());
    };
    let slash = bytes.iter().take(last).rposition(|byte| *byte == b'/');
    Ok(path.slice(slash.map_or(0, |slash| slash + 1)..last + 1).into())
};

const DIR: Body = |_, args| {
    let path = text(args, 0);
    let slash = path.as_bytes().iter().rposition(|byte| *byte == b'/');
    Ok(clean(&path.slice(0..slash.map_or(0, |slash| slash + 1))).into())
};

const CLEAN: Body = |_, args| Ok(clean(text(args, 0)).into());

const EXT: Body = |_, args| {
    let path = text(args, 0);
    let mark = path.as_bytes().iter().rposition(|byte| matches!(byte, b'/' | b'.'));
    match mark.filter(|mark| path.as_bytes().get(*mark) == Some(&b'.')) {
        Some(dot) => Ok(path.slice(dot..path.len()).into()),
        None => Ok("".into()),
    }
};

const IS_ABS: Body = |_, args| Ok(text(args, 0).as_bytes().starts_with(b"/").into());

/// The shortest path to the same place: without `.`, without `..` behind a name, without slashes too many.
fn clean(path: &Text) -> Text {
    let bytes = path.as_bytes();
    let is_rooted = bytes.starts_with(b"/");
    let mut names: Vec<&[u8]> = Vec::new();
    for name in bytes.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => match names.last() {
                Some(last) if *last != b".." => {
                    names.pop();
                }
                _ if is_rooted => {}
                _ => names.push(name),
            },
            _ => names.push(name),
        }
    }
    let mut clean = if is_rooted { b"/".to_vec() } else { Vec::new() };
    clean.extend(names.join(&b'/'));
    if clean.is_empty() {
        clean.push(b'.');
    }
    if clean == bytes { path.clone() } else { Text::from_bytes(clean) }
}
