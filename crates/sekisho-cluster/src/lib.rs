//! The API server as the rest of Sekisho sees it: the only code that talks to one.
//!
//! [`Kubeconfig`] says which server and as whom, [`Connection`] asks it, [`discover`] tells which kinds it has, and
//! [`list`](Connection::list) reads the objects of one kind page by page, object by object, without what nobody
//! reads; [`survey`](fn@survey) does so for every kind that somebody writes. There is no async runtime: a request blocks its thread, and whoever wants several at once has threads.
//!
//! Nothing here prints, and what is secret has no `Debug`.

mod connection;
mod credential;
mod discovery;
mod exec;
mod kubeconfig;
mod list;
mod ownership;
mod secret;
mod splitter;
mod state;
mod status;
mod survey;
mod tls;

pub use connection::{Connection, Identity, Options, RequestError};
pub use credential::CredentialError;
pub use discovery::{Discovered, Resource, discover};
pub use kubeconfig::{Access, Kubeconfig, KubeconfigError};
pub use list::{Listed, Receiver, Selection};
pub use secret::Secret;
pub use splitter::{Left, SplitError, Splitter};
pub use status::Status;
pub use survey::{Extent, Survey, Surveyed, Unread, survey};
