//! Rego's own tests: rules whose names begin with `test_`, in modules that are compiled together.

use std::fs;
use std::path::PathBuf;

use sekisho_rego::ast::{Module, Rule};
use sekisho_rego::functions::{Memory, World};
use sekisho_rego::value::Value;
use sekisho_rego::{Compiled, Options, Request, Source};

use super::TestRow;

/// The largest module that is read.
const LARGEST: u64 = 10 << 20;

pub(super) fn run(paths: &[PathBuf]) -> Vec<TestRow> {
    let mut texts = Vec::new();
    let mut rows = Vec::new();
    for path in paths {
        match read(path) {
            Ok(text) => texts.push((path.display().to_string(), text)),
            Err(problem) => rows.push(TestRow::failed(path, String::new(), problem)),
        }
    }
    let holds_tests = |text: &str| text.contains("test_");
    if !texts.iter().any(|(_, text)| holds_tests(text)) {
        return rows;
    }
    let sources: Vec<Source<'_>> =
        texts.iter().map(|(file, text)| Source { file, text, ..Source::default() }).collect();
    match sekisho_rego::compile(&sources, &Options { print: true, ..Options::default() }) {
        Ok(compiled) => {
            let mut memory = Memory::default();
            for module in compiled.modules() {
                rows.extend(tests(module).map(|name| run_one(&compiled, module, name, &mut memory)));
            }
        }
        Err(errors) => rows.extend(errors.iter().map(|error| {
            let file = PathBuf::from(&error.location.file);
            TestRow::failed(&file, String::new(), error.to_string())
        })),
    }
    rows
}

fn read(path: &PathBuf) -> Result<String, String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if metadata.len() > LARGEST {
        return Err(format!("larger than {} MiB", LARGEST >> 20));
    }
    fs::read_to_string(path).map_err(|error| error.to_string())
}

/// The names of the tests of a module, each once.
fn tests(module: &Module) -> impl Iterator<Item = &str> {
    let is_test = |rule: &&Rule| {
        let name = rule.head.name.trim_start_matches("todo_");
        name.starts_with("test_") && rule.head.path.is_empty() && rule.head.parameters.is_none()
    };
    let mut names: Vec<&str> =
        module.rules.iter().filter(is_test).map(|rule| rule.head.name.as_str()).collect();
    names.dedup();
    names.into_iter()
}

fn run_one(compiled: &Compiled, module: &Module, name: &str, memory: &mut Memory) -> TestRow {
    let path = PathBuf::from(&module.file);
    let full = format!("data.{}.{name}", module.package.join("."));
    if name.starts_with("todo_") {
        return TestRow::skipped(&path, full);
    }
    let mut keys: Vec<&str> = module.package.iter().map(smol_str::SmolStr::as_str).collect();
    keys.push(name);
    let now = i64::try_from(crate::policy::now()).unwrap_or(0);
    let request = Request { world: World { now, ..World::default() }, ..Request::default() };
    let outcome = match compiled.document(&keys) {
        None => Err("the rule is not there".to_owned()),
        Some(document) => match compiled.evaluate(document, &request, memory) {
            Err(error) => Err(error.to_string()),
            Ok(outcome) => match outcome.value {
                None | Some(Value::Bool(false)) => {
                    let printed: Vec<String> = outcome.printed.into_iter().map(|line| line.text).collect();
                    Err(["the rule does not hold".to_owned()]
                        .into_iter()
                        .chain(printed)
                        .collect::<Vec<_>>()
                        .join("\n"))
                }
                Some(_) => Ok(()),
            },
        },
    };
    TestRow::new(&path, full, outcome)
}
