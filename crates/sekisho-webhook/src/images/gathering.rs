//! What policies ask for of an image, gathered from registries: signatures beside it and in other places, configurations.

use std::collections::BTreeMap;

use sekisho_manifest::ImageRef;
use sekisho_policy::TrustSet;
use sekisho_registry::{Found, Search};
use sekisho_signature::image::Candidate;
use sekisho_trust::{Material, Place, Resource};
use serde_json::Value;

use super::registries::{Session, Trouble};

/// Signatures and attestations of one image that are read, of each place.
const CANDIDATES: usize = 256;

/// What was gathered of an image.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    found: Found,
    elsewhere: BTreeMap<Place, Vec<Candidate>>,
    configurations: Option<Value>,
}

impl Gathered {
    /// Gathers what the policies that are for an image ask for; of each place so many bytes.
    pub(crate) fn of(
        session: &Session,
        trust: &TrustSet,
        reference: &ImageRef,
        digest: &str,
        bytes: u64,
    ) -> Result<Self, Trouble> {
        let wants = |kind: &str| trust.wants(reference, kind);
        let search = Search { candidates: CANDIDATES, bytes, wants: Some(&wants) };
        let mut gathered = Self { found: session.beside(digest, &search)?, ..Self::default() };
        for policy in trust.concerning(reference) {
            for place in policy.places() {
                if gathered.elsewhere.contains_key(place) {
                    continue;
                }
                let there = session.elsewhere(place, digest, &search)?;
                gathered.found.faults.extend(there.faults);
                gathered.found.is_cut |= there.is_cut;
                gathered.found.lacks_room |= there.lacks_room;
                gathered.elsewhere.insert(place.clone(), there.candidates);
            }
            if policy.asks_for_configuration() && gathered.configurations.is_none() {
                gathered.configurations = Some(session.configurations(digest)?);
            }
        }
        Ok(gathered)
    }

    /// Whether there was more than may be held.
    pub(crate) fn lacks_room(&self) -> bool {
        self.found.lacks_room
    }

    /// For the judgement, about an object where policies look at one.
    pub(crate) fn material<'m>(&'m self, resource: Option<&'m Resource>) -> Material<'m> {
        Material {
            candidates: &self.found.candidates,
            elsewhere: (!self.elsewhere.is_empty()).then_some(&self.elsewhere),
            resource,
            configurations: self.configurations.as_ref(),
        }
    }

    /// Tells what stood in the way of an approval.
    pub(crate) fn tell(&self, reasons: &mut Vec<String>) {
        if self.found.is_cut {
            reasons.insert(0, "there are more or larger signatures than are read".to_owned());
        }
        reasons.extend(self.found.faults.iter().take(8).cloned());
    }
}
