//! Several documents, lists, and what of a source stays readable.

use serde_json::json;

use sekisho_manifest::{Budget, Format, LoadErrorKind, SourceId, load};

use super::read;

/// The index and the value of each document.
fn documents(text: &str) -> Vec<(u32, serde_json::Value)> {
    read(text).documents.iter().map(|document| (document.index, document.root.to_json())).collect()
}

/// `apiVersion kind name` of each object, with its path in its document.
fn objects(text: &str) -> Vec<String> {
    let loaded = read(text);
    assert_eq!(loaded.errors, [], "{text:?}");
    loaded
        .documents
        .iter()
        .flat_map(sekisho_manifest::Document::objects)
        .map(|object| format!("{} {} {} {}", object.api_version, object.kind, object.name, object.within))
        .map(|object| object.trim_end().to_owned())
        .collect()
}

#[test]
fn empty_documents_count_but_are_left_out() {
    assert_eq!(documents(""), []);
    assert_eq!(documents("---\n---\n"), []);
    assert_eq!(documents("# only a comment\n---\n\n---\na: 1\n---\n~\n"), [(2, json!({"a": 1}))]);
    assert_eq!(documents("---\na: 1\n---\nb: 2\n"), [(0, json!({"a": 1})), (1, json!({"b": 2}))]);
}

#[test]
fn the_last_line_is_ended() {
    assert_eq!(documents("a: |\n  x"), [(0, json!({"a": "x\n"}))]);
    assert_eq!(documents("a: |\n  x\n---\nb: |-\n  y"), [(0, json!({"a": "x\n"})), (1, json!({"b": "y"}))]);
}

#[test]
fn a_fault_leaves_the_other_documents() {
    let loaded = read("a: 1\n---\nb: [\n---\nc: 3\n---\nd: *e\n---\nf: 6\n");
    let found: Vec<_> = loaded.documents.iter().map(|document| document.index).collect();
    assert_eq!(found, [0, 2, 4]);
    let errors: Vec<_> = loaded.errors.iter().map(|error| error.document).collect();
    assert_eq!(errors, [1, 3]);
}

#[test]
fn a_template_that_was_not_rendered() {
    for text in ["a: {{ .Values.x }}\n", "{{- if .Values.x }}\na: 1\n{{- end }}\n", "- {{ x }}\n"] {
        let loaded = read(text);
        assert_eq!(loaded.errors[0].kind, LoadErrorKind::Template, "{text:?}");
        assert_eq!(loaded.errors[0].span.start as usize, text.find("{{").unwrap());
    }
    assert_eq!(read("a: '{{ x }}'\nb: x {{ y }}\n").errors, []);
}

#[test]
fn text_behind_a_separator() {
    let loaded = read("a: 1\n--- b: 2\nc: 3\n");
    assert_eq!(loaded.errors.len(), 1);
    assert_eq!(loaded.errors[0].kind, LoadErrorKind::Separator("b: 2".into()));
    assert_eq!(loaded.documents.len(), 2);
}

#[test]
fn json_values_one_behind_the_other() {
    assert_eq!(
        documents("{\"a\": 1}{\"b\": 2}\n{\"c\": 3}"),
        [(0, json!({"a": 1})), (1, json!({"b": 2})), (2, json!({"c": 3}))]
    );
    assert_eq!(documents("{\"a\": 1}\n---\nb: 2\n"), [(0, json!({"a": 1})), (1, json!({"b": 2}))]);
    assert_eq!(documents("{a: yes}\n"), [(0, json!({"a": true}))]);
}

#[test]
fn json_that_is_asked_for_is_not_tried_as_yaml() {
    let loaded = load(SourceId::default(), "{a: yes}", Format::Json, &Budget::default());
    assert_eq!(loaded.errors.len(), 1);
    assert_eq!(loaded.documents.len(), 0);
}

#[test]
fn of_two_readings_the_one_that_came_further_tells() {
    let error = |text: &str| read(text).errors[0].span.start;
    assert_eq!(error("{\"a\": \"\\/\", \"b\" 1}"), 16, "`\\/` is no escape in YAML");
    assert_eq!(error("{a: b, c: [d: e}"), 15);
}

#[test]
fn a_number_beyond_json_costs_its_document_only() {
    let loaded = load(SourceId::default(), "{\"a\": 1e400}\n{\"b\": 1}", Format::Json, &Budget::default());
    assert_eq!(loaded.errors[0].kind, LoadErrorKind::Number("1e400".into()));
    assert_eq!(loaded.documents[0].root.to_json(), json!({"b": 1}));
}

#[test]
fn lists_are_opened() {
    let list = "apiVersion: v1\nkind: List\nitems:\n\
                - {apiVersion: v1, kind: Pod, metadata: {name: a}}\n\
                - {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: b}}]}\n\
                - {kind: Pod}\n- ~\n- 1\n";
    assert_eq!(objects(list), ["v1 Pod a items[0]", "v1 Pod b items[1].items[0]"]);
}

#[test]
fn items_of_a_typed_list_have_its_kind() {
    let list = "apiVersion: apps/v1\nkind: DeploymentList\nmetadata: {resourceVersion: '1'}\nitems:\n\
                - metadata: {name: a, namespace: n}\n- {apiVersion: v1, kind: Pod, metadata: {name: b}}\n";
    assert_eq!(objects(list), ["apps/v1 Deployment a items[0]", "v1 Pod b items[1]"]);
    assert_eq!(objects("apiVersion: v1\nkind: PodList\nitems: []\n"), Vec::<String>::new());
    assert_eq!(objects("apiVersion: v1\nkind: PodList\nitems:\n"), Vec::<String>::new());
    assert_eq!(objects("apiVersion: v1\nkind: List\nitems: [{metadata: {name: a}}]\n"), Vec::<String>::new());
}

#[test]
fn what_has_items_is_a_list_whatever_its_kind() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}}";
    let hidden = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\nitems: [{pod}]\n");
    assert_eq!(objects(&hidden), ["v1 Pod a items[0]"]);
    assert_eq!(objects(&format!("kind: List\nitems: [{pod}]\n")), ["v1 Pod a items[0]"]);
    assert_eq!(objects(&format!("apiVersion: v1\nitems: [{pod}]\n")), Vec::<String>::new());
}

#[test]
fn only_what_names_itself_is_an_object() {
    assert_eq!(objects("a: 1\n---\n- apiVersion: v1\n  kind: Pod\n---\nkind: Pod\n"), Vec::<String>::new());
    assert_eq!(
        objects("apiVersion: v1\nkind: Pod\nmetadata:\n  generateName: a-\n"),
        ["v1 Pod"],
        "a generated name is no name"
    );
}
