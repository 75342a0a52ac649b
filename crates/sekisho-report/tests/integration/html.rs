//! The HTML page.

use sekisho_report::{Format, Language, Options};

use crate::support::Run;

#[test]
fn html_is_as_it_was() {
    insta::assert_snapshot!(Run::fixed().write(Format::Html, &Options::default()));
}

#[test]
fn html_in_japanese() {
    let text = Run::fixed().in_language(Language::Japanese).write(Format::Html, &Options::default());
    assert!(text.contains("<html lang=\"ja\">"));
    assert!(text.contains("最初にすべきこと"));
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let text = Run::fixed().write(Format::Html, &Options::default());
    for loaded in ["src=", "<link", "@import", "url(", "<iframe", " style=\"", " onclick"] {
        assert!(!text.contains(loaded), "{loaded}");
    }
    assert!(text.contains("default-src 'none'"));
    assert!(!text.contains("unsafe-inline"));
}

#[test]
fn elements_are_closed_in_order() {
    let empty = ["meta", "input", "br", "wbr", "rect", "path", "!doctype"];
    for run in [Run::fixed(), Run::over(&[])] {
        let text = run.write(Format::Html, &Options::default());
        let mut open: Vec<&str> = Vec::new();
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once('<') {
            let (tag, tail) = after.split_once('>').expect("a tag is closed");
            rest = tail;
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(closed), "near {}", &tail[..tail.len().min(80)]);
                continue;
            }
            let name = tag.split([' ', '/', '\n']).next().unwrap_or(tag);
            if name == "style" || name == "script" {
                let end = format!("</{name}>");
                rest = tail.split_once(end.as_str()).expect("an end").1;
            } else if !empty.contains(&name) {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}
