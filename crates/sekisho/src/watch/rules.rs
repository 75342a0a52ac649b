//! Rule files are read in order; what is wrong is said with the place.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sekisho_falco::{Catalog, Code, FileResult, LoadBudget, Loader, Matching, Message, RuleSet, Selector};
use sekisho_manifest::{Source, SourceId, Span};
use sekisho_sigma::{Correlation, SigmaError, SigmaErrorKind, SigmaFilter};

use super::counted;
use crate::arguments::watch::{RuleArguments, WatchMatching};
use crate::terminal::{Terminal, complain};

/// Rules that were read, and how they are asked.
pub(crate) struct Loaded {
    pub(crate) rules: RuleSet,
    /// Rules over what other rules found.
    pub(crate) correlations: Vec<Correlation>,
    /// The texts of the files.
    pub(crate) texts: Vec<(String, String)>,
    /// The same, by the numbers that spans have.
    pub(crate) sources: Vec<Source>,
}

impl From<WatchMatching> for Matching {
    fn from(matching: WatchMatching) -> Self {
        match matching {
            WatchMatching::First => Self::First,
            WatchMatching::All => Self::All,
        }
    }
}

/// A rule file by its name, with its text.
pub(crate) type Text = (&'static str, &'static str);

/// Our own rules for audit events.
pub(crate) const AUDIT_RULES: &[Text] = &[
    ("rules/audit/00-macros.yaml", include_str!("../../../../rules/audit/00-macros.yaml")),
    ("rules/audit/cluster.yaml", include_str!("../../../../rules/audit/cluster.yaml")),
    ("rules/audit/identity.yaml", include_str!("../../../../rules/audit/identity.yaml")),
    ("rules/audit/permissions.yaml", include_str!("../../../../rules/audit/permissions.yaml")),
    ("rules/audit/secrets.yaml", include_str!("../../../../rules/audit/secrets.yaml")),
    ("rules/audit/workloads.yaml", include_str!("../../../../rules/audit/workloads.yaml")),
];

/// Our own rules for system calls; what the others share comes first.
pub(crate) const SYSCALL_RULES: &[Text] = &[
    ("rules/syscall/macros.yaml", include_str!("../../../../rules/syscall/macros.yaml")),
    ("rules/syscall/credentials.yaml", include_str!("../../../../rules/syscall/credentials.yaml")),
    ("rules/syscall/discovery.yaml", include_str!("../../../../rules/syscall/discovery.yaml")),
    ("rules/syscall/escape.yaml", include_str!("../../../../rules/syscall/escape.yaml")),
    ("rules/syscall/execution.yaml", include_str!("../../../../rules/syscall/execution.yaml")),
    ("rules/syscall/hiding.yaml", include_str!("../../../../rules/syscall/hiding.yaml")),
    ("rules/syscall/network.yaml", include_str!("../../../../rules/syscall/network.yaml")),
    ("rules/syscall/persistence.yaml", include_str!("../../../../rules/syscall/persistence.yaml")),
];

/// Rule files, read and compiled together.
pub(crate) struct RuleFiles {
    /// Their texts, by the numbers that spans have.
    pub(crate) sources: Vec<Source>,
    /// What loading said, each once.
    pub(crate) messages: Vec<Message>,
    /// Rules of Sigma that cannot be used.
    pub(crate) refused: Vec<SigmaError>,
    /// Rules of Sigma about events of another kind.
    pub(crate) elsewhere: Vec<SigmaError>,
    /// What many rules of Sigma leave out.
    filters: Vec<SigmaFilter>,
    /// Rules over what other rules found, which name those as matches do.
    pub(crate) correlations: Vec<Correlation>,
    /// What matches of rules are called, by names and identifiers.
    called: HashMap<String, String>,
    /// What knows everything that the files said.
    pub(crate) loader: Loader,
    /// The rules; none where an error was met.
    pub(crate) rules: Option<RuleSet>,
}

/// Reads the rules that options name, or our own where they name none.
pub(crate) fn load(
    arguments: &RuleArguments,
    own: &[Text],
    also: &[(String, String)],
    terminal: &Terminal,
) -> Result<Loaded> {
    let texts = texts(&arguments.rules, own)?;
    if texts.is_empty() {
        bail!("no rules: name a file or folder of rules with --rules");
    }
    let mut files = compile(texts.clone(), also);
    files.report(terminal);
    let Some(mut rules) = files.rules.take().filter(|_| files.refused.is_empty()) else {
        bail!("the rules cannot be loaded")
    };
    choose(&mut rules, arguments)?;
    Ok(Loaded { rules, correlations: files.correlations, texts, sources: files.sources })
}

/// The texts of rule files by their names, in order; our own where no path is named.
pub(crate) fn texts(paths: &[PathBuf], own: &[Text]) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    let mut texts = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        if !is_test(&text) {
            texts.push((path.display().to_string(), text));
        }
    }
    if paths.is_empty() {
        texts.extend(own.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    }
    Ok(texts)
}

/// Compiles rule files together. Outputs of rules of these sources show these texts too.
pub(crate) fn compile(texts: Vec<(String, String)>, also: &[(String, String)]) -> RuleFiles {
    let mut loader = Loader::new(Catalog::standard(), LoadBudget::default());
    for (source, text) in also {
        loader.show_also(source, text);
    }
    let mut files = RuleFiles {
        sources: Vec::new(),
        messages: Vec::new(),
        refused: Vec::new(),
        elsewhere: Vec::new(),
        filters: filters(&texts),
        correlations: Vec::new(),
        called: HashMap::new(),
        loader,
        rules: None,
    };
    for (name, text) in texts {
        let (result, rules) = if is_sigma(&text) { files.sigma(&text) } else { files.loader.load(&text) };
        files.rules = rules;
        files.sources.push(Source::new(name, text));
        // What later files use is used: only the last word counts.
        files.messages.retain(|known| !matches!(known.code, Code::UnusedMacro | Code::UnusedList));
        for message in result.messages() {
            if !files.messages.contains(message) {
                files.messages.push(message.clone());
            }
        }
    }
    files.resolve();
    if files.messages.iter().any(|message| message.code.is_error()) {
        files.rules = None;
    }
    files
}

/// The filters of all files, which stand for rules of any of them.
fn filters(texts: &[(String, String)]) -> Vec<SigmaFilter> {
    let has_filter = |text: &str| is_sigma(text) && text.lines().any(|line| line.starts_with("filter:"));
    let texts = texts.iter().filter(|(_, text)| has_filter(text));
    let load = |text: &str| sekisho_sigma::load(SourceId(0), text, &sekisho_sigma::Budget::default());
    texts.flat_map(|(_, text)| load(text).filters).collect()
}

impl RuleFiles {
    /// Adds the rules of a file of Sigma's language.
    fn sigma(&mut self, text: &str) -> (FileResult, Option<RuleSet>) {
        let number = self.loader.next_file();
        let file = sekisho_sigma::load(number, text, &sekisho_sigma::Budget::default());
        let (elsewhere, refused): (Vec<_>, Vec<_>) =
            file.errors.into_iter().partition(|error| matches!(error.kind, SigmaErrorKind::Source(_)));
        self.elsewhere.extend(elsewhere);
        self.refused.extend(refused);
        let mut know = |name: &str, called: &str| {
            if !name.is_empty() {
                self.called.insert(name.to_owned(), called.to_owned());
            }
        };
        for (id, name, called) in file
            .rules
            .iter()
            .map(|rule| (&rule.id, &rule.name, rule.engine_name()))
            .chain(file.correlations.iter().map(|one| (&one.id, &one.name, one.engine_name())))
        {
            know(id, &called);
            know(name, &called);
        }
        self.correlations.extend(file.correlations);
        let rules = file.rules.into_iter().map(|mut rule| {
            self.filters.iter().for_each(|filter| filter.apply(&mut rule));
            let name = rule.engine_name();
            rule.into_rule(name, sekisho_audit::SOURCE)
        });
        self.loader.add(rules.collect())
    }

    /// Has correlations name rules as matches do.
    fn resolve(&mut self) {
        let (called, refused) = (&self.called, &mut self.refused);
        self.correlations.retain_mut(|correlation| {
            let unknown = correlation.rules.iter().find(|rule| !called.contains_key(*rule)).cloned();
            if let Some(rule) = unknown {
                refused.push(SigmaError { kind: SigmaErrorKind::UnknownRule(rule), span: correlation.span });
                return false;
            }
            let name = |rule: &String| called.get(rule).cloned().unwrap_or_default();
            correlation.rules = correlation.rules.iter().map(name).collect();
            for fields in correlation.aliases.values_mut() {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(rule, field)| (called.get(&rule).cloned().unwrap_or(rule), field))
                    .collect();
            }
            true
        });
    }

    /// A place in words.
    pub(crate) fn place(&self, span: Span) -> String {
        match self.sources.get(span.source.0 as usize) {
            None => "-".to_owned(),
            Some(source) => {
                let (start, _) = source.range(span);
                format!("{}:{}:{}", source.name, start.line, start.column)
            }
        }
    }

    /// Says what loading said; that nothing uses a macro or a list is no trouble of who watches.
    fn report(&self, terminal: &Terminal) {
        for error in &self.refused {
            complain(format!("{}: {error}", self.place(error.span)));
        }
        if !self.elsewhere.is_empty() {
            let count = counted(self.elsewhere.len() as u64, "rule of Sigma is", "rules of Sigma are");
            terminal.note(format!(
                "{count} about other events than those of Kubernetes' audit log, and left out"
            ));
        }
        for message in &self.messages {
            let line = format!("{}: {message}", self.place(message.span));
            if message.code.is_error() {
                complain(line);
            } else if !matches!(message.code, Code::UnusedMacro | Code::UnusedList) {
                terminal.note(format!("warning: {line}"));
            }
        }
    }

    /// What keeps the rules from being used, for messages.
    pub(crate) fn failures(&self) -> Vec<String> {
        let errors = self.messages.iter().filter(|message| message.code.is_error());
        let errors = errors.map(|error| format!("{}: {error}", self.place(error.span)));
        errors
            .chain(self.refused.iter().map(|error| format!("{}: {error}", self.place(error.span))))
            .collect()
    }
}

/// Whether a file holds rules of Falco's language: a list of rules, macros and lists.
pub(crate) fn is_falco(text: &str) -> bool {
    const KEYS: &[&str] =
        &["- rule:", "- macro:", "- list:", "- required_engine_version:", "- required_plugin_versions:"];
    let mut lines = text.lines().map(str::trim).filter(|line| {
        !line.is_empty() && !line.starts_with('#') && !line.starts_with("---") && !line.starts_with('%')
    });
    let begins_list = lines.clone().next().is_some_and(|line| line.starts_with("- "));
    begins_list && lines.any(|line| KEYS.iter().any(|key| line.starts_with(key)))
}

/// Whether a file holds rules of Sigma, each of which is a map; Falco's files are lists.
pub(crate) fn is_sigma(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("logsource:") || has("detection:") || has("correlation:")
}

/// Whether a file holds tests of rules.
pub(crate) fn is_test(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "kind: RuleTest")
}

/// The files of a folder, or the file.
pub(crate) fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let mut inside: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    // What the others share comes first.
    inside.sort_by_key(|path| (!path.ends_with("macros.yaml"), path.clone()));
    for path in inside {
        let is_rules = path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml");
        if path.is_dir() || is_rules {
            collect(&path, files)?;
        }
    }
    Ok(())
}

/// Enables the rules that options choose.
fn choose(rules: &mut RuleSet, arguments: &RuleArguments) -> Result<()> {
    if !arguments.tags.is_empty() {
        rules.enable(&Selector::Name("*".to_owned()), false);
        for tag in &arguments.tags {
            if rules.enable(&Selector::Tag(tag.clone()), true) == 0 {
                bail!("no rule has the tag `{tag}`");
            }
        }
    }
    for tag in &arguments.without_tags {
        rules.enable(&Selector::Tag(tag.clone()), false);
    }
    for name in &arguments.without_rule {
        if rules.enable(&Selector::Name(name.clone()), false) == 0 {
            bail!("no rule is called `{name}`");
        }
    }
    if let Some(least) = arguments.priority {
        let less: Vec<String> =
            rules.rules().filter(|rule| rule.priority > least).map(|rule| rule.name.clone()).collect();
        for name in less {
            rules.enable(&Selector::Name(name), false);
        }
    }
    Ok(())
}
