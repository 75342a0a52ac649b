//! Extended headers of pax: records of a length, a key and a value.

/// The records of an extended header, in their order.
#[derive(Debug, Default)]
pub(super) struct Records {
    records: Vec<(String, Vec<u8>)>,
}

/// The keys that are read; whatever else is said of files would only take memory.
const KEYS: [&str; 6] = ["path", "linkpath", "size", "uid", "gid", "SCHILY.xattr.security.capability"];

impl Records {
    /// Reads all records.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        const MALFORMED: &str = "an extended header is malformed";
        let mut rest = bytes;
        let mut records = Vec::new();
        while !rest.is_empty() {
            let space = rest.iter().take(20).position(|byte| *byte == b' ').ok_or(MALFORMED)?;
            let length = rest.get(..space).and_then(decimal).ok_or(MALFORMED)?;
            let length = usize::try_from(length).map_err(|_| MALFORMED)?;
            let record = rest.get(space + 1..length).and_then(|record| record.strip_suffix(b"\n"));
            let record = record.ok_or(MALFORMED)?;
            rest = rest.get(length..).unwrap_or_default();
            let equals = record.iter().position(|byte| *byte == b'=').ok_or(MALFORMED)?;
            let (key, value) = (record.get(..equals), record.get(equals + 1..));
            let key = key.and_then(|key| std::str::from_utf8(key).ok()).ok_or(MALFORMED)?;
            let value = value.unwrap_or_default();
            if key.is_empty() {
                return Err(MALFORMED);
            }
            if key.starts_with("GNU.sparse.") || KEYS.contains(&key) {
                if value.contains(&0) && key != "SCHILY.xattr.security.capability" {
                    return Err(MALFORMED);
                }
                records.push((key.to_owned(), value.to_vec()));
            }
        }
        Ok(Self { records })
    }

    /// The last value of a key; one that is empty takes back what was said before.
    pub(super) fn bytes(&self, key: &str) -> Option<&[u8]> {
        let found = self.records.iter().rev().find(|(known, _)| known == key);
        found.map(|(_, value)| value.as_slice()).filter(|value| !value.is_empty())
    }

    /// A number.
    pub(super) fn number(&self, key: &str) -> Result<Option<u64>, &'static str> {
        match self.bytes(key) {
            None => Ok(None),
            Some(bytes) => decimal(bytes).map(Some).ok_or("an extended header has a number that is none"),
        }
    }

    /// All values of keys that may repeat, in their order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.records.iter().map(|(key, value)| (key.as_str(), value.as_slice()))
    }
}

/// Decimal digits.
pub(super) fn decimal(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 19 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    bytes
        .iter()
        .try_fold(0_u64, |value, byte| value.checked_mul(10)?.checked_add(u64::from(byte - b'0')))
        .filter(|value| i64::try_from(*value).is_ok())
}
