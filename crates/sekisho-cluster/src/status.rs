//! What the API server says of a request that it does not answer as asked: `Status`.

use sekisho_manifest::{Budget, Format, Node, SourceId, load};

/// A `Status` of the API server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// The HTTP status.
    pub code: u16,
    /// `Forbidden`, `NotFound`, `Expired`, …; empty where it says none.
    pub reason: String,
    /// What it says to people; else the beginning of the body.
    pub message: String,
    /// Where a list can be gone on with that has expired.
    pub(crate) resume: Option<String>,
}

/// The most that is kept of a body that is no `Status`.
const EXCERPT: usize = 200;

impl Status {
    pub(crate) fn read(code: u16, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let root = parse(&text).filter(|root| root.str("kind") == "Status");
        let Some(root) = root else {
            let excerpt: String =
                text.chars().take(EXCERPT).map(|one| if one.is_control() { ' ' } else { one }).collect();
            return Self { code, message: excerpt.trim().to_owned(), ..Self::default() };
        };
        let resume = root.at(&["metadata", "continue"]).and_then(Node::as_str);
        Self {
            code,
            reason: root.str("reason").to_owned(),
            message: root.str("message").to_owned(),
            resume: resume.filter(|token| !token.is_empty()).map(str::to_owned),
        }
    }
}

/// Reads one JSON value.
pub(crate) fn parse(text: &str) -> Option<Node> {
    let loaded = load(SourceId::default(), text, Format::Json, &Budget::default());
    loaded.documents.into_iter().next().map(|document| document.root)
}
