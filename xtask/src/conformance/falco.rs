//! Falco's own tests and rules, read from checkouts of its projects.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use regex::Regex;
use sekisho_falco::condition::parse;
use sekisho_falco::{Catalog, Code, LoadBudget, Loader, RuleSet};

use super::Outcome;

/// The cases of `unit_tests/engine/test_rule_loader.cpp`: files that load or do not, and what became of them.
pub(super) fn loader(data: &Path) -> Result<Vec<Outcome>> {
    let text = read(&data.join("unit_tests/engine/test_rule_loader.cpp"))?;
    let shared = Regex::new(r#"(?s)std::string (\w+)\s*=\s*R"END\((.*?)\)END";"#)?;
    let header = Regex::new(r"TEST_F\(test_falco_engine,\s*(\w+)\)")?;
    let starts: Vec<_> = header.captures_iter(&text).collect();
    let bases: HashMap<&str, &str> = shared
        .captures_iter(&text)
        .filter_map(|found| Some((found.get(1)?.as_str(), found.get(2)?.as_str())))
        .collect();
    let mut outcomes = Vec::new();
    for (place, start) in starts.iter().enumerate() {
        let (Some(whole), Some(name)) = (start.get(0), start.get(1)) else { continue };
        let end = starts.get(place + 1).and_then(|next| next.get(0)).map_or(text.len(), |next| next.start());
        let body = text.get(whole.end()..end).unwrap_or_default();
        let miss = case(body, &bases)?;
        outcomes.push(Outcome { id: name.as_str().to_owned(), miss });
    }
    Ok(outcomes)
}

/// The statements of a case that can be asked, in order.
fn case(body: &str, bases: &HashMap<&str, &str>) -> Result<Option<String>> {
    let statement = Regex::new(
        r#"(?sx)
        (?P<name>\w+)\s*=\s*(?:(?P<base>\w+)\s*\+\s*)?R"(?:END)?\((?P<raw>.*?)\)(?:END)?";
        | (?:ASSERT|EXPECT)_(?P<loads>TRUE|FALSE)\(load_rules\((?P<file>\w+)
        | get_compiled_rule_condition\("(?P<rule>[^"]*)"\),\s*(?P<condition>(?:"(?:[^"\\]|\\.)*"\s*)+)\)
        | (?:ASSERT|EXPECT)_(?P<warns>TRUE|FALSE)\(has_warnings\(\)\)
        | (?:ASSERT|EXPECT)_(?P<warned>TRUE)\(check_warning_message\(
        | num_rules_for_ruleset\(\),\s*(?P<count>\d+)
        "#,
    )?;
    let mut loader = Loader::new(Catalog::standard(), LoadBudget::default());
    let mut texts: HashMap<&str, String> = HashMap::new();
    let mut last: Option<(bool, bool, Option<RuleSet>)> = None;
    for found in statement.captures_iter(body) {
        let part = |name: &str| found.name(name).map(|part| part.as_str());
        if let (Some(name), Some(raw)) = (part("name"), part("raw")) {
            let base = part("base").and_then(|base| bases.get(base)).copied().unwrap_or_default();
            texts.insert(name, format!("{base}{raw}"));
            continue;
        }
        if let (Some(loads), Some(file)) = (part("loads"), part("file")) {
            let Some(text) = texts.get(file) else {
                return Ok(Some(format!("`{file}` is not written in the case")));
            };
            let (result, rules) = loader.load(text);
            let messages: Vec<_> = result.messages().iter().map(ToString::to_string).collect();
            if result.has_errors() == (loads == "TRUE") {
                return Ok(Some(format!("loads: wants {loads}, said {}", messages.join("; "))));
            }
            // Keys of older forms are warned of by the schema there and not by the loader.
            let has_warnings = result.warnings().next().is_some();
            last = Some((result.has_errors(), has_warnings, rules));
            continue;
        }
        let Some((_, has_warnings, rules)) = &last else { continue };
        if let (Some(rule), Some(wanted)) = (part("rule"), part("condition")) {
            let found =
                rules.as_ref().and_then(|rules| rules.rule(rule)).map(|rule| rule.condition.to_string());
            let wanted = literal(wanted)?;
            if found.as_deref() != Some(&wanted) {
                return Ok(Some(format!("`{rule}` wants {wanted}, not {found:?}")));
            }
        }
        if let Some(wanted) = part("warns")
            && *has_warnings != (wanted == "TRUE")
        {
            return Ok(Some(format!("wants warnings {wanted}")));
        }
        if part("warned").is_some() && !has_warnings {
            return Ok(Some("wants a warning".to_owned()));
        }
        if let Some(count) = part("count") {
            let enabled = rules.iter().flat_map(RuleSet::rules).filter(|rule| rule.enabled).count();
            if count.parse() != Ok(enabled) {
                return Ok(Some(format!("wants {count} rules, not {enabled}")));
            }
        }
    }
    Ok(if last.is_none() { Some("loads no file that is written in the case".to_owned()) } else { None })
}

/// String literals of C++ that stand behind one another.
fn literal(text: &str) -> Result<String> {
    let part = Regex::new(r#""((?:[^"\\]|\\.)*)""#)?;
    let mut out = String::new();
    for found in part.captures_iter(text) {
        let mut rest = found.get(1).map_or("", |part| part.as_str()).chars();
        while let Some(character) = rest.next() {
            match (character, character == '\\') {
                (_, true) => match rest.next() {
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some('r') => out.push('\r'),
                    Some('b') => out.push('\u{8}'),
                    Some('f') => out.push('\u{c}'),
                    Some('0') => out.push('\0'),
                    Some(other) => out.push(other),
                    None => {}
                },
                (other, false) => out.push(other),
            }
        }
    }
    Ok(out)
}

/// The calls of `test_accept` and `test_reject` in `filter_parser.ut.cpp`.
pub(super) fn conditions(data: &Path) -> Result<Vec<Outcome>> {
    let text = read(&data.join("userspace/libsinsp/test/filter_parser.ut.cpp"))?;
    let call =
        Regex::new(r#"(?s)test_(accept|reject|equal_ast)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)(,[^;]*)?\);"#)?;
    let mut outcomes = Vec::new();
    for (place, found) in call.captures_iter(&text).enumerate() {
        let kind = found.get(1).map_or("", |kind| kind.as_str());
        let condition = literal(found.get(2).map_or("", |text| text.as_str()))?;
        let parsed = parse(&condition);
        let miss = match (kind, parsed) {
            ("reject", Ok(parsed)) => Some(format!("must be refused: {condition:?} is {parsed}")),
            ("reject", Err(_)) | (_, Ok(_)) => None,
            (_, Err(error)) => Some(format!("must be taken: {condition:?}: {error} at {}", error.at)),
        };
        outcomes.push(Outcome { id: format!("{kind}:{}", place + 1), miss });
    }
    Ok(outcomes)
}

/// Every rule file of the project: each must load, its macros, lists and rules among them.
pub(super) fn rules(data: &Path) -> Result<Vec<Outcome>> {
    let mut files = Vec::new();
    collect(data, &mut files)?;
    files.sort();
    let mut outcomes = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in files {
        let text = read(&file)?;
        let (result, rules) = Loader::new(Catalog::standard(), LoadBudget::default()).load(&text);
        let id = file.strip_prefix(data).unwrap_or(&file).display().to_string();
        let unknown = result.warnings().filter(|warning| warning.code == Code::UnknownSource).count();
        if let Some(rules) = &rules {
            *counts.entry("rules".to_owned()).or_default() += rules.rules().count();
            for source in ["syscall", "k8s_audit"] {
                let size = rules.size(source);
                *counts.entry(format!("comparisons of {source}")).or_default() += size.leaves;
                *counts.entry(format!("distinct comparisons of {source}, a file")).or_default() +=
                    size.predicates;
            }
        }
        *counts.entry("rules of unknown sources".to_owned()).or_default() += unknown;
        let errors: Vec<_> = result.errors().map(ToString::to_string).collect();
        outcomes.push(Outcome { id, miss: (!errors.is_empty()).then(|| errors.join("; ")) });
    }
    for (what, count) in counts {
        println!("{count} {what}");
    }
    Ok(outcomes)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.to_string_lossy().ends_with("rules.yaml") {
            files.push(path);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}
