//! The judgement: what was found beside an image, held against every policy that concerns it.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use sekisho_manifest::ImageRef;
use sekisho_signature::algorithm::Hash;
use sekisho_signature::certificate::SubjectName;
use sekisho_signature::image::{Candidate, OfImage};
use sekisho_signature::verification::VerifiedSigner;
use serde_json::{Map, Value, json};

use crate::bundle::BundleInForce;
use crate::condition::Looked;
use crate::policy::{Authority, Claim, Group, Policy, Trusted};
use crate::terms::{Mode, Overall, Place, Resource};

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

/// How far clocks may be apart.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

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
    /// What becomes of the image where it is not approved.
    pub mode: Mode,
}

/// What is known of an image beside its digest. Nothing of it is proved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Material<'m> {
    /// What was found beside the image.
    pub candidates: &'m [Candidate],
    /// What was found in other places.
    pub elsewhere: Option<&'m BTreeMap<Place, Vec<Candidate>>>,
    /// The object that the image is for.
    pub resource: Option<&'m Resource>,
    /// The configurations of the image by platform (`linux/amd64`).
    pub configurations: Option<&'m Value>,
}

impl Decision {
    /// Whether a policy concerns the image at all.
    pub fn is_concerned(&self) -> bool {
        !self.rulings.is_empty()
    }

    /// Whether it may run: every policy that concerns it approves it, or only warns.
    pub fn is_admitted(&self) -> bool {
        self.is_concerned()
            && self.rulings.iter().all(|ruling| ruling.is_approved || ruling.mode == Mode::Warn)
    }

    /// Whether every policy that concerns it approves it. An image that none concerns is not approved by that.
    pub fn is_approved(&self) -> bool {
        self.is_concerned() && self.rulings.iter().all(|ruling| ruling.is_approved)
    }
}

/// Holds what was found beside an image against the policies that concern it, at a time.
pub fn judge(policies: &[Policy], image: &Image<'_>, candidates: &[Candidate], now: Timestamp) -> Decision {
    judge_with(policies, image, &Material { candidates, ..Material::default() }, now)
}

/// Holds everything that is known of an image against the policies that concern it and the object that it is for.
pub fn judge_with(
    policies: &[Policy],
    image: &Image<'_>,
    material: &Material<'_>,
    now: Timestamp,
) -> Decision {
    let concerned = policies
        .iter()
        .filter(|policy| policy.concerns(image.reference) && policy.terms.concern(material.resource));
    let rulings = concerned.map(|policy| {
        let bundle = policy.bundle.as_deref();
        let mut judge =
            Judge { image, material, bundle, now, work: WORK, is_exhausted: false, reasons: Vec::new() };
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
    material: &Material<'_>,
    now: Timestamp,
    ahead: SignedDuration,
) -> (Decision, Timestamp) {
    /// How often the time is halved in which an approval ends.
    const STEPS: u32 = 5;
    let decision = judge_with(policies, image, material, now);
    let is_same = |at: Timestamp| {
        let later = judge_with(policies, image, material, at);
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
    material: &'j Material<'j>,
    bundle: Option<&'j BundleInForce>,
    now: Timestamp,
    work: usize,
    is_exhausted: bool,
    reasons: Vec<String>,
}

impl Judge<'_> {
    fn policy(&mut self, policy: &Policy) -> Ruling {
        let mut approved_by = Vec::new();
        let groups = policy.groups.iter().all(|group| self.group(group, &mut approved_by));
        let claims = groups && policy.claims.iter().all(|claim| self.claim_of_policy(policy, claim));
        let overall =
            claims && policy.terms.overall.as_ref().is_none_or(|overall| self.overall(policy, overall));
        let is_unsaid = self.material.elsewhere.is_none() || self.reasons.is_empty();
        if !overall && self.material.candidates.is_empty() && is_unsaid {
            self.tell("nothing is signed or attested beside the image".to_owned());
        }
        Ruling {
            policy: policy.name.clone(),
            mode: policy.terms.mode,
            is_approved: overall,
            approved_by,
            reasons: std::mem::take(&mut self.reasons),
        }
    }

    /// Whether enough authorities of a group approve, each by a signer that approves for no other where none is shared.
    fn group(&mut self, group: &Group, approved_by: &mut Vec<String>) -> bool {
        let (mut signers, mut count) = (BTreeSet::new(), 0);
        for authority in &group.authorities {
            if count >= group.needed {
                break;
            }
            if let Some(signer) = self.authority(authority, &signers) {
                if !group.may_share {
                    signers.insert(signer);
                }
                count += 1;
                approved_by.push(authority.name.clone());
            }
        }
        if count < group.needed && group.needed > 1 {
            let (all, needed) = (group.authorities.len(), group.needed);
            self.tell(format!("{count} of {all} signers approve, and {needed} must"));
        }
        count >= group.needed
    }

    /// By whom an authority approves: a signature, or all that it must have attested.
    fn authority(&mut self, authority: &Authority, taken: &BTreeSet<String>) -> Option<String> {
        match &authority.trusted {
            Trusted::Anybody => return Some(format!("policy {}", authority.name)),
            Trusted::Nobody(message) => {
                self.tell(format!("`{}` refuses every image{message}", authority.name));
                return None;
            }
            Trusted::Together(group) => {
                let mut approved_by = Vec::new();
                return self
                    .group(group, &mut approved_by)
                    .then(|| format!("group {}", approved_by.join(", ")));
            }
            Trusted::Keys(_) | Trusted::Identities(_) => {}
        }
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
        let (mut reasons, mut last) = (Vec::new(), None);
        let mut found = self.find(authority, taken, |of_image| {
            if of_image.attests() != Some(claim.predicate_type.as_str()) {
                return false;
            }
            match check_claim(of_image, claim, image, bundle, now) {
                Ok(()) if claim.is_of_all => {
                    last = Some(signer_of(of_image));
                    false
                }
                Ok(()) => true,
                Err(reason) => {
                    reasons.push(reason);
                    false
                }
            }
        });
        if claim.is_of_all && reasons.is_empty() && !self.is_exhausted {
            found = last;
        }
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
        let candidates = match (&authority.place, self.material.elsewhere) {
            (None, _) => Some(self.material.candidates),
            (Some(place), Some(elsewhere)) => elsewhere.get(place).map(Vec::as_slice),
            (Some(_), None) => None,
        };
        let Some(candidates) = candidates else {
            self.tell(format!("{}: the place of its signatures was not looked at", authority.name));
            return None;
        };
        for candidate in candidates {
            let Some(left) = self.work.checked_sub(1) else {
                self.is_exhausted = true;
                self.tell(format!("more than {WORK} signatures would have to be computed, the limit"));
                return None;
            };
            self.work = left;
            match candidate.verify(self.image.digest, &authority.root, &demands) {
                Ok(of_image) => {
                    // A claim has no place for annotations.
                    if of_image.is_signature() && !says(candidate, &authority.annotations) {
                        self.tell(format!(
                            "{}: the signature lacks an annotation that is asked for",
                            authority.name
                        ));
                        continue;
                    }
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

    /// What holds of everything together: a document with each authority that approves, and by what.
    fn overall(&mut self, policy: &Policy, overall: &Overall) -> bool {
        let mut matches = Map::new();
        for authority in policy.groups.iter().flat_map(|group| &group.authorities) {
            let entry = match &authority.trusted {
                Trusted::Anybody => Some(json!({ "static": true })),
                Trusted::Nobody(_) | Trusted::Together(_) => None,
                Trusted::Keys(_) | Trusted::Identities(_) => self.matches_of(authority),
            };
            matches.extend(entry.map(|entry| (authority.name.clone(), entry)));
        }
        let mut document = Map::from_iter([("authorityMatches".to_owned(), Value::Object(matches))]);
        if overall.configuration {
            let Some(configurations) = self.material.configurations else {
                self.tell(
                    "the policy asks for the configuration of the image, which was not read".to_owned(),
                );
                return false;
            };
            document.insert("config".to_owned(), configurations.clone());
        }
        if overall.needs_object() {
            let Some(resource) = self.material.resource else {
                self.tell(
                    "the policy asks for the object that the image is for, and none is known".to_owned(),
                );
                return false;
            };
            overall.show(&mut document, &resource.object);
        }
        match overall.rego.check(&Value::Object(document).to_string(), self.now) {
            Ok(()) => true,
            Err(reason) => {
                self.tell(reason);
                false
            }
        }
    }

    /// By what an authority approves: every signature, or every claim by its name. None where it does not.
    fn matches_of(&mut self, authority: &Authority) -> Option<Value> {
        if authority.claims.is_empty() {
            let mut signatures = Vec::new();
            self.find(authority, &BTreeSet::new(), |of_image| {
                if of_image.is_signature() {
                    signatures.push(described(of_image));
                }
                // The next one is looked at too.
                false
            });
            return (!signatures.is_empty()).then(|| json!({ "signatures": signatures }));
        }
        let (image, now, bundle) = (self.image, self.now, self.bundle);
        let mut attestations = Map::new();
        for claim in &authority.claims {
            let mut found = Vec::new();
            self.find(authority, &BTreeSet::new(), |of_image| {
                let is_meant = of_image.attests() == Some(claim.predicate_type.as_str());
                if is_meant && check_claim(of_image, claim, image, bundle, now).is_ok() {
                    let mut entry = described(of_image);
                    entry.insert("predicateType".to_owned(), claim.predicate_type.as_str().into());
                    found.push(Value::Object(entry));
                }
                false
            });
            if found.is_empty() {
                return None;
            }
            let name = claim.name.clone().unwrap_or_else(|| claim.predicate_type.clone());
            attestations.insert(name, Value::Array(found));
        }
        Some(json!({ "attestations": attestations }))
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
        if newest.duration_since(now) > SKEW {
            return Err(format!(
                "`{}` was attested at {newest}, and it is {now}: how old it is cannot be told by this clock",
                claim.predicate_type
            ));
        }
        if now.duration_since(newest) > max_age {
            return Err(format!("`{}` was attested at {newest}, and is too old", claim.predicate_type));
        }
    }
    if claim.conditions.is_empty() {
        return Ok(());
    }
    let statement = verified.statement().ok_or_else(|| "there is no statement".to_owned())?;
    let name = image.reference.name().to_string();
    let looked = Looked { statement, image: (&name, image.digest), bundle, now };
    claim
        .conditions
        .iter()
        .try_for_each(|condition| condition.check(&looked).map_err(|error| error.to_string()))
}

/// Whether a signature says what it must beside the digest. Only the older layout has place for that.
fn says(candidate: &Candidate, annotations: &BTreeMap<String, String>) -> bool {
    if annotations.is_empty() {
        return true;
    }
    let Candidate::Payload { payload, .. } = candidate else { return false };
    let Ok(payload) = serde_json::from_slice::<Value>(payload) else { return false };
    let optional = payload.get("optional");
    annotations.iter().all(|(name, wanted)| {
        optional.and_then(|optional| optional.get(name)).and_then(Value::as_str) == Some(wanted)
    })
}

/// What policy-controller shows of a signature.
fn described(of_image: &OfImage) -> Map<String, Value> {
    let id = HEXLOWER.encode(&Hash::Sha256.of(signer_of(of_image).as_bytes()));
    let mut entry = Map::from_iter([("id".to_owned(), Value::from(id))]);
    if let VerifiedSigner::Identity(identity) = of_image.verified().signer() {
        let mut put = |field: &str, value: Option<&str>| {
            entry.extend(value.map(|value| (field.to_owned(), Value::from(value))));
        };
        put("subject", identity.names.first().map(SubjectName::as_str));
        put("issuer", identity.issuer.as_deref());
        for (claim, field) in [
            ("githubWorkflowTrigger", "githubWorkflowTrigger"),
            ("githubWorkflowSHA", "githubWorkflowSha"),
            ("githubWorkflowName", "githubWorkflowName"),
            ("githubWorkflowRepository", "githubWorkflowRepo"),
            ("githubWorkflowRef", "githubWorkflowRef"),
        ] {
            put(field, identity.claims.get(claim).map(String::as_str));
        }
    }
    entry
}

/// Who signed, in a text that no other signer has.
fn signer_of(of_image: &OfImage) -> String {
    match of_image.verified().signer() {
        VerifiedSigner::Key(key) => format!("key {}", HEXLOWER.encode(&key.fingerprint())),
        VerifiedSigner::Identity(identity) => format!("identity {identity}"),
    }
}
