//! Events: a head, and parameters as bytes.

use std::ops::Range;
use std::sync::LazyLock;

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

/// Where a parameter is: from a byte to another, in the bytes of the event or in others.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Span {
    /// The highest bit says that it is in the other bytes.
    start: u32,
    end: u32,
}

impl Span {
    const OTHER: u32 = 1 << 31;

    /// A place in the bytes of the event, of which there are never so many that the highest bit is needed.
    #[inline]
    pub(crate) const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The same place in the other bytes.
    #[inline]
    pub(crate) const fn of_others(self) -> Self {
        Self { start: self.start | Self::OTHER, ..self }
    }

    /// The same so many bytes further.
    #[inline]
    pub(crate) fn moved(self, by: u32) -> Self {
        Self { start: self.start.wrapping_add(by), end: self.end.wrapping_add(by) }
    }

    /// The same, of no more than so many bytes.
    #[inline]
    pub(crate) fn cut(self, longest: u32) -> Self {
        Self { end: self.end.min((self.start & !Self::OTHER).saturating_add(longest)), ..self }
    }

    #[inline]
    pub(crate) fn of<'a>(self, own: &'a [u8], others: &'a [u8]) -> Option<&'a [u8]> {
        let bytes = if self.start & Self::OTHER == 0 { own } else { others };
        bytes.get((self.start & !Self::OTHER) as usize..self.end as usize)
    }
}

/// An event whose parameters are borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// What every event has.
    pub head: Head,
    spans: &'a [Span],
    /// Its own bytes.
    values: &'a [u8],
    /// Bytes that a converted event has from elsewhere: from its enter event.
    others: &'a [u8],
}

impl PartialEq for Event<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.head == other.head && self.parameters().eq(other.parameters())
    }
}

impl Eq for Event<'_> {}

impl<'a> Event<'a> {
    /// One whose parameters are in these bytes; a place that is not there makes a parameter that is missing.
    pub(crate) fn of_spans(head: Head, spans: &'a [Span], values: &'a [u8], others: &'a [u8]) -> Self {
        Self { head, spans, values, others }
    }

    /// The number of its parameters. Events of older captures may have fewer than the table says.
    pub fn parameter_count(&self) -> usize {
        self.spans.len()
    }

    /// The bytes of a parameter.
    #[inline]
    pub fn parameter(&self, index: usize) -> Option<&'a [u8]> {
        self.spans.get(index)?.of(self.values, self.others)
    }

    /// The bytes of every parameter, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let event = *self;
        self.spans.iter().filter_map(move |span| span.of(event.values, event.others))
    }

    /// The bytes of the parameter of this name.
    pub fn named(&self, name: &str) -> Option<&'a [u8]> {
        let index = self.head.kind.info().parameters.iter().position(|parameter| parameter.name == name)?;
        self.parameter(index)
    }

    /// Where its parameters are.
    pub(crate) fn spans(&self) -> &'a [Span] {
        self.spans
    }

    /// All its own bytes, where no parameter is elsewhere.
    pub(crate) fn whole(&self) -> Option<&'a [u8]> {
        self.others.is_empty().then_some(self.values)
    }
}

/// An event that holds its parameters.
#[derive(Clone, Debug)]
pub struct EventBuf {
    /// What every event has.
    pub head: Head,
    spans: Vec<Span>,
    values: Vec<u8>,
}

impl PartialEq for EventBuf {
    /// Bytes that no parameter has count for nothing.
    fn eq(&self, other: &Self) -> bool {
        self.as_event() == other.as_event()
    }
}

impl Eq for EventBuf {}

impl EventBuf {
    /// An event without parameters.
    pub fn new(head: Head) -> Self {
        Self { head, spans: Vec::new(), values: Vec::new() }
    }

    /// Adds a parameter behind those that are there.
    pub fn push(&mut self, value: &[u8]) {
        let place = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let start = place(&self.values);
        self.values.extend_from_slice(value);
        self.spans.push(Span::new(start, place(&self.values)));
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, value: &[u8]) -> Self {
        self.push(value);
        self
    }

    /// A view of it.
    pub fn as_event(&self) -> Event<'_> {
        Event { head: self.head, spans: &self.spans, values: &self.values, others: &[] }
    }

    /// Becomes a copy of an event.
    pub fn assign(&mut self, event: &Event<'_>) {
        self.reset(event.head);
        if let Some(values) = event.whole() {
            self.spans.extend_from_slice(event.spans);
            self.values.extend_from_slice(values);
            return;
        }
        for value in event.parameters() {
            self.push(value);
        }
    }

    pub(crate) fn reset(&mut self, head: Head) {
        self.head = head;
        self.spans.clear();
        self.values.clear();
    }
}

impl From<Event<'_>> for EventBuf {
    fn from(event: Event<'_>) -> Self {
        let mut copy = Self::new(event.head);
        copy.assign(&event);
        copy
    }
}

/// The bytes of an event's head, and how many there are with the number of parameters.
const HEAD_BYTES: usize = 22;
const COUNTED_HEAD_BYTES: usize = 26;

/// What is known of how events of a type are written.
pub(crate) struct Layout {
    kind: EventType,
    parameters: usize,
    is_large: bool,
    /// Bytes that events without a stated number of parameters count too many.
    excess: usize,
}

static LAYOUTS: LazyLock<Vec<Layout>> = LazyLock::new(|| {
    let layout = |kind: EventType| {
        let info = kind.info();
        // Two types of notice state three bytes too many in such captures.
        let has_excess = matches!(info.constant, "NOTIFICATION_E" | "INFRASTRUCTURE_EVENT_E");
        Layout {
            kind,
            parameters: info.parameters.len(),
            is_large: info.flags.contains(EventFlags::LARGE),
            excess: if has_excess { 3 } else { 0 },
        }
    };
    EventType::all().map(layout).collect()
});

/// How events are written, by the numbers of their types.
pub(crate) fn layouts() -> &'static [Layout] {
    &LAYOUTS
}

/// Where the parameters of an event are, with room that is used again.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    room: Vec<Span>,
    count: usize,
    /// By the numbers of types, how many the last event had that did not state it.
    counts: Vec<u8>,
}

impl Spans {
    #[inline]
    pub(crate) fn get(&self) -> &[Span] {
        self.room.get(..self.count).unwrap_or_default()
    }

    /// The places with what else the room holds behind them.
    #[inline]
    pub(crate) fn room(&self) -> &[Span] {
        &self.room
    }

    /// Becomes these places.
    pub(crate) fn assign(&mut self, spans: &[Span]) {
        self.replace_behind(0, spans.iter().copied());
    }

    /// Keeps so many places, and writes others behind them.
    #[inline]
    pub(crate) fn replace_behind(&mut self, kept: usize, others: impl ExactSizeIterator<Item = Span>) {
        let count = kept + others.len();
        if self.room.len() < count {
            self.room.resize(count, Span::default());
        }
        for (place, span) in self.room.iter_mut().skip(kept).zip(others) {
            *place = span;
        }
        self.count = count;
    }

    /// Writes places behind one another. A sum that is cut off is beyond every block.
    #[inline]
    fn put<L: Copy>(&mut self, lengths: &[L], read: impl Fn(L) -> u32) {
        let mut end = 0_u32;
        self.replace_behind(
            0,
            lengths.iter().map(|length| {
                let start = end;
                end = end.saturating_add(read(*length));
                Span::new(start, end)
            }),
        );
    }

    #[inline]
    fn end(&self) -> u32 {
        self.get().last().map_or(0, |span| span.end)
    }
}

/// The bytes of a block's type and length, of the processor, and of an event's head.
pub(crate) const FRONT_BYTES: usize = 8 + 2 + HEAD_BYTES;

/// The front of a block with an event that has no flags.
pub(crate) struct Front {
    pub(crate) kind: u32,
    /// The length of the block.
    pub(crate) block: u32,
    cpu: u16,
    time: u64,
    thread: i64,
    /// The length of the event.
    length: u32,
    number: u16,
}

impl Front {
    /// The front of these bytes; none where there are too few.
    #[inline]
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let front: &[u8] = bytes.first_chunk::<FRONT_BYTES>()?;
        let (kind, front) = front.split_first_chunk()?;
        let (block, front) = front.split_first_chunk()?;
        let (cpu, front) = front.split_first_chunk()?;
        let (time, front) = front.split_first_chunk()?;
        let (thread, front) = front.split_first_chunk()?;
        let (length, number) = front.split_first_chunk()?;
        Some(Self {
            kind: u32::from_le_bytes(*kind),
            block: u32::from_le_bytes(*block),
            cpu: u16::from_le_bytes(*cpu),
            time: u64::from_le_bytes(*time),
            thread: i64::from_le_bytes(*thread),
            length: u32::from_le_bytes(*length),
            number: u16::from_le_bytes(*number.first_chunk()?),
        })
    }

    /// Reads the event of a block without its length at the end, as nearly every one is: its head, the places of its
    /// parameters, and where in the block the values are. None where it is anything else.
    #[inline]
    pub(crate) fn decode(
        &self,
        whole: &[u8],
        counted: bool,
        layouts: &[Layout],
        spans: &mut Spans,
        budget: &Budget,
    ) -> Option<(Head, Range<usize>)> {
        let layout = layouts.get(usize::from(self.number))?;
        let end = self.length as usize + (FRONT_BYTES - HEAD_BYTES);
        let rest = whole.get(FRONT_BYTES..end)?;
        let values = if counted {
            let (count, rest) = rest.split_first_chunk::<4>()?;
            let count = u32::from_le_bytes(*count);
            if count > budget.parameters || layout.is_large {
                return None;
            }
            split(rest, count as usize, false, spans)?
        } else {
            if layout.excess > 0 {
                return None;
            }
            guess(rest, layout, spans)?
        };
        let head = Head { time: self.time, thread: self.thread, cpu: self.cpu, flags: 0, kind: layout.kind };
        Some((head, end - values.len()..end))
    }
}

/// Reads the head of an event at the front of `body`, and the places of its parameters into `spans`. Returns also
/// where in `body` the values are. None where the type is newer than the table.
pub(crate) fn decode(
    body: &[u8],
    flags: bool,
    counted: bool,
    layouts: &[Layout],
    spans: &mut Spans,
    budget: &Budget,
) -> Result<Option<(Head, Range<usize>)>, RecordError> {
    let mut cursor = Cursor::new(body);
    let cpu = cursor.u16("processor")?;
    let flags = if flags { cursor.u32("flags")? } else { 0 };
    let (time, thread) = (cursor.u64("time")?, cursor.i64("thread")?);
    let (length, number) = (cursor.u32("length")?, cursor.u16("type")?);
    let Some(layout) = layouts.get(usize::from(number)) else { return Ok(None) };
    let head = Head { time, thread, cpu, flags, kind: layout.kind };
    let values = if counted {
        let count = cursor.u32("number of parameters")?;
        if count > budget.parameters {
            return Err(RecordError::Count { count, limit: budget.parameters });
        }
        let within =
            (length as usize).checked_sub(COUNTED_HEAD_BYTES).ok_or(RecordError::Parameters(length))?;
        let rest = cursor.take(within, "parameters")?;
        split(rest, count as usize, layout.is_large, spans).ok_or(RecordError::Parameters(length))?
    } else {
        let within = (length as usize)
            .checked_sub(HEAD_BYTES + layout.excess)
            .ok_or(RecordError::Parameters(length))?;
        let rest = cursor.take(within, "parameters")?;
        guess(rest, layout, spans).ok_or(RecordError::Parameters(length))?
    };
    let end = body.len() - cursor.left();
    Ok(Some((head, end - values.len()..end)))
}

/// The values behind `count` lengths, of which the places are written; none where the lengths go beyond them.
#[inline]
fn split<'a>(rest: &'a [u8], count: usize, is_large: bool, spans: &mut Spans) -> Option<&'a [u8]> {
    let width = if is_large { 4 } else { 2 };
    let (lengths, values) = rest.split_at_checked(count.checked_mul(width)?)?;
    if is_large {
        spans.put(lengths.as_chunks::<4>().0, u32::from_le_bytes);
    } else {
        spans.put(lengths.as_chunks::<2>().0, |length| u16::from_le_bytes(length).into());
    }
    (spans.end() as usize <= values.len()).then_some(values)
}

/// The same where the number of parameters is not stated: the greatest, up to that of the table, whose lengths do not
/// go beyond the event. They must fill it.
#[inline]
fn guess<'a>(rest: &'a [u8], layout: &Layout, spans: &mut Spans) -> Option<&'a [u8]> {
    // Nearly all have as many as the last event of the type. No other number of lengths fills the event as well.
    let number = usize::from(layout.kind.number());
    let count = usize::from(spans.counts.get(number).copied().unwrap_or_default());
    if let Some((lengths, values)) = rest.split_at_checked(2 * count) {
        spans.put(lengths.as_chunks::<2>().0, |length| u16::from_le_bytes(length).into());
        if spans.end() as usize == values.len() {
            return Some(values);
        }
    }
    let values = guess_anew(rest, layout.parameters, spans)?;
    if spans.counts.len() <= number {
        spans.counts.resize(number + 1, 0);
    }
    if let (Some(known), Ok(count)) = (spans.counts.get_mut(number), spans.count.try_into()) {
        *known = count;
    }
    Some(values)
}

#[cold]
fn guess_anew<'a>(rest: &'a [u8], most: usize, spans: &mut Spans) -> Option<&'a [u8]> {
    if spans.room.len() < most {
        spans.room.resize(most, Span::default());
    }
    let room = spans.room.get_mut(..most)?;
    let (mut end, mut taken) = (0_u32, 0);
    for (span, length) in room.iter_mut().zip(rest.as_chunks::<2>().0) {
        let behind = end.saturating_add(u16::from_le_bytes(*length).into());
        if behind as usize + taken + 2 > rest.len() {
            break;
        }
        *span = Span::new(end, behind);
        (end, taken) = (behind, taken + 2);
    }
    spans.count = taken / 2;
    let values = rest.get(taken..)?;
    (end as usize == values.len()).then_some(values)
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
