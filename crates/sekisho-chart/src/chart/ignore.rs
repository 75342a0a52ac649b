//! `.helmignore`: which files of a folder are no part of the chart.

use super::pattern::Pattern;

/// The most rules that are read.
const MOST_RULES: usize = 10_000;

/// The rules of a `.helmignore` file, and Helm's own: hidden files in `templates/` are left out.
///
/// A caller that walks a folder asks [`ignores`](Self::ignores) for each path, and need not enter a folder
/// that is ignored.
#[derive(Debug, Clone)]
pub struct Ignore {
    rules: Vec<Rule>,
}

/// Why a `.helmignore` file cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IgnoreError {
    /// A rule has `**`.
    #[error("line {line} has `**`, which `.helmignore` does not know; name the folders")]
    DoubleStar {
        /// The line, from 1.
        line: usize,
    },
    /// A rule is no pattern.
    #[error("line {line} is no pattern: `{rule}`; close its brackets")]
    Pattern {
        /// The line, from 1.
        line: usize,
        /// The rule.
        rule: String,
    },
    /// There are too many rules.
    #[error("more than {limit} rules; merge them")]
    TooManyRules {
        /// The limit.
        limit: usize,
    },
}

#[derive(Debug, Clone)]
struct Rule {
    pattern: Pattern,
    /// Whether only the last part of a path is compared.
    by_name: bool,
    negated: bool,
    only_folders: bool,
}

impl Ignore {
    /// The rules of a folder without `.helmignore`.
    pub fn none() -> Self {
        Self { rules: Rule::parse("templates/.?*").into_iter().collect() }
    }

    /// Reads the rules of a `.helmignore` file.
    ///
    /// # Errors
    /// Where a rule cannot be followed.
    pub fn parse(text: &str) -> Result<Self, IgnoreError> {
        let mut rules = Vec::new();
        for (line, text) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            if text.contains("**") {
                return Err(IgnoreError::DoubleStar { line });
            }
            let rule = Rule::parse(text);
            rules.push(rule.ok_or_else(|| IgnoreError::Pattern { line, rule: text.to_owned() })?);
            if rules.len() > MOST_RULES {
                return Err(IgnoreError::TooManyRules { limit: MOST_RULES });
            }
        }
        rules.extend(Self::none().rules);
        Ok(Self { rules })
    }

    /// Whether a file or folder itself is left out; the path is relative to the chart, with `/`.
    ///
    /// The first rule that speaks decides. As in Helm a rule with `!` leaves out everything that it does not
    /// match.
    pub fn ignores(&self, path: &str, is_folder: bool) -> bool {
        if matches!(path, "" | "." | "./") {
            return false;
        }
        for rule in &self.rules {
            if rule.negated {
                if rule.only_folders && !is_folder || !rule.matches(path) {
                    return true;
                }
            } else if (is_folder || !rule.only_folders) && rule.matches(path) {
                return true;
            }
        }
        false
    }

    /// Whether a file is left out, itself or with a folder that it lies in.
    pub fn ignores_file(&self, path: &str) -> bool {
        let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        folders.into_iter().any(|folder| self.ignores(folder, true)) || self.ignores(path, false)
    }
}

impl Rule {
    fn parse(text: &str) -> Option<Self> {
        // The whole text must be a pattern, with the marks that are taken off below.
        Pattern::parse(text)?;
        let rest = text.strip_prefix('!').unwrap_or(text);
        let path = rest.strip_suffix('/').unwrap_or(rest);
        let rooted = path.strip_prefix('/').unwrap_or(path);
        Some(Self {
            pattern: Pattern::parse(rooted)?,
            by_name: !path.contains('/'),
            negated: text.starts_with('!'),
            only_folders: rest.ends_with('/'),
        })
    }

    fn matches(&self, path: &str) -> bool {
        let compared = if self.by_name { path.rsplit('/').next().unwrap_or(path) } else { path };
        self.pattern.matches(compared)
    }
}
