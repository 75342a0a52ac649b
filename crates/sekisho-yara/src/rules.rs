//! Compiled rules, and what they say of a file.

use crate::error::{Omission, ScanError, SyntaxError};
use crate::evaluate::Evaluation;
use crate::module::Modules;
use crate::parser::{self, Read};
use crate::rule::{Rule, StringEntry};
use crate::scan::{Filter, Searched};

/// Rules of several files.
#[derive(Debug)]
pub struct Rules {
    entries: Vec<Rule>,
    strings: Vec<StringEntry>,
    filter: Filter,
    omissions: Vec<Omission>,
}

/// A file that rules are held against.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'s> {
    /// Its path, with `/` between folders.
    pub path: &'s str,
    /// All its bytes.
    pub bytes: &'s [u8],
}

/// A rule that holds of a file.
#[derive(Debug, Clone, Copy)]
pub struct Match<'r> {
    /// The rule's name.
    pub rule: &'r str,
    /// What its meta data say that it finds; empty where they say nothing.
    pub description: &'r str,
    /// Its tags.
    pub tags: &'r [String],
}

impl Rules {
    /// Compiles files. Each is a name space of its own; what it is called stands beside its error.
    ///
    /// # Errors
    ///
    /// The place of the file that could not be read, and why.
    pub fn compile(files: &[&str]) -> Result<Self, (usize, SyntaxError)> {
        let mut read = Read::default();
        for (place, text) in files.iter().enumerate() {
            parser::read(text.as_bytes(), place, &mut read).map_err(|error| (place, error))?;
        }
        let Read { rules, strings, omissions } = read;
        let filter = Filter::new(&strings).map_err(|reason| (0, SyntaxError { line: 1, reason }))?;
        Ok(Self { entries: rules, strings, filter, omissions })
    }

    /// How many rules are evaluated.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The rules that are not evaluated.
    pub fn omissions(&self) -> &[Omission] {
        &self.omissions
    }

    /// The rules that hold of a file, in their order; private ones are not told.
    ///
    /// # Errors
    ///
    /// A rule that takes more than its budget: of the file nothing is said then.
    pub fn scan(&self, subject: &Subject<'_>) -> Result<Vec<Match<'_>>, ScanError> {
        let searched = Searched::new(subject.bytes, &self.strings, &self.filter);
        let modules = Modules::new(subject.bytes);
        let mut verdicts = Vec::with_capacity(self.entries.len());
        let mut refused = Vec::new();
        for rule in &self.entries {
            searched.steps.set(0);
            let mut evaluation = Evaluation {
                searched: &searched,
                modules: &modules,
                subject,
                rule: &rule.name,
                verdicts: &verdicts,
                variables: Vec::new(),
                current: Vec::new(),
            };
            let holds = evaluation.holds(&rule.condition)?;
            if rule.is_global && !holds {
                refused.push(rule.namespace);
            }
            verdicts.push(holds);
        }
        let told = self
            .entries
            .iter()
            .zip(verdicts)
            .filter(|(rule, holds)| *holds && !rule.is_private && !refused.contains(&rule.namespace));
        Ok(told
            .map(|(rule, _)| Match { rule: &rule.name, description: &rule.description, tags: &rule.tags })
            .collect())
    }
}
