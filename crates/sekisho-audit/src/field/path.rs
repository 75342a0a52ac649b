//! Paths as Sigma's rules write them: names with dots between them, arrays passed through.

use crate::event::AuditEvent;
use crate::json::{Json, JsonKind};

/// No path has more names than this.
const MAX_STEPS: usize = 32;

/// Where a name is looked for that is no member of the event, in this order; the request last, at any depth.
const PLACES: &[&str] = &["objectRef", "user", "responseStatus"];

/// Gives every value at a path. A name may hold dots itself, as those of annotations do. What lies in arrays is
/// given one by one. Where the event has no such member, `apiGroup` means that of the object, and a name as
/// `hostPath` whatever has it in the object that was sent.
pub fn resolve_path<'t>(event: &AuditEvent<'t>, path: &str, each: &mut dyn FnMut(Json<'t>)) {
    if path.split('.').count() > MAX_STEPS {
        return;
    }
    let root = event.root();
    if walk(root, path, each) {
        return;
    }
    let first = path.split('.').next().unwrap_or_default();
    if is_member(first) {
        return;
    }
    for place in PLACES {
        if root.get(place).is_some_and(|value| walk(value, path, each)) {
            return;
        }
    }
    if let Some(request) = event.request_object() {
        request.descendants(first, &mut |parent| {
            walk(parent, path, each);
        });
    }
}

/// Whether an event can have this member.
fn is_member(name: &str) -> bool {
    [
        "kind",
        "apiVersion",
        "metadata",
        "level",
        "auditID",
        "stage",
        "requestURI",
        "verb",
        "user",
        "impersonatedUser",
        "authenticationMetadata",
        "sourceIPs",
        "userAgent",
        "objectRef",
        "responseStatus",
        "requestObject",
        "responseObject",
        "requestReceivedTimestamp",
        "stageTimestamp",
        "annotations",
    ]
    .contains(&name)
}

/// Goes along a path; whether anything lies at its end.
fn walk<'t>(value: Json<'t>, path: &str, each: &mut dyn FnMut(Json<'t>)) -> bool {
    match value.kind() {
        JsonKind::Array => {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            if let Ok(place) = first.parse::<usize>() {
                return value.items().nth(place).is_some_and(|item| end(item, rest, each));
            }
            let mut found = false;
            for item in value.items() {
                found |= walk(item, path, each);
            }
            found
        }
        JsonKind::Object => {
            let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
            for at in ends {
                let (name, rest) = path.split_at_checked(at).unwrap_or((path, ""));
                if let Some(member) = value.get(name)
                    && end(member, rest.strip_prefix('.').unwrap_or(""), each)
                {
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}

fn end<'t>(value: Json<'t>, rest: &str, each: &mut dyn FnMut(Json<'t>)) -> bool {
    if !rest.is_empty() {
        return walk(value, rest, each);
    }
    if value.kind() == JsonKind::Array && value.items().next().is_some() {
        value.items().for_each(&mut *each);
    } else {
        each(value);
    }
    true
}
