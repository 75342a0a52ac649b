//! The header of an entry: one block of fields.

/// The bytes of a block.
pub(super) const BLOCK: usize = 512;

/// What a header says.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) name: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) mode: u32,
    pub(super) user: u64,
    pub(super) group: u64,
    pub(super) size: u64,
    pub(super) kind: u8,
}

impl Header {
    /// Reads a header whose sum of bytes fits.
    pub(super) fn parse(block: &[u8; BLOCK]) -> Result<Self, &'static str> {
        let said = octal(field(block, 148, 8)).ok_or("a header has no checksum")?;
        if said != sum(block) && said != signed_sum(block) {
            return Err("the checksum of a header does not fit");
        }
        let kind = block.get(156).copied().unwrap_or_default();
        let size = number(field(block, 124, 12)).ok_or("a header has no size")?;
        let mode = number(field(block, 100, 8)).ok_or("a header has no mode")?;
        let user = number(field(block, 108, 8)).ok_or("a header has no user")?;
        let group = number(field(block, 116, 8)).ok_or("a header has no group")?;
        let mut name = until_nul(field(block, 0, 100)).to_vec();
        let prefix = match field(block, 257, 8) {
            [b'u', b's', b't', b'a', b'r', 0, ..] if field(block, 508, 4) == b"tar\0" => {
                until_nul(field(block, 345, 131))
            }
            [b'u', b's', b't', b'a', b'r', 0, ..] => until_nul(field(block, 345, 155)),
            _ => &[],
        };
        if !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        Ok(Self {
            name,
            link: until_nul(field(block, 157, 100)).to_vec(),
            mode: u32::try_from(mode & 0o7777).unwrap_or(0),
            user,
            group,
            size,
            kind,
        })
    }

    /// Whether nothing follows, whatever the size says.
    pub(super) fn is_header_only(&self) -> bool {
        matches!(self.kind, b'1'..=b'6')
    }
}

/// Bytes of a block.
pub(super) fn field(block: &[u8; BLOCK], start: usize, length: usize) -> &[u8] {
    block.get(start..start.saturating_add(length)).unwrap_or_default()
}

/// The sum of all bytes, those of the checksum itself taken for spaces.
fn sum(block: &[u8; BLOCK]) -> u64 {
    spaced(block).map(u64::from).sum()
}

fn spaced(block: &[u8; BLOCK]) -> impl Iterator<Item = u8> {
    let bytes = block.iter().enumerate();
    bytes.map(|(index, byte)| if (148..156).contains(&index) { b' ' } else { *byte })
}

/// The sum as some old programs made it, with bytes below zero.
fn signed_sum(block: &[u8; BLOCK]) -> u64 {
    let sum: i64 = spaced(block).map(|byte| i64::from(byte.cast_signed())).sum();
    u64::try_from(sum).unwrap_or(0)
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// A number in octal digits, or in bytes where the first bit is set.
pub(super) fn number(bytes: &[u8]) -> Option<u64> {
    match bytes.first() {
        Some(first) if first & 0x80 != 0 => {
            // The second bit says that it is below zero, which no field here may be.
            if first & 0x40 != 0 {
                return None;
            }
            bytes.iter().enumerate().try_fold(0_u64, |value, (index, byte)| {
                let byte = if index == 0 { byte & 0x7f } else { *byte };
                value
                    .checked_mul(256)?
                    .checked_add(u64::from(byte))
                    .filter(|value| i64::try_from(*value).is_ok())
            })
        }
        _ => octal(bytes),
    }
}

/// Octal digits between spaces and NULs; nothing is zero.
fn octal(bytes: &[u8]) -> Option<u64> {
    let is_empty = |byte: &u8| matches!(byte, b' ' | 0);
    let start = bytes.iter().position(|byte| !is_empty(byte)).unwrap_or(bytes.len());
    let digits = bytes.get(start..).unwrap_or_default();
    let end = digits.iter().rposition(|byte| !is_empty(byte)).map_or(0, |last| last + 1);
    // What stands behind the first NUL is left over from another header.
    let digits = until_nul(digits.get(..end).unwrap_or_default());
    digits.iter().try_fold(0_u64, |value, byte| match byte {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}
