//! How grave a match is.

use sekisho_falco::Priority;
use sekisho_manifest::Node;

use crate::error::{SigmaError, SigmaErrorKind};

/// How grave a match is.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// To make others richer.
    Informational,
    /// Notable.
    Low,
    /// To be looked at.
    #[default]
    Medium,
    /// To be looked at soon.
    High,
    /// To be looked at now.
    Critical,
}

impl Level {
    /// The priority that the engine gives it.
    pub fn priority(self) -> Priority {
        match self {
            Self::Informational => Priority::Informational,
            Self::Low => Priority::Notice,
            Self::Medium => Priority::Warning,
            Self::High => Priority::Error,
            Self::Critical => Priority::Critical,
        }
    }
}

/// The level of a rule.
pub(crate) fn level(root: &Node) -> Result<Level, SigmaError> {
    let Some(node) = root.get("level") else { return Ok(Level::default()) };
    Ok(match node.as_str().unwrap_or_default() {
        "informational" => Level::Informational,
        "low" => Level::Low,
        "medium" => Level::Medium,
        "high" => Level::High,
        "critical" => Level::Critical,
        _ => {
            let wanted = "informational, low, medium, high or critical";
            let kind = SigmaErrorKind::Kind { name: "level".to_owned(), wanted };
            return Err(SigmaError { kind, span: node.span });
        }
    })
}
