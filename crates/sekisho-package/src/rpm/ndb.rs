//! The form `ndb` of rpm's database, `Packages.db`: slots that point to blobs.

use super::{FORMAT, LARGEST_HEADER, MOST_PACKAGES, Take, read_range};
use crate::{RandomAccess, ReadError};

const PAGE: u64 = 4096;
const SLOT: usize = 16;
/// Blobs lie at multiples of this.
const BLOCK: u64 = 16;

pub(super) fn blobs(file: &dyn RandomAccess, take: Take<'_>) -> Result<(), ReadError> {
    let head = read_range(file, 0, 32)?;
    let pages = u32_at(&head, 12).ok_or_else(|| ReadError::malformed(FORMAT, "its header is cut off"))?;
    let most = (MOST_PACKAGES * SLOT * 2) as u64;
    let slots = read_range(file, 0, (u64::from(pages) * PAGE).min(most))?;
    if (slots.len() as u64) < (u64::from(pages) * PAGE).min(most) {
        return Err(ReadError::malformed(FORMAT, "its slots are cut off"));
    }
    // The header takes two slots.
    for slot in slots.chunks_exact(SLOT).skip(2) {
        let (Some(package), Some(block)) = (u32_at(slot, 4), u32_at(slot, 8)) else { continue };
        if !slot.starts_with(b"Slot") {
            return Err(ReadError::malformed(FORMAT, "a slot is none"));
        }
        if block == 0 {
            continue;
        }
        let at = u64::from(block) * BLOCK;
        let blob = read_range(file, at, BLOCK)?;
        let length = u32_at(&blob, 12).map(u64::from);
        let is_blob = blob.starts_with(b"BlbS") && u32_at(&blob, 4) == Some(package);
        match length.filter(|_| is_blob) {
            Some(length) if length <= LARGEST_HEADER => take(&read_range(file, at + BLOCK, length)?)?,
            Some(_) => return Err(ReadError::Limit { what: "bytes of one package", limit: LARGEST_HEADER }),
            None => return Err(ReadError::malformed(FORMAT, "a slot points to no package")),
        }
    }
    Ok(())
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}
