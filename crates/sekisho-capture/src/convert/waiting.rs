//! The enter events that wait for their exits, by thread.

use std::collections::HashMap;

use crate::event::{Event, Span};
use crate::event_type::EventType;
use crate::hash::NumberHash;

/// Threads that are found without looking among all.
const RECENT: usize = 64;
/// No place.
const NOWHERE: u32 = u32::MAX;

/// What stands before the bytes of every event that waits: zeros, and then bytes of ones alone. What a converted event
/// lacks is taken from there.
pub(super) const FRONT: &[u8; 32] =
    b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";

/// An enter event that waits for its exit, or did.
pub(super) struct Waiting {
    thread: i64,
    pub(super) kind: EventType,
    pub(super) is_used: bool,
    spans: Vec<Span>,
    /// Its bytes behind the front.
    values: Vec<u8>,
}

impl Waiting {
    fn assign(&mut self, event: &Event<'_>) {
        self.thread = event.head.thread;
        self.kind = event.head.kind;
        self.is_used = false;
        self.spans.clear();
        self.values.truncate(FRONT.len());
        let front = u32::try_from(FRONT.len()).unwrap_or_default();
        if let Some(values) = event.whole() {
            self.values.extend_from_slice(values);
            self.spans.extend(event.spans().iter().map(|span| span.moved(front)));
            return;
        }
        for value in event.parameters() {
            let start = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
            self.values.extend_from_slice(value);
            self.spans.push(Span::new(start, u32::try_from(self.values.len()).unwrap_or(u32::MAX)));
        }
    }

    /// Where a parameter is in the bytes.
    pub(super) fn span(&self, place: usize) -> Option<Span> {
        self.spans.get(place).copied()
    }

    /// The bytes, behind the front.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.values
    }

    /// The bytes of a parameter.
    pub(super) fn parameter(&self, place: usize) -> Option<&[u8]> {
        self.span(place)?.of(&self.values, &[])
    }
}

/// The enter events that wait.
pub(super) struct WaitingRoom {
    places: HashMap<i64, u32, NumberHash>,
    kept: Vec<Waiting>,
    /// The places of threads that were asked for, by the lowest bits of their numbers.
    recent: Box<[(i64, u32); RECENT]>,
    limit: usize,
    /// Events that were given up because too many waited.
    pub(super) forgotten: u64,
}

impl WaitingRoom {
    /// Room for no more than `limit`.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            places: HashMap::default(),
            kept: Vec::new(),
            recent: Box::new([(0, NOWHERE); RECENT]),
            limit,
            forgotten: 0,
        }
    }

    /// The place of what waits for a thread, or did.
    pub(super) fn find(&mut self, thread: i64) -> Option<u32> {
        let near = usize::from(thread.to_le_bytes()[0]) % RECENT;
        let recent = self.recent.get_mut(near)?;
        if recent.0 != thread || recent.1 == NOWHERE {
            *recent = (thread, *self.places.get(&thread)?);
        }
        Some(recent.1)
    }

    pub(super) fn at(&self, place: u32) -> Option<&Waiting> {
        self.kept.get(place as usize)
    }

    pub(super) fn at_mut(&mut self, place: u32) -> Option<&mut Waiting> {
        self.kept.get_mut(place as usize)
    }

    /// Keeps an event for its exit.
    pub(super) fn keep(&mut self, event: &Event<'_>) {
        let thread = event.head.thread;
        if let Some(kept) = self.find(thread).and_then(|place| self.at_mut(place)) {
            kept.assign(event);
            return;
        }
        if self.kept.len() >= self.limit {
            self.make_room();
        }
        let place = u32::try_from(self.kept.len()).unwrap_or(NOWHERE);
        let mut kept = Waiting {
            thread,
            kind: event.head.kind,
            is_used: false,
            spans: Vec::new(),
            values: FRONT.to_vec(),
        };
        kept.assign(event);
        self.kept.push(kept);
        self.places.insert(thread, place);
    }

    /// Gives up what was used, and everything where that is not enough.
    fn make_room(&mut self) {
        self.kept.retain(|kept| !kept.is_used);
        if self.kept.len() >= self.limit {
            self.forgotten += self.kept.len() as u64;
            self.kept.clear();
        }
        self.recent.fill((0, NOWHERE));
        self.places = (0..).zip(&self.kept).map(|(place, kept)| (kept.thread, place)).collect();
    }
}
