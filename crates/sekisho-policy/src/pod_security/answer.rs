//! What the admission says of a request.

use smol_str::SmolStr;

use super::level::LevelVersion;
use super::violation::Violation;

/// The answer to an admission request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Why the request may not be carried out; none where it may.
    pub refusal: Option<Status>,
    /// What its sender is told.
    pub warnings: Vec<String>,
    /// What is recorded, in the order of the keys. They come without [`Answer::ANNOTATION_PREFIX`].
    pub audit_annotations: Vec<(SmolStr, String)>,
    /// What the Pod was held against, and what came out.
    pub findings: Vec<Finding>,
}

/// What a Pod was held against, and what came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What follows where it does not keep to it.
    pub mode: Mode,
    /// The level.
    pub policy: LevelVersion,
    /// What the controls have against the Pod; the paths count from the object of the request.
    pub violations: Vec<Violation>,
}

/// What follows where a Pod does not keep to a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// It is refused.
    Enforce,
    /// It is recorded.
    Audit,
    /// Its sender is warned.
    Warn,
}

/// Why a request is refused, as `meta/v1` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The code of HTTP.
    pub code: u16,
    /// The reason in a word: `Forbidden`.
    pub reason: &'static str,
    /// The reason in words.
    pub message: String,
    /// What the request was about; none where nothing can be said.
    pub details: Option<StatusDetails>,
}

/// What a refused request was about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusDetails {
    /// The group of the resource or the kind.
    pub group: SmolStr,
    /// The resource, or of what is invalid the kind.
    pub kind: SmolStr,
    /// The name of the object.
    pub name: SmolStr,
    /// Each thing that is wrong.
    pub causes: Vec<Cause>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The reason in a word: `FieldValueInvalid`; may be empty.
    pub reason: &'static str,
    /// The reason in words.
    pub message: String,
    /// The field; may be empty.
    pub field: String,
}

impl Answer {
    /// What the API server puts before the keys of the audit annotations.
    pub const ANNOTATION_PREFIX: &'static str = "pod-security.kubernetes.io/";

    /// Whether the request may be carried out.
    pub fn is_allowed(&self) -> bool {
        self.refusal.is_none()
    }

    /// The request may be carried out, and there is something to record.
    pub(super) fn recorded(key: &'static str, value: impl Into<String>) -> Self {
        Self { audit_annotations: vec![(SmolStr::new_static(key), value.into())], ..Self::default() }
    }

    /// The request may not be carried out.
    pub(super) fn refused(refusal: Status) -> Self {
        Self { refusal: Some(refusal), ..Self::default() }
    }

    /// The request could not be judged; `why` says more for the record.
    pub(super) fn failed(refusal: Status, why: &str) -> Self {
        let record =
            if why.is_empty() { refusal.message.clone() } else { format!("{}: {why}", refusal.message) };
        Self { refusal: Some(refusal), ..Self::recorded("error", record) }
    }

    /// Adds to the record, which is kept in the order of the keys.
    pub(super) fn record(&mut self, key: &'static str, value: String) {
        let place = self.audit_annotations.partition_point(|(known, _)| known.as_str() < key);
        self.audit_annotations.insert(place, (SmolStr::new_static(key), value));
    }
}

impl Status {
    /// The request cannot be understood.
    pub(super) fn bad_request(message: &str) -> Self {
        Self { code: 400, reason: "BadRequest", message: message.to_owned(), details: None }
    }

    /// Something that is needed is not there.
    pub(super) fn internal(message: String) -> Self {
        let text = format!("Internal error occurred: {message}");
        let causes = vec![Cause { reason: "", message, field: String::new() }];
        let details = Some(StatusDetails { causes, ..StatusDetails::default() });
        Self { code: 500, reason: "InternalError", message: text, details }
    }
}

impl Mode {
    /// As labels name it: `enforce`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Audit => "audit",
            Self::Warn => "warn",
        }
    }
}

impl Finding {
    /// What is said of it, in the words of the API server; none where the Pod keeps to the level.
    pub fn message(&self) -> Option<String> {
        let verb = match self.mode {
            Mode::Enforce => "violates",
            Mode::Audit | Mode::Warn => "would violate",
        };
        let details = || super::violation::details(&self.violations);
        (!self.violations.is_empty())
            .then(|| format!("{verb} PodSecurity \"{}\": {}", self.policy, details()))
    }
}
