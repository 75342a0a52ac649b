//! Rule files are read in order; what is wrong is said with the place.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sekisho_falco::{Catalog, Code, FileResult, LoadBudget, Loader, Matching, RuleSet, Selector};
use sekisho_manifest::{Source, SourceId};

use crate::arguments::watch::{RuleArguments, WatchMatching};
use crate::terminal::{Terminal, complain};

/// Rules that were read, and how they are asked.
pub(crate) struct Loaded {
    pub(crate) rules: RuleSet,
    /// Rules that were left out because nothing here has such events.
    pub(crate) files: usize,
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
type Text = (&'static str, &'static str);

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

/// Reads the rules that options name, or our own where they name none.
pub(crate) fn load(arguments: &RuleArguments, own: &[Text], terminal: &Terminal) -> Result<Loaded> {
    let mut files = Vec::new();
    for path in &arguments.rules {
        collect(path, &mut files)?;
    }
    let mut texts: Vec<(PathBuf, Cow<'_, str>)> = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        texts.push((path, text.into()));
    }
    if arguments.rules.is_empty() {
        texts.extend(own.iter().map(|(name, text)| (PathBuf::from(name), Cow::Borrowed(*text))));
    }
    if texts.is_empty() {
        bail!("no rules: name a file or folder of rules with --rules");
    }
    let mut loader = Loader::new(Catalog::standard(), LoadBudget::default());
    let mut rules = None;
    let mut failed = false;
    for (path, text) in &texts {
        let (result, set) =
            if is_sigma(text) { sigma(path, text, &mut loader, &mut failed) } else { loader.load(text) };
        report(path, text, &result, terminal);
        failed |= result.has_errors();
        rules = set;
    }
    let Some(mut rules) = rules.filter(|_| !failed) else { bail!("the rules cannot be loaded") };
    choose(&mut rules, arguments)?;
    Ok(Loaded { rules, files: texts.len() })
}

/// Whether a file holds rules of Sigma, each of which is a map; Falco's files are lists.
fn is_sigma(text: &str) -> bool {
    ["logsource:", "detection:", "correlation:"]
        .iter()
        .any(|key| text.lines().any(|line| line.starts_with(key)))
}

/// Adds the rules of a file of Sigma's language. One that cannot be used fails the run as others do.
fn sigma(path: &Path, text: &str, loader: &mut Loader, failed: &mut bool) -> (FileResult, Option<RuleSet>) {
    let file = sekisho_sigma::load(SourceId(0), text, &sekisho_sigma::Budget::default());
    let source = Source::new(path.display().to_string(), text);
    for error in &file.errors {
        let (start, _) = source.range(error.span);
        complain(format!("{}:{}:{}: {error}", path.display(), start.line, start.column));
        *failed = true;
    }
    let rules = file.rules.into_iter().map(|rule| {
        // Titles need not be unique, and identifiers are.
        let name =
            if rule.id.is_empty() { rule.title.clone() } else { format!("{} ({})", rule.title, rule.id) };
        rule.into_rule(name, sekisho_audit::SOURCE)
    });
    loader.add(rules.collect())
}

/// The files of a folder, or the file.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
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

/// Says what loading a file said; that nothing uses a macro or a list yet is no trouble of who watches.
fn report(path: &Path, text: &str, result: &FileResult, terminal: &Terminal) {
    if result.messages().is_empty() {
        return;
    }
    let source = Source::new(path.display().to_string(), text);
    for message in result.messages() {
        let (start, _) = source.range(message.span);
        let line = format!("{}:{}:{}: {message}", path.display(), start.line, start.column);
        if message.code.is_error() {
            complain(line);
        } else if !matches!(message.code, Code::UnusedMacro | Code::UnusedList) {
            terminal.note(format!("warning: {line}"));
        }
    }
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
