//! Loading: texts in, trees, spans, errors and warnings out.

mod budgets;
mod documents;
mod encoding;
mod hostile;
mod oracle;
mod properties;
mod spans;
mod strict;

use sekisho_manifest::{Budget, Format, LoadErrorKind, Loaded, SourceId, load, load_one};
use serde_json::Value;

fn read(text: &str) -> Loaded {
    load(SourceId::default(), text, Format::Detect, &Budget::default())
}

/// Reads a text that is one document without fault.
fn json(text: &str) -> Value {
    let loaded = load_one(SourceId::default(), text, &Budget::default());
    assert_eq!(loaded.errors, [], "{text:?}");
    loaded.documents[0].root.to_json()
}

/// The first error of a text.
fn fault(text: &str) -> LoadErrorKind {
    let loaded = read(text);
    loaded.errors.first().unwrap_or_else(|| panic!("no error in {text:?}")).kind.clone()
}
