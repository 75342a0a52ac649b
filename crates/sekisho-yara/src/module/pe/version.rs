//! The texts about a program's version, in its resource of that kind.

use std::collections::HashMap;

use super::Pe;
use super::resource::Resources;
use crate::module::reader::Reader;
use crate::value::Value;

/// The most entries that are looked at, and the most characters of their texts.
const MOST: u64 = 65_536;
const MOST_CHARACTERS: u64 = 16 << 20;
/// The longest text of an entry, in characters.
const LONGEST: usize = 32_768;
const LONGEST_KEY: usize = 63;
const LONGEST_VALUE: usize = 255;
/// What comes before an entry's key: its length, its value's length and its kind.
const HEAD: u64 = 6;

/// What was read, and what may still be.
struct Texts {
    found: Vec<(Vec<u8>, Vec<u8>)>,
    entries: u64,
    characters: u64,
}

impl Texts {
    fn take(&mut self, characters: u64) -> Option<()> {
        self.entries = self.entries.checked_sub(1)?;
        self.characters = self.characters.checked_sub(characters)?;
        Some(())
    }
}

impl Resources<'_> {
    /// By their keys; of several the last value counts.
    pub(super) fn version_map(&self) -> Value {
        let mut map: Vec<(Vec<u8>, Value)> = Vec::new();
        let mut places = HashMap::new();
        for (key, value) in &self.versions {
            let value = Value::Text(value.clone());
            let place = *places.entry(key).or_insert(map.len());
            match map.get_mut(place) {
                Some((_, known)) => *known = value,
                None => map.push((key.clone(), value)),
            }
        }
        Value::map(map)
    }

    pub(super) fn version_list(&self) -> Value {
        let text = |text: &[u8]| Value::from(text);
        let told = self.versions.iter().map(|(key, value)| Value::structure([text(key), text(value)]));
        Value::list(told.collect())
    }
}

impl Pe<'_> {
    /// The keys and values of the resources at these places.
    pub(super) fn read_versions(&self, places: &[u64]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut texts = Texts { found: Vec::new(), entries: MOST, characters: MOST_CHARACTERS };
        for place in places {
            read_version(&self.reader, *place, &mut texts);
        }
        texts.found
    }
}

fn read_version(reader: &Reader<'_>, place: u64, texts: &mut Texts) -> Option<()> {
    if !is_key(reader, place, "VS_VERSION_INFO") {
        return None;
    }
    // The fixed part stands behind the key.
    let mut at = after(place, HEAD + 86);
    for key in ["VarFileInfo", "StringFileInfo"] {
        while is_key(reader, at, key) {
            let length = reader.u16(at).filter(|length| *length != 0)?;
            texts.take(0)?;
            let block = at;
            at = after(at, length);
            if key == "StringFileInfo" {
                read_tables(reader, after(block, HEAD + 30), at, texts)?;
            }
        }
    }
    Some(())
}

/// The tables of one block, one for each language, up to its end.
fn read_tables(reader: &Reader<'_>, mut table: u64, end: u64, texts: &mut Texts) -> Option<()> {
    while let Some((key, next)) = entry(reader, table).filter(|_| table < end) {
        texts.take(key)?;
        let mut at = after(table, HEAD + 2 * (key + 1));
        table = next;
        while let Some((key, next)) = entry(reader, at).filter(|_| at < table) {
            texts.take(key)?;
            let value = after(at, HEAD + 2 * (key + 1));
            if wide_length(reader, value).is_some() {
                let name = low_bytes(reader, at + HEAD, LONGEST_KEY);
                let is_empty = reader.u16(at + 2) == Some(0);
                let text = if is_empty { Vec::new() } else { low_bytes(reader, value, LONGEST_VALUE) };
                texts.take(text.len() as u64)?;
                texts.found.push((name, text));
            }
            at = next;
        }
    }
    Some(())
}

/// How long the key of the entry at a place is, and where the next one begins.
fn entry(reader: &Reader<'_>, at: u64) -> Option<(u64, u64)> {
    let length = reader.u16(at).filter(|length| *length != 0)?;
    Some((wide_length(reader, at + HEAD)?, after(at, length)))
}

/// The place so many bytes further, their count rounded up to four.
fn after(at: u64, bytes: u64) -> u64 {
    at + ((bytes + 3) & !3)
}

fn is_key(reader: &Reader<'_>, at: u64, key: &str) -> bool {
    let wide: Vec<u8> = key.bytes().chain([0]).flat_map(|byte| [byte, 0]).collect();
    reader.slice(at + HEAD, wide.len() as u64) == Some(&wide)
}

/// How many characters of two bytes stand before one that is zero; none where there is no such.
fn wide_length(reader: &Reader<'_>, at: u64) -> Option<u64> {
    let characters = reader.rest(at).as_chunks::<2>().0;
    let length = characters.iter().take(LONGEST).position(|pair| *pair == [0, 0])?;
    Some(length as u64)
}

/// The low bytes of characters, up to one whose low byte is zero.
fn low_bytes(reader: &Reader<'_>, at: u64, most: usize) -> Vec<u8> {
    let characters = reader.rest(at).as_chunks::<2>().0;
    characters.iter().map(|[low, _]| *low).take_while(|low| *low != 0).take(most).collect()
}
