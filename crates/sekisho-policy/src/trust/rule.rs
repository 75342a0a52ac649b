//! One rule about images: for which it is, who must have signed them, and what it says of those that a request brings in.

use std::fmt::Write as _;

use sekisho_manifest::{FieldPath, ImageRef};
use sekisho_trust::{Policy, Ruling};
use smol_str::SmolStr;

use super::carried::Carried;
use crate::facts::{Facts, ImageFact};
use crate::verdict::Outcome;

/// The most reasons that are told of one image.
const REASONS: usize = 4;
/// The most characters of a reason.
const REASON: usize = 300;

/// A rule about images.
#[derive(Debug, Clone)]
pub(crate) struct ImageRule {
    /// For which images it is, and who must have signed them; its name is that in the [`TrustSet`](super::TrustSet).
    pub(crate) policy: Policy,
    /// Whether the digest that was verified is written behind the name.
    pub(crate) pins: bool,
    /// Whether a name without a digest is refused.
    pub(crate) wants_digest: bool,
    /// Whether what was verified on the way in is verified again at the end.
    pub(crate) required: bool,
}

/// What a rule says of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) outcome: Outcome,
    pub(crate) message: String,
    pub(crate) path: FieldPath,
}

/// What a rule says of the images of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OfImages {
    /// It is for none of them.
    Unconcerned,
    /// They were not looked up.
    NotLookedUp,
    /// One answer for each that it is for.
    Said(Vec<Said>),
}

impl ImageRule {
    /// Whether anybody must have signed; else the digest alone is asked for.
    pub(crate) fn is_signed(&self) -> bool {
        !self.policy.groups.is_empty()
    }

    /// The images with the digests that were verified, where the rule writes them.
    pub(crate) fn pinned(&self, images: &[Carried], facts: &dyn Facts) -> Vec<(FieldPath, SmolStr)> {
        if !self.pins {
            return Vec::new();
        }
        let pinned = images.iter().filter_map(|image| {
            let reference = self.concerned(image)?.ok()?;
            if reference.digest.is_some() {
                return None;
            }
            match facts.image(&image.text)? {
                ImageFact::Judged { digest, decision } if self.approves(&decision.rulings) => {
                    Some((image.path.clone(), smol_str::format_smolstr!("{}@{digest}", image.text)))
                }
                _ => None,
            }
        });
        pinned.collect()
    }

    /// What it says of images.
    pub(crate) fn judge(&self, images: &[Carried], facts: &dyn Facts) -> OfImages {
        let mut said = Vec::new();
        let (mut is_concerned, mut is_known) = (false, true);
        for image in images {
            let Some(reference) = self.concerned(image) else { continue };
            is_concerned = true;
            match self.judge_one(image, reference, facts) {
                Some((outcome, message)) => said.push(Said { outcome, message, path: image.path.clone() }),
                // The others are asked for as well, so that all are known the next time.
                None => is_known = false,
            }
        }
        match (is_concerned, is_known) {
            (false, _) => OfImages::Unconcerned,
            (true, false) => OfImages::NotLookedUp,
            (true, true) => OfImages::Said(said),
        }
    }

    /// The reference, where the rule is for it; one that cannot be read might be any.
    fn concerned(&self, image: &Carried) -> Option<Result<ImageRef, String>> {
        match image.text.parse::<ImageRef>() {
            Ok(reference) => self.policy.concerns(&reference).then_some(Ok(reference)),
            Err(error) => Some(Err(error.to_string())),
        }
    }

    fn judge_one(
        &self,
        image: &Carried,
        reference: Result<ImageRef, String>,
        facts: &dyn Facts,
    ) -> Option<(Outcome, String)> {
        let of = &image.of;
        let text: String = image.text.chars().filter(|one| !one.is_control()).take(512).collect();
        let named = format!("image `{text}` of `{of}`");
        let reference = match reference {
            Ok(reference) => reference,
            Err(why) => return Some((Outcome::Fail, format!("{named}: {why}"))),
        };
        let fails = |what: String| Some((Outcome::Fail, format!("{named} {what}")));
        if self.wants_digest && !self.pins && reference.digest.is_none() {
            return fails("names no digest: write `@sha256:…` behind it".to_owned());
        }
        if !self.required || (!self.is_signed() && reference.digest.is_some()) {
            return Some((Outcome::Pass, String::new()));
        }
        let (digest, decision) = match facts.image(&image.text)? {
            ImageFact::Judged { digest, decision } => (digest, decision),
            ImageFact::Absent(why) => return fails(format!("is not there: {why}")),
            ImageFact::Unknown(why) => {
                return Some((Outcome::Error, format!("{named} could not be verified: {why}")));
            }
        };
        if !self.approves(&decision.rulings) {
            let ruling = decision.rulings.iter().find(|ruling| ruling.policy == self.policy.name);
            return fails(format!("({digest}) is not approved{}", reasons(ruling)));
        }
        if self.wants_digest && reference.digest.is_none() {
            return fails(format!(
                "is approved as {digest}, and nothing wrote that digest behind its name: a tag may be moved"
            ));
        }
        Some((Outcome::Pass, String::new()))
    }

    fn approves(&self, rulings: &[Ruling]) -> bool {
        !self.is_signed()
            || rulings.iter().any(|ruling| ruling.policy == self.policy.name && ruling.is_approved)
    }
}

fn reasons(ruling: Option<&Ruling>) -> String {
    let Some(ruling) = ruling else { return ": nobody judged it".to_owned() };
    let mut text = String::new();
    for reason in ruling.reasons.iter().take(REASONS) {
        let plain: String = reason.chars().filter(|one| !one.is_control()).take(REASON).collect();
        let _ = write!(text, "{} {plain}", if text.is_empty() { ":" } else { ";" });
    }
    if ruling.reasons.len() > REASONS {
        let _ = write!(text, "; and {} more", ruling.reasons.len() - REASONS);
    }
    text
}
