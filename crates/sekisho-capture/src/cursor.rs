//! Reading fields off the front of bytes.

use crate::error::RecordError;

/// Bytes of which the front is taken field by field.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn take(&mut self, count: usize, field: &'static str) -> Result<&'a [u8], RecordError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(RecordError::Short { field })?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], RecordError> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(RecordError::Short { field })?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn u8(&mut self, field: &'static str) -> Result<u8, RecordError> {
        Ok(u8::from_le_bytes(self.array(field)?))
    }

    pub(crate) fn u16(&mut self, field: &'static str) -> Result<u16, RecordError> {
        Ok(u16::from_le_bytes(self.array(field)?))
    }

    pub(crate) fn u32(&mut self, field: &'static str) -> Result<u32, RecordError> {
        Ok(u32::from_le_bytes(self.array(field)?))
    }

    pub(crate) fn u64(&mut self, field: &'static str) -> Result<u64, RecordError> {
        Ok(u64::from_le_bytes(self.array(field)?))
    }

    pub(crate) fn i64(&mut self, field: &'static str) -> Result<i64, RecordError> {
        Ok(i64::from_le_bytes(self.array(field)?))
    }

    /// Bytes behind their length of two bytes.
    pub(crate) fn bytes(&mut self, limit: u16, field: &'static str) -> Result<Vec<u8>, RecordError> {
        let length = self.u16(field)?;
        if length > limit {
            return Err(RecordError::Long { field, length: length.into(), limit: limit.into() });
        }
        Ok(self.take(length.into(), field)?.to_vec())
    }
}

/// The record at the front. Where the block's version is `sized` the record's length, which counts itself, stands
/// before it; what a record has beyond the known fields is passed over. `read` is told whether further fields may
/// follow.
pub(crate) fn record<'a, T>(
    cursor: &mut Cursor<'a>,
    sized: bool,
    read: impl FnOnce(&mut Cursor<'a>, bool) -> Result<T, RecordError>,
) -> Result<T, RecordError> {
    if !sized {
        return read(cursor, false);
    }
    let length = cursor.u32("length")?;
    if length == 0 {
        // Not stated: only the fields that every version has are there.
        return read(cursor, false);
    }
    let within = length.checked_sub(4).ok_or(RecordError::Length { length, read: 4 })?;
    let mut inside = Cursor::new(cursor.take(within as usize, "length")?);
    read(&mut inside, true)
}
