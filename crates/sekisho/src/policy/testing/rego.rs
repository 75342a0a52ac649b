//! Rego's own tests: rules whose names begin with `test_`, in modules that are compiled together.

use std::path::{Path, PathBuf};

use anyhow::Result;
use sekisho_manifest::Node;
use sekisho_policy::rego::parse;
use sekisho_policy::{ModuleText, join_data};
use sekisho_rego::Memory;
use sekisho_rego::ast::{Module, Rule};
use sekisho_rego::functions::World;
use sekisho_rego::value::Value;
use sekisho_rego::{Compiled, Options, Request, Source};

use super::TestRow;
use crate::policy::modules;

/// The modules of one target.
#[derive(Debug)]
pub(super) struct Modules {
    /// What the user named.
    pub(super) target: PathBuf,
    pub(super) files: Vec<PathBuf>,
}

pub(super) fn run(modules: &Modules, data: &[PathBuf]) -> Result<Vec<TestRow>> {
    let (texts, unread) = modules::read(&modules.files);
    let mut rows: Vec<TestRow> = unread
        .into_iter()
        .map(|(file, problem)| TestRow::failed(Path::new(&file), String::new(), problem))
        .collect();
    let holds_tests = |text: &ModuleText| text.text.contains("test_");
    if !texts.iter().any(holds_tests) {
        return Ok(rows);
    }
    let version =
        |text: &ModuleText| parse(&text.file, &text.text).map(|module| module.version).unwrap_or_default();
    let sources: Vec<Source<'_>> = texts
        .iter()
        .map(|text| Source { file: &text.file, text: &text.text, version: version(text) })
        .collect();
    match sekisho_rego::compile(&sources, &Options { print: true, ..Options::default() }) {
        Ok(compiled) => {
            let beside = modules::data_beside(std::slice::from_ref(&modules.target))?;
            let data = join_data(beside, modules::data(data)?)?;
            let data = data.as_ref().map(|data: &Node| Value::from(data));
            let mut memory = Memory::default();
            for module in compiled.modules() {
                let one = |rule: &Rule| run_one(&compiled, module, rule, data.as_ref(), &mut memory);
                rows.extend(tests(module).map(one));
            }
        }
        Err(errors) => rows.extend(errors.iter().map(|error| {
            let file = PathBuf::from(&error.location.file);
            let message = format!("{}: {}", error.code, error.message);
            TestRow::failed(&file, String::new(), message).at(error.location.row, error.location.column)
        })),
    }
    Ok(rows)
}

/// The tests of a module: the first definition of each. One with keys, `test_sum[case]`, is a test of many cases.
fn tests(module: &Module) -> impl Iterator<Item = &Rule> {
    let is_test = |rule: &&Rule| {
        let name = rule.head.name.trim_start_matches("todo_");
        name.starts_with("test_") && rule.head.parameters.is_none()
    };
    let mut known = std::collections::HashSet::new();
    module.rules.iter().filter(is_test).filter(move |rule| known.insert(rule.head.name.clone()))
}

fn run_one(
    compiled: &Compiled,
    module: &Module,
    rule: &Rule,
    data: Option<&Value>,
    memory: &mut Memory,
) -> TestRow {
    let path = PathBuf::from(&module.file);
    let name = rule.head.name.as_str();
    let full = format!("data.{}.{name}", module.package.join("."));
    let (row, column) = (rule.head.span.row, rule.head.span.column);
    if name.starts_with("todo_") {
        return TestRow::skipped(&path, full).at(row, column);
    }
    let mut keys: Vec<&str> = module.package.iter().map(smol_str::SmolStr::as_str).collect();
    keys.push(name);
    let now = i64::try_from(crate::policy::now()).unwrap_or(0);
    let world = World { now, ..World::default() };
    let request = Request { world, data, ..Request::default() };
    let outcome = match compiled.document(&keys) {
        None => Err("the rule is not there".to_owned()),
        Some(document) => match compiled.evaluate(document, &request, memory) {
            Err(error) => Err(error.to_string()),
            Ok(outcome) if holds(outcome.value.as_ref()) => Ok(()),
            Ok(outcome) => {
                let why =
                    if outcome.value.is_some() { "the rule is false" } else { "the rule does not hold" };
                let notes = outcome.printed.iter().map(|note| format!("{}: {}", note.location, note.text));
                Err(std::iter::once(why.to_owned()).chain(notes).collect::<Vec<_>>().join("\n"))
            }
        },
    };
    TestRow::new(&path, full, outcome).at(row, column)
}

/// Whether the value of a test is one that passes: anything but false, in each case where it has several.
fn holds(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Bool(false)) => false,
        Some(Value::Object(cases)) => cases.values().all(|case| holds(Some(case))),
        Some(_) => true,
    }
}
