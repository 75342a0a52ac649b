//! The threads that are known: by number, in families, within bounds.

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_capture::NumberHash;

use super::image::{ControlGroups, Image};
use super::thread::Thread;
use super::{Limits, NONE, Slot};

/// No ancestor is looked for further up.
const MAX_ANCESTORS: usize = 256;

/// The threads.
#[derive(Debug, Default)]
pub(crate) struct Threads {
    slots: Vec<Option<Box<Thread>>>,
    free: Vec<Slot>,
    places: HashMap<i64, Slot, NumberHash>,
    last: Option<(i64, Slot)>,
    /// Where the next look for what can be forgotten begins.
    hand: usize,
    limits: Limits,
    /// Bytes of what threads refer to.
    bytes: usize,
    /// Grows whenever something changes that is part of an identity.
    pub(crate) edition: u64,
    /// Threads that were forgotten because there were too many.
    pub(crate) evicted: u64,
    /// Descriptors that were forgotten because there were too many.
    pub(crate) dropped_descriptors: u64,
}

impl Threads {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// The bytes that the threads take, about.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes + self.places.len() * (size_of::<Thread>() + 64)
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&Thread> {
        self.slots.get(slot as usize)?.as_deref()
    }

    /// A thread to be changed. What was known of the identity of threads no longer counts.
    pub(crate) fn get_mut(&mut self, slot: Slot) -> Option<&mut Thread> {
        self.edition += 1;
        self.use_mut(slot)
    }

    /// The same for changes to what is no part of an identity: descriptors, memory, times, and what an enter event said.
    pub(crate) fn use_mut(&mut self, slot: Slot) -> Option<&mut Thread> {
        self.slots.get_mut(slot as usize)?.as_deref_mut()
    }

    /// The thread of this number.
    pub(crate) fn find(&self, tid: i64) -> Option<Slot> {
        self.places.get(&tid).copied()
    }

    /// The same, quicker where it is asked for again.
    #[inline]
    pub(crate) fn find_again(&mut self, tid: i64) -> Option<Slot> {
        if let Some((known, slot)) = self.last
            && known == tid
        {
            return Some(slot);
        }
        let slot = self.find(tid)?;
        self.last = Some((tid, slot));
        Some(slot)
    }

    /// The main thread of a thread's process.
    pub(crate) fn main(&self, slot: Slot) -> Option<Slot> {
        let thread = self.get(slot)?;
        if thread.is_main() {
            return Some(slot);
        }
        if thread.is_unknown() { None } else { self.find(thread.pid) }
    }

    /// The process above a process, of which main threads are given.
    pub(crate) fn above(&self, main: Slot) -> Option<Slot> {
        self.get(main).map(|thread| thread.above).filter(|above| *above != NONE)
    }

    /// The processes above a thread's, nearest first.
    pub(crate) fn ancestors(&self, slot: Slot) -> impl Iterator<Item = &Thread> {
        let first = self.main(slot).and_then(|main| self.above(main));
        std::iter::successors(first, |slot| self.above(*slot))
            .take(MAX_ANCESTORS)
            .filter_map(|slot| self.get(slot))
    }

    /// Counts what one more reference to a program costs.
    pub(crate) fn charge_image(&mut self, image: &Image) {
        self.bytes += image.bytes();
    }

    /// The same for control groups.
    pub(crate) fn charge_groups(&mut self, groups: &ControlGroups) {
        self.bytes += groups.bytes();
    }

    /// The same for a file.
    pub(crate) fn charge(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// Gives back what a program cost where this was the last reference to it.
    pub(crate) fn release_image(&mut self, image: Arc<Image>) {
        if let Some(image) = Arc::into_inner(image) {
            self.bytes = self.bytes.saturating_sub(image.bytes());
        }
    }

    /// The same for control groups.
    pub(crate) fn release_groups(&mut self, groups: Arc<ControlGroups>) {
        if let Some(groups) = Arc::into_inner(groups) {
            self.bytes = self.bytes.saturating_sub(groups.bytes());
        }
    }

    /// The same for a file.
    pub(crate) fn release_file(&mut self, file: Option<Arc<super::file::File>>) {
        if let Some(file) = file.and_then(Arc::into_inner) {
            self.bytes = self.bytes.saturating_sub(file.bytes());
        }
    }

    /// Puts a thread in; what had its number before is forgotten.
    pub(crate) fn insert(&mut self, thread: Thread) -> Slot {
        if let Some(old) = self.find(thread.tid) {
            self.remove(old);
        }
        while self.places.len() >= self.limits.threads || self.bytes() > self.limits.thread_bytes {
            if !self.forget_one() {
                break;
            }
        }
        self.edition += 1;
        let tid = thread.tid;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            Slot::try_from(self.slots.len() - 1).unwrap_or(NONE)
        });
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place = Some(Box::new(thread));
        }
        self.places.insert(tid, slot);
        slot
    }

    /// Finds the relations of a thread that was put in.
    pub(crate) fn link(&mut self, slot: Slot) {
        let Some(thread) = self.get(slot) else { return };
        if thread.is_unknown() {
            return;
        }
        let (is_main, pid, parent, virtual_pid) =
            (thread.is_main(), thread.pid, thread.parent_tid, thread.virtual_pid);
        let Some(main) = self.main(slot) else { return };
        // What was known by its number alone is linked again when more is known.
        let is_new = self.get_mut(slot).is_some_and(|thread| !std::mem::replace(&mut thread.is_linked, true));
        if let Some(process) = self.get_mut(main).filter(|_| is_new) {
            process.live += 1;
        }
        if !is_main {
            return;
        }
        if let Some(thread) = self.get_mut(slot).filter(|_| pid == 1 || virtual_pid == 1) {
            thread.is_reaper = true;
        }
        if pid == 1 {
            return;
        }
        let above = self.find(parent).and_then(|parent| self.main(parent)).filter(|above| *above != slot);
        self.put_below(slot, above.unwrap_or(NONE));
    }

    /// Makes a process one below another.
    pub(crate) fn put_below(&mut self, slot: Slot, above: Slot) {
        self.take_out(slot);
        let Some(parent) = self.get_mut(above) else { return };
        let next = std::mem::replace(&mut parent.first_below, slot);
        if let Some(next) = self.get_mut(next) {
            next.last_beside = slot;
        }
        if let Some(thread) = self.get_mut(slot) {
            (thread.above, thread.next_beside, thread.last_beside) = (above, next, NONE);
        }
    }

    /// Takes a process from the one above it.
    fn take_out(&mut self, slot: Slot) {
        let Some(thread) = self.get_mut(slot) else { return };
        let above = std::mem::replace(&mut thread.above, NONE);
        let next = std::mem::replace(&mut thread.next_beside, NONE);
        let last = std::mem::replace(&mut thread.last_beside, NONE);
        if let Some(next) = self.get_mut(next) {
            next.last_beside = last;
        }
        if let Some(last) = self.get_mut(last) {
            last.next_beside = next;
        } else if let Some(above) = self.get_mut(above)
            && above.first_below == slot
        {
            above.first_below = next;
        }
    }

    /// A thread has ended. A process lasts until its last thread has.
    pub(crate) fn end(&mut self, slot: Slot) {
        let Some(thread) = self.get_mut(slot) else { return };
        let (is_main, was_dead) = (thread.is_main(), thread.is_dead);
        thread.is_dead = true;
        let Some(main) = self.main(slot) else {
            self.remove(slot);
            return;
        };
        let mut live = 0;
        if let Some(process) = self.get_mut(main) {
            process.live = process.live.saturating_sub(u32::from(!was_dead));
            live = process.live;
        }
        if !is_main {
            self.remove_alone(slot);
        }
        if live == 0 {
            self.remove_alone(main);
        }
    }

    /// Forgets a thread, and with a main thread what it is for the others.
    pub(crate) fn remove(&mut self, slot: Slot) {
        if let Some(thread) = self.get(slot)
            && !thread.is_main()
            && !thread.is_dead
            && let Some(main) = self.main(slot)
            && let Some(process) = self.get_mut(main)
        {
            process.live = process.live.saturating_sub(1);
        }
        self.remove_alone(slot);
    }

    fn remove_alone(&mut self, slot: Slot) {
        self.edition += 1;
        let reaper = self.reaper(slot);
        self.adopt(slot, reaper);
        self.take_out(slot);
        let Some(thread) = self.slots.get_mut(slot as usize).and_then(Option::take) else { return };
        self.places.remove(&thread.tid);
        self.free.push(slot);
        self.last = None;
        let Thread { image, control_groups, descriptors, .. } = *thread;
        self.release_image(image);
        self.release_groups(control_groups);
        if let Some(mut descriptors) = Arc::into_inner(descriptors) {
            for number in descriptors.numbers(|_, _| true) {
                let file = descriptors.remove(number);
                self.release_file(file);
            }
        }
    }

    /// Gives the processes below one to another.
    pub(crate) fn adopt(&mut self, from: Slot, to: Slot) {
        while let Some(below) = self.get(from).map(|thread| thread.first_below).filter(|below| *below != NONE)
        {
            self.take_out(below);
            if to != NONE && to != from {
                self.put_below(below, to);
            }
        }
    }

    /// The process that takes the orphans of another: the nearest above it that does.
    fn reaper(&self, slot: Slot) -> Slot {
        let Some(thread) = self.get(slot) else { return NONE };
        let is_within = thread.is_in_namespace();
        let mut above = thread.above;
        for _ in 0..MAX_ANCESTORS {
            let Some(next) = self.get(above) else { return NONE };
            if next.is_in_namespace() != is_within {
                return NONE;
            }
            if next.is_reaper && !next.is_dead {
                return above;
            }
            above = next.above;
        }
        NONE
    }

    /// Forgets one thread that did nothing lately: first those of which little is known or that have ended, never one
    /// that acted since the last look while others did not. False where there is none.
    fn forget_one(&mut self) -> bool {
        let count = self.slots.len();
        for step in 0..count.saturating_mul(2) {
            let place = self.hand;
            self.hand = (place + 1) % count.max(1);
            let Some(Some(thread)) = self.slots.get_mut(place) else { continue };
            let is_worth_less = thread.is_unknown() || thread.is_dead;
            if std::mem::take(&mut thread.is_recent) && !is_worth_less && step < count {
                continue;
            }
            // What others stand below is kept for a second look.
            if thread.first_below != NONE && step < count {
                continue;
            }
            self.evicted += 1;
            self.remove(Slot::try_from(place).unwrap_or(NONE));
            return true;
        }
        false
    }

    /// The main threads and others, in the order of their places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Slot, &Thread)> {
        (0..).zip(&self.slots).filter_map(|(slot, thread)| Some((slot, thread.as_deref()?)))
    }

    pub(crate) fn descriptor_limit(&self) -> usize {
        self.limits.descriptors
    }
}
