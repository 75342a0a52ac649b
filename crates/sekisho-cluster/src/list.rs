//! The objects of a kind, page by page and one at a time.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sekisho_manifest::Node;

use crate::connection::Connection;
use crate::discovery::Resource;
use crate::error::RequestError;
use crate::scanner::{Left, SplitError};
use crate::splitter::Splitter;
use crate::status::parse;

/// Which objects are read, and what of them.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// The kind.
    pub resource: &'a Resource,
    /// The namespace; none: all there are.
    pub namespace: Option<&'a str>,
    /// The label selector; empty: all.
    pub labels: &'a str,
    /// The field selector; empty: all.
    pub fields: &'a str,
    /// Whether the server sends the metadata of objects alone, as `PartialObjectMetadata`.
    pub metadata_only: bool,
    /// Parts that are left out of every object.
    pub leave: &'a [Left],
    /// Objects a page: what the server has in its memory at once; 0: all at once.
    pub page: u32,
    /// The most bytes that an object may have without what is left out.
    pub object_bytes: usize,
}

impl<'a> Selection<'a> {
    /// All objects of a kind, whole.
    pub fn of(resource: &'a Resource) -> Self {
        Self {
            resource,
            namespace: None,
            labels: "",
            fields: "",
            metadata_only: false,
            leave: &[],
            page: 500,
            object_bytes: Splitter::<&[u8]>::ITEM,
        }
    }

    /// The media type of the answer: of a list, or of the events of a watch.
    pub(crate) fn accept(&self, is_list: bool) -> &'static str {
        match (self.metadata_only, is_list) {
            (false, _) => "application/json",
            (true, true) => "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
            (true, false) => "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
        }
    }

    /// The path and the selectors, to be gone on with by `&`.
    pub(crate) fn query(&self, first: &str) -> String {
        let mut query = format!("{}?{first}", self.resource.path(self.namespace));
        for (name, selector) in [("labelSelector", self.labels), ("fieldSelector", self.fields)] {
            if !selector.is_empty() {
                query = format!("{query}&{name}=");
                query.extend(utf8_percent_encode(selector, NON_ALPHANUMERIC));
            }
        }
        query
    }
}

/// Takes the objects of a list.
pub trait Receiver {
    /// One object, as JSON; the kind and API version may be left to the list. Whether to go on.
    fn item(&mut self, text: &str) -> bool;

    /// The list has expired and begins anew: all that was given so far is given again.
    fn restart(&mut self);
}

/// What a list was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// Objects that were given.
    pub objects: usize,
    /// Pages that were asked for.
    pub pages: usize,
    /// The version of the list, that a watch can go on from; empty where the list was not read to its end, or not
    /// as of one moment.
    pub version: String,
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
        let first = selection.query(&format!("limit={}", selection.page));
        let accept = selection.accept(true);
        let mut is_of_one_moment = true;
        let mut listed = Listed::default();
        let mut token: Option<String> = None;
        let mut restarts = 0;
        loop {
            let mut query = first.clone();
            if let Some(token) = &token {
                query += "&continue=";
                query.extend(utf8_percent_encode(token, NON_ALPHANUMERIC));
            }
            listed.pages += 1;
            let body = match self.open(&query, accept) {
                Ok(body) => body,
                Err(RequestError::Status(status)) if status.code == 410 && restarts < RESTARTS => {
                    restarts += 1;
                    is_of_one_moment = status.resume.is_none();
                    if is_of_one_moment {
                        listed.objects = 0;
                        receiver.restart();
                    }
                    token = status.resume;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let mut splitter = Splitter::new(body, selection.leave, selection.object_bytes);
            let mut item = Vec::new();
            while splitter.next_item(&mut item).map_err(|error| self.split(&path, error))? {
                let text =
                    std::str::from_utf8(&item).map_err(|_| RequestError::Nonsense { path: path.clone() })?;
                listed.objects += 1;
                if !receiver.item(text) {
                    return Ok(listed);
                }
                if self.is_closed() {
                    return Err(RequestError::Closed);
                }
            }
            let metadata = std::str::from_utf8(splitter.metadata()).ok().and_then(parse);
            let next = metadata.as_ref().and_then(|metadata| metadata.get("continue")).and_then(Node::as_str);
            match next.filter(|next| !next.is_empty()) {
                // A server that gives the same token again would never end.
                Some(next) if token.as_deref() != Some(next) => token = Some(next.to_owned()),
                _ => {
                    if let Some(metadata) = metadata.filter(|_| is_of_one_moment) {
                        metadata.str("resourceVersion").clone_into(&mut listed.version);
                    }
                    return Ok(listed);
                }
            }
        }
    }

    pub(crate) fn split(&self, path: &str, error: SplitError) -> RequestError {
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
