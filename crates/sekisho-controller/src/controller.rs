//! The controller: follows a cluster and a bundle, in one replica at a time, and has what changed judged, written,
//! made, changed and removed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sekisho_cluster::{
    Candidate, Connection, Delta, Discovered, Interest, Kept, Mirror, RequestError, Resource, discover,
};
use sekisho_policy::{Bundle, GroupVersionResource, Need};
use sekisho_store::{BundleUse, ObjectKey, Spool, StoreOptions, StoreTarget};
use sekisho_webhook::facts::{FactSource, FactsError, Live};

use crate::auditor::{Auditor, Counters, ObjectText, request};
use crate::cleaner::Cleaner;
use crate::effects::{self, EffectLimits, Effects, MANAGER};
use crate::kinds::{is_audited, left};
use crate::summary::{self, SummaryForm, summaries};

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
    /// Summaries that are in the cluster, and namespaces that were left out.
    pub summaries: (usize, usize),
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

/// What a mirror tells.
type Told = (usize, Delta<Arc<str>>);

/// How long a lease is good for.
const LEASE: Duration = Duration::from_secs(15);

/// How long to wait for what happens.
const TICK: Duration = Duration::from_millis(200);

/// Objects that are looked at before what happened meanwhile is taken in.
const BATCH: usize = 1_000;

/// How often summaries are written.
const SUMMARIES: Duration = Duration::from_mins(1);

/// How long objects are looked at again after what they depend on changed: what policies look at may arrive later.
const SETTLING: Duration = Duration::from_secs(3);

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
        let mut work: Option<Work<'_>> = None;
        while !self.ended() {
            if let Some(candidate) = &mut candidate
                && asked.is_none_or(|asked| asked.elapsed() >= LEASE / 3)
            {
                asked = Some(Instant::now());
                let outcome = candidate.campaign(&self.connection);
                if let Err(error) = outcome {
                    self.say(&mut said, &format!("cannot ask for the lease: {error}"));
                }
            }
            let leads = candidate.as_ref().is_none_or(Candidate::leads);
            if !leads {
                if work.take().is_some() {
                    said("another replica leads");
                }
                lock(&self.standing).leads = false;
                std::thread::sleep(TICK * 5);
                continue;
            }
            let step = match &mut work {
                Some(work) => work.step(),
                None => match Work::begin(self) {
                    Ok(begun) => {
                        lock(&self.standing).leads = true;
                        work = Some(begun);
                        Ok(Vec::new())
                    }
                    Err(error) => Err(error),
                },
            };
            match step {
                Ok(words) => words.iter().for_each(|words| said(words)),
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

    /// Says what holds it up, once.
    fn say(&self, said: &mut impl FnMut(&str), words: &str) {
        let mut standing = lock(&self.standing);
        if standing.error.as_deref() != Some(words) {
            standing.error = Some(words.to_owned());
            drop(standing);
            said(words);
        }
    }

    /// Metrics in the text form of Prometheus.
    pub fn metrics(&self) -> String {
        let standing = self.standing();
        let counters = standing.counters;
        let mut text = String::new();
        let mut line = |kind: &str, name: &str, help: &str, value: u64| {
            let _ = writeln!(text, "# HELP sekisho_controller_{name} {help}");
            let _ =
                writeln!(text, "# TYPE sekisho_controller_{name} {kind}\nsekisho_controller_{name} {value}");
        };
        line("gauge", "leads", "Whether this replica is the one that works.", u64::from(standing.leads));
        line("gauge", "complete", "Whether everything was looked at once.", u64::from(standing.complete));
        line("gauge", "objects", "Objects that are audited.", counters.objects);
        line("gauge", "object_bytes", "Bytes of their texts.", counters.bytes);
        line("gauge", "policies", "Policies in force.", counters.policies);
        line("gauge", "findings", "Findings that there are.", counters.findings);
        line("gauge", "waiting_objects", "Objects that wait to be looked at.", counters.waiting);
        line("counter", "looks_total", "Times that an object was looked at.", counters.looks);
        line("counter", "judgements_total", "Times that a policy judged an object.", counters.judgements);
        line("gauge", "waiting_results", "Results that wait for the store.", standing.waiting as u64);
        line(
            "gauge",
            "store_failing",
            "Whether the store takes no results.",
            u64::from(standing.store.is_some()),
        );
        line("gauge", "unread_kinds", "Kinds that cannot be followed.", standing.unread.len() as u64);
        line("counter", "made_total", "Objects that policies had made.", standing.made);
        line("counter", "changed_total", "Objects that policies had changed.", standing.changed);
        line("counter", "removed_total", "Objects that policies had removed.", standing.removed);
        line("counter", "failed_total", "Changes that policies wanted and that failed.", standing.failed);
        line("gauge", "summaries", "Summaries in the cluster.", standing.summaries.0 as u64);
        line(
            "gauge",
            "summaries_left",
            "Namespaces without a summary for the limit.",
            standing.summaries.1 as u64,
        );
        text
    }
}

/// What a replica holds while it leads.
struct Work<'c> {
    controller: &'c Controller,
    auditor: Auditor,
    kinds: Discovered,
    mirrors: Vec<(Resource, Mirror<Arc<str>>)>,
    followed: BTreeSet<String>,
    tell: Sender<Told>,
    told: Receiver<Told>,
    used: Option<BundleUse>,
    spool: Option<Spool>,
    began: i64,
    complete: bool,
    cleaner: Cleaner,
    /// Objects that may have effects, and whether they were there before.
    triggers: BTreeMap<String, (ObjectText, bool)>,
    /// Kinds that were made, by version and kind.
    made: BTreeSet<(String, String)>,
    /// Identifiers of objects that are gone, of which something may have been made.
    bereaved: Vec<String>,
    /// What is looked at once more when things have settled.
    settling: Option<Instant>,
    summarised: Option<Instant>,
    pruned: Option<Instant>,
    cleaned: Option<Instant>,
}

impl<'c> Work<'c> {
    fn begin(controller: &'c Controller) -> Result<Self, ControllerError> {
        let (tell, told) = channel();
        let settings = &controller.settings;
        let spool = settings
            .store
            .as_ref()
            .map(|(target, options)| Spool::new(target.clone(), *options, &settings.cluster));
        Ok(Self {
            kinds: discover(&controller.connection)?,
            controller,
            auditor: Auditor::new(),
            mirrors: Vec::new(),
            followed: BTreeSet::new(),
            tell,
            told,
            used: None,
            spool,
            began: now(),
            complete: false,
            cleaner: Cleaner::default(),
            triggers: BTreeMap::new(),
            made: BTreeSet::new(),
            bereaved: Vec::new(),
            settling: None,
            summarised: None,
            pruned: None,
            cleaned: None,
        })
    }

    fn step(&mut self) -> Result<Vec<String>, ControllerError> {
        let mut words = Vec::new();
        self.take_bundle()?;
        match self.told.recv_timeout(if self.auditor.counters().waiting > 0 { Duration::ZERO } else { TICK })
        {
            Ok(told) => {
                self.take(told);
                for _ in 0..BATCH * 10 {
                    let Ok(told) = self.told.try_recv() else { break };
                    self.take(told);
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        let synced = self.watch_mirrors();
        if self.used.is_some() && synced {
            if self.settling.is_some_and(|since| since.elapsed() >= SETTLING) {
                self.settling = None;
            }
            let facts = self.controller.facts.facts();
            let results = self.auditor.run(&*facts, BATCH);
            if let Some(spool) = &mut self.spool {
                spool.push(results);
            }
            if self.controller.settings.effects {
                self.carry_out(&mut words);
            }
            let waiting = self.auditor.counters().waiting;
            if waiting == 0 && !self.complete {
                self.complete = true;
                words.push(format!("everything was looked at: {} objects", self.auditor.counters().objects));
                self.sweep(&mut words);
            }
            self.clean(&mut words);
            self.summarise(&mut words);
        }
        self.flush(&mut words);
        let mut standing = lock(&self.controller.standing);
        standing.counters = self.auditor.counters();
        standing.complete = self.complete;
        Ok(words)
    }

    /// Takes a bundle that is new, and follows the kinds that it concerns.
    fn take_bundle(&mut self) -> Result<(), ControllerError> {
        let Some((bundle, used)) = lock(&self.controller.bundle).clone() else { return Ok(()) };
        if self.used.as_ref() == Some(&used) {
            return Ok(());
        }
        let mut needs: BTreeSet<Need> = bundle.needs();
        if self.controller.settings.effects {
            needs.extend(bundle.effect_needs());
        }
        self.controller.facts.prepare(&needs.into_iter().collect::<Vec<_>>())?;
        self.auditor.policies(Arc::clone(&bundle), &used.digest);
        let cleaned: Vec<_> =
            bundle.loaded.cleanups.iter().map(sekisho_policy::kyverno::Cleanup::kinds).collect();
        let cleans = |kind: &str| {
            self.controller.settings.cleanup
                && cleaned
                    .iter()
                    .any(|kinds| kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|known| known == kind)))
        };
        let wanted: Vec<Resource> = self
            .kinds
            .resources
            .iter()
            .filter(|one| is_audited(one))
            .filter(|one| self.auditor.wants(&one.kind, &one.plural) || cleans(&one.kind))
            .filter(|one| !self.followed.contains(one.full_name().as_str()))
            .cloned()
            .collect();
        for resource in wanted {
            self.followed.insert(resource.full_name().to_string());
            let (tell, place) = (self.tell.clone(), self.mirrors.len());
            let interest = Interest { leave: left(&resource).to_vec(), ..Interest::of(resource.clone()) };
            let mirror = Mirror::start(
                &self.controller.connection,
                interest,
                |item| Some(Arc::from(item.text)),
                // Whoever does not hear any more has ended.
                move |delta| drop(tell.send((place, delta))),
            )?;
            self.mirrors.push((resource, mirror));
        }
        // What the policies want because of objects that were there before.
        if self.controller.settings.effects
            && bundle.loaded.policies.iter().any(sekisho_policy::Policy::is_retroactive)
        {
            for (resource, mirror) in &self.mirrors {
                for kept in mirror.snapshot().iter() {
                    let object = text(resource, kept);
                    self.triggers.entry(object.key.id()).or_insert((object, true));
                }
            }
        }
        if let Some(spool) = &mut self.spool {
            // Where it fails, the results that follow say which bundle it was.
            let _ = spool.with(|store| store.use_bundle(&used, now()));
        }
        self.used = Some(used);
        Ok(())
    }

    fn take(&mut self, (place, delta): Told) {
        let Some((resource, _)) = self.mirrors.get(place) else { return };
        match delta {
            Delta::Added(kept) | Delta::Changed { now: kept, .. } => {
                let object = text(resource, &kept);
                let existing = !self.complete;
                self.triggers.insert(object.key.id(), (object.clone(), existing));
                self.auditor.object(object);
            }
            Delta::Removed(kept) => {
                let object = text(resource, &kept);
                self.triggers.remove(&object.key.id());
                if !self.made.is_empty() {
                    self.bereaved.push(object.uid.to_string());
                }
                self.auditor.gone(&object.key);
            }
            Delta::Synced => {}
        }
        if resource.kind == "Namespace" && resource.group.is_empty() {
            self.settling = Some(Instant::now());
        }
    }

    /// Whether all that can be followed was read once.
    fn watch_mirrors(&self) -> bool {
        let mut synced = !self.mirrors.is_empty();
        let mut unread = BTreeMap::new();
        for (resource, mirror) in &self.mirrors {
            let health = mirror.health();
            match &health.error {
                Some(error) if !health.synced => {
                    unread.insert(resource.full_name().to_string(), error.clone());
                }
                _ => synced &= health.synced,
            }
        }
        lock(&self.controller.standing).unread = unread;
        synced && self.settling.is_none_or(|since| since.elapsed() >= SETTLING)
    }

    /// Carries out what policies want because of what happened.
    fn carry_out(&mut self, words: &mut Vec<String>) {
        let Some((bundle, _)) = lock(&self.controller.bundle).clone() else { return };
        if self.triggers.is_empty() && self.bereaved.is_empty() {
            return;
        }
        let facts = self.controller.facts.facts();
        let mut wanted = Vec::new();
        let mut taken = 0;
        while let Some((_, (object, existing))) = self.triggers.pop_first() {
            taken += 1;
            if let Some(request) = request(&object) {
                let effects = effects::wanted(&bundle, &request, &*facts, existing);
                if !effects.is_empty() {
                    wanted.push((request, effects));
                }
            }
            if taken >= BATCH || wanted.len() >= self.controller.settings.limits.of_one {
                break;
            }
        }
        let settings = &self.controller.settings;
        let effects = Effects {
            connection: &self.controller.connection,
            kinds: &self.kinds,
            dry_run: settings.dry_run,
            limits: settings.limits,
        };
        for (_, effects) in &wanted {
            let kinds = effects.iter().map(|one| &one.object);
            self.made.extend(
                kinds.map(|object| (object.str("apiVersion").to_owned(), object.str("kind").to_owned())),
            );
        }
        let mut report = effects.carry_out(&wanted);
        let kinds: Vec<_> = self.made.iter().cloned().collect();
        let mut removed = 0;
        for uid in std::mem::take(&mut self.bereaved) {
            match effects.withdraw(&uid, &kinds) {
                Ok(count) => removed += count,
                Err(error) => report.failed.push(("what was made".to_owned(), error.to_string())),
            }
        }
        words.extend(report.failed.iter().map(|(policy, why)| format!("{policy}: {why}")));
        let mut standing = lock(&self.controller.standing);
        standing.made += report.made;
        standing.changed += report.changed;
        standing.removed += removed;
        standing.failed += report.failed.len() as u64;
    }

    fn clean(&mut self, words: &mut Vec<String>) {
        let settings = &self.controller.settings;
        let is_time = self.cleaned.is_none_or(|last| last.elapsed() >= TICK * 5);
        if !settings.cleanup || !is_time || !self.complete {
            return;
        }
        self.cleaned = Some(Instant::now());
        let Some((bundle, _)) = lock(&self.controller.bundle).clone() else { return };
        let (due, wrong) = self.cleaner.due(&bundle, now());
        words.extend(wrong.iter().map(|(policy, why)| format!("{policy}: {why}")));
        if due.is_empty() {
            return;
        }
        let meant: Vec<_> =
            due.iter().filter_map(|place| bundle.loaded.cleanups.get(*place)?.kinds()).flatten().collect();
        let all = due
            .iter()
            .any(|place| bundle.loaded.cleanups.get(*place).is_some_and(|one| one.kinds().is_none()));
        let objects =
            self.auditor.requests(|object| all || meant.iter().any(|kind| kind == object.key.kind.as_str()));
        let facts = self.controller.facts.facts();
        let connection = &self.controller.connection;
        let report =
            Cleaner::run(connection, &bundle, &due, &objects, &*facts, settings.removals, settings.dry_run);
        words.extend(report.removed.iter().map(|(policy, object)| format!("{policy} removed {object}")));
        words.extend(report.failed.iter().map(|(policy, why)| format!("{policy}: {why}")));
        let mut standing = lock(&self.controller.standing);
        standing.removed += report.removed.len() as u64;
        standing.failed += report.failed.len() as u64;
    }

    /// Takes out of the store what went away while nobody followed.
    fn sweep(&mut self, words: &mut Vec<String>) {
        let Some(spool) = &mut self.spool else { return };
        let (cluster, began) = (&self.controller.settings.cluster, self.began);
        let swept = spool.flush(now()).and_then(|_| spool.with(|store| store.sweep(cluster, began, now())));
        if let Err(error) = swept {
            words.push(error.to_string());
        }
    }

    fn flush(&mut self, words: &mut Vec<String>) {
        let Some(spool) = &mut self.spool else { return };
        let outcome = if spool.waiting() > 0 { spool.flush(now()).map(|_| ()) } else { Ok(()) };
        let error = outcome.err().map(|error| error.to_string());
        let retention = self.controller.settings.retention;
        if error.is_none() && self.pruned.is_none_or(|last| last.elapsed() >= Duration::from_hours(1)) {
            self.pruned = Some(Instant::now());
            let _ = spool.with(|store| store.prune(now() - retention));
        }
        let mut standing = lock(&self.controller.standing);
        standing.waiting = spool.waiting();
        if standing.store != error {
            words.extend(error.clone());
            standing.store = error;
        }
    }

    /// Writes summaries where they differ from what is there, and removes those of namespaces that need none.
    fn summarise(&mut self, words: &mut Vec<String>) {
        let Some((form, most)) = self.controller.settings.summaries else { return };
        let is_time = self.summarised.is_none_or(|last| last.elapsed() >= SUMMARIES);
        if !self.complete || !is_time {
            return;
        }
        self.summarised = Some(Instant::now());
        let made = summaries(&self.auditor, form, most);
        let connection = &self.controller.connection;
        let mut written = 0;
        for (namespace, report) in &made.reports {
            let path = format!("{}/{}", form.path(namespace), summary::NAME);
            let how = sekisho_cluster::Applying { manager: MANAGER, force: true, dry_run: false };
            match connection.apply(&path, &report.to_string(), how) {
                Ok(_) => written += 1,
                Err(error) => {
                    words.push(format!("the report of `{namespace}` cannot be written: {error}"));
                    break;
                }
            }
        }
        let selector = "labelSelector=app.kubernetes.io%2Fmanaged-by%3Dsekisho";
        if let Ok(there) =
            connection.get(&format!("{}?{selector}", form.path("").replace("/namespaces//", "/")))
        {
            for item in there.get("items").map(sekisho_manifest::Node::items).unwrap_or_default() {
                let metadata = |key: &str| {
                    item.at(&["metadata", key])
                        .and_then(sekisho_manifest::Node::as_str)
                        .unwrap_or("")
                        .to_owned()
                };
                let (namespace, name) = (metadata("namespace"), metadata("name"));
                if made.reports.iter().all(|(known, _)| *known != namespace) {
                    // One that stays says what was, until the next time.
                    let _ = connection.delete(&format!("{}/{name}", form.path(&namespace)));
                }
            }
        }
        lock(&self.controller.standing).summaries = (written, made.left);
    }
}

/// An object of a mirror as the audit holds it.
fn text(resource: &Resource, kept: &Kept<Arc<str>>) -> ObjectText {
    ObjectText {
        key: ObjectKey {
            api_version: resource.api_version().to_string(),
            kind: resource.kind.to_string(),
            namespace: kept.namespace.to_string(),
            name: kept.name.to_string(),
        },
        resource: GroupVersionResource {
            group: resource.group.clone(),
            version: resource.version.clone(),
            resource: resource.plural.clone(),
        },
        uid: kept.uid.clone(),
        version: kept.version.clone(),
        text: Arc::clone(&kept.value),
    }
}

fn now() -> i64 {
    Timestamp::now().as_second()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
