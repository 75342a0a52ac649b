//! The results of calls, kept as long as what they rest on stays.

use std::hash::Hasher;
use std::sync::{Arc, Weak};

use crate::plan::grounds::MOST_ARGUMENTS;
use crate::value::{Object, Set, Value};

/// The longest text that calls are told apart by.
const LONGEST: usize = 256;

/// What tells a value from others without a look at its parts. It keeps no part of a collection.
#[derive(Debug, Clone)]
enum Identity {
    Null,
    Bool(bool),
    Number(i64),
    String(smol_str::SmolStr),
    Array(Weak<Vec<Value>>),
    Object(Weak<Object>),
    Set(Weak<Set>),
}

impl Identity {
    /// Nothing for what takes long to compare.
    fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.as_plain()?),
            Value::String(text) if text.len() > LONGEST => return None,
            Value::String(text) => Self::String(text.clone()),
            Value::Array(items) => Self::Array(Arc::downgrade(items)),
            Value::Object(object) => Self::Object(Arc::downgrade(object)),
            Value::Set(set) => Self::Set(Arc::downgrade(set)),
        })
    }

    /// Whether it is that of a value. The place of a collection is not given to another as long as this stands.
    fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(one), Value::Bool(two)) => one == two,
            (Self::Number(one), Value::Number(two)) => two.as_plain() == Some(*one),
            (Self::String(one), Value::String(two)) => one == two,
            (Self::Array(one), Value::Array(two)) => one.as_ptr() == Arc::as_ptr(two),
            (Self::Object(one), Value::Object(two)) => one.as_ptr() == Arc::as_ptr(two),
            (Self::Set(one), Value::Set(two)) => one.as_ptr() == Arc::as_ptr(two),
            _ => false,
        }
    }
}

/// The result of a call.
#[derive(Debug, Clone)]
enum Given {
    /// It is being worked out.
    Awaited,
    Undefined,
    Value(Value),
}

#[derive(Debug)]
struct Entry {
    /// Which call; it tells whether an entry was given to another one meanwhile.
    ticket: u32,
    unit: u32,
    arguments: [Identity; MOST_ARGUMENTS],
    given: Given,
}

/// Results of calls, by unit and arguments. Where two calls fall on one place, the later one has it.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    entries: Vec<Option<Entry>>,
    /// The places that hold for this evaluation only, or may be too large to be kept.
    fresh: Vec<u32>,
    tickets: u32,
    /// How many results came in since the last time that the table grew, those that were let go of left out.
    entered: usize,
    /// About how many bytes results of earlier evaluations take.
    kept: usize,
    /// How often calls of each unit were looked for, and found.
    uses: Vec<Use>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Use {
    sought: u32,
    found: u32,
}

impl Use {
    /// Whether results are found too seldom to go on looking for them.
    fn is_vain(self, is_lasting: bool) -> bool {
        self.sought >= if is_lasting { TRIAL } else { SHORT_TRIAL } && self.found < self.sought / 4
    }
}

/// How often a result is looked for before it is said whether that is of use. One that lasts may be of use only in
/// the next evaluation.
const TRIAL: u32 = 4096;
const SHORT_TRIAL: u32 = 256;

/// A place that waits for the result of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Awaiting {
    place: u32,
    /// 0 where nothing waits.
    ticket: u32,
}

const FIRST_SIZE: usize = 128;
const LARGEST_SIZE: usize = 1 << 14;
/// How many parts a result has at most that is kept for later evaluations.
const MOST_PARTS: usize = 64;
/// How many bytes such results take together at most.
const MOST_BYTES: usize = 4 << 20;

/// What is known of a call.
pub(super) enum Known {
    Value(Value),
    Undefined,
    Nothing(Awaiting),
}

impl Calls {
    /// Makes room for counting the uses of so many units.
    pub(super) fn make_room(&mut self, units: usize) {
        self.uses.resize(units, Use::default());
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.fresh.clear();
        self.entered = 0;
        self.kept = 0;
    }

    /// Looks for the result of a call, and makes room for it where it is not known.
    pub(super) fn find<'v>(
        &mut self,
        unit: u32,
        is_lasting: bool,
        arguments: impl Iterator<Item = &'v Value> + Clone,
    ) -> Known {
        let Some(uses) = self.uses.get_mut(unit as usize).filter(|uses| !uses.is_vain(is_lasting)) else {
            return Known::Nothing(Awaiting::default());
        };
        uses.sought = uses.sought.saturating_add(1);
        if self.entered >= self.entries.len() && self.entries.len() < LARGEST_SIZE {
            // Results that were entered are found again by working them out.
            let size = (self.entries.len() * 4).clamp(FIRST_SIZE, LARGEST_SIZE);
            self.clear();
            self.entries.resize_with(size, || None);
        }
        let mut hasher = Places(u64::from(unit));
        for argument in arguments.clone() {
            match argument {
                Value::Null => hasher.write_u64(1),
                Value::Bool(value) => hasher.write_u64(2 + u64::from(*value)),
                Value::Number(number) => match number.as_plain() {
                    Some(number) => hasher.write_i64(number),
                    None => return Known::Nothing(Awaiting::default()),
                },
                Value::String(text) if text.len() > LONGEST => return Known::Nothing(Awaiting::default()),
                Value::String(text) => hasher.write(text.as_bytes()),
                Value::Array(items) => hasher.write_usize(Arc::as_ptr(items) as usize),
                Value::Object(object) => hasher.write_usize(Arc::as_ptr(object) as usize),
                Value::Set(set) => hasher.write_usize(Arc::as_ptr(set) as usize),
            }
        }
        let place = usize::try_from(hasher.finish() >> 32).unwrap_or(0) & (self.entries.len() - 1);
        let Some(slot) = self.entries.get_mut(place) else { return Known::Nothing(Awaiting::default()) };
        if let Some(entry) = slot
            && entry.unit == unit
            && entry.arguments.iter().zip(arguments.clone()).all(|(known, argument)| known.is(argument))
        {
            let known = match &entry.given {
                Given::Value(value) => Some(Known::Value(value.clone())),
                Given::Undefined => Some(Known::Undefined),
                Given::Awaited => None,
            };
            if let Some(known) = known {
                if let Some(uses) = self.uses.get_mut(unit as usize) {
                    uses.found = uses.found.saturating_add(1);
                }
                return known;
            }
        }
        self.tickets = self.tickets.wrapping_add(1).max(1);
        let mut identities = [Identity::Null, Identity::Null, Identity::Null, Identity::Null];
        for (identity, argument) in identities.iter_mut().zip(arguments) {
            *identity = Identity::of(argument).unwrap_or(Identity::Null);
        }
        let ticket = self.tickets;
        *slot = Some(Entry { ticket, unit, arguments: identities, given: Given::Awaited });
        Known::Nothing(Awaiting { place: u32::try_from(place).unwrap_or(0), ticket })
    }

    /// Notes the result of a call. `is_lasting` says whether it holds in later evaluations, too.
    pub(super) fn enter(&mut self, awaiting: Awaiting, result: Option<&Value>, is_lasting: bool) {
        let Some(Some(entry)) = self.entries.get_mut(awaiting.place as usize) else { return };
        if entry.ticket != awaiting.ticket {
            return;
        }
        entry.given = result.map_or(Given::Undefined, |value| Given::Value(value.clone()));
        self.entered += 1;
        match is_lasting.then(|| result.map_or(Some(0), weight)).flatten() {
            Some(bytes) if self.kept.saturating_add(bytes) <= MOST_BYTES => self.kept += bytes,
            _ => self.fresh.push(awaiting.place),
        }
    }

    /// Lets go of what holds for this evaluation only.
    pub(super) fn end(&mut self) {
        self.entered = self.entered.saturating_sub(self.fresh.len());
        for place in self.fresh.drain(..) {
            if let Some(entry) = self.entries.get_mut(place as usize) {
                *entry = None;
            }
        }
    }
}

/// About how many bytes a small result takes; nothing where it is not small.
fn weight(value: &Value) -> Option<usize> {
    fn add(value: &Value, parts: &mut usize, bytes: &mut usize) -> Option<()> {
        *parts = parts.checked_sub(1)?;
        *bytes += value.shallow_bytes();
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| add(item, parts, bytes)),
            Value::Set(set) => set.iter().try_for_each(|item| add(item, parts, bytes)),
            Value::Object(object) => object.entries().iter().try_for_each(|(key, value)| {
                add(key, parts, bytes)?;
                add(value, parts, bytes)
            }),
            _ => Some(()),
        }
    }
    let (mut parts, mut bytes) = (MOST_PARTS, 0);
    add(value, &mut parts, &mut bytes)?;
    Some(bytes)
}

/// Spreads calls over places.
struct Places(u64);

impl Places {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Places {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = *from;
            }
            self.add(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.add(word);
    }

    fn write_i64(&mut self, word: i64) {
        self.add(word.cast_unsigned());
    }

    fn write_usize(&mut self, word: usize) {
        self.add(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
