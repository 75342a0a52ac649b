//! What is known of images, for all reviews: decisions that are kept, names that were looked up a moment ago, and look-ups
//! that are under way.

use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Clock};

use jiff::{SignedDuration, Timestamp};
use sekisho_manifest::ImageRef;
use sekisho_policy::{Bundle, ImageFact, TrustSet};
use sekisho_trust::{Cache, CacheKey, Decision};
use smol_str::SmolStr;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::{Instant, timeout, timeout_at};

use super::asker::{About, Asker};
use super::counts::{Came, Counts, From};
use super::gathering::Gathered;
use super::pulls::Pulls;
use super::registries::{Registries, Session, Trouble};
use super::shares::{Place, Sharer, Shares};
use crate::metrics::Text;

/// Limits on what images may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageLimits {
    /// Look-ups at once; others wait.
    pub lookups: usize,
    /// Look-ups that are under way or wait; any other fails.
    pub waiting: usize,
    /// Decisions that are kept.
    pub decisions: usize,
    /// How long an approval is kept, where it does not end before.
    pub approved_for: Duration,
    /// How long a refusal is kept.
    pub refused_for: Duration,
    /// How long it is kept what a name without a digest leads to, or that nobody answered.
    pub names_for: Duration,
}

impl Default for ImageLimits {
    fn default() -> Self {
        Self {
            lookups: 16,
            waiting: 512,
            decisions: 10_000,
            approved_for: Duration::from_mins(5),
            refused_for: Duration::from_secs(5),
            names_for: Duration::from_secs(1),
        }
    }
}

/// Bytes of them that every look-up may hold: signatures are small.
const BYTES: u64 = 1 << 20;
/// Bytes of them that few look-ups may hold: lists of what is in an image are not.
const MANY_BYTES: u64 = 24 << 20;
/// How many look-ups may hold so many at once.
const LARGE: usize = 2;
/// How long a look-up waits until it may.
const PATIENCE: Duration = Duration::from_secs(1);

/// A name that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Asked {
    text: SmolStr,
    pulls: Arc<Pulls>,
}

/// A look-up that is under way: for some policies.
type Flight = (Asked, String);

/// What is known of images.
pub struct Images {
    registries: Registries,
    limits: ImageLimits,
    permits: Arc<Semaphore>,
    shares: Arc<Shares>,
    /// For what takes much memory.
    large: Semaphore,
    state: Mutex<State>,
    counts: Counts,
}

struct State {
    decisions: Cache,
    /// What names lead to, until when.
    names: HashMap<Asked, (Result<SmolStr, Trouble>, Clock)>,
    flights: HashMap<Flight, watch::Receiver<Option<ImageFact>>>,
}

impl Images {
    /// Of registries, within limits.
    pub fn new(registries: Registries, limits: ImageLimits) -> Self {
        let signed = |time: Duration| SignedDuration::try_from(time).unwrap_or(SignedDuration::ZERO);
        let decisions = Cache::new(limits.decisions, signed(limits.approved_for), signed(limits.refused_for));
        Self {
            registries,
            limits,
            permits: Arc::new(Semaphore::new(limits.lookups.clamp(1, Semaphore::MAX_PERMITS))),
            shares: Arc::new(Shares::new(limits.lookups, limits.waiting)),
            large: Semaphore::new(LARGE),
            state: Mutex::new(State { decisions, names: HashMap::new(), flights: HashMap::new() }),
            counts: Counts::default(),
        }
    }

    /// How many look-ups are made at once.
    pub(crate) fn lookups(&self) -> usize {
        self.limits.lookups
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known without asking anybody.
    pub(crate) fn known(&self, text: &str, workload: &Asker, trust: &TrustSet) -> Option<ImageFact> {
        let reference: ImageRef = text.parse().ok()?;
        let policies = policies_of(trust, &reference, workload.about.as_deref());
        let state = self.state();
        let digest = if let Some(digest) = &reference.digest {
            digest.clone()
        } else {
            let asked = Asked { text: text.into(), pulls: Arc::clone(&workload.pulls) };
            let (found, until) = state.names.get(&asked)?;
            if Clock::now() >= *until {
                return None;
            }
            match found {
                Ok(digest) => digest.clone(),
                Err(trouble) => return Some(fact_of(trouble.clone())),
            }
        };
        let decision = state.decisions.get(&key(&reference, &digest, &policies), Timestamp::now())?;
        drop(state);
        self.counts.from(From::Kept);
        Some(ImageFact::Judged { digest, decision })
    }

    /// Looks names up, and answers when all are known or there is no more time.
    pub(crate) async fn look_up(
        self: &Arc<Self>,
        texts: Vec<SmolStr>,
        workload: &Asker,
        bundle: &Arc<Bundle>,
        deadline: Instant,
    ) -> Vec<(SmolStr, ImageFact)> {
        let started: Vec<_> =
            texts.into_iter().map(|text| (text.clone(), self.begin(text, workload, bundle))).collect();
        let mut facts = Vec::new();
        for (text, flight) in started {
            let unknown = |why: &str| ImageFact::Unknown(why.to_owned());
            let fact = match flight {
                None => unknown("too many images are being looked up: try again"),
                Some(mut flight) => match timeout_at(deadline, flight.wait_for(Option::is_some)).await {
                    Ok(Ok(fact)) => fact.clone().unwrap_or_else(|| unknown("nobody looked it up")),
                    Ok(Err(_)) => unknown("the look-up failed"),
                    Err(_) => {
                        self.counts.late();
                        unknown("the registry did not answer in time: try again")
                    }
                },
            };
            facts.push((text, fact));
        }
        facts
    }

    /// Begins a look-up, or joins one that is under way; none where there are too many.
    fn begin(
        self: &Arc<Self>,
        text: SmolStr,
        workload: &Asker,
        bundle: &Arc<Bundle>,
    ) -> Option<watch::Receiver<Option<ImageFact>>> {
        let trust = &bundle.loaded.trust;
        let about = workload.about.clone();
        let policies = match text.parse() {
            Ok(reference) => policies_of(trust, &reference, about.as_deref()),
            Err(_) => trust.digest().to_owned(),
        };
        let asked = Asked { text, pulls: Arc::clone(&workload.pulls) };
        let flight: Flight = (asked.clone(), policies);
        let (done, waits) = watch::channel(None);
        let places;
        {
            let mut state = self.state();
            if let Some(other) = state.flights.get(&flight) {
                self.counts.from(From::Shared);
                return Some(other.clone());
            }
            if state.flights.len() >= self.limits.waiting {
                return None;
            }
            places = self.places(&asked)?;
            state.flights.insert(flight.clone(), waits.clone());
        }
        self.counts.from(From::Registry);
        let (images, bundle) = (Arc::clone(self), Arc::clone(bundle));
        tokio::spawn(async move {
            let turns = (places[0].turn().await, places[1].turn().await);
            let permit = Arc::clone(&images.permits).acquire_owned().await;
            let of_job = Arc::clone(&images);
            let job = tokio::task::spawn_blocking(move || {
                let begun = Clock::now();
                of_job.counts.under_way.fetch_add(1, Ordering::AcqRel);
                let found = catch_unwind(AssertUnwindSafe(|| {
                    of_job.ask(&asked, about.as_deref(), &bundle.loaded.trust)
                }));
                of_job.counts.under_way.fetch_sub(1, Ordering::AcqRel);
                let fact = found.unwrap_or_else(|_| ImageFact::Unknown("the look-up failed".to_owned()));
                let came = match &fact {
                    ImageFact::Judged { decision, .. } if decision.is_approved() => Came::Approved,
                    ImageFact::Judged { .. } => Came::Refused,
                    ImageFact::Absent(_) => Came::Absent,
                    ImageFact::Unknown(_) => Came::Failed,
                };
                of_job.counts.came(came, begun.elapsed());
                fact
            });
            let fact = job.await.unwrap_or_else(|_| ImageFact::Unknown("the look-up failed".to_owned()));
            drop((permit, turns, places));
            images.state().flights.remove(&flight);
            done.send_replace(Some(fact));
        });
        Some(waits)
    }

    /// Places in the shares of those whom a look-up concerns.
    fn places(&self, asked: &Asked) -> Option<[Place; 2]> {
        let registry = asked.text.parse::<ImageRef>().map(|reference| reference.registry).unwrap_or_default();
        let namespace = asked.pulls.namespace().clone();
        Some([
            // Who waits for a registry holds nothing of a namespace meanwhile.
            self.shares.enter(Sharer::Registry(registry))?,
            self.shares.enter(Sharer::Namespace(namespace))?,
        ])
    }

    /// Gathers what policies ask for of an image, with the place of it where it takes much memory. This blocks.
    fn gather(
        &self,
        session: &Session,
        reference: &ImageRef,
        digest: &str,
        trust: &TrustSet,
    ) -> Result<(Gathered, Option<SemaphorePermit<'_>>), Trouble> {
        let gathered = Gathered::of(session, trust, reference, digest, BYTES)?;
        if !gathered.lacks_room() {
            return Ok((gathered, None));
        }
        drop(gathered);
        let place = Handle::current().block_on(timeout(PATIENCE, self.large.acquire()));
        let Ok(Ok(place)) = place else {
            let why = "too many images with large attestations are being looked up: try again";
            return Err(Trouble::Unknown(why.to_owned()));
        };
        Ok((Gathered::of(session, trust, reference, digest, MANY_BYTES)?, Some(place)))
    }

    /// Asks the registry. This blocks.
    fn ask(&self, asked: &Asked, about: Option<&About>, trust: &TrustSet) -> ImageFact {
        let reference: ImageRef = match asked.text.parse() {
            Ok(reference) => reference,
            Err(error) => return ImageFact::Absent(format!("{error}")),
        };
        let session = self.registries.session(&reference, &asked.pulls);
        let digest = match &reference.digest {
            Some(digest) => digest.clone(),
            None => match session.digest(&reference).map(SmolStr::new) {
                Ok(digest) => {
                    self.keep_name(asked, Ok(digest.clone()));
                    digest
                }
                Err(trouble) => {
                    self.keep_name(asked, Err(trouble.clone()));
                    return fact_of(trouble);
                }
            },
        };
        let policies = policies_of(trust, &reference, about);
        let own = key(&reference, &digest, &policies);
        if let Some(decision) = self.state().decisions.get(&own, Timestamp::now()) {
            return ImageFact::Judged { digest, decision };
        }
        let now = Timestamp::now();
        let concerned = trust.concerning(&reference).next().is_some();
        let (decision, until) = if concerned {
            let (gathered, _place) = match self.gather(&session, &reference, &digest, trust) {
                Ok(gathered) => gathered,
                Err(trouble) => return fact_of(trouble),
            };
            let ahead = SignedDuration::try_from(self.limits.approved_for).unwrap_or(SignedDuration::ZERO);
            let material = gathered.material(about.map(|about| &about.resource));
            let (mut decision, until) = trust.judge(&reference, &digest, &material, now, ahead);
            for ruling in decision.rulings.iter_mut().filter(|ruling| !ruling.is_approved) {
                gathered.tell(&mut ruling.reasons);
            }
            (Arc::new(decision), until)
        } else {
            (Arc::new(Decision::default()), Timestamp::MAX)
        };
        let mut state = self.state();
        // The same with the digest behind its name is asked for next, where the same policies are for it.
        let pinned = ImageRef { digest: Some(digest.clone()), ..reference.clone() };
        let is_same =
            |policy: &sekisho_trust::Policy| policy.concerns(&reference) == policy.concerns(&pinned);
        if reference.digest.is_none() && trust.policies().iter().all(is_same) {
            state.decisions.put_until(key(&pinned, &digest, &policies), Arc::clone(&decision), now, until);
        }
        state.decisions.put_until(own, Arc::clone(&decision), now, until);
        drop(state);
        ImageFact::Judged { digest, decision }
    }

    /// Keeps for a moment what a name leads to.
    fn keep_name(&self, asked: &Asked, found: Result<SmolStr, Trouble>) {
        let now = Clock::now();
        let mut state = self.state();
        if state.names.len() >= self.limits.decisions {
            state.names.retain(|_, (_, until)| *until > now);
            if state.names.len() >= self.limits.decisions {
                return;
            }
        }
        state.names.insert(asked.clone(), (found, now + self.limits.names_for));
    }

    /// What was counted.
    pub(crate) fn write(&self, text: &mut Text) {
        let kept = self.state().decisions.len();
        self.counts.write(kept, text);
    }
}

/// What names the policies, and the object where one of those that are for an image looks at it.
fn policies_of(trust: &TrustSet, reference: &ImageRef, about: Option<&About>) -> String {
    match about.filter(|_| trust.concerning(reference).any(sekisho_trust::Policy::looks_at_object)) {
        Some(about) => format!("{} {}", trust.digest(), about.digest),
        None => trust.digest().to_owned(),
    }
}

fn key(reference: &ImageRef, digest: &str, policies: &str) -> CacheKey {
    CacheKey { name: reference.to_string(), digest: digest.to_owned(), policies: policies.to_owned() }
}

fn fact_of(trouble: Trouble) -> ImageFact {
    match trouble {
        Trouble::Absent(why) => ImageFact::Absent(why),
        Trouble::Unknown(why) => ImageFact::Unknown(why),
    }
}

impl fmt::Debug for Images {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Images").field("registries", &self.registries).finish_non_exhaustive()
    }
}
