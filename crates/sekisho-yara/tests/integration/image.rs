//! Files that are built number by number.

/// Bytes that grow to hold what is put somewhere.
#[derive(Default)]
pub(crate) struct Image {
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_big_endian: bool,
    pub(crate) is_wide: bool,
}

impl Image {
    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) {
        let end = at + bytes.len();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[at..end].copy_from_slice(bytes);
    }

    /// A number of so many bytes.
    pub(crate) fn number(&mut self, at: usize, length: usize, value: u64) {
        let mut bytes = value.to_le_bytes()[..length].to_vec();
        if self.is_big_endian {
            bytes.reverse();
        }
        self.put(at, &bytes);
    }

    /// Numbers of these lengths, one behind the other; a length of zero is that of an address.
    pub(crate) fn numbers(&mut self, mut at: usize, numbers: &[(usize, u64)]) {
        for (length, value) in numbers {
            let length = if *length == 0 { if self.is_wide { 8 } else { 4 } } else { *length };
            self.number(at, length, *value);
            at += length;
        }
    }
}
