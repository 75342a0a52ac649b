//! The function that rules have for names of images.

use std::sync::Arc;

use sekisho_rego::HostFunction;
use sekisho_rego::value::Value;

/// `image.parse_normalized_name`: the name of an image with its registry and its whole path.
pub(super) fn normalized_name() -> HostFunction {
    HostFunction {
        name: "image.parse_normalized_name".to_owned(),
        arity: 1,
        call: Arc::new(|arguments| {
            let name = arguments.first().and_then(Value::as_str);
            Ok(name.and_then(normalize).map(Value::string))
        }),
    }
}

/// The name as Docker completes it; none where it is no name.
fn normalize(name: &str) -> Option<String> {
    const HUB: &str = "docker.io";
    let is_registry = |first: &str| {
        first.contains(['.', ':']) || first == "localhost" || first.chars().any(char::is_uppercase)
    };
    let (registry, path) = match name.split_once('/') {
        Some((first, rest)) if is_registry(first) => (first, rest),
        _ => (HUB, name),
    };
    let registry = if registry == "index.docker.io" { HUB } else { registry };
    let repository = path.split(['@', ':']).next().unwrap_or(path);
    if repository.is_empty() || repository.chars().any(|one| one.is_uppercase() || one.is_whitespace()) {
        return None;
    }
    let library = if registry == HUB && !path.contains('/') { "library/" } else { "" };
    Some(format!("{registry}/{library}{path}"))
}
