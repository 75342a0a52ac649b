//! A bounded queue in front of a receiver, which is sent to in a thread of its own: whoever tells alerts is not held up
//! by a receiver that stalls.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use sekisho_falco::Priority;

use crate::error::NotificationError;
use crate::message::Message;
use crate::queue::Queue;
use crate::receiver::Receiver;

/// How often a receiver that answers is sent what it does not take, and how many failures in succession are a stall.
const TRIES: u32 = 3;
/// The pause after a failure; it doubles.
const PAUSE: Duration = Duration::from_millis(200);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Hears of a receiver that takes nothing or too little, once until it takes something again.
pub type Said = Arc<dyn Fn(&NotificationError) + Send + Sync>;

/// How much may wait, and how long.
#[derive(Clone, Copy, Debug)]
pub struct OutboxSettings {
    /// Alerts that may wait.
    pub alerts: usize,
    /// The memory that they may take, nearly.
    pub bytes: usize,
    /// Whether alerts wait for room to be told, as long as the receiver takes some.
    pub waits: bool,
    /// How long a receiver may take over one request; one that takes longer stalls.
    pub patience: Duration,
    /// How long an alert waits for others, where several are sent together.
    pub gather: Duration,
    /// How long the end may take; without limit for a receiver that takes alerts, where these wait for room.
    pub end: Duration,
}

impl Default for OutboxSettings {
    fn default() -> Self {
        Self {
            alerts: 4_096,
            bytes: 16 << 20,
            waits: false,
            patience: Duration::from_secs(5),
            gather: Duration::from_secs(1),
            end: Duration::from_secs(10),
        }
    }
}

/// What became of the alerts of a receiver.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OutboxCounts {
    /// It took them.
    pub delivered: u64,
    /// They had no room, gravest first.
    pub left_out: BTreeMap<Priority, u64>,
    /// It answered, and did not take them.
    pub refused: u64,
    /// They still waited when the end had taken too long.
    pub abandoned: u64,
}

impl OutboxCounts {
    /// How many it did not take, for whatever reason.
    pub fn lost(&self) -> u64 {
        self.left_out.values().sum::<u64>() + self.refused + self.abandoned
    }
}

/// A queue in front of a receiver.
#[derive(Debug)]
pub struct Outbox {
    shared: Arc<Shared>,
}

struct Shared {
    settings: OutboxSettings,
    address: String,
    said: Said,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    Open,
    /// No further alert comes; the end is waited for until then, if there is a limit.
    Ending(Option<Instant>),
    /// Nobody waits any more.
    Abandoned,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    /// Alerts that are being sent.
    in_hand: usize,
    phase: Phase,
    /// In succession.
    failures: u32,
    /// When the receiver last took something, or had nothing to take.
    progress: Instant,
    /// An alert found no room since something was last taken from the queue.
    crowded: bool,
    /// It was said that alerts are left out.
    overflowing: bool,
    delivered: u64,
    refused: u64,
}

impl State {
    fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.in_hand == 0
    }

    /// How long the receiver may still take until it counts as stalled; none where it does.
    fn hope(&self, patience: Duration) -> Option<Duration> {
        if self.failures >= TRIES {
            return None;
        }
        patience.checked_sub(self.progress.elapsed()).filter(|left| !left.is_zero())
    }
}

impl Outbox {
    /// Begins to send.
    pub(crate) fn start(
        receiver: Receiver,
        address: String,
        settings: OutboxSettings,
        said: Said,
    ) -> io::Result<Self> {
        let state = State {
            queue: Queue::new(settings.alerts, settings.bytes),
            in_hand: 0,
            phase: Phase::Open,
            failures: 0,
            progress: Instant::now(),
            crowded: false,
            overflowing: false,
            delivered: 0,
            refused: 0,
        };
        let (state, changed) = (Mutex::new(state), Condvar::new());
        let shared = Arc::new(Shared { settings, address, said, state, changed });
        let own = Arc::clone(&shared);
        thread::Builder::new().name("alerts".to_owned()).spawn(move || own.run(receiver))?;
        Ok(Self { shared })
    }

    /// Puts an alert into the queue.
    pub fn tell(&self, message: &Arc<Message>) {
        let shared = &*self.shared;
        let mut state = shared.lock();
        if shared.settings.waits {
            while !state.queue.has_room(message)
                && let Some(left) = state.hope(shared.settings.patience)
            {
                state.crowded = true;
                shared.changed.notify_all();
                state = shared.wait(state, left);
            }
        }
        if state.is_idle() {
            state.progress = Instant::now();
        }
        let is_roomy = state.queue.put(message);
        state.crowded |= !is_roomy;
        let is_news = !is_roomy && !std::mem::replace(&mut state.overflowing, true);
        drop(state);
        shared.changed.notify_all();
        if is_news {
            (shared.said)(&NotificationError::Crowded { address: shared.address.clone() });
        }
    }

    /// How many alerts wait.
    pub fn waiting(&self) -> usize {
        self.shared.lock().queue.len()
    }

    /// Begins the end, without waiting for it: what waits is sent, the gravest first.
    pub fn end(&self) {
        let mut state = self.shared.lock();
        if state.phase == Phase::Open {
            let now = Instant::now();
            let settings = &self.shared.settings;
            state.phase = Phase::Ending((!settings.waits).then(|| now + settings.end));
            // Whatever happened before, the receiver has one more chance.
            (state.failures, state.progress) = (0, now);
            self.shared.changed.notify_all();
        }
    }

    /// Waits for the end, within bounds.
    pub fn close(self) -> OutboxCounts {
        self.end();
        let shared = &*self.shared;
        let mut state = shared.lock();
        while !state.is_idle()
            && let Some(left) = state.hope(shared.settings.patience)
        {
            let limit = match state.phase {
                Phase::Ending(Some(due)) => due.saturating_duration_since(Instant::now()),
                _ => left,
            };
            if limit.is_zero() {
                break;
            }
            state = shared.wait(state, left.min(limit));
        }
        OutboxCounts {
            delivered: state.delivered,
            left_out: state.queue.left_out().clone(),
            refused: state.refused,
            abandoned: (state.queue.len() + state.in_hand) as u64,
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        // The thread ends by itself: a request that a receiver sits on is not waited for.
        self.shared.lock().phase = Phase::Abandoned;
        self.shared.changed.notify_all();
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>, time: Duration) -> MutexGuard<'s, State> {
        self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }

    fn run(&self, mut receiver: Receiver) {
        let mut is_failing = false;
        while let Some(messages) = self.take(receiver.most()) {
            if !self.deliver(&mut receiver, &messages, &mut is_failing) {
                return;
            }
        }
    }

    /// Sends until the receiver takes it, or answers so often that it does not; whether anybody still waits.
    fn deliver(&self, receiver: &mut Receiver, messages: &[Arc<Message>], is_failing: &mut bool) -> bool {
        let mut answers = 0;
        loop {
            let Err(error) = receiver.send(messages) else {
                *is_failing = false;
                self.settle(messages.len(), true, true);
                return true;
            };
            if !std::mem::replace(is_failing, true) {
                (self.said)(&error);
            }
            if error.is_final() {
                // It answers: what it thinks of this says nothing of the next.
                self.settle(messages.len(), false, true);
                return true;
            }
            let failures = self.fail();
            // One that answers may fail because of what it is sent; one that does not answer is waited for.
            answers += u32::from(matches!(error, NotificationError::Status { .. }));
            if answers >= TRIES {
                self.settle(messages.len(), false, false);
                return self.pause(failures);
            }
            if !self.pause(failures) {
                return false;
            }
        }
    }

    /// What is sent next; none at the end.
    fn take(&self, most: usize) -> Option<Vec<Arc<Message>>> {
        let mut state = self.lock();
        while state.queue.is_empty() {
            if state.phase != Phase::Open {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let due = Instant::now() + self.settings.gather;
        while state.queue.len() < most && state.phase == Phase::Open && !state.crowded {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.wait(state, left);
        }
        if state.phase == Phase::Abandoned {
            return None;
        }
        let gravest = state.phase != Phase::Open;
        let messages = state.queue.take(most, gravest);
        state.in_hand = messages.len();
        state.crowded = false;
        drop(state);
        self.changed.notify_all();
        Some(messages)
    }

    /// What was in hand is no longer: the receiver took it or not, and it makes progress or not.
    fn settle(&self, count: usize, is_delivered: bool, is_progress: bool) {
        let mut state = self.lock();
        state.in_hand = 0;
        let counter = if is_delivered { &mut state.delivered } else { &mut state.refused };
        *counter += count as u64;
        if is_progress {
            (state.failures, state.progress) = (0, Instant::now());
        }
        state.overflowing &= !state.queue.is_empty();
        drop(state);
        self.changed.notify_all();
    }

    fn fail(&self) -> u32 {
        let mut state = self.lock();
        state.failures = state.failures.saturating_add(1);
        let failures = state.failures;
        drop(state);
        self.changed.notify_all();
        failures
    }

    /// Leaves the receiver alone for a while, the longer the more often it failed, at most until the end begins; whether
    /// anybody still waits.
    fn pause(&self, failures: u32) -> bool {
        let pause = PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST_PAUSE);
        let due = Instant::now() + pause;
        let mut state = self.lock();
        let phase = state.phase;
        while state.phase == phase && phase != Phase::Abandoned {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.wait(state, left);
        }
        state.phase != Phase::Abandoned
    }
}
