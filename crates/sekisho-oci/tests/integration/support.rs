//! Archives written byte by byte, so that they may be as wrong as a test needs.

use std::io::Read;

use sekisho_oci::budget::Budget;
use sekisho_oci::error::ArchiveError;
use sekisho_oci::tar::{TarEntry, TarReader};

/// An archive that is being written.
#[derive(Default)]
pub(crate) struct Tape(pub(crate) Vec<u8>);

/// The fields of a header that tests change.
pub(crate) struct Fields<'f> {
    pub(crate) name: &'f [u8],
    pub(crate) kind: u8,
    pub(crate) link: &'f [u8],
    pub(crate) size: u64,
    pub(crate) magic: &'f [u8],
}

impl Default for Fields<'_> {
    fn default() -> Self {
        Self { name: b"file", kind: b'0', link: b"", size: 0, magic: b"ustar\x0000" }
    }
}

/// The block of a header.
pub(crate) fn header(fields: &Fields<'_>) -> [u8; 512] {
    let mut block = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, fields.name);
    put(100, b"0000644\0");
    put(108, b"0001750\0");
    put(116, b"0000144\0");
    if fields.size < 1 << 33 {
        put(124, format!("{:011o}\0", fields.size).as_bytes());
    } else {
        put(124, &[0x80, 0, 0, 0]);
        put(128, &fields.size.to_be_bytes());
    }
    put(136, b"00000000000\0");
    put(156, &[fields.kind]);
    put(157, fields.link);
    put(257, fields.magic);
    sealed(block)
}

/// The block with the checksum that fits.
pub(crate) fn sealed(mut block: [u8; 512]) -> [u8; 512] {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

impl Tape {
    /// Appends a header and content, padded to a block.
    pub(crate) fn entry(mut self, fields: &Fields<'_>, content: &[u8]) -> Self {
        self.0.extend(header(fields));
        self.content(content)
    }

    /// Appends a regular file.
    pub(crate) fn file(self, name: &str, content: &[u8]) -> Self {
        let fields = Fields { name: name.as_bytes(), size: content.len() as u64, ..Fields::default() };
        self.entry(&fields, content)
    }

    /// Appends an extended header.
    pub(crate) fn records(self, records: &[(&str, &[u8])]) -> Self {
        let mut bytes = Vec::new();
        for (key, value) in records {
            let rest = key.len() + value.len() + 3;
            let mut length = rest + 1;
            while length != rest + length.to_string().len() {
                length = rest + length.to_string().len();
            }
            bytes.extend(format!("{length} {key}=").as_bytes());
            bytes.extend(*value);
            bytes.push(b'\n');
        }
        let fields =
            Fields { name: b"PaxHeaders/x", kind: b'x', size: bytes.len() as u64, ..Fields::default() };
        self.entry(&fields, &bytes)
    }

    /// Appends content, padded to a block.
    pub(crate) fn content(mut self, content: &[u8]) -> Self {
        self.0.extend(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    /// Appends a block as it is.
    pub(crate) fn block(mut self, block: &[u8; 512]) -> Self {
        self.0.extend(block);
        self
    }

    /// Ends the archive.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }
}

/// All entries of an archive with their content.
pub(crate) fn entries(bytes: &[u8]) -> Result<Vec<(TarEntry, Vec<u8>)>, ArchiveError> {
    entries_within(bytes, Budget::default())
}

pub(crate) fn entries_within(bytes: &[u8], budget: Budget) -> Result<Vec<(TarEntry, Vec<u8>)>, ArchiveError> {
    let mut reader = TarReader::new(bytes, budget);
    let mut all = Vec::new();
    while let Some(entry) = reader.next_entry()? {
        let mut content = Vec::new();
        reader.read_to_end(&mut content)?;
        all.push((entry, content));
    }
    Ok(all)
}

/// What the error says.
pub(crate) fn message<T>(result: Result<T, impl std::fmt::Display>) -> String {
    match result {
        Ok(_) => panic!("it was taken"),
        Err(error) => error.to_string(),
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}
