//! Every manual page has bad and good examples; the marked lines of the bad ones, and no others, are found.

use std::collections::BTreeSet;

use crate::support::{blocks, findings};

fn marked(text: &str) -> BTreeSet<u32> {
    (1..).zip(text.lines()).filter(|(_, line)| line.ends_with("# here")).map(|(number, _)| number).collect()
}

#[test]
fn every_check_finds_the_marked_lines_of_its_bad_examples() {
    for check in sekisho_posture::checks() {
        let page = sekisho_posture::manual(check.id).expect("a page");
        let bad = blocks(page, "```yaml bad");
        assert!(!bad.is_empty(), "{}: no bad example", check.id);
        for text in bad {
            let expected = marked(&text);
            assert!(!expected.is_empty(), "{}: a bad example marks no line with `# here`", check.id);
            let found = findings(check, &text);
            let lines: BTreeSet<u32> = found.iter().map(|finding| finding.location.start.line).collect();
            assert_eq!(lines, expected, "{}: found lines (left), marked lines (right) in\n{text}", check.id);
        }
    }
}

#[test]
fn no_check_finds_anything_in_its_good_examples() {
    for check in sekisho_posture::checks() {
        let page = sekisho_posture::manual(check.id).expect("a page");
        let good = blocks(page, "```yaml good");
        assert!(!good.is_empty(), "{}: no good example", check.id);
        for text in good {
            let found = findings(check, &text);
            assert!(found.is_empty(), "{}: {} in\n{text}", check.id, found[0].message);
        }
    }
}

#[test]
fn messages_have_all_their_arguments() {
    for check in sekisho_posture::checks() {
        let page = sekisho_posture::manual(check.id).expect("a page");
        for text in blocks(page, "```yaml bad") {
            for finding in findings(check, &text) {
                let said = finding.message.to_string();
                assert!(!said.contains('{'), "{}: `{said}`", check.id);
            }
        }
    }
}
