//! Follows a source: reads it at an interval or when it is called, tries what it finds, and swaps it in as a whole.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::bundle::{Bundle, Digest};
use crate::cache::{Cache, CacheError};
use crate::charter::{Charter, CharterError};
use crate::reader::{Reader, SourceError, Update};

/// Makes of a bundle what is used of it, and runs its tests: the bundle, what it says of itself, the folder where its
/// files are, and the day in days since 1970. An error refuses the bundle.
pub type Proof<T> = dyn Fn(&Bundle, &Charter, &Path, i64) -> Result<T, String> + Send + Sync;

/// A bundle in use.
#[derive(Debug)]
pub struct Adopted<T> {
    /// The bundle.
    pub bundle: Bundle,
    /// What it says of itself.
    pub charter: Charter,
    /// What was made of it.
    pub ready: T,
    /// The first day on which something else must be made of it.
    until: Option<i64>,
}

/// How a source fares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// The source.
    pub source: String,
    /// What is in use; none where nothing is.
    pub digest: Option<Digest>,
    /// The commit in use.
    pub commit: Option<String>,
    /// Whether what is in use was kept from an earlier run, and its source has not been read since.
    pub from_cache: bool,
    /// When the source was last read with success, in seconds since 1970.
    pub succeeded: Option<i64>,
    /// Why the last reading failed; none where it did not.
    pub error: Option<String>,
    /// Readings that failed, one after the other.
    pub failures: u64,
    /// Bundles that were swapped in.
    pub adopted: u64,
    /// Readings that failed, all of them.
    pub refused: u64,
}

/// What one reading comes to.
#[derive(Debug)]
pub enum Step<T> {
    /// Nothing new.
    Same,
    /// A bundle was swapped in.
    Adopted(Arc<Adopted<T>>),
    /// It was refused, and what was in use stays. Whether this is said for the first time.
    Refused(String, bool),
}

/// Calls a follower, from any thread.
#[derive(Debug, Clone, Default)]
pub struct Waker(Arc<(Mutex<Call>, Condvar)>);

#[derive(Debug, Default)]
struct Call {
    read: bool,
    stop: bool,
}

impl Waker {
    /// Has the source read now.
    pub fn wake(&self) {
        lock(&self.0.0).read = true;
        self.0.1.notify_all();
    }

    /// Ends the following.
    pub fn stop(&self) {
        lock(&self.0.0).stop = true;
        self.0.1.notify_all();
    }

    /// Waits until the time is over or somebody calls; whether to go on.
    fn wait(&self, time: Duration) -> bool {
        let idle = |call: &mut Call| !call.read && !call.stop;
        let waited = self.0.1.wait_timeout_while(lock(&self.0.0), time, idle);
        let (mut call, _) = waited.unwrap_or_else(PoisonError::into_inner);
        call.read = false;
        !call.stop
    }
}

/// Why a bundle is not used.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Charter(#[from] CharterError),
    #[error(transparent)]
    Cache(#[from] CacheError),
    #[error("{0}")]
    Proof(String),
}

/// Follows one source.
pub struct Follower<T> {
    reader: Reader,
    cache: Cache,
    proof: Box<Proof<T>>,
    waker: Waker,
    state: Mutex<State<T>>,
}

struct State<T> {
    current: Option<Arc<Adopted<T>>>,
    health: Health,
}

impl<T> std::fmt::Debug for Follower<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower")
            .field("reader", &self.reader)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

impl<T> Follower<T> {
    /// Prepares to follow; nothing is read yet.
    pub fn new(reader: Reader, cache: Cache, proof: Box<Proof<T>>) -> Self {
        let health = Health { source: reader.location.to_string(), ..Health::default() };
        let state = Mutex::new(State { current: None, health });
        Self { reader, cache, proof, waker: Waker::default(), state }
    }

    /// What calls this follower.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// The bundle in use.
    pub fn current(&self) -> Option<Arc<Adopted<T>>> {
        lock(&self.state).current.clone()
    }

    /// How the source fares.
    pub fn health(&self) -> Health {
        lock(&self.state).health.clone()
    }

    /// Takes up the bundle that was in use last; none where there was none, or where it is damaged, which then is
    /// the error that [`Follower::health`] shows.
    pub fn resume(&self) -> Option<Arc<Adopted<T>>> {
        let loaded = self.cache.load(self.reader.options.budget);
        let resumed = loaded.map_err(Refusal::from).and_then(|found| {
            let Some((bundle, files)) = found else { return Ok(None) };
            let charter = Charter::of_bundle(&bundle)?;
            self.ready(bundle, charter, &files, today()).map(Some)
        });
        let mut state = lock(&self.state);
        match resumed {
            Ok(None) => None,
            Ok(Some(adopted)) => {
                state.adopt(&adopted);
                state.health.from_cache = true;
                Some(adopted)
            }
            Err(error) => {
                state.health.error = Some(error.to_string());
                None
            }
        }
    }

    /// Reads the source once.
    pub fn step(&self) -> Step<T> {
        self.step_on(today())
    }

    /// The same, on a day in days since 1970.
    pub fn step_on(&self, day: i64) -> Step<T> {
        let current = self.current();
        // A date that has come counts though the source be away, and its source can be read with the next step.
        let due = current.as_ref().filter(|adopted| adopted.until.is_some_and(|until| until <= day));
        let advanced = due.map(|adopted| self.again(adopted, day));
        let outcome = match advanced {
            Some(Ok(advanced)) => {
                let mut state = lock(&self.state);
                state.adopt(&advanced);
                state.health.adopted += 1;
                return Step::Adopted(advanced);
            }
            Some(Err(error)) => self.read(current.as_deref(), day).and_then(|new| new.ok_or(error).map(Some)),
            None => self.read(current.as_deref(), day),
        };
        let mut state = lock(&self.state);
        match outcome {
            Ok(adopted) => {
                state.health.read();
                match adopted {
                    None => Step::Same,
                    Some(adopted) => {
                        state.adopt(&adopted);
                        state.health.adopted += 1;
                        Step::Adopted(adopted)
                    }
                }
            }
            Err(error) => {
                let message = error.to_string();
                let first = state.health.fail(&message);
                Step::Refused(message, first)
            }
        }
    }

    /// What the source has that is not in use; none where there is nothing new.
    fn read(&self, current: Option<&Adopted<T>>, day: i64) -> Result<Option<Arc<Adopted<T>>>, Refusal> {
        let before = current.map(|adopted| (&adopted.bundle, &adopted.charter));
        match self.reader.read(before)? {
            Update::New(bundle) => self.take(*bundle, day).map(Some),
            Update::Same => Ok(None),
        }
    }

    /// The bundle in use as of another day, from the files that are kept, so that it takes no room on disk.
    fn again(&self, adopted: &Adopted<T>, day: i64) -> Result<Arc<Adopted<T>>, Refusal> {
        match self.cache.load(self.reader.options.budget) {
            Ok(Some((kept, files))) if kept.digest() == adopted.bundle.digest() => {
                self.ready(adopted.bundle.clone(), adopted.charter.clone(), &files, day)
            }
            _ => self.take(adopted.bundle.clone(), day),
        }
    }

    /// Reads again and again until the waker stops it, and says what comes of each reading.
    pub fn follow(&self, interval: Duration, mut said: impl FnMut(&Step<T>)) {
        loop {
            said(&self.step());
            if !self.waker.wait(interval) {
                return;
            }
        }
    }

    /// The same, beginning with a wait.
    pub fn follow_from_now(&self, interval: Duration, said: impl FnMut(&Step<T>)) {
        if self.waker.wait(interval) {
            self.follow(interval, said);
        }
    }

    fn take(&self, bundle: Bundle, day: i64) -> Result<Arc<Adopted<T>>, Refusal> {
        let charter = Charter::of_bundle(&bundle)?;
        let waiting = self.cache.put(&bundle)?;
        match self.ready(bundle, charter, &waiting.files(), day) {
            Ok(adopted) => {
                waiting.keep()?;
                Ok(adopted)
            }
            Err(error) => {
                waiting.forget();
                Err(error)
            }
        }
    }

    fn ready(
        &self,
        bundle: Bundle,
        charter: Charter,
        files: &Path,
        day: i64,
    ) -> Result<Arc<Adopted<T>>, Refusal> {
        let ready = (self.proof)(&bundle, &charter, files, day).map_err(Refusal::Proof)?;
        let until = charter.rollout.next_change(day);
        Ok(Arc::new(Adopted { bundle, charter, ready, until }))
    }
}

impl<T> State<T> {
    fn adopt(&mut self, adopted: &Arc<Adopted<T>>) {
        self.health.digest = Some(adopted.bundle.digest().clone());
        let commit = adopted.bundle.provenance.commit.to_string();
        self.health.commit = Some(commit).filter(|commit| !commit.is_empty());
        self.current = Some(Arc::clone(adopted));
    }
}

impl Health {
    /// The source was read.
    fn read(&mut self) {
        self.succeeded = Some(Timestamp::now().as_second());
        self.error = None;
        self.failures = 0;
        self.from_cache = false;
    }

    /// It was not, or what it has is not used; whether that is said for the first time.
    fn fail(&mut self, message: &str) -> bool {
        let first = self.error.as_deref() != Some(message);
        self.error = Some(message.to_owned());
        self.failures += 1;
        self.refused += 1;
        first
    }

    /// Whether there are policies in use.
    pub fn is_ready(&self) -> bool {
        self.digest.is_some()
    }

    /// Metrics in the text form of Prometheus.
    pub fn metrics(&self) -> String {
        let mut text = String::new();
        let source = self.source.replace('\\', "\\\\").replace('"', "\\\"");
        let mut line = |kind: &str, name: &str, help: &str, value: u64| {
            let _ = writeln!(text, "# HELP sekisho_bundle_{name} {help}");
            let _ = writeln!(text, "# TYPE sekisho_bundle_{name} {kind}");
            let _ = writeln!(text, "sekisho_bundle_{name}{{source=\"{source}\"}} {value}");
        };
        line("counter", "adopted_total", "Bundles that were swapped in.", self.adopted);
        line("counter", "refused_total", "Readings of the source that failed or were refused.", self.refused);
        line("gauge", "failures", "Readings that failed since the last that did not.", self.failures);
        line("gauge", "ready", "Whether a bundle is in use.", u64::from(self.is_ready()));
        line(
            "gauge",
            "from_cache",
            "Whether the bundle in use was kept from an earlier run.",
            u64::from(self.from_cache),
        );
        let succeeded = self.succeeded.and_then(|time| u64::try_from(time).ok()).unwrap_or(0);
        line(
            "gauge",
            "last_success_timestamp_seconds",
            "When the source was last read with success.",
            succeeded,
        );
        text
    }

    /// One line for those who ask whether all is well.
    pub fn detail(&self) -> String {
        let used = match (&self.digest, &self.commit) {
            (None, _) => "no bundle is in use".to_owned(),
            (Some(digest), None) => format!("{digest}"),
            (Some(digest), Some(commit)) => format!("{digest} of commit {commit}"),
        };
        let kept = if self.from_cache { ", kept from an earlier run" } else { "" };
        match &self.error {
            None => format!("{}: {used}{kept}", self.source),
            Some(error) => format!("{}: {used}{kept}; the last reading failed: {error}", self.source),
        }
    }
}

/// Today in UTC, in days since 1970.
fn today() -> i64 {
    Timestamp::now().as_second().div_euclid(86_400)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
