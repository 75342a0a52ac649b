//! The formats that other programs show: annotations, JUnit, CSV and Markdown.

use sekisho_report::{Format, Options};

use crate::support::Run;

#[test]
fn github_annotations_are_as_they_were() {
    insta::assert_snapshot!(Run::fixed().write(Format::Github, &Options::default()));
}

#[test]
fn junit_is_as_it_was() {
    insta::assert_snapshot!(Run::fixed().write(Format::Junit, &Options::default()));
}

#[test]
fn csv_is_as_it_was() {
    insta::assert_snapshot!(Run::fixed().write(Format::Csv, &Options::default()));
}

#[test]
fn markdown_is_as_it_was() {
    insta::assert_snapshot!(Run::fixed().write(Format::Markdown, &Options::default()));
}

#[test]
fn markdown_fits_into_a_comment() {
    let container = "        - {name: a, image: b, securityContext: {privileged: true}}\n";
    let text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: big}}\nspec:\n  template:\n    spec:\n      containers:\n{}",
        container.repeat(2_000)
    );
    let run = Run::over(&[("big.yaml", &text)]);
    let comment = run.write(Format::Markdown, &Options::default());
    assert!(comment.chars().count() < 65_000, "{}", comment.chars().count());
    assert!(comment.contains("more findings have no room here"));
}
