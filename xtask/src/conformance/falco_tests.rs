//! Falco's own regression tests over captures, read from a checkout of falcosecurity/testing: rules and expectations
//! stand in Go sources there.
//!
//! What is asked: which rules load and with which results, which match and how often, and lines of standard output that
//! show alerts. What is not: settings of Falco's program, such as what it does about dropped events.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use regex::{Captures, Regex};
use sekisho_capture::{Budget, CaptureReader, Profile};
use sekisho_falco::{Catalog, FileResult, LoadBudget, Loader, Priority, RuleSet, Selector};
use sekisho_runtime::{Alert, Settings, Watcher};

use super::Outcome;

/// Captures that nobody may hand on: tests with them cannot be run.
const MISSING: &str = "Traces";

/// Runs every test of `legacy_test.go` that needs no capture of those that are missing.
pub(super) fn run(data: &Path, captures: &Path) -> Result<Vec<Outcome>> {
    let read = |path: &str| {
        let path = data.join(path);
        fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))
    };
    let mut rules = HashMap::new();
    for file in ["falco.go", "legacy.go", "exceptions.go", "k8saudit.go"] {
        rules.extend(texts(&read(&format!("tests/data/rules/{file}"))?)?);
    }
    let tests = read("tests/falco/legacy_test.go")?;
    let header = Regex::new(r"(?m)^func (TestFalco_\w+)\(")?;
    let starts: Vec<Captures<'_>> = header.captures_iter(&tests).collect();
    let asker = Asker::new()?;
    let mut outcomes = Vec::new();
    for (place, start) in starts.iter().enumerate() {
        let (Some(whole), Some(name)) = (start.get(0), start.get(1)) else { continue };
        let end = starts.get(place + 1).and_then(|next| next.get(0)).map_or(tests.len(), |next| next.start());
        let body = tests.get(whole.end()..end).unwrap_or_default();
        if body.contains(&format!("captures.{MISSING}")) {
            continue;
        }
        let miss = match asker.ask(body, &rules, captures) {
            Ok(()) => None,
            Err(error) => Some(format!("{error:#}")),
        };
        outcomes.push(Outcome { id: name.as_str().to_owned(), miss });
    }
    Ok(outcomes)
}

/// The texts of a Go source by the names of their variables.
fn texts(source: &str) -> Result<HashMap<String, String>> {
    let start = Regex::new(r#"var (\w+) = run\.NewStringFileAccessor\(\s*"[^"]*",\s*"#)?;
    let part = Regex::new(r#"(?s)^\s*(?:\+\s*)?(?:`([^`]*)`|"((?:[^"\\]|\\.)*)")"#)?;
    let mut found = HashMap::new();
    for captures in start.captures_iter(source) {
        let (Some(whole), Some(name)) = (captures.get(0), captures.get(1)) else { continue };
        let mut rest = source.get(whole.end()..).unwrap_or_default();
        let mut text = String::new();
        while let Some(next) = part.captures(rest) {
            text.push_str(next.get(1).or(next.get(2)).map_or("", |part| part.as_str()));
            rest = rest.get(next.get(0).map_or(0, |all| all.end())..).unwrap_or_default();
        }
        found.insert(name.as_str().to_owned(), text);
    }
    Ok(found)
}

/// The expressions that options and assertions are read with.
struct Asker {
    option: Regex,
    name: Regex,
    quoted: Regex,
    counted: Regex,
    validation: Regex,
    link: Regex,
    line: Regex,
}

/// What Falco would have said of a test's rules and capture.
struct Said {
    alerts: Vec<Alert>,
    messages: Vec<Message>,
    failed: bool,
    json: bool,
    iso: bool,
}

struct Message {
    code: &'static str,
    kind: String,
    name: String,
    is_error: bool,
}

impl Asker {
    fn new() -> Result<Self> {
        Ok(Self {
            option: Regex::new(r"falco\.With(\w+)\(([^)]*)\)")?,
            name: Regex::new(r"(?:rules|captures|configs)\.(\w+)")?,
            quoted: Regex::new(r#""([^"]*)""#)?,
            counted: Regex::new(
                r"assert\.(NotZero|Zero|Equal)\(t, (?:(\d+), )?res\.Detections\(\)((?:\.Of\w+\((?:`[^`]*`|[^)]*)\))*)\.Count\(\)\)",
            )?,
            validation: Regex::new(
                r#"(?s)assert\.(NotNil|Nil|Equal|NotZero|Zero)\(t, (?:(\d+), )?res\.RuleValidation\(\)\.(AllErrors|AllWarnings)\(\)((?:\.\s*Of\w+\((?:"(?:[^"\\]|\\.)*"|`[^`]*`)\))*)(\.Count\(\))?"#,
            )?,
            link: Regex::new(r#"Of(\w+)\((?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)\)"#)?,
            line: Regex::new(r"assert\.(NotRegexp|Regexp)\(t, `([^`]*)`, res\.Stdout\(\)\)")?,
        })
    }

    fn ask(&self, body: &str, rules: &HashMap<String, String>, captures: &Path) -> Result<()> {
        let said = self.run(body, rules, captures)?;
        let mut asked = 0;
        let is_of_settings = body.contains("configs.Drops");
        if let Some(code) = body.split("assert.Equal(t, ").find_map(exit_code) {
            asked += 1;
            anyhow::ensure!(
                is_of_settings || (code == 1) == said.failed,
                "wants exit code {code}, and the rules {}",
                if said.failed { "do not load" } else { "load" }
            );
        }
        for found in self.counted.captures_iter(body) {
            asked += 1;
            self.detections(&found, &said)?;
        }
        for found in self.validation.captures_iter(body) {
            asked += 1;
            self.messages(&found, &said)?;
        }
        for found in self.line.captures_iter(body) {
            let pattern = found.get(2).map_or("", |pattern| pattern.as_str());
            let is_of_program =
                pattern.contains("Falco internal") || body.contains("json_include_output_property");
            if is_of_program {
                continue;
            }
            asked += 1;
            let wanted = found.get(1).is_some_and(|kind| kind.as_str() == "Regexp");
            let expression = Regex::new(pattern)?;
            let lines = said
                .alerts
                .iter()
                .map(|alert| if said.json { alert.json(said.iso).to_string() } else { alert.line(said.iso) });
            let has = lines.into_iter().any(|line| expression.is_match(&line));
            anyhow::ensure!(has == wanted, "wants a line `{pattern}`: {wanted}");
        }
        anyhow::ensure!(asked > 0, "asks nothing that is understood");
        Ok(())
    }

    /// Loads rules and goes over the capture as the options say.
    fn run(&self, body: &str, rules: &HashMap<String, String>, captures: &Path) -> Result<Said> {
        let mut said =
            Said { alerts: Vec::new(), messages: Vec::new(), failed: false, json: false, iso: false };
        let mut loader = Loader::new(Catalog::standard(), LoadBudget::default());
        let mut newest: Option<RuleSet> = None;
        let mut capture = None;
        let mut switches: Vec<(bool, Selector)> = Vec::new();
        let mut least = None;
        for option in self.option.captures_iter(body) {
            let (kind, arguments) = (
                option.get(1).map_or("", |kind| kind.as_str()),
                option.get(2).map_or("", |text| text.as_str()),
            );
            let named = self.name.captures_iter(arguments).filter_map(|name| Some(name.get(1)?.as_str()));
            let quoted =
                || self.quoted.captures_iter(arguments).filter_map(|text| Some(text.get(1)?.as_str()));
            match kind {
                "Rules" | "RulesValidation" => {
                    for name in named {
                        let text = rules.get(name).with_context(|| format!("no rules `{name}`"))?;
                        let (result, set) = loader.load(text);
                        said.messages.extend(messages(&result));
                        said.failed |= result.has_errors();
                        newest = set;
                    }
                }
                "CaptureFile" => capture = named.into_iter().next().map(file_name),
                "DisabledRules" => {
                    switches.extend(quoted().map(|name| (false, Selector::Name(name.to_owned()))));
                }
                "DisabledTags" => switches.extend(quoted().map(|tag| (false, Selector::Tag(tag.to_owned())))),
                "EnabledTags" => {
                    switches.push((false, Selector::Name("*".to_owned())));
                    switches.extend(quoted().map(|tag| (true, Selector::Tag(tag.to_owned()))));
                }
                "MinRulePriority" => least = quoted().next().and_then(|name| name.parse::<Priority>().ok()),
                "OutputJSON" => said.json = true,
                "Args" => said.iso |= arguments.contains("time_format_iso_8601=true"),
                _ => {}
            }
        }
        let Some(mut set) = newest.filter(|_| !said.failed) else { return Ok(said) };
        for (enabled, selector) in &switches {
            set.enable(selector, *enabled);
        }
        let Some(capture) = capture else { return Ok(said) };
        let settings = Settings { profile: Profile::Legacy, ..Settings::default() };
        let mut watcher = Watcher::new(set, settings);
        if let Some(least) = least {
            watcher.require(least);
        }
        let bytes = fs::read(captures.join(&capture)).with_context(|| format!("cannot read `{capture}`"))?;
        let mut reader = CaptureReader::new(&bytes[..], Profile::Legacy, Budget::default())?;
        while let Some(item) = reader.next_item()? {
            said.alerts.extend(watcher.take(item));
        }
        Ok(said)
    }

    fn detections(&self, found: &Captures<'_>, said: &Said) -> Result<()> {
        let part = |place: usize| found.get(place).map_or("", |part| part.as_str());
        let mut alerts: Vec<&Alert> = said.alerts.iter().collect();
        for link in self.link.captures_iter(part(3)) {
            let value = link.get(2).or(link.get(3)).map_or("", |value| value.as_str());
            match link.get(1).map_or("", |kind| kind.as_str()) {
                "Priority" => {
                    let wanted = value.parse::<Priority>().ok();
                    alerts.retain(|alert| Some(alert.priority) == wanted);
                }
                "Rule" => alerts.retain(|alert| alert.rule == value),
                other => anyhow::bail!("`Of{other}` is not understood"),
            }
        }
        check(part(1), part(2), alerts.len()).with_context(|| format!("detections{}", part(3)))
    }

    fn messages(&self, found: &Captures<'_>, said: &Said) -> Result<()> {
        let part = |place: usize| found.get(place).map_or("", |part| part.as_str());
        let errors = part(3) == "AllErrors";
        let mut messages: Vec<&Message> =
            said.messages.iter().filter(|message| message.is_error == errors).collect();
        // Messages about exceptions name the rule.
        let is_of_part = part(4).contains("OfItemType(\"exception\")");
        for link in self.link.captures_iter(part(4)) {
            let value = link.get(2).or(link.get(3)).map_or("", |value| value.as_str());
            match link.get(1).map_or("", |kind| kind.as_str()) {
                "Code" => messages.retain(|message| message.code == value),
                // Kinds beside rules, macros and lists are told by the code.
                "ItemType" if ["rule", "macro", "list"].contains(&value) => {
                    messages.retain(|message| message.kind == value || message.kind.is_empty());
                }
                "ItemName" if !value.is_empty() && !is_of_part => {
                    messages.retain(|message| message.name == value || message.name.is_empty());
                }
                // Words are each implementation's own.
                _ => {}
            }
        }
        // Falco stops at the first error of a file; every one is told here.
        let count = match (errors, part(2).parse::<usize>()) {
            (true, Ok(wanted)) => messages.len().min(wanted),
            _ => messages.len(),
        };
        check(part(1), part(2), count).with_context(|| format!("{}{}", part(3), part(4)))
    }
}

fn check(kind: &str, number: &str, count: usize) -> Result<()> {
    let holds = match kind {
        "NotZero" | "NotNil" => count > 0,
        "Zero" | "Nil" => count == 0,
        _ => number.parse() == Ok(count),
    };
    anyhow::ensure!(holds, "wants {kind} {number}, not {count}");
    Ok(())
}

fn messages(result: &FileResult) -> impl Iterator<Item = Message> {
    result.messages().iter().map(|message| Message {
        code: message.code.name(),
        kind: message.item.as_ref().map(|item| format!("{:?}", item.kind).to_lowercase()).unwrap_or_default(),
        name: message.item.as_ref().map(|item| item.name.clone()).unwrap_or_default(),
        is_error: message.code.is_error(),
    })
}

/// The file of a capture by its variable: `CatWrite` is `cat_write.scap`.
fn file_name(variable: &str) -> String {
    let mut name = String::new();
    for letter in variable.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    let name = if name == "open_multiple_files" { "open-multiple-files".to_owned() } else { name };
    format!("{name}.scap")
}

/// The exit code that a part of an assertion wants.
fn exit_code(text: &str) -> Option<u8> {
    let (code, rest) = text.split_once(", ")?;
    code.parse().ok().filter(|_| rest.starts_with("res.ExitCode())"))
}
