//! A mirror: the objects of a kind as they are, kept up by a thread that lists once and watches from there on.

use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sekisho_manifest::Node;
use serde_json::Value;
use smol_str::SmolStr;

use crate::backoff::Backoff;
use crate::connection::Connection;
use crate::discovery::Resource;
use crate::error::RequestError;
use crate::frames::EventKind;
use crate::list::{Receiver, Selection};
use crate::scanner::Left;
use crate::snapshot::{Kept, Snapshot};
use crate::splitter::Splitter;
use crate::status::parse;
use crate::watch::{Ended, Watcher};

/// Which objects are mirrored, and what of them.
#[derive(Debug, Clone)]
pub struct Interest {
    /// The kind.
    pub resource: Resource,
    /// The namespace; none: all there are.
    pub namespace: Option<String>,
    /// The label selector; empty: all.
    pub labels: String,
    /// The field selector; empty: all.
    pub fields: String,
    /// Whether the server sends metadata alone.
    pub metadata_only: bool,
    /// Parts that are left out of every object.
    pub leave: Vec<Left>,
    /// Objects a page of the first list.
    pub page: u32,
    /// The most bytes of an object.
    pub object_bytes: usize,
    /// The most bytes of all objects together; what has no room is not held, and counted.
    pub total_bytes: usize,
}

impl Interest {
    /// Parts that say who changed what and when, and nothing of what holds.
    pub const BOOKKEEPING: &'static [Left] = &[
        &["metadata", "managedFields"],
        &["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"],
    ];

    /// All objects of a kind, without bookkeeping, in up to 256 MiB.
    pub fn of(resource: Resource) -> Self {
        Self {
            resource,
            namespace: None,
            labels: String::new(),
            fields: String::new(),
            metadata_only: false,
            leave: Self::BOOKKEEPING.to_vec(),
            page: 500,
            object_bytes: Splitter::<&[u8]>::ITEM,
            total_bytes: 256 << 20,
        }
    }
}

/// An object as it comes.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// The object as JSON, without what is left out, with its kind and API version.
    pub text: &'a str,
    /// The same as a tree.
    pub root: &'a Node,
}

/// What changed. The snapshot has it already when it is told.
#[derive(Debug)]
pub enum Delta<T> {
    /// An object is there that was not.
    Added(Arc<Kept<T>>),
    /// An object is another than before.
    Changed {
        /// As it was.
        before: Arc<Kept<T>>,
        /// As it is.
        now: Arc<Kept<T>>,
    },
    /// An object is gone.
    Removed(Arc<Kept<T>>),
    /// Everything that there is was told of: at the end of the first list, and of each that had to be made since.
    Synced,
}

/// How a mirror stands.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// Whether everything that there is was read once.
    pub synced: bool,
    /// When the server last said anything.
    pub fresh: Option<Instant>,
    /// Since when every request has failed.
    pub failing: Option<Instant>,
    /// Why the last one did.
    pub error: Option<String>,
    /// Objects that had no room since the last list.
    pub left_out: usize,
    /// Objects that could not be read since the last list.
    pub broken: usize,
    /// Lists that were read to their end.
    pub lists: u64,
    /// Events that came.
    pub events: u64,
    /// Whether the thread has ended: nothing is kept up any more.
    pub ended: bool,
}

/// The objects of a kind as they are. It ends when it is dropped.
pub struct Mirror<T> {
    shared: Arc<Shared<T>>,
    connection: Arc<Connection>,
    thread: Option<JoinHandle<()>>,
}

struct Shared<T> {
    snapshot: RwLock<Arc<Snapshot<T>>>,
    health: Mutex<Health>,
    changed: Condvar,
}

impl<T: Send + Sync + 'static> Mirror<T> {
    /// Starts to mirror. `make` says what is held of an object, none where it is not wanted; `told` hears of every
    /// change, in the thread of the mirror, which waits for it.
    ///
    /// # Errors
    ///
    /// Where no thread can be had.
    pub fn start(
        connection: &Connection,
        interest: Interest,
        make: impl Fn(&Item<'_>) -> Option<T> + Send + 'static,
        told: impl FnMut(Delta<T>) + Send + 'static,
    ) -> io::Result<Self> {
        let connection = Arc::new(connection.apart());
        let shared = Arc::new(Shared {
            snapshot: RwLock::default(),
            health: Mutex::default(),
            changed: Condvar::new(),
        });
        let mut keeper = Keeper {
            shared: Arc::clone(&shared),
            connection: Arc::clone(&connection),
            interest,
            make: Box::new(make),
            told: Box::new(told),
        };
        let name = format!("mirror {}", keeper.interest.resource.plural);
        let thread = thread::Builder::new().name(name).spawn(move || keeper.run())?;
        Ok(Self { shared, connection, thread: Some(thread) })
    }

    /// The objects as they are now.
    pub fn snapshot(&self) -> Arc<Snapshot<T>> {
        Arc::clone(&self.shared.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How the mirror stands.
    pub fn health(&self) -> Health {
        self.shared.health.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until everything was read once, but not longer than this; whether it was.
    pub fn wait(&self, patience: Duration) -> bool {
        let health = self.shared.health.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .shared
            .changed
            .wait_timeout_while(health, patience, |health| !health.synced && !health.ended)
            .unwrap_or_else(PoisonError::into_inner);
        waited.0.synced
    }

    /// Ends the mirror and waits until its thread has ended.
    pub fn stop(mut self) {
        self.connection.close();
        if let Some(thread) = self.thread.take() {
            // A panic of what it told was shown where it happened.
            let _ = thread.join();
        }
    }
}

impl<T> Drop for Mirror<T> {
    fn drop(&mut self) {
        self.connection.close();
    }
}

impl<T> fmt::Debug for Mirror<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mirror")
    }
}

/// What is held of an object, as whoever mirrors says.
type Make<T> = Box<dyn Fn(&Item<'_>) -> Option<T> + Send>;

/// The thread of a mirror.
struct Keeper<T> {
    shared: Arc<Shared<T>>,
    connection: Arc<Connection>,
    interest: Interest,
    make: Make<T>,
    told: Box<dyn FnMut(Delta<T>) + Send>,
}

impl<T> Drop for Keeper<T> {
    fn drop(&mut self) {
        let mut health = self.shared.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.ended = true;
        self.shared.changed.notify_all();
    }
}

/// How often the server may answer a watch with an error before everything is listed anew: it may not know the
/// version any more, as after a backup was played back.
const REFUSALS: u32 = 3;

/// How long a watch must last that is followed by the next at once.
const SHORT: Duration = Duration::from_secs(5);

impl<T> Keeper<T> {
    fn run(&mut self) {
        let mut backoff = Backoff::new(Duration::from_millis(400), Duration::from_secs(30));
        let mut version: Option<String> = None;
        let mut page = self.interest.page;
        let mut refusals = 0;
        while !self.connection.is_closed() {
            let Some(from) = version.as_mut() else {
                match self.list(page) {
                    // Pages that did not belong together: they expired faster than they were read.
                    Ok(read) if read.is_empty() => page = 0,
                    Ok(read) => {
                        version = Some(read);
                        page = self.interest.page;
                        continue;
                    }
                    Err(error) => {
                        page = if error.is_expired() { 0 } else { page };
                        self.failed(&error);
                    }
                }
                if !self.connection.pause(backoff.next_pause()) {
                    return;
                }
                continue;
            };
            let started = Instant::now();
            let (outcome, events) = self.watch(from);
            if events > 0 || started.elapsed() > SHORT {
                backoff.reset();
                refusals = 0;
            }
            match outcome {
                Ok(Ended::Expired) => version = None,
                Ok(Ended::Server | Ended::Receiver) if started.elapsed() > SHORT => continue,
                Ok(Ended::Server | Ended::Receiver) => {}
                Err(error) => {
                    if error.code().is_some() {
                        refusals += 1;
                    }
                    if refusals >= REFUSALS {
                        version = None;
                        refusals = 0;
                    }
                    self.failed(&error);
                }
            }
            if !self.connection.pause(backoff.next_pause()) {
                return;
            }
        }
    }

    /// Reads everything, tells what is another than before, and yields the version of the list; empty where it is of
    /// no one moment.
    fn list(&mut self, page: u32) -> Result<String, RequestError> {
        let before = Arc::clone(&self.shared.snapshot.read().unwrap_or_else(PoisonError::into_inner));
        let leave = self.leave();
        let mut listing =
            Listing { keeper: self, before: &before, now: Snapshot::default(), left_out: 0, broken: 0 };
        let interest = listing.keeper.interest.clone();
        let connection = Arc::clone(&listing.keeper.connection);
        let selection = Selection { page, leave: &leave, ..interest.selection() };
        let listed = connection.list(&selection, &mut listing)?;
        if listed.version.is_empty() {
            return Ok(listed.version);
        }
        let Listing { now, left_out, broken, .. } = listing;
        let now = Arc::new(now);
        *self.shared.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&now);
        for gone in before.iter().filter(|kept| now.get(&kept.namespace, &kept.name).is_none()) {
            (self.told)(Delta::Removed(Arc::clone(gone)));
        }
        for kept in now.iter() {
            match before.get(&kept.namespace, &kept.name) {
                Some(same) if Arc::ptr_eq(same, kept) => {}
                Some(other) => {
                    let before = Arc::clone(other);
                    (self.told)(Delta::Changed { before, now: Arc::clone(kept) });
                }
                None => (self.told)(Delta::Added(Arc::clone(kept))),
            }
        }
        (self.told)(Delta::Synced);
        self.well(|health| {
            health.synced = true;
            health.lists += 1;
            health.left_out = left_out;
            health.broken = broken;
        });
        Ok(listed.version)
    }

    /// Follows what happens from a version on, which is moved on, and yields how many events came.
    fn watch(&mut self, version: &mut String) -> (Result<Ended, RequestError>, u64) {
        let leave = self.leave();
        let interest = self.interest.clone();
        let connection = Arc::clone(&self.connection);
        let selection = Selection { leave: &leave, ..interest.selection() };
        let from = version.clone();
        let mut following = Following { keeper: self, version, events: 0 };
        let outcome = connection.watch(&selection, &from, &mut following);
        (outcome, following.events)
    }

    /// Takes an event in, and yields the version up to which everything is known by it.
    fn happened(&mut self, kind: EventKind, text: &str) -> Option<SmolStr> {
        let text = self.whole(text);
        let Some((identity, root)) = read(&text) else {
            self.well(|health| health.broken += 1);
            return None;
        };
        let version = Some(identity.version.clone()).filter(|version| !version.is_empty());
        self.well(|health| health.events += 1);
        let kept = match kind {
            EventKind::Bookmark | EventKind::Error => return version,
            EventKind::Deleted => None,
            EventKind::Added | EventKind::Modified => (self.make)(&Item { text: &text, root: &root })
                .map(|value| Arc::new(identity.kept(text.len(), value))),
        };
        let (before, now, is_full) = {
            let mut snapshot = self.shared.snapshot.write().unwrap_or_else(PoisonError::into_inner);
            let snapshot = Arc::make_mut(&mut snapshot);
            let before = snapshot.remove(&identity.namespace, &identity.name);
            let is_full = kept
                .as_ref()
                .is_some_and(|kept| snapshot.bytes().saturating_add(kept.bytes) > self.interest.total_bytes);
            let now = kept.filter(|_| !is_full);
            if let Some(now) = &now {
                snapshot.insert(Arc::clone(now));
            }
            (before, now, is_full)
        };
        if is_full {
            self.well(|health| health.left_out += 1);
        }
        match (before, now) {
            (Some(before), Some(now)) => (self.told)(Delta::Changed { before, now }),
            (None, Some(now)) => (self.told)(Delta::Added(now)),
            (Some(before), None) => (self.told)(Delta::Removed(before)),
            (None, None) => {}
        }
        version
    }

    /// Items of a list leave to the list what they are.
    fn leave(&self) -> Vec<Left> {
        let mut leave = self.interest.leave.clone();
        leave.extend([&["apiVersion"] as Left, &["kind"]]);
        leave
    }

    /// The text of an object with what it is.
    fn whole(&self, text: &str) -> String {
        let resource = &self.interest.resource;
        let version = Value::from(resource.api_version().as_str());
        let kind = Value::from(resource.kind.as_str());
        let rest = text.strip_prefix('{').unwrap_or(text);
        let comma = if rest.starts_with('}') { "" } else { "," };
        format!("{{\"apiVersion\":{version},\"kind\":{kind}{comma}{rest}")
    }

    /// The server said something that could be used.
    fn well(&self, change: impl FnOnce(&mut Health)) {
        let mut health = self.shared.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.fresh = Some(Instant::now());
        health.failing = None;
        health.error = None;
        change(&mut health);
        self.shared.changed.notify_all();
    }

    fn failed(&self, error: &RequestError) {
        let mut health = self.shared.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.failing = health.failing.or_else(|| Some(Instant::now()));
        health.error = Some(error.to_string());
        self.shared.changed.notify_all();
    }
}

impl Interest {
    fn selection(&self) -> Selection<'_> {
        Selection {
            namespace: self.namespace.as_deref(),
            labels: &self.labels,
            fields: &self.fields,
            metadata_only: self.metadata_only,
            object_bytes: self.object_bytes,
            ..Selection::of(&self.resource)
        }
    }
}

/// Which object, and in which version.
struct Identity {
    namespace: SmolStr,
    name: SmolStr,
    uid: SmolStr,
    version: SmolStr,
}

impl Identity {
    fn kept<T>(&self, bytes: usize, value: T) -> Kept<T> {
        Kept {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
            uid: self.uid.clone(),
            version: self.version.clone(),
            bytes,
            value,
        }
    }
}

fn read(text: &str) -> Option<(Identity, Node)> {
    let root = parse(text)?;
    let metadata = root.get("metadata")?;
    let word = |key: &str| SmolStr::new(metadata.str(key));
    let identity = Identity {
        namespace: word("namespace"),
        name: word("name"),
        uid: word("uid"),
        version: word("resourceVersion"),
    };
    Some((identity, root))
}

/// Takes the events of a watch.
struct Following<'a, T> {
    keeper: &'a mut Keeper<T>,
    /// Up to where everything is known.
    version: &'a mut String,
    events: u64,
}

impl<T> Watcher for Following<'_, T> {
    fn opened(&mut self) {
        self.keeper.well(|_| {});
    }

    fn event(&mut self, kind: EventKind, text: &str) -> bool {
        self.events += 1;
        if let Some(next) = self.keeper.happened(kind, text) {
            *self.version = next.into();
        }
        true
    }
}

/// Takes a list beside what is known.
struct Listing<'a, T> {
    keeper: &'a Keeper<T>,
    before: &'a Snapshot<T>,
    now: Snapshot<T>,
    left_out: usize,
    broken: usize,
}

impl<T> Receiver for Listing<'_, T> {
    fn item(&mut self, text: &str) -> bool {
        let text = self.keeper.whole(text);
        let Some((identity, root)) = read(&text).filter(|(identity, _)| !identity.name.is_empty()) else {
            self.broken += 1;
            return true;
        };
        let known = self.before.get(&identity.namespace, &identity.name);
        let same = known.filter(|kept| kept.uid == identity.uid && kept.version == identity.version);
        let kept = match same {
            Some(kept) => Some(Arc::clone(kept)),
            None => (self.keeper.make)(&Item { text: &text, root: &root })
                .map(|value| Arc::new(identity.kept(text.len(), value))),
        };
        let Some(kept) = kept else { return true };
        if self.now.bytes().saturating_add(kept.bytes) > self.keeper.interest.total_bytes {
            self.left_out += 1;
        } else {
            self.now.insert(kept);
        }
        true
    }

    fn restart(&mut self) {
        self.now = Snapshot::default();
        self.left_out = 0;
        self.broken = 0;
    }
}
