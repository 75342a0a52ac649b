//! The terminal's format.

use sekisho_report::{Detail, Format, Language, Options};

use crate::support::Run;

#[test]
fn a_short_run_is_shown_whole() {
    insta::assert_snapshot!(Run::fixed().write(Format::Table, &Options::default()));
}

#[test]
fn a_long_run_is_told_by_rule() {
    let options = Options { limit: 2, ..Options::default() };
    insta::assert_snapshot!(Run::fixed().write(Format::Table, &options));
}

#[test]
fn compact_is_one_line_a_finding() {
    let options = Options { detail: Detail::Compact, suppressed: true, ..Options::default() };
    insta::assert_snapshot!(Run::fixed().write(Format::Table, &options));
}

#[test]
fn japanese_on_a_narrow_terminal() {
    let options = Options { width: 60, suppressed: true, ..Options::default() };
    insta::assert_snapshot!(Run::fixed().in_language(Language::Japanese).write(Format::Table, &options));
}

#[test]
fn colours_only_when_asked() {
    let run = Run::fixed();
    assert!(!run.write(Format::Table, &Options::default()).contains('\u{1b}'));
    let options = Options { color: true, ..Options::default() };
    assert!(run.write(Format::Table, &options).contains("\u{1b}[1m\u{1b}[91mcritical[privileged-container]"));
}

#[test]
fn a_clean_run_says_what_was_examined() {
    let run = Run::over(&[]);
    let text = run.write(Format::Table, &Options::default());
    assert_eq!(
        text,
        "Examined 0 files with 0 objects by 4 rules\n\
         nothing examined: no Kubernetes object was found in what was given\n"
    );
}

#[test]
fn a_credential_is_in_no_report() {
    let run = Run::fixed();
    for format in Format::ALL {
        assert!(!run.write(*format, &Options::default()).contains("battery"), "{format}");
    }
    for detail in [Detail::Summary, Detail::Full, Detail::Compact] {
        let options = Options { detail, ..Options::default() };
        let text = run.write(Format::Table, &options);
        assert!(!text.contains("battery"), "{text}");
    }
}
