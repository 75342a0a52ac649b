//! Rule files are read in order; what is wrong is said with the place.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sekisho_falco::{Catalog, FileResult, LoadBudget, Loader, Matching, RuleSet, Selector};
use sekisho_manifest::Source;

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

/// Reads the rules that options name.
pub(crate) fn load(arguments: &RuleArguments, terminal: &Terminal) -> Result<Loaded> {
    let mut files = Vec::new();
    for path in &arguments.rules {
        collect(path, &mut files)?;
    }
    if files.is_empty() {
        bail!("no rules: name a file or folder of rules with --rules");
    }
    let mut loader = Loader::new(Catalog::standard(), LoadBudget::default());
    let mut rules = None;
    let mut failed = false;
    for path in &files {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let (result, set) = loader.load(&text);
        report(path, &text, &result, terminal);
        failed |= result.has_errors();
        rules = set;
    }
    let Some(mut rules) = rules.filter(|_| !failed) else { bail!("the rules cannot be loaded") };
    choose(&mut rules, arguments)?;
    Ok(Loaded { rules, files: files.len() })
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

/// Says what loading a file said.
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
        } else {
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
