//! Breaks of glass: for a limited time, for a reason that is told, what policies refuse passes.
//!
//! A break of glass is a ConfigMap of the installation's namespace with the label `sekisho/break-glass: "true"`. It ends
//! by itself at the time that it names, and at the latest [`BreakGlass::LONGEST`] after the API server made it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sekisho_manifest::Node;
use serde_json::{Value, json};

/// A break of glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlass {
    /// The name of its ConfigMap.
    pub name: String,
    /// Who broke it.
    pub person: String,
    /// Why.
    pub reason: String,
    /// When the API server made it.
    pub since: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// The namespaces that it is for; none: all, and kinds without a namespace.
    pub namespaces: Vec<String>,
}

/// Why a ConfigMap breaks no glass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BreakGlassError {
    /// Something must be said that is not.
    #[error("`{name}` breaks no glass: its `{key}` is missing")]
    Missing {
        /// The ConfigMap.
        name: String,
        /// What is missing.
        key: &'static str,
    },
    /// A time is none.
    #[error("`{name}` breaks no glass: `{text}` is no time such as 2026-01-31T12:00:00Z")]
    Time {
        /// The ConfigMap.
        name: String,
        /// What stands there.
        text: String,
    },
    /// It would last too long.
    #[error("`{name}` breaks no glass: it may last {hours} hours and no longer")]
    TooLong {
        /// The ConfigMap.
        name: String,
        /// The most hours.
        hours: u64,
    },
}

impl BreakGlass {
    /// The label of the ConfigMaps, and its value.
    pub const LABEL: (&'static str, &'static str) = ("sekisho/break-glass", "true");

    /// The longest that one lasts.
    pub const LONGEST: Duration = Duration::from_hours(8);

    /// Reads a ConfigMap.
    pub fn read(map: &Node) -> Result<Self, BreakGlassError> {
        let metadata = |key: &str| map.at(&["metadata", key]).and_then(Node::as_str).unwrap_or("");
        let name = metadata("name").to_owned();
        let said = |key: &'static str| {
            let text = map.at(&["data", key]).and_then(Node::as_str).unwrap_or("").trim();
            if text.is_empty() { Err(BreakGlassError::Missing { name: name.clone(), key }) } else { Ok(text) }
        };
        let time = |text: &str| {
            text.parse::<Timestamp>()
                .map_err(|_| BreakGlassError::Time { name: name.clone(), text: text.to_owned() })
        };
        let (person, reason) = (said("person")?.to_owned(), said("reason")?.to_owned());
        let (since, until) = (time(metadata("creationTimestamp"))?, time(said("until")?)?);
        let longest = SignedDuration::try_from(Self::LONGEST).unwrap_or(SignedDuration::MAX);
        if until.duration_since(since) > longest {
            return Err(BreakGlassError::TooLong { name, hours: Self::LONGEST.as_secs() / 3_600 });
        }
        let namespaces = map.at(&["data", "namespaces"]).and_then(Node::as_str).unwrap_or("");
        let namespaces = namespaces.split([',', ' ', '\n']).filter(|one| !one.is_empty());
        let namespaces = namespaces.map(str::to_owned).collect();
        Ok(Self { name, person, reason, since, until, namespaces })
    }

    /// Whether it has not ended.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.until
    }

    /// Whether it is for requests of a namespace; empty: for kinds without one.
    pub fn covers(&self, namespace: &str) -> bool {
        self.namespaces.is_empty() || self.namespaces.iter().any(|one| one == namespace)
    }

    /// The ConfigMap of a break of glass that is to be made in a namespace.
    pub fn config_map(&self, namespace: &str) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": self.name,
                "namespace": namespace,
                "labels": {Self::LABEL.0: Self::LABEL.1, "app.kubernetes.io/name": "sekisho"},
            },
            "data": {
                "person": self.person,
                "reason": self.reason,
                "until": self.until.to_string(),
                "namespaces": self.namespaces.join(","),
            },
        })
    }
}
