//! The language by example.

use sekisho_chart::functions::State;
use sekisho_chart::template::{Budget, TemplateSet, on_deep_stack};
use sekisho_chart::value::{Value, ValueKey};
use sekisho_manifest::{Budget as LoadBudget, SourceId, load_one};

/// Renders one file over values; an error as its message.
fn render(template: &str, values: &str) -> Result<String, String> {
    let rendered = on_deep_stack(|| {
        let node = load_one(SourceId(1), values, &LoadBudget::default()).documents.remove(0).root;
        let data = Value::from_node(&node, &ValueKey::root(None));
        let mut set = TemplateSet::new();
        set.add("t.yaml", SourceId(0), template).map_err(|error| error.to_string())?;
        let mut rendering = set.rendering(Budget::default(), State::default());
        rendering.render("t.yaml", &data).map(|rendered| rendered.text).map_err(|error| error.to_string())
    });
    rendered.map_err(|error| error.to_string())?
}

#[test]
fn renders_values_blocks_and_definitions() {
    let template = "{{ define \"x\" }}<{{ .a }}>{{ end }}a: {{ .a }}\n\
        {{- range $i, $e := .list }}\n- {{ $i }}={{ $e }}\n{{- end }}\n\
        {{ with .map }}{{ .k }}{{ else }}none{{ end }} {{ include \"x\" . }} {{ template \"x\" . }}";
    let values = "a: 1\nlist: [p, q]\nmap: {k: v}\n";
    assert_eq!(render(template, values), Ok("a: 1\n- 0=p\n- 1=q\nv <1> <1>".to_owned()));
}

#[test]
fn names_place_and_expression_in_errors() {
    let error =
        "template: t.yaml:2:5: executing \"t.yaml\" at <.a.b.c>: nil pointer evaluating interface {}.c";
    assert_eq!(render("x\n{{ .a.b.c }}", "a: {}\n"), Err(error.to_owned()));
}
