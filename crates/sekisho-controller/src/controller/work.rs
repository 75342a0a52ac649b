//! What a replica does while it leads: follows the bundle and the objects that it concerns, and has them audited.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use sekisho_cluster::{Delta, Discovered, Interest, Kept, Mirror, Resource, discover};
use sekisho_policy::{GroupVersionResource, Need};
use sekisho_store::{BundleUse, ObjectKey, Spool};
use sekisho_webhook::facts::FactSource as _;

use super::{Controller, ControllerError, TICK, lock, now};
use crate::auditor::{Auditor, ObjectText};
use crate::cleaner::Cleaner;
use crate::kinds::{is_audited, left};

/// What a mirror tells.
type Told = (usize, Delta<Arc<str>>);

/// Objects that are looked at before what happened meanwhile is taken in.
pub(super) const BATCH: usize = 1_000;

/// How long objects are looked at again after what they depend on changed: what policies look at may arrive later.
const SETTLING: Duration = Duration::from_secs(3);

/// What a replica holds while it leads.
pub(super) struct Work<'c> {
    pub(super) controller: &'c Controller,
    pub(super) auditor: Auditor,
    pub(super) kinds: Discovered,
    pub(super) mirrors: Vec<(Resource, Mirror<Arc<str>>)>,
    followed: BTreeSet<String>,
    tell: Sender<Told>,
    told: Receiver<Told>,
    used: Option<BundleUse>,
    pub(super) spool: Option<Spool>,
    pub(super) began: i64,
    /// When all objects that there were had been read.
    read: Option<Instant>,
    pub(super) complete: bool,
    pub(super) cleaner: Cleaner,
    /// Objects that may have effects, and whether they were there before.
    pub(super) triggers: BTreeMap<String, (ObjectText, bool)>,
    /// Kinds that were made, by version and kind.
    pub(super) made: BTreeSet<(String, String)>,
    /// Identifiers of objects that are gone, of which something may have been made.
    pub(super) bereaved: Vec<String>,
    /// What is looked at once more when things have settled.
    settling: Option<Instant>,
    pub(super) summarised: Option<Instant>,
    pub(super) pruned: Option<Instant>,
    pub(super) cleaned: Option<Instant>,
}

impl<'c> Work<'c> {
    pub(super) fn begin(controller: &'c Controller) -> Result<Self, ControllerError> {
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
            read: None,
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

    pub(super) fn step(&mut self) -> Result<Vec<String>, ControllerError> {
        let mut words = Vec::new();
        self.take_bundle()?;
        match self.told.recv_timeout(if self.auditor.waiting() > 0 { Duration::ZERO } else { TICK }) {
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
            let read = *self.read.get_or_insert_with(Instant::now);
            let facts = self.controller.facts.facts();
            let results = self.auditor.run(&*facts, BATCH);
            if let Some(spool) = &mut self.spool {
                spool.push(results);
            }
            if self.controller.settings.effects {
                self.carry_out(&mut words);
            }
            if self.auditor.waiting() == 0 && !self.complete {
                self.complete = true;
                self.sweep(&mut words);
                words.push(format!(
                    "everything was looked at: {} objects, {:.2} s after they were read",
                    self.auditor.counters().objects,
                    read.elapsed().as_secs_f64()
                ));
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
                if self.controller.settings.effects {
                    self.triggers.insert(object.key.id(), (object.clone(), !self.complete));
                }
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
