//! Reading a capture block by block.

use std::io::Read;
use std::ops::Range;

use crate::account::Accounts;
use crate::block::BlockType;
use crate::budget::Budget;
use crate::convert::{Converter, Outcome};
use crate::descriptor::DescriptorTable;
use crate::error::{CaptureError, RecordError};
use crate::event::{self, Event, Front, Head, Layout, Spans, layouts};
use crate::interface::Interface;
use crate::machine::Machine;
use crate::process::Process;
use crate::window::{FillError, Window};

/// The bytes of a block's type and length, and of its length again at the end.
const FRONT_BYTES: u32 = 8;
const FRAME_BYTES: u32 = 12;
/// The types of blocks with events that have no flags and are of no great length.
const PLAIN_EVENT: u32 = 0x204;
const COUNTED_EVENT: u32 = 0x216;
const BYTE_ORDER: u32 = 0x1A2B_3C4D;
const SWAPPED_BYTE_ORDER: u32 = 0x4D3C_2B1A;

/// How events are given.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Profile {
    /// As current versions of the original library see them: old events are converted, enter events whose exits
    /// hold everything are left out.
    #[default]
    Current,
    /// As the capture has them, enter events too.
    Legacy,
}

/// What a capture holds, in its order.
#[derive(Debug)]
pub enum Item<'a> {
    /// A section begins: what was said of the machine before no longer holds.
    Section(Section),
    /// The machine.
    Machine(Machine),
    /// Processes and threads.
    Processes(Vec<Process>),
    /// Open descriptors of one process.
    Descriptors(DescriptorTable),
    /// Network interfaces.
    Interfaces(Vec<Interface>),
    /// Users and groups.
    Accounts(Accounts),
    /// An event.
    Event(Event<'a>),
}

/// The header of a section.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Section {
    /// The major version of the format.
    pub major: u16,
    /// The minor version of the format.
    pub minor: u16,
}

/// What a reader met so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Statistics {
    /// Events that were given.
    pub events: u64,
    /// Events that conversion left out: their exits hold what they say.
    pub merged_events: u64,
    /// Events of types newer than the table.
    pub unknown_events: u64,
    /// Blocks of unknown types.
    pub unknown_blocks: u64,
    /// Blocks and events that could not be read.
    pub errors: u64,
}

/// Goes through a capture.
pub struct CaptureReader<R> {
    window: Window<R>,
    budget: Budget,
    profile: Profile,
    converter: Converter,
    statistics: Statistics,
    /// The bytes of the block that is looked at; they leave the window when the next is wanted.
    block: usize,
    /// The event in the window and where its values are in the block.
    head: Head,
    values: Range<usize>,
    spans: Spans,
    layouts: &'static [Layout],
    /// The most bytes of a block with an event of no great length.
    event_bytes: u32,
    is_done: bool,
}

/// What the block at the front of the window is.
enum Found {
    Item(Item<'static>),
    Event,
    Gathered,
    Converted,
}

/// What an event at the front of the window is.
enum Near {
    Event,
    Gathered,
    Dropped,
}

impl<R: Read> CaptureReader<R> {
    /// A reader of a stream, which may be gzip. A stream that begins with no section header is refused.
    pub fn new(input: R, profile: Profile, budget: Budget) -> Result<Self, CaptureError> {
        let mut window = Window::new(input, budget.total_bytes).map_err(CaptureError::Read)?;
        let is_whole = window.fill(4).map_err(fatal)?;
        if !is_whole || number(window.bytes(), 0) != Some(BlockType::SECTION) {
            return Err(CaptureError::NotACapture);
        }
        let converter = Converter::new(budget.waiting_events);
        let event_bytes = budget.block_bytes.min(FRONT_BYTES + (1 << 16));
        Ok(Self {
            window,
            budget,
            profile,
            converter,
            statistics: Statistics::default(),
            block: 0,
            head: Head::default(),
            values: 0..0,
            spans: Spans::default(),
            layouts: layouts(),
            event_bytes,
            is_done: false,
        })
    }

    /// The next item; none at the end. After an error that is not fatal, reading can go on.
    pub fn next_item(&mut self) -> Result<Option<Item<'_>>, CaptureError> {
        loop {
            self.window.advance(self.block);
            self.block = 0;
            match self.near_event() {
                Some(Near::Event) => {
                    self.statistics.events += 1;
                    return Ok(Some(Item::Event(self.event(&[]))));
                }
                Some(Near::Gathered) => {
                    self.statistics.events += 1;
                    return Ok(Some(Item::Event(self.event(self.converter.others()))));
                }
                Some(Near::Dropped) => self.statistics.merged_events += 1,
                None => break,
            }
        }
        match self.find() {
            Ok(None) => Ok(None),
            Ok(Some(Found::Item(item))) => Ok(Some(item)),
            Ok(Some(Found::Event)) => Ok(Some(Item::Event(self.event(&[])))),
            Ok(Some(Found::Gathered)) => Ok(Some(Item::Event(self.event(self.converter.others())))),
            Ok(Some(Found::Converted)) => Ok(Some(Item::Event(self.converter.converted()))),
            Err(error) => {
                self.is_done = error.is_fatal();
                self.statistics.errors += 1;
                Err(error)
            }
        }
    }

    /// What was met so far.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// Bytes that were taken so far, after decompression.
    pub fn offset(&self) -> u64 {
        self.window.offset
    }

    /// The event in the window, with bytes that it has from elsewhere.
    #[inline]
    fn event<'a>(&'a self, others: &'a [u8]) -> Event<'a> {
        let own = self.window.bytes().get(self.values.clone()).unwrap_or_default();
        Event::of_spans(self.head, self.spans.get(), own, others)
    }

    /// Goes to the next block that says something.
    fn find(&mut self) -> Result<Option<Found>, CaptureError> {
        loop {
            self.window.advance(self.block);
            self.block = 0;
            let Some((kind, length)) = self.frame()? else { return Ok(None) };
            self.block = length as usize;
            if let Some(found) = self.open(kind, length)? {
                return Ok(Some(found));
            }
        }
    }

    /// Takes the block at the front where it is an event that is in order, wholly in the window, and converted without
    /// looking at its values, as nearly every one is. Nothing has happened where it is not, and nothing is counted.
    #[inline]
    fn near_event(&mut self) -> Option<Near> {
        let bytes = self.window.bytes();
        let front = Front::of(bytes)?;
        let counted = match front.kind {
            PLAIN_EVENT => false,
            COUNTED_EVENT => true,
            _ => return None,
        };
        let length = front.block;
        let (whole, trailer) = bytes.get(..length as usize)?.split_last_chunk::<4>()?;
        if length > self.event_bytes || u32::from_le_bytes(*trailer) != length {
            return None;
        }
        let (mut head, values) = front.decode(whole, counted, self.layouts, &mut self.spans, &self.budget)?;
        let mut near = Near::Event;
        if self.profile == Profile::Current {
            let own = whole.get(values.clone())?;
            near = match self.converter.near(&mut head, &mut self.spans, own)? {
                Outcome::Unchanged => Near::Event,
                Outcome::Gathered => Near::Gathered,
                Outcome::Dropped => Near::Dropped,
                Outcome::Converted => return None,
            };
        }
        self.block = length as usize;
        self.values = values;
        self.head = head;
        Some(near)
    }

    /// The type and length of the block at the front, which is wholly in the window afterwards.
    fn frame(&mut self) -> Result<Option<(BlockType, u32)>, CaptureError> {
        if self.is_done {
            return Ok(None);
        }
        let offset = self.window.offset;
        if !self.window.fill(FRONT_BYTES as usize).map_err(fatal)? {
            self.is_done = true;
            let is_end = self.window.bytes().is_empty();
            return if is_end { Ok(None) } else { Err(CaptureError::Truncated { offset }) };
        }
        let bytes = self.window.bytes();
        let (Some(kind), Some(length)) = (number(bytes, 0), number(bytes, 4)) else { return Ok(None) };
        let kind = BlockType::from_number(kind);
        if length < FRAME_BYTES {
            return Err(CaptureError::Short { offset, kind, length });
        }
        let limit = match kind {
            BlockType::Event { large: false, .. } => self.event_bytes,
            _ => self.budget.block_bytes,
        };
        if length > limit {
            return Err(CaptureError::Large { offset, length, limit });
        }
        if !self.window.fill(length as usize).map_err(fatal)? {
            return Err(CaptureError::Truncated { offset });
        }
        let trailer = number(self.window.bytes(), length as usize - 4).unwrap_or_default();
        if trailer != length {
            return Err(CaptureError::Trailer { offset, length, trailer });
        }
        Ok(Some((kind, length)))
    }

    /// Reads the block at the front; none where it says nothing.
    fn open(&mut self, kind: BlockType, length: u32) -> Result<Option<Found>, CaptureError> {
        let offset = self.window.offset;
        let whole = self.window.bytes().get(..length as usize).unwrap_or_default();
        let body = whole.get(8..whole.len().saturating_sub(4)).unwrap_or_default();
        let budget = &self.budget;
        let read = match kind {
            BlockType::Section => return section(body, offset, length).map(|found| Some(Found::Item(found))),
            BlockType::Event { flags, counted, .. } => {
                return self.open_event(offset, length, flags, counted);
            }
            BlockType::Unknown(_) => {
                self.statistics.unknown_blocks += 1;
                return Ok(None);
            }
            BlockType::Machine => Machine::decode(body).map(Item::Machine),
            BlockType::Processes(version) => Process::decode_all(body, version, budget).map(Item::Processes),
            BlockType::Descriptors(sized) => {
                DescriptorTable::decode(body, sized, budget).map(Item::Descriptors)
            }
            BlockType::Interfaces(sized) => Interface::decode_all(body, sized, budget).map(Item::Interfaces),
            BlockType::Accounts(sized) => Accounts::decode(body, sized, budget).map(Item::Accounts),
        };
        match read {
            Ok(item) => Ok(Some(Found::Item(item))),
            Err(error) => Err(CaptureError::Block { offset, kind, error }),
        }
    }

    fn open_event(
        &mut self,
        offset: u64,
        length: u32,
        flags: bool,
        counted: bool,
    ) -> Result<Option<Found>, CaptureError> {
        let wrong = |error: RecordError| {
            let kind = BlockType::Event { flags, counted, large: false };
            CaptureError::Block { offset, kind, error }
        };
        let whole = self.window.bytes().get(..length as usize).unwrap_or_default();
        let body = whole.get(8..whole.len().saturating_sub(4)).unwrap_or_default();
        let decoded = event::decode(body, flags, counted, self.layouts, &mut self.spans, &self.budget);
        let Some((mut head, values)) = decoded.map_err(wrong)? else {
            self.statistics.unknown_events += 1;
            return Ok(None);
        };
        let mut found = Found::Event;
        if self.profile == Profile::Current {
            let bytes = body.get(values.clone()).unwrap_or_default();
            let outcome = match self.converter.near(&mut head, &mut self.spans, bytes) {
                Some(outcome) => outcome,
                None => self
                    .converter
                    .stepwise(&Event::of_spans(head, self.spans.get(), bytes, &[]))
                    .map_err(|error| CaptureError::Convert { offset, error })?,
            };
            match outcome {
                Outcome::Unchanged => {}
                Outcome::Gathered => found = Found::Gathered,
                Outcome::Converted => found = Found::Converted,
                Outcome::Dropped => {
                    self.statistics.merged_events += 1;
                    return Ok(None);
                }
            }
        }
        let front = FRONT_BYTES as usize;
        self.values = values.start + front..values.end + front;
        self.head = head;
        self.statistics.events += 1;
        Ok(Some(found))
    }
}

fn section(body: &[u8], offset: u64, length: u32) -> Result<Item<'static>, CaptureError> {
    let short = CaptureError::Short { offset, kind: BlockType::Section, length };
    match number(body, 0) {
        Some(BYTE_ORDER) => {}
        Some(SWAPPED_BYTE_ORDER) => return Err(CaptureError::ByteOrder),
        Some(_) => return Err(CaptureError::NotACapture),
        None => return Err(short),
    }
    let (Some(versions), true) = (number(body, 4), body.len() >= 16) else { return Err(short) };
    let [a, b, c, d] = versions.to_le_bytes();
    let (major, minor) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
    if major > 1 {
        return Err(CaptureError::Version { major });
    }
    Ok(Item::Section(Section { major, minor }))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn fatal(error: FillError) -> CaptureError {
    match error {
        FillError::Read(error) => CaptureError::Read(error),
        FillError::Limit(limit) => CaptureError::Total { limit },
    }
}
