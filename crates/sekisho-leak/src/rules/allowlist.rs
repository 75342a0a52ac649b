//! What only looks like a credential.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use super::pattern::Pattern;

/// Paths, commits, texts and words that are no credential.
#[derive(Debug, Clone, Default)]
pub struct Allowlist {
    /// Why.
    pub description: String,
    /// Whether one of its parts is enough.
    pub condition: Condition,
    /// What its expressions look at.
    pub target: Target,
    pub(crate) commits: BTreeSet<String>,
    pub(crate) paths: Option<Pattern>,
    pub(crate) regexes: Option<Pattern>,
    pub(crate) words: Option<AhoCorasick>,
}

/// How the parts of an allowlist count together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Condition {
    /// One part is enough.
    #[default]
    Any,
    /// Every part that is given must hold.
    All,
}

/// What the expressions of an allowlist look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Target {
    /// The credential.
    #[default]
    Secret,
    /// All that the rule's expression matched.
    Match,
    /// The line that it stands on.
    Line,
}

/// What is asked of an allowlist about something that was found.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'t> {
    pub(crate) path: &'t str,
    pub(crate) commit: Option<&'t str>,
    pub(crate) secret: &'t [u8],
    pub(crate) matched: &'t [u8],
    pub(crate) line: &'t [u8],
}

impl Allowlist {
    pub(crate) fn is_empty(&self) -> bool {
        self.commits.is_empty() && self.paths.is_none() && self.regexes.is_none() && self.words.is_none()
    }

    /// Whether all of a file is allowed, before anything in it is looked at.
    pub(crate) fn allows_file(&self, path: &str, commit: Option<&str>) -> bool {
        let by_commit = self.allows_commit(commit);
        let by_path = self.allows_path(path);
        match self.condition {
            Condition::Any => by_commit || by_path,
            Condition::All if self.regexes.is_some() || self.words.is_some() => false,
            Condition::All => (self.commits.is_empty() || by_commit) && (self.paths.is_none() || by_path),
        }
    }

    /// Whether what was found is allowed.
    pub(crate) fn allows(&self, subject: Subject<'_>) -> bool {
        let target = match self.target {
            Target::Secret => subject.secret,
            Target::Match => subject.matched,
            Target::Line => subject.line,
        };
        let by_regex = !target.is_empty() && self.regexes.as_ref().is_some_and(|regex| regex.matches(target));
        let by_word = || {
            let lower = String::from_utf8_lossy(subject.secret).to_lowercase();
            self.words.as_ref().is_some_and(|words| words.is_match(lower.as_bytes()))
        };
        match self.condition {
            Condition::Any => by_regex || by_word(),
            Condition::All => {
                (self.commits.is_empty() || self.allows_commit(subject.commit))
                    && (self.paths.is_none() || self.allows_path(subject.path))
                    && (self.regexes.is_none() || by_regex)
                    && (self.words.is_none() || by_word())
            }
        }
    }

    fn allows_commit(&self, commit: Option<&str>) -> bool {
        commit.is_some_and(|commit| self.commits.contains(&commit.to_lowercase()))
    }

    fn allows_path(&self, path: &str) -> bool {
        !path.is_empty() && self.paths.as_ref().is_some_and(|paths| paths.matches(path.as_bytes()))
    }
}
