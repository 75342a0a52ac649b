//! The values that `Assign` and `AssignMetadata` write: a constant, the object's own metadata, or an answer
//! from outside.

use std::cell::RefCell;
use std::collections::BTreeSet;

use sekisho_manifest::{Entry, Mapping, Node, Span, Value};
use smol_str::SmolStr;

use super::apply::{MutationError, Setter};
use crate::facts::Facts;
use crate::gatekeeper::matching;
use crate::problem::Problem;

/// Where a value comes from: `spec.parameters.assign`.
#[derive(Debug, Clone)]
pub(crate) enum Assigned {
    /// It stands there.
    Value(Node),
    /// It is the name of the object.
    Name,
    /// It is the namespace of the object.
    Namespace,
    /// A provider gives it.
    External(External),
}

/// A question to an external data provider.
#[derive(Debug, Clone)]
pub(crate) struct External {
    pub(crate) provider: SmolStr,
    /// Whether the user's name is asked about, in place of what stands at the location.
    pub(crate) about_user: bool,
    on_failure: OnFailure,
    default: SmolStr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnFailure {
    Fail,
    Ignore,
    UseDefault,
}

impl Assigned {
    /// Reads `spec.parameters.assign`.
    pub(crate) fn read(node: Option<&Node>, at: &Node) -> Result<Self, Problem> {
        let entry = |key: &str| node.and_then(|node| node.entry(key)).map(|entry| &entry.node);
        let given = [
            entry("value").filter(|value| !value.is_null()),
            entry("fromMetadata").filter(|value| !value.is_null()),
            entry("externalData").filter(|value| !value.is_null()),
        ];
        let at = node.unwrap_or(at);
        match given {
            [Some(value), None, None] => Ok(Self::Value(value.clone())),
            [None, Some(metadata), None] => match metadata.str("field") {
                "name" => Ok(Self::Name),
                "namespace" => Ok(Self::Namespace),
                other => {
                    let message = format!("field `{other}` is not recognized: use `name` or `namespace`");
                    Err(Problem::error(metadata, message))
                }
            },
            [None, None, Some(external)] => External::read(external).map(Self::External),
            [None, None, None] => {
                Err(Problem::error(at, "assign must set one of `externalData`, `value` or `fromMetadata`"))
            }
            _ => Err(Problem::error(
                at,
                "assign must only set one of `externalData`, `value` or `fromMetadata`",
            )),
        }
    }
}

impl External {
    fn read(node: &Node) -> Result<Self, Problem> {
        let on_failure = match node.str("failurePolicy") {
            "" | "Fail" => OnFailure::Fail,
            "Ignore" => OnFailure::Ignore,
            "UseDefault" => OnFailure::UseDefault,
            other => {
                let message = format!("`{other}` is no failure policy: use `Fail`, `Ignore` or `UseDefault`");
                return Err(Problem::error(node, message));
            }
        };
        if on_failure == OnFailure::UseDefault && node.str("default").is_empty() {
            let message = "`default` must be given where the failure policy is `UseDefault`";
            return Err(Problem::error(node, message));
        }
        Ok(Self {
            provider: node.str("provider").into(),
            about_user: node.str("dataSource") == "Username",
            on_failure,
            default: node.str("default").into(),
        })
    }

    fn answer(&self, key: &str, facts: &dyn Facts) -> Result<SmolStr, MutationError> {
        let provider = &self.provider;
        let problem = match facts.external(provider, key) {
            None => format!("failed to find external data provider {provider} in responses"),
            Some(answer) => match (answer.error.as_str(), answer.value.as_str()) {
                ("", Some(text)) => return Ok(text.into()),
                ("", None) => {
                    format!("failed to convert external data item value from provider {provider} to string")
                }
                (error, _) => {
                    format!("failed to retrieve external data item from provider {provider}: {error}")
                }
            },
        };
        match self.on_failure {
            OnFailure::Fail => Err(MutationError::Value(problem)),
            OnFailure::Ignore => Ok(key.into()),
            OnFailure::UseDefault => Ok(self.default.clone()),
        }
    }
}

/// Writes a value that is known.
#[derive(Debug)]
pub(crate) struct Constant {
    value: Node,
}

impl Constant {
    /// The value for an object; none where a provider is to be asked.
    pub(crate) fn of(assigned: &Assigned, object: &Node) -> Option<Self> {
        let text = |text: &str| Node { span: object.span, value: Value::String(text.into()) };
        let value = match assigned {
            Assigned::Value(value) => value.clone(),
            Assigned::Name => text(matching::name(object)),
            Assigned::Namespace => text(object.get("metadata").map_or("", |own| own.str("namespace"))),
            Assigned::External(_) => return None,
        };
        Some(Self { value })
    }
}

impl Setter for Constant {
    fn set(&self, object: &mut Mapping, key: &SmolStr, span: Span) -> Result<(), MutationError> {
        object.put(Entry { key: key.clone(), key_span: span, node: self.value.clone() });
        Ok(())
    }

    fn item(&self) -> Option<&Node> {
        Some(&self.value).filter(|value| value.as_mapping().is_some())
    }
}

/// Writes what a provider answers. What it once wrote it does not ask about again, so that mutators come to an
/// end.
pub(crate) struct Asking<'a> {
    pub(crate) external: &'a External,
    pub(crate) facts: &'a dyn Facts,
    pub(crate) user: &'a str,
    /// What was written in former rounds.
    pub(crate) written: &'a RefCell<BTreeSet<SmolStr>>,
    /// What is written in this round.
    pub(crate) fresh: &'a RefCell<BTreeSet<SmolStr>>,
}

impl Setter for Asking<'_> {
    fn set(&self, object: &mut Mapping, key: &SmolStr, span: Span) -> Result<(), MutationError> {
        let current = match object.entry(key).map(|entry| &entry.node.value) {
            None => SmolStr::default(),
            Some(Value::String(text)) => text.clone(),
            Some(_) => {
                let message = "value assigned to external data placeholder is not a string".to_owned();
                return Err(MutationError::Value(message));
            }
        };
        if self.written.borrow().contains(&current) {
            return Ok(());
        }
        let question = if self.external.about_user && current.is_empty() { self.user } else { &current };
        let text = self.external.answer(question, self.facts)?;
        self.fresh.borrow_mut().insert(text.clone());
        let node = Node { span, value: Value::String(text) };
        object.put(Entry { key: key.clone(), key_span: span, node });
        Ok(())
    }
}
