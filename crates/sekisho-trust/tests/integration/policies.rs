//! What policies demand, and what they are shown.

use jiff::SignedDuration;
use sekisho_manifest::ImageRef;
use sekisho_signature::image::Candidate;
use std::sync::Arc;

use sekisho_trust::{BundleInForce, Claim, Condition, Image, Policy, approved_until};
use serde_json::json;

use crate::support::{DIGITS, OTHER_DIGITS, attested, authority, judged, now, policy, signed};

const GATE: &str = "https://example.com/gate";

fn claim(conditions: &[&str]) -> Claim {
    Claim {
        is_of_all: false,
        name: None,
        predicate_type: GATE.to_owned(),
        conditions: conditions.iter().map(|text| Condition::of(text).unwrap()).collect(),
        max_age: None,
        authorities: Vec::new(),
    }
}

fn with_claim(claim: Claim) -> Policy {
    Policy { claims: vec![claim], ..policy(1, &[0]) }
}

#[test]
fn who_is_trusted_must_have_signed_this_image() {
    let policies = [policy(1, &[0])];
    assert!(judged(&policies, &[signed(0, DIGITS)]).is_approved());
    assert!(!judged(&policies, &[signed(1, DIGITS)]).is_approved());
    assert!(!judged(&policies, &[signed(0, OTHER_DIGITS)]).is_approved());
    assert!(!judged(&policies, &[]).is_approved());
    // Others beside it take nothing away.
    assert!(
        judged(&policies, &[signed(1, DIGITS), signed(0, OTHER_DIGITS), signed(0, DIGITS)]).is_approved()
    );
}

#[test]
fn an_image_that_no_policy_concerns_is_not_approved_by_that() {
    let mut other = policy(1, &[0]);
    other.images = vec![sekisho_trust::ImagePattern::Path("other.example.com/**".to_owned())];
    let decision = judged(&[other], &[signed(0, DIGITS)]);
    assert!(!decision.is_concerned());
    assert!(!decision.is_approved());
}

#[test]
fn every_policy_that_concerns_it_must_approve() {
    let policies = [policy(1, &[0]), policy(1, &[1])];
    assert!(!judged(&policies, &[signed(0, DIGITS)]).is_approved());
    assert!(judged(&policies, &[signed(0, DIGITS), signed(1, DIGITS)]).is_approved());
}

#[test]
fn two_of_three_are_two_different_signers() {
    let policies = [policy(2, &[0, 1, 2])];
    assert!(!judged(&policies, &[signed(0, DIGITS), signed(0, DIGITS)]).is_approved());
    assert!(judged(&policies, &[signed(2, DIGITS), signed(0, DIGITS)]).is_approved());
    let mut doubled = policy(2, &[0]);
    doubled.groups[0].authorities.push(authority(0));
    assert!(!judged(&[doubled], &[signed(0, DIGITS)]).is_approved(), "one key under two names is one signer");
}

#[test]
fn a_claim_must_be_there_and_meet_its_conditions() {
    let passed = || attested(0, DIGITS, GATE, json!({"result": "passed", "expires": "2026-12-01T00:00:00Z"}));
    let policies =
        [with_claim(claim(&["predicate.result == 'passed'", "timestamp(predicate.expires) > now"]))];
    assert!(judged(&policies, &[signed(0, DIGITS), passed()]).is_approved());
    let refused: [&[Candidate]; 6] = [
        &[signed(0, DIGITS)],
        &[passed()],
        &[
            signed(0, DIGITS),
            attested(0, DIGITS, GATE, json!({"result": "failed", "expires": "2026-12-01T00:00:00Z"})),
        ],
        &[
            signed(0, DIGITS),
            attested(0, DIGITS, GATE, json!({"result": "passed", "expires": "2026-11-01T00:00:00Z"})),
        ],
        &[signed(0, DIGITS), attested(0, DIGITS, GATE, json!({"result": "passed"}))],
        &[
            signed(0, DIGITS),
            attested(1, DIGITS, GATE, json!({"result": "passed", "expires": "2026-12-01T00:00:00Z"})),
        ],
    ];
    for candidates in refused {
        assert!(!judged(&policies, candidates).is_approved());
    }
    let other_image =
        attested(0, OTHER_DIGITS, GATE, json!({"result": "passed", "expires": "2026-12-01T00:00:00Z"}));
    assert!(!judged(&policies, &[signed(0, DIGITS), other_image]).is_approved());
}

#[test]
fn an_age_needs_a_time_that_is_proved() {
    let aged = Claim { max_age: Some(SignedDuration::from_hours(24)), ..claim(&[]) };
    let decision = judged(&[with_claim(aged)], &[signed(0, DIGITS), attested(0, DIGITS, GATE, json!({}))]);
    assert!(!decision.is_approved());
    assert!(decision.rulings[0].reasons.iter().any(|reason| reason.contains("nobody says when")));
}

#[test]
fn a_policy_that_would_let_everything_through_is_refused() {
    assert!(policy(0, &[0]).check().is_err());
    assert!(policy(2, &[0]).check().is_err());
    assert!(policy(1, &[]).check().is_err());
    assert!(Policy { images: Vec::new(), ..policy(1, &[0]) }.check().is_err());
    assert!(Policy { groups: Vec::new(), ..policy(1, &[0]) }.check().is_err());
    let stranger = Claim { authorities: vec!["nobody".to_owned()], ..claim(&[]) };
    assert!(with_claim(stranger).check().is_err());
    assert!(Condition::of("predicate.").is_err());
    assert!(Condition::of("unknown == 1").is_err());
}

#[test]
fn ten_thousand_signatures_are_cut_off() {
    let stranger = signed(1, DIGITS);
    let mut many = vec![stranger; 10_000];
    many.push(signed(0, DIGITS));
    let decision = judged(&[policy(1, &[0])], &many);
    assert!(!decision.is_approved());
    assert!(decision.rulings[0].reasons.iter().any(|reason| reason.contains("the limit")));
    assert!(decision.rulings[0].reasons.len() <= 20);
}

/// A policy that asks for the bundle in force.
fn in_force(digest: &str) -> Policy {
    let bundle = BundleInForce { digest: digest.to_owned(), ..BundleInForce::default() };
    with_claim(claim(&["predicate.bundle.digest == bundle.digest"])).within(Arc::new(bundle))
}

#[test]
fn a_claim_of_another_bundle_than_the_one_in_force_does_not_count() {
    let candidates =
        [signed(0, DIGITS), attested(0, DIGITS, GATE, json!({"bundle": {"digest": "sha256:aa"}}))];
    assert!(judged(&[in_force("sha256:aa")], &candidates).is_approved());
    let decision = judged(&[in_force("sha256:bb")], &candidates);
    assert!(!decision.is_approved());
    assert!(decision.rulings[0].reasons[0].contains("bundle.digest"), "{decision:?}");
    // It was approved once, which an image without a claim was not.
    let once = [in_force("sha256:bb").without_conditions()];
    assert!(judged(&once, &candidates).is_approved());
    assert!(!judged(&once, &candidates[..1]).is_approved());
}

#[test]
fn a_condition_on_a_bundle_is_not_met_where_none_is_in_force() {
    let candidates =
        [signed(0, DIGITS), attested(0, DIGITS, GATE, json!({"bundle": {"digest": "sha256:aa"}}))];
    for condition in ["predicate.bundle.digest == bundle.digest", "bundle.digest != ''"] {
        assert!(!judged(&[with_claim(claim(&[condition]))], &candidates).is_approved(), "{condition}");
    }
}

#[test]
fn the_end_of_an_approval_is_found_to_the_second() {
    let reference: ImageRef = "example.com/team/app:1".parse().unwrap();
    let digest = format!("sha256:{DIGITS}");
    let until = |policy: Policy, expires: &str| {
        let candidates = [signed(0, DIGITS), attested(0, DIGITS, GATE, json!({"expires": expires}))];
        let image = Image { reference: &reference, digest: &digest };
        approved_until(&[policy], &image, &candidates, now()).map(|at| at.to_string())
    };
    let expiring = || with_claim(claim(&["timestamp(predicate.expires) > now"]));
    assert_eq!(until(expiring(), "2026-12-24T06:00:00Z").as_deref(), Some("2026-12-24T05:59:59Z"));
    assert_eq!(until(expiring(), "2026-11-23T11:59:59Z"), None, "it is over");
    assert_eq!(until(expiring(), "2036-11-23T11:59:59Z"), None, "it is far");
    assert_eq!(until(policy(1, &[0]), ""), None, "it has no end");
}
