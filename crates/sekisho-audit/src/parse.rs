//! Lines and bodies to events.

use crate::budget::Budget;
use crate::error::AuditError;
use crate::event::AuditEvent;
use crate::json::{Json, JsonKind, Tape};

/// Scans texts, one after the other, with the memory of the one before.
#[derive(Debug, Default)]
pub struct Parser {
    tape: Tape,
    budget: Budget,
}

/// A text that was scanned.
#[derive(Clone, Copy)]
pub struct Parsed<'t> {
    root: Json<'t>,
}

/// The API group of audit events.
const GROUP: &str = "audit.k8s.io";

/// What versions of the group have the shape that is read.
const VERSIONS: &[&str] = &["v1", "v1beta1", "v1alpha1"];

impl Parser {
    /// With limits.
    pub fn new(budget: Budget) -> Self {
        Self { tape: Tape::default(), budget }
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Scans a text.
    ///
    /// # Errors
    ///
    /// Where it is no JSON, or more than the budget allows.
    pub fn parse<'t>(&'t mut self, bytes: &'t [u8]) -> Result<Parsed<'t>, AuditError> {
        if bytes.len() > self.budget.bytes {
            return Err(AuditError::TooLong(self.budget.bytes));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|error| AuditError::Json { what: "no UTF-8", at: error.valid_up_to() })?;
        self.tape.scan(text, &self.budget)?;
        Ok(Parsed { root: Json::root(text, &self.tape.tokens) })
    }
}

impl<'t> Parsed<'t> {
    /// The value as a whole.
    pub fn root(self) -> Json<'t> {
        self.root
    }

    /// Gives each event: the one that this is, or those of a list. One that cannot be read does not keep the
    /// others from being.
    pub fn events(self, each: &mut dyn FnMut(Result<AuditEvent<'t>, AuditError>)) {
        if self.root.kind() == JsonKind::Array {
            for item in self.root.items() {
                document(item, each);
            }
        } else {
            document(self.root, each);
        }
    }
}

fn document<'t>(root: Json<'t>, each: &mut dyn FnMut(Result<AuditEvent<'t>, AuditError>)) {
    let (mut kind, mut version, mut items) = (None, None, None);
    for (key, value) in root.members() {
        match key.text().as_ref() {
            "kind" if kind.is_none() => kind = Some(value),
            "apiVersion" if version.is_none() => version = Some(value),
            "items" if items.is_none() => items = Some(value),
            _ => {}
        }
    }
    let kind = kind.and_then(Json::as_str);
    let is_list = match kind.as_deref() {
        Some("Event") => false,
        Some("EventList") => true,
        _ => return each(Err(AuditError::Kind)),
    };
    // Older logs do not say.
    if let Some(version) = version.and_then(Json::as_str) {
        let is_known = version
            .split_once('/')
            .is_some_and(|(group, version)| group == GROUP && VERSIONS.contains(&version));
        if !is_known {
            return each(Err(AuditError::Version(shortened(&version))));
        }
    }
    if is_list {
        for item in items.into_iter().flat_map(Json::items) {
            each(AuditEvent::new(item));
        }
    } else {
        each(AuditEvent::new(root));
    }
}

/// A version for a message, which a log may make as long as it likes.
fn shortened(version: &str) -> String {
    version.chars().take(100).collect()
}
