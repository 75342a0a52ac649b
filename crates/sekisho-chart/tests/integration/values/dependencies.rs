//! Which charts take part, and what they get.

use sekisho_chart::render::Warning;
use sekisho_chart::values::{Given, ValuesWarning};
use serde_json::json as j;

use super::{given_text, values_of};
use crate::in_memory::{chart_yaml, json};

/// A chart with two below it, `web` and `db`.
fn umbrella(dependencies: &str, values: &str, given: Given<'_>) -> (serde_json::Value, Vec<Warning>) {
    let chart = chart_yaml("demo", &format!("dependencies:\n{dependencies}"));
    let sub = |name: &str| chart_yaml(name, "");
    let (values, warnings) = values_of(
        &[
            ("Chart.yaml", &chart),
            ("values.yaml", values),
            ("charts/web/Chart.yaml", &sub("web")),
            ("charts/web/values.yaml", "port: 80\nexports: {data: {url: x}}\nlimits: {cpu: 1, memory: 2}\n"),
            ("charts/db/Chart.yaml", &sub("db")),
            ("charts/db/values.yaml", "port: 5432\n"),
        ],
        given,
    )
    .unwrap();
    (json(&values.into()), warnings)
}

#[test]
fn conditions_go_before_tags_and_the_first_that_is_there_decides() {
    let dependencies = "- {name: web, version: '*', condition: 'web.active,web.enabled', tags: [front]}\n- {name: db, version: '*', tags: [back, all]}\n";
    for (given, web, db) in [
        ("{}", true, true),
        ("tags: {front: false}", false, true),
        ("tags: {front: false}\nweb: {enabled: true}", true, true),
        ("web: {active: false, enabled: true}", false, true),
        ("web: {active: perhaps, enabled: false}", false, true),
        ("tags: {back: false}", true, false),
        ("tags: {back: false, all: true}", true, true),
    ] {
        let (values, _) = umbrella(dependencies, "", given_text(given));
        let takes_part = |chart: &str| values[chart].get("port").is_some();
        assert_eq!((takes_part("web"), takes_part("db")), (web, db), "{given}");
    }
}

#[test]
fn a_version_that_does_not_fit_leaves_the_chart_as_it_is() {
    let (values, _) = umbrella("- {name: web, version: ^2, alias: front}\n", "", Given::default());
    assert_eq!(values["web"]["port"], 80.0);
    assert!(values.get("front").is_none());
}

#[test]
fn one_chart_can_take_part_under_several_names() {
    let dependencies = "- {name: db, version: '*', alias: one}\n- {name: db, version: 1.x.x, alias: two}\n";
    let (values, _) = umbrella(dependencies, "two: {port: 2}\n", Given::default());
    assert_eq!((&values["one"]["port"], &values["two"]["port"]), (&j!(5432.0), &j!(2.0)));
    assert!(values.get("db").is_none());
}

#[test]
fn null_takes_a_default_away() {
    let (values, _) =
        umbrella("- {name: web, version: '*'}\n", "web: {limits: {cpu: ~}}\n", given_text("web: {port: ~}"));
    assert_eq!(values["web"]["limits"], j!({"memory": 2.0}));
    assert!(values["web"].get("port").is_none());
}

#[test]
fn globals_reach_every_chart_and_those_from_above_count() {
    let (values, _) = umbrella(
        "- {name: web, version: '*'}\n- {name: db, version: '*'}\n",
        "global: {zone: a, deep: {x: 1}}\nweb: {global: {zone: b, own: c, deep: {w: 2}}}\n",
        Given::default(),
    );
    assert_eq!(values["web"]["global"], j!({"zone": "a", "own": "c", "deep": {"x": 1.0, "w": 2.0}}));
    assert_eq!(values["db"]["global"], j!({"zone": "a", "deep": {"x": 1.0}}));
}

#[test]
fn values_are_imported_below_what_the_chart_has_itself() {
    let import =
        "- {name: web, version: '*', import-values: [data, {child: limits, parent: most.of}, nothing]}\n";
    let (values, warnings) = umbrella(import, "most: {of: {cpu: 9}}\n", Given::default());
    assert_eq!(values["url"], "x");
    assert_eq!(values["most"]["of"], j!({"cpu": 9.0, "memory": 2.0}));
    let missing = ValuesWarning::Import { key: "web.exports.nothing".into(), chart: "web".into() };
    assert_eq!(warnings, [Warning::Values(missing)]);
}

#[test]
fn strange_values_are_told_once() {
    let strange = |values: &str, given: &str| {
        let dependencies = "- {name: web, version: '*', condition: web.enabled}\n";
        let (_, warnings) = umbrella(dependencies, values, given_text(given));
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        strange("a: {b: 1}", "a: {b: {c: 1}}"),
        ["`a.b` is a mapping in the values given and none in the chart's; the former counts"]
    );
    assert_eq!(
        strange("a: {b: {c: 1}}", "a: {b: 1}"),
        ["`a.b` is a mapping in the chart's values and something else in those given; the latter counts"]
    );
    assert_eq!(
        strange("", "web: {enabled: 'yes'}"),
        ["`web.enabled` is neither `true` nor `false` and does not switch the chart `web`"]
    );
    assert_eq!(strange("global: 1", "")[0], "`global` is no mapping and is not handed on to charts below");
}

#[test]
fn missing_charts_are_an_error_or_told() {
    let chart = chart_yaml("demo", "dependencies: [{name: web, version: '*'}, {name: db, version: '*'}]");
    let error = values_of(&[("Chart.yaml", &chart)], Given::default()).unwrap_err();
    assert_eq!(error.to_string(), "charts are missing in `charts/`: web, db; run `helm dependency build`");
}

#[test]
fn values_of_a_chart_below_must_be_a_mapping() {
    let error = values_of(
        &[("Chart.yaml", &chart_yaml("demo", "")), ("charts/web/Chart.yaml", &chart_yaml("web", ""))],
        given_text("web: 1"),
    )
    .unwrap_err();
    assert_eq!(error.to_string(), "`web` holds the values of the chart `web` and must be a mapping");
}
