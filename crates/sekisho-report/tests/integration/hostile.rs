//! Names that attack whoever reads the report: escape sequences, bidirectional controls, markup, formulas,
//! workflow commands.

use sekisho_report::{Detail, Format, Options};

use crate::support::Run;

const HOSTILE: &str = include_str!("../data/hostile.yaml");

fn run() -> Run {
    let mut run = Run::over(&[("deploy/\u{1b}]0;x\u{7}<b>|`@team`,::error::\n.yaml", HOSTILE)]);
    assert!(run.findings.len() > 3);
    run.coverage.skipped.push(sekisho_finding::Skip {
        path: "=cmd()\u{202e}<img src=x onerror=alert(1)>.yaml".into(),
        line: Some(1),
        reason: sekisho_finding::SkipReason::Unreadable(
            "::stop-commands::x\r\n\u{9b}31m`<script>`".to_owned(),
        ),
    });
    run
}

#[test]
fn no_format_holds_a_hidden_character() {
    for format in Format::ALL {
        for detail in [Detail::Summary, Detail::Full, Detail::Compact] {
            let text = run().write(*format, &Options { detail, limit: 1, ..Options::default() });
            let hidden: Vec<char> = text
                .chars()
                .filter(|letter| {
                    (letter.is_control() && !"\n\r".contains(*letter))
                        || "\u{202e}\u{2066}\u{200b}".contains(*letter)
                })
                .collect();
            assert!(hidden.is_empty(), "{format}: {hidden:?}");
        }
    }
}

#[test]
fn json_keeps_what_it_escapes() {
    let text = run().write(Format::Json, &Options::default());
    assert!(text.contains("\\u202e"));
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let names: Vec<&str> = document["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter_map(|finding| finding["object"]["name"].as_str())
        .collect();
    assert!(names.iter().any(|name| name.contains('\u{202e}')), "{names:?}");
}

#[test]
fn annotations_are_one_line_each_and_keep_their_properties() {
    let text = run().write(Format::Github, &Options::default());
    for line in text.lines().filter(|line| line.starts_with("::")) {
        let (command, properties) = line[2..].split_once(' ').expect("properties");
        assert!(["error", "warning", "notice"].contains(&command), "{line}");
        let (properties, _) = properties.split_once("::").expect("a message");
        let keys: Vec<&str> = properties
            .split(',')
            .map(|property| property.split_once('=').map_or(property, |(key, _)| key))
            .collect();
        assert!(
            keys == ["file", "line", "endLine", "col", "endColumn", "title"]
                || keys == ["file", "line", "title"],
            "{keys:?} in {line}"
        );
    }
    let count = text.lines().filter(|line| line.starts_with("::")).count();
    assert_eq!(count, run().findings.len() + 1);
}

#[test]
fn spreadsheets_see_no_formula() {
    let text = run().write(Format::Csv, &Options::default());
    for row in text.split("\r\n") {
        for field in row.split(',') {
            let bare = field.trim_start_matches('"');
            assert!(!bare.starts_with(['=', '+', '-', '@']), "{field}");
        }
    }
    assert!(text.contains("\"'=cmd()"));
}

#[test]
fn markdown_and_markup_stay_text() {
    let markdown = run().write(Format::Markdown, &Options::default());
    for forbidden in ["<b>|", "<script", "<img", "](http", "@team", "```"] {
        assert!(!markdown.contains(forbidden), "{forbidden} in\n{markdown}");
    }
    let page = run().write(Format::Html, &Options::default());
    for forbidden in ["<script>alert", "<img", "<b>|"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let junit = run().write(Format::Junit, &Options::default());
    for forbidden in ["<script", "<img", "]]>", "<b>"] {
        assert!(!junit.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn markdown_tables_keep_their_columns() {
    let markdown = run().write(Format::Markdown, &Options::default());
    for row in markdown.lines().filter(|line| line.starts_with("| <")) {
        assert_eq!(row.matches('|').count(), 4, "{row}");
    }
}
