//! Attestations about images → the bill in them: DSSE envelopes, bundles of Sigstore, statements of in-toto, and what
//! cosign put around predicates.

use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD};
use sekisho_manifest::Node;

use crate::budget::{Budget, SbomError};
use crate::tree;

/// How many wrappings are undone.
const DEPTH: usize = 4;

/// The bill in an attestation, or the statement whose predicate is none; nothing where it is no attestation.
pub(crate) fn unwrap(root: &Node, budget: &Budget) -> Result<Option<Node>, SbomError> {
    let mut current = root.clone();
    let mut is_attestation = false;
    for _ in 0..DEPTH {
        // A bundle of Sigstore.
        if let Some(inner) = current.get("dsseEnvelope") {
            current = inner.clone();
            is_attestation = true;
            continue;
        }
        if current.get("payloadType").is_some() && current.get("payload").is_some() {
            current = payload(&current, budget)?;
            is_attestation = true;
            continue;
        }
        let is_statement = current.str("_type").starts_with("https://in-toto.io/Statement");
        if is_statement || (is_attestation && current.get("predicate").is_some()) {
            return predicate(&current, budget).map(Some);
        }
        break;
    }
    Ok(is_attestation.then_some(current))
}

fn payload(envelope: &Node, budget: &Budget) -> Result<Node, SbomError> {
    let text = envelope.str("payload").trim();
    let decoded = BASE64
        .decode(text.as_bytes())
        .or_else(|_| BASE64URL.decode(text.as_bytes()))
        .or_else(|_| BASE64URL_NOPAD.decode(text.as_bytes()))
        .map_err(|_| SbomError::Envelope("its payload is no base 64"))?;
    let text = String::from_utf8(decoded).map_err(|_| SbomError::NoText)?;
    tree::json(&text, budget)
}

fn predicate(statement: &Node, budget: &Budget) -> Result<Node, SbomError> {
    let Some(predicate) = statement.get("predicate") else { return Ok(statement.clone()) };
    // cosign wrapped predicates that it did not know.
    let inner = predicate.get("Data").unwrap_or(predicate);
    let bill = match inner.as_str() {
        Some(text) if text.trim_start().starts_with('{') => tree::json(text, budget)?,
        Some(_) => return Ok(statement.clone()),
        None => inner.clone(),
    };
    let is_bill = ["bomFormat", "spdxVersion", "@context"].iter().any(|key| bill.get(key).is_some());
    Ok(if is_bill { bill } else { statement.clone() })
}
