//! Values given and values of charts, laid over each other. The answers in `settings.jsonl` and
//! `charts.jsonl` are those of Helm 4.2's own packages for settings and charts drawn at random; charts on which
//! Helm itself answers now so, now so were left out.

mod dependencies;
mod keys;

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_chart::chart::{Chart, ChartBudget};
use sekisho_chart::render::{Options, RenderError, Warning, values};
use sekisho_chart::value::{Map, Value};
use sekisho_chart::values::{Given, ValuesFile};
use sekisho_manifest::SourceId;
use serde_json::Value as Json;
use smol_str::SmolStr;

use crate::in_memory::{Sources, bytes_within, json};

/// The source of values that a user gives.
const GIVEN: SourceId = SourceId(10_000);

fn rows(text: &str) -> impl Iterator<Item = Json> {
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

fn texts(value: &Json) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Numbers without fraction are the same whether they are floats or not.
fn same(value: &Json) -> Json {
    match value {
        Json::Number(number) => number.as_f64().into(),
        Json::Array(items) => items.iter().map(same).collect(),
        Json::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), same(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

fn given_text(text: &str) -> Given<'static> {
    let file = ValuesFile { name: "given.yaml".into(), text: Arc::from(text), source: GIVEN };
    Given { files: vec![file], ..Given::default() }
}

fn chart_of(files: &[(&str, &str)], sources: &mut Sources) -> Chart {
    let files = files.iter().map(|(path, text)| (SmolStr::new(path), text.as_bytes().to_vec())).collect();
    bytes_within(&files, sources, &ChartBudget::default()).unwrap()
}

/// The values of a chart in a folder with these files.
fn values_of(files: &[(&str, &str)], given: Given<'_>) -> Result<(Map, Vec<Warning>), RenderError> {
    let chart = chart_of(files, &mut Sources::default());
    values(&chart, &Options { given, ..Options::default() })
}

#[test]
fn settings_are_read_as_helm_reads_them() {
    for row in rows(include_str!("settings.jsonl")) {
        let mut given = Given::default();
        for option in row["options"].as_array().unwrap() {
            let [option, line] = &texts(option)[..] else { panic!("no option and line: {option}") };
            let lines = match option.as_str() {
                "--set" => &mut given.set,
                "--set-string" => &mut given.strings,
                "--set-json" => &mut given.json,
                "--set-literal" => &mut given.literals,
                other => panic!("no option: {other}"),
            };
            lines.push(line.clone());
        }
        match given.merged() {
            Ok(values) => assert_eq!(same(&json(&values.into())), same(&row["values"]), "{row}"),
            Err(error) => assert_eq!(row["refused"], true, "{error}: {row}"),
        }
    }
}

#[test]
fn charts_get_the_values_that_helm_gives_them() {
    for row in rows(include_str!("charts.jsonl")) {
        let files = row["files"].as_object().unwrap().iter();
        let files: BTreeMap<SmolStr, Vec<u8>> =
            files.map(|(path, text)| (path.into(), text.as_str().unwrap().into())).collect();
        let chart = bytes_within(&files, &mut Sources::default(), &ChartBudget::default()).unwrap();
        let mut given = row["given"].as_str().map(given_text).unwrap_or_default();
        given.set = texts(&row["set"]);
        let options = Options { given, allow_missing_dependencies: true, ..Options::default() };
        match values(&chart, &options) {
            Ok((values, _)) => assert_eq!(same(&json(&values.into())), same(&row["values"]), "{row}"),
            Err(error) => assert_eq!(row["refused"], true, "{error}: {row}"),
        }
    }
}

#[test]
fn later_files_and_options_count_more() {
    let file = |text: &str| ValuesFile { name: "values".into(), text: Arc::from(text), source: GIVEN };
    let given = Given {
        files: vec![file("a: {x: 1, w: 1}\nb: 1\n---\nb: 2\n"), file("a: {w: 2}\n")],
        json: vec!["a.z={\"q\":[1.5]}".to_owned(), " {\"c\": 1}".to_owned()],
        set: vec!["c=2,d=2".to_owned()],
        strings: vec!["d=3,e=3".to_owned()],
        from_files: vec!["e=name,f={name,name}".to_owned()],
        literals: vec!["f=a,b={c}".to_owned()],
        read: Some(&|path| Ok(format!("contents of {path}").into_bytes())),
    };
    let values = json(&given.merged().unwrap().into());
    let wanted = serde_json::json!({
        "a": {"x": 1.0, "w": 2.0, "z": {"q": [1.5]}}, "b": 2.0, "c": 2, "d": "3",
        "e": "contents of name", "f": "a,b={c}",
    });
    assert_eq!(values, wanted);
}

#[test]
fn what_cannot_be_read_is_told() {
    let refused = |given: Given<'_>| given.merged().unwrap_err().to_string();
    for (line, wanted) in [
        ("a", "the key `a` has no value; write `a=…`"),
        ("a[x]=1", "`x` is no index of a list; write a number from 0"),
        ("a[0]x=1", "`x` stands behind the index of a list; write `=`, `.` or `[` there"),
        ("a[70000]=1", "the index 70000 is larger than 65536"),
        ("a={1,2", "the list is not closed; write `}` at its end"),
        ("a=1,a.b=2", "`a` is set to something else than a mapping, so nothing can be set below it"),
        ("a=1,a[0]=2", "`a` is set to something else than a list, so it has no items"),
    ] {
        let given = Given { set: vec![line.to_owned()], ..Given::default() };
        assert_eq!(refused(given), format!("`--set {line}`: {wanted}"));
    }
    let deep = format!("{}a=1", "a.".repeat(40));
    assert!(refused(Given { set: vec![deep], ..Given::default() }).ends_with("nested more than 30 deep"));
    let deep = format!("a{}=1", "[0]".repeat(4_000));
    assert!(refused(Given { set: vec![deep], ..Given::default() }).ends_with("nested more than 100 deep"));
    assert_eq!(
        refused(Given { from_files: vec!["a=b".to_owned()], ..Given::default() }),
        "`--set-file a=b`: cannot read `b`: no file may be read here"
    );
    assert_eq!(refused(given_text("- a")), "`given.yaml` must hold a mapping");
    assert!(refused(given_text("a: [")).starts_with("`given.yaml` is no YAML: "));
}

/// The value at a path of keys.
fn at(values: &Map, path: &[&str]) -> Option<Value> {
    let (last, above) = path.split_last()?;
    above.iter().try_fold(values.clone(), |map, key| map.get(key)?.as_map().cloned())?.get(last)
}
