//! What happens to the objects of a kind, from a version on.

use std::time::Duration;

use sekisho_manifest::Node;

use crate::connection::Connection;
use crate::error::RequestError;
use crate::frames::{EventKind, Frames};
use crate::list::Selection;
use crate::status::{Status, parse};

/// Why a watch ended without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The server ended it, as it does every few minutes, or nothing came for too long: go on from the last version.
    Server,
    /// The version is too old: list anew.
    Expired,
    /// Whoever took the events wanted no more.
    Receiver,
}

/// How long the server is asked to keep a watch up.
const LENGTH: Duration = Duration::from_mins(6);

/// How long nothing may come: the server gives a bookmark about once a minute.
const SILENCE: Duration = Duration::from_secs(150);

/// Takes the events of a watch.
pub trait Watcher {
    /// The watch stands.
    fn opened(&mut self) {}

    /// An event, with its object as JSON; bookmarks too. Whether to go on.
    fn event(&mut self, kind: EventKind, text: &str) -> bool;
}

impl Connection {
    /// Watches the objects of a selection from a version on, for some minutes. What is held at once is one object.
    pub fn watch(
        &self,
        selection: &Selection<'_>,
        version: &str,
        watcher: &mut dyn Watcher,
    ) -> Result<Ended, RequestError> {
        let path = selection.resource.path(selection.namespace);
        let seconds = LENGTH.as_secs();
        // Versions are opaque, and may not end the parameter that they stand in.
        let version = percent_encoding::utf8_percent_encode(version, percent_encoding::NON_ALPHANUMERIC);
        let query = selection.query(&format!(
            "watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}&resourceVersion={version}"
        ));
        let body = match self.open_for(&query, selection.accept(false), SILENCE) {
            Ok(body) => body,
            Err(error) if error.is_expired() => return Ok(Ended::Expired),
            Err(error) => return Err(error),
        };
        watcher.opened();
        let mut frames = Frames::new(body, selection.leave, selection.object_bytes);
        let mut object = Vec::new();
        loop {
            let kind = match frames.next_event(&mut object) {
                Ok(Some(kind)) => kind,
                Ok(None) => return Ok(Ended::Server),
                Err(crate::SplitError::Broken(error)) if error.kind() == std::io::ErrorKind::TimedOut => {
                    return Ok(Ended::Server);
                }
                Err(error) => return Err(self.split(&path, error)),
            };
            let text =
                std::str::from_utf8(&object).map_err(|_| RequestError::Nonsense { path: path.clone() })?;
            if kind == EventKind::Error {
                let status = failure(text);
                return if status.code == 410 {
                    Ok(Ended::Expired)
                } else {
                    Err(RequestError::Status(status))
                };
            }
            if self.is_closed() {
                return Err(RequestError::Closed);
            }
            if !watcher.event(kind, text) {
                return Ok(Ended::Receiver);
            }
        }
    }
}

/// The status of an event that ends a watch.
fn failure(text: &str) -> Status {
    let code = parse(text).as_ref().and_then(|root| root.get("code").and_then(Node::as_i64)).unwrap_or(500);
    Status::read(u16::try_from(code).unwrap_or(500), text.as_bytes())
}
