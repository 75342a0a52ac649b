//! Framework reports.

use sekisho_finding::Finding;
use sekisho_framework::{Evidence, Outcome, RuleRun, assess, framework};
use sekisho_report::{Format, FrameworkReport, Language, Options, framework_report};

use crate::support::Run;

/// What the rules of the fixed run did; one rule more did not run.
fn runs(run: &Run) -> sekisho_framework::Run<'_> {
    let count = |rule: &str, suppressed: bool| {
        let is = |finding: &&Finding| finding.rule == rule && finding.suppressed.is_some() == suppressed;
        run.findings.iter().filter(is).count()
    };
    let mut rules: Vec<RuleRun<'_>> = run
        .rules
        .iter()
        .map(|rule| RuleRun {
            rule: &rule.id,
            controls: rule.controls.iter().map(AsRef::as_ref).collect(),
            outcome: Outcome::Ran {
                evidence: vec![Evidence::Manifest],
                subjects: 3,
                findings: count(&rule.id, false),
                excepted: count(&rule.id, true),
            },
        })
        .collect();
    rules.push(RuleRun { rule: "host-port", controls: vec!["pss/host-ports"], outcome: Outcome::NotRun });
    rules.push(RuleRun {
        rule: "unsafe-sysctl",
        controls: vec!["pss/sysctls"],
        outcome: Outcome::Ran { evidence: vec![Evidence::Manifest], subjects: 3, findings: 0, excepted: 0 },
    });
    sekisho_framework::Run { rules, unreadable: 0 }
}

fn write(run: &Run, id: &str, format: Format) -> String {
    let framework = framework(id).expect("a framework");
    let runs = runs(run);
    let results = assess(framework, &runs);
    let report = FrameworkReport { report: run.report(), framework, results: &results, date: "2026-03-01" };
    let mut out = Vec::new();
    let writer = FrameworkReport::writer(format).expect("a format of framework reports");
    writer(&report, &Options::default(), &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

#[test]
fn text_is_as_it_was() {
    insta::assert_snapshot!(write(&Run::fixed(), "pss", Format::Table));
}

#[test]
fn text_in_japanese() {
    insta::assert_snapshot!(write(
        &Run::fixed().in_language(Language::Japanese),
        "owasp-2025",
        Format::Table
    ));
}

#[test]
fn markdown_is_as_it_was() {
    insta::assert_snapshot!(write(&Run::fixed(), "pss", Format::Markdown));
}

#[test]
fn csv_is_as_it_was() {
    insta::assert_snapshot!(write(&Run::fixed(), "pss", Format::Csv));
}

#[test]
fn html_is_as_it_was() {
    insta::assert_snapshot!(write(&Run::fixed(), "pss", Format::Html));
}

#[test]
fn json_follows_its_schema() {
    let schema = framework_report::schema();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for framework in sekisho_framework::frameworks() {
        let text = write(&Run::fixed(), framework.id, Format::Json);
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(document["controls"].as_array().map(Vec::len), Some(framework.controls().count()));
    }
}

#[test]
fn every_control_is_in_every_format() {
    let run = Run::fixed();
    for framework in sekisho_framework::frameworks() {
        for format in FrameworkReport::FORMATS {
            let text = write(&run, framework.id, *format);
            for control in framework.controls() {
                // A colon inside a word is an entity in Markdown.
                let number = match format {
                    Format::Markdown => control.number.replace(':', "&#58;"),
                    _ => control.number.to_owned(),
                };
                assert!(text.contains(&number), "{} {number} in {format}", framework.id);
            }
        }
    }
}

#[test]
fn other_formats_are_refused_with_what_to_use() {
    let error = FrameworkReport::writer(Format::Sarif).expect_err("SARIF has no controls");
    assert_eq!(
        error.to_string(),
        "`sarif` is no format of a framework report: use `table`, `json`, `html`, `markdown` or `csv`"
    );
}
