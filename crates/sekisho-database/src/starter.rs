//! The database that comes with the program, so that the first look needs no network.

use std::io::Read;

use sekisho_vulnerability::{Database, DatabaseError};

/// Facts alone, of sources whose licences allow it; `cargo xtask starter` makes it, and `NOTICE` names them.
static PACKED: &[u8] = include_bytes!("../data/starter.db.zst");
/// More than it will ever have.
const LARGEST: u64 = 64 << 20;

/// Unpacks and opens the database that comes with the program.
pub fn starter() -> Result<Database, DatabaseError> {
    let damaged = |_| DatabaseError::Damaged("packed starter");
    let decoder = ruzstd::decoding::StreamingDecoder::new(PACKED).map_err(damaged)?;
    let mut bytes = Vec::new();
    decoder.take(LARGEST).read_to_end(&mut bytes).map_err(|_| DatabaseError::Damaged("packed starter"))?;
    Database::open(bytes)
}
