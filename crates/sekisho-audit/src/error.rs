//! Why something is no audit event.

use thiserror::Error;

/// Why something is no audit event.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum AuditError {
    /// It is no JSON.
    #[error("this is no JSON: {what} at byte {at}")]
    Json {
        /// What is wrong.
        what: &'static str,
        /// Where.
        at: usize,
    },
    /// It is longer than the budget.
    #[error("an event is longer than {0} bytes, which is more than is read")]
    TooLong(usize),
    /// It is nested deeper than the budget.
    #[error("an event is nested deeper than {0} levels")]
    TooDeep(usize),
    /// It has more values than the budget.
    #[error("an event has more than {0} values")]
    TooManyValues(usize),
    /// It is JSON and no event.
    #[error("this is no audit event: expected `kind: Event` or `kind: EventList` of `audit.k8s.io/v1`")]
    Kind,
    /// It is of a version that is not known.
    #[error("audit events of `{0}` cannot be read: have the API server write `audit.k8s.io/v1`")]
    Version(String),
    /// It does not say when it happened.
    #[error("the event has no `stageTimestamp` that is a time of RFC 3339")]
    Time,
}
