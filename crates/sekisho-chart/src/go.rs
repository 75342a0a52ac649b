//! What Go's libraries make of texts, for the languages beside this one that come from Go as well.

pub use crate::template::quote::{is_printable, quote_bytes, unquote};
