//! Laws that hold for any names whatever: every format stays what it is.

use proptest::prelude::*;
use sekisho_report::{Detail, Format, Options};
use smol_str::SmolStr;

use crate::support::Run;

/// The fixed run with this text wherever a text of an input can stand.
fn run_with(text: &str) -> Run {
    let mut run = Run::fixed();
    for finding in &mut run.findings {
        finding.subject.object.name = SmolStr::new(text);
        finding.subject.container = Some(SmolStr::new(text));
        finding.location.file = SmolStr::new(text);
        for (_, value) in &mut finding.message.arguments {
            *value = SmolStr::new(text);
        }
    }
    for skip in &mut run.coverage.skipped {
        skip.path = SmolStr::new(text);
    }
    run.targets = vec![text.to_owned()];
    run
}

/// The records of a CSV file, after RFC 4180.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut letters) = (false, text.chars().peekable());
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            ('"', true) if letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            ('"', _) => quoted = !quoted,
            (',', false) => record.push(std::mem::take(&mut field)),
            ('\r', false) if letters.peek() == Some(&'\n') => {
                letters.next();
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            _ => field.push(letter),
        }
    }
    assert!(field.is_empty() && record.is_empty() && !quoted, "the last record is not closed");
    records
}

proptest! {
    #[test]
    fn json_of_every_kind_can_be_read(text in any::<String>()) {
        let run = run_with(&text);
        for format in [Format::Json, Format::Sarif, Format::Gitlab, Format::GitlabSast] {
            let written = run.write(format, &Options::default());
            prop_assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok(), "{format}");
        }
        let json: serde_json::Value = serde_json::from_str(&run.write(Format::Json, &Options::default()))?;
        prop_assert_eq!(json["findings"][0]["object"]["name"].as_str(), Some(text.as_str()));
        for line in run.write(Format::Ndjson, &Options::default()).lines() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(line).is_ok());
        }
    }

    #[test]
    fn rows_of_csv_have_all_columns(text in any::<String>()) {
        let records = records(&run_with(&text).write(Format::Csv, &Options::default()));
        prop_assert_eq!(records.len(), 1 + Run::fixed().findings.len() + 3);
        for record in &records {
            prop_assert_eq!(record.len(), records[0].len());
        }
    }

    #[test]
    fn annotations_are_one_line_each(text in any::<String>()) {
        let written = run_with(&text).write(Format::Github, &Options::default());
        let run = Run::fixed();
        prop_assert_eq!(written.lines().count(), run.report().active().count() + 2);
    }

    #[test]
    fn markup_has_as_many_elements_as_for_plain_names(text in any::<String>()) {
        let plain = run_with("x");
        let run = run_with(&text);
        for format in [Format::Html, Format::Junit] {
            // A code span in a name may add an element of HTML; what could carry an attack may not.
            for tag in ["<script", "<img", "<testcase", "<failure", "<article", "<details", "<a ", "</"] {
                let count = |run: &Run| run.write(format, &Options::default()).matches(tag).count();
                let codes = |run: &Run| run.write(format, &Options::default()).matches("</code>").count();
                let (expected, found) = (count(&plain), count(&run));
                if tag == "</" {
                    prop_assert_eq!(expected - codes(&plain), found - codes(&run), "{} in {}", tag, format);
                } else if !(format == Format::Junit && tag == "<testcase") {
                    prop_assert_eq!(expected, found, "{} in {}", tag, format);
                }
            }
        }
    }

    #[test]
    fn terminals_get_no_control_character(text in any::<String>(), width in 0_usize..300) {
        for detail in [Detail::Summary, Detail::Full, Detail::Compact] {
            let options = Options { detail, width, limit: 2, ..Options::default() };
            let written = run_with(&text).write(Format::Table, &options);
            prop_assert!(!written.chars().any(|letter| letter.is_control() && letter != '\n'));
        }
    }
}
