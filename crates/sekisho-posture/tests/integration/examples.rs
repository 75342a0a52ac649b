//! Every manual page has bad and good examples; the marked lines of the bad ones, and no others, are found.

use std::collections::BTreeSet;

use sekisho_finding::Finding;
use sekisho_posture::{Check, Examine, examine};

use crate::support::{blocks, build, findings, settings};

/// The examples of a page, bad or good, each with what the check finds in it.
fn examples(check: &'static Check, quality: &str) -> Vec<(String, Vec<Finding>)> {
    let page = sekisho_posture::manual(check.id).expect("a page");
    if !matches!(check.examine, Examine::Build(_)) {
        let texts = blocks(page, &format!("```yaml {quality}"));
        return texts.into_iter().map(|text| (text.clone(), findings(check, &text))).collect();
    }
    // A Dockerfile has no comments behind instructions: the marks are taken away.
    let texts = blocks(page, &format!("```dockerfile {quality}"));
    let found = |text: &str| examine(&build(&text.replace(" # here", "")), &[check], &settings());
    texts.into_iter().map(|text| (text.clone(), found(&text))).collect()
}

fn marked(text: &str) -> BTreeSet<u32> {
    (1..).zip(text.lines()).filter(|(_, line)| line.ends_with("# here")).map(|(number, _)| number).collect()
}

#[test]
fn every_check_finds_the_marked_lines_of_its_bad_examples() {
    for check in sekisho_posture::checks() {
        let bad = examples(check, "bad");
        assert!(!bad.is_empty(), "{}: no bad example", check.id);
        for (text, found) in bad {
            let expected = marked(&text);
            assert!(!expected.is_empty(), "{}: a bad example marks no line with `# here`", check.id);
            let lines: BTreeSet<u32> = found.iter().map(|finding| finding.location.start.line).collect();
            assert_eq!(lines, expected, "{}: found lines (left), marked lines (right) in\n{text}", check.id);
        }
    }
}

#[test]
fn no_check_finds_anything_in_its_good_examples() {
    for check in sekisho_posture::checks() {
        let good = examples(check, "good");
        assert!(!good.is_empty(), "{}: no good example", check.id);
        for (text, found) in good {
            assert!(found.is_empty(), "{}: {} in\n{text}", check.id, found[0].message);
        }
    }
}

#[test]
fn messages_have_all_their_arguments() {
    for check in sekisho_posture::checks() {
        for (_, found) in examples(check, "bad") {
            for finding in found {
                let said = finding.message.to_string();
                assert!(!said.contains('{'), "{}: `{said}`", check.id);
            }
        }
    }
}
