//! Texts as values of a chart, as settings of every kind and as the schema of its values: no panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_chart::chart::{Chart, ChartBudget};
use sekisho_chart::render::{Options, render};
use sekisho_chart::template::Budget;
use sekisho_chart::values::{Given, ValuesFile};
use sekisho_manifest::SourceId;

const CHART: &str = "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- {name: s, version: '*', \
    condition: s.enabled, import-values: [data, {child: a, parent: b}]}\n- {name: s, version: '*', alias: t, tags: [u]}\n";
const BELOW: &str = "apiVersion: v2\nname: s\nversion: 1.0.0\n";
const VALUES: &str = "a: {b: 1}\nexports: {data: {x: 1}}\nglobal: {g: 1}\n";
const TEMPLATE: &str = "a: {{ toYaml .Values | nindent 2 }}\nb: {{ .Values.a.b | quote }}\n";

fuzz_target!(|text: &str| {
    let mut parts = text.split('\u{1}');
    let mut part = || parts.next().unwrap_or("").to_owned();
    let (values, given, schema) = (part(), part(), part());
    let (set, strings, json, literal) = (part(), part(), part(), part());
    let mut files = vec![
        ("Chart.yaml", CHART),
        ("values.yaml", values.as_str()),
        ("templates/a.yaml", TEMPLATE),
        ("charts/s/Chart.yaml", BELOW),
        ("charts/s/values.yaml", VALUES),
        ("charts/s/templates/a.yaml", TEMPLATE),
    ];
    if !schema.is_empty() {
        files.push(("values.schema.json", &schema));
    }
    let paths: Vec<_> = files.iter().map(|(path, _)| (*path).into()).collect();
    let mut read = |path: &str| {
        let file = files.iter().find(|(known, _)| *known == path);
        file.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| "no such file".to_owned())
    };
    let mut sources = |_: &str, _: &_| SourceId(0);
    let Ok(chart) = Chart::from_folder(&paths, &mut read, &mut sources, &ChartBudget::default()) else {
        return;
    };
    let of = |text: String| if text.is_empty() { Vec::new() } else { vec![text] };
    let file = ValuesFile { name: "given.yaml".into(), text: given.into(), source: SourceId(1) };
    let given = Given {
        files: vec![file],
        set: of(set),
        strings: of(strings),
        json: of(json),
        literals: of(literal),
        ..Given::default()
    };
    let budget = Budget { steps: 100_000, bytes: 8 << 20, depth: 1_000 };
    if let Ok(rendering) = render(&chart, &Options { given, budget, ..Options::default() }) {
        let _ = rendering.to_text();
    }
});
