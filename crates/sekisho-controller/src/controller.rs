//! The controller: follows a cluster and a bundle, in one replica at a time, and has what changed judged, written,
//! made, changed and removed.

mod acting;
mod keeping;
mod metrics;
mod work;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sekisho_cluster::{Candidate, Connection, RequestError};
use sekisho_policy::Bundle;
use sekisho_store::{BundleUse, StoreOptions, StoreTarget};
use sekisho_webhook::facts::{FactsError, Live};

use self::work::Work;
use crate::approvals::{ApprovalSettings, ApprovalsStanding};
use crate::auditor::Counters;
use crate::effects::EffectLimits;
use crate::summary::SummaryForm;

/// What the controller does.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name of the cluster in the store.
    pub cluster: String,
    /// Where results are kept; none: nowhere.
    pub store: Option<(StoreTarget, StoreOptions)>,
    /// Summaries in the cluster, and the most of them; none: none.
    pub summaries: Option<(SummaryForm, usize)>,
    /// Whether objects are made and changed that policies want.
    pub effects: bool,
    /// Whether objects are removed that cleanup policies match.
    pub cleanup: bool,
    /// Whether the server does all that but keep it.
    pub dry_run: bool,
    /// How much is made and changed.
    pub limits: EffectLimits,
    /// The most objects that a run of cleanup policies removes.
    pub removals: usize,
    /// The lease that one replica holds: namespace, name, and who this one is; none: this one is alone.
    pub lease: Option<(String, String, String)>,
    /// How long findings that were resolved are kept, in seconds.
    pub retention: i64,
    /// How the approvals of images that run are looked after; none: not at all.
    pub approvals: Option<ApprovalSettings>,
}

/// Why the controller cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControllerError {
    /// The API server does not answer.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// What policies look at cannot be had.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// No thread can be had.
    #[error("cannot follow the objects of the cluster: {0}")]
    Thread(#[from] std::io::Error),
}

/// How the controller stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether this replica is the one that works.
    pub leads: bool,
    /// Whether everything that there is was looked at once.
    pub complete: bool,
    /// What the audit did.
    pub counters: Counters,
    /// Results that wait for the store.
    pub waiting: usize,
    /// Why the store takes none; none where it does.
    pub store: Option<String>,
    /// Kinds that cannot be followed, with the reason.
    pub unread: BTreeMap<String, String>,
    /// Objects that were made, changed and removed.
    pub made: u64,
    /// Objects that were changed.
    pub changed: u64,
    /// Objects that were removed.
    pub removed: u64,
    /// Effects that failed.
    pub failed: u64,
    /// What failed last, or holds the controller up.
    pub error: Option<String>,
    /// Why the clock here is not one to remove anything by; none where it is.
    pub clock: Option<String>,
    /// Summaries that are in the cluster, and namespaces that were left out.
    pub summaries: (usize, usize),
    /// How approvals of images that run stand.
    pub approvals: ApprovalsStanding,
    /// Why they cannot be looked at; none where they can.
    pub unjudged: Option<String>,
}

/// Follows a cluster.
#[derive(Debug)]
pub struct Controller {
    connection: Arc<Connection>,
    facts: Arc<Live>,
    settings: Settings,
    standing: Mutex<Standing>,
    bundle: Mutex<Option<(Arc<Bundle>, BundleUse)>>,
    ended: AtomicBool,
}

/// How long a lease is good for.
const LEASE: Duration = Duration::from_secs(15);

/// How long to wait for what happens.
const TICK: Duration = Duration::from_millis(200);

impl Controller {
    /// Prepares to follow; nothing is asked yet.
    pub fn new(connection: Connection, facts: Arc<Live>, settings: Settings) -> Self {
        Self {
            connection: Arc::new(connection),
            facts,
            settings,
            standing: Mutex::default(),
            bundle: Mutex::default(),
            ended: AtomicBool::new(false),
        }
    }

    /// Takes a bundle in place of the one in force, with the next look.
    pub fn install(&self, bundle: Arc<Bundle>, used: BundleUse) {
        *lock(&self.bundle) = Some((bundle, used));
    }

    /// How it stands.
    pub fn standing(&self) -> Standing {
        lock(&self.standing).clone()
    }

    /// Ends it.
    pub fn stop(&self) {
        self.ended.store(true, Ordering::Release);
    }

    fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Works until it is stopped; `said` hears what somebody should know.
    pub fn run(&self, mut said: impl FnMut(&str)) {
        let mut candidate = self
            .settings
            .lease
            .as_ref()
            .map(|(namespace, name, identity)| Candidate::new(namespace, name, identity, LEASE));
        let mut asked: Option<Instant> = None;
        let mut has_lease = true;
        let mut work: Option<Work<'_>> = None;
        while !self.ended() {
            if let Some(candidate) = &mut candidate
                && asked.is_none_or(|asked| asked.elapsed() >= LEASE / 3)
            {
                asked = Some(Instant::now());
                match candidate.campaign(&self.connection) {
                    Ok(_) => has_lease = true,
                    Err(error) => {
                        has_lease = false;
                        self.say(&mut said, &format!("cannot ask for the lease: {error}"));
                    }
                }
            }
            let leads = candidate.as_ref().is_none_or(Candidate::leads);
            if !leads {
                if work.take().is_some() {
                    said("another replica leads");
                }
                self.stand(false, has_lease);
                std::thread::sleep(TICK * 5);
                continue;
            }
            let step = match &mut work {
                Some(work) => work.step(),
                None => match Work::begin(self) {
                    Ok(begun) => {
                        work = Some(begun);
                        Ok(Vec::new())
                    }
                    Err(error) => Err(error),
                },
            };
            match step {
                Ok(words) => {
                    self.stand(true, has_lease);
                    for words in &words {
                        said(words);
                    }
                }
                Err(error) => {
                    self.say(&mut said, &error.to_string());
                    std::thread::sleep(TICK * 10);
                }
            }
        }
        drop(work);
        if let Some(candidate) = &mut candidate {
            // Another takes over when the lease is over, where this fails.
            let _ = candidate.resign(&self.connection);
        }
    }

    /// Enters that nothing holds it up, unless the lease does.
    fn stand(&self, leads: bool, has_lease: bool) {
        let mut standing = lock(&self.standing);
        standing.leads = leads;
        if has_lease {
            standing.error = None;
        }
    }

    /// Says what holds it up, once.
    fn say(&self, said: &mut impl FnMut(&str), words: &str) {
        let mut standing = lock(&self.standing);
        if standing.error.as_deref() != Some(words) {
            standing.error = Some(words.to_owned());
            drop(standing);
            said(words);
        }
    }
}

fn now() -> i64 {
    Timestamp::now().as_second()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
