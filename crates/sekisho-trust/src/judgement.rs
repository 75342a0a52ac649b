//! The judgement: what was found beside an image, held against every policy that concerns it.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use sekisho_manifest::ImageRef;
use sekisho_signature::image::{Candidate, OfImage};
use sekisho_signature::verification::VerifiedSigner;

use crate::condition::bindings;
use crate::policy::{Authority, BundleInForce, Claim, Group, Policy};

/// The most signatures that are computed for one policy and image.
const WORK: usize = 1_000;
/// The most reasons that are told of one policy.
const REASONS: usize = 20;

/// An image of which the digest is known.
#[derive(Debug, Clone)]
pub struct Image<'i> {
    /// Its reference.
    pub reference: &'i ImageRef,
    /// The digest of its manifest (`sha256:…`).
    pub digest: &'i str,
}

/// What became of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// What each policy that concerns it says.
    pub rulings: Vec<Ruling>,
}

/// What one policy says of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The policy.
    pub policy: String,
    /// Whether it is approved.
    pub is_approved: bool,
    /// The authorities that approve it.
    pub approved_by: Vec<String>,
    /// Why it is not, or why others do not.
    pub reasons: Vec<String>,
}

impl Decision {
    /// Whether a policy concerns the image at all.
    pub fn is_concerned(&self) -> bool {
        !self.rulings.is_empty()
    }

    /// Whether every policy that concerns it approves it. An image that none concerns is not approved by that.
    pub fn is_approved(&self) -> bool {
        self.is_concerned() && self.rulings.iter().all(|ruling| ruling.is_approved)
    }
}

/// Holds what was found beside an image against the policies that concern it, at a time.
pub fn judge(policies: &[Policy], image: &Image<'_>, candidates: &[Candidate], now: Timestamp) -> Decision {
    let concerned = policies.iter().filter(|policy| policy.concerns(image.reference));
    let rulings = concerned.map(|policy| {
        let bundle = policy.bundle.as_deref();
        let mut judge = Judge { image, candidates, bundle, now, work: WORK, reasons: Vec::new() };
        judge.policy(policy)
    });
    Decision { rulings: rulings.collect() }
}

/// How far ahead an end of an approval is looked for.
const HORIZON: i64 = 400 * 86_400;

/// The last second at which what was found still approves an image that it approves now; none where it does so for more
/// than a year, or does not. Whatever conditions make of the time, an approval is taken to end once.
pub fn approved_until(
    policies: &[Policy],
    image: &Image<'_>,
    candidates: &[Candidate],
    now: Timestamp,
) -> Option<Timestamp> {
    let after = |seconds: i64| now.checked_add(SignedDuration::from_secs(seconds)).ok();
    let holds =
        |seconds: i64| after(seconds).is_some_and(|at| judge(policies, image, candidates, at).is_approved());
    if !holds(0) || holds(HORIZON) {
        return None;
    }
    let (mut good, mut bad) = (0, HORIZON);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if holds(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    after(good)
}

/// The same, and until when it stays so at most, looked ahead for a time: an approval may end, and what was attested may
/// become too old.
pub fn judge_ahead(
    policies: &[Policy],
    image: &Image<'_>,
    candidates: &[Candidate],
    now: Timestamp,
    ahead: SignedDuration,
) -> (Decision, Timestamp) {
    /// How often the time is halved in which an approval ends.
    const STEPS: u32 = 5;
    let decision = judge(policies, image, candidates, now);
    let is_same = |at: Timestamp| {
        let later = judge(policies, image, candidates, at);
        later.rulings.iter().zip(&decision.rulings).all(|(later, now)| later.is_approved == now.is_approved)
    };
    let mut end = now.checked_add(ahead).unwrap_or(now);
    let depends = policies.iter().any(|policy| policy.concerns(image.reference) && policy.looks_at_time());
    if !depends || !decision.rulings.iter().any(|ruling| ruling.is_approved) || is_same(end) {
        return (decision, end);
    }
    let mut good = now;
    for _ in 0..STEPS {
        let Ok(middle) = good.checked_add(end.duration_since(good) / 2) else { break };
        if is_same(middle) {
            good = middle;
        } else {
            end = middle;
        }
    }
    (decision, good)
}

struct Judge<'j> {
    image: &'j Image<'j>,
    candidates: &'j [Candidate],
    bundle: Option<&'j BundleInForce>,
    now: Timestamp,
    work: usize,
    reasons: Vec<String>,
}

impl Judge<'_> {
    fn policy(&mut self, policy: &Policy) -> Ruling {
        let mut approved_by = Vec::new();
        let groups = policy.groups.iter().all(|group| self.group(group, &mut approved_by));
        let claims = groups && policy.claims.iter().all(|claim| self.claim_of_policy(policy, claim));
        if self.candidates.is_empty() {
            self.tell("nothing is signed or attested beside the image".to_owned());
        }
        Ruling {
            policy: policy.name.clone(),
            is_approved: groups && claims,
            approved_by,
            reasons: std::mem::take(&mut self.reasons),
        }
    }

    /// Whether enough authorities of a group approve, each by a signer that approves for no other.
    fn group(&mut self, group: &Group, approved_by: &mut Vec<String>) -> bool {
        let mut signers = BTreeSet::new();
        for authority in &group.authorities {
            if signers.len() >= group.needed {
                break;
            }
            if let Some(signer) = self.authority(authority, &signers) {
                signers.insert(signer);
                approved_by.push(authority.name.clone());
            }
        }
        if signers.len() < group.needed && group.needed > 1 {
            self.tell(format!(
                "{} of {} signers approve, and {} must",
                signers.len(),
                group.authorities.len(),
                group.needed
            ));
        }
        signers.len() >= group.needed
    }

    /// By whom an authority approves: a signature, or all that it must have attested.
    fn authority(&mut self, authority: &Authority, taken: &BTreeSet<String>) -> Option<String> {
        if authority.claims.is_empty() {
            return self.find(authority, taken, OfImage::is_signature);
        }
        let mut signer = None;
        for claim in &authority.claims {
            signer = Some(self.claim(authority, taken, claim)?);
        }
        signer
    }

    fn claim_of_policy(&mut self, policy: &Policy, claim: &Claim) -> bool {
        let authorities = policy.groups.iter().flat_map(|group| &group.authorities);
        let may = |authority: &&std::sync::Arc<Authority>| {
            claim.authorities.is_empty() || claim.authorities.contains(&authority.name)
        };
        let mut authorities = authorities.filter(may);
        authorities.any(|authority| self.claim(authority, &BTreeSet::new(), claim).is_some())
    }

    /// By whom a claim is made that meets everything.
    fn claim(&mut self, authority: &Authority, taken: &BTreeSet<String>, claim: &Claim) -> Option<String> {
        let (image, bundle, now) = (self.image, self.bundle, self.now);
        let mut reasons = Vec::new();
        let found = self.find(authority, taken, |of_image| {
            if of_image.attests() != Some(claim.predicate_type.as_str()) {
                return false;
            }
            match check_claim(of_image, claim, image, bundle, now) {
                Ok(()) => true,
                Err(reason) => {
                    reasons.push(reason);
                    false
                }
            }
        });
        if found.is_none() {
            if reasons.is_empty() {
                reasons.push(format!("`{}` attests no `{}`", authority.name, claim.predicate_type));
            }
            for reason in reasons {
                self.tell(reason);
            }
        }
        found
    }

    /// The signer of the first thing that is verified for an authority and is wanted.
    fn find(
        &mut self,
        authority: &Authority,
        taken: &BTreeSet<String>,
        mut is_wanted: impl FnMut(&OfImage) -> bool,
    ) -> Option<String> {
        let demands = authority.demands();
        for candidate in self.candidates {
            let Some(left) = self.work.checked_sub(1) else {
                self.tell(format!("more than {WORK} signatures would have to be computed, the limit"));
                return None;
            };
            self.work = left;
            match candidate.verify(self.image.digest, &authority.root, &demands) {
                Ok(of_image) => {
                    let signer = signer_of(&of_image);
                    if !taken.contains(&signer) && is_wanted(&of_image) {
                        return Some(signer);
                    }
                }
                Err(error) => self.tell(format!("{}: {error}", authority.name)),
            }
        }
        None
    }

    fn tell(&mut self, reason: String) {
        if self.reasons.len() < REASONS && !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}

fn check_claim(
    of_image: &OfImage,
    claim: &Claim,
    image: &Image<'_>,
    bundle: Option<&BundleInForce>,
    now: Timestamp,
) -> Result<(), String> {
    let verified = of_image.verified();
    if let Some(max_age) = claim.max_age {
        let newest = verified.times().iter().map(|time| time.at).max();
        let Some(newest) = newest else {
            return Err(format!(
                "nobody says when `{}` was attested, and it may not be old",
                claim.predicate_type
            ));
        };
        if now.duration_since(newest) > max_age {
            return Err(format!("`{}` was attested at {newest}, and is too old", claim.predicate_type));
        }
    }
    if claim.conditions.is_empty() {
        return Ok(());
    }
    let statement = verified.statement().ok_or_else(|| "there is no statement".to_owned())?;
    let name = image.reference.name().to_string();
    let bindings =
        bindings(&statement.predicate, &statement.predicate_type, (&name, image.digest), bundle, now)
            .map_err(|error| error.to_string())?;
    claim
        .conditions
        .iter()
        .try_for_each(|condition| condition.check(&bindings).map_err(|error| error.to_string()))
}

/// Who signed, in a text that no other signer has.
fn signer_of(of_image: &OfImage) -> String {
    match of_image.verified().signer() {
        VerifiedSigner::Key(key) => format!("key {}", HEXLOWER.encode(&key.fingerprint())),
        VerifiedSigner::Identity(identity) => format!("identity {identity}"),
    }
}
