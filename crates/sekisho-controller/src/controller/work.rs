//! What a replica does while it leads: follows the bundle and the objects that it concerns, and has them audited.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use sekisho_cluster::{Delta, Discovered, Interest, Kept, Mirror, Resource, Selection, discover};
use sekisho_policy::{Bundle, GroupVersionResource, Need, Needed};
use sekisho_store::{BundleUse, ObjectKey, Spool};
use sekisho_webhook::facts::FactSource as _;

use super::{Controller, ControllerError, TICK, lock, now};
use crate::approvals::Keeper;
use crate::auditor::{Auditor, ObjectText};
use crate::cleaner::Cleaner;
use crate::effects::Cause;
use crate::kept::{Keeping, Made};
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
    /// The policies in force.
    taken: Option<Arc<Bundle>>,
    pub(super) spool: Option<Spool>,
    /// Who looks after approvals.
    keeper: Option<Keeper>,
    /// When all objects that there were had been read.
    read: Option<Instant>,
    pub(super) complete: bool,
    pub(super) cleaner: Cleaner,
    /// Objects that may have effects, and why they are looked at.
    pub(super) triggers: BTreeMap<String, (ObjectText, Cause)>,
    /// What tells this controller and its replicas from others: the lease, else the name of the cluster.
    pub(super) maker: String,
    /// What was made and is kept.
    pub(super) keeping: Keeping,
    /// Whether what an earlier replica made was taken over.
    pub(super) has_adopted: bool,
    /// What was made because of objects of these identifiers, and is kept no longer.
    pub(super) bereaved: Vec<(String, Vec<Made>)>,
    /// Objects of which what was made is looked at again, and since when.
    pub(super) later: BTreeMap<String, Instant>,
    /// What objects that are made depend on.
    sources: BTreeSet<Need>,
    /// Changes in the minute that began then.
    pub(super) spent: (Instant, usize),
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
        let spool = || {
            let (target, options) = settings.store.as_ref()?;
            Some(Spool::new(target.clone(), *options, &settings.cluster))
        };
        let keeper = settings.approvals.as_ref().map(|approvals| {
            let whose = (settings.cluster.as_str(), settings.dry_run);
            Keeper::start(&controller.connection, approvals, spool(), whose)
        });
        Ok(Self {
            kinds: discover(&controller.connection)?,
            controller,
            auditor: Auditor::new(),
            mirrors: Vec::new(),
            followed: BTreeSet::new(),
            tell,
            told,
            used: None,
            taken: None,
            spool: spool(),
            keeper: keeper.transpose()?,
            read: None,
            complete: false,
            cleaner: Cleaner::default(),
            triggers: BTreeMap::new(),
            maker: settings.lease.as_ref().map_or_else(
                || settings.cluster.clone(),
                |(namespace, name, _)| format!("{namespace}/{name}"),
            ),
            keeping: Keeping::default(),
            has_adopted: false,
            bereaved: Vec::new(),
            later: BTreeMap::new(),
            sources: BTreeSet::new(),
            spent: (Instant::now(), 0),
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
        let lapses_are_told = self.hear(&mut words);
        if self.used.is_some() && synced {
            if self.settling.is_some_and(|since| since.elapsed() >= SETTLING) {
                self.settling = None;
            }
            let read = *self.read.get_or_insert_with(Instant::now);
            let facts = self.controller.facts.facts();
            // What was said last is written while the next is looked at.
            let (auditor, spool) = (&mut self.auditor, &mut self.spool);
            let (results, _) = rayon::join(
                || auditor.run(&*facts, BATCH),
                || spool.as_mut().map(|spool| spool.flush(now())),
            );
            if let Some(spool) = &mut self.spool {
                spool.push(results);
            }
            if self.controller.settings.effects {
                self.carry_out(&mut words);
            }
            if self.auditor.waiting() == 0 && !self.complete {
                self.complete = true;
                words.push(format!(
                    "everything was looked at: {} objects, {:.2} s after they were read",
                    self.auditor.counters().objects,
                    read.elapsed().as_secs_f64()
                ));
            }
            self.clean(&mut words);
            self.summarise(&mut words);
        }
        if self.auditor.waiting() == 0 || !synced {
            // What approvals say of objects comes from elsewhere, and is no older than the rest.
            self.flush(self.complete && synced && lapses_are_told, &mut words);
        }
        let mut standing = lock(&self.controller.standing);
        standing.counters = self.auditor.counters();
        standing.complete = self.complete;
        Ok(words)
    }

    /// Takes in what is told of approvals; whether all of it was.
    fn hear(&mut self, words: &mut Vec<String>) -> bool {
        let Some(keeper) = &self.keeper else { return true };
        let told = keeper.told();
        if let Some(findings) = told.findings {
            self.auditor.beside(findings);
        }
        words.extend(told.words);
        let mut standing = lock(&self.controller.standing);
        standing.approvals = told.standing;
        if standing.unjudged != told.fault {
            words.extend(told.fault.clone());
            standing.unjudged = told.fault;
        }
        told.is_whole
    }

    /// Takes a bundle that is new, and follows the kinds that it concerns.
    fn take_bundle(&mut self) -> Result<(), ControllerError> {
        let Some((bundle, used)) = lock(&self.controller.bundle).clone() else { return Ok(()) };
        // The same files may have been made ready anew, as of another day.
        if self.taken.as_ref().is_some_and(|taken| Arc::ptr_eq(taken, &bundle)) {
            return Ok(());
        }
        let settings = &self.controller.settings;
        let mut needs: BTreeSet<Need> = bundle.needs();
        let mut beside = BTreeSet::new();
        self.sources.clear();
        if settings.effects {
            self.sources = bundle.effect_needs();
            needs.extend(self.sources.iter().cloned());
            beside = bundle.made();
            beside.extend(self.sources.iter().cloned());
        }
        self.controller.facts.prepare(&needs.into_iter().collect::<Vec<_>>())?;
        self.auditor.policies(Arc::clone(&bundle), &used.digest);
        let acting: Vec<_> = if settings.effects {
            let acting = bundle.loaded.policies.iter().filter(|policy| policy.acts());
            acting.flat_map(|policy| policy.interest().targets).collect()
        } else {
            Vec::new()
        };
        let is_wanted = |one: &&Resource| {
            let (kind, plural) = (one.kind.as_str(), one.plural.as_str());
            self.auditor.wants(kind, plural)
                || acting.iter().any(|target| target.is_of(kind, plural))
                || beside.iter().any(|need| names(need, one))
                || settings.cleanup
                    && bundle.loaded.cleanups.iter().any(|policy| policy.concerns(kind, plural))
        };
        let wanted: Vec<Resource> =
            self.kinds.resources.iter().filter(|one| is_audited(one)).filter(is_wanted).cloned().collect();
        for resource in wanted {
            self.follow(resource)?;
        }
        if settings.effects && self.used.is_none() {
            self.follow_claimed()?;
        }
        if settings.effects {
            // What the policies want because of objects that were there before.
            if bundle.loaded.policies.iter().any(sekisho_policy::Policy::is_retroactive) {
                for (resource, mirror) in &self.mirrors {
                    for kept in mirror.snapshot().iter() {
                        let object = text(resource, kept);
                        self.triggers.entry(object.key.id()).or_insert((object, Cause::Was));
                    }
                }
            }
            for id in self.keeping.triggers() {
                if let Some(object) = self.auditor.held(id) {
                    self.triggers.entry(id.clone()).or_insert_with(|| (object.clone(), Cause::Again));
                }
            }
        }
        if let Some(spool) = &mut self.spool {
            // Where it fails, the results that follow say which bundle it was.
            let _ = spool.with(|store| store.use_bundle(&used, now()));
        }
        self.used = Some(used);
        self.taken = Some(bundle);
        Ok(())
    }

    /// Follows the objects of a kind, unless they are followed already.
    fn follow(&mut self, resource: Resource) -> Result<(), ControllerError> {
        if !self.followed.insert(resource.full_name().to_string()) {
            return Ok(());
        }
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
        Ok(())
    }

    /// Follows what was made and is kept, to see when somebody changes it.
    pub(super) fn follow_made(&mut self, version: &str, kind: &str) -> Result<(), ControllerError> {
        let need = Need::kind(version, kind);
        let found = self.kinds.resources.iter().find(|one| names(&need, one) && is_audited(one)).cloned();
        found.map_or(Ok(()), |resource| self.follow(resource))
    }

    /// Follows the kinds of which an earlier replica made something, whatever the policies say by now. Of a kind that must not
    /// be listed nothing can be kept.
    fn follow_claimed(&mut self) -> Result<(), ControllerError> {
        let is_unknown =
            |one: &&Resource| is_audited(one) && !self.followed.contains(one.full_name().as_str());
        let unknown: Vec<Resource> = self.kinds.resources.iter().filter(is_unknown).cloned().collect();
        for resource in unknown {
            let mut first = First(false);
            let labels = "app.kubernetes.io/managed-by=kyverno,generate.kyverno.io/policy-name";
            let selection = Selection { labels, metadata_only: true, page: 1, ..Selection::of(&resource) };
            match self.controller.connection.list(&selection, &mut first) {
                Ok(_) if first.0 => self.follow(resource)?,
                Ok(_) => {}
                Err(error) if matches!(error.code(), Some(403..=405)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Whether objects of a kind are followed, and all of them were read.
    pub(super) fn follows(&self, kind: &str) -> bool {
        self.mirrors.iter().any(|(resource, mirror)| resource.kind == kind && mirror.health().synced)
    }

    fn take(&mut self, (place, delta): Told) {
        let Some((resource, _)) = self.mirrors.get(place) else { return };
        let resource = resource.clone();
        match delta {
            Delta::Added(kept) => {
                let object = text(&resource, &kept);
                self.came(&resource, &object);
                self.auditor.object(object);
            }
            Delta::Changed { now: kept, .. } => {
                let object = text(&resource, &kept);
                self.unsettle(&resource, &object.key.id());
                self.came(&resource, &object);
                self.auditor.object(object);
            }
            Delta::Removed(kept) => {
                let object = text(&resource, &kept);
                let id = object.key.id();
                self.triggers.remove(&id);
                self.unsettle(&resource, &id);
                self.bereaved.extend(self.keeping.bereave(&id));
                self.later.remove(&id);
                self.auditor.gone(&object.key);
            }
            Delta::Synced => {}
        }
        if resource.kind == "Namespace" && resource.group.is_empty() && self.read.is_some() {
            self.settling.get_or_insert_with(Instant::now);
        }
    }

    /// Enters an object that policies may want something because of.
    fn came(&mut self, resource: &Resource, object: &ObjectText) {
        if !self.controller.settings.effects {
            return;
        }
        let id = object.key.id();
        if self.sources.iter().any(|need| names(need, resource)) && self.keeping.trigger(&id).is_none() {
            self.unsettle(resource, &id);
        }
        let cause = if self.complete { Cause::Came } else { Cause::Was };
        self.triggers.insert(id, (object.clone(), cause));
    }

    /// Has what was made looked at again: an object of it changed, or one that it may depend on.
    fn unsettle(&mut self, resource: &Resource, id: &str) {
        if let Some(trigger) = self.keeping.trigger(id) {
            self.later.entry(trigger.to_owned()).or_insert_with(Instant::now);
        } else if self.sources.iter().any(|need| names(need, resource)) {
            for trigger in self.keeping.triggers() {
                self.later.entry(trigger.clone()).or_insert_with(Instant::now);
            }
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

/// Whether a list has anything.
struct First(bool);

impl sekisho_cluster::Receiver for First {
    fn item(&mut self, _: &str) -> bool {
        self.0 = true;
        false
    }

    fn restart(&mut self) {}
}

/// Whether a kind of the cluster is one that is needed.
fn names(need: &Need, resource: &Resource) -> bool {
    need.group == resource.group
        && match &need.what {
            Needed::Kind(kind) => *kind == resource.kind,
            Needed::Plural(plural) => *plural == resource.plural,
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
