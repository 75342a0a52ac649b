//! The paths of the webhook: what is done, and what becomes of a request that nobody can answer for.

use std::time::Duration;

use sekisho_policy::{FailureClass, Scope};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// To change the object.
    Mutate,
    /// To judge it.
    Validate,
}

/// A path of the webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// What is asked for.
    pub action: Action,
    /// The policies that are asked: those whose failure closes, or those whose failure leaves open.
    pub class: FailureClass,
}

impl Endpoint {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self { action: Action::Mutate, class: FailureClass::Closed },
        Self { action: Action::Mutate, class: FailureClass::Open },
        Self { action: Action::Validate, class: FailureClass::Closed },
        Self { action: Action::Validate, class: FailureClass::Open },
    ];

    /// The endpoint of a path; none where the path is another.
    pub fn of(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|endpoint| endpoint.path() == path)
    }

    /// The path: `/validate/fail`.
    pub fn path(self) -> &'static str {
        match (self.action, self.class) {
            (Action::Mutate, FailureClass::Closed) => "/mutate/fail",
            (Action::Mutate, FailureClass::Open) => "/mutate/ignore",
            (Action::Validate, FailureClass::Closed) => "/validate/fail",
            (Action::Validate, FailureClass::Open) => "/validate/ignore",
        }
    }

    /// The policies and what they do.
    pub fn scope(self) -> Scope {
        match self.action {
            Action::Mutate => Scope::CHANGES.of(self.class),
            Action::Validate => Scope::JUDGES.of(self.class),
        }
    }

    /// What is asked for, in a word.
    pub(crate) fn action_word(self) -> &'static str {
        match self.action {
            Action::Mutate => "mutate",
            Action::Validate => "validate",
        }
    }

    /// The failure class as webhook configurations name it, in lower case.
    pub(crate) fn class_word(self) -> &'static str {
        match self.class {
            FailureClass::Closed => "fail",
            FailureClass::Open => "ignore",
        }
    }

    /// Its place among all.
    pub(crate) fn index(self) -> usize {
        Self::ALL.iter().position(|one| *one == self).unwrap_or_default()
    }
}

/// How long the API server waits, as it says behind the path: `timeout=2s`; none where it says nothing.
pub(crate) fn patience(query: Option<&str>) -> Option<Duration> {
    let said = query?.split('&').find_map(|pair| pair.strip_prefix("timeout="))?;
    let (number, unit) = match said.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (said.strip_suffix('s')?, 1_000),
    };
    let number: u64 = number.parse().ok()?;
    Some(Duration::from_millis(number.checked_mul(unit)?))
}
