//! Keeps the book of approvals: a thread that follows what runs, has it looked at, and writes what came of it.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use sekisho_cluster::{Applying, Connection, ImageUse, LapseList, Runners};
use sekisho_store::{ApprovalRow, FindingRow, ObjectKey, Spool};

use super::book::{Approvals, ApprovalsStanding, Grace};
use super::{ApprovalSettings, Assessment, Assessor};
use crate::effects::MANAGER;

/// What the keeper tells.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// What is wrong with workloads; none where that has not changed since it was last taken.
    pub(crate) findings: Option<BTreeMap<ObjectKey, Vec<FindingRow>>>,
    /// How approvals stand.
    pub(crate) standing: ApprovalsStanding,
    /// What holds it up.
    pub(crate) fault: Option<String>,
    /// Whether all that runs was looked at once.
    pub(crate) is_whole: bool,
    /// What somebody should know.
    pub(crate) words: Vec<String>,
}

/// The thread, which ends with this value.
#[derive(Debug)]
pub(crate) struct Keeper {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    ended: AtomicBool,
    told: Mutex<Told>,
}

/// How long to wait for what happens.
const TICK: Duration = Duration::from_millis(200);
/// How long to wait before something is tried again that failed.
const AGAIN: Duration = Duration::from_secs(5);
/// Images that are looked at before anything else is done, and at the same time.
const BATCH: usize = 16;
const AT_ONCE: usize = 4;
/// How old the list in the cluster becomes that says the same: whoever reads it sees that somebody still looks.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

impl Keeper {
    /// Starts to keep the book of a cluster.
    pub(crate) fn start(
        connection: &Connection,
        settings: &ApprovalSettings,
        store: Option<Spool>,
        (cluster, dry_run): (&str, bool),
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let length = |duration| SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        let mut work = Work {
            runners: Runners::start(connection)?,
            connection: connection.apart(),
            assessor: Arc::clone(&settings.assessor),
            grace: Grace {
                action: settings.action,
                length: length(settings.grace),
                interval: length(settings.interval),
            },
            list: settings.list.clone(),
            cluster: cluster.to_owned(),
            dry_run,
            store,
            book: None,
            kept: BTreeMap::new(),
            written: None,
            findings: BTreeMap::new(),
            failed: None,
            doubted: None,
            words: Vec::new(),
        };
        let held = Arc::clone(&shared);
        let thread = thread::Builder::new().name("approvals".to_owned()).spawn(move || {
            while !held.ended.load(Ordering::Acquire) {
                let fault = work.step().err();
                work.tell(&held, fault);
                thread::sleep(TICK);
            }
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// What is told since this was last asked.
    pub(crate) fn told(&self) -> Told {
        let mut told = lock(&self.shared.told);
        Told {
            findings: told.findings.take(),
            words: std::mem::take(&mut told.words),
            fault: told.fault.clone(),
            ..*told
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was shown where it happened.
            let _ = thread.join();
        }
    }
}

struct Work {
    runners: Runners,
    connection: Connection,
    assessor: Arc<dyn Assessor>,
    grace: Grace,
    list: Option<(String, String)>,
    cluster: String,
    dry_run: bool,
    store: Option<Spool>,
    /// None until it was read.
    book: Option<Approvals>,
    /// What is in the store.
    kept: BTreeMap<String, ApprovalRow>,
    /// The list in the cluster, as it was written last.
    written: Option<LapseList>,
    findings: BTreeMap<ObjectKey, Vec<FindingRow>>,
    /// When writing failed last, and why.
    failed: Option<(Instant, String)>,
    /// Since when nothing can be judged.
    doubted: Option<Instant>,
    words: Vec<String>,
}

impl Work {
    /// Does what there is to do; what holds it up.
    fn step(&mut self) -> Result<(), String> {
        if let Some((since, why)) = &self.failed
            && since.elapsed() < AGAIN
        {
            return Err(why.clone());
        }
        self.failed = None;
        self.open()?;
        if let Some(why) = self.runners.fault() {
            return Err(format!("cannot follow what runs: {why}"));
        }
        let Some(book) = &mut self.book else { return Ok(()) };
        let (now, skew) = book.time(Timestamp::now());
        if self.runners.have_changed() {
            let forgotten = book.see(self.runners.images(), now);
            if let Some(store) = &mut self.store
                && !forgotten.is_empty()
            {
                let _ = store.with(|store| store.forget_approvals(&self.cluster, &forgotten));
                self.kept.retain(|image, _| !forgotten.contains(image));
            }
        }
        let unable = match self.assessor.revision() {
            Ok(revision) => {
                self.doubted = None;
                self.look(&revision, now);
                None
            }
            Err(why) => {
                // What cannot be judged for long is said of every image, and changes nothing of how it stands.
                let since = *self.doubted.get_or_insert_with(Instant::now);
                let patience = Duration::try_from(self.grace.interval).unwrap_or(AGAIN);
                if since.elapsed() >= patience {
                    book.doubt(&why, now);
                }
                Some(why)
            }
        };
        let written = self.keep().and_then(|()| self.publish(now));
        if let Err(why) = &written {
            self.failed = Some((Instant::now(), why.clone()));
        }
        written?;
        unable.or(skew).map_or(Ok(()), Err)
    }

    /// Reads the book as it was kept: without it a grace would begin anew.
    fn open(&mut self) -> Result<(), String> {
        if self.book.is_some() {
            return Ok(());
        }
        let rows = match &mut self.store {
            None => Vec::new(),
            Some(store) => match store.with(|store| store.approvals(&self.cluster)) {
                Ok(rows) => rows,
                Err(error) => {
                    let why = format!("approvals cannot be looked at: {error}");
                    self.failed = Some((Instant::now(), why.clone()));
                    return Err(why);
                }
            },
        };
        self.book = Some(Approvals::of(&rows));
        self.kept = rows.into_iter().map(|row| (row.image.clone(), row)).collect();
        Ok(())
    }

    /// Looks at images whose turn it is.
    fn look(&mut self, revision: &str, now: Timestamp) {
        let Some(book) = &mut self.book else { return };
        let due = book.due(revision, &self.grace, now, BATCH);
        let assessor = &*self.assessor;
        let queue = Mutex::new(due.into_iter());
        let looked: Mutex<Vec<(String, Assessment)>> = Mutex::default();
        let one = || {
            loop {
                let next: Option<(String, ImageUse)> = lock(&queue).next();
                let Some((name, image)) = next else { return };
                let assessment = assessor.assess(&image, image.digest.as_deref().unwrap_or_default());
                lock(&looked).push((name, assessment));
            }
        };
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(one);
            }
        });
        let mut lapses = Vec::new();
        for (name, assessment) in looked.into_inner().unwrap_or_else(PoisonError::into_inner) {
            lapses.extend(book.enter(&name, assessment, revision, now));
        }
        if let Some(first) = lapses.first() {
            let more = lapses.len() - 1;
            let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
            self.assessor.tell(&format!("{first}{more}"));
        }
        self.words.extend(lapses);
    }

    /// Writes what changed into the store.
    fn keep(&mut self) -> Result<(), String> {
        let (Some(book), Some(store)) = (&self.book, &mut self.store) else { return Ok(()) };
        let is_new = |row: &ApprovalRow| {
            self.kept.get(&row.image).is_none_or(|kept| {
                ApprovalRow { checked: row.checked, ..kept.clone() } != *row
                    || row.checked - kept.checked >= FRESH.as_secs()
            })
        };
        let rows: Vec<ApprovalRow> = book.rows().into_iter().filter(is_new).collect();
        if rows.is_empty() {
            return Ok(());
        }
        store
            .with(|store| store.put_approvals(&self.cluster, &rows))
            .map_err(|error| format!("approvals cannot be kept: {error}"))?;
        self.kept.extend(rows.into_iter().map(|row| (row.image.clone(), row)));
        Ok(())
    }

    /// Writes the list for the webhook where it says something else by now. Before all that runs was looked at, what an
    /// earlier keeper wrote stays.
    fn publish(&mut self, now: Timestamp) -> Result<(), String> {
        let (Some(book), Some((namespace, name))) = (&self.book, &self.list) else { return Ok(()) };
        if !book.is_whole() {
            return Ok(());
        }
        let list = book.list(&self.grace, now);
        let is_same = |written: &LapseList| {
            written.says_the_same(&list) && list.checked.duration_since(written.checked) < FRESH
        };
        if self.written.as_ref().is_some_and(is_same) {
            return Ok(());
        }
        let path = format!("/api/v1/namespaces/{namespace}/configmaps/{name}");
        let how = Applying { manager: MANAGER, force: true, dry_run: self.dry_run };
        self.connection
            .apply(&path, &list.config_map(namespace, name).to_string(), how)
            .map_err(|error| format!("the list of lapsed approvals cannot be written: {error}"))?;
        if list.left > 0 && self.written.as_ref().is_none_or(|written| written.left != list.left) {
            self.words.push(format!("{} lapsed approvals have no place in `{name}`", list.left));
        }
        self.written = Some(list);
        Ok(())
    }

    fn tell(&mut self, shared: &Shared, fault: Option<String>) {
        let Some(book) = &mut self.book else {
            lock(&shared.told).fault = fault;
            return;
        };
        let (now, _) = book.time(Timestamp::now());
        let findings = book.findings(&self.grace, now);
        let mut told = lock(&shared.told);
        told.standing = book.standing();
        told.is_whole = book.is_whole();
        told.fault = fault;
        // Somebody may be slow to take them.
        told.words.extend(self.words.drain(..).take(100));
        if findings != self.findings {
            told.findings = Some(findings.clone());
            drop(told);
            self.findings = findings;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
