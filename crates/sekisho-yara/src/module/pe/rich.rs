//! The record that Microsoft's linker leaves of the tools that made a program.

use super::Pe;
use crate::module::reader::Reader;
use crate::value::Value;

/// What comes before the first entry: its mark and three times the key.
const HEAD: u64 = 16;
/// The headers before which it cannot stand.
const FIRST: u64 = 64;

impl Pe<'_> {
    pub(super) fn rich_signature(&self) -> Value {
        self.read_rich().unwrap_or_else(|| Value::structure(vec![Value::Undefined; 6]))
    }

    fn read_rich(&self) -> Option<Value> {
        let header = self.reader.u32(0x3c)?;
        // From the header backwards, four bytes at a time.
        let steps = header.checked_sub(4 + FIRST)? / 4;
        let mut places = (0..=steps).map(|step| header - 4 - 4 * step);
        let end = places.find(|at| self.reader.slice(*at, 4) == Some(b"Rich"))?;
        let key = self.reader.u32(end + 4).filter(|key| *key != 0)?;
        let mark = u64::from(u32::from_le_bytes(*b"DanS"));
        let start = places.find(|at| self.reader.u32(*at).is_some_and(|word| word ^ key == mark))?;
        let raw = self.reader.slice(start, end - start)?;
        let key_bytes = u32::try_from(key).ok()?.to_le_bytes();
        let clear: Vec<u8> = raw.iter().zip(key_bytes.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
        let head = usize::try_from(HEAD).ok()?;
        let versions = clear.get(head..).map(|entries| {
            let ids = entries.chunks_exact(8).flat_map(|entry| entry.iter().take(4).copied());
            Value::Text(ids.collect())
        });
        Some(Value::structure([
            start.into(),
            (raw.len() as u64).into(),
            key.into(),
            raw.into(),
            Value::Text(clear),
            versions.into(),
        ]))
    }
}

/// How often tools of this version and with this number took part; where none is given, any counts.
pub(super) fn times(signature: &Value, version: Option<i64>, tool: Option<i64>) -> Option<u64> {
    let Value::Text(clear) = signature.member(4) else { return None };
    let reader = Reader::little(&clear);
    let entries = reader.len().checked_sub(HEAD)? / 8;
    let mut times = 0;
    for at in (0..entries).map(|entry| HEAD + 8 * entry) {
        let id = reader.u32(at)?;
        let is =
            |wanted: Option<i64>, found: u64| wanted.is_none_or(|wanted| wanted.cast_unsigned() == found);
        if is(version, id & 0xffff) && is(tool, id >> 16) {
            times += reader.u32(at + 4)?;
        }
    }
    Some(times)
}
