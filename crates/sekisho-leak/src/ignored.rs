//! Findings that a `.gitleaksignore` names.

use std::collections::HashSet;

use smol_str::SmolStr;

/// The lines of a `.gitleaksignore`: `file:rule:line`, or with a commit before them.
#[derive(Debug, Clone, Default)]
pub struct Ignored {
    entries: HashSet<SmolStr>,
    unread: Vec<u32>,
}

impl Ignored {
    /// Reads the file. Lines that are neither of three parts nor of four are kept as unread.
    pub fn read(text: &str) -> Self {
        let mut ignored = Self::default();
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if matches!(line.split(':').count(), 3 | 4) {
                ignored.entries.insert(line.replace('\\', "/").into());
            } else {
                ignored.unread.push(number);
            }
        }
        ignored
    }

    /// The numbers of the lines that could not be read.
    pub fn unread(&self) -> &[u32] {
        &self.unread
    }

    /// Whether a leak is named.
    pub fn has(&self, commit: Option<&str>, path: &str, rule: &str, line: u32) -> bool {
        let anywhere = format!("{path}:{rule}:{line}");
        let in_commit =
            commit.is_some_and(|commit| self.entries.contains(format!("{commit}:{anywhere}").as_str()));
        in_commit || self.entries.contains(anywhere.as_str())
    }
}
