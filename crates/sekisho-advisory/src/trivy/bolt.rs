//! Files of bbolt, the store that Trivy keeps its database in: pages of a B+ tree, read where they lie.
//!
//! Nothing in the file is believed: pages outside of it, trees that run in circles and keys that lie about their lengths
//! end in an error.

use std::cell::Cell;

/// Why a file of bbolt cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BoltError {
    /// It does not begin as one.
    #[error("this is no file of bbolt")]
    Magic,
    /// Shorter than it says.
    #[error("the file is cut off: it should have {0} pages")]
    Short(u64),
    /// A page that cannot be.
    #[error("page {0} of the file is damaged")]
    Page(u64),
    /// Pages that are asked for again and again.
    #[error("the tree of the file runs in circles")]
    Circle,
}

const MAGIC: u32 = 0xED0C_DAED;
const HEADER: usize = 16;
const ELEMENT: usize = 16;
const BRANCH: u16 = 1;
const LEAF: u16 = 2;
const IS_BUCKET: u32 = 1;
const DEEPEST: usize = 24;

/// A file of bbolt.
#[derive(Debug)]
pub(super) struct Bolt<'b> {
    bytes: &'b [u8],
    page_size: usize,
    pages: u64,
    root: u64,
    /// How many pages may still be visited.
    visits: Cell<u64>,
}

/// A bucket: keys with values and with buckets.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bucket<'b> {
    /// A tree of pages.
    Tree(u64),
    /// One page within the value.
    Inline(&'b [u8]),
}

/// What stands behind a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'b> {
    Value(&'b [u8]),
    Bucket(Bucket<'b>),
}

impl Item<'_> {
    /// The bytes of a value.
    pub(super) fn value(&self) -> Option<&[u8]> {
        match self {
            Self::Value(value) => Some(value),
            Self::Bucket(_) => None,
        }
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_le_bytes(*chunk))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

/// What a meta page says, if it is whole: transaction, page size, root, pages.
fn meta(page: &[u8]) -> Option<(u64, u32, u64, u64)> {
    let meta = page.get(HEADER..HEADER + 64)?;
    let sum = meta.get(..56)?.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let is_whole = word(meta, 0)? == MAGIC && word(meta, 4)? == 2 && long(meta, 56)? == sum;
    is_whole.then_some((long(meta, 48)?, word(meta, 8)?, long(meta, 16)?, long(meta, 40)?))
}

/// Whether bytes begin as a file of bbolt does.
pub fn is_bolt(bytes: &[u8]) -> bool {
    word(bytes, HEADER) == Some(MAGIC)
}

/// The value that stands behind keys, each but the last of them that of a bucket in the one before.
pub fn value_at(bytes: &[u8], keys: &[&str]) -> Result<Option<Vec<u8>>, BoltError> {
    let file = Bolt::open(bytes)?;
    let mut bucket = file.root();
    let Some((last, above)) = keys.split_last() else { return Ok(None) };
    for key in above {
        match file.get(bucket, key.as_bytes())? {
            Some(Item::Bucket(inner)) => bucket = inner,
            _ => return Ok(None),
        }
    }
    Ok(file.get(bucket, last.as_bytes())?.and_then(|item| item.value().map(<[u8]>::to_vec)))
}

impl<'b> Bolt<'b> {
    /// Opens a file by the newer of its two meta pages that is whole.
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, BoltError> {
        if !is_bolt(bytes) {
            return Err(BoltError::Magic);
        }
        // The second page lies behind the first, whose size only a whole first one says.
        let sizes = [meta(bytes).map_or(4096, |meta| meta.1 as usize), 4096, 8192, 16_384, 65_536];
        let second = sizes.iter().find_map(|size| meta(bytes.get(*size..)?));
        let newest = meta(bytes).into_iter().chain(second).max_by_key(|meta| meta.0);
        let (_, page_size, root, pages) = newest.ok_or(BoltError::Page(0))?;
        let page_size = page_size as usize;
        if !page_size.is_power_of_two() || !(512..=1 << 20).contains(&page_size) {
            return Err(BoltError::Page(0));
        }
        if pages.checked_mul(page_size as u64).is_none_or(|size| size > bytes.len() as u64) {
            return Err(BoltError::Short(pages));
        }
        // Every page is read once by a walk over everything, and some of them for each lookup.
        let visits = Cell::new(pages.saturating_mul(4).saturating_add(10_000_000));
        Ok(Self { bytes, page_size, pages, root, visits })
    }

    /// The bucket that all others are in.
    pub(super) fn root(&self) -> Bucket<'b> {
        Bucket::Tree(self.root)
    }

    fn page(&self, number: u64) -> Result<&'b [u8], BoltError> {
        let left = self.visits.get().checked_sub(1).ok_or(BoltError::Circle)?;
        self.visits.set(left);
        let damaged = || BoltError::Page(number);
        let size = self.page_size as u64;
        let start = number.checked_mul(size).filter(|_| number < self.pages).ok_or_else(damaged)?;
        let start = usize::try_from(start).map_err(|_| damaged())?;
        let overflow = word(self.bytes, start + 12).ok_or_else(damaged)? as usize;
        let length = overflow.checked_add(1).and_then(|pages| pages.checked_mul(self.page_size));
        let end = length.and_then(|length| start.checked_add(length)).ok_or_else(damaged)?;
        self.bytes.get(start..end).ok_or_else(damaged)
    }

    /// Goes over all keys of a bucket, in their order.
    pub(super) fn each<E: From<BoltError>>(
        &self,
        bucket: Bucket<'b>,
        each: &mut dyn FnMut(&'b [u8], Item<'b>) -> Result<(), E>,
    ) -> Result<(), E> {
        match bucket {
            Bucket::Tree(number) => self.walk(number, 0, each),
            Bucket::Inline(page) => Self::leaf(page, 0, each),
        }
    }

    fn walk<E: From<BoltError>>(
        &self,
        number: u64,
        depth: usize,
        each: &mut dyn FnMut(&'b [u8], Item<'b>) -> Result<(), E>,
    ) -> Result<(), E> {
        if depth > DEEPEST {
            return Err(BoltError::Circle.into());
        }
        let page = self.page(number)?;
        let damaged = || BoltError::Page(number);
        if short(page, 8).ok_or_else(damaged)? & BRANCH == 0 {
            return Self::leaf(page, number, each);
        }
        for place in 0..usize::from(short(page, 10).ok_or_else(damaged)?) {
            let below = long(page, HEADER + place * ELEMENT + 8).ok_or_else(damaged)?;
            self.walk(below, depth + 1, each)?;
        }
        Ok(())
    }

    fn leaf<E: From<BoltError>>(
        page: &'b [u8],
        number: u64,
        each: &mut dyn FnMut(&'b [u8], Item<'b>) -> Result<(), E>,
    ) -> Result<(), E> {
        let damaged = || BoltError::Page(number);
        if short(page, 8).ok_or_else(damaged)? & LEAF == 0 {
            return Err(damaged().into());
        }
        for place in 0..usize::from(short(page, 10).ok_or_else(damaged)?) {
            let (key, item) = element(page, place).ok_or_else(damaged)?;
            each(key, item)?;
        }
        Ok(())
    }

    /// What stands behind one key of a bucket.
    pub(super) fn get(&self, bucket: Bucket<'b>, key: &[u8]) -> Result<Option<Item<'b>>, BoltError> {
        let mut page = match bucket {
            Bucket::Inline(page) => page,
            Bucket::Tree(number) => {
                let mut number = number;
                let mut page = self.page(number)?;
                for _ in 0..DEEPEST {
                    if short(page, 8).ok_or(BoltError::Page(number))? & BRANCH == 0 {
                        break;
                    }
                    let count = usize::from(short(page, 10).ok_or(BoltError::Page(number))?);
                    let first = |place: usize| branch_key(page, place).is_some_and(|first| first <= key);
                    let place = partition(count, first).saturating_sub(1);
                    let below = long(page, HEADER + place * ELEMENT + 8).ok_or(BoltError::Page(number))?;
                    number = below;
                    page = self.page(number)?;
                }
                page
            }
        };
        page = page.get(..).unwrap_or_default();
        let count = usize::from(short(page, 10).ok_or(BoltError::Page(0))?);
        let is_before = |place: usize| element(page, place).is_some_and(|(known, _)| known < key);
        let place = partition(count, is_before);
        Ok(element(page, place).filter(|(known, _)| place < count && *known == key).map(|(_, item)| item))
    }
}

/// The first place at which something does not hold that holds at all places before it.
fn partition(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

fn branch_key(page: &[u8], place: usize) -> Option<&[u8]> {
    let at = HEADER + place * ELEMENT;
    let key = at.checked_add(word(page, at)? as usize)?;
    page.get(key..key.checked_add(word(page, at + 4)? as usize)?)
}

/// The key and the item at a place of a leaf.
fn element(page: &[u8], place: usize) -> Option<(&[u8], Item<'_>)> {
    let at = HEADER + place * ELEMENT;
    let flags = word(page, at)?;
    let key = at.checked_add(word(page, at + 4)? as usize)?;
    let value = key.checked_add(word(page, at + 8)? as usize)?;
    let end = value.checked_add(word(page, at + 12)? as usize)?;
    let (key, value) = (page.get(key..value)?, page.get(value..end)?);
    if flags & IS_BUCKET == 0 {
        return Some((key, Item::Value(value)));
    }
    let bucket = match long(value, 0)? {
        0 => Bucket::Inline(value.get(16..)?),
        root => Bucket::Tree(root),
    };
    Some((key, Item::Bucket(bucket)))
}
