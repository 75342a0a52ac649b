//! A fix does what it says: the finding it belongs to is gone once its changes are made.

use sekisho_finding::{Finding, Fix, Safety};
use sekisho_manifest::edit::{Change, edit};

use crate::support::{blocks, findings};

/// The text with the changes of a fix made.
fn mended(text: &str, fix: &Fix) -> String {
    let changes: Vec<Change> = fix.edits.iter().map(|edit| edit.change.clone()).collect();
    edit(text, &changes).unwrap_or_else(|error| panic!("`{}`: {error}\n{text}", fix.description))
}

#[test]
fn a_mended_object_has_the_finding_no_longer() {
    let mut mended_findings = 0;
    for check in sekisho_posture::checks() {
        let page = sekisho_posture::manual(check.id).expect("a page");
        for text in blocks(page, "```yaml bad") {
            let before = findings(check, &text);
            for finding in &before {
                let Some(fix) = &finding.fix else { continue };
                let text = mended(&text, fix);
                let after: Vec<Finding> = findings(check, &text);
                assert!(
                    after.len() < before.len(),
                    "{}: `{}` leaves `{}` in\n{text}",
                    check.id,
                    fix.description,
                    finding.message
                );
                mended_findings += 1;
            }
        }
    }
    assert!(mended_findings > 0);
}

#[test]
fn all_fixes_of_a_text_are_made_at_once() {
    let mut mended_findings = 0;
    for check in sekisho_posture::checks() {
        let page = sekisho_posture::manual(check.id).expect("a page");
        for text in blocks(page, "```yaml bad") {
            let fixes: Vec<Fix> =
                findings(check, &text).into_iter().filter_map(|finding| finding.fix).collect();
            let edits: Vec<_> = fixes.iter().flat_map(|fix| fix.edits.clone()).collect();
            let changes: Vec<Change> = edits.into_iter().map(|edit| edit.change).collect();
            let text = edit(&text, &changes).unwrap_or_else(|error| panic!("{}: {error}\n{text}", check.id));
            let left = findings(check, &text).into_iter().filter(|finding| finding.fix.is_some()).count();
            assert_eq!(left, 0, "{}: a fix is left in\n{text}", check.id);
            mended_findings += fixes.len();
        }
    }
    assert!(mended_findings > 0);
}

#[test]
fn a_fix_says_what_it_does_in_one_clause() {
    for check in sekisho_posture::checks() {
        let page = sekisho_posture::manual(check.id).expect("a page");
        for text in blocks(page, "```yaml bad") {
            for fix in findings(check, &text).into_iter().filter_map(|finding| finding.fix) {
                let words = fix.description;
                assert!(
                    !words.ends_with('.') && !words.contains('\n') && !words.is_empty(),
                    "{}: {words}",
                    check.id
                );
                assert!(words.starts_with(|letter: char| letter.is_lowercase()), "{}: {words}", check.id);
                assert!(!fix.edits.is_empty(), "{}: {words}", check.id);
            }
        }
    }
}

#[test]
fn many_checks_can_be_mended_unseen() {
    let safe = sekisho_posture::checks()
        .filter(|check| {
            let page = sekisho_posture::manual(check.id).expect("a page");
            blocks(page, "```yaml bad").iter().any(|text| {
                findings(check, text)
                    .iter()
                    .any(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe))
            })
        })
        .count();
    assert!(safe >= 25, "{safe} checks have a safe fix");
    println!("{safe} checks have a safe fix");
}
