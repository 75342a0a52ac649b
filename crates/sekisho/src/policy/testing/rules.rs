//! Tests of rules for events: documents `RuleTest`, and captures and logs that are named after a rule.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sekisho_audit::{Budget, Lines, Parser};
use sekisho_capture::Profile;
use sekisho_falco::{Matching, RuleSet};
use sekisho_manifest::{Node, Source};
use sekisho_runtime::{Alert, Limits, Scenario, Settings};
use sekisho_sigma::Correlation;

use super::{TestRow, read_roots};
use crate::audit::go_over;
use crate::watch::replay::{self, AuditAsker};
use crate::watch::rules::{self, RuleFiles};

/// What stands in the name of a file in which its rule fires, or does not.
const WORDS: &[(&str, bool)] = &[(".fires.", true), (".quiet.", false)];

/// A case of a document.
struct Case {
    name: String,
    input: Input,
    expect: Vec<Expected>,
    silent: Vec<String>,
    is_exact: bool,
    at: sekisho_manifest::Span,
}

enum Input {
    Scenario(String),
    Capture(PathBuf),
    AuditLog(Vec<PathBuf>),
    Events(String),
}

struct Expected {
    rule: String,
    count: Option<i64>,
    fields: Vec<(String, String)>,
    output: String,
}

/// Alerts with the numbers of their events, and how many events there were.
struct Heard {
    alerts: Vec<(u64, Alert)>,
    events: u64,
}

/// Whether a file is named after a rule as a case of it.
pub(super) fn is_named_case(path: &Path) -> bool {
    slug_of(path).is_some_and(|_| {
        let parent = path.parent().and_then(Path::file_name);
        parent.is_some_and(|parent| parent == "tests")
    })
}

/// The rule that a file is named after, and whether it fires.
fn slug_of(path: &Path) -> Option<(String, bool)> {
    let kind = path.extension()?.to_str()?;
    if !matches!(kind, "log" | "txt" | "scap") {
        return None;
    }
    let name = path.file_name()?.to_str()?;
    WORDS.iter().find_map(|(word, fires)| Some((name.split_once(word)?.0.to_owned(), *fires)))
}

/// A rule's name as files have it.
fn slug(name: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    let mut slug: String = name.chars().map(plain).collect();
    while slug.contains("--") {
        slug = slug.replace("--", "-");
    }
    slug.trim_matches('-').to_owned()
}

// Files that are named after rules.

/// Runs the cases of one folder; the rules are those of the folder above it.
pub(super) fn run_named(cases: &[PathBuf]) -> Vec<TestRow> {
    let Some((folder, loaded)) = above(cases) else { return Vec::new() };
    let Some(mut known) = loaded.rules else {
        let why = loaded.failures().into_iter().next().unwrap_or_else(|| "there are no rules".to_owned());
        return vec![TestRow::failed(&folder, String::new(), format!("the rules cannot be loaded: {why}"))];
    };
    let names: Vec<String> = known.rules().map(|rule| rule.name.clone()).collect();
    let mut rows = Vec::new();
    for path in cases {
        let Some((wanted, fires)) = slug_of(path) else { continue };
        let Some(rule) = names.iter().find(|name| slug(name) == wanted) else {
            let message = format!("no rule in `{}` has the name `{wanted}`", folder.display());
            rows.push(TestRow::failed(path, wanted, message));
            continue;
        };
        let test = format!("{rule} {}", if fires { "fires" } else { "is quiet" });
        let input = match path.extension().and_then(|kind| kind.to_str()) {
            Some("log") => Ok(Input::AuditLog(vec![path.clone()])),
            Some("txt") => fs::read_to_string(path).map(Input::Scenario).map_err(|error| error.to_string()),
            _ => Ok(Input::Capture(path.clone())),
        };
        let is_log = matches!(input, Ok(Input::AuditLog(_)));
        let (rules, heard) = match input {
            Ok(input) => hear(known, &loaded.correlations, &input, Matching::All),
            Err(error) => (known, Err(error)),
        };
        known = rules;
        let outcome = heard.and_then(|heard| {
            let events: BTreeSet<u64> = heard
                .alerts
                .iter()
                .filter(|(_, alert)| alert.rule == *rule)
                .map(|(event, _)| *event)
                .collect();
            match (fires, events.len() as u64) {
                _ if heard.events == 0 => Err("it holds no event".to_owned()),
                (true, 0) => Err(format!("the rule does not fire{}", others(&heard))),
                (true, count) if is_log && count < heard.events => {
                    let quiet = (1..=heard.events).find(|event| !events.contains(event)).unwrap_or_default();
                    Err(format!(
                        "the rule does not fire in event {quiet}: every event of the log must be one"
                    ))
                }
                (false, 1..) => {
                    let event = events.first().copied().unwrap_or_default();
                    Err(format!("the rule fires in event {event}"))
                }
                _ => Ok(()),
            }
        });
        rows.push(TestRow::new(path, test, outcome));
    }
    rows
}

/// The rules that the cases of one folder ask.
pub(super) fn covered_named(cases: &[PathBuf]) -> Vec<String> {
    let Some((_, loaded)) = above(cases) else { return Vec::new() };
    let asked: BTreeSet<String> = cases.iter().filter_map(|path| Some(slug_of(path)?.0)).collect();
    let names = loaded.rules.iter().flat_map(RuleSet::rules).map(|rule| rule.name.clone());
    names.filter(|name| asked.contains(&slug(name))).collect()
}

/// The folder above that of these cases, and its rules.
fn above(cases: &[PathBuf]) -> Option<(PathBuf, RuleFiles)> {
    let folder = cases.first()?.parent()?.parent()?;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).ok()?;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_file() && crate::policy::runtime::is_rules(&path).unwrap_or(false) {
            files.push(path);
        }
    }
    files.sort_by_key(|path| (!path.ends_with("macros.yaml"), path.clone()));
    if files.is_empty() {
        return None;
    }
    let texts = rules::texts(&files, &[]).ok()?;
    Some((folder.to_owned(), rules::compile(texts, &[])))
}

// Documents.

/// Whether a document is a test of rules.
pub(super) fn is(document: &Node) -> bool {
    document.str("kind") == "RuleTest" && document.str("apiVersion").starts_with("sekisho/")
}

/// Runs the cases of a document.
pub(super) fn run(path: &Path, document: &Node) -> Vec<TestRow> {
    if !is(document) {
        return Vec::new();
    }
    let failed = |message: String| vec![TestRow::failed(path, String::new(), message)];
    let (cases, matching) = match read(path, document) {
        Ok(read) => read,
        Err(message) => return failed(message),
    };
    let loaded = match named(path, document) {
        Ok(loaded) => loaded,
        Err(message) => return failed(message),
    };
    if let Some(failure) = loaded.failures().into_iter().next() {
        return failed(failure);
    }
    let Some(mut known) = loaded.rules else { return failed("the rules hold nothing".to_owned()) };
    let text = fs::read_to_string(path).unwrap_or_default();
    let source = Source::new(path.display().to_string(), text);
    let mut rows = Vec::new();
    for case in &cases {
        let is_known = |name: &str| {
            known.rule(name).is_some() || loaded.correlations.iter().any(|one| one.engine_name() == name)
        };
        let unknown = asked(case).find(|name| !is_known(name)).map(str::to_owned);
        let (rules, outcome) = if let Some(name) = unknown {
            (known, Err(format!("there is no rule `{name}`")))
        } else {
            let (rules, heard) = hear(known, &loaded.correlations, &case.input, matching);
            (rules, heard.and_then(|heard| judge(case, &heard)))
        };
        known = rules;
        let (start, _) = source.range(case.at);
        rows.push(TestRow::new(path, case.name.clone(), outcome).at(start.line, start.column));
    }
    rows
}

/// The rules that a document asks.
pub(super) fn covered(path: &Path) -> Vec<String> {
    let documents = read_roots(path).unwrap_or_default();
    let cases = documents.iter().filter(|root| is(root)).filter_map(|root| read(path, root).ok());
    cases.flat_map(|(cases, _)| cases.iter().flat_map(asked).map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn asked(case: &Case) -> impl Iterator<Item = &str> {
    case.expect.iter().map(|expected| expected.rule.as_str()).chain(case.silent.iter().map(String::as_str))
}

fn named(path: &Path, document: &Node) -> Result<RuleFiles, String> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let paths: Vec<PathBuf> = document.strings("rules").map(|name| folder.join(name)).collect();
    if paths.is_empty() {
        return Err("`rules` must name the files or folders of the rules".to_owned());
    }
    let texts = rules::texts(&paths, &[]).map_err(|error| format!("{error:#}"))?;
    let texts =
        texts.into_iter().filter(|(_, text)| rules::is_falco(text) || rules::is_sigma(text)).collect();
    Ok(rules::compile(texts, &[]))
}

fn read(path: &Path, document: &Node) -> Result<(Vec<Case>, Matching), String> {
    only(document, &["apiVersion", "kind", "metadata", "rules", "matching", "cases"], "a test of rules")?;
    let matching = match document.str("matching") {
        "" | "all" => Matching::All,
        "first" => Matching::First,
        other => return Err(format!("`matching` is `first` or `all`, not `{other}`")),
    };
    let cases = document.get("cases").map(Node::items).unwrap_or_default();
    if cases.is_empty() {
        return Err("`cases` must hold at least one".to_owned());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let cases = cases.iter().map(|node| case(node, folder)).collect::<Result<_, _>>()?;
    Ok((cases, matching))
}

/// Refuses a key that means nothing: what it says would not be asked for.
fn only(node: &Node, known: &[&str], what: &str) -> Result<(), String> {
    if node.as_mapping().is_none() {
        return Err(format!("{what} must be a map"));
    }
    match node.entries().iter().find(|entry| !known.contains(&entry.key.as_str())) {
        Some(entry) => Err(format!("{what} has no `{}`: use {}", entry.key, known.join(", "))),
        None => Ok(()),
    }
}

fn case(node: &Node, folder: &Path) -> Result<Case, String> {
    let keys = ["name", "capture", "scenario", "auditLog", "events", "expect", "silent", "exact"];
    only(node, &keys, "a case")?;
    let name = node.str("name").to_owned();
    if name.is_empty() {
        return Err("a case needs a `name`".to_owned());
    }
    let within = |message: String| format!("case `{name}`: {message}");
    let mut inputs = Vec::new();
    for key in ["capture", "scenario", "auditLog", "events"] {
        let Some(value) = node.get(key) else { continue };
        inputs.push(match key {
            "capture" => Input::Capture(folder.join(value.as_str().unwrap_or_default())),
            "scenario" => Input::Scenario(value.as_str().unwrap_or_default().to_owned()),
            "auditLog" => {
                let one = value.as_str().map(|one| vec![folder.join(one)]);
                Input::AuditLog(
                    one.unwrap_or_else(|| node.strings(key).map(|one| folder.join(one)).collect()),
                )
            }
            _ => Input::Events(value.to_json().to_string()),
        });
    }
    let (Some(input), true) = (inputs.pop(), inputs.is_empty()) else {
        return Err(within("name one of `capture`, `scenario`, `auditLog` and `events`".to_owned()));
    };
    let expect = node.get("expect").map(Node::items).unwrap_or_default();
    let expect = expect.iter().map(expected).collect::<Result<Vec<_>, _>>().map_err(within)?;
    let silent: Vec<String> = node.strings("silent").map(str::to_owned).collect();
    let is_exact = node.is_true("exact");
    if expect.is_empty() && silent.is_empty() && !is_exact {
        return Err(within("it expects nothing: say `expect`, `silent` or `exact: true`".to_owned()));
    }
    Ok(Case { name, input, expect, silent, is_exact, at: node.span })
}

fn expected(node: &Node) -> Result<Expected, String> {
    if let Some(rule) = node.as_str() {
        return Ok(Expected {
            rule: rule.to_owned(),
            count: None,
            fields: Vec::new(),
            output: String::new(),
        });
    }
    only(node, &["rule", "count", "fields", "output"], "an alert that is expected")?;
    let count = match node.get("count") {
        None => None,
        Some(count) => Some(count.as_i64().filter(|count| *count > 0).ok_or("`count` is a number above 0")?),
    };
    let fields = node.get("fields").map(Node::entries).unwrap_or_default();
    let text = |node: &Node| match node.to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let rule = node.str("rule").to_owned();
    if rule.is_empty() {
        return Err("an alert that is expected needs a `rule`".to_owned());
    }
    Ok(Expected {
        rule,
        count,
        fields: fields.iter().map(|entry| (entry.key.to_string(), text(&entry.node))).collect(),
        output: node.str("output").to_owned(),
    })
}

/// What the rules find in a case.
fn hear(
    rules: RuleSet,
    correlations: &[Correlation],
    input: &Input,
    matching: Matching,
) -> (RuleSet, Result<Heard, String>) {
    match input {
        Input::Scenario(text) => {
            let capture = Scenario::parse(text)
                .map_err(|error| error.to_string())
                .and_then(|scenario| scenario.capture().map_err(|error| error.to_string()));
            match capture {
                Ok(bytes) => hear_capture(rules, &bytes[..], "the scenario", matching),
                Err(error) => (rules, Err(error)),
            }
        }
        Input::Capture(path) => match fs::read(path) {
            Ok(bytes) => hear_capture(rules, &bytes[..], &path.display().to_string(), matching),
            Err(error) => (rules, Err(format!("cannot read `{}`: {error}", path.display()))),
        },
        Input::AuditLog(logs) => {
            let mut asker = AuditAsker::new(&rules, correlations, matching, "");
            let mut alerts = Vec::new();
            let tally = go_over(logs, &mut |event| {
                let found = asker.ask(event);
                alerts.extend(found.into_iter().map(|alert| (asker.events, alert)));
            });
            let events = asker.events;
            let heard = match tally {
                Err(error) => Err(format!("{error:#}")),
                Ok(tally) => match tally.complaints().next() {
                    Some(complaint) => Err(complaint),
                    None => Ok(Heard { alerts, events }),
                },
            };
            (rules, heard)
        }
        Input::Events(text) => {
            let heard = hear_events(&rules, correlations, text, matching);
            (rules, heard)
        }
    }
}

fn hear_capture(
    rules: RuleSet,
    bytes: &[u8],
    shown: &str,
    matching: Matching,
) -> (RuleSet, Result<Heard, String>) {
    // The rules are given back whatever comes, and a reader that cannot begin has taken none.
    if let Err(error) =
        sekisho_capture::CaptureReader::new(bytes, Profile::Current, sekisho_capture::Budget::default())
    {
        return (rules, Err(format!("{shown}: {error}")));
    }
    let settings =
        Settings { profile: Profile::Current, matching, host: String::new(), limits: Limits::default() };
    let mut alerts = Vec::new();
    let replayed = replay::capture(bytes, shown, rules, settings, &mut |event, alert| {
        alerts.push((event, alert));
        Ok(true)
    });
    match replayed {
        Ok(replayed) if replayed.failures == 0 => {
            (replayed.rules, Ok(Heard { alerts, events: replayed.metrics.events }))
        }
        Ok(replayed) => (replayed.rules, Err(format!("{shown} cannot be read to its end"))),
        Err(error) => (RuleSet::default(), Err(format!("{error:#}"))),
    }
}

fn hear_events(
    rules: &RuleSet,
    correlations: &[Correlation],
    text: &str,
    matching: Matching,
) -> Result<Heard, String> {
    let mut asker = AuditAsker::new(rules, correlations, matching, "");
    let mut parser = Parser::new(Budget::default());
    let mut lines = Lines::new(&Budget::default());
    let (mut alerts, mut wrong) = (Vec::new(), None);
    let mut take = |line: Result<&[u8], sekisho_audit::AuditError>| {
        let read = line.and_then(|line| {
            parser.each(line, &mut |event| match event {
                Ok(event) => {
                    let found = asker.ask(event);
                    alerts.extend(found.into_iter().map(|alert| (asker.events, alert)));
                }
                Err(error) => wrong = Some(error.to_string()),
            })
        });
        if let Err(error) = read {
            wrong = Some(error.to_string());
        }
    };
    lines.feed(text.as_bytes(), &mut take);
    lines.finish(&mut take);
    match wrong {
        Some(error) => Err(error),
        None => Ok(Heard { events: asker.events, alerts }),
    }
}

/// Whether what was heard is what was expected; else in words what is not.
fn judge(case: &Case, heard: &Heard) -> Result<(), String> {
    let mut wrong = Vec::new();
    for expected in &case.expect {
        let of_rule: Vec<&Alert> =
            heard.alerts.iter().map(|(_, alert)| alert).filter(|alert| alert.rule == expected.rule).collect();
        let count = of_rule.iter().filter(|alert| fits(expected, alert)).count();
        let wanted = expected.count.and_then(|count| usize::try_from(count).ok());
        if wanted.map_or(count > 0, |wanted| count == wanted) {
            continue;
        }
        let wanted = wanted.map_or("at least 1".to_owned(), |wanted| wanted.to_string());
        let mut text = format!("`{}`: {wanted} expected, {count} came", expected.rule);
        if let Some(alert) = of_rule.iter().find(|alert| !fits(expected, alert)) {
            text.push_str("; not as expected: ");
            text.push_str(&alert.output);
            for (name, value) in &expected.fields {
                let actual = alert.fields.iter().find(|field| field.name == *name);
                let actual = match actual {
                    Some(field) => field.value.clone().unwrap_or_else(|| "<NA>".to_owned()),
                    None => "not in the output".to_owned(),
                };
                if actual != *value {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "; `{name}` is `{actual}`, not `{value}`");
                }
            }
        } else if of_rule.is_empty() {
            text.push_str(&others(heard));
        }
        wrong.push(text);
    }
    for rule in &case.silent {
        if let Some((event, alert)) = heard.alerts.iter().find(|(_, alert)| alert.rule == *rule) {
            wrong.push(format!("`{rule}` fires in event {event}: {}", alert.output));
        }
    }
    if case.is_exact {
        let is_expected = |alert: &Alert| {
            case.expect.iter().any(|expected| expected.rule == alert.rule && fits(expected, alert))
        };
        for (event, alert) in heard.alerts.iter().filter(|(_, alert)| !is_expected(alert)).take(3) {
            wrong.push(format!("not expected: `{}` in event {event}: {}", alert.rule, alert.output));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn fits(expected: &Expected, alert: &Alert) -> bool {
    let has = |(name, value): &(String, String)| {
        let field = alert.fields.iter().find(|field| field.name == *name);
        field.is_some_and(|field| field.value.as_deref().unwrap_or("<NA>") == value)
    };
    alert.output.contains(&expected.output) && expected.fields.iter().all(has)
}

/// What other rules found, for messages.
fn others(heard: &Heard) -> String {
    let names: BTreeSet<&str> = heard.alerts.iter().map(|(_, alert)| alert.rule.as_str()).collect();
    if names.is_empty() {
        return ", and no other does".to_owned();
    }
    let names: Vec<_> = names.into_iter().take(4).map(|name| format!("`{name}`")).collect();
    format!(", others do: {}", names.join(", "))
}
