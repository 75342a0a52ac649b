//! Sparse files: a map of where the bytes belong, in any of the four forms that GNU's tar has written.

use super::header::{BLOCK, field, number};
use super::pax::{Records, decimal};

/// Bytes of a file that lie in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) offset: u64,
    pub(super) length: u64,
}

/// Where extended headers have the map.
pub(super) enum Form {
    /// The file is not sparse.
    None,
    /// In the records: the map and the size with holes.
    Known(Vec<Segment>, u64),
    /// Before the content; the size with holes.
    InContent(u64),
}

const MALFORMED: &str = "the map of a sparse file is malformed";

/// The map that a header of the old form begins: the segments, the size with holes, and whether blocks with more
/// of them follow.
pub(super) fn in_header(block: &[u8; BLOCK]) -> Result<(Vec<Segment>, u64, bool), &'static str> {
    let mut segments = Vec::new();
    read(block, 386, 4, &mut segments)?;
    let size = number(field(block, 483, 12)).ok_or(MALFORMED)?;
    Ok((segments, size, field(block, 482, 1) != [0]))
}

/// More segments; whether another block follows.
pub(super) fn in_block(block: &[u8; BLOCK], segments: &mut Vec<Segment>) -> Result<bool, &'static str> {
    read(block, 0, 21, segments)?;
    Ok(field(block, 504, 1) != [0])
}

fn read(block: &[u8; BLOCK], start: usize, count: usize, to: &mut Vec<Segment>) -> Result<(), &'static str> {
    for index in 0..count {
        let at = start + index * 24;
        if field(block, at, 1) == [0] {
            break;
        }
        let offset = number(field(block, at, 12)).ok_or(MALFORMED)?;
        let length = number(field(block, at + 12, 12)).ok_or(MALFORMED)?;
        to.push(Segment { offset, length });
    }
    Ok(())
}

/// What extended headers say.
pub(super) fn in_records(records: &Records) -> Result<Form, &'static str> {
    let number = |key| records.number(key);
    match (number("GNU.sparse.major")?, number("GNU.sparse.minor")?) {
        (Some(1), Some(0)) => {
            let size = number("GNU.sparse.realsize")?.or(number("GNU.sparse.size")?);
            return Ok(Form::InContent(size.ok_or(MALFORMED)?));
        }
        (None, None) | (Some(0), Some(0 | 1)) => {}
        _ => return Ok(Form::None),
    }
    let Some(size) = number("GNU.sparse.size")? else { return Ok(Form::None) };
    let mut numbers = Vec::new();
    if let Some(map) = records.bytes("GNU.sparse.map") {
        for part in map.split(|byte| *byte == b',') {
            numbers.push(decimal(part).ok_or(MALFORMED)?);
        }
    } else {
        for (key, value) in records.all() {
            match (key, numbers.len() % 2) {
                ("GNU.sparse.offset", 0) | ("GNU.sparse.numbytes", 1) => {
                    numbers.push(decimal(value).ok_or(MALFORMED)?);
                }
                ("GNU.sparse.offset" | "GNU.sparse.numbytes", _) => return Err(MALFORMED),
                _ => {}
            }
        }
        if numbers.is_empty() && number("GNU.sparse.numblocks")?.is_none() {
            return Ok(Form::None);
        }
    }
    if let Some(count) = number("GNU.sparse.numblocks")?
        && count.checked_mul(2) != Some(numbers.len() as u64)
    {
        return Err(MALFORMED);
    }
    segments(&numbers).map(|segments| Form::Known(segments, size))
}

fn segments(numbers: &[u64]) -> Result<Vec<Segment>, &'static str> {
    let pairs = numbers.chunks(2).map(|pair| match pair {
        [offset, length] => Ok(Segment { offset: *offset, length: *length }),
        _ => Err(MALFORMED),
    });
    pairs.collect()
}

/// The map before the content: a line with the count of segments, and two lines for each.
#[derive(Debug, Default)]
pub(super) struct Lines {
    numbers: Vec<u64>,
    partial: Vec<u8>,
    wanted: Option<u64>,
}

impl Lines {
    /// Takes a block of lines.
    pub(super) fn take(&mut self, block: &[u8; BLOCK]) -> Result<(), &'static str> {
        for byte in block {
            if self.is_complete() {
                break;
            }
            if *byte != b'\n' {
                self.partial.push(*byte);
                if self.partial.len() > 20 {
                    return Err(MALFORMED);
                }
                continue;
            }
            let number = decimal(&self.partial).ok_or(MALFORMED)?;
            self.partial.clear();
            match self.wanted {
                None => self.wanted = Some(number.checked_mul(2).ok_or(MALFORMED)?),
                Some(_) => self.numbers.push(number),
            }
        }
        Ok(())
    }

    /// Whether all segments are known.
    pub(super) fn is_complete(&self) -> bool {
        self.wanted == Some(self.numbers.len() as u64)
    }

    pub(super) fn into_segments(self) -> Vec<Segment> {
        segments(&self.numbers).unwrap_or_default()
    }
}

/// What comes next of a sparse file.
pub(super) enum Piece {
    /// So many zeros.
    Hole(u64),
    /// So many bytes of the archive.
    Data(u64),
}

/// How far a sparse file has been read.
#[derive(Debug)]
pub(super) struct Sparse {
    segments: std::vec::IntoIter<Segment>,
    current: Option<Segment>,
    position: u64,
    size: u64,
}

impl Sparse {
    /// A file of this size with holes, and of so many bytes in the archive. Segments must follow each other, end
    /// within the file and take all bytes.
    pub(super) fn new(segments: Vec<Segment>, size: u64, bytes: u64) -> Result<Self, &'static str> {
        let mut end = 0_u64;
        let mut total = 0_u64;
        for segment in &segments {
            if segment.offset < end {
                return Err("the map of a sparse file overlaps");
            }
            end = segment.offset.checked_add(segment.length).ok_or(MALFORMED)?;
            total = total.checked_add(segment.length).ok_or(MALFORMED)?;
        }
        if end > size || total != bytes {
            return Err("the map of a sparse file does not fit its size");
        }
        let mut segments = segments.into_iter();
        let current = segments.next();
        Ok(Self { segments, current, position: 0, size })
    }

    /// What comes next.
    pub(super) fn next(&mut self) -> Piece {
        while let Some(segment) = self.current {
            if self.position < segment.offset {
                return Piece::Hole(segment.offset - self.position);
            }
            let end = segment.offset.saturating_add(segment.length);
            if self.position < end {
                return Piece::Data(end - self.position);
            }
            self.current = self.segments.next();
        }
        Piece::Hole(self.size.saturating_sub(self.position))
    }

    /// So many bytes were given.
    pub(super) fn advance(&mut self, count: u64) {
        self.position = self.position.saturating_add(count);
    }
}
