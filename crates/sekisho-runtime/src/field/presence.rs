//! Which types of events can have a value for a field: what rules ask in vain can be said before any event is seen.

use sekisho_capture::{EventFlags, EventType};
use sekisho_falco::Field;

use super::path::{self, PathField};

/// Whether events of a type can have a value for a field, as far as the type decides it.
pub fn may_have(field: &Field, kind: EventType) -> bool {
    let (name, info) = (field.info.name.as_str(), kind.info());
    if let Some(path) = PathField::by_name(name) {
        return path::parameter(info.name, path).is_some();
    }
    if name.starts_with("fd.") {
        return is_about_descriptors(kind);
    }
    if matches!(name, "evt.arg" | "evt.rawarg") {
        let argument = field.argument.as_deref().and_then(|argument| std::str::from_utf8(argument).ok());
        let Some(argument) = argument else { return true };
        return match argument.parse::<usize>() {
            Ok(place) => place < info.parameters.len(),
            Err(_) => info.parameters.iter().any(|parameter| parameter.name == argument),
        };
    }
    true
}

/// Whether events of a type are about descriptors.
pub(crate) fn is_about_descriptors(kind: EventType) -> bool {
    let flags = kind.info().flags;
    [EventFlags::CREATES_DESCRIPTOR, EventFlags::USES_DESCRIPTOR, EventFlags::DESTROYS_DESCRIPTOR]
        .into_iter()
        .any(|flag| flags.contains(flag))
}
