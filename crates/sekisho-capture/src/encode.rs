//! Writing fields behind one another.

/// Bytes behind their length of two bytes; what does not fit is cut off.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8], limit: u16) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX).min(limit);
    out.extend(length.to_le_bytes());
    out.extend(bytes.iter().take(length.into()));
}

/// A record with its own length, which counts itself, before it.
pub(crate) fn put_record(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let mut record = Vec::new();
    write(&mut record);
    let length = u32::try_from(record.len()).unwrap_or(u32::MAX).saturating_add(4);
    out.extend(length.to_le_bytes());
    out.extend(record);
}
