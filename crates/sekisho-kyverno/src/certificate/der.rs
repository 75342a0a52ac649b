//! DER: tags, lengths and contents.

/// The tags that certificates use.
pub(super) mod tag {
    pub(in super::super) const BOOLEAN: u8 = 0x01;
    pub(in super::super) const INTEGER: u8 = 0x02;
    pub(in super::super) const BIT_STRING: u8 = 0x03;
    pub(in super::super) const OCTET_STRING: u8 = 0x04;
    pub(in super::super) const OID: u8 = 0x06;
    pub(in super::super) const UTF8: u8 = 0x0c;
    pub(in super::super) const NUMERIC: u8 = 0x12;
    pub(in super::super) const PRINTABLE: u8 = 0x13;
    pub(in super::super) const T61: u8 = 0x14;
    pub(in super::super) const IA5: u8 = 0x16;
    pub(in super::super) const UTC_TIME: u8 = 0x17;
    pub(in super::super) const GENERALIZED_TIME: u8 = 0x18;
    pub(in super::super) const BMP: u8 = 0x1e;
    pub(in super::super) const SEQUENCE: u8 = 0x30;
    pub(in super::super) const SET: u8 = 0x31;

    /// A tag that holds others and means what its place says.
    pub(in super::super) const fn context(number: u8) -> u8 {
        0xa0 | number
    }

    /// A tag with a plain content that means what its place says.
    pub(in super::super) const fn plain(number: u8) -> u8 {
        0x80 | number
    }
}

/// A tag with its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'b> {
    pub(super) tag: u8,
    pub(super) content: &'b [u8],
    /// Tag, length and content.
    pub(super) raw: &'b [u8],
}

/// Elements one behind the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// The next element.
    pub(super) fn next(&mut self) -> Option<Element<'b>> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = if *first < 0x80 {
            (usize::from(*first), rest)
        } else {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            if digits.is_empty() || digits.len() > 4 {
                return None;
            }
            (digits.iter().fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit)), rest)
        };
        let (content, behind) = rest.split_at_checked(length)?;
        let raw = self.0.get(..self.0.len() - behind.len())?;
        self.0 = behind;
        Some(Element { tag: *tag, content, raw })
    }

    /// The next element, if it has this tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<Element<'b>> {
        let mut ahead = *self;
        let element = ahead.next().filter(|element| element.tag == tag)?;
        *self = ahead;
        Some(element)
    }

    /// All elements from here on.
    pub(super) fn elements(self) -> impl Iterator<Item = Element<'b>> {
        let mut reader = self;
        std::iter::from_fn(move || reader.next())
    }
}

impl<'b> Element<'b> {
    /// What it holds.
    pub(super) fn reader(&self) -> Reader<'b> {
        Reader(self.content)
    }

    /// The bytes of a bit string.
    pub(super) fn bits(&self) -> Option<&'b [u8]> {
        self.content.split_first().map(|(_, bits)| bits)
    }

    /// A small whole number that is not negative.
    pub(super) fn small(&self) -> Option<u32> {
        if self.content.is_empty() || self.content.len() > 4 {
            return None;
        }
        Some(self.content.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte)))
    }

    /// A whole number in decimal digits.
    pub(super) fn decimal(&self) -> String {
        // Nine digits at a time, the lowest first.
        const CHUNK: u64 = 1_000_000_000;
        let mut chunks: Vec<u64> = vec![0];
        for byte in self.content {
            let mut carry = u64::from(*byte);
            for chunk in &mut chunks {
                let value = (*chunk << 8) + carry;
                *chunk = value % CHUNK;
                carry = value / CHUNK;
            }
            if carry > 0 {
                chunks.push(carry);
            }
        }
        let mut digits = chunks.iter().rev();
        let first = digits.next().copied().unwrap_or(0).to_string();
        digits.fold(first, |text, chunk| format!("{text}{chunk:09}"))
    }

    /// The numbers of an object identifier.
    pub(super) fn arcs(&self) -> Vec<u32> {
        let mut arcs = Vec::new();
        let mut value: u32 = 0;
        for byte in self.content {
            value = (value << 7) | u32::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                continue;
            }
            if arcs.is_empty() {
                let first = (value / 40).min(2);
                arcs.extend([first, value - first * 40]);
            } else {
                arcs.push(value);
            }
            value = 0;
        }
        arcs
    }

    /// The object identifier as people write it.
    pub(super) fn dotted(&self) -> String {
        let arcs: Vec<String> = self.arcs().iter().map(u32::to_string).collect();
        arcs.join(".")
    }

    /// The text of a string of any type.
    pub(super) fn text(&self) -> Option<String> {
        match self.tag {
            tag::UTF8 | tag::NUMERIC | tag::PRINTABLE | tag::T61 | tag::IA5 => {
                Some(String::from_utf8_lossy(self.content).into_owned())
            }
            tag::BMP => {
                let units: Vec<u16> = self
                    .content
                    .chunks_exact(2)
                    .map(|pair| pair.iter().fold(0, |unit, byte| (unit << 8) | u16::from(*byte)))
                    .collect();
                Some(String::from_utf16_lossy(&units))
            }
            _ => None,
        }
    }
}
