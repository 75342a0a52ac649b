//! Credentials in files, layers of images and histories → findings.

mod findings;
mod history;
mod record;
mod search;
mod watcher;

pub(crate) use self::findings::{Found, InLayer, rule};
pub(crate) use self::history::history;
pub(crate) use self::record::{Record, name_owners};
pub(crate) use self::search::{Asked, Search};
pub(crate) use self::watcher::{Watcher, in_text};
