//! The database that comes with the program, so that the first look needs no network.

use std::io::Read;
use std::path::Path;

use sekisho_vulnerability::{Database, DatabaseError};
use sha2::{Digest as _, Sha256};

use crate::install::{install, open};

/// Facts alone, of sources whose licences allow it; `cargo xtask starter` makes it, and `NOTICE` names them.
static PACKED: &[u8] = include_bytes!("../data/starter.db.zst");
/// More than it will ever have.
const LARGEST: u64 = 64 << 20;

/// Unpacks and opens the database that comes with the program.
pub fn starter() -> Result<Database, DatabaseError> {
    Database::open(unpacked()?)
}

/// Opens the database that comes with the program as it was unpacked into a folder before; else unpacks it, and keeps
/// it there where that can be. What lies there is named by the digest of what is packed, and opening it proves its
/// header as that of every database.
pub fn starter_in(folder: &Path) -> Result<Database, DatabaseError> {
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(PACKED));
    let path = folder.join(format!("starter-{digest}.db"));
    if let Ok(database) = open(&path) {
        return Ok(database);
    }
    let bytes = unpacked()?;
    // Without it the next look takes a little longer.
    let _ = install(&path, &bytes);
    Database::open(bytes)
}

fn unpacked() -> Result<Vec<u8>, DatabaseError> {
    let damaged = |_| DatabaseError::Damaged("packed starter");
    let decoder = ruzstd::decoding::StreamingDecoder::new(PACKED).map_err(damaged)?;
    let mut bytes = Vec::new();
    decoder.take(LARGEST).read_to_end(&mut bytes).map_err(|_| DatabaseError::Damaged("packed starter"))?;
    Ok(bytes)
}
