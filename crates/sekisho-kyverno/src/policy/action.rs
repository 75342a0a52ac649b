//! What happens where a rule does not hold, and where it is otherwise.

use smol_str::SmolStr;

use super::fields::texts;
use crate::matching::LabelSelector;
use crate::value::Value;

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

impl FailureAction {
    pub(super) fn read(value: Option<&Value>) -> Option<Self> {
        let text = value?.as_str()?;
        match text {
            "" => None,
            _ if text.eq_ignore_ascii_case("enforce") => Some(Self::Enforce),
            _ => Some(Self::Audit),
        }
    }
}

impl Override {
    pub(super) fn list(value: Option<&Value>) -> Vec<Self> {
        let items = value.and_then(Value::as_list).unwrap_or(&[]);
        items
            .iter()
            .map(|item| Self {
                action: FailureAction::read(item.get("action")).unwrap_or_default(),
                namespaces: texts(item, "namespaces"),
                selector: item
                    .get("namespaceSelector")
                    .filter(|value| !value.is_null())
                    .map(LabelSelector::read),
            })
            .collect()
    }
}
