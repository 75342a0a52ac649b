//! Folders: which file is what.

use sekisho_chart::chart::{ChartBudget, ChartError, LimitError};
use sekisho_chart::render::{Options, render};

use crate::in_memory::{Sources, chart_yaml, folder, folder_within};

#[test]
fn charts_lie_in_charts_as_folders() {
    let mut sources = Sources::default();
    let chart = folder_within(
        &[
            ("Chart.yaml", &chart_yaml("demo", "")),
            ("charts/_old/Chart.yaml", "nonsense: ["),
            ("charts/.hidden", ""),
            ("charts/sub/Chart.yaml", &chart_yaml("inner", "")),
            ("charts/sub/charts/deep/Chart.yaml", &chart_yaml("deep", "")),
            ("charts/sub/charts/deep/templates/a.yaml", "a: 1"),
            ("charts/sub-1.0.0.tgz.prov", ""),
        ],
        &mut sources,
        &ChartBudget::default(),
    )
    .unwrap();
    let names: Vec<_> = chart.charts.iter().map(|chart| chart.metadata.name.as_str()).collect();
    assert_eq!(names, ["inner"], "a chart has the name of its Chart.yaml");
    let deep = &chart.charts[0].charts[0];
    assert_eq!(sources.path(deep.templates[0].source), "charts/sub/charts/deep/templates/a.yaml");
    assert_eq!(sources.text(deep.templates[0].source), "a: 1");
}

#[test]
fn manifests_in_crds_are_definitions() {
    let chart = folder(&[
        ("Chart.yaml", &chart_yaml("demo", "")),
        ("crds/a.yaml", ""),
        ("crds/b.YML", ""),
        ("crds/deep/c.json", ""),
        ("crds/README.md", ""),
    ])
    .unwrap();
    let paths: Vec<_> = chart.definitions.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["crds/a.yaml", "crds/b.YML", "crds/deep/c.json"]);
}

#[test]
fn an_error_names_the_chart_that_it_lies_in() {
    let files = [("Chart.yaml", chart_yaml("demo", "")), ("charts/sub/values.yaml", String::new())];
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let error = folder(&files).unwrap_err();
    assert_eq!(error.to_string(), "the chart `sub` in `charts/` of `demo`: `Chart.yaml` is missing");
}

#[test]
fn values_must_be_mappings() {
    let values = |text: &str| folder(&[("Chart.yaml", &chart_yaml("demo", "")), ("values.yaml", text)]);
    assert!(values("").is_ok());
    assert!(values("a: 1\n---\nb: 2\n").is_ok());
    assert_eq!(values("- a\n").unwrap_err(), ChartError::Values { path: "values.yaml".into() });
    let ChartError::Yaml { error, .. } = values("a: 1\nb: [\n").unwrap_err() else {
        panic!("another error");
    };
    assert!(error.span.start > 0);
}

#[test]
fn limits_hold_for_folders() {
    let budget = ChartBudget { file_bytes: 100, chart_bytes: 150, files: 3, nesting: 1 };
    let read = |files: &[(&str, &str)]| folder_within(files, &mut Sources::default(), &budget).unwrap_err();
    let chart = chart_yaml("demo", "");
    let big = "#".repeat(120);
    assert_eq!(
        read(&[("Chart.yaml", &chart), ("a", &big)]),
        ChartError::Limit(LimitError::FileBytes { path: "a".into(), limit: 100 })
    );
    assert_eq!(
        read(&[("Chart.yaml", &chart), ("a", &big[..90]), ("b", &big[..90])]),
        ChartError::Limit(LimitError::ChartBytes { limit: 150 })
    );
    assert_eq!(
        read(&[("Chart.yaml", &chart), ("a", ""), ("b", ""), ("c", "")]),
        ChartError::Limit(LimitError::Files { limit: 3 })
    );
    let error = read(&[
        ("Chart.yaml", &chart),
        ("charts/a/Chart.yaml", &chart),
        ("charts/a/charts/b/Chart.yaml", ""),
    ]);
    let ChartError::Within { error, .. } = error else { panic!("another error") };
    assert_eq!(*error, ChartError::Limit(LimitError::Nesting { limit: 1 }));
}

#[test]
fn lines_of_an_empty_file_are_an_error_as_in_helm() {
    let lines = |name: &str| {
        let template = format!("a: {{{{ .Files.Lines \"{name}\" | toJson }}}}\n");
        let chart = folder(&[
            ("Chart.yaml", &chart_yaml("demo", "")),
            ("empty.txt", ""),
            ("lines.txt", "a\n\nb\n"),
            ("templates/a.yaml", &template),
        ])
        .unwrap();
        render(&chart, &Options::default()).map(|rendering| rendering.to_text())
    };
    assert!(lines("lines.txt").unwrap().ends_with("a: [\"a\",\"\",\"b\"]\n"));
    assert!(lines("missing.txt").unwrap().ends_with("a: []\n"));
    let error = lines("empty.txt").unwrap_err().to_string();
    assert!(error.ends_with("error calling Lines: runtime error: index out of range [-1]"), "{error}");
}
