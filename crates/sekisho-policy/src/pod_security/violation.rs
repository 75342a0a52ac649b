//! What a control says of a Pod that it refuses.

use sekisho_manifest::{FieldPath, Segment};
use smol_str::{SmolStr, ToSmolStr as _};

/// What one control has against a Pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The control, by the API server's id: `runAsNonRoot`.
    pub control: &'static str,
    /// What is refused, in a word or two, as the API server says it.
    pub reason: &'static str,
    /// Which containers, fields and values, as the API server says it; may be empty.
    pub detail: String,
    /// The fields at fault.
    pub faults: Vec<Fault>,
}

/// A field at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field's path from the Pod: `spec.containers[0].securityContext.privileged`.
    pub path: FieldPath,
    /// What stands there.
    pub found: Found,
}

/// What stands in a field at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing, and something must.
    Missing,
    /// Something that must not be there, whatever it holds.
    Present,
    /// A truth value.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A text.
    Text(SmolStr),
    /// Those texts of a list that are at fault, sorted.
    Texts(Vec<SmolStr>),
}

impl Fault {
    /// The field as the Pod Security Standards name it, with `*` for every index:
    /// `spec.containers[*].securityContext.privileged`.
    pub fn restricted_field(&self) -> String {
        let mut name = String::new();
        for segment in self.path.segments() {
            match segment {
                Segment::Index(_) => name.push_str("[*]"),
                Segment::Key(key) if key.contains(['.', '/']) => {
                    name.push('[');
                    name.push_str(key);
                    name.push(']');
                }
                Segment::Key(key) => {
                    if !name.is_empty() {
                        name.push('.');
                    }
                    name.push_str(key);
                }
            }
        }
        name
    }

    /// The list and the index of the container that the field belongs to; none for a field of the Pod.
    pub fn container(&self) -> Option<(&str, usize)> {
        match self.path.segments() {
            [_, Segment::Key(list), Segment::Index(index), ..] if list.ends_with("ontainers") => {
                Some((list, *index))
            }
            _ => None,
        }
    }

    /// The values at fault as text; none where the field is missing, empty, or refused whatever it holds.
    pub fn values(&self) -> Vec<SmolStr> {
        match &self.found {
            Found::Missing | Found::Present => Vec::new(),
            Found::Bool(value) => vec![value.to_smolstr()],
            Found::Int(value) => vec![value.to_smolstr()],
            Found::Text(text) if text.is_empty() => Vec::new(),
            Found::Text(text) => vec![text.clone()],
            Found::Texts(texts) => texts.clone(),
        }
    }
}

/// The reasons of all violations in one line, as the API server says them of several Pods.
pub fn reasons(violations: &[Violation]) -> String {
    let reasons: Vec<_> = violations.iter().map(|violation| violation.reason).collect();
    reasons.join(", ")
}

/// The reasons and details of all violations in one line, as the API server says them of one Pod.
pub fn details(violations: &[Violation]) -> String {
    let mut line = String::new();
    for violation in violations {
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(violation.reason);
        if !violation.detail.is_empty() {
            line.push_str(" (");
            line.push_str(&violation.detail);
            line.push(')');
        }
    }
    line
}
