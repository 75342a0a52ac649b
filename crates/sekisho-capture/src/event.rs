//! Events: a head, and parameters as bytes.

use std::ops::Range;

use crate::budget::Budget;
use crate::cursor::Cursor;
use crate::error::RecordError;
use crate::event_type::{EventFlags, EventType};

/// What every event has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Head {
    /// When it was, in nanoseconds since 1970.
    pub time: u64,
    /// The thread that did it.
    pub thread: i64,
    /// The processor that it was seen on.
    pub cpu: u16,
    /// Flags of the capturing program.
    pub flags: u32,
    /// Its type.
    pub kind: EventType,
}

/// An event whose parameters are borrowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Event<'a> {
    /// What every event has.
    pub head: Head,
    /// Where each parameter ends in `values`, never falling.
    ends: &'a [u32],
    values: &'a [u8],
}

impl<'a> Event<'a> {
    /// Made from the ends of its parameters in their bytes; none where they do not fit.
    pub fn new(head: Head, ends: &'a [u32], values: &'a [u8]) -> Option<Self> {
        let last = ends.last().copied().unwrap_or_default();
        (ends.is_sorted() && last as usize <= values.len()).then_some(Self { head, ends, values })
    }

    /// The number of its parameters. Events of older captures may have fewer than the table says.
    pub fn parameter_count(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of a parameter.
    pub fn parameter(&self, index: usize) -> Option<&'a [u8]> {
        let end = *self.ends.get(index)?;
        let start =
            index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.values.get(start as usize..end as usize)
    }

    /// The bytes of every parameter, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (ends, values) = (self.ends, self.values);
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends).filter_map(move |(start, end)| values.get(start as usize..*end as usize))
    }

    /// The bytes of the parameter of this name.
    pub fn named(&self, name: &str) -> Option<&'a [u8]> {
        let index = self.head.kind.info().parameters.iter().position(|parameter| parameter.name == name)?;
        self.parameter(index)
    }
}

/// An event that holds its parameters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EventBuf {
    /// What every event has.
    pub head: Head,
    ends: Vec<u32>,
    values: Vec<u8>,
}

impl EventBuf {
    /// An event without parameters.
    pub fn new(head: Head) -> Self {
        Self { head, ends: Vec::new(), values: Vec::new() }
    }

    /// Adds a parameter behind those that are there.
    pub fn push(&mut self, value: &[u8]) {
        self.values.extend(value);
        self.ends.push(u32::try_from(self.values.len()).unwrap_or(u32::MAX));
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, value: &[u8]) -> Self {
        self.push(value);
        self
    }

    /// A view of it.
    pub fn as_event(&self) -> Event<'_> {
        Event { head: self.head, ends: &self.ends, values: &self.values }
    }

    /// Becomes a copy of an event.
    pub fn assign(&mut self, event: &Event<'_>) {
        self.reset(event.head);
        self.ends.extend(event.ends);
        self.values.extend(event.values);
    }

    pub(crate) fn reset(&mut self, head: Head) {
        self.head = head;
        self.ends.clear();
        self.values.clear();
    }
}

impl From<Event<'_>> for EventBuf {
    fn from(event: Event<'_>) -> Self {
        Self { head: event.head, ends: event.ends.to_vec(), values: event.values.to_vec() }
    }
}

/// The bytes of an event's head, and how many there are with the number of parameters.
const HEAD_BYTES: usize = 22;
const COUNTED_HEAD_BYTES: usize = 26;

/// Reads the head of an event at the front of `body`, and the ends of its parameters into `ends`. Returns also
/// where in `body` the values are. None where the type is newer than the table.
pub(crate) fn decode(
    body: &[u8],
    flags: bool,
    counted: bool,
    ends: &mut Vec<u32>,
    budget: &Budget,
) -> Result<Option<(Head, Range<usize>)>, RecordError> {
    let mut cursor = Cursor::new(body);
    let cpu = cursor.u16("processor")?;
    let flags = if flags { cursor.u32("flags")? } else { 0 };
    let (time, thread) = (cursor.u64("time")?, cursor.i64("thread")?);
    let (length, number) = (cursor.u32("length")?, cursor.u16("type")?);
    let Some(kind) = EventType::from_number(number) else { return Ok(None) };
    let head = Head { time, thread, cpu, flags, kind };
    let is_large = kind.info().flags.contains(EventFlags::LARGE);
    ends.clear();
    let values = if counted {
        let count = cursor.u32("number of parameters")?;
        if count > budget.parameters {
            return Err(RecordError::Count { count, limit: budget.parameters });
        }
        let within =
            (length as usize).checked_sub(COUNTED_HEAD_BYTES).ok_or(RecordError::Parameters(length))?;
        let rest = cursor.take(within, "parameters")?;
        split(rest, count as usize, is_large, ends).ok_or(RecordError::Parameters(length))?
    } else {
        // Two types of notice state three bytes too many in such captures.
        let excess =
            if matches!(kind.info().constant, "NOTIFICATION_E" | "INFRASTRUCTURE_EVENT_E") { 3 } else { 0 };
        let within =
            (length as usize).checked_sub(HEAD_BYTES + excess).ok_or(RecordError::Parameters(length))?;
        let rest = cursor.take(within, "parameters")?;
        guess(rest, kind, ends).ok_or(RecordError::Parameters(length))?
    };
    let end = body.len() - cursor.left();
    Ok(Some((head, end - values.len()..end)))
}

/// The values behind `count` lengths, of which the ends are written; none where the lengths go beyond them.
fn split<'a>(rest: &'a [u8], count: usize, is_large: bool, ends: &mut Vec<u32>) -> Option<&'a [u8]> {
    let width = if is_large { 4 } else { 2 };
    let (lengths, values) = rest.split_at_checked(count.checked_mul(width)?)?;
    let mut end = 0_u32;
    if is_large {
        for length in lengths.as_chunks::<4>().0 {
            end = end.checked_add(u32::from_le_bytes(*length))?;
            ends.push(end);
        }
    } else {
        for length in lengths.as_chunks::<2>().0 {
            end = end.checked_add(u16::from_le_bytes(*length).into())?;
            ends.push(end);
        }
    }
    (end as usize <= values.len()).then_some(values)
}

/// The same where the number of parameters is not stated: the greatest, from that of the table downwards, whose
/// lengths fill the event.
fn guess<'a>(rest: &'a [u8], kind: EventType, ends: &mut Vec<u32>) -> Option<&'a [u8]> {
    for count in (0..=kind.info().parameters.len()).rev() {
        ends.clear();
        let Some(values) = split(rest, count, false, ends) else { continue };
        let end = ends.last().copied().unwrap_or_default();
        return (end as usize == values.len()).then_some(values);
    }
    None
}

/// Writes the head and parameters of an event as blocks hold them.
pub(crate) fn encode(event: &Event<'_>, with_flags: bool) -> Vec<u8> {
    let is_large = event.head.kind.info().flags.contains(EventFlags::LARGE);
    let mut lengths = Vec::new();
    let mut values: Vec<u8> = Vec::new();
    for value in event.parameters() {
        if is_large {
            lengths.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
            values.extend(value);
        } else {
            let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
            lengths.extend(length.to_le_bytes());
            values.extend(value.iter().take(length.into()));
        }
    }
    let total = COUNTED_HEAD_BYTES + lengths.len() + values.len();
    let mut out = event.head.cpu.to_le_bytes().to_vec();
    if with_flags {
        out.extend(event.head.flags.to_le_bytes());
    }
    out.extend(event.head.time.to_le_bytes());
    out.extend(event.head.thread.to_le_bytes());
    out.extend(u32::try_from(total).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(event.head.kind.number().to_le_bytes());
    out.extend(u32::try_from(event.parameter_count()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(lengths);
    out.extend(values);
    out
}
