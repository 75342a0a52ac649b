//! Documents to policies, exceptions and clean-ups, with every mistake in them.

use sekisho_manifest::{FieldPath, Node};

use super::cleanup::CleanupPolicy;
use super::definition::Policy;
use super::error::{PolicyError, PolicyErrorKind};
use super::exception::Exception;
use super::{admitted, check, cleanup, exception, read, schema, shape};

/// A document of Kyverno.
#[derive(Debug)]
pub enum Document {
    /// A `ClusterPolicy` or `Policy`.
    Policy(Box<Policy>),
    /// A `PolicyException`.
    Exception(Box<Exception>),
    /// A `CleanupPolicy` or `ClusterCleanupPolicy`.
    Cleanup(Box<CleanupPolicy>),
}

/// What could be read of a document, and every mistake in it.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The document; none where nothing of it can be used.
    pub document: Option<Document>,
    /// The mistakes, in the order of their places.
    pub errors: Vec<PolicyError>,
}

/// The kinds of documents, and the versions in which there are some.
const KINDS: &[(&str, &str)] = &[
    ("ClusterPolicy", "kyverno.io/v1`, `kyverno.io/v2beta1"),
    ("Policy", "kyverno.io/v1`, `kyverno.io/v2beta1"),
    ("PolicyException", "kyverno.io/v2`, `kyverno.io/v2beta1"),
    ("CleanupPolicy", "kyverno.io/v2`, `kyverno.io/v2beta1`, `kyverno.io/v2alpha1"),
    ("ClusterCleanupPolicy", "kyverno.io/v2`, `kyverno.io/v2beta1`, `kyverno.io/v2alpha1"),
];

/// Whether a document is one that [`load`] reads.
pub fn is_policy(root: &Node) -> bool {
    root.str("apiVersion").starts_with("kyverno.io/")
        && KINDS.iter().any(|(kind, _)| *kind == root.str("kind"))
}

/// Reads a document.
pub fn load(root: &Node) -> Loaded {
    let (api_version, kind) = (root.str("apiVersion"), root.str("kind"));
    let refused = |error: PolicyErrorKind, field: &str| {
        let span = root.get(field).map_or(root.span, |node| node.span);
        Loaded { document: None, errors: vec![error.at(span, FieldPath::root().child(field))] }
    };
    let known = KINDS.iter().find(|(known, _)| *known == kind);
    let (Some((_, versions)), true) = (known, api_version.starts_with("kyverno.io/")) else {
        let error =
            PolicyErrorKind::UnknownKind { api_version: api_version.to_owned(), kind: kind.to_owned() };
        return refused(error, "kind");
    };
    if !versions.split("`, `").any(|version| version == api_version) {
        let error = PolicyErrorKind::UnknownVersion {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            known: versions,
        };
        return refused(error, "apiVersion");
    }
    let mut errors = Vec::new();
    let document = match kind {
        "ClusterPolicy" | "Policy" => {
            shape::check(root, schema::POLICY, &FieldPath::root(), &mut errors);
            check::policy(root, &mut errors);
            admitted::policy(root, &mut errors);
            Document::Policy(Box::new(read::policy(root, &mut errors)))
        }
        "PolicyException" => {
            shape::check(root, schema::EXCEPTION, &FieldPath::root(), &mut errors);
            admitted::exception(root, &mut errors);
            Document::Exception(Box::new(exception::read(root)))
        }
        _ => {
            shape::check(root, schema::CLEANUP, &FieldPath::root(), &mut errors);
            Document::Cleanup(Box::new(cleanup::read(root, &mut errors)))
        }
    };
    errors.sort_by_key(|error| (error.span.start, error.span.end));
    errors.dedup();
    Loaded { document: Some(document), errors }
}
