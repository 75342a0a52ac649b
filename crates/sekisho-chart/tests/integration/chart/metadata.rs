//! `Chart.yaml` and `requirements.yaml`.

use sekisho_chart::chart::{ChartError, ImportValues, Metadata, MetadataError};

use crate::in_memory::{chart_yaml, folder};

fn metadata(text: &str) -> Result<Metadata, String> {
    folder(&[("Chart.yaml", text)]).map(|chart| chart.metadata).map_err(|error| error.to_string())
}

#[test]
fn scalars_become_text_as_in_go() {
    let metadata = metadata(
        "apiVersion: v2\nname: 7\nversion: 1.10\nappVersion: 1e3\nannotations: {a: yes, b: 0x10}\nkeywords: [1.0, on]\n",
    )
    .unwrap();
    assert_eq!(metadata.name, "7");
    assert_eq!(metadata.version, "1.1");
    assert_eq!(metadata.app_version, "1000");
    let annotations = metadata.annotations.unwrap();
    assert_eq!(annotations["a"], "true");
    assert_eq!(annotations["b"], "16");
    assert_eq!(metadata.keywords, ["1", "true"]);
}

#[test]
fn keys_are_found_in_any_case_and_nulls_passed_over() {
    let metadata =
        metadata("apiVersion: v2\nNAME: demo\nversion: 1\nAppVersion: x\nappVersion: z\nhome: ~\n").unwrap();
    assert_eq!((metadata.name.as_str(), metadata.version.as_str()), ("demo", "1"));
    assert_eq!(metadata.app_version, "z");
    assert_eq!(metadata.home, "");
}

#[test]
fn a_chart_without_version_of_its_format_is_of_version_v1() {
    assert_eq!(metadata("name: demo\nversion: 1.0.0\n").unwrap().api_version, "v1");
}

#[test]
fn texts_are_cleaned() {
    let metadata =
        metadata("apiVersion: v2\nname: demo\nversion: 1.0.0\ndescription: \"a\\tb\\u200bc\\u00a0d\"\n");
    assert_eq!(metadata.unwrap().description, "a bc d");
}

#[test]
fn what_cannot_be_is_refused_with_the_reason() {
    for (text, wanted) in [
        ("apiVersion: v3\nname: a\nversion: 1.0.0", "`apiVersion` is `v3`; charts have `v1` or `v2`"),
        ("apiVersion: v2\nversion: 1.0.0", "`name` is missing"),
        ("apiVersion: v2\nname: a/b\nversion: 1.0.0", "`name` is `a/b`; a name has no `/`"),
        ("apiVersion: v2\nname: a", "`version` is missing"),
        (
            "apiVersion: v2\nname: a\nversion: one",
            "`version` is `one`; write a semantic version such as 1.2.3",
        ),
        (
            "apiVersion: v2\nname: a\nversion: 1.0.0\ntype: plugin",
            "`type` is `plugin`; it is `application` or `library`",
        ),
        ("apiVersion: v2\nname: [a]\nversion: 1.0.0", "`name` must be text"),
        (
            "apiVersion: v2\nname: a\nversion: 1.0.0\ndeprecated: 'no'",
            "`deprecated` must be `true` or `false`",
        ),
        ("apiVersion: v2\nname: a\nversion: 1.0.0\nkeywords: a", "`keywords` must be a list"),
        (
            "apiVersion: v2\nname: a\nversion: 1.0.0\nmaintainers: [~]",
            "`maintainers` has an item that is null; remove it",
        ),
        (
            "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies: [{name: b, alias: 'c d'}]",
            "the alias `c d` has other characters than letters, digits, `_` and `-`",
        ),
        (
            "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies: [{name: b}, {name: x, alias: b}]",
            "more than one dependency has the name or alias `b`; give one an `alias`",
        ),
    ] {
        assert_eq!(metadata(text).unwrap_err(), format!("`Chart.yaml`: {wanted}"), "{text}");
    }
    assert!(matches!(folder(&[("Chart.yaml", "a: b: c")]), Err(ChartError::Yaml { .. })));
    assert_eq!(folder(&[("values.yaml", "a: 1")]).unwrap_err(), ChartError::NoMetadata);
}

#[test]
fn the_place_of_a_wrong_field_is_known() {
    let text = "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies:\n- name: b\n  tags: x\n";
    let ChartError::Metadata { error: MetadataError::Field(error), .. } =
        folder(&[("Chart.yaml", text)]).unwrap_err()
    else {
        panic!("another error");
    };
    assert_eq!(error.field, "dependencies[0].tags");
    assert_eq!(&text[error.span.start as usize..error.span.end as usize], "x");
}

#[test]
fn dependencies_of_a_chart_of_version_v1_stand_in_requirements() {
    let requirements = "dependencies:\n- {name: b, version: ^1, alias: c, condition: 'c.on,x', tags: [t], import-values: [data, {child: a, parent: .}, 7]}\n";
    let v1 = "apiVersion: v1\nname: a\nversion: 1.0.0\n";
    let chart = folder(&[("Chart.yaml", v1), ("requirements.yaml", requirements)]).unwrap();
    let dependency = &chart.metadata.dependencies.as_ref().unwrap()[0];
    assert_eq!((dependency.name.as_str(), dependency.local_name().as_str()), ("b", "c"));
    assert_eq!(
        dependency.import_values,
        [
            ImportValues::Export("data".into()),
            ImportValues::Table { child: "a".into(), parent: ".".into() },
            ImportValues::Other,
        ]
    );
    assert_eq!(chart.warnings().count(), 0);
    let late = folder(&[("Chart.yaml", &chart_yaml("a", "")), ("requirements.yaml", requirements)]).unwrap();
    assert_eq!(late.metadata.dependencies.as_ref().map(Vec::len), Some(1));
    assert_eq!(late.warnings().count(), 1);
}
