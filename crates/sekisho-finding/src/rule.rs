//! What found it: a rule's identity and standing, whatever language it is written in.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use sekisho_framework::Cell;

/// How bad a finding is when it is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Hardening: helps an attacker who is already far in.
    Low,
    /// Weakens a boundary.
    Medium,
    /// Breaks a boundary together with one other fault.
    High,
    /// Breaks a boundary by itself: a node, the cluster or its credentials lie open.
    Critical,
}

/// How sure we are that a finding is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A hint that a person should judge.
    Low,
    /// Usually true; the manifest alone cannot prove it.
    Medium,
    /// The manifest itself shows it.
    High,
}

/// Who wants to see a rule's findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Persona {
    /// Everyone.
    Default,
    /// Those who ask for all there is to harden.
    Pedantic,
}

/// A level that is none of the known words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{given}`: use one of {known}")]
pub struct ParseLevelError {
    what: &'static str,
    given: String,
    known: String,
}

macro_rules! level {
    ($type:ident, $what:literal, $($variant:ident => $word:literal),+ $(,)?) => {
        impl $type {
            /// All levels, lowest first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in machine-readable output and in configuration.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = ParseLevelError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|level| level.as_str() == text).ok_or_else(|| ParseLevelError {
                    what: $what,
                    given: text.to_owned(),
                    known: Self::ALL.iter().map(|level| format!("`{level}`")).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

level!(Severity, "severity", Info => "info", Low => "low", Medium => "medium", High => "high", Critical => "critical");
level!(Confidence, "confidence", Low => "low", Medium => "medium", High => "high");
level!(Persona, "persona", Default => "default", Pedantic => "pedantic");

/// A rule as reports show it: built-in check, policy of any language, or matcher.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The readable slug: `privileged-container`.
    pub id: Cow<'static, str>,
    /// One line that names the fault: `Container runs privileged`.
    pub title: Cow<'static, str>,
    /// One sentence that says how to mend it.
    pub remedy: Cow<'static, str>,
    /// The manual page as Markdown; empty where the rule has none.
    pub manual: Cow<'static, str>,
    /// How bad its findings usually are.
    pub severity: Severity,
    /// How sure its findings usually are.
    pub confidence: Confidence,
    /// Who wants to see them.
    pub persona: Persona,
    /// The controls it gives evidence for, as `framework/control`.
    pub controls: Vec<Cow<'static, str>>,
    /// Its cell of the matrix.
    pub cell: Cell,
}
