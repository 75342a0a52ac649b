//! The API server as the rest of Sekisho sees it: the only code that talks to one.
//!
//! [`Kubeconfig`] says which server and as whom, [`Connection`] asks it, [`discover`] tells which kinds it has, and
//! [`list`](Connection::list) reads the objects of one kind page by page, object by object, without what nobody
//! reads; [`survey`](fn@survey) does so for every kind that somebody writes. [`watch`](Connection::watch) tells what
//! happens from there on, and a [`Mirror`] keeps up what there is by both. There is no async runtime: a request
//! blocks its thread, whoever wants several at once has threads, and [`close`](Connection::close) ends them.
//!
//! Nothing here prints, and what is secret has no `Debug`.

mod access_review;
mod backoff;
mod break_glass;
mod composition;
mod connection;
mod credential;
mod discovery;
mod error;
mod exec;
mod frames;
mod gate;
mod gathering;
mod happening;
mod identity;
mod kubeconfig;
mod lapse;
mod lease;
mod list;
mod mirror;
mod names;
mod nodes;
mod ownership;
mod record;
mod runners;
mod running;
mod scanner;
mod secret;
mod snapshot;
mod splitter;
mod state;
mod status;
mod survey;
mod tls;
mod watch;
mod write;

pub use access_review::Right;
pub use backoff::Backoff;
pub use break_glass::{BreakGlass, BreakGlassError};
pub use composition::{Composition, ServiceFacts, composition};
pub use connection::{Connection, Options};
pub use discovery::{Discovered, Resource, discover};
pub use error::{CredentialError, RequestError};
pub use frames::{EventKind, Frames};
pub use happening::Happening;
pub use identity::Identity;
pub use kubeconfig::{Access, Kubeconfig, KubeconfigError};
pub use lapse::{Lapse, LapseAction, LapseList, LapseListError};
pub use lease::Candidate;
pub use list::{Listed, Receiver, Selection};
pub use mirror::{Delta, Health, Interest, Item, Mirror};
pub use nodes::NodeFacts;
pub use record::Record;
pub use runners::Runners;
pub use running::{ImageUse, ImageUser, Running, running};
pub use scanner::{Left, SplitError};
pub use secret::Secret;
pub use snapshot::{Kept, Snapshot};
pub use splitter::Splitter;
pub use status::Status;
pub use survey::{Extent, Survey, Surveyed, Unread, survey};
pub use watch::{Ended, Watcher};
pub use write::{Applying, JSON_PATCH, MERGE_PATCH, Propagation, Removal, STRATEGIC_PATCH};
