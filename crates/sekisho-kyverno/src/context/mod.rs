//! What variables stand for: the request, the resource, images, and the entries that rules declare.

mod deferred;
mod entry;
mod images;
mod layers;
mod loading;
mod path;

pub use self::entry::{ContextEntry, EntryError, EntrySource};
pub use self::layers::Context;
pub(crate) use self::path::names;
