//! The formats for programs.

use sekisho_report::{Format, Options, format};
use serde_json::Value;

use crate::support::Run;

#[test]
fn json_is_as_it_was() {
    insta::assert_snapshot!(Run::fixed().write(Format::Json, &Options::default()));
}

#[test]
fn json_follows_its_schema() {
    let schema = format::json::schema();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for run in [Run::fixed(), Run::over(&[])] {
        let document: Value =
            serde_json::from_str(&run.write(Format::Json, &Options::default())).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn the_schema_is_as_it_was() {
    let schema = serde_json::to_string_pretty(&format::json::schema()).expect("JSON");
    insta::assert_snapshot!(schema);
}

#[test]
fn ndjson_says_the_same_line_by_line() {
    let run = Run::fixed();
    let whole: Value = serde_json::from_str(&run.write(Format::Json, &Options::default())).expect("JSON");
    let text = run.write(Format::Ndjson, &Options::default());
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let end = lines.pop().expect("an end");
    let start = lines.remove(0);
    assert_eq!(start["type"], "start");
    assert_eq!(start["schemaVersion"], whole["schemaVersion"]);
    assert_eq!(end["type"], "end");
    for key in ["summary", "coverage", "actions"] {
        assert_eq!(end[key], whole[key], "{key}");
    }
    for line in &mut lines {
        assert_eq!(line.as_object_mut().and_then(|line| line.remove("type")), Some("finding".into()));
    }
    assert_eq!(Value::from(lines), whole["findings"]);
}
