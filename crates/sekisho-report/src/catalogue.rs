//! The words of reports in the reader's language: `locales/en.toml` and `locales/ja.toml`.
//!
//! An entry is named by its path in the file: `ui.verdict.passed`, `check.privileged-container.title`. What
//! a language lacks is said in English, so that a new rule is shown before it is translated.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use sekisho_finding::{Message, Rule, Severity, SkipReason};
use sekisho_framework::{Control, Framework, Section};
use sekisho_risk::Action;

use crate::text::grouped;

/// A language that reports are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

/// A language that reports are not written in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown language `{given}`: use `en` or `ja`")]
pub struct ParseLanguageError {
    given: String,
}

/// The words of one language.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    language: Language,
    own: BTreeMap<String, String>,
    english: BTreeMap<String, String>,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Japanese];

    /// The language's tag: `en`, `ja`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::English => include_str!("../locales/en.toml"),
            Self::Japanese => include_str!("../locales/ja.toml"),
        }
    }
}

impl FromStr for Language {
    type Err = ParseLanguageError;

    /// Reads a language tag (`ja`, `ja-JP`) or a POSIX locale (`ja_JP.UTF-8`).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let tag = text.split(['_', '-', '.', '@']).next().unwrap_or("");
        Self::ALL
            .into_iter()
            .find(|language| tag.eq_ignore_ascii_case(language.as_str()))
            .ok_or_else(|| ParseLanguageError { given: text.to_owned() })
    }
}

impl Catalogue {
    /// The catalogue of a language.
    pub fn new(language: Language) -> Self {
        let english = entries(Language::English);
        let own = if language == Language::English { english.clone() } else { entries(language) };
        Self { language, own, english }
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// A word or sentence of the user interface: `verdict.passed` is the entry `ui.verdict.passed`. A key
    /// that no language has is shown as it is.
    pub fn ui<'k>(&'k self, key: &'k str) -> &'k str {
        let path = format!("ui.{key}");
        self.own.get(&path).or_else(|| self.english.get(&path)).map_or(key, String::as_str)
    }

    /// The same, its `{name}` places filled.
    pub fn fill(&self, key: &str, arguments: &[(&str, &dyn fmt::Display)]) -> String {
        let mut out = String::new();
        let mut rest = self.ui(key);
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let known = after.split_once('}').and_then(|(name, tail)| {
                let (_, value) = arguments.iter().find(|(known, _)| *known == name)?;
                Some((value, tail))
            });
            if let Some((value, tail)) = known {
                out.push_str(&value.to_string());
                rest = tail;
            } else {
                out.push('{');
                rest = after;
            }
        }
        out.push_str(rest);
        out
    }

    /// A number of things: the entry `{key}.one` or `{key}.other`, its place `{count}` filled.
    pub fn count(&self, key: &str, count: usize) -> String {
        let form = if count == 1 { "one" } else { "other" };
        self.fill(&format!("{key}.{form}"), &[("count", &grouped(count))])
    }

    /// The word for a severity.
    pub fn severity(&self, severity: Severity) -> &str {
        self.ui(match severity {
            Severity::Info => "severity.info",
            Severity::Low => "severity.low",
            Severity::Medium => "severity.medium",
            Severity::High => "severity.high",
            Severity::Critical => "severity.critical",
        })
    }

    /// What a rule finds, in one line.
    pub fn title<'t>(&'t self, rule: &'t Rule) -> &'t str {
        self.translated(&format!("check.{}.title", rule.id)).unwrap_or(&rule.title)
    }

    /// How to mend what a rule finds, in one sentence.
    pub fn remedy<'t>(&'t self, rule: &'t Rule) -> &'t str {
        self.translated(&format!("check.{}.remedy", rule.id)).unwrap_or(&rule.remedy)
    }

    /// What a finding says.
    pub fn message(&self, message: &Message) -> String {
        if message.key.is_empty() {
            return self.phrase("related", &message.template).into_owned();
        }
        let path = match message.key.split_once('.') {
            Some((slug, variant)) => format!("check.{slug}.variant.{variant}"),
            None => format!("check.{}.message", message.key),
        };
        let Some(template) = self.translated(&path) else { return message.render(&message.template) };
        let mut said = message.clone();
        for (name, value) in &mut said.arguments {
            if let Some(word) = self.translated(&format!("value.{name}.{value}")) {
                *value = word.into();
            } else if value.starts_with('`') {
                *value = value.replace("`, `", &format!("`{}`", self.ui("list"))).into();
            }
        }
        said.render(template)
    }

    /// What a fix does, by its English description.
    pub fn fix<'t>(&'t self, description: &'t str) -> Cow<'t, str> {
        self.phrase("fix", description)
    }

    /// What to do: the description of an action is that of a fix, or the remedy of its rule.
    pub fn action<'t>(&'t self, action: &'t Action, rules: &'t [Rule]) -> Cow<'t, str> {
        let remedy_of = |rule: &&Rule| action.rules.contains(&rule.id) && rule.remedy == action.description;
        match rules.iter().find(remedy_of) {
            Some(rule) => Cow::Borrowed(self.remedy(rule)),
            None => self.fix(&action.description),
        }
    }

    /// Why an input was not examined.
    pub fn skip(&self, reason: &SkipReason) -> String {
        match reason {
            SkipReason::NotKubernetes => self.ui("skip.not-kubernetes").to_owned(),
            SkipReason::Link => self.ui("skip.link").to_owned(),
            SkipReason::NotRendered(what) => {
                let what = self.translated(&format!("template.{what}")).unwrap_or(what);
                self.fill("skip.not-rendered", &[("what", &what)])
            }
            other => other.to_string(),
        }
    }

    /// What the control `framework/control` is about, in one line.
    pub fn control(&self, id: &str) -> Option<&str> {
        let (framework, control) = sekisho_framework::control(id)?;
        Some(self.control_title(framework, control))
    }

    /// What a control is about, in one line.
    pub fn control_title(&self, framework: &Framework, control: &Control) -> &str {
        let path = format!("control.{}/{}.title", framework.id, control.id);
        self.translated(&path).unwrap_or(control.title)
    }

    /// What a control is about, in one or two sentences.
    pub fn control_description(&self, framework: &Framework, control: &Control) -> &str {
        let path = format!("control.{}/{}.description", framework.id, control.id);
        self.translated(&path).unwrap_or(control.description)
    }

    /// What a part of a framework is about.
    pub fn section_title(&self, framework: &Framework, section: &Section) -> &str {
        self.translated(&format!("section.{}/{}", framework.id, section.id)).unwrap_or(section.title)
    }

    /// Those of the entries that this language itself lacks: for the test that nothing is untranslated.
    pub fn missing<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Vec<&'k str> {
        keys.into_iter().filter(|key| !self.own.contains_key(*key)).collect()
    }

    /// Every entry that this language itself has, by its path.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.own.iter().map(|(key, text)| (key.as_str(), text.as_str()))
    }

    /// A text that stands in a table by its English words. Where it has no entry of its own, what stands
    /// between backticks in it is a value: `` container `web` mounts it `` is found as
    /// `` container `{1}` mounts it ``.
    fn phrase<'t>(&'t self, table: &str, english: &'t str) -> Cow<'t, str> {
        if let Some(text) = self.translated(&format!("{table}.{english}")) {
            return Cow::Borrowed(text);
        }
        let mut pattern = String::new();
        let mut values = Vec::new();
        for (index, part) in english.split('`').enumerate() {
            if index > 0 {
                pattern.push('`');
            }
            if index % 2 == 1 {
                values.push(part);
                pattern.extend(["{", &values.len().to_string(), "}"]);
            } else {
                pattern.push_str(part);
            }
        }
        let Some(text) = self.translated(&format!("{table}.{pattern}")) else {
            return Cow::Borrowed(english);
        };
        let mut out = text.to_owned();
        for (index, value) in values.iter().enumerate().rev() {
            out = out.replace(&format!("{{{}}}", index + 1), value);
        }
        Cow::Owned(out)
    }

    /// An entry of a language that is not English: English stands beside the rules themselves.
    fn translated(&self, path: &str) -> Option<&str> {
        self.own.get(path).map(String::as_str)
    }
}

/// The entries of a language's file by their paths. The files are part of the program, and a test reads
/// them; one that cannot be read counts as empty.
fn entries(language: Language) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if let Ok(table) = language.file().parse::<toml::Table>() {
        flatten("", table, &mut found);
    }
    found
}

fn flatten(path: &str, table: toml::Table, found: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let path: Cow<'_, str> = if path.is_empty() { key.into() } else { format!("{path}.{key}").into() };
        match value {
            toml::Value::Table(below) => flatten(&path, below, found),
            toml::Value::String(text) => {
                found.insert(path.into_owned(), text);
            }
            _ => {}
        }
    }
}
