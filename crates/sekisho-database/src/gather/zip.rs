//! ZIP archives: the entries of their central directory, each inflated when it is read. See PKWARE's APPNOTE.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;

/// The most entries of one archive.
const MOST: u64 = 4_000_000;
/// The longest central directory, in bytes.
const LONGEST: u64 = 1 << 30;

/// One entry.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    method: u16,
    packed: u64,
    header: u64,
}

fn wrong(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
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

/// The entries of an archive, in the order of its directory.
pub(super) fn entries(file: &mut File) -> io::Result<Vec<Entry>> {
    let directory = directory(file)?;
    let read = || -> Option<Vec<Entry>> {
        let mut found = Vec::new();
        let mut rest = directory.as_slice();
        while word(rest, 0) == Some(0x0201_4b50) {
            let name_length = usize::from(short(rest, 28)?);
            let extra_length = usize::from(short(rest, 30)?);
            let name = rest.get(46..46 + name_length)?;
            let mut extra = rest.get(46 + name_length..46 + name_length + extra_length)?;
            let mut entry = Entry {
                name: String::from_utf8_lossy(name).into_owned(),
                method: short(rest, 10)?,
                packed: word(rest, 20)?.into(),
                header: word(rest, 42)?.into(),
            };
            let is_large = |value: u64| value == u64::from(u32::MAX);
            let unpacked: u64 = word(rest, 24)?.into();
            while let (Some(kind), Some(length)) = (short(extra, 0), short(extra, 2)) {
                let field = extra.get(4..4 + usize::from(length))?;
                if kind == 1 {
                    // The large values alone, in this order.
                    let mut at = if is_large(unpacked) { 8 } else { 0 };
                    for value in [&mut entry.packed, &mut entry.header] {
                        if is_large(*value) {
                            *value = long(field, at)?;
                            at += 8;
                        }
                    }
                }
                extra = extra.get(4 + usize::from(length)..)?;
            }
            found.push(entry);
            rest = rest.get(46 + name_length + extra_length + usize::from(short(rest, 32)?)..)?;
        }
        Some(found)
    };
    read().ok_or_else(|| wrong("its directory is damaged"))
}

/// The bytes of the central directory.
fn directory(file: &mut File) -> io::Result<Vec<u8>> {
    let size = file.metadata()?.len();
    let tail_size = size.min(66_000);
    file.seek(SeekFrom::Start(size - tail_size))?;
    let mut tail = Vec::new();
    file.take(tail_size).read_to_end(&mut tail)?;
    let end = tail.windows(4).rposition(|window| window == [0x50, 0x4b, 5, 6]);
    let end = end.ok_or_else(|| wrong("it has no directory: it is cut off"))?;
    let record = tail.get(end..).unwrap_or_default();
    let plain =
        || Some((u64::from(short(record, 10)?), u64::from(word(record, 12)?), u64::from(word(record, 16)?)));
    let (mut count, mut length, mut start) = plain().ok_or_else(|| wrong("its end is cut off"))?;
    let locator = end.checked_sub(20).and_then(|at| tail.get(at..at + 20)).unwrap_or_default();
    if word(locator, 0) == Some(0x0706_4b50) {
        file.seek(SeekFrom::Start(long(locator, 8).unwrap_or(0)))?;
        let mut record = Vec::new();
        file.take(56).read_to_end(&mut record)?;
        let large = || Some((long(&record, 32)?, long(&record, 40)?, long(&record, 48)?));
        (count, length, start) = large().ok_or_else(|| wrong("its end is damaged"))?;
    }
    if count > MOST || length > LONGEST || start.checked_add(length).is_none_or(|end| end > size) {
        return Err(wrong("its directory is too large, or lies about its size"));
    }
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The bytes of one entry, unpacked as they are read.
pub(super) fn reader<'f>(file: &'f mut File, entry: &Entry) -> io::Result<Box<dyn Read + 'f>> {
    file.seek(SeekFrom::Start(entry.header))?;
    let mut header = [0; 30];
    file.read_exact(&mut header)?;
    let skip = short(&header, 26).zip(short(&header, 28));
    let (name, extra) = skip
        .filter(|_| word(&header, 0) == Some(0x0403_4b50))
        .ok_or_else(|| wrong("an entry is not where its directory says"))?;
    file.seek(SeekFrom::Current(i64::from(name) + i64::from(extra)))?;
    let packed = BufReader::new(file.take(entry.packed));
    match entry.method {
        0 => Ok(Box::new(packed)),
        8 => Ok(Box::new(DeflateDecoder::new(packed))),
        _ => Err(wrong("an entry is packed in a way that is not read: pack it with deflate")),
    }
}
