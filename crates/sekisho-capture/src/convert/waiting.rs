//! The enter events that wait for their exits, by thread.

use std::collections::HashMap;

use crate::event::{Head, Span};
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

const FRONT_BYTES: u32 = 32;
/// No exit asks for parameters of its enter event behind so many.
const KEPT: usize = 8;

/// An enter event that waits for its exit, or did.
pub(super) struct Waiting {
    thread: i64,
    pub(super) kind: EventType,
    pub(super) is_used: bool,
    /// The places of its parameters, in others for its exit.
    spans: [Span; KEPT],
    count: usize,
    /// Its bytes behind the front.
    values: Vec<u8>,
}

impl Waiting {
    #[inline]
    fn assign(&mut self, head: &Head, count: usize, room: &[Span], values: &[u8]) {
        self.thread = head.thread;
        self.kind = head.kind;
        self.is_used = false;
        // What the room holds behind the places does no harm, and to copy all is quicker.
        match room.first_chunk() {
            Some(room) => self.spans = *room,
            None => self.spans.iter_mut().zip(room).for_each(|(to, from)| *to = *from),
        }
        self.count = count;
        self.values.truncate(FRONT.len());
        self.values.extend_from_slice(values);
    }

    /// Where a parameter is in the bytes, which are others for its exit.
    #[inline]
    pub(super) fn span(&self, place: usize) -> Option<Span> {
        let span = self.spans.get(place).filter(|_| place < self.count)?;
        Some(span.moved(FRONT_BYTES).of_others())
    }

    /// The bytes, behind the front.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.values
    }

    /// The bytes of a parameter.
    pub(super) fn parameter(&self, place: usize) -> Option<&[u8]> {
        self.span(place)?.of(&[], &self.values)
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

    /// Keeps an event for its exit, of which these are the number of parameters, their places at the front of a room, and
    /// all bytes.
    #[inline]
    pub(super) fn keep(&mut self, head: &Head, count: usize, room: &[Span], values: &[u8]) {
        match self.find(head.thread).and_then(|place| self.at_mut(place)) {
            Some(kept) => kept.assign(head, count, room, values),
            None => self.keep_another(head, count, room, values),
        }
    }

    #[cold]
    fn keep_another(&mut self, head: &Head, count: usize, room: &[Span], values: &[u8]) {
        if self.kept.len() >= self.limit {
            self.make_room();
        }
        let place = u32::try_from(self.kept.len()).unwrap_or(NOWHERE);
        let mut kept = Waiting {
            thread: head.thread,
            kind: head.kind,
            is_used: false,
            spans: [Span::default(); KEPT],
            count: 0,
            values: FRONT.to_vec(),
        };
        kept.assign(head, count, room, values);
        self.kept.push(kept);
        self.places.insert(head.thread, place);
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
