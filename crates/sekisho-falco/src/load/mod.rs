//! Rule files, in order, to rules: what each file says, what becomes of it, and every result with its code.

pub(crate) mod collect;
mod compile;
mod exceptions;
mod lists;
mod macros;
mod read;
mod result;
mod version;

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_manifest::{Format, SourceId};

use self::collect::Collection;
pub use self::result::{Code, FileResult, Item, ItemKind, Message};
pub use self::version::Version;
use crate::catalog::Catalog;
use crate::ruleset::{Rule, RuleSet};

/// The version of the rule language that this engine gives; files may require one.
pub const ENGINE_VERSION: Version = Version { major: 0, minor: 63, patch: 0 };

/// Limits on rule files.
#[derive(Clone, Debug)]
pub struct LoadBudget {
    /// Bytes of a file, and nodes and depth of its YAML.
    pub manifest: sekisho_manifest::Budget,
    /// Bytes of a condition with its lists written out.
    pub condition_bytes: usize,
    /// Nodes of a condition with its macros written out.
    pub condition_nodes: usize,
}

impl Default for LoadBudget {
    fn default() -> Self {
        Self {
            manifest: sekisho_manifest::Budget::default(),
            condition_bytes: 1 << 20,
            condition_nodes: 200_000,
        }
    }
}

/// Loads rule files one after another; later files override and extend what earlier ones said.
pub struct Loader {
    pub(crate) catalog: Arc<Catalog>,
    budget: LoadBudget,
    pub(crate) collection: Collection,
    /// Rules that come from elsewhere than files of this language.
    added: Vec<Rule>,
    /// What outputs of rules of a source show behind their own text.
    also: HashMap<String, String>,
    files: u32,
}

impl Loader {
    /// A loader that knows these fields.
    pub fn new(catalog: Catalog, budget: LoadBudget) -> Self {
        Self {
            catalog: Arc::new(catalog),
            budget,
            collection: Collection::default(),
            added: Vec::new(),
            also: HashMap::new(),
            files: 0,
        }
    }

    /// Has outputs of rules of a source show a text behind their own, for who wants to know more of each match.
    pub fn show_also(&mut self, source: &str, text: &str) {
        self.also.insert(source.to_owned(), format!(" {text}"));
    }

    /// Reads a file and compiles everything that was said so far. The rules are those of all files; none where an
    /// error was met.
    pub fn load(&mut self, text: &str) -> (FileResult, Option<RuleSet>) {
        let source = SourceId(self.files);
        self.files += 1;
        let mut result = FileResult::default();
        let loaded = sekisho_manifest::load(source, text, Format::Yaml, &self.budget.manifest);
        for error in &loaded.errors {
            result.add(Message::new(Code::YamlParse, error.kind.to_string(), error.span));
        }
        if result.has_errors() {
            return (result, None);
        }
        let mut reader =
            read::Reader { text, catalog: &self.catalog, collection: &mut self.collection, result };
        for document in &loaded.documents {
            reader.document(&document.root);
        }
        let result = reader.result;
        if result.has_errors() {
            return (result, None);
        }
        self.compiled(result)
    }

    /// Adds rules that are conditions already, of other languages, and compiles everything that was said so far.
    /// They come behind those of files, and count as one. Where one of them cannot be compiled none of them is added.
    pub fn add(&mut self, rules: Vec<Rule>) -> (FileResult, Option<RuleSet>) {
        self.files += 1;
        let before = self.added.len();
        self.added.extend(rules);
        let (result, rules) = self.compiled(FileResult::default());
        if result.has_errors() {
            self.added.truncate(before);
        }
        (result, rules)
    }

    fn compiled(&self, mut result: FileResult) -> (FileResult, Option<RuleSet>) {
        let rules = compile::compile(self, &mut result);
        let rules = if result.has_errors() { None } else { Some(rules) };
        (result, rules)
    }

    /// The number of the file that is loaded or added next, which spans have.
    pub fn next_file(&self) -> SourceId {
        SourceId(self.files)
    }

    /// The versions of plugins that the files require, of each the alternatives as name and version.
    pub fn required_plugins(&self) -> &[Vec<(String, Version)>] {
        &self.collection.plugins
    }

    /// The greatest version of the rule language that the files require.
    pub fn required_engine(&self) -> Option<Version> {
        self.collection.engine
    }

    /// The requirements that none of these plugins meets, as text for messages.
    pub fn missing_plugins(&self, plugins: &[(String, Version)]) -> Vec<String> {
        let is_met = |alternatives: &Vec<(String, Version)>| {
            alternatives.iter().any(|(name, wanted)| {
                plugins.iter().any(|(known, version)| known == name && version.satisfies(*wanted))
            })
        };
        let missing = self.collection.plugins.iter().filter(|alternatives| !is_met(alternatives));
        let shown = missing.map(|alternatives| {
            let shown: Vec<_> =
                alternatives.iter().map(|(name, version)| format!("{name} {version}")).collect();
            shown.join(" or ")
        });
        shown.collect()
    }
}
