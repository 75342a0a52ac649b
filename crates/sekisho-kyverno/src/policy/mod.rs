//! Kyverno's documents, read into rules that can be evaluated.

mod admitted;
mod check;
mod cleanup;
mod error;
mod exception;
mod read;
mod rule;
mod schema;
mod shape;
mod template;
mod variables;

use sekisho_manifest::{FieldPath, Node, Span};
use smol_str::SmolStr;

use crate::jmespath::Expressions;
use crate::matching::LabelSelector;
use crate::value::Value;

pub use cleanup::CleanupPolicy;
pub use error::{PolicyError, PolicyErrorKind};
pub use exception::Exception;
pub(crate) use exception::Standard;
pub use rule::Rule;
pub(crate) use rule::{
    Body, Check, Generate, GenerateForeach, Generated, Mutate, MutateForeach, MutateWork, PatchSource,
    PatternSource, PodSecurityRule, Target, Validate, ValidateForeach, target_selector,
};
pub(crate) use template::Template;

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

/// A `ClusterPolicy` or `Policy`.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the document")]
pub struct Policy {
    /// Whether it holds for one namespace only.
    pub is_namespaced: bool,
    /// Its name.
    pub name: SmolStr,
    /// Its namespace; empty for a `ClusterPolicy`.
    pub namespace: SmolStr,
    /// Where it stands.
    pub span: Span,
    /// What happens where a rule that validates does not hold, unless the rule says otherwise.
    pub failure_action: FailureAction,
    /// What happens instead in some namespaces.
    pub(crate) overrides: Vec<Override>,
    /// Whether rules behind the first one that applies are left out.
    pub applies_one: bool,
    /// Whether a failure counts as one; otherwise it is a warning.
    pub is_scored: bool,
    /// Whether existing objects are examined too.
    pub background: bool,
    /// Whether requests are examined.
    pub admission: bool,
    /// Whether failures that are only recorded are shown to the sender as warnings.
    pub emits_warnings: bool,
    /// Whether objects that exist when the policy is made make rules generate.
    pub generates_existing: bool,
    /// Whether targets are mutated when the policy is made.
    pub mutates_existing_on_update: bool,
    /// Whether a request is let through that could not be examined.
    pub ignores_failures: bool,
    /// How long an examination may take.
    pub timeout_seconds: Option<i64>,
    /// CEL expressions that must hold for the policy to be asked: name and expression.
    pub match_conditions: Vec<(SmolStr, SmolStr)>,
    /// The expressions of the policy, each compiled when it is first evaluated.
    pub(crate) expressions: Expressions,
    /// The rules, and behind them those made of them for the controllers of Pods.
    pub rules: Vec<Rule>,
}

/// What happens where a rule does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailureAction {
    /// It is recorded.
    #[default]
    Audit,
    /// The request is refused.
    Enforce,
}

/// Another action for some namespaces.
#[derive(Debug, Clone)]
pub(crate) struct Override {
    pub(crate) action: FailureAction,
    pub(crate) namespaces: Vec<SmolStr>,
    pub(crate) selector: Option<LabelSelector>,
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

impl Policy {
    /// The kinds that the rules concern; none where a rule may concern any.
    pub fn kinds(&self) -> Option<Vec<SmolStr>> {
        let mut kinds = Vec::new();
        for rule in &self.rules {
            kinds.extend(rule.exact_kinds()?);
        }
        kinds.sort_unstable();
        kinds.dedup();
        Some(kinds)
    }
}

impl FailureAction {
    fn read(value: Option<&Value>) -> Option<Self> {
        let text = value?.as_str()?;
        match text {
            "" => None,
            _ if text.eq_ignore_ascii_case("enforce") => Some(Self::Enforce),
            _ => Some(Self::Audit),
        }
    }
}

impl Override {
    fn list(value: Option<&Value>) -> Vec<Self> {
        let items = value.and_then(Value::as_list).unwrap_or(&[]);
        items
            .iter()
            .map(|item| Self {
                action: FailureAction::read(item.get("action")).unwrap_or_default(),
                namespaces: read::texts(item, "namespaces"),
                selector: item
                    .get("namespaceSelector")
                    .filter(|value| !value.is_null())
                    .map(LabelSelector::read),
            })
            .collect()
    }
}
