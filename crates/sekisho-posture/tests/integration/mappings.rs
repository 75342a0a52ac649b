//! The controls that checks name exist, and are named as the newest edition numbers them.

use std::collections::BTreeSet;

use sekisho_framework::control;

#[test]
fn every_control_that_a_check_names_exists() {
    let mut wrong = Vec::new();
    for check in sekisho_posture::checks() {
        for id in check.controls {
            match control(id) {
                None => wrong.push(format!("{}: no framework has `{id}`", check.id)),
                Some((framework, found)) => {
                    let present = format!("{}/{}", framework.id, found.id);
                    if present != *id {
                        wrong.push(format!("{}: `{id}` is now `{present}`", check.id));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_check_names_a_control_twice() {
    for check in sekisho_posture::checks() {
        let distinct: BTreeSet<_> = check.controls.iter().collect();
        assert_eq!(distinct.len(), check.controls.len(), "{}", check.id);
    }
}

#[test]
fn every_check_answers_for_some_control() {
    for check in sekisho_posture::checks() {
        assert!(!check.controls.is_empty(), "{}", check.id);
    }
}
