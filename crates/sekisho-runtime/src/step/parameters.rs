//! Parameters of events as values.

use sekisho_capture::Event;

use super::action::gives_result;
use crate::state::address::ended;

/// Parameters as values; none where an event lacks one or it is empty.
pub(crate) trait Parameters<'e> {
    fn i64(&self, place: usize) -> Option<i64>;
    fn u64(&self, place: usize) -> Option<u64>;
    fn u32(&self, place: usize) -> Option<u32>;
    fn u16(&self, place: usize) -> Option<u16>;
    fn u8(&self, place: usize) -> Option<u8>;
    /// Bytes.
    fn bytes(&self, place: usize) -> Option<&'e [u8]>;
    /// Text without its zero byte.
    fn text(&self, place: usize) -> Option<&'e [u8]>;
}

impl<'e> Parameters<'e> for Event<'e> {
    fn i64(&self, place: usize) -> Option<i64> {
        self.parameter(place)?.first_chunk().map(|bytes| i64::from_le_bytes(*bytes))
    }

    fn u64(&self, place: usize) -> Option<u64> {
        self.parameter(place)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
    }

    fn u32(&self, place: usize) -> Option<u32> {
        self.parameter(place)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }

    fn u16(&self, place: usize) -> Option<u16> {
        self.parameter(place)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    fn u8(&self, place: usize) -> Option<u8> {
        self.parameter(place)?.first().copied()
    }

    fn bytes(&self, place: usize) -> Option<&'e [u8]> {
        self.parameter(place).filter(|bytes| !bytes.is_empty())
    }

    fn text(&self, place: usize) -> Option<&'e [u8]> {
        self.bytes(place).map(ended)
    }
}

/// Whether the first parameter of an event is what a system call gave back.
#[inline]
pub(crate) fn has_result(event: &Event<'_>) -> bool {
    gives_result(event.head.kind) && event.parameter_count() > 0
}

/// What a system call gave back; zero for other events.
#[inline]
pub(crate) fn result(event: &Event<'_>) -> i64 {
    let Some(bytes) = event.parameter(0).filter(|_| has_result(event)) else { return 0 };
    match bytes.len() {
        4 => event.u32(0).map_or(0, |number| number.cast_signed().into()),
        _ => event.i64(0).unwrap_or_default(),
    }
}

/// The descriptors that an event lists, with flags of two bytes each.
pub(crate) fn listed(bytes: &[u8]) -> impl Iterator<Item = (i64, u16)> {
    let count = bytes.first_chunk().map_or(0, |count| u16::from_le_bytes(*count));
    let rest = bytes.get(2..).unwrap_or_default();
    rest.as_chunks::<10>().0.iter().take(count.into()).filter_map(|entry| {
        let (number, flags) = entry.split_first_chunk::<8>()?;
        Some((i64::from_le_bytes(*number), u16::from_le_bytes(*flags.first_chunk()?)))
    })
}
