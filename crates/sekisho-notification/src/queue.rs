//! Alerts that wait for a receiver: bounded, the least important left out first.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use sekisho_falco::Priority;

use crate::message::Message;

/// What an alert takes beside its texts.
const BESIDE: usize = 512;
/// What each of its values takes beside its texts.
const BESIDE_VALUE: usize = 64;

/// Alerts that wait, by priority.
#[derive(Debug)]
pub(crate) struct Queue {
    levels: BTreeMap<Priority, Level>,
    count: usize,
    bytes: usize,
    most: usize,
    most_bytes: usize,
    next: u64,
    left_out: BTreeMap<Priority, u64>,
}

#[derive(Debug, Default)]
struct Level {
    waiting: VecDeque<Waiting>,
    bytes: usize,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    size: usize,
    message: Arc<Message>,
}

impl Queue {
    pub(crate) fn new(most: usize, most_bytes: usize) -> Self {
        let (levels, left_out) = (BTreeMap::new(), BTreeMap::new());
        Self { levels, count: 0, bytes: 0, most, most_bytes, next: 0, left_out }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether it takes an alert without leaving one out. An empty queue has all the room that there will ever be.
    pub(crate) fn has_room(&self, message: &Message) -> bool {
        self.is_empty() || self.fits(self.count, self.bytes, size(message))
    }

    fn fits(&self, count: usize, bytes: usize, size: usize) -> bool {
        count < self.most && bytes.saturating_add(size) <= self.most_bytes
    }

    /// Puts an alert at the end. Where there is no room, less important ones give way, the latest first; without them it
    /// is left out itself. Whether none was left out.
    pub(crate) fn put(&mut self, message: &Arc<Message>) -> bool {
        let (priority, size) = (message.alert.priority, size(message));
        let less = self.levels.range((Bound::Excluded(priority), Bound::Unbounded));
        let (less, less_bytes) = less
            .fold((0, 0), |(count, bytes), (_, level)| (count + level.waiting.len(), bytes + level.bytes));
        if !self.fits(self.count - less, self.bytes - less_bytes, size) {
            *self.left_out.entry(priority).or_default() += 1;
            return false;
        }
        let mut is_roomy = true;
        while !self.fits(self.count, self.bytes, size) {
            is_roomy = false;
            self.leave_out();
        }
        let level = self.levels.entry(priority).or_default();
        level.waiting.push_back(Waiting { number: self.next, size, message: Arc::clone(message) });
        level.bytes += size;
        self.next += 1;
        self.count += 1;
        self.bytes += size;
        is_roomy
    }

    /// Leaves out the latest of the least important.
    fn leave_out(&mut self) {
        let Some(mut level) = self.levels.last_entry() else { return };
        if let Some(last) = level.get_mut().waiting.pop_back() {
            level.get_mut().bytes -= last.size;
            self.count -= 1;
            self.bytes -= last.size;
            *self.left_out.entry(*level.key()).or_default() += 1;
        }
        if level.get().waiting.is_empty() {
            level.remove();
        }
    }

    /// Takes so many: the gravest, or those that came first.
    pub(crate) fn take(&mut self, most: usize, gravest: bool) -> Vec<Arc<Message>> {
        let mut taken = Vec::new();
        while taken.len() < most {
            let first = |level: &Level| level.waiting.front().map(|waiting| waiting.number);
            let next = if gravest {
                self.levels.keys().next().copied()
            } else {
                let level = self.levels.iter().min_by_key(|(_, level)| first(level));
                level.map(|(priority, _)| *priority)
            };
            let Some((priority, level)) =
                next.and_then(|priority| Some((priority, self.levels.get_mut(&priority)?)))
            else {
                break;
            };
            if let Some(first) = level.waiting.pop_front() {
                level.bytes -= first.size;
                self.count -= 1;
                self.bytes -= first.size;
                taken.push(first.message);
            }
            if level.waiting.is_empty() {
                self.levels.remove(&priority);
            }
        }
        taken
    }

    /// How many were left out, gravest first.
    pub(crate) fn left_out(&self) -> &BTreeMap<Priority, u64> {
        &self.left_out
    }
}

/// The memory that an alert takes, nearly.
fn size(message: &Message) -> usize {
    let Message { alert, line } = message;
    let value = |field: &sekisho_runtime::AlertField| {
        BESIDE_VALUE + field.name.len() + field.value.as_ref().map_or(0, String::len)
    };
    let tags: usize = alert.tags.iter().map(String::len).sum();
    let values: usize = alert.fields.iter().map(value).sum();
    BESIDE + line.len() + alert.output.len() + alert.rule.len() + alert.workload.len() + tags + values
}
