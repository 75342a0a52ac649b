//! Reads what the API server sends: an `AdmissionReview` of `admission.k8s.io/v1`.

use sekisho_manifest::{Budget, Format, SourceId, load};
use sekisho_policy::Request;
use smol_str::SmolStr;

use crate::limits::Limits;

/// Why a body is no review.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// It is no text.
    #[error("the body is no UTF-8 text")]
    Encoding,
    /// It is no JSON, or passes a limit.
    #[error("the body cannot be read: {0}")]
    Json(String),
    /// It is something else.
    #[error("the body is no `AdmissionReview` of `admission.k8s.io/v1`: {0}")]
    Kind(String),
    /// It names no request.
    #[error("the request has no uid, or one that is too long")]
    Uid,
}

/// The longest uid that is taken; those of the API server have 36 characters.
const LONGEST_UID: usize = 128;

/// How far into a body that is not read a uid is looked for: the API server writes it first.
const REACH: usize = 512;

/// Reads a review.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Request, ReviewError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ReviewError::Encoding)?;
    let budget = Budget { bytes: limits.body, depth: limits.depth, nodes: limits.nodes, documents: 1 };
    let loaded = load(SourceId(0), text, Format::Json, &budget);
    if let Some(error) = loaded.errors.first() {
        return Err(ReviewError::Json(error.to_string()));
    }
    let [document] = loaded.documents.as_slice() else {
        return Err(ReviewError::Json("one JSON object is expected".to_owned()));
    };
    let version = document.root.str("apiVersion");
    if version != "admission.k8s.io/v1" {
        return Err(ReviewError::Kind(format!("its version is `{}`", shortened(version))));
    }
    let request = Request::of_review(&document.root)
        .map_err(|problem| ReviewError::Kind(shortened(&problem.message).into_owned()))?;
    if request.uid.is_empty() || request.uid.len() > LONGEST_UID {
        return Err(ReviewError::Uid);
    }
    Ok(request)
}

/// The uid of a review that is not read: of one that is too large, or comes when there is no time.
pub fn uid(bytes: &[u8]) -> Option<SmolStr> {
    const KEY: &[u8] = b"\"uid\":\"";
    let head = bytes.get(..REACH.min(bytes.len()))?;
    let start = head.windows(KEY.len()).position(|window| window == KEY)? + KEY.len();
    let rest = bytes.get(start..)?;
    let length = rest.iter().take(LONGEST_UID + 1).position(|byte| *byte == b'"')?;
    let text = std::str::from_utf8(rest.get(..length)?).ok()?;
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_.:".contains(character);
    (!text.is_empty() && text.chars().all(is_plain)).then(|| text.into())
}

/// What somebody sent, in a length that can be shown.
fn shortened(text: &str) -> std::borrow::Cow<'_, str> {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}
