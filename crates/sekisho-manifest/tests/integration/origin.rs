//! A span of a rendered text goes back to the template that made it.

use sekisho_manifest::{Origin, Origins, SourceId, Span, ValueOrigin};

fn span(source: u32, start: u32, end: u32) -> Span {
    Span { source: SourceId(source), start, end }
}

/// `image: {{ .Values.image.tag }}\n` rendered to `image: 1.4\n`, of source 1.
fn origins() -> Origins {
    let verbatim = |start, from, to| Origin { start, span: span(1, from, to), verbatim: true, value: None };
    let value = ValueOrigin { key: "image.tag".into(), span: Some(span(2, 12, 15)) };
    let action = Origin { start: 7, span: span(1, 7, 30), verbatim: false, value: Some(value) };
    Origins::new(vec![action, verbatim(10, 30, 31), verbatim(0, 0, 7)])
}

#[test]
fn a_field_reaches_from_its_name_to_the_end_of_its_action() {
    let traced = origins().trace(span(0, 0, 10)).expect("an origin");
    let value = traced.value.expect("a value");
    assert_eq!(
        (traced.span, value.key.as_str(), value.span),
        (span(1, 0, 30), "image.tag", Some(span(2, 12, 15)))
    );
}

#[test]
fn literal_text_keeps_its_offsets() {
    let traced = origins().trace(span(0, 2, 5)).expect("an origin");
    assert_eq!((traced.span, traced.value), (span(1, 2, 5), None));
}

#[test]
fn a_part_of_what_an_action_made_is_the_action() {
    let traced = origins().trace(span(0, 8, 9)).expect("an origin");
    assert_eq!(traced.span, span(1, 7, 30));
}

#[test]
fn parts_of_two_templates_are_shown_where_they_begin() {
    let second = Origin { start: 4, span: span(2, 50, 60), verbatim: true, value: None };
    let first = Origin { start: 0, span: span(1, 10, 14), verbatim: true, value: None };
    let traced = Origins::new(vec![first, second]).trace(span(0, 1, 8)).expect("an origin");
    assert_eq!(traced.span, span(1, 11, 12));
    assert_eq!(Origins::default().trace(span(0, 0, 1)), None);
}
