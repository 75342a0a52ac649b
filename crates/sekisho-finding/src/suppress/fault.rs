//! The rules about suppressions themselves: an exception that has expired, an ignore comment without effect.

use std::borrow::Cow;

use sekisho_framework::{Cell, Layer, Mode, Phase};

use crate::{Argument, Confidence, Message, Persona, Rule, Severity};

/// What may be wrong with a suppression, and what its findings say.
#[derive(Debug)]
pub struct Fault {
    /// The slug of the rule.
    pub id: &'static str,
    /// One line that names the fault, no full stop.
    pub title: &'static str,
    /// What a finding says, with `{name}` places for arguments; lower case, no full stop.
    pub message: &'static str,
    /// Other wordings of the message, by their names.
    pub variants: &'static [(&'static str, &'static str)],
    /// One imperative sentence that says how to mend it, no full stop.
    pub remedy: &'static str,
    /// How bad a finding is.
    pub severity: Severity,
}

/// An exception whose last day has passed. Fills `{owner}` and `{checks}`.
pub const EXPIRED_EXCEPTION: Fault = Fault {
    id: "expired-exception",
    title: "Exception has expired",
    message: "the exception of `{owner}` for {checks} has expired",
    variants: &[],
    remedy: "Mend what the exception accepted, or have its owner renew it with a new last day",
    severity: Severity::Medium,
};

/// An ignore comment that does not count. Fills `{slug}`; the variant `no-reason` needs no argument.
pub const INVALID_IGNORE_COMMENT: Fault = Fault {
    id: "invalid-ignore-comment",
    title: "Ignore comment without effect",
    message: "the ignore comment names the unknown check `{slug}`",
    variants: &[("no-reason", "the ignore comment gives no reason and does not count")],
    remedy: "Write `# sekisho: ignore[slug]: reason` with a slug that exists and a reason",
    severity: Severity::Low,
};

/// Every fault of a suppression.
pub const FAULTS: [&Fault; 2] = [&EXPIRED_EXCEPTION, &INVALID_IGNORE_COMMENT];

impl Fault {
    /// The fault as reports show it.
    pub fn rule(&self) -> Rule {
        Rule {
            id: self.id.into(),
            title: self.title.into(),
            remedy: self.remedy.into(),
            manual: Cow::Borrowed(""),
            severity: self.severity,
            confidence: Confidence::High,
            persona: Persona::Default,
            controls: Vec::new(),
            cell: Cell::new(Layer::Code, Phase::Develop, Mode::Detective),
        }
    }

    /// What a finding says: the message, or the variant of this name.
    pub fn says(&self, variant: Option<&'static str>, arguments: Vec<Argument>) -> Message {
        let other = variant.and_then(|name| self.variants.iter().find(|(known, _)| *known == name));
        match other {
            Some((name, template)) => Message {
                key: format!("{}.{name}", self.id).into(),
                template: Cow::Borrowed(template),
                arguments,
            },
            None => Message { key: self.id.into(), template: self.message.into(), arguments },
        }
    }
}
