//! The words of the document: levels, kinds and states.

use schemars::JsonSchema;
use sekisho_finding::{Confidence, Safety, Severity, SkipReason, SuppressionKind};
use sekisho_manifest::edit::Operation;
use serde::Serialize;

use crate::Verdict;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident($schema:literal) from $from:ty { $($pattern:pat => $word:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
        #[schemars(rename = $schema)]
        #[expect(missing_docs, reason = "the variants are the words themselves")]
        pub enum $name { $(#[serde(rename = $text)] $word),+ }

        impl From<$from> for $name {
            fn from(from: $from) -> Self {
                match from { $($pattern => Self::$word),+ }
            }
        }
    };
}

words! {
    /// How bad.
    SeverityWord("Severity") from Severity {
        Severity::Critical => Critical = "critical", Severity::High => High = "high",
        Severity::Medium => Medium = "medium", Severity::Low => Low = "low", Severity::Info => Info = "info",
    }
}
words! {
    /// How sure.
    ConfidenceWord("Confidence") from Confidence {
        Confidence::High => High = "high", Confidence::Medium => Medium = "medium",
        Confidence::Low => Low = "low",
    }
}
words! {
    /// What a run amounts to.
    VerdictWord("Verdict") from Verdict {
        Verdict::Passed => Passed = "passed", Verdict::Failed => Failed = "failed",
        Verdict::Incomplete => Incomplete = "incomplete", Verdict::Nothing => Nothing = "nothing-examined",
        Verdict::Unjudged => Unjudged = "unjudged",
    }
}
words! {
    /// Whether a fix may be applied unseen.
    SafetyWord("Safety") from Safety { Safety::Safe => Safe = "safe", Safety::Unsafe => Unsafe = "unsafe" }
}
words! {
    /// What to do with a field.
    OperationWord("Operation") from &Operation {
        Operation::Set(_) => Set = "set", Operation::Remove => Remove = "remove",
        Operation::Append(_) => Append = "append",
    }
}
words! {
    /// Where a suppression was decided.
    SuppressionWord("SuppressionKind") from SuppressionKind {
        SuppressionKind::Inline => Inline = "inline", SuppressionKind::Exception => Exception = "exception",
        SuppressionKind::Baseline => Baseline = "baseline",
    }
}
words! {
    /// Why an input was not examined. `unreadable` makes the run incomplete, the others do not.
    SkipWord("SkipReason") from &SkipReason {
        SkipReason::NotKubernetes => NotKubernetes = "not-kubernetes",
        SkipReason::Link => Link = "link",
        SkipReason::NotRendered(_) => NotRendered = "not-rendered",
        SkipReason::NotExamined(_) => NotExamined = "not-examined",
        SkipReason::Unjudged(_) => Unjudged = "unjudged",
        SkipReason::Unreadable(_) => Unreadable = "unreadable",
        _ => Other = "other",
    }
}
