//! The objects of a kind, page by page and one at a time.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sekisho_manifest::Node;

use crate::connection::{Connection, RequestError};
use crate::discovery::Resource;
use crate::splitter::{Left, SplitError, Splitter};
use crate::status::parse;

/// What is listed, and how.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// The kind.
    pub resource: &'a Resource,
    /// The namespace; none: all there are.
    pub namespace: Option<&'a str>,
    /// Parts that are left out of every object.
    pub leave: &'a [Left],
    /// Objects a page: what the server has in its memory at once.
    pub page: u32,
}

/// Takes the objects of a list.
pub trait Receiver {
    /// One object, as JSON; the kind and API version may be left to the list. Whether to go on.
    fn item(&mut self, text: &str) -> bool;

    /// The list has expired and begins anew: all that was given so far is given again.
    fn restart(&mut self);
}

/// What a list was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Listed {
    /// Objects that were given.
    pub objects: usize,
    /// Pages that were asked for.
    pub pages: usize,
}

/// How often a list is begun anew that expires before it is read.
const RESTARTS: usize = 3;

impl Connection {
    /// Lists the objects of a kind. What is held at once is one object.
    ///
    /// A list that expires while it is read is gone on with where the server offers that, with the objects as they
    /// are by then, and else begun anew.
    pub fn list(
        &self,
        selection: &Selection<'_>,
        receiver: &mut dyn Receiver,
    ) -> Result<Listed, RequestError> {
        let path = selection.resource.path(selection.namespace);
        let mut listed = Listed::default();
        let mut token: Option<String> = None;
        let mut restarts = 0;
        loop {
            let mut query = format!("{path}?limit={}", selection.page);
            if let Some(token) = &token {
                query += "&continue=";
                query.extend(utf8_percent_encode(token, NON_ALPHANUMERIC));
            }
            listed.pages += 1;
            let body = match self.open(&query, "application/json") {
                Ok(body) => body,
                Err(RequestError::Status(status)) if status.code == 410 && restarts < RESTARTS => {
                    restarts += 1;
                    if status.resume.is_none() {
                        listed.objects = 0;
                        receiver.restart();
                    }
                    token = status.resume;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let mut splitter = Splitter::new(body, selection.leave, Splitter::<&[u8]>::ITEM);
            let mut item = Vec::new();
            while splitter.next_item(&mut item).map_err(|error| self.split(&path, error))? {
                let text =
                    std::str::from_utf8(&item).map_err(|_| RequestError::Nonsense { path: path.clone() })?;
                listed.objects += 1;
                if !receiver.item(text) {
                    return Ok(listed);
                }
            }
            let metadata = std::str::from_utf8(splitter.metadata()).ok().and_then(parse);
            let next = metadata.as_ref().and_then(|metadata| metadata.get("continue")).and_then(Node::as_str);
            match next.filter(|next| !next.is_empty()) {
                // A server that gives the same token again would never end.
                Some(next) if token.as_deref() != Some(next) => token = Some(next.to_owned()),
                _ => return Ok(listed),
            }
        }
    }

    fn split(&self, path: &str, error: SplitError) -> RequestError {
        match error {
            SplitError::Broken(source) => self.broken(&source),
            SplitError::TooLarge { limit } => {
                RequestError::TooLarge { path: path.to_owned(), limit: limit as u64 }
            }
            SplitError::Truncated => {
                self.broken(&std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "the list broke off"))
            }
            SplitError::Syntax { .. } | SplitError::TooDeep { .. } => {
                RequestError::Nonsense { path: path.to_owned() }
            }
        }
    }
}
