//! Databases of rpm in their three forms, read without their libraries: each gives the headers of packages.

mod berkeley;
mod header;
mod ndb;
mod sqlite;

pub(crate) use self::header::Header;
use crate::program::read_range;
use crate::{RandomAccess, ReadError};

/// The largest header of one package.
const LARGEST_HEADER: u64 = 64 << 20;
/// The most packages of a database.
const MOST_PACKAGES: usize = 200_000;

const FORMAT: &str = "database of rpm";

/// Gives the header of every package to the function. One that cannot be read does not hide the others: the first
/// error comes at the end.
pub(crate) fn headers(
    file: &dyn RandomAccess,
    mut each: impl FnMut(Header<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut first_error = None;
    let mut count = 0_usize;
    let mut take = |blob: &[u8]| {
        count += 1;
        if count > MOST_PACKAGES {
            return Err(ReadError::Limit { what: "packages", limit: MOST_PACKAGES as u64 });
        }
        if let Err(error) = Header::parse(blob).and_then(&mut each) {
            first_error.get_or_insert(error);
        }
        Ok(())
    };
    let head = read_range(file, 0, 32)?;
    if head.starts_with(b"SQLite format 3\0") {
        sqlite::blobs(file, "Packages", &mut take)?;
    } else if head.starts_with(b"RpmP") {
        ndb::blobs(file, &mut take)?;
    } else {
        berkeley::blobs(file, &mut take)?;
    }
    first_error.map_or(Ok(()), Err)
}

/// Takes one header's bytes; an error ends the reading.
type Take<'t> = &'t mut dyn FnMut(&[u8]) -> Result<(), ReadError>;
