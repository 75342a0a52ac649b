//! Looks at images that run by the bundle in force: whether what was found beside them approves them, and whether what was
//! read of them still passes the gate.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use jiff::Timestamp;
use sekisho_cluster::ImageUse;
use sekisho_controller::{Assessment, Assessor, Verdict};
use sekisho_manifest::ImageRef;
use sekisho_oci::digest::Digest;
use sekisho_registry::{Client, Repository, find_signatures};
use sekisho_source::Bundle;
use sekisho_store::{Store, StoreOptions, StoreTarget};
use sekisho_trust::{Decision, GATE_PREDICATE, Image, Policy, approved_until, judge};
use sekisho_webhook::Log;

use crate::advisories;
use crate::command::today;
use crate::config;
use crate::inventories::whole::{self, Outdated};
use crate::live::Live;
use crate::passing::{Passing, passing, platforms, request};
use crate::request::Request;
use crate::run;
use crate::running::Clients;
use crate::serve::events::Events;
use crate::signature::in_force::InForce;
use crate::target::image::{self, Keep, Named};

/// How often the database is looked for in its place.
const LOOK: Duration = Duration::from_secs(2);
/// Reasons that are told of an image that does not pass the gate.
const REASONS: usize = 3;

/// Looks at images.
pub(crate) struct Assess {
    /// The bundle in force; why there is none.
    bundle: Mutex<Result<Arc<InForce>, String>>,
    database: Option<PathBuf>,
    /// The database as it was last looked at: when, its file, and what it is or why it cannot be used.
    known: Mutex<Option<Known>>,
    images: image::Settings,
    /// Whether images are pulled with the secrets of the Pods that run them.
    secrets: bool,
    /// Where what was read of images is kept, as a target and as it was named.
    inventories: (StoreTarget, String),
    live: Live,
    events: Events,
    log: Log,
}

struct Known {
    looked: Instant,
    file: Option<(PathBuf, SystemTime, u64)>,
    identity: Result<String, String>,
}

/// With what images are looked at.
pub(crate) struct With {
    /// The database; none: the one in its place, else the one in the program.
    pub(crate) database: Option<PathBuf>,
    /// How registries are spoken to.
    pub(crate) images: image::Settings,
    /// Whether images are pulled with the secrets of the Pods that run them.
    pub(crate) secrets: bool,
    /// Where what was read of images is kept.
    pub(crate) inventories: String,
    /// How the cluster is reached.
    pub(crate) live: Live,
    /// Who hears what becomes of approvals.
    pub(crate) events: Events,
    /// The log.
    pub(crate) log: Log,
}

impl Assess {
    pub(crate) fn new(with: With) -> Result<Self> {
        let With { database, images, secrets, inventories, live, events, log } = with;
        let inventories = (StoreTarget::read(&inventories)?, inventories);
        let bundle = Mutex::new(Err("no bundle is in use yet".to_owned()));
        Ok(Self {
            bundle,
            database,
            known: Mutex::default(),
            images,
            secrets,
            inventories,
            live,
            events,
            log,
        })
    }

    /// Takes a bundle in place of the one in force.
    pub(crate) fn install(&self, bundle: &Bundle) {
        let read = InForce::of(bundle).map(Arc::new);
        *lock(&self.bundle) = read.map_err(|error| format!("what the bundle says of trust: {error:#}"));
    }

    fn in_force(&self) -> Result<Arc<InForce>, String> {
        lock(&self.bundle).clone()
    }

    /// Names the database that is there now.
    fn database(&self) -> Result<String, String> {
        let mut known = lock(&self.known);
        if let Some(known) = &*known
            && known.looked.elapsed() < LOOK
        {
            return known.identity.clone();
        }
        let place = self.database.clone().or_else(|| advisories::usual_place().ok());
        let file = place.and_then(|path| {
            let about = path.metadata().ok()?;
            Some((path, about.modified().ok()?, about.len()))
        });
        let identity = match &*known {
            Some(known) if known.file == file && known.identity.is_ok() => known.identity.clone(),
            _ => advisories::find(self.database.as_deref(), false)
                .map(|found| found.database.identity().clone())
                .map_err(|error| format!("the vulnerability database cannot be read: {error:#}")),
        };
        *known = Some(Known { looked: Instant::now(), file, identity: identity.clone() });
        identity
    }

    fn look(&self, image: &ImageUse, digest: &str) -> Result<Assessment> {
        let plain = |verdict| Assessment { verdict, until: None };
        let in_force = self.in_force().map_err(anyhow::Error::msg)?;
        let reference: ImageRef = image.reference.parse()?;
        if !in_force.trust.iter().any(|policy| policy.concerns(&reference)) {
            return Ok(plain(Verdict::Unconcerned));
        }
        let client = self.client(image)?;
        let repository = Repository::of(&client, &reference);
        let found = find_signatures(&repository, &digest.parse::<Digest>()?)?;
        let (asked, now) = (Image { reference: &reference, digest }, Timestamp::now());
        let decision = judge(&in_force.trust, &asked, &found.candidates, now);
        if !decision.is_approved() {
            let reasons = reasons(&decision);
            let once: Vec<Policy> = in_force.trust.iter().map(Policy::without_conditions).collect();
            let was = judge(&once, &asked, &found.candidates, now).is_approved();
            let verdict = if was { Verdict::Lapsed(reasons) } else { Verdict::Missing(reasons) };
            return Ok(plain(verdict));
        }
        let until = approved_until(&in_force.trust, &asked, &found.candidates, now);
        let concerned = in_force.trust.iter().filter(|policy| policy.concerns(&reference));
        let is_gated =
            concerned.flat_map(Policy::all_claims).any(|claim| claim.predicate_type == GATE_PREDICATE);
        let passing = if is_gated { self.gate(&in_force, image, digest, &client)? } else { Passing::Passes };
        let verdict = match passing {
            Passing::Passes => Verdict::Approved,
            Passing::Fails(findings) => {
                let more = findings.len().saturating_sub(REASONS);
                let mut said: Vec<String> = findings.into_iter().take(REASONS).collect();
                said.extend((more > 0).then(|| format!("{more} more")));
                let reason = format!("does not pass the gate of {}: {}", in_force.named(), said.join(", "));
                Verdict::Lapsed(vec![reason])
            }
            Passing::Unknown(why) => Verdict::Unknown(why),
        };
        Ok(Assessment { verdict, until })
    }

    /// Whether an image passes the gate as it is now, by what was read of it, which is read again only where that cannot answer.
    fn gate(
        &self,
        in_force: &InForce,
        image: &ImageUse,
        digest: &str,
        client: &Arc<Client>,
    ) -> Result<Passing> {
        let database = self.database.as_ref();
        let asked = |images| Request { today: config::days(today()), ..request(in_force, database, images) };
        let mut store = Store::open(&self.inventories.0, StoreOptions::default())?;
        if let Some(kept) = whole::kept(&mut store, digest)? {
            let layers = kept.iter().map(whole::Whole::layers).sum();
            let kept = kept.into_iter().map(Arc::new).collect();
            match run::run(&Request { kept, ..asked(self.images.clone()) }) {
                Ok(outcome) => return Ok(passing(&outcome, layers)),
                Err(error) if error.is::<Outdated>() => {}
                Err(error) => return Err(error),
            }
        }
        drop(store);
        let reference: ImageRef = image.reference.parse()?;
        let repository = Repository::of(client, &reference);
        let held = repository.manifest(digest)?;
        let held = held.with_context(|| format!("`{}` has no `{digest}`", repository.server()))?;
        let expected = platforms(&repository, &held, reference.name().as_ref())?;
        let users: Vec<String> = image.users.iter().map(ToString::to_string).collect();
        let named = |digest: &str| {
            let exact = ImageRef { digest: Some(digest.into()), ..reference.clone() };
            Named::running(exact, None, users.clone(), Arc::clone(client))
        };
        let images = image::Settings {
            inventories: Some(self.inventories.1.clone()),
            keep: Keep::Whole,
            ..self.images.clone()
        };
        let named = expected.iter().map(|one| named(&one.digest)).collect();
        let outcome = run::run(&Request { named, ..asked(images) })?;
        let leads = expected.iter().map(|one| one.digest.clone()).collect();
        whole::keep_leads(&self.inventories.0, digest, &leads, Timestamp::now().as_second())?;
        Ok(passing(&outcome, expected.iter().map(|one| one.layers).sum()))
    }

    /// Who speaks to the registry of an image.
    fn client(&self, image: &ImageUse) -> Result<Arc<Client>> {
        let mut clients = Clients::default();
        if !self.secrets || image.secrets.is_empty() {
            return clients.of(&std::collections::BTreeSet::new(), &self.images);
        }
        let (_, connection) = self.live.connect()?;
        for secret in &image.secrets {
            if let Some(why) = clients.learn(&connection, secret) {
                anyhow::bail!("the secret `{}/{}` cannot be read: {why}", secret.0, secret.1);
            }
        }
        clients.of(&image.secrets, &self.images)
    }
}

impl Assessor for Assess {
    fn revision(&self) -> Result<String, String> {
        let bundle = self.in_force()?;
        // Exceptions and stages of rollouts end with the day.
        Ok(format!("{} {} {}", bundle.bundle.digest, self.database()?, today()))
    }

    fn assess(&self, image: &ImageUse, digest: &str) -> Assessment {
        self.look(image, digest).unwrap_or_else(|error| Assessment {
            verdict: Verdict::Unknown(format!("{error:#}")),
            until: None,
        })
    }

    fn tell(&self, message: &str) {
        self.events.lapsed(message, &self.log);
    }
}

/// Why no policy approves.
fn reasons(decision: &Decision) -> Vec<String> {
    let refusing = decision.rulings.iter().filter(|ruling| !ruling.is_approved);
    refusing
        .map(|ruling| format!("trust policy `{}`: {}", ruling.policy, ruling.reasons.join(", ")))
        .collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
