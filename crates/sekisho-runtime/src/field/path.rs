//! `fs.path.*`: the paths that system calls name.

use sekisho_falco::Value;

use super::{fields, made, push};
use crate::state::path;
use crate::step::{Parameters, result};
use crate::view::View;

fields! {
    /// Fields of paths.
    PathField {
        Name "fs.path.name",
        RawName "fs.path.nameraw",
        Source "fs.path.source",
        RawSource "fs.path.sourceraw",
        Target "fs.path.target",
        RawTarget "fs.path.targetraw",
    }
}

pub(crate) fn extract<'e>(view: &'e View<'_>, field: PathField, values: &mut Vec<Value<'e>>) -> bool {
    push(values, value(view, field))
}

/// Which parameter of a system call holds the path; `*` is what its descriptor stands for.
pub(super) fn parameter(name: &str, field: PathField) -> Option<&'static str> {
    use PathField as F;
    match field {
        F::Name | F::RawName => match name {
            "mkdir" | "mkdirat" | "rmdir" | "unlink" | "chown" | "lchown" => Some("path"),
            "unlinkat" | "open" | "openat" | "openat2" | "umount" | "umount2" => Some("name"),
            "chmod" | "fchmodat" => Some("filename"),
            "fchmod" | "fchown" => Some("*"),
            "fchownat" => Some("pathname"),
            "quotactl" => Some("special"),
            _ => None,
        },
        F::Source | F::RawSource => match name {
            "rename" | "renameat" | "renameat2" => Some("oldpath"),
            "link" | "linkat" => Some("newpath"),
            "symlink" | "symlinkat" => Some("linkpath"),
            "mount" => Some("dev"),
            _ => None,
        },
        F::Target | F::RawTarget => match name {
            "rename" | "renameat" | "renameat2" => Some("newpath"),
            "link" | "linkat" => Some("oldpath"),
            "symlink" | "symlinkat" => Some("target"),
            "mount" => Some("dir"),
            _ => None,
        },
    }
}

fn value<'e>(view: &'e View<'_>, field: PathField) -> Option<Value<'e>> {
    let event = view.event;
    if event.head.kind.direction() == sekisho_capture::Direction::Enter {
        return None;
    }
    let call = event.head.kind.info().name;
    let wanted = parameter(call, field)?;
    let has_worked =
        if matches!(call, "open" | "openat" | "openat2") { result(event) != -1 } else { result(event) == 0 };
    if !has_worked {
        return None;
    }
    let raw: &[u8] = match wanted {
        "*" => &view.file()?.name,
        // Older events have the path in another parameter of the same name.
        name => event.text(view.place(name).or_else(|| older(view, name))?).unwrap_or(b"<NA>"),
    };
    if matches!(field, PathField::RawName | PathField::RawSource | PathField::RawTarget) {
        return Some(Value::text(raw));
    }
    if raw.first() == Some(&b'/') {
        return Some(made(path::joined(b"", raw)));
    }
    let slot = view.slot()?;
    let working = || view.state.working_folder(slot).to_vec();
    let of_descriptor = || match view.file() {
        Some(file) if file.kind == crate::state::file::FileKind::Folder => path::as_folder(&file.name),
        _ if view
            .thread()
            .is_some_and(|thread| thread.descriptor == crate::state::flag::AT_WORKING_FOLDER) =>
        {
            working()
        }
        _ => b"<UNKNOWN>".to_vec(),
    };
    let folder = match call {
        "openat" | "openat2" => {
            return Some(view.file().map_or(Value::text("<UNKNOWN>"), |file| Value::text(&*file.name)));
        }
        "fchownat" | "fchmodat" | "mkdirat" | "unlinkat" => of_descriptor(),
        "symlinkat" if field == PathField::Source => of_descriptor(),
        "symlinkat" => b"<UNKNOWN>".to_vec(),
        "renameat" | "renameat2" => {
            let place = if field == PathField::Target { 3 } else { 1 };
            view.state.folder(slot, raw, event.i64(place)?)
        }
        "linkat" => {
            let place = view.place(if field == PathField::Target { "olddir" } else { "newdir" })?;
            view.state.folder(slot, raw, event.i64(place)?)
        }
        _ => working(),
    };
    Some(made(path::joined(&folder, raw)))
}

fn older(view: &View<'_>, name: &str) -> Option<usize> {
    let other = match name {
        "path" => "name",
        "filename" => "path",
        _ => return None,
    };
    view.place(other)
}
