//! Rules: what a credential looks like, and what only looks like one.

mod allowlist;
mod extend;
mod pattern;
mod read;
mod table;

use std::sync::OnceLock;

use smol_str::SmolStr;

pub(crate) use self::allowlist::Subject;
pub use self::allowlist::{Allowlist, Condition, Target};
pub(crate) use self::pattern::Pattern;
pub use self::read::RulesError;

/// Our own rules, as text in the format of gitleaks.
const OURS: &str = include_str!("../../data/rules.toml");

/// The rules of a file, with what it extends.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    pub(crate) rules: Vec<Rule>,
    pub(crate) allowlists: Vec<Allowlist>,
    pub(crate) notes: Vec<String>,
}

/// A rule: texts of this form, in files of these paths, are credentials.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// What it is called.
    pub id: SmolStr,
    /// What it finds, in a sentence.
    pub description: String,
    /// Words for those who group rules.
    pub tags: Vec<SmolStr>,
    pub(crate) path: Option<Pattern>,
    pub(crate) regex: Option<Pattern>,
    pub(crate) secret_group: usize,
    pub(crate) entropy: f64,
    pub(crate) keywords: Vec<SmolStr>,
    pub(crate) allowlists: Vec<Allowlist>,
    pub(crate) required: Vec<Required>,
    pub(crate) is_silent: bool,
}

/// Another rule that must find something near, for a rule to count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    /// That rule.
    pub rule: SmolStr,
    /// How many lines it may be away; any number where none is given.
    pub within_lines: Option<u32>,
    /// How many columns.
    pub within_columns: Option<u32>,
}

impl RuleSet {
    /// Reads a file of rules. What it extends by path is asked of `load`; `extend.useDefault` means our own rules.
    ///
    /// # Errors
    /// Where the file is no TOML, a rule could never find anything, or an expression is none.
    pub fn read(
        text: &str,
        load: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, RulesError> {
        read::read(text, load)
    }

    /// Our own rules.
    pub fn ours() -> &'static Self {
        static SET: OnceLock<RuleSet> = OnceLock::new();
        // A test holds that they can be read.
        SET.get_or_init(|| read::trusted(OURS).unwrap_or_default())
    }

    /// The rules in the order of the file.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The lists that count for all rules.
    pub fn allowlists(&self) -> &[Allowlist] {
        &self.allowlists
    }

    /// What the file asks for that is not done, a sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl Rule {
    /// The words of which one must stand in a text before the rule is tried, in lower case.
    pub fn keywords(&self) -> &[SmolStr] {
        &self.keywords
    }

    /// The expression for texts as it was written.
    pub fn regex(&self) -> Option<&str> {
        self.regex.as_ref().map(Pattern::source)
    }

    /// The expression for paths as it was written.
    pub fn path(&self) -> Option<&str> {
        self.path.as_ref().map(Pattern::source)
    }

    /// The least entropy of the credential, 0 where it does not count.
    pub fn entropy(&self) -> f64 {
        self.entropy
    }

    /// The group of the expression that is the credential, 0 for the first that took part.
    pub fn secret_group(&self) -> usize {
        self.secret_group
    }

    /// What only looks like what the rule finds.
    pub fn allowlists(&self) -> &[Allowlist] {
        &self.allowlists
    }

    /// The rules that must find something near.
    pub fn required(&self) -> &[Required] {
        &self.required
    }
}
