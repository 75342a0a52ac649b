//! Files of rules in the format of gitleaks and betterleaks.

use std::collections::HashSet;

use aho_corasick::AhoCorasick;
use smol_str::SmolStr;

use super::allowlist::{Allowlist, Condition, Target};
use super::extend::{Overlay, extend};
use super::pattern::Pattern;
use super::table::Table;
use super::{Required, Rule, RuleSet};

/// The most bytes of a file of rules.
const LARGEST: usize = 8 << 20;
/// How many files may extend one another.
const DEEPEST: usize = 2;

/// Why a file of rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// It is too large.
    #[error("the file of rules has more than {limit} bytes, the limit")]
    Size {
        /// The limit.
        limit: usize,
    },
    /// It is no TOML.
    #[error("is no TOML: {0}")]
    Syntax(String),
    /// A field has another type.
    #[error("{place}: `{key}` must be {expected}")]
    Field {
        /// The rule or list.
        place: String,
        /// The field.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// An expression is none.
    #[error("{place}: `{expression}` is no regular expression: {reason}")]
    Expression {
        /// The rule or list.
        place: String,
        /// The expression.
        expression: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A rule without a name.
    #[error("{0} has no `id`: give it one")]
    NoId(String),
    /// A rule that could never find anything.
    #[error("{0} has neither `regex` nor `path`: it would never find anything")]
    NoPattern(String),
    /// A group that the expression does not have.
    #[error("{place}: `secretGroup` is {group}, but the expression has {groups} groups")]
    Group {
        /// The rule.
        place: String,
        /// The group that it names.
        group: usize,
        /// How many there are.
        groups: usize,
    },
    /// An allowlist without anything that it allows.
    #[error("{0} is empty: give it `commits`, `paths`, `regexes` or `stopwords`")]
    EmptyAllowlist(String),
    /// Both spellings of allowlists at once.
    #[error("{0} has both `allowlist` and `allowlists`: write them all as `allowlists`")]
    TwoSpellings(String),
    /// A word that is none of those there are.
    #[error("{place}: `{key}` is `{value}`, which is none of {known}")]
    Word {
        /// The list.
        place: String,
        /// The field.
        key: &'static str,
        /// What it says.
        value: String,
        /// What it may say.
        known: &'static str,
    },
    /// A rule is named that is not there.
    #[error("{place} names the rule `{rule}`, which does not exist")]
    UnknownRule {
        /// What names it.
        place: String,
        /// The name.
        rule: SmolStr,
    },
    /// What is extended cannot be had.
    #[error("cannot extend `{path}`: {reason}")]
    Extend {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// The default rules and a file at once.
    #[error("`extend` has both `useDefault` and `path`: one file extends one other")]
    TwoBases,
}

/// The loader of files that are extended.
type Load<'l> = &'l mut dyn FnMut(&str) -> Result<String, String>;

/// Reads a file of others.
pub(super) fn read(text: &str, load: Load<'_>) -> Result<RuleSet, RulesError> {
    let (set, _) = File::read(text)?.resolved(load, 0)?;
    for rule in &set.rules {
        for pattern in rule.path.iter().chain(&rule.regex) {
            compiled(pattern, &place_of(&rule.id))?;
        }
        check(rule)?;
    }
    for list in set.rules.iter().flat_map(|rule| &rule.allowlists).chain(&set.allowlists) {
        for pattern in list.paths.iter().chain(&list.regexes) {
            compiled(pattern, "an allowlist")?;
        }
    }
    Ok(set)
}

/// Reads a file of ours, whose expressions are compiled when they are needed.
pub(super) fn trusted(text: &str) -> Result<RuleSet, RulesError> {
    let load = &mut |path: &str| Err(format!("`{path}` is not part of the program"));
    File::read(text)?.resolved(load, DEEPEST).map(|(set, _)| set)
}

fn compiled(pattern: &Pattern, place: &str) -> Result<(), RulesError> {
    pattern.compile().map_err(|reason| RulesError::Expression {
        place: place.to_owned(),
        expression: pattern.source().to_owned(),
        reason,
    })
}

fn place_of(id: &str) -> String {
    format!("rule `{id}`")
}

/// Refuses a rule that could never find what it is meant to.
fn check(rule: &Rule) -> Result<(), RulesError> {
    let place = place_of(&rule.id);
    if rule.regex.is_none() && rule.path.is_none() {
        return Err(RulesError::NoPattern(place));
    }
    if let Some(regex) = &rule.regex
        && rule.secret_group > regex.groups()
    {
        return Err(RulesError::Group { place, group: rule.secret_group, groups: regex.groups() });
    }
    Ok(())
}

/// A file by itself.
struct File {
    set: RuleSet,
    base: Base,
    disabled: HashSet<SmolStr>,
    /// Lists that count for the rules that they name.
    targeted: Vec<(Vec<SmolStr>, Allowlist)>,
}

/// What a file extends.
enum Base {
    Nothing,
    Ours,
    Path(String),
}

impl File {
    fn read(text: &str) -> Result<Self, RulesError> {
        if text.len() > LARGEST {
            return Err(RulesError::Size { limit: LARGEST });
        }
        let fields: toml::Table =
            text.parse().map_err(|error: toml::de::Error| RulesError::Syntax(error.to_string()))?;
        let mut file = Table::new(fields, "the file");
        let mut set = RuleSet::default();
        for table in file.tables("rules")? {
            set.rules.push(rule(table, &mut set.notes)?);
        }
        for rule in &set.rules {
            for required in &rule.required {
                if set.rules.iter().all(|other| other.id != required.rule) {
                    let (place, rule) = (place_of(&rule.id), required.rule.clone());
                    return Err(RulesError::UnknownRule { place, rule });
                }
            }
        }
        let mut targeted = Vec::new();
        for mut table in allowlist_tables(&mut file)? {
            let targets = table.names("targetrules")?;
            let list = allowlist(table)?;
            if targets.is_empty() {
                set.allowlists.push(list);
            } else {
                targeted.push((targets, list));
            }
        }
        for key in ["filter", "prefilter"] {
            if file.has(key) {
                set.notes.push(format!(
                    "`{key}` of the file is not evaluated: more is found than it would let pass"
                ));
            }
        }
        let (base, disabled) = base(&mut file)?;
        Ok(Self { set, base, disabled, targeted })
    }

    /// The rules with those that the file extends, and whether ours are at the bottom of them.
    fn resolved(self, load: Load<'_>, depth: usize) -> Result<(RuleSet, bool), RulesError> {
        let Self { mut set, base, disabled, targeted } = self;
        let extended = match base {
            _ if depth >= DEEPEST => None,
            Base::Nothing => None,
            Base::Ours => Some((RuleSet::ours().clone(), true)),
            Base::Path(path) => {
                let text = load(&path).map_err(|reason| RulesError::Extend { path: path.clone(), reason })?;
                let nested = Self::read(&text).and_then(|file| file.resolved(load, depth + 1));
                Some(nested.map_err(|error| match error {
                    error @ RulesError::Extend { .. } => error,
                    error => RulesError::Extend { path, reason: error.to_string() },
                })?)
            }
        };
        let mut is_on_ours = false;
        if let Some((below, is_ours)) = extended {
            set = extend(below, Overlay { set, disabled: &disabled });
            is_on_ours = is_ours;
        }
        if is_on_ours {
            leave_out_foreign(&mut set);
        }
        for (targets, list) in targeted {
            for target in targets {
                match set.rules.iter_mut().find(|rule| rule.id == target) {
                    Some(rule) => rule.allowlists.push(list.clone()),
                    None if is_on_ours => {
                        set.notes.push(format!(
                            "an allowlist names the rule `{target}`, which our own rules do not have"
                        ));
                    }
                    None => {
                        return Err(RulesError::UnknownRule {
                            place: "an allowlist".to_owned(),
                            rule: target,
                        });
                    }
                }
            }
        }
        Ok((set, is_on_ours))
    }
}

/// Leaves out what only changes a rule of another tool's default set. Ours have names of their own, and a file that
/// was written for that set is to load as it is.
fn leave_out_foreign(set: &mut RuleSet) {
    let RuleSet { rules, notes, .. } = set;
    rules.retain(|rule| {
        let is_whole = rule.regex.is_some() || rule.path.is_some();
        if !is_whole {
            notes.push(format!(
                "{} has neither `regex` nor `path`, and our own rules do not have it: it is left out",
                place_of(&rule.id)
            ));
        }
        is_whole
    });
}

fn base(file: &mut Table) -> Result<(Base, HashSet<SmolStr>), RulesError> {
    let Some(mut table) = file.table("extend")? else {
        return Ok((Base::Nothing, HashSet::new()));
    };
    let (path, default) = (table.text("path")?, table.truth("usedefault")?);
    let disabled = table.names("disabledrules")?.into_iter().collect();
    let base = match (path.is_empty(), default) {
        (false, true) => return Err(RulesError::TwoBases),
        (false, false) => Base::Path(path),
        (true, true) => Base::Ours,
        (true, false) => Base::Nothing,
    };
    Ok((base, disabled))
}

fn rule(mut table: Table, notes: &mut Vec<String>) -> Result<Rule, RulesError> {
    let id = SmolStr::from(table.text("id")?);
    if id.trim().is_empty() {
        return Err(RulesError::NoId(table.place().to_owned()));
    }
    table.rename(place_of(&id));
    let lists = allowlist_tables(&mut table)?.into_iter().map(allowlist);
    let allowlists = lists.collect::<Result<Vec<_>, _>>()?;
    let mut required = Vec::new();
    for mut other in table.tables("required")? {
        let rule = SmolStr::from(other.text("id")?);
        if rule.is_empty() {
            return Err(RulesError::NoId(other.place().to_owned()));
        }
        required.push(Required {
            rule,
            within_lines: other.count("withinlines")?,
            within_columns: other.count("withincolumns")?,
        });
    }
    for (key, effect) in [
        ("filter", "more is found than it would let pass"),
        ("validate", "nothing that is found is tried out"),
        ("tokenefficiency", "more is found than it would let pass"),
    ] {
        if table.has(key) {
            notes.push(format!("`{key}` of {} is not evaluated: {effect}", table.place()));
        }
    }
    let keywords = table.texts("keywords")?.into_iter().map(|word| SmolStr::from(word.to_lowercase()));
    Ok(Rule {
        description: table.text("description")?,
        tags: table.names("tags")?,
        path: pattern(&mut table, "path")?,
        regex: pattern(&mut table, "regex")?,
        secret_group: table.count("secretgroup")?.unwrap_or(0) as usize,
        entropy: table.number("entropy")?.unwrap_or(0.0),
        keywords: keywords.collect(),
        allowlists,
        required,
        is_silent: table.truth("skipreport")?,
        id,
    })
}

fn pattern(table: &mut Table, key: &'static str) -> Result<Option<Pattern>, RulesError> {
    let source = table.text(key)?;
    if source.is_empty() {
        return Ok(None);
    }
    expression(&source, table.place()).map(Some)
}

fn expression(source: &str, place: &str) -> Result<Pattern, RulesError> {
    Pattern::read(source).map_err(|reason| RulesError::Expression {
        place: place.to_owned(),
        expression: source.to_owned(),
        reason,
    })
}

/// The allowlists of a rule or a file, in the older spelling as well.
fn allowlist_tables(table: &mut Table) -> Result<Vec<Table>, RulesError> {
    let old = table.table("allowlist")?;
    let mut lists = table.tables("allowlists")?;
    match old {
        Some(_) if !lists.is_empty() => Err(RulesError::TwoSpellings(table.place().to_owned())),
        Some(old) => {
            lists.push(old);
            Ok(lists)
        }
        None => Ok(lists),
    }
}

fn allowlist(mut table: Table) -> Result<Allowlist, RulesError> {
    let place = table.place().to_owned();
    let word = |key, value: String, known| RulesError::Word { place: place.clone(), key, value, known };
    let condition = table.text("condition")?;
    let condition = match condition.to_uppercase().as_str() {
        "" | "OR" | "||" => Condition::Any,
        "AND" | "&&" => Condition::All,
        _ => return Err(word("condition", condition, "`and`, `or`")),
    };
    let target = table.text("regextarget")?;
    let target = match target.as_str() {
        "" | "secret" => Target::Secret,
        "match" => Target::Match,
        "line" => Target::Line,
        _ => return Err(word("regexTarget", target, "`secret`, `match`, `line`")),
    };
    let commits = table.texts("commits")?.into_iter().map(|commit| commit.trim().to_lowercase()).collect();
    let stopwords: Vec<String> =
        table.texts("stopwords")?.into_iter().map(|word| word.to_lowercase()).collect();
    // Words are few and short: no automaton of them is too large.
    let words = (!stopwords.is_empty()).then(|| AhoCorasick::new(&stopwords).ok()).flatten();
    let list = Allowlist {
        description: table.text("description")?,
        condition,
        target,
        commits,
        paths: joined(&table.texts("paths")?, &place)?,
        regexes: joined(&table.texts("regexes")?, &place)?,
        words,
    };
    if list.is_empty() {
        return Err(RulesError::EmptyAllowlist(place));
    }
    Ok(list)
}

/// Several expressions as one. A flag in one of them holds for those behind it too, as in gitleaks.
fn joined(sources: &[String], place: &str) -> Result<Option<Pattern>, RulesError> {
    if sources.is_empty() {
        return Ok(None);
    }
    for source in sources {
        expression(source, place)?;
    }
    expression(&format!("(?:{})", sources.join("|")), place).map(Some)
}
