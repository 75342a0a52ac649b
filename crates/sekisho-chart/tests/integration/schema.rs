//! `values.schema.json`: what fits, what does not, and what cannot be looked at.

use std::fmt::Write as _;

use sekisho_chart::chart::{Chart, ChartBudget};
use sekisho_chart::render::{Options, RenderError, Rendering, Warning, render};
use sekisho_chart::schema::SchemaFault;
use sekisho_chart::values::Given;

use crate::in_memory::{Sources, chart_yaml, folder_within};

fn chart(schema: &str, values: &str, sources: &mut Sources) -> Chart {
    let files = [
        ("Chart.yaml", chart_yaml("demo", "")),
        ("values.yaml", values.to_owned()),
        ("values.schema.json", schema.to_owned()),
        ("templates/a.yaml", "kind: A\n".to_owned()),
    ];
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    folder_within(&files, sources, &ChartBudget::default()).unwrap()
}

fn rendered(schema: &str, values: &str) -> Result<Rendering, RenderError> {
    render(&chart(schema, values, &mut Sources::default()), &Options::default())
}

#[test]
fn a_misfit_names_the_key_and_its_place_and_hides_the_value() {
    let mut sources = Sources::default();
    let schema = r#"{"properties": {"a": {"properties": {"port": {"type": "integer"}}}}, "required": ["b"]}"#;
    let chart = chart(schema, "a:\n  port: hunter2\n", &mut sources);
    let RenderError::Schema(errors) = render(&chart, &Options::default()).unwrap_err() else {
        panic!("another error")
    };
    let shown: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "chart `demo`, values ``: \"b\" is a required property",
            "chart `demo`, values `a.port`: the value is not of type \"integer\"",
        ]
    );
    let span = errors[1].span.unwrap();
    assert_eq!(&sources.text(span.source)[span.start as usize..span.end as usize], "hunter2");

    let given = Given { set: vec!["a.port=5,b=1".to_owned()], ..Given::default() };
    assert!(render(&chart, &Options { given, ..Options::default() }).is_ok());
    assert!(render(&chart, &Options { skip_schema_validation: true, ..Options::default() }).is_ok());
}

#[test]
fn schemas_elsewhere_are_not_fetched_and_stand_in_no_ones_way() {
    let address = "https://schemas.example/pod.json";
    for reference in [
        address.to_owned(),
        format!("{address}#"),
        format!("{address}#/definitions/io.k8s.api.core.v1.SELinuxOptions"),
        format!("{address}#/$defs/a~1b/properties/c"),
        format!("{address}#anchor"),
    ] {
        let schema = format!(r#"{{"properties": {{"a": {{"$ref": "{reference}"}}}}, "required": ["a"]}}"#);
        let rendering = rendered(&schema, "a: 1\n").unwrap();
        let warning = Warning::SchemaNotFetched { chart: "demo".into(), address: address.to_owned() };
        assert_eq!(rendering.warnings, [warning], "{reference}");
    }
    // Relative to an address of the schema's own.
    let schema =
        r#"{"$id": "https://own.example/a/values.json", "properties": {"a": {"$ref": "b.json#/x"}}}"#;
    let rendering = rendered(schema, "a: 1\n").unwrap();
    let Warning::SchemaNotFetched { address, .. } = &rendering.warnings[0] else { panic!("another warning") };
    assert_eq!(address, "https://own.example/a/b.json");
}

#[test]
fn files_are_no_schemas_and_what_is_none_is_refused() {
    let fault = |schema: &str| match rendered(schema, "a: 1\n").unwrap_err() {
        RenderError::Schema(errors) => errors[0].fault.clone(),
        error => panic!("{error}"),
    };
    for schema in [
        r#"{"properties": {"a": {"$ref": "file:///etc/passwd"}}}"#,
        r##"{"properties": {"a": {"$ref": "#/definitions/missing"}}}"##,
        r#"{"type": "nonsense"}"#,
        "no json",
    ] {
        assert!(matches!(fault(schema), SchemaFault::Schema(_)), "{schema}");
    }
}

#[test]
fn what_would_cost_too_much_is_refused() {
    let deep = format!("{}{{}}{}", r#"{"not": "#.repeat(100_000), "}".repeat(100_000));
    assert!(rendered(&deep, "a: 1\n").is_err());
    let mut bomb = String::from(r#"{"$defs": {"d0": {"type": "string"}"#);
    for level in 1..40 {
        let below = level - 1;
        let _ = write!(
            bomb,
            r##", "d{level}": {{"anyOf": [{{"$ref": "#/$defs/d{below}"}}, {{"$ref": "#/$defs/d{below}"}}]}}"##
        );
    }
    bomb += r##"}, "properties": {"a": {"$ref": "#/$defs/d39"}}}"##;
    let error = rendered(&bomb, "a: 1\n").unwrap_err().to_string();
    assert!(error.contains("`values.schema.json`"), "{error}");
}
